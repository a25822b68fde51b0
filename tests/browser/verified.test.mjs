// From the invitation to the badge: a member, an administrator, and two agents who know nothing of each other's work.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { CARD, approveNext, sendSide, zone } from "./document.mjs";
import { axe, cookieOf, newPage, overflow, send, startBrowser, startForum } from "./support.mjs";

const FAKES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

let forum;
let browsers;
before(async () => {
  forum = await startForum();
  browsers = await Promise.all([startBrowser(FAKES), startBrowser(FAKES)]);
});
after(async () => {
  await Promise.all((browsers ?? []).map((browser) => browser.close()));
  await forum?.stop();
});

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const go = (page) => page.locator("main form button[type=submit]").first().click();
const stepState = (page, step) => page.locator(`[data-step=${step}]`).getAttribute("data-state");
const says = (page, text) => page.locator("[data-words]", { hasText: text }).waitFor();
const switchOn = (page) => press(page, "Switch on camera and microphone");

/** Nothing for axe to find, nothing too wide, at a desk and on a phone; with SCREENSHOTS=1 also to be looked at. */
async function isWell(page, what) {
  const before = page.viewportSize();
  for (const [width, colorScheme] of [[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await axe(page), [], `${what}, ${width} ${colorScheme}`);
    assert.equal(await overflow(page), null, `${what}, ${width}`);
    if (process.env.SCREENSHOTS) {
      const file = new URL(`screenshots/verified-${what.replaceAll(/\W+/g, "-")}-${width}-${colorScheme}.png`, import.meta.url);
      await page.screenshot({ path: fileURLToPath(file), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(before);
}

/** The newest code in the demo's outbox with so many digits. */
async function codeFor(page, digits) {
  const outbox = await page.context().newPage();
  await outbox.goto("/outbox");
  const code = (await outbox.locator("main").innerText()).match(new RegExp(`(?<!\\d)(\\d{${digits}})(?= is )`))[1];
  await outbox.close();
  return code;
}

/** Pictures go on arriving. */
async function moves(page, video) {
  const frames = () => document.querySelector("video[data-theirs]").getVideoPlaybackQuality().totalVideoFrames;
  const known = await page.evaluate(frames);
  await page.waitForFunction(
    ([name, count]) => document.querySelector(`video[data-${name}]`).getVideoPlaybackQuality().totalVideoFrames > count + 5,
    [video, known],
    { timeout: 30_000 },
  );
}

async function provePhone(page) {
  await page.goto("/verification/phone");
  await page.selectOption("select[name=country]", "DE");
  await page.fill("input[name=number]", "0151 23456789");
  await go(page);
  await page.waitForURL("**/verification/phone/code");
  await page.fill("input[name=code]", await codeFor(page, 5));
  await go(page);
  await page.goto("/verification");
  assert.equal(await stepState(page, "phone"), "done");
}

async function sendDocument(page) {
  await page.goto("/verification/document/consent");
  await page.locator("[name=agree]").check();
  await go(page);
  await page.waitForURL("**/verification/document/choose");
  await page.selectOption("#country", "PT");
  await page.locator("[name=kind][value=identity-card]").check();
  await go(page);
  await page.waitForURL("**/verification/document/photos");
  for (const side of ["front", "back"]) await sendSide(page, side);
  await page.goto("/verification/document/details");
  await page.fill("#mrz", zone(CARD).join("\n"));
  const typed = { surname: "Reis", given_names: "Daniel", birth_date: "1988-04-12", number: CARD.number, expiry: "2031-09-30" };
  for (const [field, value] of Object.entries(typed)) await page.fill(`#${field}`, value);
  await page.selectOption("#nationality", "PT");
  await go(page);
  await page.waitForURL("**/verification/document/check");
  await press(page, "Send it off");
  await page.goto("/verification");
  assert.equal(await stepState(page, "document"), "waiting");
}

async function approve() {
  const page = await newPage(browsers[1], forum, { as: "noor-v" });
  const seen = [];
  while (!seen.at(-1)?.includes("Leo P") && seen.length < 12) seen.push(await approveNext(page));
  assert.ok(seen.at(-1).includes("Leo P"), `approved ${seen.length}`);
  await page.context().close();
}

/** What the badge beside a post says. */
const badgeOf = (page, number) =>
  page.locator(`#p-${number} [data-badge=identity-verified]`).getAttribute("title", { timeout: 2000 });

test("a member is invited, proves phone and document, talks to an agent, and has the badge", { timeout: 420_000 }, async () => {
  // He is in no rollout here: the badge's own rule opens the way.
  forum.rewrite("DELETE FROM rollout_members WHERE member_id = (SELECT id FROM members WHERE handle = 'leo-p')");
  const leo = await cookieOf(forum, "leo-p");
  const words = { title: "Where do you keep your contracts?", body: "In a drawer, so far.", request_id: "" };
  const thread = (await send(forum, "/b/finding-work/threads", words, leo)).headers.get("location");
  const member = await newPage(browsers[0], forum, { as: "leo-p" });
  await member.goto("/verification");
  assert.equal(await stepState(member, "document"), "locked");

  // An administrator opens the way.
  const administrator = await newPage(browsers[1], forum, { as: "tomasz-w" });
  await administrator.goto("/admin/members/leo-p");
  await administrator.selectOption("form[action$='/tier'] select[name=tier]", "top-rated");
  await administrator.locator("form[action$='/tier'] button[type=submit]").click();
  await administrator.context().close();

  await provePhone(member);
  assert.equal(await stepState(member, "document"), "now");
  await sendDocument(member);
  await approve();

  // A time is chosen, and given back for the queue.
  await member.goto("/verification/call");
  await isWell(member, "choosing a time");
  await member.locator("#times button[name=at]").first().click();
  await isWell(member, "a time that is held");
  await press(member, "Confirm this time");
  assert.equal(await member.locator("#now-title").innerText(), "Booked");
  await isWell(member, "booked");
  await press(member, "Cancel the call");

  await member.goto("/verification/call/test");
  await press(member, "Start the test");
  for (const check of ["camera", "microphone", "connection"]) {
    await member.locator(`[data-check=${check}][data-is=good]`).waitFor({ timeout: 30_000 });
  }
  await isWell(member, "the test");

  await member.goto("/verification/call");
  await member.locator("#queue button[type=submit]").click();
  await isWell(member, "the queue");
  await member.goto("/verification/call/room");
  await switchOn(member);
  await says(member, "Waiting room");
  await isWell(member, "the waiting room");

  // The agent who approved the document is not offered the call; another is.
  const decider = await send(forum, "/agent/calls", {}, await cookieOf(forum, "noor-v"));
  assert.match(decider.headers.get("location"), /told=nothing/);
  const agent = await newPage(browsers[1], forum, { as: "femi-o" });
  await agent.goto("/agent/calls");
  await press(agent, "Take the next one");
  await agent.waitForURL(/\/agent\/calls\/\d+$/);
  const call = new URL(agent.url()).pathname;
  assert.equal((await fetch(forum.base + call, { headers: { cookie: await cookieOf(forum, "noor-v") } })).status, 404);
  await press(agent, "Let them in");
  await switchOn(agent);
  for (const page of [member, agent]) await says(page, /^Connected$/);
  for (const page of [member, agent]) await moves(page, "theirs");
  // Another session of the same member finds the seat taken.
  const elsewhere = await newPage(browsers[0], forum, { as: "leo-p" });
  await elsewhere.goto("/verification/call/room");
  await switchOn(elsewhere);
  await elsewhere.locator("[data-words]", { hasNotText: /Nothing is switched on|Connecting/ }).waitFor();
  await elsewhere.waitForTimeout(1500);
  assert.doesNotMatch(await elsewhere.locator("[data-words]").innerText(), /^Connected$/);
  await elsewhere.context().close();
  await isWell(member, "the call of the member");

  // The member's phone had a code for another purpose just now, and the next has to wait a minute.
  await press(agent, "Send the code");
  await agent.locator("#code-typed, #code .problem").first().waitFor();
  const wait = (await agent.locator("#code").innerText()).match(/in (\d+) seconds/);
  if (wait) {
    await agent.waitForTimeout((Number(wait[1]) + 1) * 1000);
    await press(agent, "Send the code");
  }
  await agent.locator("#code-typed").waitFor();
  await agent.fill("#code-typed", await codeFor(agent, 6));
  await press(agent, "Check the code");
  await agent.locator("#code-right").waitFor();
  for (const yes of await agent.locator("input[type=radio][name^=answer-][value=yes]").all()) await yes.check();
  await agent.locator("input[name=outcome][value=passed]").check();
  await isWell(agent, "the call of the agent");
  for (const page of [member, agent]) await says(page, /^Connected$/);
  await press(agent, "Decide");
  await agent.waitForURL(/\/agent\/calls\?told=passed/);

  await member.goto("/verification/call");
  assert.equal(await member.locator("#now-title").innerText(), "Passed");
  await isWell(member, "the result");
  await member.goto("/verification");
  assert.equal(await stepState(member, "call"), "done");
  await isWell(member, "the status after the call");

  // Nobody sees a badge before it has settled; then it stands beside old posts and new ones, and says which is which.
  const visitor = await newPage(browsers[1], forum);
  await visitor.goto(thread);
  assert.equal(await visitor.locator("#p-1 [data-badge=identity-verified]").count(), 0);
  forum.rewrite("UPDATE badge_grants SET needs_second = 0, settles_at = '2026-01-01 00:00:00' WHERE state = 'settling'");
  await assert.doesNotReject(async () => {
    for (let tries = 0; tries < 45; tries += 1) {
      await visitor.reload();
      if (await visitor.locator("#p-1 [data-badge=identity-verified]").count()) return;
      await visitor.waitForTimeout(2000);
    }
    throw new Error("the badge did not appear");
  });
  const id = thread.match(/\/t\/(\d+)/)[1];
  await send(forum, `/t/${id}/replies`, { body: "In a safe, from today on.", request_id: "" }, leo);
  await visitor.reload();
  assert.match(await badgeOf(visitor, 1), /Verified when posted: no\.$/);
  assert.match(await badgeOf(visitor, 2), /Verified when posted: yes\.$/);
  await isWell(visitor, "the thread with the badge");
  await visitor.locator("#p-1 [data-badge=identity-verified]").click();
  await visitor.waitForURL("**/badges/of/leo-p");
  await isWell(visitor, "what the badge says");
  // A code that had to wait was refused beside the page, and the browser notes that.
  agent.troubles = agent.troubles.filter((trouble) => !trouble.includes("status of 422"));
  for (const page of [member, agent, visitor]) assert.deepEqual(page.troubles, []);
});
