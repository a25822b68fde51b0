// Two windows: answers that one writes show in the other, and nothing there moves.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { axe, cookieOf, newPage, overflow, send, startBrowser, startForum } from "./support.mjs";

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

async function startThread(handle, title) {
  const cookie = await cookieOf(forum, handle);
  const answer = await send(forum, "/b/finding-work/threads", { title, body: "The first words.", request_id: "" }, cookie);
  assert.equal(answer.status, 303, await answer.text());
  return answer.headers.get("location");
}

async function reply(handle, thread, body) {
  const cookie = await cookieOf(forum, handle);
  const answer = await send(forum, `/t/${thread.split("/")[2]}/replies`, { body, request_id: "" }, cookie);
  assert.equal(answer.status, 303, await answer.text());
}

const place = (page) =>
  page.evaluate(() => [scrollY, ...["article", "#body"].map((one) => document.querySelector(one).getBoundingClientRect().top)]);

test("answers from another window show as one line, and the page stays where it is", async () => {
  const thread = await startThread("maria-k", "Read me in two windows");
  const reader = await newPage(browser, forum, { as: "leo-p" });
  const writer = await newPage(browser, forum, { as: "daniel-r" });
  await reader.goto(thread);
  const title = await reader.title();
  await reader.locator("#body").fill("What I am writing");
  const before = await place(reader);

  await writer.goto(thread);
  await writer.locator("#body").fill("From the other window.");
  await writer.locator("form[data-composer] .button-primary").click();
  await writer.locator("#p-2").waitFor();
  const line = reader.locator(".news a");
  await line.waitFor();
  assert.equal(await line.innerText(), "1 new reply");
  await reply("goran-m", thread, "And one more.");
  await reader.getByRole("link", { name: "2 new replies" }).waitFor();

  assert.equal(await reader.title(), `(2) ${title}`);
  assert.deepEqual(await place(reader), before, "nothing jumped");
  assert.equal(await reader.locator("#body").inputValue(), "What I am writing");
  assert.deepEqual(await axe(reader), []);
  await line.click();
  await reader.waitForURL(/#p-2$/);
  assert.match(await reader.locator("#p-2 .post-body").innerText(), /From the other window/);
  assert.equal(await reader.title(), title);
  for (const page of [reader, writer]) {
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  }
});

test("what is told stands beside the bell and in the list, without scripts too", async () => {
  const thread = await startThread("maria-k", "Tell me of answers");
  await reply("daniel-r", thread, "An answer.");
  for (const [scripts, width, scheme] of [[true, 1280, "light"], [false, 390, "dark"]]) {
    const page = await newPage(browser, forum, { as: "maria-k", scripts, width, scheme });
    const told = page.locator(".notifications", { hasText: "Tell me of answers" });
    for (let tries = 0; tries < 50 && !(await told.count()); tries += 1) await page.goto("/notifications");
    assert.equal(await overflow(page), null);
    if (scripts) {
      assert.deepEqual(await axe(page), []);
      await page.getByRole("link", { name: /unread notification/ }).waitFor();
    } else {
      await page.getByRole("link", { name: "Daniel R replied in Tell me of answers" }).click();
      await page.waitForURL(/#p-2$/);
      await page.goto("/notifications");
      const row = page.locator(".notifications .row", { hasText: "Tell me of answers" });
      assert.equal(await row.getAttribute("class"), "row");
    }
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  }
});

test("what is sent is chosen, and the page of it fits every window", async () => {
  for (const [width, scheme] of [[1280, "light"], [390, "dark"]]) {
    const page = await newPage(browser, forum, { as: "lena-h", width, scheme });
    await page.goto("/settings/notifications");
    assert.equal(await overflow(page), null);
    assert.deepEqual(await axe(page), []);
    await page.getByLabel("Replies").selectOption("never");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("What is sent to you is saved.").waitFor();
    assert.equal(await page.getByLabel("Replies").inputValue(), "never");
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  }
});
