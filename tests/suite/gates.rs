//! Gates: what boards and the test among newcomers ask for before one writes, and what never changes.

mod badge;
mod newcomers;

use diesel::prelude::*;
use touchstone::boards::rules::Access;
use touchstone::boards::{self, BoardId};
use touchstone::clock::Time;
use touchstone::db::schema::{consent_texts, document_cases, phone_checks};
use touchstone::gates::rules::{STAYS_OPEN, Standing, Step, Why};
use touchstone::gates::{self, store};
use touchstone::members::rules::Role;
use touchstone::members::{self, MemberId};

use crate::support::site::replies;
use crate::support::{Page, Person, TestSite, tables};

/// Words that a gate must not lose.
const WORDS: &str = "What I wrote for *half an hour*.";

fn id_of(site: &TestSite, handle: &str) -> MemberId {
    site.read(|conn| Ok(members::store::find(conn, handle)?.unwrap().id))
}

/// A phone of this member, in this state.
fn phone(site: &TestSite, handle: &str, state: &str) {
    let (id, now, state) = (id_of(site, handle), site.clock.now(), state.to_owned());
    let waived_by = (state == "waived").then_some(id.0);
    let released_at: Option<Time> = (state == "released").then_some(now);
    site.write(move |conn| {
        diesel::insert_into(phone_checks::table)
            .values((
                phone_checks::member_id.eq(id.0),
                phone_checks::state.eq(&state),
                phone_checks::number_index.eq(format!("index of {}", id.0)),
                phone_checks::country.eq("DE"),
                phone_checks::prefix.eq("49"),
                phone_checks::last_digits.eq("42"),
                phone_checks::began_at.eq(now),
                phone_checks::waived_by.eq(waived_by),
                phone_checks::released_at.eq(released_at),
            ))
            .execute(conn)?;
        Ok(())
    });
}

/// A case of this member's document, in this state; `agent` has claimed it where somebody has to.
fn document(site: &TestSite, handle: &str, state: &str, agent: MemberId) {
    let (id, now, state) = (id_of(site, handle), site.clock.now(), state.to_owned());
    let claimed = (state == "in-review").then_some((agent.0, now));
    site.write(move |conn| {
        let texts: i64 = consent_texts::table.count().get_result(conn)?;
        if texts == 0 {
            diesel::insert_into(consent_texts::table)
                .values((
                    consent_texts::version.eq(1),
                    consent_texts::published_at.eq(now),
                    consent_texts::words.eq("Words."),
                    consent_texts::words_hash.eq("hash"),
                ))
                .execute(conn)?;
        }
        diesel::insert_into(document_cases::table)
            .values((
                document_cases::member_id.eq(id.0),
                document_cases::policy_version.eq(2),
                document_cases::state.eq(&state),
                document_cases::consent_version.eq(1),
                document_cases::consent_hash.eq("hash"),
                document_cases::consented_at.eq(now),
                document_cases::touched_at.eq(now),
                document_cases::waiting_since.eq(now),
                document_cases::claimed_by.eq(claimed.map(|(agent, _)| agent)),
                document_cases::claimed_until.eq(claimed.map(|(_, until)| until)),
            ))
            .execute(conn)?;
        Ok(())
    });
}

/// Asks for these steps in a board through the form of administrators.
async fn gate(site: &TestSite, boss: &Person, board: BoardId, steps: &[&str]) {
    let boxes: Vec<String> = steps.iter().map(|step| format!("{}:{step}", board.0)).collect();
    let fields: Vec<(&str, &str)> = boxes.iter().map(|one| ("gate", one.as_str())).collect();
    site.post(boss, "/admin/gates/boards", &fields).await.expect(303);
}

/// Makes a board one where members ask for help, through its form.
async fn help(site: &TestSite, boss: &Person, slug: &str) -> Page {
    let board = site.read(|conn| Ok(boards::store::all(conn)?));
    let board = board.into_iter().find(|one| one.slug == slug).unwrap();
    let fields = [
        ("title", board.title.as_str()),
        ("slug", slug),
        ("about", ""),
        ("parent", ""),
        ("position", "1"),
        ("read", "anyone"),
        ("write", "members"),
        ("is_help", "yes"),
    ];
    site.post(boss, &format!("/admin/boards/{}", board.id.0), &fields).await
}

fn standing(site: &TestSite, handle: &str) -> Standing {
    let id = id_of(site, handle);
    site.read(|conn| gates::actions::standing(conn, id))
}

fn audit(site: &TestSite) -> Vec<String> {
    site.read(|conn| {
        let query = "SELECT act || '/' || subject || '/' || reason AS line FROM audit_events ORDER BY id";
        Ok(tables::lines(conn, query))
    })
}

fn rows(site: &TestSite) -> Vec<String> {
    site.read(|conn| Ok(tables::rows(conn)))
}

/// What a board says that keeps somebody from posting, with their words.
fn assert_blocked(page: Page, heading: &str) {
    let page = page.expect(403);
    assert_eq!(page.text(".gate-notice .notice-title"), heading);
    assert_eq!(page.attribute(".gate-notice a", "href"), "/verification");
    assert_eq!(page.text("textarea"), WORDS);
    assert!(page.text(".gate-notice").contains("kept as your draft"), "{}", page.body);
    assert!(page.text(".gate-notice").contains(STAYS_OPEN));
}

#[actix_web::test]
async fn a_blocked_answer_is_kept_and_posted_once_the_step_is_passed() {
    let site = TestSite::start();
    let board = site.open_board("craft");
    let (ada, boss) = (site.member("ada"), site.staff("boss", &[Role::Administrator]));
    let thread = site.thread(&boss, "craft", "About tools").await;
    gate(&site, &boss, board, &["phone"]).await;
    let heading = "To write here you need a verified phone number";

    let before = site.get(&ada, &thread).await.expect(200);
    assert_eq!(before.text("#reply .gate-notice .notice-title"), heading);
    let blocked = site.post(&ada, &replies(&thread), &[("body", WORDS), ("request_id", "one-form")]).await;
    assert_blocked(blocked, heading);

    assert_eq!(site.get(&Person::visitor(), &thread).await.count("article[data-post]"), 1);
    let kept = site.get(&ada, &thread).await.expect(200);
    assert_eq!(kept.text("#reply textarea"), WORDS);
    assert!(site.get(&ada, "/drafts").await.body.contains("half an hour"));

    phone(&site, "ada", "verified");
    let open = site.get(&ada, &thread).await.expect(200);
    assert_eq!((open.count(".gate-notice"), open.text("#reply textarea").as_str()), (0, WORDS));
    site.post(&ada, &replies(&thread), &[("body", WORDS), ("request_id", "one-form")]).await.expect(303);
    let posted = site.get(&ada, &thread).await.expect(200);
    assert_eq!(posted.count("article[data-post]"), 2);
    assert_eq!(posted.text("#reply textarea"), "");
}

#[actix_web::test]
async fn a_blocked_thread_is_kept_and_posted_once_both_steps_are_passed() {
    let site = TestSite::start();
    let board = site.open_board("craft");
    let (ada, boss) = (site.member("ada"), site.staff("boss", &[Role::Administrator]));
    gate(&site, &boss, board, &["phone", "document"]).await;
    let fields = [("title", "My first thread"), ("type", "question"), ("body", WORDS)];

    let form = site.get(&ada, "/b/craft/new").await.expect(200);
    let both = "To write here you need a verified phone number and a checked document";
    assert_eq!(form.text(".gate-notice .notice-title"), both);
    assert_blocked(site.post(&ada, "/b/craft/threads", &fields).await, both);
    phone(&site, "ada", "waived");
    // A second try keeps what is newer.
    let again = [("title", "My very first thread"), ("type", "question"), ("body", WORDS)];
    assert_blocked(
        site.post(&ada, "/b/craft/threads", &again).await,
        "To write here you need a checked document",
    );

    let form = site.get(&ada, "/b/craft/new").await.expect(200);
    assert_eq!(form.attribute("#title", "value"), "My very first thread");
    assert_eq!(form.attribute("input[name=type][checked]", "value"), "question");
    assert_eq!(site.get(&ada, "/b/craft").await.count(".rows .row-title"), 0);
    document(&site, "ada", "approved", id_of(&site, "boss"));
    site.post(&ada, "/b/craft/threads", &again).await.expect(303);
    assert_eq!(site.get(&ada, "/b/craft/new").await.count(".gate-notice"), 0);
}

#[actix_web::test]
async fn only_what_was_passed_counts() {
    let site = TestSite::start();
    let board = site.open_board("craft");
    let boss = site.staff("boss", &[Role::Administrator]);
    gate(&site, &boss, board, &["phone", "document"]).await;
    let agent = id_of(&site, "boss");
    let missing = |handle: &str| {
        let id = id_of(&site, handle);
        site.read(|conn| gates::actions::missing(conn, id, board))
    };

    for state in ["sent", "expired", "locked", "conflict", "released"] {
        site.member(&format!("phone-{state}"));
        phone(&site, &format!("phone-{state}"), state);
        assert_eq!(missing(&format!("phone-{state}")), Step::ALL, "{state}");
    }
    for state in badge::UNFINISHED {
        site.member(&format!("case-{state}"));
        document(&site, &format!("case-{state}"), state, agent);
        assert_eq!(missing(&format!("case-{state}")), Step::ALL, "{state}");
    }
    site.member("ada");
    document(&site, "ada", "declined", agent);
    document(&site, "ada", "approved", agent);
    assert_eq!(missing("ada"), [Step::Phone]);
}

#[actix_web::test]
async fn a_gate_takes_nothing_but_posting() {
    let site = TestSite::start();
    let board = site.open_board("craft");
    site.open_board("help");
    let (ada, boss) = (site.member("ada"), site.staff("boss", &[Role::Administrator]));
    let thread = site.thread(&boss, "craft", "About tools").await;
    let post = site.get(&ada, &thread).await.attribute("article", "data-post");
    let asked = site.thread(&ada, "craft", "Before the gate").await;
    let own = site.get(&ada, &asked).await.attribute("article", "data-post");
    gate(&site, &boss, board, &["phone", "document"]).await;
    help(&site, &boss, "help").await.expect(303);
    assert_blocked(
        site.post(&ada, &replies(&thread), &[("body", WORDS)]).await,
        "To write here you need a verified phone number and a checked document",
    );

    for page in ["/", "/b/craft", thread.as_str(), "/u/boss", "/drafts", "/verification"] {
        site.get(&ada, page).await.expect(200);
    }
    site.thread(&ada, "help", "How do I do this?").await;
    assert_eq!(site.get(&ada, "/b/help/new").await.expect(200).count(".gate-notice"), 0);
    site.post(&ada, &format!("/p/{post}/report"), &[("reason", "spam")]).await.expect(303);
    site.post(&ada, &format!("/p/{post}/like"), &[]).await.expect(303);
    let edit = site.get(&ada, &format!("/p/{own}/edit")).await.expect(200);
    assert_eq!(edit.count("textarea"), 1);
    let fields = [
        ("handle", "new-comer"),
        ("name", "New Comer"),
        ("email", "new@example.org"),
        ("password", crate::support::site::PASSWORD),
    ];
    site.post(&Person::visitor(), "/join", &fields).await.expect(303);
}

#[actix_web::test]
async fn staff_pass_every_gate() {
    let site = TestSite::start();
    let board = site.open_board("craft");
    let boss = site.staff("boss", &[Role::Administrator]);
    gate(&site, &boss, board, &["phone", "document"]).await;
    let thread = site.thread(&boss, "craft", "About tools").await;
    for (handle, role) in
        [("mia", Role::Moderator), ("cem", Role::CommunityManager), ("ari", Role::VerificationAgent)]
    {
        let staff = site.staff(handle, &[role]);
        site.reply(&staff, &thread, "Words of staff.").await;
        assert_eq!((standing(&site, handle).exempt, standing(&site, handle).missing), (true, vec![]));
    }
}

#[actix_web::test]
async fn a_member_is_told_of_the_boards_they_could_write_in() {
    let site = TestSite::start();
    let (craft, backstage) =
        (site.open_board("craft"), site.board("backstage", Access::Role(Role::Moderator), Access::Members));
    let news = site.board("news", Access::Anyone, Access::Role(Role::CommunityManager));
    let boss = site.staff("boss", &[Role::Administrator]);
    site.member("ada");
    assert_eq!(standing(&site, "ada"), Standing::default());
    for board in [craft, backstage, news] {
        gate(&site, &boss, board, &["phone"]).await;
    }

    let told = standing(&site, "ada");

    assert_eq!((told.missing, told.exempt), (vec![Step::Phone], false));
    let craft = Why::Board { title: "Craft".into(), path: "/b/craft".into(), steps: vec![Step::Phone] };
    assert_eq!(craft.words(), "The board Craft asks everybody who writes in it for a verified phone number.");
    assert_eq!(told.because, [craft]);
    phone(&site, "ada", "verified");
    assert_eq!(standing(&site, "ada"), Standing::default());
}

#[actix_web::test]
async fn administrators_change_gates_and_each_change_is_audited() {
    let site = TestSite::start();
    let (craft, talk) = (site.open_board("craft"), site.open_board("talk"));
    let boss = site.staff("boss", &[Role::Administrator]);
    gate(&site, &boss, craft, &["phone"]).await;
    let page = site.get(&boss, "/admin/gates").await.expect(200);
    assert_eq!(page.attributes("input[name=gate][checked]", "value"), [format!("{}:phone", craft.0)]);

    // A form that was made before another change takes back nothing but what was changed in it.
    gate(&site, &boss, talk, &["document"]).await;
    let (phone, document) = (format!("{}:phone", craft.0), format!("{}:document", craft.0));
    let stale = [("shown", phone.as_str()), ("gate", document.as_str())];
    site.post(&boss, "/admin/gates/boards", &stale).await.expect(303);

    let gates = site.read(|conn| Ok(store::gates(conn)?));
    assert_eq!(gates, [(craft, Step::Document), (talk, Step::Document)]);
    let events: Vec<String> = audit(&site).into_iter().filter(|line| line.starts_with("gate-")).collect();
    let (craft, talk) = (craft.0, talk.0);
    assert_eq!(
        events,
        [
            format!("gate-set/board {craft}/phone"),
            format!("gate-set/board {talk}/document"),
            format!("gate-set/board {craft}/document"),
            format!("gate-lifted/board {craft}/phone"),
        ]
    );
    // The same form once more changes nothing.
    site.post(&boss, "/admin/gates/boards", &stale).await.expect(303);
    assert_eq!(audit(&site).iter().filter(|line| line.starts_with("gate-")).count(), 4);
}

#[actix_web::test]
async fn a_help_board_has_no_gate_and_a_board_with_a_gate_becomes_none() {
    let site = TestSite::start();
    let (craft, talk) = (site.open_board("craft"), site.open_board("talk"));
    let boss = site.staff("boss", &[Role::Administrator]);
    gate(&site, &boss, craft, &["phone"]).await;
    help(&site, &boss, "talk").await.expect(303);
    let page = site.get(&boss, "/admin/gates").await.expect(200);
    assert_eq!(page.count(&format!("input[value='{}:phone']", talk.0)), 0);
    let before = rows(&site);

    let field = format!("{}:phone", talk.0);
    let refused = site.post(&boss, "/admin/gates/boards", &[("gate", &field)]).await.expect(422);
    assert!(refused.text(".notice-problem").contains("Talk is where members ask for help"));
    let refused = help(&site, &boss, "craft").await.expect(422);
    assert!(refused.text("#is_help-problem").contains("asks for steps"));
    assert_eq!(refused.count("input[name=is_help][checked]"), 1);
    site.post(&boss, "/admin/gates/boards", &[("gate", "99:phone")]).await.expect(404);
    assert_eq!(rows(&site), before);
}
