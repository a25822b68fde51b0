//! The live call: times from shifts, the queue, the agents' side, the code, the decision, and what follows.

mod booking;
mod deciding;
mod queue;
mod seated;
mod talking;

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::clock::{Time, rfc3339};
use touchstone::db::schema::{consent_texts, document_cases, document_decisions};
use touchstone::members::MemberId;
use touchstone::verification::CaseId;
use touchstone::verification::call::rules::State;
use touchstone::verification::call::rules::slots::on_grid;
use touchstone::verification::call::store::{self, Call};
use touchstone::verification::call::{CallId, actions};
use touchstone::verification::desk::rules::Span;
use touchstone::verification::desk::store::insert_shift;
use touchstone::verification::phone;

use crate::support::look::{find, id_of};
use crate::support::{Page, Person, TestSite};

/// A document of a member that this agent approved, straight into the tables.
pub fn approve(site: &TestSite, member: MemberId, decider: MemberId) -> CaseId {
    let now = site.clock.now();
    site.write(move |conn| {
        let known: i64 = consent_texts::table.count().get_result(conn)?;
        if known == 0 {
            let text = (
                consent_texts::version.eq(1),
                consent_texts::published_at.eq(now),
                consent_texts::words.eq("I agree."),
                consent_texts::words_hash.eq("hash"),
            );
            diesel::insert_into(consent_texts::table).values(text).execute(conn)?;
        }
        let case: CaseId = diesel::insert_into(document_cases::table)
            .values((
                document_cases::member_id.eq(member),
                document_cases::policy_version.eq(2),
                document_cases::state.eq("approved"),
                document_cases::consent_version.eq(1),
                document_cases::consent_hash.eq("hash"),
                document_cases::consented_at.eq(now),
                document_cases::kind.eq("passport"),
                document_cases::country.eq("DE"),
                document_cases::touched_at.eq(now),
                document_cases::decided_at.eq(now),
            ))
            .returning(document_cases::id)
            .get_result(conn)?;
        diesel::insert_into(document_decisions::table)
            .values((
                document_decisions::case_id.eq(case),
                document_decisions::agent_id.eq(decider),
                document_decisions::outcome.eq("approve"),
                document_decisions::answers.eq(""),
                document_decisions::note.eq(""),
                document_decisions::decided_at.eq(now),
            ))
            .execute(conn)?;
        Ok(case)
    })
}

/// Does without a member's phone.
pub fn waive(site: &TestSite, member: MemberId, by: MemberId) {
    let now = site.clock.now();
    site.write(move |conn| Ok(phone::store::waive(conn, member, by, "A test", now)?));
}

/// A member who may have a call: their document was approved by an agent who is there for nothing else.
pub fn ready(site: &TestSite, handle: &str) -> Person {
    let decider = find(site, "dora-d").map_or_else(
        || {
            site.agent("dora-d");
            id_of(site, "dora-d")
        },
        |dora| dora.id,
    );
    let who = site.member(handle);
    approve(site, id_of(site, handle), decider);
    waive(site, id_of(site, handle), decider);
    who
}

/// A shift of an agent, in minutes from now.
pub fn shift(site: &TestSite, handle: &str, from: i64, to: i64) {
    let (agent, now) = (id_of(site, handle), site.clock.now());
    let span = Span { starts: now + TimeDelta::minutes(from), ends: now + TimeDelta::minutes(to) };
    site.write(move |conn| Ok(insert_shift(conn, agent, span, now)?));
}

/// A moment so many minutes after the next time of the grid, as forms send it.
fn at(site: &TestSite, minutes: i64) -> String {
    rfc3339(on_grid(site.clock.now()) + TimeDelta::minutes(minutes))
}

/// The newest call of a member.
pub fn call(site: &TestSite, who: &Person) -> Call {
    let id = id_of(site, &who.handle);
    site.read(|conn| Ok(store::newest_of(conn, id)?.unwrap()))
}

fn state(site: &TestSite, who: &Person) -> State {
    call(site, who).state
}

/// Books a call in so many minutes.
pub async fn book(site: &TestSite, who: &Person, minutes: i64) -> CallId {
    site.post(who, "/verification/call/hold", &[("at", &at(site, minutes))]).await.expect(303);
    site.post(who, "/verification/call/confirm", &[]).await.expect(303);
    call(site, who).id
}

pub async fn join(site: &TestSite, who: &Person) -> Page {
    site.post(who, "/verification/call/queue", &[]).await
}

/// The member comes into the waiting room.
pub fn arrive(site: &TestSite, who: &Person) {
    let (call, member, now) = (call(site, who).id, id_of(site, &who.handle), site.clock.now());
    site.write(move |conn| actions::enter_waiting(conn, call, member, now));
}

/// Takes the next from the queue; nothing where nobody waits.
async fn take(site: &TestSite, agent: &Person) -> Option<CallId> {
    let page = site.post(agent, "/agent/calls", &[]).await.expect(303);
    let number = page.location().strip_prefix("/agent/calls/").map(|number| CallId(number.parse().unwrap()));
    assert!(number.is_some() || page.location() == "/agent/calls?told=nothing", "{}", page.location());
    number
}

/// A call from the queue under way between these two.
pub async fn talk(site: &TestSite, who: &Person, agent: &Person) -> CallId {
    join(site, who).await.expect(303);
    arrive(site, who);
    let id = take(site, agent).await.unwrap();
    assert_eq!(id, call(site, who).id);
    site.post(agent, &path(id, "admit"), &[]).await.expect(303);
    id
}

fn path(call: CallId, what: &str) -> String {
    format!("/agent/calls/{}/{what}", call.0)
}

/// The form of a decision: every line is answered alike.
pub async fn decide(
    site: &TestSite,
    agent: &Person,
    call: CallId,
    (outcome, reason, answer): (&str, &str, &str),
) -> Page {
    let challenges = site.read(|conn| Ok(store::find(conn, call)?.unwrap())).challenges;
    let lines = ["questions", "free", "document", "face"].into_iter().chain(challenges.split(' '));
    let mut fields: Vec<(String, String)> =
        lines.map(|line| (format!("answer-{line}"), answer.to_owned())).collect();
    fields.extend(
        [("outcome", outcome), ("reason", reason)].map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    site.post(agent, &path(call, "decide"), &fields).await
}

/// The job, after this much time.
async fn later(site: &TestSite, span: TimeDelta) -> Time {
    site.clock.advance(span);
    site.forum.jobs(None).calls().await.unwrap();
    site.clock.now()
}
