// Hostile posts, through the real program, in a real browser: nothing runs, nothing loads, nothing looks like a badge.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cookieOf, newPage, send, startBrowser, startForum } from "./support.mjs";

const CASES = readFileSync(new URL("../hostile/cases.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));
const IN_A_THREAD = 50;
const TITLE = '"><img src=x onerror=alert(1)><script>alert(2)</script>';
const WORDS = "</footer><script>alert(3)</script><a data-badge=x class=badge href=//evil.example>Verified</a>";
/** Who wrote the posts, and which badges stand in their panels. */
const AUTHORS = [
  ["hostile-none", "Nothing Held", []],
  ["hostile-phone", "Phone Held", ["phone-verified"]],
  ["hostile-both", "Both Held", ["identity-verified", "phone-verified"]],
];
const BADGES = Object.fromEntries(AUTHORS.map(([handle, , badges]) => [handle, badges.length]));

let forum;
let browser;
let threads;
before(async () => {
  forum = await startForum();
  browser = await startBrowser();
  const said = await forum.load(bundle());
  assert.match(said, new RegExp(`${CASES.length}`), said);
  const board = await (await fetch(`${forum.base}/b/hostile`)).text();
  threads = [...board.matchAll(/class="row-title"><a href="([^"]+)"/g)].map(([, path]) => path);
  assert.equal(threads.length, Math.ceil(CASES.length / IN_A_THREAD));
});
after(async () => {
  await browser?.close();
  await forum?.stop();
});

function bundle() {
  const time = (second) => new Date(Date.UTC(2024, 4, 1, 9, 0, second)).toISOString();
  const records = [{ kind: "community", version: 1, source: "hostile" }];
  for (const [handle, name, badges] of AUTHORS) {
    records.push({ kind: "member", id: handle, handle, name, joined: time(0), badges, signature: WORDS });
  }
  records.push({ kind: "board", id: "b", parent: null, slug: "hostile", title: "<script>alert(4)</script>", about: WORDS });
  for (const [place, { format, source }] of CASES.entries()) {
    const thread = `t${Math.floor(place / IN_A_THREAD)}`;
    const author = AUTHORS[place % AUTHORS.length][0];
    const created = time(place);
    if (place % IN_A_THREAD === 0) {
      records.push({ kind: "thread", id: thread, board: "b", title: TITLE, type: "question", author, created });
    }
    const number = (place % IN_A_THREAD) + 1;
    records.push({ kind: "post", id: `p${place}`, thread, number, author, created, format, body: source });
  }
  return records;
}

/**
 * Runs in the page: what is wrong with each `.post-body`, and with what stands around it.
 * `styled` says that the forum's own styles are there.
 */
function judge({ base, badges, styled }) {
  const ALLOWED =
    "p br hr strong em del code pre blockquote ul ol li a h3 h4 h5 h6 table thead tbody tr th td sup sub img".split(" ");
  const ATTRIBUTES = { a: ["href", "rel"], ol: ["start"], img: ["src", "alt", "width", "height", "loading", "decoding"] };
  const PICTURE = /^\/uploads\/[0-9a-f]{32}-\d+x\d+(-small)?\.(jpg|png)$/;
  const TURNS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/;
  const problems = [];
  const judgeLink = (link, say) => {
    const rel = (link.getAttribute("rel") ?? "").split(" ");
    if (!["nofollow", "ugc", "noopener"].every((word) => rel.includes(word))) say(`rel ${rel}`);
    try {
      const { protocol } = new URL(link.getAttribute("href"), base);
      if (!["http:", "https:", "mailto:"].includes(protocol)) say(`leads to ${protocol}`);
    } catch {
      say(`has no address that can be read: ${link.getAttribute("href")}`);
    }
    if (!styled) return;
    for (const part of [undefined, "::before", "::after"]) {
      const style = getComputedStyle(link, part);
      if (part && style.content !== "none" && style.content !== "normal") say(`has ${part}`);
      if (parseFloat(style.borderTopWidth) + parseFloat(style.borderLeftWidth) !== 0) say("has a border");
      if (style.backgroundColor !== "rgba(0, 0, 0, 0)" || style.backgroundImage !== "none") say("has a background");
      if (style.boxShadow !== "none") say("has a shadow");
    }
  };
  for (const body of document.querySelectorAll(".post-body")) {
    const article = body.closest("article");
    const where = article?.id || body.dataset.case || "preview";
    const say = (what) => problems.push(`${where}: ${what} in ${body.innerHTML.slice(0, 200)}`);
    for (const element of body.querySelectorAll("*")) {
      const name = element.localName;
      if (element.namespaceURI !== "http://www.w3.org/1999/xhtml") say(`a foreign ${name}`);
      if (!ALLOWED.includes(name)) say(`an element ${name}`);
      for (const { name: attribute } of element.attributes) {
        if (!ATTRIBUTES[name]?.includes(attribute)) say(`an attribute ${attribute} of ${name}`);
      }
      if (name === "img" && !PICTURE.test(element.getAttribute("src"))) say("a picture from elsewhere");
      if (name === "img" && !(element.width <= 640 && element.height <= 640)) say("a picture that is too large");
      if (name === "a") judgeLink(element, (what) => say(`a link ${what}`));
    }
    if (body.querySelector("[data-badge], [data-tier], [data-role], [data-rank], .badge, .role, .tier, .rank")) say("a mark");
    if (TURNS.test(body.textContent)) say("a character that turns or controls the text");
    if (body.querySelector(".post-body")) say("a post");
  }
  for (const article of document.querySelectorAll("article")) {
    const found = article.querySelectorAll("[data-badge]").length;
    const expected = badges[article.dataset.author];
    if (found !== expected) problems.push(`${article.id}: ${found} badges instead of ${expected}`);
    if (article.querySelectorAll(".post-body").length !== 1) problems.push(`${article.id}: not one body`);
    if (article.parentElement.className !== "stream") problems.push(`${article.id} stands elsewhere`);
  }
  if (window.__pwned !== undefined) problems.push("a script left its mark");
  return problems;
}

/** The collection's pictures were never uploaded: any will do. */
const showPictures = (page) =>
  page.route(/\/uploads\/[^/]+$/, (route) => route.fulfill({ contentType: "image/png", body: "" }));

/** What the browser asked for beside the pages themselves, their news, and pictures of this site. */
const strayRequests = (page, pages) =>
  page.asked.filter((url) => {
    const { origin, pathname, search } = new URL(url);
    const isNews = pathname.endsWith("/live") && pages.has(pathname.replace(/\/live$/, ""));
    return origin !== forum.base || !(isNews || /^\/(assets|uploads)\/[^/]+$/.test(pathname) || pages.has(pathname + search));
  });

/** Reads every post of the collection, and returns what was wrong. */
async function readAll({ bypassCSP }) {
  const page = await newPage(browser, forum, { bypassCSP });
  await showPictures(page);
  const problems = [];
  const visited = new Set();
  let posts = 0;
  for (const thread of threads) {
    for (let number = 1; number <= IN_A_THREAD / 10; number += 1) {
      const path = number === 1 ? thread : `${thread}?page=${number}`;
      visited.add(path);
      const answer = await page.goto(path);
      if (new URL(page.url()).search !== new URL(path, forum.base).search) break;
      assert.equal(answer.status(), 200);
      const found = await page.evaluate(judge, { base: forum.base, badges: BADGES, styled: true });
      problems.push(...found.map((line) => `${path} ${line}`));
      posts += await page.locator("article.post .post-body").count();
      assert.equal(await page.locator("h1").innerText(), TITLE);
      assert.equal(await page.locator(".site-footer").count(), 1);
    }
  }
  for (const path of ["/", "/b/hostile", ...AUTHORS.map(([handle]) => `/u/${handle}`)]) {
    visited.add(path);
    await page.goto(path);
    if (await page.locator("main script, main img, main a[href*='evil']").count()) problems.push(`${path} lets HTML through`);
  }
  const stray = strayRequests(page, visited);
  const { troubles } = page;
  await page.context().close();
  return { problems, posts, stray, troubles };
}

test("no imported post runs, loads or imitates anything", { timeout: 300_000 }, async () => {
  const { problems, posts, stray, troubles } = await readAll({ bypassCSP: false });
  assert.equal(posts, CASES.length);
  assert.equal([...problems, ...stray, ...troubles].join("\n"), "");
});

test("the same holds where the browser ignores the content policy", { timeout: 300_000 }, async () => {
  const { problems, stray, troubles } = await readAll({ bypassCSP: true });
  assert.equal([...problems, ...stray, ...troubles].join("\n"), "");
});

test("no preview runs, loads or imitates anything, on a page without any policy", { timeout: 120_000 }, async () => {
  const cookie = await cookieOf(forum, "maria-k");
  const cases = CASES.filter(({ format }) => format === "markdown");
  const shown = [];
  for (const [place, { source }] of cases.entries()) {
    const answer = await send(forum, "/preview", { body: source }, cookie);
    assert.equal(answer.status, 200, JSON.stringify(source));
    const html = await answer.text();
    shown.push(`<section><div class="post-body" data-case="${place}">${html}</div><i data-end="${place}"></i></section>`);
  }
  const page = await newPage(browser, forum);
  await page.setContent(`<!DOCTYPE html><title>Previews</title><main>${shown.join("\n")}</main>`);
  await page.waitForTimeout(500);
  const problems = await page.evaluate(judge, { base: forum.base, badges: BADGES, styled: false });
  const broken = await page.evaluate(() =>
    [...document.querySelectorAll("main > section")].filter(
      ({ children }) => children.length !== 2 || children[0].className !== "post-body" || !children[1].dataset.end,
    ).map((section) => section.outerHTML),
  );
  assert.equal(await page.locator("main > section").count(), cases.length);
  assert.equal([...problems, ...broken, ...page.asked, ...page.troubles].join("\n"), "");
  await page.context().close();
});

test("no live preview runs, loads or imitates anything", { timeout: 180_000 }, async () => {
  const cases = CASES.filter(({ format, source }) => format === "markdown" && source.trim() !== "");
  const step = Math.floor(cases.length / 30);
  const page = await newPage(browser, forum, { as: "maria-k", bypassCSP: true });
  await showPictures(page);
  await page.goto(`${threads.at(-1)}?page=2`);
  const [path] = [new URL(page.url())].map(({ pathname, search }) => pathname + search);
  const problems = [];
  for (let place = 0; place < cases.length; place += step) {
    const { source } = cases[place];
    const came = page.waitForResponse("**/preview");
    await page.locator("#body").fill(source);
    await (await came).finished();
    await page.locator(".preview:not([hidden])").waitFor();
    const found = await page.evaluate(judge, { base: forum.base, badges: BADGES, styled: true });
    problems.push(...found.map((line) => `${JSON.stringify(source)}: ${line}`));
  }
  const thread = threads.at(-1);
  const draft = `/t/${thread.split("/")[2]}/draft`;
  const stray = strayRequests(page, new Set(["/", "/demo/maria-k", "/preview", draft, path, thread, `${thread}?page=2`]));
  assert.equal([...problems, ...stray, ...page.troubles].join("\n"), "");
  await page.context().close();
});

test("the judge sees what is wrong", async () => {
  const page = await newPage(browser, forum);
  const wrong = [
    '<img src="data:,">', "<p onclick=x>a</p>", '<a href="/x">a</a>', '<a href="javascript:x" rel="nofollow ugc noopener">a</a>',
    "<span>a</span>", "<p class=badge>a</p>", "<svg></svg>", "<p>\u202e</p>", '<p style="color:red">a</p>', "<p id=x>a</p>",
  ];
  for (const html of wrong) {
    await page.setContent(`<div class="post-body">${html}</div>`);
    const found = await page.evaluate(judge, { base: forum.base, badges: BADGES, styled: true });
    assert.notDeepEqual(found, [], html);
  }
  await page.setContent('<div class="post-body"><p>a <a href="/x" rel="nofollow ugc noopener">b</a></p><ol start="3"><li>c</ol></div>');
  assert.deepEqual(await page.evaluate(judge, { base: forum.base, badges: BADGES, styled: true }), []);
  await page.context().close();
});
