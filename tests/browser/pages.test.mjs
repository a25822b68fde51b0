// Every kind of page, at every width and in both schemes: nothing for axe to find, nothing too wide.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import * as hardship from "./hardship.mjs";
import { announcementPath, axe, cookieOf, doubleText, newPage, overflow, send, startBrowser, startForum } from "./support.mjs";

let forum;
let browser;
let announcement;
let hard;
/** Addresses of what `furnish` made. */
let made;
before(async () => {
  forum = await startForum();
  browser = await startBrowser();
  announcement = await announcementPath(forum);
  const said = await forum.load(hardship.records);
  assert.doesNotMatch(said, /refused\W+[1-9]/i, said);
  const board = await (await fetch(`${forum.base}/b/hardship`)).text();
  hard = board.match(/href="(\/t\/\d+\/[^"?#/]+)"/)[1];
  made = await furnish();
});
after(async () => {
  await browser?.close();
  await forum?.stop();
});

/** One of each thing that has a page of its own: an edited post, a report, a removal, an appeal and so on. */
async function furnish() {
  const cookies = new Map();
  const cookie = async (as) => cookies.get(as) ?? cookies.set(as, await cookieOf(forum, as)).get(as);
  const read = async (as, path) =>
    (await fetch(new URL(path, forum.base), { headers: { cookie: await cookie(as) } })).text();
  const write = async (as, path, fields) => {
    const answer = await send(forum, path, fields, await cookie(as));
    assert.equal(answer.status, 303, `${as} ${path}: ${answer.status}`);
    return answer.headers.get("location");
  };
  const find = (html, what) => {
    assert.match(html, what);
    return html.match(what)[1];
  };
  const grounds = { rule: "1", reason: hardship.handle };

  const title = "What do you keep in your drawer?";
  const body = "A ruler, a knife and a good pencil.\n\nAnd you?";
  const thread = await write("maria-k", "/b/finding-work/threads", { title, body, request_id: "" });
  const threadId = find(thread, /\/t\/(\d+)/);
  const reply = async (as, body) => {
    const place = await write(as, `/t/${threadId}/replies`, { body, request_id: "" });
    const number = find(place, /\/(\d+)$/);
    return find(await read(as, place), new RegExp(`id="p-${number}" data-post="(\\d+)"`));
  };
  const post = find(await read("maria-k", thread), /data-post="(\d+)"/);
  const other = await reply("daniel-r", "Only a pencil.");
  const bad = await reply("ben-a", "Buy my course instead.");

  const version = find(await read("maria-k", `/p/${post}/edit`), /name="version" value="(\d+)"/);
  await write("maria-k", `/p/${post}/edit`, { version, body: `${body}\n\nAnd an eraser.`, reason: "one thing more" });
  await write("lena-h", `/p/${post}/note`, { body: "The shop sells **rulers**.", ...grounds });
  await write("maria-k", `/p/${other}/like`, {});
  await write("maria-k", `/t/${threadId}/bookmark`, { note: "For the winter.", number: "1", next: "" });
  await write("maria-k", `/t/${threadId}/draft`, { body: "Not yet finished", sequence: "1" });
  await write("maria-k", "/u/victor-d/block", {});

  await write("carmen-l", `/p/${other}/report`, { reason: "off-topic", words: "It is about something else." });
  const report = find(await read("goran-m", "/moderation"), /href="(\/moderation\/cases\/\d+)"/);
  await write("goran-m", `/p/${bad}/remove`, grounds);
  const notice = find(await read("ben-a", "/notices"), /href="(\/notices\/\d+)"/);
  await write("ben-a", `${notice}/appeal`, { words: "It was a joke." });
  await write("leo-p", `/t/${threadId}/replies`, { body: "Here is a casino bonus.", request_id: "" });
  const held = find(await read("goran-m", "/moderation/held"), /href="(\/moderation\/held\/\d+)"/);

  const counted = [["checks", 1, "no"], ["import", 1, "no"], ["checks", 2, "yes"], ["import", 2, "yes"], ["import", 3, "no"]];
  const carries = counted.flatMap(([origin, of, counts]) => [
    [`counts-${origin}-${of}`, counts],
    [`reason-${origin}-${of}`, counts === "yes" ? "The same two steps were taken." : "Nobody was met in a call, or it was elsewhere."],
  ]);
  const policy = (await write("tomasz-w", "/admin/policies", {
    version: "0",
    checked: "document and live call",
    words: "One agent reads the document.\nAnother meets its holder in a call.\nBoth have to be sure.",
    valid_months: "18",
    settling_minutes: "60",
    promise_hours: "48",
    ...Object.fromEntries(carries),
  })).replace(/\?.*/, "");
  await write("ingrid-s", `${policy}/approve`, { version: "1" });
  // Somebody answers for badges, and somebody's is off for signs of a take-over.
  const of = (handle) => `(SELECT id FROM members WHERE handle = '${handle}')`;
  forum.rewrite(`INSERT INTO member_roles (member_id, role, granted_at) VALUES (${of("carmen-l")}, 'trust-administrator', '2026-01-01 00:00:00')`);
  const now = new Date().toISOString().slice(0, 19).replace("T", " ");
  forum.rewrite(`INSERT INTO badge_grants (member_id, badge, policy_version, bound_name, state, granted_at, origin, suspended_for, suspended_at)
    SELECT id, 'identity-verified', 2, name, 'suspended', '2026-01-01 00:00:00', 'import', 'take-over', '${now}' FROM members
    WHERE handle IN ('ben-a', 'theo-k')`);
  const wayToAppeal = async (as) => find(await read(as, "/verification"), /href="(\/verification\/appeal\/grant\/\d+)"/);
  const appeal = await wayToAppeal("ben-a");
  await write("ben-a", appeal, { words: "It was me who changed both. I have a new phone, and the old address was that of my school." });
  const unsaid = await wayToAppeal("theo-k");
  const appealed = find(await read("ingrid-s", "/agent/appeals"), /href="(\/agent\/appeals\/\d+)"/);

  const manage = await read("lena-h", "/manage");
  return {
    thread,
    post,
    other,
    report,
    notice,
    policy,
    appeal,
    unsaid,
    appealed,
    held,
    waiting: held.replace("/moderation", ""),
    published: find(manage, /href="(\/manage\/announcements\/\d+)\/figures"/),
    planned: find(manage, /href="(\/manage\/announcements\/\d+)\/preview"/),
    removed: bad,
  };
}

const click = (page, name) => page.getByRole("button", { name, exact: true }).first().click();
const someThread = async (page, board) => {
  await page.goto(`/b/${board}`);
  await page.locator(".rows-wide .row-title a").last().click();
};
const upload = async (page, name, lines) => {
  await page.goto("/admin/tiers");
  await page.getByLabel("CSV file").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(lines) });
  await click(page, "Read the file");
};
const LIST = "handle,tier\npatrick-j,top-rated\nmarta,top-rated\nmaria-k,golden\nleo-p,rising-talent\nmarco-t,rising-talent\n";
/** Lets a form be sent that the browser itself would hold back. */
const unguarded = (page, form) => page.locator(form).evaluate((element) => element.setAttribute("novalidate", ""));

// name, who looks, and an address or what leads to the page.
const PAGES = [
  ["home", , "/"],
  ["home as an administrator", "tomasz-w", "/"],
  ["home with the menu open", "maria-k", async (page) => {
    await page.goto("/");
    await page.locator(".menu summary").click();
  }],
  ["a board", , "/b/freelancers"],
  ["a board for a member", "maria-k", "/b/freelancers"],
  ["a board with a long thread", , "/b/announcements"],
  ["a board inside another", , "/b/finding-work"],
  ["older threads of a board", , async (page) => {
    await page.goto("/b/hardship-inside");
    await page.getByRole("link", { name: "Older threads" }).click();
  }],
  ["a board without threads", "maria-k", "/b/nobody-yet"],
  ["a board with long words", , "/b/hardship"],
  ["page 1 of a thread", , (page) => page.goto(announcement)],
  ["page 3 of a thread", , (page) => page.goto(`${announcement}?page=3`)],
  ["the last page of a thread", , (page) => page.goto(`${announcement}?page=67`)],
  ["a thread for a member", "maria-k", (page) => page.goto(`${announcement}?page=3`)],
  ["a thread for an eligible member", "daniel-r", (page) => page.goto(`${announcement}?page=2`)],
  ["a thread for a moderator, all folds open", "goran-m", async (page) => {
    await page.goto(`${announcement}?page=3`);
    await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
  }],
  ["a post that an address names", "maria-k", (page) => page.goto(`${announcement}/345`)],
  ["a thread of one page", , (page) => someThread(page, "craft")],
  ["a locked thread with long words and missing posts", "leo-p", (page) => page.goto(hard)],
  ["a locked thread for a moderator", "goran-m", (page) => page.goto(hard)],
  ["live preview", "maria-k", async (page) => {
    await someThread(page, "craft");
    await page.getByLabel("Your reply").fill(hardship.records.find((record) => record.id === "p1").body);
    await page.locator(".preview table").waitFor();
  }],
  ["a reply's preview", "maria-k", async (page) => {
    await someThread(page, "craft");
    await page.getByLabel("Your reply").fill("### A heading\n\n- a list\n\n> words\n\n`code`");
    await click(page, "Preview");
  }],
  ["an empty reply", "maria-k", async (page) => {
    await someThread(page, "craft");
    await unguarded(page, "form[data-composer]");
    await page.getByLabel("Your reply").fill("");
    await click(page, "Post reply");
    await page.locator("#body-problem").waitFor();
  }],
  ["a new thread", "maria-k", "/b/finding-work/new"],
  ["a new thread by a community manager", "lena-h", "/b/announcements/new"],
  ["a new thread with problems", "maria-k", async (page) => {
    await page.goto("/b/finding-work/new");
    await unguarded(page, "form[data-composer]");
    await page.getByLabel("Title").fill("?");
    await click(page, "Post thread");
    await page.locator("#title-problem").waitFor();
  }],
  ["one's own profile", "maria-k", "/u/maria-k"],
  ["one's own profile with an invitation", "daniel-r", "/u/daniel-r"],
  ["another's profile", "maria-k", "/u/goran-m"],
  ["a profile with long words", , `/u/${hardship.handle}`],
  ["a profile without posts", "quiet-q", "/u/quiet-q"],
  ["a private profile", "maria-k", "/u/quiet-q"],
  ["a profile for members", , "/u/members-m"],
  ["badges", , "/badges"],
  ["Identity Verified", , "/badges/identity-verified"],
  ["badges of a member", , "/badges/of/maria-k"],
  ["no badges of a member", , "/badges/of/leo-p"],
  ["Phone verified", , "/badges/phone-verified"],
  ["Payment method verified", , "/badges/payment-method-verified"],
  ["Background check passed", , "/badges/background-check-passed"],
  ["check a badge", , "/badges/check"],
  ["a badge elsewhere", "maria-k", "/verification/credential"],
  ["a badge elsewhere: none", "leo-p", "/verification/credential"],
  ["API and webhooks", "tomasz-w", "/admin/api"],
  ["verification: verified", "maria-k", "/verification"],
  ["verification: eligible", "daniel-r", "/verification"],
  ["verification: not yet", "leo-p", "/verification"],
  ["verification: a client", "oliver-h", "/verification"],
  ["verification: staff", "noor-v", "/verification"],
  ["verification: off after a change of name", "rahul-s", async (page) => {
    await page.goto("/settings");
    await page.getByLabel("Name", { exact: true }).fill("Rahul Shore");
    await click(page, "Save profile");
    await page.goto("/verification");
    await page.getByText("Your badge is not shown").waitFor();
  }],
  ["verification: waiting", "wei-l", "/verification"],
  ["verification: approved", "elin-j", "/verification"],
  ["verification: something better needed", "samuel-o", "/verification"],
  ["the number of a phone", "leo-p", "/verification/phone"],
  ["a verified phone", "daniel-r", "/verification/phone"],
  ["accepted documents", "daniel-r", "/verification/documents"],
  ["agreeing to the document step", "dmitri-v", "/verification/document/consent"],
  ["photographs of a document", "samuel-o", "/verification/document/photos"],
  ["going on with the phone", "samuel-o", async (page) => {
    await page.goto("/verification/document/phone");
    await click(page, "Make a link");
    await page.locator(".handover-link").waitFor();
  }],
  ["taking a document back", "samuel-o", "/verification/document/withdraw"],
  ["who opened my case", "elin-j", "/verification/opened"],
  ["one's own badge", "maria-k", "/verification/badge"],
  ["no badge of one's own", "leo-p", "/verification/badge"],
  ["a booked call", "elin-j", "/verification/call"],
  ["testing camera and microphone", "elin-j", "/verification/call/test"],
  ["receipts", "hassan-q", "/verification/receipts"],
  ["what was destroyed", , "/openness/destroyed"],
  ["second factors", "noor-v", "/settings/second-factor"],
  ["the agents' desk", "femi-o", "/agent"],
  ["one's decisions", "noor-v", "/agent/decisions"],
  ["calls of an agent", "noor-v", "/agent/calls"],
  ["doing without a phone", "femi-o", "/agent/phones/waive"],
  ["second factors that were lost", "tomasz-w", "/admin/members/noor-v/second-factor"],
  ["a case", "noor-v", async (page) => {
    await page.goto("/agent");
    await click(page, "Next case");
    await page.waitForURL("**/agent/cases/*");
  }],
  ["gates", "tomasz-w", "/admin/gates"],
  ["texts and calls", "tomasz-w", "/admin/texts"],
  ["join", , "/join"],
  ["join with problems", , async (page) => {
    await page.goto("/join");
    await unguarded(page, "form[action='/join']");
    await page.getByLabel("Name", { exact: true }).fill("✓ Maria K");
    await page.getByLabel("Handle").fill("admin");
    await page.getByLabel("E-mail address").fill("nobody");
    await page.getByLabel("Password").fill("password12");
    await click(page, "Join");
    await page.locator("#name-problem").waitFor();
  }],
  ["join with a name like another's", , async (page) => {
    await page.goto("/join");
    await page.getByLabel("Name", { exact: true }).fill("Theo Kk");
    await page.getByLabel("Handle").fill("theo-kk");
    await page.getByLabel("E-mail address").fill("theo@people.example");
    await page.getByLabel("Password").fill("rowing past the old lighthouse");
    await click(page, "Join");
  }],
  ["look into your mail", , "/join/check-mail"],
  ["confirm an address", , "/join/confirm?token=x"],
  ["sign in", , "/login"],
  ["sign in with a problem", , async (page) => {
    await page.goto("/login");
    await page.getByLabel("Handle or e-mail address").fill("maria-k");
    await page.getByLabel("Password").fill("wrong, wrong, wrong");
    await click(page, "Sign in");
    await page.getByRole("alert").waitFor();
  }],
  ["reset", , "/reset"],
  ["reset with a problem", , async (page) => {
    await page.goto("/reset");
    await unguarded(page, "form[action='/reset']");
    await page.getByLabel("E-mail address").fill("nobody");
    await click(page, "Send the link");
    await page.locator("#email-problem").waitFor();
  }],
  ["reset sent", , "/reset/sent"],
  ["choose a password", , "/reset/choose?token=x"],
  ["settings", "maria-k", "/settings"],
  ["settings without a badge, saved", "leo-p", async (page) => {
    await page.goto("/settings");
    await page.getByLabel("Signature").fill("Fair winds.");
    await click(page, "Save profile");
    await page.getByRole("status").waitFor();
  }],
  ["another address", "maria-k", "/settings/email"],
  ["another address, with problems", "maria-k", async (page) => {
    await page.goto("/settings/email");
    await unguarded(page, "form[action='/settings/email']");
    await page.getByLabel("New address").fill("not an address");
    await click(page, "Send the link");
    await page.locator("#email-problem").waitFor();
  }],
  ["another address that waits", "leo-p", async (page) => {
    await page.goto("/settings/email");
    await page.getByLabel("New address").fill("leo.the.photographer@a-rather-long-name-of-a-host.example");
    await click(page, "Send the link");
    await page.locator("#waiting").waitFor();
  }],
  ["confirm another address", , async (page) => {
    const mail = await page.context().newPage();
    await mail.goto("/outbox");
    const row = mail.locator(".row-title a", { hasText: "Confirm your new address" });
    await row.first().click();
    const link = (await mail.locator("main").innerText()).match(/(\/settings\/email\/confirm\?token=\S+)/)[1];
    await mail.close();
    await page.goto(link);
  }],
  ["badges for trust administrators", "carmen-l", "/admin/badges"],
  ["an appeal to write", "theo-k", async (page) => {
    await page.goto(made.unsaid);
    await page.locator("[name=words]").fill("Short");
    await unguarded(page, "form[action^='/verification/appeal']");
    await click(page, "Send the appeal");
    await page.locator("#words-problem").waitFor();
  }],
  ["an appeal that waits", "ben-a", (page) => page.goto(made.appeal)],
  ["verification: with an appeal", "ben-a", "/verification"],
  ["appeals of verification", "carmen-l", "/agent/appeals"],
  ["an appeal of verification to decide", "carmen-l", (page) => page.goto(made.appealed)],
  ["badges for trust administrators, with problems", "carmen-l", async (page) => {
    await page.goto("/admin/badges");
    await unguarded(page, "form[action='/admin/badges']");
    await click(page, "Do it");
    await page.locator("#words-problem").waitFor();
  }],
  ["settings with problems", "maria-k", async (page) => {
    await page.goto("/settings");
    await page.getByLabel("Name", { exact: true }).fill("★ Maria");
    await click(page, "Save profile");
    await page.locator("#name-problem").waitFor();
  }],
  ["remove a post, without a reason", "goran-m", async (page) => {
    await someThread(page, "craft");
    const permalink = await page.getByRole("link", { name: /^Permalink/ }).first().getAttribute("href");
    await page.goto(`${permalink}/remove`);
    await unguarded(page, "form[action$='/remove']");
    await click(page, "Remove the post");
    await page.locator("#reason-problem").waitFor();
  }],
  ["demo", , "/demo"],
  ["outbox", , async (page) => {
    await send(forum, "/reset", { email: "maria-k@quayside.example" }, "");
    await page.goto("/outbox");
  }],
  ["a mail", , async (page) => {
    await send(forum, "/reset", { email: "leo-p@quayside.example" }, "");
    await page.goto("/outbox");
    await page.locator(".row-title a").first().click();
  }],
  ["administration", "tomasz-w", "/admin"],
  ["boards", "tomasz-w", "/admin/boards"],
  ["boards with problems", "tomasz-w", async (page) => {
    await page.goto("/admin/boards");
    await page.getByLabel("Address").fill("Not An Address!");
    await page.getByLabel("Order").fill("first");
    await click(page, "Add the board");
    await page.locator("#slug-problem").waitFor();
  }],
  ["a board to change", "tomasz-w", async (page) => {
    await page.goto("/admin/boards");
    await page.getByRole("link", { name: "Edit Nobody yet" }).click();
  }],
  ["members", "tomasz-w", "/admin/members"],
  ["members, none found", "tomasz-w", "/admin/members?q=zzz"],
  ["a member", "tomasz-w", "/admin/members/maria-k"],
  ["a member with long words", "tomasz-w", `/admin/members/${hardship.handle}`],
  ["a member with a problem", "tomasz-w", async (page) => {
    await page.goto("/admin/members/noor-v");
    await page.locator("input[value=trust-administrator]").check();
    await click(page, "Save roles");
    await page.locator("#roles-problem").waitFor();
  }],
  ["tiers", "tomasz-w", "/admin/tiers"],
  ["tiers with a preview", "tomasz-w", (page) => upload(page, "tiers.csv", LIST)],
  ["tiers with a file that is none", "tomasz-w", async (page) => {
    await upload(page, "tiers.csv", "what,ever\n1,2\n");
    await page.locator("#file-problem").waitFor();
  }],
  ["tiers applied", "tomasz-w", async (page) => {
    await upload(page, "tiers.csv", LIST);
    await page.getByRole("button", { name: /^Change \d/ }).click();
    await page.getByRole("status").waitFor();
  }],
  ["notifications", "maria-k", "/notifications"],
  ["what is sent", "maria-k", "/settings/notifications"],
  ["what is new", "maria-k", "/unread"],
  ["bookmarks", "maria-k", "/bookmarks"],
  ["drafts", "maria-k", "/drafts"],
  ["blocked members", "maria-k", "/settings/blocks"],
  ["upload a picture", "maria-k", "/uploads/new"],
  ["ranks", , "/ranks"],
  ["rules", , "/rules"],
  ["what moderators did", , "/moderation/log"],
  ["a thread with a note, an edit and a stub", , (page) => page.goto(made.thread)],
  ["a thread with every fold open", "maria-k", async (page) => {
    await page.goto(made.thread);
    await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
  }],
  ["a post's menu", "goran-m", async (page) => {
    await page.goto(made.thread);
    await page.locator("#p-2 summary", { hasText: "More" }).click();
  }],
  ["a thread's menu", "goran-m", async (page) => {
    await page.goto(made.thread);
    await page.locator("summary", { hasText: "Moderate" }).click();
  }],
  ["edit a post", "maria-k", (page) => page.goto(`/p/${made.post}/edit`)],
  ["edit a post by another", "goran-m", (page) => page.goto(`/p/${made.post}/edit`)],
  ["history", , (page) => page.goto(`/p/${made.post}/history`)],
  ["history, side by side", "maria-k", (page) => page.goto(`/p/${made.post}/history?view=side`)],
  ["history for a moderator", "goran-m", (page) => page.goto(`/p/${made.post}/history`)],
  ["hide a version", "goran-m", (page) => page.goto(`/p/${made.post}/revisions/1/hide`)],
  ["quote", "maria-k", (page) => page.goto(`/p/${made.other}/quote`)],
  ["likes", "maria-k", (page) => page.goto(`/p/${made.other}/likes`)],
  ["report", "maria-k", (page) => page.goto(`/p/${made.other}/report`)],
  ["report sent", "carmen-l", (page) => page.goto(`/p/${made.other}/report`)],
  ["a reply that waits", "leo-p", (page) => page.goto(made.waiting)],
  ["only staff answers", , (page) => page.goto(`${announcement}?only=staff`)],
  ["best liked posts", , (page) => page.goto(`${announcement}?only=liked`)],
  ["printer-friendly", , (page) => page.goto(`${made.thread}/print`)],
  ["printer-friendly, with long words", , (page) => page.goto(`${hard}/print`)],
  ["notices, none", "maria-k", "/notices"],
  ["notices", "ben-a", "/notices"],
  ["a notice with an appeal", "ben-a", (page) => page.goto(made.notice)],
  ["moderation", "goran-m", "/moderation"],
  ["held posts", "goran-m", "/moderation/held"],
  ["a held post", "goran-m", (page) => page.goto(made.held)],
  ["appeals", "goran-m", "/moderation/appeals"],
  ["an appeal against one's own act", "goran-m", (page) => page.goto(made.notice)],
  ["an appeal to decide", "aisha-b", (page) => page.goto(made.notice)],
  ["the log for a moderator", "goran-m", "/moderation/log"],
  ["a case", "goran-m", (page) => page.goto(made.report)],
  ["a note", "goran-m", (page) => page.goto(`/p/${made.other}/note`)],
  ["remove", "goran-m", (page) => page.goto(`/p/${made.other}/remove`)],
  ["restore", "goran-m", (page) => page.goto(`/p/${made.removed}/restore`)],
  ["title", "goran-m", (page) => page.goto(`${made.thread}/title`)],
  ["move", "goran-m", (page) => page.goto(`${made.thread}/move`)],
  ["split", "goran-m", (page) => page.goto(`${made.thread}/split`)],
  ["split, with long words", "goran-m", (page) => page.goto(`${hard}/split?from=4`)],
  ["merge", "goran-m", (page) => page.goto(`${made.thread}/merge`)],
  ["lock", "goran-m", (page) => page.goto(`${made.thread}/lock`)],
  ["pin", "goran-m", (page) => page.goto(`${made.thread}/pin`)],
  ["warn", "goran-m", "/u/daniel-r/warn"],
  ["silence", "goran-m", "/u/daniel-r/silence"],
  ["suspend", "goran-m", "/u/daniel-r/suspend"],
  ["announcements", "lena-h", "/manage"],
  ["a new announcement", "lena-h", "/manage/announcements/new"],
  ["an announcement to edit", "lena-h", (page) => page.goto(made.planned)],
  ["an announcement to correct", "lena-h", (page) => page.goto(made.published)],
  ["an announcement as others see it", "lena-h", (page) => page.goto(`${made.published}/preview`)],
  ["an announcement's figures", "lena-h", (page) => page.goto(`${made.published}/figures`)],
  ["what ranks need", "tomasz-w", "/admin/ranks"],
  ["what ranks need, with a preview", "tomasz-w", async (page) => {
    await page.goto("/admin/ranks");
    await page.locator(".thresholds input").first().fill("1");
    await click(page, "See who would change");
    await page.locator("#preview-title").waitFor();
  }],
  ["badge policies", "tomasz-w", "/admin/policies"],
  ["a new policy, with what is wrong", "tomasz-w", async (page) => {
    await page.goto("/admin/policies/new");
    await page.locator("[name=valid_months]").fill("0");
    await click(page, "Keep the draft");
    await page.locator("#valid_months-problem").waitFor();
  }],
  ["rollouts of a manager", "lena-h", "/manage/rollouts"],
  ["a rollout for its manager", "lena-h", "/manage/rollouts/1"],
  ["a draft of a rollout", "lena-h", "/manage/rollouts/2"],
  ["a draft of a rollout, to be approved", "tomasz-w", "/manage/rollouts/2"],
  ["a new rollout, with what is wrong", "lena-h", async (page) => {
    await page.goto("/manage/rollouts/new");
    await unguarded(page, "form.editor");
    await page.getByLabel("Title").fill("?");
    await click(page, "Keep the draft");
    await page.locator("#title-problem").waitFor();
  }],
  ["rollouts", , "/rollouts"],
  ["a rollout", , "/rollouts/1"],
  ["an invitation", "grace-w", "/verification/invitation"],
  ["why one is not invited", "maria-k", "/verification/invitation"],
  ["a place that cannot be computed yet", "grace-w", "/rollouts/1/place"],
  ["a draft of a policy", "tomasz-w", (page) => page.goto(made.policy)],
  ["change the rules", "tomasz-w", "/admin/rules"],
  ["limits", "tomasz-w", "/admin/limits"],
  ["mail that waits", "tomasz-w", "/admin/mail"],
  ["404", , "/no/such/page"],
  ["403", "maria-k", "/admin"],
];

/** With SCREENSHOTS=1 each page is also kept as a picture in ./screenshots, to be looked at. */
async function photograph(page, name) {
  for (const [width, colorScheme] of [[1280, "light"], [390, "dark"]]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    const file = new URL(`screenshots/${name.replaceAll(/\W+/g, "-")}-${width}.png`, import.meta.url);
    await page.screenshot({ path: fileURLToPath(file), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: "light" });
}

function checkOnce() {
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const problems = [];
  if (document.querySelectorAll("h1").length !== 1) problems.push("there is not exactly one h1");
  if (!/\S+.* · Quayside$/.test(document.title) && location.pathname !== "/") problems.push(`title ${document.title}`);
  if (document.title === "") problems.push("no title");
  if (new Set(ids).size !== ids.length) problems.push("an id stands twice");
  if (document.querySelectorAll("main").length !== 1) problems.push("there is not exactly one main");
  const isAlone = location.pathname === "/" || location.pathname.endsWith("/print");
  if (!isAlone && !document.querySelector('nav[aria-label="Breadcrumb"]')) problems.push("no breadcrumb");
  return problems;
}

describe("every page", () => {
  for (const [name, as, open] of PAGES) {
    test(name, async () => {
      const page = await newPage(browser, forum, { as });
      const problems = [];
      const note = (where, found) => problems.push(...found.map((line) => `${where}: ${line}`));
      await (typeof open === "string" ? page.goto(open) : open(page));
      note("page", await page.evaluate(checkOnce));
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        for (const colorScheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme });
          note(`${width} ${colorScheme}`, await axe(page));
        }
      }
      for (const width of [3840, 1280, 390, 360]) {
        await page.setViewportSize({ width, height: 900 });
        note(`${width} px`, [await overflow(page)].filter(Boolean));
      }
      if (process.env.SCREENSHOTS) await photograph(page, name);
      await page.setViewportSize({ width: 1280, height: 900 });
      const undo = await doubleText(page);
      note("text twice as large", [await overflow(page)].filter(Boolean));
      await undo();
      note("on the way", page.troubles);
      await page.context().close();
      assert.equal(problems.join("\n"), "");
    });
  }
});

test("a visitor gets no cookie on any page", async () => {
  const home = await (await fetch(forum.base)).text();
  const paths = PAGES.filter(([, as, open]) => !as && typeof open === "string").map(([, , path]) => path);
  paths.push(announcement, `${announcement}?page=3`, `${announcement}/345`, hard, "/robots.txt", "/healthz");
  paths.push(...[...home.matchAll(/(?:href|src)="(\/[^"#]*)"/g)].map(([, path]) => path.replaceAll("&amp;", "&")));
  for (const path of new Set(paths)) {
    const answer = await fetch(new URL(path, forum.base), { redirect: "manual" });
    await answer.arrayBuffer();
    assert.deepEqual(answer.headers.getSetCookie(), [], path);
  }
});

test("a page refused by its status still has the headers that protect it", async () => {
  const cookie = await cookieOf(forum, "leo-p");
  for (const [path, status] of [["/admin", 403], ["/no/such/page", 404], ["/settings", 200]]) {
    const answer = await fetch(new URL(path, forum.base), { headers: { cookie } });
    assert.equal(answer.status, status);
    const policy = answer.headers.get("content-security-policy");
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
  }
});
