//! The demo's verification: cases that wait, cases that were decided, and images that were destroyed.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};

use super::specimen::{self, Card};
use crate::clock::Time;
use crate::db::{Conn, Db};
use crate::error::Error;
use crate::members;
use crate::members::MemberId;
use crate::verification::desk::actions::{Clerk, Ruling, decide, enter_shift, next};
use crate::verification::desk::rules::checklist::{Answers, grounds, lines};
use crate::verification::desk::rules::{Note, Span};
use crate::verification::document::actions::{choose, consent, submit, type_in, withdraw};
use crate::verification::document::details::Details;
use crate::verification::document::mrz::check_digit;
use crate::verification::document::rules::{Kind, Reason, Side, Verdict};
use crate::verification::document::store::newest_consent;
use crate::verification::evidence::Vault;
use crate::verification::evidence::actions::{NewImage, keep};

/// The fact that says that the cases came in.
const FILLED: &str = "demo-cases";

/// Somebody of the demo with an invented passport.
struct Holder {
    handle: &'static str,
    surname: &'static str,
    given: &'static str,
    country: (&'static str, &'static str),
    number: &'static str,
    /// How many hours ago the case was sent off.
    hours_ago: i64,
}

const fn holder(
    (handle, surname, given): (&'static str, &'static str, &'static str),
    country: (&'static str, &'static str),
    number: &'static str,
    hours_ago: i64,
) -> Holder {
    Holder { handle, surname, given, country, number, hours_ago }
}

/// Decided already, the longest ago first.
const DECIDED: [Holder; 4] = [
    holder(("hassan-q", "Qureshi", "Hassan"), ("GB", "GBR"), "DM1204471", 150),
    holder(("olga-t", "Tamm", "Olga"), ("EE", "EST"), "DM0092316", 120),
    holder(("samuel-o", "Okoro", "Samuel"), ("GB", "GBR"), "DM4410983", 80),
    holder(("elin-j", "Jansdotter", "Elin"), ("SE", "SWE"), "DM7716502", 50),
];

/// Waiting, the longest first.
const WAITING: [Holder; 4] = [
    holder(("amara-i", "Idowu", "Amara"), ("FR", "FRA"), "DM3300127", 20),
    holder(("mei-x", "Xu", "Mei"), ("NL", "NLD"), "DM5581940", 14),
    holder(("hannah-c", "Clausen", "Hannah"), ("DK", "DNK"), "DM2046618", 6),
    holder(("wei-l", "Liang", "Wei"), ("CA", "CAN"), "DM9037745", 2),
];

/// Fills the agents' desk of a demo, once.
///
/// # Errors
/// When a part of it does not come in: each of them must.
pub async fn fill(db: &Db, vault: &Vault, now: Time) -> Result<(), Error> {
    let is_filled = db.read(|conn| Ok(members::store::site_fact(conn, FILLED)?.is_some())).await?;
    if is_filled {
        return Ok(());
    }
    for (face, holder) in DECIDED.iter().chain(&WAITING).enumerate() {
        send_off(db, vault, holder, face, now - TimeDelta::hours(holder.hours_ago)).await?;
        if face + 1 == DECIDED.len() {
            let keys = vault.clone();
            db.write(move |conn| settle(conn, &keys, now)).await?;
        }
    }
    db.write(move |conn| {
        shifts(conn, now)?;
        super::calls::fill(conn, now)?;
        Ok(members::store::set_site_fact(conn, FILLED, "yes")?)
    })
    .await
}

fn id_of(conn: &mut Conn, handle: &str) -> Result<MemberId, Error> {
    members::store::find(conn, handle)?.map(|member| member.id).ok_or(Error::NotFound)
}

/// One member's way, from agreeing to sending off.
async fn send_off(
    db: &Db,
    vault: &Vault,
    holder: &'static Holder,
    face: usize,
    at: Time,
) -> Result<(), Error> {
    let begun = at - TimeDelta::minutes(12);
    let beginning = db.write(move |conn| {
        let member = id_of(conn, holder.handle)?;
        let version = newest_consent(conn)?.version;
        let case = consent(conn, member, version, begun)?;
        choose(conn, member, Kind::Passport, holder.country.0, begun)?;
        Ok((member, case))
    });
    let (member, case) = beginning.await?;
    let details = details(holder, at.date());
    let jpeg = passport(holder, &details, face)?;
    let (width, height) = (i64::from(specimen::SIZE.0), i64::from(specimen::SIZE.1));
    keep(db, vault, NewImage { case, member, side: Side::Front, jpeg, width, height }, begun).await?;
    let keys = vault.clone();
    db.write(move |conn| {
        type_in(conn, keys.keys(), member, &details, at)?;
        submit(conn, keys.keys(), member, at)
    })
    .await
}

/// Decides the cases that are there: most are approved, and two had their images destroyed at once.
fn settle(conn: &mut Conn, vault: &Vault, now: Time) -> Result<(), Error> {
    for holder in &DECIDED {
        // One of them by somebody else, so that the demo's agent can hold a call.
        let is_senior = holder.handle == "elin-j";
        let agent = id_of(conn, if is_senior { "femi-o" } else { "noor-v" })?;
        let sent = now - TimeDelta::hours(holder.hours_ago);
        let (taken, decided) = (sent + TimeDelta::hours(5), sent + TimeDelta::minutes(312));
        let clerk = Clerk { id: agent, is_senior };
        let case = next(conn, clerk, taken)?.ok_or(Error::NotFound)?;
        let is_blurred = holder.handle == "samuel-o";
        let given = |line| match (is_blurred, grounds(Reason::Blurred)) {
            (true, grounds) if grounds.contains(&line) => Some("no"),
            _ => Some("yes"),
        };
        let answers = Answers::read(&lines(Kind::Passport, true), given)
            .map_err(|_| Error::internal("a line of the checklist is not answered"))?;
        let verdict = if is_blurred { Verdict::Resubmit(Reason::Blurred) } else { Verdict::Approve };
        let note = Note::parse("").map_err(Error::refused)?;
        decide(conn, vault.keys(), case, agent, &Ruling { verdict, answers, note }, decided)?;
        if ["hassan-q", "olga-t"].contains(&holder.handle) {
            let member = id_of(conn, holder.handle)?;
            withdraw(conn, vault.keys(), member, decided + TimeDelta::hours(9))?;
        }
    }
    Ok(())
}

/// When the agents are there: today and the days after.
fn shifts(conn: &mut Conn, now: Time) -> Result<(), Error> {
    let day = now.date() + Days::new(1);
    let hour = |day: NaiveDate, hours| day.and_time(NaiveTime::MIN) + TimeDelta::hours(hours);
    for (handle, day, from, to) in [
        ("noor-v", day, 9, 13),
        ("noor-v", day + Days::new(1), 9, 15),
        ("femi-o", day, 12, 18),
        ("femi-o", day + Days::new(2), 10, 16),
    ] {
        let agent = id_of(conn, handle)?;
        enter_shift(conn, agent, Span { starts: hour(day, from), ends: hour(day, to) }, now)?;
    }
    Ok(())
}

fn details(holder: &Holder, today: NaiveDate) -> Details {
    let number = i64::try_from(holder.number.bytes().map(u64::from).sum::<u64>()).unwrap_or(0);
    let birth_date = NaiveDate::default() + TimeDelta::days(4_000 + number * 7);
    let expiry = today + TimeDelta::days(400 + number);
    let mut details = Details {
        surname: holder.surname.to_owned(),
        given_names: holder.given.to_owned(),
        birth_date,
        number: holder.number.to_owned(),
        expiry: Some(expiry),
        nationality: holder.country.0.to_owned(),
        mrz: None,
    };
    details.mrz = Some(zone(holder, birth_date, expiry).join("\n"));
    details
}

/// The machine-readable zone of a passport (TD3, ICAO 9303 part 4).
fn zone(holder: &Holder, birth: NaiveDate, expiry: NaiveDate) -> [String; 2] {
    let code = holder.country.1;
    let names = format!("P<{code}{}<<{}", holder.surname, holder.given).to_uppercase();
    let day = |date: NaiveDate| date.format("%y%m%d").to_string();
    let checked = |text: &str| format!("{text}{}", check_digit(text));
    let (number, birth, expiry) = (checked(holder.number), checked(&day(birth)), checked(&day(expiry)));
    let personal = checked("<<<<<<<<<<<<<<");
    let whole = check_digit(&format!("{number}{birth}{expiry}{personal}"));
    [format!("{names:<<44}"), format!("{number}{code}{birth}<{expiry}{personal}{whole}")]
}

fn passport(holder: &Holder, details: &Details, face: usize) -> Result<Vec<u8>, Error> {
    let upper = |text: &str| text.to_uppercase();
    let fields = [
        ("SURNAME", upper(&details.surname)),
        ("GIVEN NAMES", upper(&details.given_names)),
        ("NATIONALITY", holder.country.1.to_owned()),
        ("DATE OF BIRTH", details.birth_date.to_string()),
        ("PASSPORT NO", details.number.clone()),
        ("DATE OF EXPIRY", details.expiry.map_or_else(String::new, |date| date.to_string())),
    ];
    let zone: Vec<String> = details.mrz.as_deref().unwrap_or_default().lines().map(str::to_owned).collect();
    specimen::draw(&Card { title: "PASSPORT", fields: &fields, zone: &zone, face: Some(face) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verification::document::mrz::parse;

    #[test]
    fn the_zone_of_every_invented_passport_reads_without_a_fault() {
        let today = NaiveDate::from_ymd_opt(2026, 6, 3).unwrap();
        for holder in DECIDED.iter().chain(&WAITING) {
            let details = details(holder, today);
            assert!(parse(details.mrz.as_deref().unwrap()).is_ok(), "{}: {:?}", holder.handle, details.mrz);
        }
    }
}
