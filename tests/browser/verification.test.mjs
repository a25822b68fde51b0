// From the first step to a receipt: a member at a computer, the same member's phone, and an agent; without scripts.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { CARD, approveNext, sendSide, zone } from "./document.mjs";
import { newPage, overflow, startBrowser, startForum } from "./support.mjs";

let forum;
let browser;
before(async () => {
  forum = await startForum();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await forum?.stop();
});

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const follow = (page, name) => page.getByRole("link", { name, exact: true }).first().click();
const heading = (page) => page.getByRole("heading", { level: 1 }).innerText();
const stepState = (page, step) => page.locator(`[data-step=${step}]`).getAttribute("data-state");

async function isWell(page, what) {
  assert.equal(await overflow(page), null, what);
}

test("a member hands over to a phone, an agent approves, and the receipt of what was destroyed checks", async () => {
  const computer = await newPage(browser, forum, { as: "daniel-r", scripts: false });
  await computer.goto("/verification");
  assert.equal(await stepState(computer, "document"), "now");
  await isWell(computer, "/verification, nothing begun");
  await follow(computer, "Begin");

  await computer.waitForURL("**/verification/document/consent");
  await isWell(computer, "consent");
  await computer.locator("[name=agree]").check();
  await computer.locator("main form button[type=submit]").first().click();
  await computer.waitForURL("**/verification/document/choose");
  await computer.selectOption("#country", "PT");
  await computer.locator("[name=kind][value=identity-card]").check();
  await isWell(computer, "choose");
  await computer.locator("main form button[type=submit]").first().click();
  await computer.waitForURL("**/verification/document/photos");
  await isWell(computer, "photos");

  await follow(computer, "Go on with your phone");
  await press(computer, "Make a link");
  const address = await computer.locator(".handover-link code").innerText();
  await isWell(computer, "a link for the phone");

  const phone = await newPage(browser, forum, { scripts: false, width: 390 });
  await phone.goto(address);
  await isWell(phone, "the link, on the phone");
  await press(phone, "Go on with this phone");
  await phone.waitForURL("**/handover");
  for (const side of ["front", "back"]) await sendSide(phone, side);
  await isWell(phone, "both sides sent");
  await press(phone, "Done");
  await phone.waitForURL("**/handover/done");
  await phone.goto("/verification");
  assert.match(phone.url(), /\/login/, "the phone can do this one thing alone");
  const again = await phone.goto(address);
  assert.match(await phone.locator("main").innerText(), /cannot be used/, `opened twice: ${again.status()}`);

  await follow(computer, "Check again");
  assert.match(await computer.locator("main").innerText(), /Every side is there/);
  await follow(computer, "Go on");
  await computer.waitForURL("**/verification/document/details");
  await isWell(computer, "details");
  await computer.fill("#mrz", zone(CARD).join("\n"));
  await computer.fill("#surname", "Reis");
  await computer.fill("#given_names", "Daniel");
  await computer.fill("#birth_date", "1988-04-21");
  await computer.selectOption("#nationality", "PT");
  await computer.fill("#number", "JN2094471");
  await computer.fill("#expiry", "2031-09-30");
  await computer.locator("main form button[type=submit]").first().click();
  await computer.locator("#birth_date-problem").waitFor();
  assert.equal(await computer.inputValue("#surname"), "Reis", "nothing typed is lost");
  await computer.fill("#birth_date", "1988-04-12");
  await computer.locator("main form button[type=submit]").first().click();
  await computer.waitForURL("**/verification/document/check");
  await isWell(computer, "look it over");
  await press(computer, "Send it off");
  await computer.goto("/verification");
  assert.equal(await stepState(computer, "document"), "waiting");
  await isWell(computer, "/verification, waiting");

  // Those who wait longer come first, whoever asks.
  const agent = await newPage(browser, forum, { as: "noor-v", scripts: false });
  await agent.goto("/agent");
  await isWell(agent, "the desk");
  const names = [];
  while (!names.at(-1)?.includes("Daniel R") && names.length < 12) names.push(await approveNext(agent));
  assert.ok(names.length > 1 && names.at(-1).includes("Daniel R"), `decided ${names.length}`);

  await computer.goto("/verification");
  assert.equal(await stepState(computer, "document"), "done");
  assert.match(await computer.locator("[data-step=document]").innerText(), /Approved/);
  await isWell(computer, "/verification, approved");
  await follow(computer, "Who opened your case");
  await isWell(computer, "who opened my case");
  await computer.goto("/verification");
  await follow(computer, "Destroy my images now");
  await press(computer, "Destroy them now");
  await computer.goto("/verification/receipts");
  await isWell(computer, "receipts");
  assert.equal(await computer.locator(".receipt").count(), 2);
  const receipt = await computer.locator(".receipt input[name=receipt]").first().inputValue();

  // Anybody can check it, and a changed one is found out.
  const anybody = await newPage(browser, forum, { scripts: false });
  await anybody.goto("/openness/destroyed");
  await isWell(anybody, "/openness/destroyed");
  await anybody.fill("#receipt", receipt);
  await press(anybody, "Check it");
  assert.match(await anybody.locator("#answer").innerText(), /signed by this site/i);
  await anybody.goto("/openness/destroyed");
  await anybody.fill("#receipt", receipt.replace(/"side": ?"front"/, '"side":"back"').replace(/front/, "back"));
  await press(anybody, "Check it");
  assert.doesNotMatch(await anybody.locator("main").innerText(), /proof verifies/i);

  for (const page of [computer, phone, agent, anybody]) assert.deepEqual(page.troubles, []);
});

test("a phone number is proved with the code from the outbox, without scripts", async () => {
  const page = await newPage(browser, forum, { as: "leo-p", scripts: false, width: 390 });
  await page.goto("/verification");
  assert.equal(await stepState(page, "phone"), "now");
  await follow(page, "Enter your number");
  await isWell(page, "the number");
  await page.selectOption("select[name=country]", "DE");
  await page.fill("input[name=number]", "0151 23456789");
  await page.locator("main form button[type=submit]").first().click();
  await page.waitForURL("**/verification/phone/code");
  await isWell(page, "the code");
  await page.fill("input[name=code]", "00000");
  await page.locator("main form button[type=submit]").first().click();
  await page.locator(".problem").first().waitFor();
  await page.goto("/outbox");
  const code = (await page.locator("main").innerText()).match(/(\d{5}) is your/)[1];
  await page.goto("/verification/phone/code");
  await page.fill("input[name=code]", ` ${code.slice(0, 2)} ${code.slice(2)} `);
  await page.locator("main form button[type=submit]").first().click();
  await page.goto("/verification");
  assert.equal(await stepState(page, "phone"), "done");
  await isWell(page, "/verification, phone done");
  assert.deepEqual(page.troubles, []);
});
