//! Who may what: every address of the forum, asked by every role. A new address needs its row here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use touchstone::accounts::mails::Letterhead;
use touchstone::boards::rules::Access;
use touchstone::members::rules::Role;
use touchstone::outside;

use crate::support::{Person, TestSite};

/// What stands in place of an answer that depends on nothing but the role.
struct Row {
    method: &'static str,
    /// As the program registers it.
    pattern: &'static str,
    /// A real address of this pattern; words in capitals stand for what the scene holds.
    address: &'static str,
    form: &'static [(&'static str, &'static str)],
    /// For a visitor, a member, a moderator, a community manager and an administrator.
    expected: [u16; 5],
}

const fn get(pattern: &'static str, address: &'static str, expected: [u16; 5]) -> Row {
    Row { method: "get", pattern, address, form: &[], expected }
}

const fn post(
    pattern: &'static str,
    address: &'static str,
    form: &'static [(&'static str, &'static str)],
    expected: [u16; 5],
) -> Row {
    Row { method: "post", pattern, address, form, expected }
}

/// Open to everybody.
const ALL: [u16; 5] = [200; 5];
/// A page that one must be signed in for: visitors are led to signing in.
const SIGNED_IN: [u16; 5] = [303, 200, 200, 200, 200];
/// A page for moderators, which administrators are as well.
const MODERATORS: [u16; 5] = [303, 403, 200, 403, 200];
/// A page for community managers, which administrators are as well.
const MANAGERS: [u16; 5] = [303, 403, 403, 200, 200];
/// A page for administrators.
const ADMINISTRATORS: [u16; 5] = [303, 403, 403, 403, 200];

/// A page for verification agents, who are none of these.
const AGENTS: [u16; 5] = [303, 403, 403, 403, 403];
/// A form for them.
const FOR_AGENTS: [u16; 5] = [403; 5];

/// What a member of each kind may write, and how a form is answered that is let in.
const fn members(answer: u16) -> [u16; 5] {
    [403, answer, answer, answer, answer]
}
const fn moderators(answer: u16) -> [u16; 5] {
    [403, 403, answer, 403, answer]
}
const fn managers(answer: u16) -> [u16; 5] {
    [403, 403, 403, answer, answer]
}
const fn administrators(answer: u16) -> [u16; 5] {
    [403, 403, 403, 403, answer]
}

/// Forms are filled so that the order of rows does not matter: where doing a thing twice would be a
/// difference, the form is one that is let in and then refused (422, 409, 404).
const TABLE: &[Row] = &[
    // Reading
    get("/", "/", ALL),
    get("/b/{slug}", "/b/talk", ALL),
    get("/b/{slug}", "/b/inside", [404, 200, 200, 200, 200]),
    get("/b/{slug}", "/b/backstage", [404, 404, 200, 404, 200]),
    get("/t/{id}/{slug}", "/t/THREAD/a-thread-to-read", ALL),
    get("/t/{id}/{slug}", "/t/SECRET/a-thread-backstage", [404, 404, 200, 404, 200]),
    get("/t/{id}/{slug}/{number}", "/t/THREAD/a-thread-to-read/1", [302; 5]),
    get("/t/{id}/{slug}/{number}", "/t/SECRET/x/1", [404, 404, 302, 404, 302]),
    get("/t/{id}", "/t/THREAD", [301; 5]),
    get("/t/{id}", "/t/SECRET", [404, 404, 301, 404, 301]),
    get("/p/{post}", "/p/POST", [302; 5]),
    get("/p/{post}", "/p/HIDDEN", [404, 404, 302, 404, 302]),
    get("/t/{id}/{slug}/print", "/t/THREAD/a-thread-to-read/print", ALL),
    get("/t/{id}/{slug}/print", "/t/THREAD/another-slug/print", [301; 5]),
    get("/t/{id}/{slug}/print", "/t/SECRET/a-thread-backstage/print", [404, 404, 200, 404, 200]),
    get("/t/{id}/{slug}/feed", "/t/THREAD/a-thread-to-read/feed", ALL),
    get("/t/{id}/{slug}/feed", "/t/SECRET/a-thread-backstage/feed", [404, 404, 200, 404, 200]),
    get("/b/{slug}/feed", "/b/talk/feed", ALL),
    get("/b/{slug}/feed", "/b/backstage/feed", [404, 404, 200, 404, 200]),
    get("/feed", "/feed", ALL),
    get("/sitemap.xml", "/sitemap.xml", ALL),
    get("/p/{post}/original", "/p/POST/original", ALL),
    get("/p/{post}/original", "/p/HIDDEN/original", [404, 404, 200, 404, 200]),
    get("/u", "/u?start=ta", SIGNED_IN),
    get("/u/{handle}", "/u/target-t", ALL),
    get("/p/{post}/likes", "/p/POST/likes", ALL),
    get("/p/{post}/likes", "/p/HIDDEN/likes", [404, 404, 200, 404, 200]),
    get("/ranks", "/ranks", ALL),
    get("/badges", "/badges", ALL),
    get("/badges/of/{handle}", "/badges/of/target-t", ALL),
    get("/badges/of/{handle}", "/badges/of/nobody-n", [404; 5]),
    get("/badges/{slug}", "/badges/identity-verified", ALL),
    get("/badges/{slug}", "/badges/gold-star", [404; 5]),
    get("/assets/{name}", "/assets/icons.svg", ALL),
    get("/robots.txt", "/robots.txt", ALL),
    get("/favicon.ico", "/favicon.ico", ALL),
    get("/healthz", "/healthz", ALL),
    get("/readyz", "/readyz", ALL),
    // Writing
    get("/b/{slug}/new", "/b/talk/new", SIGNED_IN),
    get("/b/{slug}/new", "/b/news/new", [303, 403, 403, 200, 200]),
    get("/b/{slug}/new", "/b/backstage/new", [404, 404, 200, 404, 200]),
    post("/b/{slug}/threads", "/b/talk/threads", THREAD, members(303)),
    post("/b/{slug}/threads", "/b/news/threads", THREAD, [403, 403, 403, 303, 303]),
    post("/b/{slug}/threads", "/b/backstage/threads", THREAD, [404, 404, 303, 404, 303]),
    post("/b/{slug}/threads", "/b/news/threads", ANNOUNCEMENT, [403, 403, 403, 303, 303]),
    post("/b/{slug}/threads", "/b/talk/threads", ANNOUNCEMENT, [403, 403, 403, 303, 303]),
    post("/t/{id}/replies", "/t/THREAD/replies", THREAD, members(303)),
    post("/t/{id}/replies", "/t/SECRET/replies", THREAD, [404, 404, 303, 404, 303]),
    post("/t/{id}/replies", "/t/LOCKED/replies", THREAD, [403, 403, 303, 403, 303]),
    get("/p/{post}/quote", "/p/POST/quote", SIGNED_IN),
    get("/p/{post}/quote", "/p/HIDDEN/quote", [303, 404, 200, 404, 200]),
    get("/drafts", "/drafts", SIGNED_IN),
    post("/t/{id}/draft", "/t/THREAD/draft", THREAD, members(303)),
    post("/t/{id}/draft", "/t/SECRET/draft", THREAD, [404, 404, 303, 404, 303]),
    post("/t/{id}/draft/discard", "/t/OTHER/draft/discard", &[], members(303)),
    post("/b/{slug}/draft", "/b/talk/draft", THREAD, members(303)),
    post("/b/{slug}/draft", "/b/backstage/draft", THREAD, [404, 404, 303, 404, 303]),
    post("/b/{slug}/draft/discard", "/b/inside/draft/discard", &[], members(303)),
    post("/preview", "/preview", THREAD, members(200)),
    // Liking, accepting, blocking: the post is an administrator's, and no question
    post("/p/{post}/like", "/p/POST/like", &[], [403, 303, 303, 303, 403]),
    post("/p/{post}/like", "/p/HIDDEN/like", &[], [403, 404, 303, 404, 403]),
    post("/p/{post}/unlike", "/p/POST/unlike", &[], members(303)),
    post("/p/{post}/unlike", "/p/HIDDEN/unlike", &[], [403, 404, 303, 404, 303]),
    post("/p/{post}/accept", "/p/POST/accept", &[], [403, 403, 422, 422, 422]),
    post("/p/{post}/accept", "/p/HIDDEN/accept", &[], [403, 404, 422, 404, 422]),
    post("/p/{post}/unaccept", "/p/POST/unaccept", &[], [403, 403, 303, 303, 303]),
    post("/u/{handle}/block", "/u/target-t/block", &[], members(303)),
    post("/u/{handle}/block", "/u/boss-b/block", &[], members(422)),
    post("/u/{handle}/unblock", "/u/target-t/unblock", &[], members(303)),
    get("/settings/blocks", "/settings/blocks", SIGNED_IN),
    // What is new, and what is kept
    get("/unread", "/unread", SIGNED_IN),
    get("/bookmarks", "/bookmarks", SIGNED_IN),
    post("/read", "/read", &[], members(303)),
    post("/b/{slug}/read", "/b/talk/read", &[], members(303)),
    post("/b/{slug}/read", "/b/backstage/read", &[], [403, 404, 303, 404, 303]),
    post("/b/{slug}/level", "/b/talk/level", LEVEL, members(303)),
    post("/b/{slug}/level", "/b/talk/level", &[], members(422)),
    post("/b/{slug}/level", "/b/backstage/level", LEVEL, [403, 404, 303, 404, 303]),
    post("/t/{id}/read", "/t/THREAD/read", &[], members(303)),
    post("/t/{id}/read", "/t/SECRET/read", &[], [403, 404, 303, 404, 303]),
    post("/t/{id}/unread", "/t/THREAD/unread", &[], members(303)),
    post("/t/{id}/unread", "/t/SECRET/unread", &[], [403, 404, 303, 404, 303]),
    post("/t/{id}/level", "/t/THREAD/level", LEVEL, members(303)),
    post("/t/{id}/level", "/t/SECRET/level", LEVEL, [403, 404, 303, 404, 303]),
    post("/t/{id}/bookmark", "/t/THREAD/bookmark", &[("note", "Later")], members(303)),
    post("/t/{id}/bookmark", "/t/SECRET/bookmark", &[], [403, 404, 303, 404, 303]),
    post("/t/{id}/unbookmark", "/t/THREAD/unbookmark", &[], members(303)),
    post("/t/{id}/unbookmark", "/t/SECRET/unbookmark", &[], [403, 404, 303, 404, 303]),
    // Open to whom the thread is open; an answer that never ends is asked for elsewhere.
    get("/t/{id}/{slug}/live", "/t/999999/x/live", [404; 5]),
    // Being told
    get("/notifications", "/notifications", SIGNED_IN),
    get("/notifications/{id}", "/notifications/999999", [303, 404, 404, 404, 404]),
    post("/notifications/{id}/read", "/notifications/999999/read", &[], members(404)),
    post("/notifications/read", "/notifications/read", &[], members(303)),
    get("/settings/notifications", "/settings/notifications", SIGNED_IN),
    post("/settings/notifications", "/settings/notifications", &[], members(422)),
    get("/unsubscribe/{token}", "/unsubscribe/nonsense", [404; 5]),
    post("/unsubscribe/{token}", "/unsubscribe/nonsense", &[], [404; 5]),
    get("/admin/mail", "/admin/mail", ADMINISTRATORS),
    post("/admin/mail/{id}/again", "/admin/mail/999999/again", &[], administrators(404)),
    post("/admin/mail/events/{id}/again", "/admin/mail/events/999999/again", &[], administrators(404)),
    // Editing
    get("/p/{post}/edit", "/p/POST/edit", [303, 403, 200, 403, 200]),
    get("/p/{post}/edit", "/p/HIDDEN/edit", [303, 404, 200, 404, 200]),
    post("/p/{post}/edit", "/p/POST/edit", &[], [403, 403, 422, 403, 422]),
    post("/p/{post}/edit", "/p/HIDDEN/edit", &[], [404, 404, 422, 404, 422]),
    get("/p/{post}/history", "/p/POST/history", ALL),
    get("/p/{post}/history", "/p/HIDDEN/history", [404, 404, 200, 404, 200]),
    get("/p/{post}/revisions/{n}/hide", "/p/POST/revisions/1/hide", [303, 403, 404, 403, 404]),
    post("/p/{post}/revisions/{n}/hide", "/p/POST/revisions/1/hide", ACT, moderators(404)),
    get("/p/{post}/note", "/p/POST/note", [303, 403, 200, 200, 200]),
    get("/p/{post}/note", "/p/HIDDEN/note", [303, 403, 200, 404, 200]),
    post("/p/{post}/note", "/p/POST/note", &[], [403, 403, 422, 422, 422]),
    post("/p/{post}/notes/{id}/remove", "/p/POST/notes/999999/remove", &[], [403, 403, 404, 404, 404]),
    get("/t/{id}/{slug}/title", "/t/THREAD/a-thread-to-read/title", [303, 403, 200, 403, 200]),
    get("/t/{id}/{slug}/title", "/t/SECRET/x/title", [303, 404, 200, 404, 200]),
    post("/t/{id}/title", "/t/THREAD/title", &[], [403, 403, 422, 403, 422]),
    // Moving
    get("/t/{id}/{slug}/move", "/t/THREAD/a-thread-to-read/move", MODERATORS),
    post("/t/{id}/move", "/t/THREAD/move", &[], moderators(422)),
    get("/t/{id}/{slug}/split", "/t/THREAD/a-thread-to-read/split", MODERATORS),
    post("/t/{id}/split", "/t/THREAD/split", &[], moderators(422)),
    get("/t/{id}/{slug}/merge", "/t/THREAD/a-thread-to-read/merge", MODERATORS),
    post("/t/{id}/merge", "/t/THREAD/merge", &[], moderators(422)),
    // Pictures
    get("/uploads/new", "/uploads/new", SIGNED_IN),
    post("/uploads", "/uploads", &[], members(422)),
    get("/uploads/{name}", "/uploads/nothing.jpg", [404; 5]),
    // Keeping order
    get("/p/{post}/report", "/p/POST/report", SIGNED_IN),
    get("/p/{post}/report", "/p/HIDDEN/report", [303, 404, 200, 404, 200]),
    post("/p/{post}/report", "/p/POST/report", &[], members(422)),
    post("/p/{post}/report", "/p/HIDDEN/report", REPORT, [403, 404, 303, 404, 403]),
    get("/p/{post}/remove", "/p/POST/remove", MODERATORS),
    post("/p/{post}/remove", "/p/POST/remove", &[], moderators(422)),
    post("/p/{post}/remove", "/p/999999/remove", REASON, moderators(404)),
    // Announcing
    get("/manage", "/manage", MANAGERS),
    post("/manage/announcements", "/manage/announcements", &[], managers(422)),
    get("/manage/announcements/new", "/manage/announcements/new", MANAGERS),
    get("/manage/announcements/{id}", "/manage/announcements/DRAFT", MANAGERS),
    post("/manage/announcements/{id}", "/manage/announcements/DRAFT", &[], managers(422)),
    get("/manage/announcements/{id}/preview", "/manage/announcements/DRAFT/preview", MANAGERS),
    get(
        "/manage/announcements/{id}/figures",
        "/manage/announcements/DRAFT/figures",
        [303, 403, 403, 404, 404],
    ),
    get("/manage/announcements/{id}/figures", "/manage/announcements/LIVE/figures", MANAGERS),
    post("/manage/announcements/{id}/publish", "/manage/announcements/LIVE/publish", &[], managers(409)),
    post(
        "/manage/announcements/{id}/unschedule",
        "/manage/announcements/LIVE/unschedule",
        &[],
        managers(409),
    ),
    post("/manage/announcements/{id}/correct", "/manage/announcements/LIVE/correct", &[], managers(422)),
    post("/manage/announcements/{id}/end", "/manage/announcements/DRAFT/end", &[], managers(409)),
    post("/manage/announcements/{id}/delete", "/manage/announcements/LIVE/delete", &[], managers(409)),
    post("/announcements/{id}/dismiss", "/announcements/LIVE/dismiss", &[], members(303)),
    post("/announcements/{id}/dismiss", "/announcements/DRAFT/dismiss", &[], members(404)),
    get("/manage/rollouts", "/manage/rollouts", MANAGERS),
    post("/manage/rollouts", "/manage/rollouts", &[], managers(422)),
    get("/manage/rollouts/new", "/manage/rollouts/new", MANAGERS),
    get("/manage/rollouts/{id}", "/manage/rollouts/99", [303, 403, 403, 404, 404]),
    get("/manage/rollouts/{id}/draft", "/manage/rollouts/99/draft", [303, 403, 403, 404, 404]),
    get("/manage/rollouts/{id}/waves.csv", "/manage/rollouts/99/waves.csv", [303, 403, 403, 404, 404]),
    get("/manage/rollouts/{id}/funnel.csv", "/manage/rollouts/99/funnel.csv", [303, 403, 403, 404, 404]),
    post("/manage/rollouts/{id}", "/manage/rollouts/99", &[], managers(404)),
    post("/manage/rollouts/{id}/approve", "/manage/rollouts/99/approve", &[], managers(404)),
    post("/manage/rollouts/{id}/open", "/manage/rollouts/99/open", &[], managers(404)),
    post("/manage/rollouts/{id}/pause", "/manage/rollouts/99/pause", &[], managers(404)),
    post("/manage/rollouts/{id}/close", "/manage/rollouts/99/close", &[], managers(404)),
    post("/manage/rollouts/{id}/cancel", "/manage/rollouts/99/cancel", &[], managers(404)),
    post("/manage/rollouts/{id}/raise", "/manage/rollouts/99/raise", &[], managers(404)),
    post("/manage/rollouts/{id}/ask", "/manage/rollouts/99/ask", &[], managers(404)),
    post("/manage/rollouts/{id}/agree", "/manage/rollouts/99/agree", &[], managers(404)),
    get("/rollouts", "/rollouts", ALL),
    get("/rollouts/{id}", "/rollouts/99", [404; 5]),
    get("/rollouts/{id}/place", "/rollouts/99/place", [303, 404, 404, 404, 404]),
    get("/verification/invitation", "/verification/invitation", SIGNED_IN),
    post(
        "/verification/invitation/watch",
        "/verification/invitation/watch",
        &[("wants", "true")],
        members(303),
    ),
    post(
        "/verification/invitation/{id}",
        "/verification/invitation/99",
        &[("answer", "accept")],
        members(404),
    ),
    post("/p/{post}/official", "/p/POST/official", &[], managers(422)),
    post("/p/{post}/unofficial", "/p/POST/unofficial", &[], managers(303)),
    post("/t/{id}/official/order", "/t/THREAD/official/order", &[("move", "up")], managers(404)),
    get("/manage/answers/{thread}", "/manage/answers/THREAD", MANAGERS),
    get("/p/{post}/restore", "/p/999999/restore", [303, 403, 404, 403, 404]),
    post("/p/{post}/restore", "/p/POST/restore", &[], moderators(422)),
    get("/t/{id}/{slug}/lock", "/t/OTHER/x/lock", MODERATORS),
    post("/t/{id}/lock", "/t/OTHER/lock", &[], moderators(422)),
    post("/t/{id}/unlock", "/t/OTHER/unlock", &[], moderators(422)),
    get("/t/{id}/{slug}/pin", "/t/OTHER/x/pin", MODERATORS),
    post("/t/{id}/pin", "/t/OTHER/pin", &[], moderators(422)),
    post("/t/{id}/unpin", "/t/OTHER/unpin", &[], moderators(422)),
    get("/u/{handle}/warn", "/u/target-t/warn", MODERATORS),
    post("/u/{handle}/warn", "/u/target-t/warn", &[], moderators(422)),
    get("/u/{handle}/silence", "/u/target-t/silence", MODERATORS),
    post("/u/{handle}/silence", "/u/target-t/silence", &[], moderators(422)),
    get("/u/{handle}/suspend", "/u/target-t/suspend", MODERATORS),
    post("/u/{handle}/suspend", "/u/target-t/suspend", &[], moderators(422)),
    get("/moderation", "/moderation", MODERATORS),
    get("/moderation/cases/{id}", "/moderation/cases/999999", [303, 403, 404, 403, 404]),
    post("/moderation/cases/{id}/claim", "/moderation/cases/999999/claim", &[], moderators(404)),
    post("/moderation/cases/{id}/release", "/moderation/cases/999999/release", &[], moderators(404)),
    post("/moderation/cases/{id}/close", "/moderation/cases/999999/close", &[], moderators(404)),
    get("/moderation/log", "/moderation/log", ALL),
    get("/moderation/appeals", "/moderation/appeals", MODERATORS),
    post("/moderation/appeals/{act}", "/moderation/appeals/999999", &[], moderators(404)),
    get("/moderation/held", "/moderation/held", MODERATORS),
    get("/moderation/held/{id}", "/moderation/held/999999", [303, 403, 404, 403, 404]),
    post("/moderation/held/{id}", "/moderation/held/999999", &[], moderators(404)),
    get("/held/{id}", "/held/999999", [303, 404, 404, 404, 404]),
    get("/notices", "/notices", SIGNED_IN),
    // The lock of the scene concerns the administrator whose thread it is.
    get("/notices/{act}", "/notices/1", [303, 404, 200, 404, 200]),
    post("/notices/{act}/appeal", "/notices/999999/appeal", &[], members(404)),
    post("/notices/{act}/reverse", "/notices/999999/reverse", &[], moderators(404)),
    get("/rules", "/rules", ALL),
    get("/rules/{version}", "/rules/1", ALL),
    get("/rules/{version}", "/rules/99", [404; 5]),
    get("/admin/rules", "/admin/rules", ADMINISTRATORS),
    post("/admin/rules", "/admin/rules", &[], administrators(422)),
    get("/admin/limits", "/admin/limits", ADMINISTRATORS),
    post("/admin/limits", "/admin/limits", &[], administrators(422)),
    // One's account
    get("/join", "/join", ALL),
    get("/join", "/join?first=nonsense", [403; 5]),
    post("/join", "/join", &[], [422; 5]),
    get("/join/check-mail", "/join/check-mail", ALL),
    get("/join/confirm", "/join/confirm?token=nonsense", [422; 5]),
    post("/join/confirm", "/join/confirm", &[("token", "nonsense")], [422; 5]),
    get("/login", "/login", [200, 303, 303, 303, 303]),
    post("/login", "/login", &[("login", "nobody-here"), ("password", "wrong")], [422; 5]),
    post("/logout", "/logout", &[], [303; 5]),
    get("/reset", "/reset", ALL),
    post("/reset", "/reset", &[("email", "nobody")], [422; 5]),
    get("/reset/sent", "/reset/sent", ALL),
    get("/reset/choose", "/reset/choose?token=nonsense", [422; 5]),
    post("/reset/choose", "/reset/choose", &[("token", "nonsense")], [422; 5]),
    get("/settings", "/settings", SIGNED_IN),
    post("/settings/profile", "/settings/profile", &[], members(422)),
    post("/settings/reading", "/settings/reading", &[], members(422)),
    post("/settings/password", "/settings/password", &[], members(422)),
    post("/settings/confirmation", "/settings/confirmation", &[], members(409)),
    get("/settings/email", "/settings/email", SIGNED_IN),
    post("/settings/email", "/settings/email", &[], members(422)),
    post("/settings/email/cancel", "/settings/email/cancel", &[], members(303)),
    get("/settings/email/confirm", "/settings/email/confirm?token=nonsense", [422; 5]),
    post("/settings/email/confirm", "/settings/email/confirm", &[("token", "nonsense")], [422; 5]),
    post("/settings/sessions/{id}/end", "/settings/sessions/999999/end", &[], members(404)),
    post("/settings/sessions/end-others", "/settings/sessions/end-others", &[], members(303)),
    // Second factors: nobody here has one, and the site's address is a number, which has no passkeys
    get("/settings/second-factor", "/settings/second-factor", SIGNED_IN),
    get("/settings/second-factor/app", "/settings/second-factor/app", SIGNED_IN),
    post("/settings/second-factor/app", "/settings/second-factor/app", &[], members(422)),
    get("/settings/second-factor/passkey", "/settings/second-factor/passkey", SIGNED_IN),
    post("/settings/second-factor/passkey", "/settings/second-factor/passkey", &[], members(422)),
    post(
        "/settings/second-factor/passkey/options",
        "/settings/second-factor/passkey/options",
        &[],
        members(422),
    ),
    get("/settings/second-factor/recovery", "/settings/second-factor/recovery", SIGNED_IN),
    post("/settings/second-factor/recovery", "/settings/second-factor/recovery", &[], members(422)),
    get("/settings/second-factor/{id}", "/settings/second-factor/999999", [303, 404, 404, 404, 404]),
    post("/settings/second-factor/{id}/name", "/settings/second-factor/999999/name", &[], members(404)),
    post("/settings/second-factor/{id}/remove", "/settings/second-factor/999999/remove", &[], members(404)),
    get("/login/second-factor", "/login/second-factor?next=%2Fsettings", [303; 5]),
    post("/login/second-factor", "/login/second-factor", &[], [303; 5]),
    post("/login/second-factor/options", "/login/second-factor/options", &[], [403; 5]),
    post("/login/second-factor/passkey", "/login/second-factor/passkey", &[], [403; 5]),
    get("/agent/sign-in", "/agent/sign-in", [303; 5]),
    post("/agent/sign-in", "/agent/sign-in", &[], members(303)),
    post("/agent/sign-in/options", "/agent/sign-in/options", &[], members(422)),
    post("/agent/sign-in/passkey", "/agent/sign-in/passkey", &[], members(422)),
    get("/verification", "/verification", SIGNED_IN),
    get("/verification/badge", "/verification/badge", SIGNED_IN),
    post("/verification/badge", "/verification/badge", &[("hide", "true")], members(303)),
    get("/openness/destroyed", "/openness/destroyed", ALL),
    post("/openness/destroyed", "/openness/destroyed", &[], [422; 5]),
    get("/openness/destroyed/head", "/openness/destroyed/head", ALL),
    get("/openness/destroyed/proof/{place}", "/openness/destroyed/proof/0", [404; 5]),
    get("/verification/receipts", "/verification/receipts", SIGNED_IN),
    get("/verification/receipts/{place}", "/verification/receipts/0", [303, 404, 404, 404, 404]),
    get("/verification/opened", "/verification/opened", SIGNED_IN),
    get("/verification/phone", "/verification/phone", SIGNED_IN),
    post("/verification/phone", "/verification/phone", &[], members(422)),
    get("/verification/phone/code", "/verification/phone/code", [303; 5]),
    post("/verification/phone/code", "/verification/phone/code", &[("code", "12345")], members(303)),
    post("/verification/phone/resend", "/verification/phone/resend", &[], members(303)),
    post("/verification/phone/remove", "/verification/phone/remove", &[], members(303)),
    // What services tell: the signed address counts there, and no session.
    post("/texts/receipts/twilio/{key}", "/texts/receipts/twilio/1.nonsense", &[], [404; 5]),
    get("/texts/receipts/kannel/{key}", "/texts/receipts/kannel/1.nonsense", [404; 5]),
    post("/texts/receipts/kannel/{key}", "/texts/receipts/kannel/1.nonsense", &[], [404; 5]),
    // The document: nobody here is eligible or has begun, so they are led to the beginning
    get("/verification/documents", "/verification/documents", ALL),
    get("/verification/document", "/verification/document", [303; 5]),
    get("/verification/document/consent", "/verification/document/consent", [303; 5]),
    post("/verification/document/consent", "/verification/document/consent", &[], members(422)),
    get("/verification/document/choose", "/verification/document/choose", [303; 5]),
    post("/verification/document/choose", "/verification/document/choose", &[], members(303)),
    get("/verification/document/photos", "/verification/document/photos", [303; 5]),
    post("/verification/document/photos", "/verification/document/photos", &[], members(303)),
    post("/verification/document/photos/remove", "/verification/document/photos/remove", IMAGE, members(404)),
    get("/verification/document/phone", "/verification/document/phone", [303; 5]),
    post("/verification/document/phone", "/verification/document/phone", &[], members(303)),
    get("/verification/document/phone/state", "/verification/document/phone/state", SIGNED_IN),
    get("/verification/document/details", "/verification/document/details", [303; 5]),
    post("/verification/document/details", "/verification/document/details", &[], members(303)),
    get("/verification/document/check", "/verification/document/check", [303; 5]),
    post("/verification/document/check", "/verification/document/check", &[], members(404)),
    get("/verification/document/withdraw", "/verification/document/withdraw", [303; 5]),
    post("/verification/document/withdraw", "/verification/document/withdraw", &[], members(303)),
    get("/verification/document/appeal", "/verification/document/appeal", [303, 404, 404, 404, 404]),
    post("/verification/document/appeal", "/verification/document/appeal", &[], members(404)),
    // Proof elsewhere: nobody here has a badge
    get("/.well-known/did.json", "/.well-known/did.json", ALL),
    get("/.well-known/jwks.json", "/.well-known/jwks.json", ALL),
    get("/credentials/status/{list}", "/credentials/status/1", [404; 5]),
    get("/credentials/status/{list}/suspension", "/credentials/status/1/suspension", [404; 5]),
    get("/badges/check", "/badges/check", ALL),
    post("/badges/check", "/badges/check", &[("text", "nonsense")], ALL),
    get("/badges/of/{handle}.svg", "/badges/of/target-t.svg", ALL),
    get("/oembed", "/oembed?url=http://127.0.0.1:8080/u/target-t", ALL),
    get("/c/{token}", "/c/nonsense", [404; 5]),
    get("/verification/credential", "/verification/credential", SIGNED_IN),
    post("/verification/credential", "/verification/credential", &[], members(422)),
    post("/verification/credential/end", "/verification/credential/end", &[], members(404)),
    post("/verification/credential/links", "/verification/credential/links", &[], members(422)),
    post(
        "/verification/credential/links/{id}/end",
        "/verification/credential/links/1/end",
        &[],
        members(404),
    ),
    get("/verification/credential.jwt", "/verification/credential.jwt", [303, 404, 404, 404, 404]),
    get("/verification/credential.json", "/verification/credential.json", [303, 404, 404, 404, 404]),
    // A token counts there, and no session.
    get("/api/v1/members/{handle}/badges", "/api/v1/members/target-t/badges", [401; 5]),
    get("/admin/api", "/admin/api", ADMINISTRATORS),
    post("/admin/api/tokens", "/admin/api/tokens", &[], administrators(422)),
    post("/admin/api/tokens/{id}/end", "/admin/api/tokens/1/end", &[], administrators(404)),
    post("/admin/api/webhooks", "/admin/api/webhooks", &[], administrators(422)),
    get("/admin/api/webhooks/{id}", "/admin/api/webhooks/1", [303, 403, 403, 403, 404]),
    post("/admin/api/webhooks/{id}/end", "/admin/api/webhooks/1/end", &[], administrators(404)),
    post("/admin/api/webhooks/{id}/test", "/admin/api/webhooks/1/test", &[], administrators(404)),
    post(
        "/admin/api/webhooks/{id}/deliveries/{delivery}/again",
        "/admin/api/webhooks/1/deliveries/1/again",
        &[],
        administrators(404),
    ),
    // The phone, which needs its link or its cookie and nothing else
    get("/handover", "/handover", [404; 5]),
    post("/handover", "/handover", &[], [404; 5]),
    get("/handover/done", "/handover/done", ALL),
    post("/handover/done", "/handover/done", &[], [404; 5]),
    get("/handover/{link}", "/handover/nonsense", [404; 5]),
    post("/handover/{link}", "/handover/nonsense", &[], [404; 5]),
    // The agents' desk: its own tests ask as agents.
    get("/agent", "/agent", AGENTS),
    post("/agent/next", "/agent/next", &[], FOR_AGENTS),
    get("/agent/decisions", "/agent/decisions", AGENTS),
    post("/agent/shifts", "/agent/shifts", &[], FOR_AGENTS),
    post("/agent/shifts/{id}/remove", "/agent/shifts/1/remove", &[], FOR_AGENTS),
    get("/agent/phones/waive", "/agent/phones/waive", AGENTS),
    post("/agent/phones/waive", "/agent/phones/waive", &[], FOR_AGENTS),
    get("/agent/cases/{id}", "/agent/cases/1", AGENTS),
    post("/agent/cases/{id}/renew", "/agent/cases/1/renew", &[], FOR_AGENTS),
    post("/agent/cases/{id}/release", "/agent/cases/1/release", &[], FOR_AGENTS),
    post("/agent/cases/{id}/decide", "/agent/cases/1/decide", &[], FOR_AGENTS),
    get("/agent/cases/{id}/images/{evidence}", "/agent/cases/1/images/1", AGENTS),
    get("/agent/cases/{id}/images/{evidence}/look", "/agent/cases/1/images/1/look", AGENTS),
    // The live call: its own tests ask as those whose document is approved, and as agents.
    get("/verification/call", "/verification/call", SIGNED_IN),
    get("/verification/call/state", "/verification/call/state", SIGNED_IN),
    get("/verification/call/calendar.ics", "/verification/call/calendar.ics", [303, 404, 404, 404, 404]),
    post("/verification/call/hold", "/verification/call/hold", &[], members(422)),
    post("/verification/call/confirm", "/verification/call/confirm", &[], members(409)),
    post("/verification/call/change", "/verification/call/change", &[], members(422)),
    post("/verification/call/cancel", "/verification/call/cancel", &[], members(404)),
    post("/verification/call/queue", "/verification/call/queue", &[], members(404)),
    post("/verification/call/appeal", "/verification/call/appeal", &[], members(404)),
    get("/verification/call/room", "/verification/call/room", [303; 5]),
    post("/verification/call/room/ticket", "/verification/call/room/ticket", &[], members(404)),
    get("/verification/call/test", "/verification/call/test", SIGNED_IN),
    post("/verification/call/test/servers", "/verification/call/test/servers", &[], members(200)),
    get("/calls/{id}/socket", "/calls/1/socket?side=member", [303, 403, 403, 403, 403]),
    post("/agent/calls/{id}/ticket", "/agent/calls/1/ticket", &[], FOR_AGENTS),
    get("/agent/calls", "/agent/calls", AGENTS),
    post("/agent/calls", "/agent/calls", &[], FOR_AGENTS),
    get("/agent/calls/{id}", "/agent/calls/1", AGENTS),
    post("/agent/calls/{id}/admit", "/agent/calls/1/admit", &[], FOR_AGENTS),
    post("/agent/calls/{id}/back", "/agent/calls/1/back", &[], FOR_AGENTS),
    post("/agent/calls/{id}/code", "/agent/calls/1/code", &[], FOR_AGENTS),
    post("/agent/calls/{id}/check", "/agent/calls/1/check", &[], FOR_AGENTS),
    post("/agent/calls/{id}/decide", "/agent/calls/1/decide", &[], FOR_AGENTS),
    get("/agent/calls/{id}/images/{evidence}", "/agent/calls/1/images/1", AGENTS),
    get("/agent/second-looks", "/agent/second-looks", AGENTS),
    get("/agent/second-looks/{grant}", "/agent/second-looks/1", AGENTS),
    post("/agent/second-looks/{grant}", "/agent/second-looks/1", &[], FOR_AGENTS),
    get("/agent/second-looks/{grant}/images/{evidence}", "/agent/second-looks/1/images/1", AGENTS),
    get("/agent/second-looks/{grant}/images/{evidence}/look", "/agent/second-looks/1/images/1/look", AGENTS),
    // Badges: for trust administrators, who are none of these.
    get("/admin/badges", "/admin/badges", AGENTS),
    post("/admin/badges", "/admin/badges", &[], FOR_AGENTS),
    post("/admin/badges/{revocation}", "/admin/badges/1", &[], FOR_AGENTS),
    // Appeals of verification: their own tests ask as those who have one, and as those who decide.
    get("/verification/appeal/{what}/{id}", "/verification/appeal/grant/1", [303, 404, 404, 404, 404]),
    post("/verification/appeal/{what}/{id}", "/verification/appeal/grant/1", &[], members(404)),
    get("/agent/appeals", "/agent/appeals", AGENTS),
    get("/agent/appeals/{id}", "/agent/appeals/1", AGENTS),
    post("/agent/appeals/{id}", "/agent/appeals/1", &[], FOR_AGENTS),
    // The administration
    get("/admin", "/admin", ADMINISTRATORS),
    get("/admin/members", "/admin/members", ADMINISTRATORS),
    get("/admin/members/{handle}", "/admin/members/target-t", ADMINISTRATORS),
    post("/admin/members/{handle}/roles", "/admin/members/target-t/roles", ROLE, administrators(303)),
    post("/admin/members/{handle}/tier", "/admin/members/target-t/tier", TIER, administrators(303)),
    get("/admin/members/{handle}/second-factor", "/admin/members/target-t/second-factor", ADMINISTRATORS),
    post(
        "/admin/members/{handle}/second-factor",
        "/admin/members/target-t/second-factor",
        &[],
        administrators(422),
    ),
    post("/admin/members/{handle}/name", "/admin/members/target-t/name", &[], administrators(303)),
    get("/admin/tiers", "/admin/tiers", ADMINISTRATORS),
    post("/admin/tiers", "/admin/tiers", &[], administrators(422)),
    get("/admin/texts", "/admin/texts", ADMINISTRATORS),
    post("/admin/texts/budget", "/admin/texts/budget", &[], administrators(422)),
    post("/admin/texts/allow", "/admin/texts/allow", &[], administrators(404)),
    post("/admin/texts/stop", "/admin/texts/stop", &[], administrators(404)),
    post("/admin/tiers/apply", "/admin/tiers/apply", TIERS, administrators(200)),
    get("/admin/policies", "/admin/policies", ADMINISTRATORS),
    post("/admin/policies", "/admin/policies", &[], administrators(422)),
    get("/admin/policies/new", "/admin/policies/new", ADMINISTRATORS),
    get("/admin/policies/{id}", "/admin/policies/99", [303, 403, 403, 403, 404]),
    post("/admin/policies/{id}", "/admin/policies/99", &[], administrators(404)),
    post("/admin/policies/{id}/approve", "/admin/policies/99/approve", &[], administrators(404)),
    post("/admin/policies/{id}/publish", "/admin/policies/99/publish", &[], administrators(404)),
    post("/admin/policies/{id}/discard", "/admin/policies/99/discard", &[], administrators(404)),
    get("/admin/ranks", "/admin/ranks", ADMINISTRATORS),
    post("/admin/ranks", "/admin/ranks", &[], administrators(422)),
    get("/admin/gates", "/admin/gates", ADMINISTRATORS),
    post("/admin/gates/boards", "/admin/gates/boards", &[("gate", "99:phone")], administrators(404)),
    post("/admin/gates/tests", "/admin/gates/tests", &[("percent", "0")], administrators(422)),
    post(
        "/admin/gates/tests/{id}/raise",
        "/admin/gates/tests/1/raise",
        &[("percent", "0")],
        administrators(422),
    ),
    post(
        "/admin/gates/tests/{id}/end",
        "/admin/gates/tests/1/end",
        &[("end_reason", "no")],
        administrators(422),
    ),
    get("/admin/boards", "/admin/boards", ADMINISTRATORS),
    post("/admin/boards", "/admin/boards", &[], administrators(422)),
    get("/admin/boards/{id}", "/admin/boards/BOARD", ADMINISTRATORS),
    post("/admin/boards/{id}", "/admin/boards/BOARD", &[], administrators(422)),
    post("/admin/boards/{id}/delete", "/admin/boards/BOARD/delete", &[], administrators(409)),
];

/// What only a demo has.
const DEMO: &[Row] = &[
    get("/demo", "/demo", ALL),
    post("/demo", "/demo", &[("as", "target-t")], [303; 5]),
    get("/demo/{handle}", "/demo/target-t", [303; 5]),
    get("/outbox", "/outbox", ALL),
    get("/outbox/{id}", "/outbox/1", ALL),
];

const IMAGE: &[(&str, &str)] = &[("image", "1")];
const THREAD: &[(&str, &str)] = &[("title", "One more thread"), ("body", "Words of a member.")];
const ANNOUNCEMENT: &[(&str, &str)] =
    &[("title", "What changes here"), ("type", "announcement"), ("body", "Words of a manager.")];
const LEVEL: &[(&str, &str)] = &[("level", "follow")];
const ACT: &[(&str, &str)] = &[("rule", "4"), ("reason", "Personal data")];
const REASON: &[(&str, &str)] = &[("rule", "2"), ("reason", "It went in circles")];
const REPORT: &[(&str, &str)] = &[("reason", "spam")];
const ROLE: &[(&str, &str)] = &[("role", "senior-agent")];
const TIER: &[(&str, &str)] = &[("tier", "top-rated")];
const TIERS: &[(&str, &str)] = &[("name", "tiers.csv"), ("list", "handle,tier\ntarget-t,none\n")];

const ROLES: [(&str, &[Role]); 4] = [
    ("plain-p", &[]),
    ("mod-m", &[Role::Moderator]),
    ("manager-m", &[Role::CommunityManager]),
    ("boss-b", &[Role::Administrator]),
];

/// A site with something at every address of the table.
struct Scene {
    site: TestSite,
    words: BTreeMap<&'static str, String>,
}

impl Scene {
    async fn set() -> Self {
        let site = TestSite::demo();
        let board = site.open_board("talk");
        site.board("inside", Access::Members, Access::Members);
        site.board("backstage", Access::Role(Role::Moderator), Access::Role(Role::Moderator));
        let news = site.board("news", Access::Anyone, Access::Role(Role::CommunityManager));
        let news = news.0.to_string();
        for (handle, roles) in ROLES {
            site.staff(handle, roles);
        }
        site.member("target-t");
        let letterhead =
            Letterhead { origin: site.forum.site.settings.origin(), community: "Touchstone".to_owned() };
        let (mail, now) = (letterhead.confirm("a@example.org", "Ada", "token"), site.clock.now());
        let keys = site.keys();
        site.write(move |conn| Ok(outside::store::queue(conn, &keys, &mail, now)?));

        let boss = site.sign_in("boss-b");
        let mut words = BTreeMap::from([("BOARD", board.0.to_string())]);
        for (word, post, board, title) in [
            ("THREAD", "POST", "talk", "A thread to read"),
            ("OTHER", "", "talk", "A thread to lock and pin"),
            ("LOCKED", "", "talk", "A thread that is locked"),
            ("SECRET", "HIDDEN", "backstage", "A thread backstage"),
        ] {
            let thread = site.thread(&boss, board, title).await;
            let page = site.get(&boss, &thread).await.expect(200);
            words.insert(word, thread.split('/').nth(2).unwrap().to_owned());
            if !post.is_empty() {
                words.insert(post, page.attribute("article", "data-post"));
            }
        }
        for (word, then) in [("DRAFT", "save"), ("LIVE", "publish")] {
            let fields = [
                ("board", news.as_str()),
                ("title", "What changes here"),
                ("body", "Words of a manager."),
                ("audience", "anyone"),
                ("when", "now"),
                ("has_banner", "1"),
                ("comments", "open"),
                ("then", then),
            ];
            site.post(&boss, "/manage/announcements", &fields).await.expect(303);
            let number = if word == "DRAFT" { "1" } else { "2" };
            words.insert(word, number.to_owned());
        }
        let lock = format!("/t/{}/lock", words["LOCKED"]);
        site.post(&boss, &lock, REASON).await.expect(303);
        Self { site, words }
    }

    fn address(&self, row: &Row) -> String {
        self.words.iter().fold(row.address.to_owned(), |address, (word, value)| address.replace(word, value))
    }

    /// Asks as everybody in turn, each in a session of their own, because some forms end sessions.
    async fn ask(&self, row: &Row) -> Vec<String> {
        let address = self.address(row);
        let mut wrong = Vec::new();
        for (place, expected) in row.expected.into_iter().enumerate() {
            let who = match place.checked_sub(1) {
                None => Person::visitor(),
                Some(role) => self.site.sign_in(ROLES[role].0),
            };
            let page = match row.method {
                "get" => self.site.get(&who, &address).await,
                _ => self.site.post(&who, &address, row.form).await,
            };
            let status = page.status.as_u16();
            let name = if who.cookie.is_some() { &who.handle } else { "a visitor" };
            if status != expected {
                wrong.push(format!("{} {address}: {status} for {name}, not {expected}", row.method));
            }
            // Being led to signing in is no way in; a demo's own ways in lead home.
            let is_led = who.cookie.is_none() && row.method == "get" && status == 303;
            if is_led && !row.pattern.starts_with("/demo") && !page.location().starts_with("/login?next=") {
                wrong.push(format!("{address} leads a visitor to {}", page.location()));
            }
        }
        wrong
    }
}

#[actix_web::test]
async fn every_address_answers_every_role_as_the_table_says() {
    let scene = Scene::set().await;
    let mut wrong = Vec::new();
    for row in TABLE.iter().chain(DEMO) {
        wrong.extend(scene.ask(row).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[actix_web::test]
async fn what_only_a_demo_has_is_nowhere_else() {
    let site = TestSite::start();
    site.member("target-t");
    let boss = site.staff("boss-b", &[Role::Administrator]);
    for row in DEMO {
        for who in [&Person::visitor(), &boss] {
            let page = match row.method {
                "get" => site.get(who, row.address).await,
                _ => site.post(who, row.address, row.form).await,
            };
            assert_eq!(page.status, 404, "{}", row.address);
            assert_eq!(page.header("set-cookie"), None);
        }
    }
}

#[actix_web::test]
async fn an_address_answers_no_other_method() {
    let scene = Scene::set().await;
    let boss = scene.site.sign_in("boss-b");
    let known: BTreeSet<(&str, String)> =
        TABLE.iter().chain(DEMO).map(|row| (row.method, row.pattern.to_owned())).collect();
    for row in TABLE.iter().chain(DEMO) {
        let address = scene.address(row);
        let is_read = known.contains(&("get", row.pattern.to_owned()));
        let is_written = known.contains(&("post", row.pattern.to_owned()));
        // `/t/7/replies` reads as a thread with a strange slug, which leads to the right one.
        let is_slug = row.pattern.starts_with("/t/{id}/");
        if !is_written {
            scene.site.post(&boss, &address, &[]).await.expect(404);
        }
        if !is_read && !is_slug {
            scene.site.get(&boss, &address).await.expect(404);
        }
        for method in ["PUT", "PATCH", "DELETE"] {
            let method = method.parse().unwrap();
            scene.site.ask(&boss, method, &address).await.expect(404);
        }
    }
}

// The table against the sources

/// Every method and pattern that the sources register.
fn registered(source: &str) -> BTreeSet<(String, String)> {
    let source = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let mut found = BTreeSet::new();
    for call in [".route(", "web::resource("] {
        for rest in source.split(call).skip(1) {
            let Some(rest) = rest.trim_start().strip_prefix('"') else {
                continue;
            };
            let (pattern, rest) = rest.split_once('"').unwrap();
            let ways = ["get", "post", "put", "patch", "delete", "head", "method", "to"];
            let method =
                ways.into_iter().filter_map(|way| Some((rest.find(&format!("web::{way}("))?, way))).min();
            let method = method.unwrap_or_else(|| panic!("{pattern} has no method")).1;
            found.insert((method.to_owned(), pattern.to_owned()));
        }
    }
    found
}

fn sources() -> Vec<(String, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

#[test]
fn every_route_of_the_sources_has_its_row_and_every_row_its_route() {
    let sources = sources();
    let routes: BTreeSet<(String, String)> =
        sources.iter().flat_map(|(_, source)| registered(source)).collect();
    let rows: BTreeSet<(String, String)> =
        TABLE.iter().chain(DEMO).map(|row| (row.method.to_owned(), row.pattern.to_owned())).collect();
    let without_row: Vec<_> = routes.difference(&rows).collect();
    let without_route: Vec<_> = rows.difference(&routes).collect();
    assert!(without_row.is_empty(), "routes without a row: {without_row:?}");
    assert!(without_route.is_empty(), "rows without a route: {without_route:?}");
}

#[test]
fn routes_are_registered_in_no_way_that_the_table_would_miss() {
    for (file, source) in sources() {
        for other in ["web::scope(", "#[get(", "#[post(", "#[route(", ".external_resource("] {
            assert!(!source.contains(other), "{file} holds {other}");
        }
        let services = source.matches(".service(").count();
        let resources = source.matches("web::resource(\"").count();
        assert_eq!(services, resources, "{file} registers a service of another kind");
    }
}

#[test]
fn the_reader_of_sources_finds_routes_however_they_are_laid_out() {
    let source = r#"
        config
            .route("/a", web::get().to(list))
            .route(
                "/b/{id}/end",
                web::post().to(settings::end),
            )
            .service(web::resource("/c").guard(guard::Post()).route(web::post().to(apply)));
    "#;
    let expected = [("get", "/a"), ("post", "/b/{id}/end"), ("post", "/c")];
    let expected = expected.map(|(method, pattern)| (method.to_owned(), pattern.to_owned()));
    assert_eq!(registered(source), BTreeSet::from(expected));
}

#[test]
fn nobody_gives_a_badge_by_hand() {
    // What is pasted to be checked is read and not kept; the others take a badge off, or look a second time at one
    // that two passed steps gave.
    let others = [
        "/badges/check",
        "/admin/badges",
        "/admin/badges/{revocation}",
        "/agent/second-looks/{grant}",
        "/verification/badge",
    ];
    let writes = TABLE.iter().filter(|row| row.method != "get" && !others.contains(&row.pattern));
    let of_badges = writes.filter(|row| row.pattern.contains("badge") || row.pattern.contains("grant"));
    assert_eq!(of_badges.count(), 0);
}
