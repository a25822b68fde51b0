//! The agents' desk: who gets which case, how long it is theirs, what they see of it, and what they decide.

mod deciding;
mod late;
mod looking;
mod queue;
mod shifts;
mod waiving;

use std::io::Cursor;

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use touchstone::clock::Time;
use touchstone::db::schema::{consent_texts, document_cases};
use touchstone::members::MemberId;
use touchstone::verification::CaseId;
use touchstone::verification::desk::actions::{self, Clerk};
use touchstone::verification::desk::rules::CLAIM;
use touchstone::verification::desk::rules::checklist::lines;
use touchstone::verification::document::details::Details;
use touchstone::verification::document::mrz::check_digit;
use touchstone::verification::document::rules::{Class, Kind, Side, State};
use touchstone::verification::document::store::{self, Case};
use touchstone::verification::evidence::actions::{NewImage, keep};

use crate::support::look::id_of;
use crate::support::{Page, Person, TestSite};

/// A passport of Utopia in Germany's name, with the zone that goes with it.
pub fn passport(surname: &str, number: &str) -> Details {
    let zone_number = format!("{number:<<9}");
    let second = format!(
        "{zone_number}{}D<<740812{}F280415{}",
        check_digit(&zone_number),
        check_digit("740812"),
        check_digit("280415")
    );
    let optional = "<".repeat(14);
    let all = [&second[0..10], &second[13..20], &second[21..28], &optional, "0"].concat();
    let first = format!("P<D<<{}<<ANNA<MARIA", surname.to_uppercase());
    Details {
        surname: surname.to_owned(),
        given_names: "Anna Maria".to_owned(),
        birth_date: NaiveDate::from_ymd_opt(1974, 8, 12).unwrap(),
        number: number.to_owned(),
        expiry: NaiveDate::from_ymd_opt(2028, 4, 15),
        nationality: "DE".to_owned(),
        mrz: Some(format!("{first:<<44}\n{second}{optional}0{}", check_digit(&all))),
    }
}

/// A picture of a document, in plain grey.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let grey = image::RgbImage::from_pixel(width, height, image::Rgb([190, 190, 190]));
    grey.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// A case in the queue since `minutes` ago, of a member who joins for it.
pub async fn submit(site: &TestSite, handle: &str, minutes: i64) -> CaseId {
    submit_as(site, handle, minutes, Class::Ordinary, &passport("Eriksson", "C01X00T47")).await
}

pub async fn submit_as(
    site: &TestSite,
    handle: &str,
    minutes: i64,
    class: Class,
    details: &Details,
) -> CaseId {
    if crate::support::look::find(site, handle).is_none() {
        site.member(handle);
    }
    let (member, since) = (id_of(site, handle), site.clock.now() - TimeDelta::minutes(minutes));
    let (details, keys) = (details.clone(), site.forum.site.keys.clone());
    let case = site.write(move |conn| {
        let known: i64 =
            consent_texts::table.filter(consent_texts::version.eq(1)).count().get_result(conn)?;
        if known == 0 {
            let text = (
                consent_texts::version.eq(1),
                consent_texts::published_at.eq(since),
                consent_texts::words.eq("I agree."),
                consent_texts::words_hash.eq("hash"),
            );
            diesel::insert_into(consent_texts::table).values(text).execute(conn)?;
        }
        let case: CaseId = diesel::insert_into(document_cases::table)
            .values((
                document_cases::member_id.eq(member),
                document_cases::policy_version.eq(1),
                document_cases::state.eq(State::Checking.code()),
                document_cases::class.eq(class.code()),
                document_cases::consent_version.eq(1),
                document_cases::consent_hash.eq("hash"),
                document_cases::consented_at.eq(since),
                document_cases::kind.eq(Kind::Passport.code()),
                document_cases::country.eq("DE"),
                document_cases::number_index.eq(details.index(&keys, "DE", Kind::Passport)),
                document_cases::resubmissions.eq(0),
                document_cases::touched_at.eq(since),
            ))
            .returning(document_cases::id)
            .get_result(conn)?;
        let sealed = details.seal(&keys, case)?;
        let row = diesel::update(document_cases::table.find(case));
        row.set(document_cases::sealed_details.eq(sealed)).execute(conn)?;
        Ok(case)
    });
    let image = NewImage { case, member, side: Side::Front, jpeg: jpeg(320, 220), width: 320, height: 220 };
    keep(&site.db, &site.forum.vault, image, site.clock.now()).await.unwrap();
    send_off(site, case, class, since);
    case
}

/// Puts a case into the queue.
pub fn send_off(site: &TestSite, case: CaseId, class: Class, since: Time) {
    let state = if class == Class::Ordinary { State::Submitted } else { State::Referred };
    site.write(move |conn| {
        diesel::update(document_cases::table.find(case))
            .set((
                document_cases::state.eq(state.code()),
                document_cases::class.eq(class.code()),
                document_cases::waiting_since.eq(since),
                document_cases::submitted_at.eq(since),
            ))
            .execute(conn)?;
        Ok(())
    });
}

/// Asks for the next case by its button; nothing where none waits.
pub async fn next(site: &TestSite, agent: &Person) -> Option<CaseId> {
    let page = site.post(agent, "/agent/next", &[]).await.expect(303);
    let number = page.location().strip_prefix("/agent/cases/");
    assert!(number.is_some() || page.location() == "/agent?told=nothing", "{}", page.location());
    number.map(|number| CaseId(number.parse().unwrap()))
}

/// A case as it stands.
pub fn case(site: &TestSite, id: CaseId) -> Case {
    site.read(|conn| Ok(store::find(conn, id)?.unwrap()))
}

/// The form of a decision: every line is answered with yes but these.
pub fn form(outcome: &str, reason: &str, but: &[(&str, &str)]) -> Vec<(String, String)> {
    let answers = lines(Kind::Passport, true).into_iter().map(|line| {
        let given = but.iter().find(|(one, _)| *one == line.code()).map_or("yes", |(_, answer)| *answer);
        (format!("answer-{}", line.code()), given.to_owned())
    });
    let rest = [("outcome", outcome), ("reason", reason), ("note", ""), ("then", "desk")];
    answers.chain(rest.map(|(name, value)| (name.to_owned(), value.to_owned()))).collect()
}

/// Sends a decision.
pub async fn decide(site: &TestSite, agent: &Person, case: CaseId, form: &[(String, String)]) -> Page {
    let fields: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    site.post(agent, &format!("/agent/cases/{}/decide", case.0), &fields).await
}

fn clerk(id: MemberId, is_senior: bool) -> Clerk {
    Clerk { id, is_senior }
}

/// The next case by the action itself.
fn take(site: &TestSite, clerk: Clerk) -> Option<CaseId> {
    let now = site.clock.now();
    site.write(move |conn| actions::next(conn, clerk, now))
}

/// Lets time pass for agents who come back then: whoever was away for long shows their second factor again.
fn pass(site: &TestSite, span: TimeDelta, back: &[&Person]) {
    site.clock.advance(span);
    for who in back {
        site.prove(who);
    }
}

fn let_it_lapse(site: &TestSite, back: &[&Person]) {
    pass(site, CLAIM, back);
}
