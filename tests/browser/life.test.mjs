// What the people of a forum do for each other, one journey for each role, mostly without scripts.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { cookieOf, newPage, send, startBrowser, startForum } from "./support.mjs";

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
  const page = await newPage(browser, forum, { scripts: false, ...options });
  try {
    await journey(page);
    assert.deepEqual(page.troubles, []);
  } finally {
    await page.context().close();
  }
}

/** Starts a thread without a browser, and returns its address. */
async function startThread(handle, title, body, type = "discussion") {
  const cookie = await cookieOf(forum, handle);
  const answer = await send(forum, "/b/finding-work/threads", { title, type, body, request_id: "" }, cookie);
  assert.equal(answer.status, 303, await answer.text());
  return answer.headers.get("location");
}

async function reply(handle, thread, body) {
  const cookie = await cookieOf(forum, handle);
  const answer = await send(forum, `/t/${thread.split("/")[2]}/replies`, { body, request_id: "" }, cookie);
  assert.equal(answer.status, 303, await answer.text());
}

const heading = (page) => page.getByRole("heading", { level: 1 }).innerText();
const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const bodyOf = (page, number) => page.locator(`#p-${number} .post-body`).innerText();
const menu = (page, name) => page.locator("summary", { hasText: name }).click();
const more = (page, number) => page.locator(`#p-${number} summary`, { hasText: "More" }).click();

describe("a post that should not stand, and one that should", () => {
  const BAD = "Buy my course instead.";
  let thread;
  let post;
  before(async () => {
    thread = await startThread("daniel-r", "What do you keep in your drawer?", "A **ruler** and a knife.");
    await reply("ben-a", thread, BAD);
  });

  test("a member likes, quotes, follows, keeps and reports", () =>
    visit({ as: "maria-k" }, async (page) => {
      await page.goto(thread);
      const like = page.locator("#p-1 [data-like] button");
      assert.equal(await like.getAttribute("aria-pressed"), "false");
      await like.click();
      await page.waitForURL(/#p-1$/);
      assert.equal(await like.getAttribute("aria-pressed"), "true");
      assert.equal(await page.locator("#p-1 [data-likes]").innerText(), "1");
      await more(page, 1);
      await link(page, "Who likes this").click();
      await link(page, "Maria K").first().waitFor();

      await page.goto(thread);
      await page.locator("#p-1 .quote-link").click();
      const words = await page.getByLabel("Your reply").inputValue();
      assert.match(words, /^> \[@daniel-r wrote:\]/);
      await page.getByLabel("Your reply").fill(`${words}\n\nAnd a pencil.`);
      await button(page, "Post reply").click();
      await page.waitForURL(/#p-3$/);
      assert.equal(await page.locator("#p-3 blockquote strong").innerText(), "ruler");
      assert.match(await page.locator("#p-1 .post-quoted").innerText(), /3 by Maria K/);

      // Whoever writes follows by themselves.
      await menu(page, "Page options");
      await button(page, "Stop following").click();
      await menu(page, "Page options");
      await button(page, "Follow: tell me of replies").click();
      await menu(page, "Page options");
      await button(page, "Stop following").waitFor();

      await button(page, "Bookmark").click();
      await page.goto("/bookmarks");
      const kept = page.locator(".row", { hasText: "What do you keep in your drawer?" });
      await kept.locator("summary", { hasText: "Add a note" }).click();
      await kept.getByLabel("Note").fill("For the winter");
      await kept.getByRole("button", { name: "Save note" }).click();
      assert.equal(await kept.locator(".kept-note").innerText(), "For the winter");

      await page.goto(thread);
      post = await page.locator("#p-2").getAttribute("data-post");
      await more(page, 2);
      await link(page, "Report").click();
      await page.getByLabel("Advertising or spam").check();
      await page.getByLabel("In your words", { exact: true }).fill("He sells something.");
      await button(page, "Send the report").click();
      await page.getByRole("status").getByText("Your report arrived").waitFor();
    }));

  test("a moderator claims the case and removes the post by a rule", () =>
    visit({ as: "goran-m" }, async (page) => {
      await page.goto("/");
      await link(page, "Moderation").click();
      await page.locator("#cases").getByRole("link", { name: /What do you keep in your drawer\?, post 2/ }).click();
      assert.match(await page.locator("#reports").innerText(), /Advertising or spam[\s\S]*He sells something/);
      await button(page, "Claim this case").click();
      await page.getByText("You work on this case").waitFor();
      const address = page.url();
      await link(page, "Remove the post").click();
      await page.getByLabel("Which rule does this rest on?").selectOption({ index: 1 });
      await page.getByLabel("Why?").fill("advertising");
      await button(page, "Remove the post").click();
      await page.goto(address);
      await page.getByText("Closed: Something was done").waitFor();
      await page.goto(thread);
      assert.match(await page.locator("#p-2").innerText(), /was removed by a moderator: advertising/);
      assert.equal(await page.locator("#p-2 .post-body").count(), 0);
    }));

  test("its author reads why, and appeals", () =>
    visit({ as: "ben-a" }, async (page) => {
      await page.goto("/notices");
      await page.locator("#notices").getByRole("link", { name: "Post removed" }).click();
      assert.match(await page.locator(".facts").innerText(), /advertising/);
      await page.getByLabel("Why is it wrong?").fill("It was a joke about my last course.");
      await button(page, "Appeal").click();
      await page.getByRole("heading", { name: "Your appeal" }).waitFor();
      assert.equal(await button(page, "Appeal").count(), 0);
    }));

  test("whoever acted does not decide, another moderator does, and the post stands again", async () => {
    const open = async (page) => {
      await page.goto("/moderation/appeals");
      await page.locator("#appeals").getByRole("link", { name: "Ben A: Post removed" }).click();
      await page.getByText("It was a joke about my last course.").waitFor();
    };
    await visit({ as: "goran-m" }, async (page) => {
      await open(page);
      assert.equal(await button(page, "Decide").count(), 0);
    });
    await visit({ as: "aisha-b" }, async (page) => {
      await open(page);
      await page.getByLabel("Reverse it").check();
      await page.getByLabel("Why?").first().fill("It was a joke indeed");
      await button(page, "Decide").click();
      await page.getByText("This was taken back").waitFor();
      await page.goto(thread);
      assert.equal(await bodyOf(page, 2), BAD);
    });
  });

  test("the author, the reporter and everybody can see what came of it", async () => {
    await visit({ as: "ben-a" }, async (page) => {
      await page.goto("/notices");
      const row = page.locator("#notices .row", { hasText: "advertising" });
      assert.match(await row.innerText(), /Taken back/);
      await row.getByRole("link", { name: "Post removed" }).click();
      await page.getByText("It was a joke indeed").waitFor();
    });
    await visit({ as: "maria-k" }, async (page) => {
      await page.goto(`/p/${post}/report`);
      await page.getByText("A moderator looked at it and acted.").waitFor();
    });
    await visit({}, async (page) => {
      await page.goto("/moderation/log");
      const row = page.locator("#log .row[data-act=remove]").first();
      assert.match(await row.innerText(), /Post removed[\s\S]*Taken back later[\s\S]*What do you keep in your drawer\?/);
      assert.doesNotMatch(await page.locator("#log").innerText(), /advertising|Goran/);
      await page.goto(thread);
      assert.equal(await bodyOf(page, 2), BAD);
    });
  });
});

test("an edit long after shows in the post's history, word by word", async () => {
  await visit({ as: "maria-k" }, async (page) => {
    await page.goto("/b/finding-work");
    await page.getByRole("link", { name: "The proposal that got me hired was four sentences long" }).first().click();
    await page.locator("#p-1").getByRole("link", { name: "Edit post 1", exact: true }).click();
    const words = await page.getByLabel("The post").inputValue();
    await page.getByLabel("The post").fill(words.replace("I keep a folder", "I still keep a folder"));
    await page.getByLabel("What did you change?").fill("I do, to this day");
    await button(page, "Save").click();
    await page.waitForURL(/#p-1$/);
    assert.match(await page.locator("#p-1 .post-edited").innerText(), /Edited by Maria K.*I do, to this day/);
  });
  await visit({}, async (page) => {
    await page.goto("/b/finding-work");
    await page.getByRole("link", { name: "The proposal that got me hired was four sentences long" }).first().click();
    await page.locator("#p-1").getByRole("link", { name: "What changed in post 1", exact: true }).click();
    assert.equal(await page.locator(".revision").count(), 2);
    assert.match(await page.locator(".revision ins").innerText(), /still/);
    assert.equal(await page.locator(".revision del").count(), 0);
    await link(page, "Side by side").click();
    assert.match(await page.locator(".diff-side .diff-new ins").innerText(), /still/);
  });
});

test("a community manager announces with a banner, and sees who read and dismissed it", async () => {
  const TEXT = "The harbour closes at nine from Monday.";
  let address;
  await visit({ as: "lena-h" }, async (page) => {
    await page.goto("/");
    await link(page, "Manage").click();
    await link(page, "New announcement").click();
    await page.getByLabel("Title").fill("New hours of the harbour");
    await page.locator("#body").fill("From Monday the harbour closes at **nine**.");
    await page.getByLabel("A banner on every page").check();
    await page.getByLabel("What the banner says").fill(TEXT);
    await page.getByLabel("All members", { exact: true }).check();
    await button(page, "Preview").click();
    assert.equal(await page.locator("#preview strong").innerText(), "nine");
    assert.equal(await page.getByLabel("What the banner says").inputValue(), TEXT);
    assert.equal(await page.getByLabel("All members", { exact: true }).isChecked(), true);
    await button(page, "Publish or schedule").click();
    await link(page, "Figures").waitFor();
    address = new URL(page.url()).pathname;
  });
  const banner = (page) => page.locator(".banner", { hasText: TEXT });
  await visit({}, async (page) => {
    await page.goto("/");
    assert.equal(await banner(page).count(), 0, "it is for members");
  });
  await visit({ as: "leo-p" }, async (page) => {
    await page.goto("/badges");
    // One at a time, and the older one first.
    assert.equal(await banner(page).count(), 0);
    await page.locator(".banner").getByRole("button", { name: /^Dismiss/ }).click();
    await banner(page).getByRole("link", { name: TEXT }).click();
    assert.equal(await heading(page), "New hours of the harbour");
    await page.goto("/badges");
    await banner(page).getByRole("button", { name: /^Dismiss/ }).click();
    await page.waitForURL(/\/badges$/);
    assert.equal(await banner(page).count(), 0);
    await page.goto("/");
    assert.equal(await banner(page).count(), 0);
  });
  await visit({ as: "lena-h" }, async (page) => {
    const figure = (code) => page.locator(`[data-figure=${code}]`).innerText();
    // What was read is written down now and then.
    for (let tries = 0; tries < 60; tries += 1) {
      await page.goto(`${address}/figures`);
      if ((await figure("read")) === "1") break;
      await new Promise((done) => setTimeout(done, 500));
    }
    assert.deepEqual([await figure("read"), await figure("dismissed"), await figure("commented")], ["1", "1", "0"]);
    assert.match(await page.locator(".figures-table tbody").innerText(), /\d/);
    await page.goto(address);
    await button(page, "End it now").click();
    await page.waitForURL(/\/manage$/);
  });
});

test("an administrator changes what a rank needs after a preview, and publishes a version of the rules", () =>
  visit({ as: "tomasz-w" }, async (page) => {
    await page.goto("/admin/ranks");
    const field = page.locator(".thresholds input").first();
    const label = await page.locator(".thresholds label").first().innerText();
    const old = await field.inputValue();
    const version = Number((await page.locator(".page-meta").innerText()).match(/Version (\d+)/)[1]);
    await field.fill("no number");
    await button(page, "See who would change").click();
    await page.getByText("Something below needs another look.").waitFor();
    await field.fill(String(Number(old) + 1));
    await button(page, "See who would change").click();
    await page.locator("#preview-title").waitFor();
    await button(page, "Publish these rules").click();
    await page.getByRole("status").getByText("The rules are published").waitFor();
    assert.equal(await field.inputValue(), String(Number(old) + 1), label);
    assert.match(await page.locator(".page-meta").innerText(), new RegExp(`Version ${version + 1}`));

    await page.goto("/rules");
    const before = await page.locator(".page-meta").innerText();
    const title = await page.locator("#rule-1 h2").innerText();
    const number = Number(before.match(/Version (\d+)/)[1]);
    await link(page, "Change them").click();
    await page.getByRole("group", { name: "Rule 1", exact: true }).getByLabel("Rule 1").fill(`${title}, always`);
    await page.getByLabel("What changed?").fill("The first one says always");
    await button(page, "Publish this version").click();
    await page.waitForURL(/\/rules$/);
    assert.equal(await page.locator("#rule-1 h2").innerText(), `${title}, always`);
    assert.match(await page.locator(".facts").innerText(), /The first one says always/);
    await link(page, `Version ${number}`).click();
    await page.getByText("This version no longer holds").waitFor();
    assert.equal(await page.locator("#rule-1 h2").innerText(), title);
  }));

test("whoever asked accepts an answer, and takes it back", async () => {
  const thread = await startThread("leo-p", "Which knot for a wet rope?", "It slips all the time.", "question");
  await reply("daniel-r", thread, "A bowline.");
  await visit({ as: "maria-k" }, async (page) => {
    await page.goto(thread);
    await more(page, 2);
    assert.equal(await button(page, "Accept this answer").count(), 0);
  });
  await visit({ as: "leo-p" }, async (page) => {
    await page.goto(thread);
    await more(page, 2);
    await button(page, "Accept this answer").click();
    await page.waitForURL(/#p-2$/);
    await page.locator("#p-2 .flag", { hasText: "Accepted answer" }).waitFor();
    const answer = page.getByRole("complementary", { name: "Accepted answer" });
    assert.match(await answer.innerText(), /Daniel R[\s\S]*A bowline\./);
    await answer.getByRole("link", { name: "Read post 2" }).click();
    await page.waitForURL(/#p-2$/);
    await more(page, 2);
    await button(page, "Take the acceptance back").click();
    await page.waitForURL(/#p-2$/);
    assert.equal(await page.locator("#p-2 .flag").count(), 0);
  });
});

test("with scripts a like is counted, and the page stays as it is", async () => {
  const thread = await startThread("daniel-r", "Fair winds today", "From the west.");
  await visit({ as: "maria-k", scripts: true }, async (page) => {
    await page.goto(thread);
    await page.getByLabel("Your reply").fill("Half a sentence");
    const like = page.locator("#p-1 [data-like] button");
    for (const [pressed, likes] of [["true", "1"], ["false", "0"], ["true", "1"]]) {
      await like.click();
      await page.locator(`#p-1 [data-like] button[aria-pressed=${pressed}]`).waitFor();
      assert.equal(await page.locator("#p-1 [data-likes]").innerText(), likes);
      assert.equal(page.url(), new URL(thread, forum.base).href);
    }
    assert.equal(await page.getByLabel("Your reply").inputValue(), "Half a sentence");
  });
  await visit({}, async (page) => {
    await page.goto(thread);
    assert.match(await page.locator("#p-1 .post-actions").innerText(), /1 like/i);
  });
});
