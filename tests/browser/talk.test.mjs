// Talking to each other: quotes, mentions and drafts, with scripts and without.
import { after, before, describe, test } from "node:test";
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

/** Visits as somebody, and ends with an untroubled page. */
async function visit(options, journey) {
  const page = await newPage(browser, forum, options);
  try {
    await journey(page);
    assert.deepEqual(page.troubles, []);
  } finally {
    await page.context().close();
  }
}

/** Starts a thread without a browser, and returns its address. */
async function startThread(handle, title, body) {
  const cookie = await cookieOf(forum, handle);
  const answer = await send(forum, "/b/finding-work/threads", { title, body, request_id: "" }, cookie);
  assert.equal(answer.status, 303, await answer.text());
  return answer.headers.get("location");
}

async function reply(handle, thread, body) {
  const [, id] = thread.match(/\/t\/(\d+)/);
  const answer = await send(forum, `/t/${id}/replies`, { body }, await cookieOf(forum, handle));
  assert.equal(answer.status, 303, await answer.text());
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const composer = (page) => page.getByLabel("Your reply");
const line = (page) => page.locator(".draft-line");

/** Selects words of a post, as a mouse would. */
function select(page, number, words) {
  return page.locator(`#p-${number} .post-body p`, { hasText: words }).last().evaluate((paragraph, words) => {
    const text = [...paragraph.childNodes].find((node) => node.data?.includes(words));
    const start = text.data.indexOf(words);
    getSelection().setBaseAndExtent(text, start, text, start + words.length);
  }, words);
}

describe("with scripts", () => {
  test("a selection is quoted on the page, and the original opens in place", async () => {
    const thread = await startThread("leo-p", "A part of the whole", "First words.\n\nThe *second* part says more.");
    await visit({ as: "maria-k" }, async (page) => {
      await page.goto(thread);
      await composer(page).fill("Before it.");
      await select(page, 1, "part says");
      const quote = page.locator(".quote-button");
      await quote.waitFor();
      assert.ok((await quote.boundingBox()).height >= 44);
      await quote.click();
      const id = await page.locator("#p-1").getAttribute("data-post");
      await page.waitForFunction(() => document.querySelector("textarea").value.includes("wrote"));
      assert.equal(await composer(page).inputValue(), `Before it.\n\n> [@leo-p wrote:](/p/${id})\n>\n> part says\n\n`);
      assert.equal(page.url(), new URL(thread, forum.base).href);

      await page.keyboard.type("After it.");
      await button(page, "Post reply").click();
      await page.waitForURL(/#p-2$/);
      assert.equal(await page.locator("#p-2 blockquote.quote").getAttribute("data-quote"), id);
      const source = page.locator("#p-2 .quote-source a");
      await source.click();
      const original = page.locator("#p-2 .original");
      await original.waitFor();
      assert.match(await original.innerText(), /Leo P[\s\S]*First words\./);
      assert.equal(await source.getAttribute("aria-expanded"), "true");
      assert.deepEqual(await axe(page), []);
      await original.getByRole("button", { name: "Close" }).click();
      await original.waitFor({ state: "detached" });
    });
  });

  test("the Quote link of a post fills the composer of its page", async () => {
    const thread = await startThread("leo-p", "The whole of it", "Every **word**.");
    await visit({ as: "maria-k", width: 390 }, async (page) => {
      await page.goto(thread);
      await page.locator("#p-1 .quote-link").click();
      await page.waitForFunction(() => document.querySelector("textarea").value.includes("wrote"));
      assert.match(await composer(page).inputValue(), /> Every \*\*word\*\*\.\n\n$/);
      assert.equal(page.url(), new URL(thread, forum.base).href);
      assert.equal(await overflow(page), null);
    });
  });

  test("a draft is kept, and an old tab cannot overwrite it", async () => {
    const thread = await startThread("leo-p", "In two tabs", "Say something.");
    await visit({ as: "maria-k" }, async (page) => {
      const other = await page.context().newPage();
      await page.goto(thread);
      await other.goto(thread);
      await composer(page).fill("Written in the first tab");
      await line(page).getByText("Draft saved").waitFor();
      await line(other).getByText("Another tab has a newer draft").waitFor();
      assert.equal(await composer(other).inputValue(), "");
      await button(other, "Use the newer one").click();
      assert.equal(await composer(other).inputValue(), "Written in the first tab");
      await composer(other).fill("Gone on in the second tab");
      await line(other).getByText("Draft saved").waitFor();
      await line(page).getByText("Another tab has a newer draft").waitFor();
      await button(page, "Keep mine").click();
      await line(page).getByText("Draft saved").waitFor();
      await other.close();

      await page.goto(thread);
      assert.equal(await composer(page).inputValue(), "Written in the first tab");
      await button(page, "Post reply").click();
      await page.waitForURL(/#p-2$/);
      await page.goto(thread);
      assert.equal(await composer(page).inputValue(), "");
    });
  });

  test("another browser is told of the newer draft by the server", async () => {
    const thread = await startThread("leo-p", "In two browsers", "Say something.");
    const first = await newPage(browser, forum, { as: "maria-k" });
    const second = await newPage(browser, forum, { as: "maria-k" });
    await first.goto(thread);
    await second.goto(thread);
    await composer(first).fill("On the big screen");
    await line(first).getByText("Draft saved").waitFor();
    await composer(second).fill("On the small one");
    await line(second).getByText("Another tab has a newer draft").waitFor();
    await button(second, "Use the newer one").click();
    assert.equal(await composer(second).inputValue(), "On the big screen");
    assert.deepEqual(first.troubles, []);
    // The browser notes the refused saving, which is what was asked for.
    assert.deepEqual(second.troubles.filter((trouble) => !trouble.includes("409")), []);
    await first.context().close();
    await second.context().close();
  });

  test("words survive a reload before the server has them, and signing out takes them away", async () => {
    const thread = await startThread("leo-p", "At once", "Say something.");
    await visit({ as: "maria-k" }, async (page) => {
      await page.goto(thread);
      await composer(page).fill("Typed a moment ago");
      await page.reload();
      assert.equal(await composer(page).inputValue(), "Typed a moment ago");
      await page.locator(".site-account summary").click();
      await button(page, "Sign out").click();
      await page.getByRole("link", { name: "Sign in", exact: true }).first().waitFor();
      assert.equal(await page.evaluate(() => Object.keys(localStorage).length), 0);
    });
  });

  test("members are offered while their name is typed", async () => {
    const thread = await startThread("leo-p", "Who is who", "Say something.");
    await visit({ as: "daniel-r" }, async (page) => {
      await page.goto(thread);
      await composer(page).click();
      await page.keyboard.type("Ask @ma");
      const list = page.getByRole("listbox", { name: "Members" });
      await list.waitFor();
      assert.ok((await list.getByRole("option").count()) >= 1);
      assert.deepEqual(await axe(page), []);
      await page.keyboard.press("Escape");
      await list.waitFor({ state: "hidden" });
      assert.equal(await composer(page).inputValue(), "Ask @ma");
      await page.keyboard.type("ria");
      await list.getByRole("option", { name: "@maria-k" }).waitFor();
      const active = await composer(page).getAttribute("aria-activedescendant");
      assert.equal(await page.locator(`#${active}`).getAttribute("aria-selected"), "true");
      await page.keyboard.press("Enter");
      assert.equal(await composer(page).inputValue(), "Ask @maria-k ");
      await list.waitFor({ state: "hidden" });
      await button(page, "Post reply").click();
      await page.waitForURL(/#p-2$/);
      assert.equal(await page.locator("#p-2 .post-body a").getAttribute("href"), "/u/maria-k");
    });
  });
});

for (const scripts of [true, false]) {
  const tail = scripts ? "on" : "off";

  test(`what came meanwhile is shown before posting, scripts ${tail}`, async () => {
    const thread = await startThread("leo-p", `A lively thread, scripts ${tail}`, "Say something.");
    const page = await newPage(browser, forum, { scripts, as: "maria-k" });
    await page.goto(thread);
    await composer(page).fill("My answer.");
    await reply("daniel-r", thread, "I was quicker.");
    await button(page, "Post reply").click();
    await page.getByRole("alert").getByText("1 new reply while you were writing").waitFor();
    assert.match(await page.locator(".original").innerText(), /Daniel R[\s\S]*I was quicker\./);
    assert.equal(await composer(page).inputValue(), "My answer.");
    if (scripts) assert.deepEqual(await axe(page), []);
    await button(page, "Post reply").click();
    await page.waitForURL(/#p-3$/);
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });
}

describe("without scripts", () => {
  test("a post is quoted on a page of its own", async () => {
    const thread = await startThread("leo-p", "Quoted by a link", "Every **word**.");
    await visit({ scripts: false, as: "maria-k" }, async (page) => {
      await page.goto(thread);
      await page.locator("#p-1 .quote-link").click();
      assert.match(page.url(), /\/p\/\d+\/quote$/);
      const words = await composer(page).inputValue();
      assert.match(words, /^> \[@leo-p wrote:\]\(\/p\/\d+\)\n>\n> Every \*\*word\*\*\.\n/);
      await composer(page).fill(`${words}\n\nIndeed.`);
      await button(page, "Post reply").click();
      await page.waitForURL(/#p-2$/);
      assert.equal(await page.locator("#p-2 blockquote.quote strong").innerText(), "word");
    });
  });

  test("a draft is saved by its button, found again and discarded", async () => {
    const thread = await startThread("leo-p", "Kept by a button", "Say something.");
    await visit({ scripts: false, as: "maria-k" }, async (page) => {
      await page.goto(thread);
      assert.equal(await button(page, "Discard draft").count(), 0);
      await composer(page).fill("Not yet finished");
      await button(page, "Save draft").click();
      await page.waitForURL(/#reply$/);
      assert.equal(await composer(page).inputValue(), "Not yet finished");
      assert.match(await line(page).innerText(), /Draft saved/);
      await page.goto("/drafts");
      await page.getByRole("link", { name: "Reply to Kept by a button" }).click();
      assert.equal(await composer(page).inputValue(), "Not yet finished");
      await button(page, "Discard draft").click();
      await page.waitForURL(/#reply$/);
      assert.equal(await composer(page).inputValue(), "");
    });
  });

  test("an old tab sees both drafts and decides", async () => {
    const thread = await startThread("leo-p", "Two tabs, no scripts", "Say something.");
    const page = await newPage(browser, forum, { scripts: false, as: "maria-k" });
    const other = await page.context().newPage();
    await page.goto(thread);
    await other.goto(thread);
    await composer(page).fill("The newer words");
    await button(page, "Save draft").click();
    await composer(other).fill("The older words");
    await button(other, "Save draft").click();
    await other.getByRole("heading", { name: "A newer draft is kept" }).waitFor();
    assert.equal(await other.getByLabel("What you just sent").inputValue(), "The older words");
    assert.equal(await other.locator("#newer").inputValue(), "The newer words");
    await button(other, "Keep this one").click();
    await page.goto(thread);
    assert.equal(await composer(page).inputValue(), "The older words");
    await page.context().close();
  });
});
