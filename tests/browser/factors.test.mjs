// Passkeys in a real browser, with an authenticator that the browser plays.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { axe, newPage, overflow, startBrowser, startForum } from "./support.mjs";

const PASSWORD = "slate gold streak lantern";
let forum;
let browser;
before(async () => {
  // Browsers keep passkeys for names alone, not for numbers.
  forum = await startForum({ name: "localhost" });
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await forum?.stop();
});

async function withAuthenticator(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

const heading = (page) => page.getByRole("heading", { level: 1 }).innerText();
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

async function join(page, handle, name) {
  await page.goto("/join");
  await page.fill("#handle", handle);
  await page.fill("#name", name);
  await page.fill("#email", `${handle}@example.org`);
  await page.fill("#password", PASSWORD);
  await page.locator("main form button[type=submit]").click();
  await page.waitForURL("**/join/check-mail");
}

async function signIn(page, handle) {
  await page.goto("/login?next=%2Fdrafts");
  await page.fill("#login", handle);
  await page.fill("#password", PASSWORD);
  await press(page, "Sign in");
}

test("a passkey is added, signs in, opens the list and is removed", async () => {
  const page = await newPage(browser, forum, {});
  await withAuthenticator(page);
  await join(page, "petra-s", "Petra S");
  await signIn(page, "petra-s");
  await page.waitForURL("**/drafts");

  await page.goto("/settings/second-factor");
  await page.getByRole("link", { name: "Add a passkey" }).click();
  await page.fill("#name", "My laptop");
  await page.fill("#who", "not my password");
  await press(page, "Add a passkey");
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /neither your password/);
  // The browser notes that a script's question came back with 422; that is what was asked for.
  page.troubles.length = 0;
  await page.fill("#who", PASSWORD);
  await press(page, "Add a passkey");
  await page.waitForURL("**/settings/second-factor?saved=passkey");
  assert.deepEqual(await axe(page), []);
  assert.match(await page.locator("main").innerText(), /My laptop/);

  await page.getByRole("link", { name: "Make recovery codes" }).click();
  await press(page, "Make ten codes");
  assert.equal(await page.locator(".recovery-codes li").count(), 10);
  const [code] = await page.locator(".recovery-codes code").allInnerTexts();

  await page.context().clearCookies();
  await signIn(page, "petra-s");
  await page.waitForURL("**/login/second-factor?next=%2Fdrafts");
  assert.equal(await heading(page), "Show your second factor");
  assert.deepEqual(await axe(page), []);
  await press(page, "Use a passkey");
  await page.waitForURL("**/drafts");

  // Without the device, a recovery code does.
  await page.context().clearCookies();
  await signIn(page, "petra-s");
  await page.fill("#code", code);
  await press(page, "Go on");
  await page.waitForURL("**/drafts");

  await page.goto("/settings/second-factor");
  await page.getByRole("link", { name: "Change My laptop" }).click();
  await press(page, "Remove My laptop");
  await page.waitForURL("**/settings/second-factor?saved=removed");
  await page.context().clearCookies();
  await signIn(page, "petra-s");
  await page.waitForURL("**/drafts");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("without scripts the page says so, and an app does", async () => {
  for (const width of [390, 1280]) {
    const page = await newPage(browser, forum, { as: "maria-k", scripts: false, width });
    await page.goto("/settings/second-factor/passkey");
    assert.match(await page.locator(".notice").innerText(), /Scripts are off/);
    assert.equal(await page.locator("form[data-passkey]").isVisible(), false);
    await page.getByRole("link", { name: "Add an app" }).click();
    assert.equal(await page.locator("svg.qr").isVisible(), true);
    assert.equal(await overflow(page), null);
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  }
});
