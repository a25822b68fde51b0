// What people come to do, from the first click to the last, with scripts and without.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { announcementPath, cookieOf, newPage, send, startBrowser, startForum } from "./support.mjs";

const PASSWORD = "rowing past the old lighthouse";
const DEMO = ["maria-k", "daniel-r", "leo-p", "oliver-h", "goran-m", "lena-h", "noor-v", "tomasz-w"];

let forum;
let browser;
let announcement;
before(async () => {
  forum = await startForum();
  browser = await startBrowser();
  announcement = await announcementPath(forum);
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
async function startThread(handle, title, body = "The first words of it.") {
  const cookie = await cookieOf(forum, handle);
  const answer = await send(forum, "/b/finding-work/threads", { title, body, request_id: "" }, cookie);
  assert.equal(answer.status, 303, await answer.text());
  return answer.headers.get("location");
}

const heading = (page) => page.getByRole("heading", { level: 1 }).innerText();
const button = (page, name) => page.getByRole("button", { name, exact: true });
const bodyOf = (page, number) => page.locator(`#p-${number} .post-body`).innerText();
const isInView = (page, selector) =>
  page.locator(selector).evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top < innerHeight && bottom > 0;
  });

for (const scripts of [true, false]) {
  const tail = scripts ? "on" : "off";

  describe(`with scripts ${tail}`, () => {
    test("somebody joins, confirms the address, starts a thread, replies and signs out", () =>
      visit({ scripts }, async (page) => {
        await page.goto("/");
        await page.getByRole("link", { name: "Join", exact: true }).click();
        await page.getByLabel("Name", { exact: true }).fill(`Nela Brook ${scripts ? "A" : "B"}`);
        await page.getByLabel("Handle").fill(`nela-${tail}`);
        await page.getByLabel("E-mail address").fill(`nela-${tail}@people.example`);
        await page.getByLabel("Password").fill(PASSWORD);
        await button(page, "Join").click();
        await page.getByRole("link", { name: "outbox" }).click();

        await page.locator(".row-title a").first().click();
        assert.match(await page.locator(".facts").innerText(), new RegExp(`nela-${tail}@people.example`));
        await page.locator('.mail a[href*="token="]').click();
        await button(page, "Confirm my address").click();

        await page.getByRole("status").waitFor();
        await page.getByLabel("Handle or e-mail address").fill(`nela-${tail}@people.example`);
        await page.getByLabel("Password").fill(PASSWORD);
        await button(page, "Sign in").click();
        await page.locator(".site-account summary", { hasText: "Nela Brook" }).waitFor();

        await page.goto("/b/finding-work");
        await page.getByRole("link", { name: "New thread" }).click();
        await page.getByLabel("Title").fill(`First week, scripts ${tail}`);
        await page.getByLabel("Your first post").fill("I am **new** here, and I have a question.");
        if (scripts) {
          const live = page.locator(".preview", { hasText: "Live preview" });
          await live.locator(".post-body strong", { hasText: "new" }).waitFor();
        }
        await button(page, "Preview").click();
        assert.equal(await page.locator("#preview .post-body strong").innerText(), "new");
        assert.equal(await page.getByLabel("Title").inputValue(), `First week, scripts ${tail}`);
        await button(page, "Post thread").click();
        assert.equal(await heading(page), `First week, scripts ${tail}`);
        assert.equal(await page.locator("#p-1 .post-position").innerText(), "1 of 1");

        await page.getByLabel("Your reply").fill("And here is the > question:\n\n- where do I begin?");
        await button(page, "Preview").click();
        assert.equal(await page.locator("#preview li").innerText(), "where do I begin?");
        await button(page, "Post reply").click();
        await page.waitForURL(/#p-2$/);
        assert.equal(await page.locator("#p-2 .post-position").innerText(), "2 of 2");
        assert.equal(await page.locator("#p-2 .post-body li").innerText(), "where do I begin?");
        assert.equal(await page.locator("#p-2").getAttribute("data-author"), `nela-${tail}`);

        await page.locator(".site-account summary").click();
        await button(page, "Sign out").click();
        await page.getByRole("link", { name: "Sign in", exact: true }).first().waitFor();
        assert.equal((await page.goto("/settings")).url().includes("/login"), true);
      }));

    test("a forgotten password is replaced by the link in the mail", () =>
      visit({ scripts }, async (page) => {
        const login = `reset-${tail}`;
        const fields = { handle: login, name: `Reset Mill ${scripts ? "A" : "B"}`, email: `${login}@people.example` };
        const joined = await send(forum, "/join", { ...fields, password: PASSWORD }, "");
        assert.equal(joined.status, 303, await joined.text());

        await page.goto("/login");
        await page.getByRole("link", { name: "Forgotten your password?" }).click();
        await page.getByLabel("E-mail address").fill(fields.email);
        await button(page, "Send the link").click();
        await page.goto("/outbox");
        await page.locator(".row", { hasText: fields.email }).getByRole("link", { name: /password/i }).click();
        await page.locator('.mail a[href*="token="]').click();
        await page.getByLabel("New password").fill("another lamp above the harbour");
        await button(page, "Set the password").click();
        await page.goto("/login");
        await page.getByLabel("Handle or e-mail address").fill(login);
        await page.getByLabel("Password").fill("another lamp above the harbour");
        await button(page, "Sign in").click();
        await page.locator(".site-account summary", { hasText: fields.name }).waitFor();
      }));

    test("a wrong password says so and keeps the name", () =>
      visit({ scripts }, async (page) => {
        await page.goto("/login");
        await page.getByLabel("Handle or e-mail address").fill("maria-k");
        await page.getByLabel("Password").fill("not it at all, I fear");
        await button(page, "Sign in").click();
        await page.getByRole("alert").waitFor();
        assert.equal(await page.getByLabel("Handle or e-mail address").inputValue(), "maria-k");
        assert.equal(await page.getByLabel("Password").inputValue(), "");
      }));

    test("two clicks on the button post once", async () => {
      const thread = await startThread("leo-p", `Twice, with scripts ${tail}`);
      await visit({ scripts, as: "maria-k" }, async (page) => {
        await page.goto(thread);
        await page.getByLabel("Your reply").fill("Said once.");
        await button(page, "Post reply").dblclick();
        await page.waitForURL(/#p-2$/);
        await page.goto(thread);
        assert.equal(await page.locator("article.post").count(), 2);
        assert.equal(await bodyOf(page, 2), "Said once.");
      });
    });

    test("the Next link leads through all 669 posts, each once", { timeout: 180_000 }, () =>
      visit({ scripts }, async (page) => {
        const numbers = [];
        let pages = 0;
        await page.goto(announcement);
        for (;;) {
          pages += 1;
          numbers.push(
            ...(await page.locator("article.post").evaluateAll((posts) => posts.map((post) => post.dataset.number))),
          );
          const next = page.getByRole("link", { name: "Next page" }).first();
          if ((await next.count()) === 0) break;
          await next.click();
          await page.waitForURL(`**?page=${pages + 1}`);
        }
        assert.equal(pages, 67);
        assert.deepEqual(numbers.map(Number), Array.from({ length: 669 }, (_, index) => index + 1));
      }));

    test("a number, a permalink and the last page lead to the right post", () =>
      visit({ scripts }, async (page) => {
        await page.goto(announcement);
        await page.getByLabel("Go to post").first().fill("345");
        await button(page, "Go").first().click();
        await page.waitForURL(/\?page=35#p-345$/);
        assert.equal(await isInView(page, "#p-345:target"), true);

        const link = page.locator("#p-345").getByRole("link", { name: /^Permalink/ });
        const permalink = await link.getAttribute("href");
        const words = await bodyOf(page, 345);
        await page.goto("/");
        await page.goto(permalink);
        assert.match(page.url(), /\?page=35#p-345$/);
        assert.equal(await isInView(page, "#p-345:target"), true);
        assert.equal(await bodyOf(page, 345), words);
        if (scripts) assert.equal(await page.evaluate(() => document.activeElement.id), "p-345");

        await page.locator("#p-341 .post-position").click();
        await page.waitForURL(/#p-341$/);
        assert.equal(await isInView(page, "#p-341:target"), true);
        await page.getByRole("link", { name: "Last page" }).first().click();
        await page.waitForURL(/page=67$/);
        assert.equal(await page.locator("article.post").last().getAttribute("data-number"), "669");
        await page.getByRole("link", { name: "First page" }).first().click();
        await page.waitForURL(`**${announcement}`);
      }));

    test("one click in the demo makes you each of its people", () =>
      visit({ scripts }, async (page) => {
        await page.goto("/");
        await page.getByRole("link", { name: "Become somebody else" }).click();
        const cards = page.locator(".choice-card");
        assert.equal(await cards.count(), DEMO.length);
        for (const [place, handle] of DEMO.entries()) {
          await page.goto("/demo");
          const become = cards.nth(place).getByRole("button");
          const name = (await become.innerText()).replace("Become ", "");
          await become.click();
          await page.locator(".site-account summary", { hasText: name }).waitFor();
          await page.locator(".site-account summary").click();
          await page.getByRole("link", { name: "Your profile" }).click();
          assert.match(page.url(), new RegExp(`/u/${handle}$`));
          assert.equal(await heading(page), name);
        }
      }));

    test("the way to verification is shown to the eligible and to nobody else", async () => {
      const calls = async (page, ...paths) => {
        let count = 0;
        for (const path of paths) {
          await page.goto(path);
          count += await page.locator('[data-call-to-action="verify"]').count();
        }
        return count;
      };
      await visit({ scripts, as: "daniel-r" }, async (page) => {
        assert.equal((await calls(page, announcement)) > 0, true);
        assert.equal((await calls(page, "/u/daniel-r")) > 0, true);
        await page.locator('[data-call-to-action="verify"]').first().click();
        assert.match(page.url(), /\/verification$/);
        assert.equal(await heading(page), "Your verification");
      });
      for (const as of ["maria-k", "leo-p", "oliver-h", undefined]) {
        await visit({ scripts, as }, async (page) => {
          assert.equal(await calls(page, announcement, "/u/daniel-r", "/u/maria-k", "/u/leo-p"), 0, as);
        });
      }
    });

    test("a moderator removes a post by a rule and with a reason, and locks the thread", async () => {
      const thread = await startThread("leo-p", `To be kept in order, scripts ${tail}`);
      const reply = async (body) => {
        const id = thread.match(/\/t\/(\d+)/)[1];
        const cookie = await cookieOf(forum, "ben-a");
        return send(forum, `/t/${id}/replies`, { body, request_id: "" }, cookie);
      };
      assert.equal((await reply("Buy my course instead.")).status, 303);
      const writer = await newPage(browser, forum, { scripts, as: "maria-k" });
      await writer.goto(thread);
      await writer.getByLabel("Your reply").fill("Words that must not be lost.");

      await visit({ scripts, as: "goran-m" }, async (page) => {
        await page.goto(thread);
        const post = page.locator("#p-2");
        await post.locator("summary", { hasText: "More" }).click();
        await post.getByRole("link", { name: "Remove", exact: true }).click();
        await page.getByLabel("Which rule does this rest on?").selectOption({ index: 1 });
        await page.getByLabel("Why?").fill("advertising");
        await button(page, "Remove the post").click();
        await page.waitForURL(/#p-2$/);
        assert.match(await page.locator("#p-2").innerText(), /Post 2 was removed by a moderator: advertising/);
        assert.equal(await page.locator("#p-2 .post-body").count(), 0);

        await page.locator("summary", { hasText: "Moderate" }).click();
        await page.getByRole("link", { name: "Lock", exact: true }).click();
        await page.getByLabel("Which rule does this rest on?").selectOption({ index: 1 });
        await page.getByLabel("Why?").fill("settled");
        await button(page, "Lock the thread").click();
        await page.locator(".page-kind", { hasText: "Locked" }).waitFor();
      });
      await button(writer, "Post reply").click();
      await writer.getByRole("alert").waitFor();
      assert.match(await writer.getByRole("alert").innerText(), /locked/i);
      assert.equal(await writer.getByLabel("Your reply").inputValue(), "Words that must not be lost.");
      await writer.goto(thread);
      assert.equal(await writer.getByLabel("Your reply").count(), 0);
      assert.match(await writer.locator("#reply .notice").innerText(), /locked/i);
      assert.deepEqual(writer.troubles, []);
      await writer.context().close();
    });

    test("a title that is too short comes back with all that was typed", () =>
      visit({ scripts, as: "maria-k" }, async (page) => {
        await page.goto("/b/finding-work/new");
        await page.getByLabel("Title").fill("?");
        await page.getByText("You are looking for an answer.").click();
        await page.getByLabel("Your first post").fill("A long story\n\nwith **two** parts.");
        await button(page, "Post thread").click();
        await page.locator("#title-problem").waitFor();
        assert.equal(await page.getByLabel("Title").getAttribute("aria-invalid"), "true");
        assert.equal(await page.getByLabel("Title").inputValue(), "?");
        assert.equal(await page.locator("input[value=question]").isChecked(), true);
        const body = await page.getByLabel("Your first post").inputValue();
        assert.equal(body, "A long story\n\nwith **two** parts.");
      }));

    test("an administrator adds a board, and sets tiers from a file after a preview", () =>
      visit({ scripts, as: "tomasz-w" }, async (page) => {
        await page.goto("/");
        await page.getByRole("link", { name: "Admin", exact: true }).click();
        await page.locator("main").getByRole("link", { name: "Boards", exact: true }).first().click();
        await page.getByLabel("Title").fill(`Night shift ${tail}`);
        await page.getByLabel("Address").fill(`night-${tail}`);
        await page.getByLabel("Description").fill("For those who are up late");
        await page.getByLabel("Order").fill("90");
        await button(page, "Add the board").click();
        await page.getByRole("row", { name: new RegExp(`Night shift ${tail}`) }).waitFor();
        await page.goto(`/b/night-${tail}`);
        assert.equal(await heading(page), `Night shift ${tail}`);

        await page.goto("/admin/tiers");
        const [before, tier] = scripts ? ["None", "Top Rated"] : ["Top Rated", "Rising Talent"];
        const lines = `handle,tier\ntheo-k,${tier.toLowerCase().replace(" ", "-")}\nnobody-here,top-rated\nmaria-k,golden\n`;
        await page.getByLabel("CSV file").setInputFiles({ name: "tiers.csv", mimeType: "text/csv", buffer: Buffer.from(lines) });
        await button(page, "Read the file").click();
        await page.getByRole("heading", { name: "Preview of tiers.csv" }).waitFor();
        assert.match(await page.getByRole("row", { name: /Theo K/ }).innerText(), new RegExp(`${before}\\s+${tier}`));
        assert.match(await page.locator(".notice-problem").innerText(), /2 of 3 lines cannot be used/);
        assert.equal(await page.getByRole("row", { name: /nobody-here|golden/ }).count(), 2);
        await button(page, "Change 1 tier").click();
        await page.getByRole("status").waitFor();
        assert.match(await page.getByRole("status").innerText(), /1 tier changed/);
        await page.goto("/u/theo-k");
        assert.equal(await page.locator(".profile-head .tier").innerText(), tier);
      }));

    test("the keyboard alone skips to the content, opens the menu and posts a reply", async () => {
      const thread = await startThread("leo-p", `By keys alone, scripts ${tail}`);
      await visit({ scripts, as: "maria-k" }, async (page) => {
        const focused = (selector) => page.locator(`${selector}:focus`).count();
        const tabTo = async (selector) => {
          for (let presses = 0; presses < 80; presses += 1) {
            if (await focused(selector)) return;
            await page.keyboard.press("Tab");
          }
          assert.fail(`80 presses of Tab did not lead to ${selector}`);
        };
        await page.goto(thread);
        await page.keyboard.press("Tab");
        assert.equal(await focused(".skip"), 1);
        assert.equal(await isInView(page, ".skip"), true);
        await page.keyboard.press("Enter");
        await page.waitForURL(/#main$/);
        await page.keyboard.press("Tab");
        assert.equal(await page.locator("main :focus").count(), 1);

        await page.goto(thread);
        await tabTo(".menu summary");
        assert.equal(await page.locator(".menu[open]").count(), 0);
        await page.keyboard.press("Enter");
        await page.locator(".menu[open]").waitFor();
        await page.keyboard.press("Tab");
        assert.equal(await focused(".menu-list a"), 1);

        await tabTo("#body");
        await page.keyboard.type("Typed without a mouse.");
        await tabTo("form[data-composer] .button-primary");
        await page.keyboard.press("Enter");
        await page.waitForURL(/#p-2$/);
        assert.equal(await bodyOf(page, 2), "Typed without a mouse.");
      });
    });
  });
}

test("the same form sent twice at once makes one post, and both answers name it", async () => {
  const thread = await startThread("leo-p", "The same form twice");
  const cookie = await cookieOf(forum, "maria-k");
  const html = await (await fetch(new URL(thread, forum.base), { headers: { cookie } })).text();
  const request_id = html.match(/name="request_id" value="([^"]+)"/)[1];
  const path = `/t/${thread.match(/\/t\/(\d+)/)[1]}/replies`;
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => send(forum, path, { body: "Said once.", request_id }, cookie)),
  );
  assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([303]));
  assert.equal(new Set(answers.map((answer) => answer.headers.get("location"))).size, 1);
});
