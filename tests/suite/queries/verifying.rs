//! What the pages of proving, of the desk and of the gates cost: the same number, however much they list.

use std::fmt::Write;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use touchstone::members::MemberId;
use touchstone::members::rules::Role;
use touchstone::verification::document::rules::Class;
use touchstone::verification::document::store::newest_of;

use super::cost;
use crate::calls::{book, ready, shift, talk};
use crate::desk::{decide, form, next, passport, submit_as};
use crate::documents::files::page;
use crate::documents::{choose, consent, eligible, post, send, submitted, typed};
use crate::grants::passed;
use crate::phone::{NUMBER, code};
use crate::support::database::postgres;
use crate::support::look::id_of;
use crate::support::{Person, TestSite};

/// A transaction's beginning and end count as two; finding whoever is signed in is a trip of its own, three.
const EXPECTED: &str = "\
phone                6
code                 6
phone, verified      6
documents            3
consent              15
choose               6
photos               8
by the phone         9
details              9
check                9
withdraw             8
desk                 15
decisions            9
second looks         12
case                 15
image                19
second factors       7
verification         20
opened               7
receipts             7
destroyed            4
call: times          18
calls of an agent    19
call: agent          18
call: queue          16
call: state          18
calls without        19
looks that wait      12
second look          14
trust                10
gates                9
texts                10
appeals              15
own appeal           8
";

/// A site where there is so much of everything, and what its pages cost so far.
struct Measured {
    site: TestSite,
    rows: usize,
    table: String,
}

impl Measured {
    async fn note(&mut self, what: &str, who: &Person, path: &str) {
        // Where these pages write, SQLite's writer puts each change into a savepoint, whose ends count as well.
        let savepoints = match what {
            _ if postgres().is_some() => 0,
            "case" | "call: state" => 2,
            "image" => 4,
            _ => 0,
        };
        let statements = cost(&self.site, who, path).await - savepoints;
        writeln!(self.table, "{what:<20} {statements}").unwrap();
    }

    fn sql(&self, statements: String) {
        self.site.write(move |conn| Ok(conn.batch_execute(&statements)?));
    }
}

/// Numbers that were taken off before, and one that is being proved.
async fn phone(on: &mut Measured, ada: &Person) {
    for _ in 0..on.rows {
        on.site.post(ada, "/verification/phone", NUMBER).await.expect(303);
        let typed = code(&on.site);
        on.site.post(ada, "/verification/phone/code", &[("code", &typed)]).await.expect(303);
        on.site.post(ada, "/verification/phone/remove", &[]).await.expect(303);
        on.site.clock.advance(TimeDelta::minutes(61));
    }
    on.note("phone", ada, "/verification/phone").await;
    on.site.post(ada, "/verification/phone", NUMBER).await.expect(303);
    on.note("code", ada, "/verification/phone/code").await;
    let typed = code(&on.site);
    on.site.post(ada, "/verification/phone/code", &[("code", &typed)]).await.expect(303);
    on.note("phone, verified", ada, "/verification/phone").await;
}

/// Documents that were taken back before, and one that is handed in, with so many images.
async fn document(on: &mut Measured, ada: &Person) {
    for _ in 0..on.rows {
        submitted(&on.site, ada).await;
        on.site.post(ada, "/verification/document/withdraw", &[]).await.expect(303);
    }
    on.note("documents", ada, "/verification/documents").await;
    on.note("consent", ada, "/verification/document/consent").await;
    consent(&on.site, ada).await;
    on.note("choose", ada, "/verification/document/choose").await;
    choose(&on.site, ada, "passport", "AT").await;
    send(&on.site, ada, "front", &page(800, 600)).await.expect(303);
    for _ in 1..on.rows {
        send(&on.site, ada, "other", &page(800, 600)).await.expect(303);
    }
    on.note("photos", ada, "/verification/document/photos").await;
    on.note("by the phone", ada, "/verification/document/phone").await;
    on.note("details", ada, "/verification/document/details").await;
    post(&on.site, ada, "/verification/document/details", &typed(&[])).await.expect(303);
    on.note("check", ada, "/verification/document/check").await;
    on.note("withdraw", ada, "/verification/document/withdraw").await;
    on.site.post(ada, "/verification/document/check", &[]).await.expect(303);
}

/// Cases that were decided, one that is looked at, and some that wait.
async fn desk(on: &mut Measured, ada: &Person) {
    let noor = on.site.agent("noor-v");
    for number in 0..on.rows {
        let details = passport("Eriksson", &format!("C01X00T4{number}"));
        let (before, after) = (format!("before-{number}"), format!("after-{number}"));
        let id = submit_as(&on.site, &before, 60, Class::Ordinary, &details).await;
        assert_eq!(next(&on.site, &noor).await, Some(id));
        decide(&on.site, &noor, id, &form("approve", "", &[])).await.expect(303);
        let day = format!("2026-11-2{}", number + 1);
        let shift = [("day", day.as_str()), ("from", "08:00"), ("to", "12:00")];
        on.site.post(&noor, "/agent/shifts", &shift).await.expect(303);
        submit_as(&on.site, &after, -1, Class::Ordinary, &passport("Other", &format!("C01X00T5{number}")))
            .await;
    }
    on.note("desk", &noor, "/agent").await;
    on.note("decisions", &noor, "/agent/decisions").await;
    on.note("second looks", &noor, "/agent/second-looks").await;
    let case = format!("/agent/cases/{}", next(&on.site, &noor).await.unwrap().0);
    on.note("case", &noor, &case).await;
    let images = on.site.get(&noor, &case).await.attributes(".desk-pane img", "src");
    assert_eq!(images.len(), on.rows, "the case is that of the member with the images");
    for image in &images[1..] {
        on.site.get(&noor, image).await.expect(200);
    }
    on.note("image", &noor, &images[0]).await;
    on.sql((0..on.rows).fold(String::new(), |sql, number| {
        sql + &format!(
            "INSERT INTO second_factors (member_id, kind, name, credential, sealed, added_at)
             SELECT member_id, 'passkey', 'Key', 'credential {number}', sealed, added_at FROM second_factors WHERE kind = 'totp';"
        )
    }));
    on.note("second factors", &noor, "/settings/second-factor").await;
    on.note("verification", ada, "/verification").await;
    on.note("opened", ada, "/verification/opened").await;
    on.note("receipts", ada, "/verification/receipts").await;
    on.note("destroyed", &Person::visitor(), "/openness/destroyed").await;
    calls(on, &noor).await;
}

/// Times to choose from, calls that are booked, a queue, and a call under way.
async fn calls(on: &mut Measured, noor: &Person) {
    let rows = i64::try_from(on.rows).unwrap();
    let eve = ready(&on.site, "eve-s");
    let otis = on.site.agent("otis-w");
    shift(&on.site, "otis-w", 0, 100 + rows * 20);
    on.note("call: times", &eve, "/verification/call").await;
    for number in 0..rows {
        let who = ready(&on.site, &format!("booked-{number}"));
        book(&on.site, &who, 40 + number * 20).await;
    }
    // The first page of a while notes that the agent works.
    on.site.get(&otis, "/agent/calls").await.expect(200);
    on.note("calls of an agent", &otis, "/agent/calls").await;
    let zoe = ready(&on.site, "zoe-a");
    let id = talk(&on.site, &zoe, &otis).await;
    on.note("call: agent", &otis, &format!("/agent/calls/{}", id.0)).await;
    for number in 0..rows {
        let who = ready(&on.site, &format!("queued-{number}"));
        on.site.post(&who, "/verification/call/queue", &[]).await.expect(303);
    }
    on.site.post(&eve, "/verification/call/queue", &[]).await.expect(303);
    on.note("call: queue", &eve, "/verification/call").await;
    on.note("call: state", &eve, "/verification/call/state").await;
    on.note("calls without", noor, "/agent/calls").await;
    let (_, grant) = passed(&on.site, "looked-0", true);
    for number in 1..rows {
        passed(&on.site, &format!("looked-{number}"), true);
    }
    let boris = on.site.agent("boris-s");
    on.site.get(&boris, "/agent/second-looks").await.expect(200);
    on.note("looks that wait", &boris, "/agent/second-looks").await;
    on.note("second look", &boris, &format!("/agent/second-looks/{grant}")).await;
}

/// Boards with gates, tests that are over, and prefixes of numbers.
async fn staff(on: &mut Measured) {
    let root = on.site.staff("root-r", &[Role::Administrator]);
    let time = "'2026-11-18 12:00:00'";
    for number in 0..on.rows {
        on.site.open_board(&format!("board-{number}"));
        on.sql(format!(
            "INSERT INTO newcomer_tests (steps, percent, salt, reason, started_at, ended_at)
             VALUES ('phone', 10, 'salt', 'why', {time}, {time});
             INSERT INTO text_prefixes (prefix, stopped_at, reason) VALUES ('+4{number} XX', {time}, 'why');
             INSERT INTO texts (channel, member_id, number_index, prefix, address_index, queued_at, due_at, tries)
             SELECT channel, member_id, number_index, '+4{number} XX', address_index, queued_at, due_at, tries
             FROM texts WHERE id = (SELECT max(id) FROM texts);"
        ));
    }
    on.sql(format!(
        "INSERT INTO board_gates (board_id, step, required_at) SELECT id, 'phone', {time} FROM boards;"
    ));
    let tess = on.site.add_app(on.site.staff("tess-t", &[Role::TrustAdministrator]));
    on.sql(format!(
        "INSERT INTO badge_grants (member_id, badge, policy_version, bound_name, state, granted_at, origin, suspended_for)
         SELECT id, 'identity-verified', 2, name, 'suspended', {time}, 'import', 'take-over' FROM members
         WHERE handle LIKE 'after-%';
         INSERT INTO badge_revocations (grant_id, reason, words, asked_by, asked_at)
         SELECT id, 'person', 'why', member_id, {time} FROM badge_grants WHERE suspended_for = 'take-over';"
    ));
    // The first page of a while notes that they work.
    on.site.get(&tess, "/admin/badges").await.expect(200);
    on.note("trust", &tess, "/admin/badges").await;
    on.note("gates", &root, "/admin/gates").await;
    on.note("texts", &root, "/admin/texts").await;
}

/// Appeals of every kind that wait, and one's own.
async fn appeals(on: &mut Measured, ada: &Person) {
    let tess = on.site.add_app(on.site.staff("tina-t", &[Role::TrustAdministrator]));
    let time = "'2026-11-18 12:00:00'";
    let (rows, id) = (on.rows, id_of(&on.site, "ada-north").0);
    for number in 0..rows {
        passed(&on.site, &format!("passed-{number}"), false);
    }
    let columns = "member_id, against, against_at, words, appealed_at, due_at";
    let rest = |against| format!("'{against}', {time}, 'sealed', {time}, {time}");
    on.sql(format!(
        "INSERT INTO verification_appeals (case_id, {columns})
         SELECT id, member_id, {} FROM document_cases WHERE member_id <> {id} ORDER BY id DESC LIMIT {rows};
         INSERT INTO verification_appeals (call_id, {columns})
         SELECT id, member_id, {} FROM calls ORDER BY id DESC LIMIT {rows};
         INSERT INTO verification_appeals (grant_id, {columns})
         SELECT id, member_id, {} FROM badge_grants WHERE document_case_id IS NOT NULL ORDER BY id DESC LIMIT {rows};",
        rest("declined"),
        rest("failed"),
        rest("suspended"),
    ));
    let list = on.site.get(&tess, "/agent/appeals").await.expect(200);
    assert_eq!(list.count("[data-appeal]"), rows * 3);
    on.note("appeals", &tess, "/agent/appeals").await;
    on.sql(format!(
        "UPDATE document_cases SET state = 'declined', claimed_by = NULL, claimed_until = NULL, decided_at = {time}, appealed_at = {time}
         WHERE id = (SELECT max(id) FROM document_cases WHERE member_id = {id});"
    ));
    let case = on.site.read(|conn| Ok(newest_of(conn, MemberId(id))?)).unwrap().id;
    on.note("own appeal", ada, &format!("/verification/appeal/document/{}", case.0)).await;
}

async fn measured(rows: usize) -> String {
    let mut on = Measured { site: TestSite::demo(), rows, table: String::new() };
    let ada = eligible(&on.site, "ada-north");
    phone(&mut on, &ada).await;
    document(&mut on, &ada).await;
    desk(&mut on, &ada).await;
    staff(&mut on).await;
    appeals(&mut on, &ada).await;
    on.table
}

#[actix_web::test]
async fn pages_of_proving_and_of_the_desk_cost_the_same_however_much_they_list() {
    assert_eq!(measured(1).await, EXPECTED);
    assert_eq!(measured(4).await, EXPECTED);
}
