//! What is known of a document: what was typed, what its zone says, and what was decided before.

use crate::clock::{Time, date, span};
use crate::error::Error;
use crate::sealing::Keys;
use crate::verification::desk::actions::{self, Opened};
use crate::verification::desk::rules::checklist::{Answers, Line, lines};
use crate::verification::desk::rules::comparison::{Compared, Digits, Said, compare};
use crate::verification::document::countries;
use crate::verification::document::details::Details;
use crate::verification::document::mrz::{self, Form, Part, Zone, ZoneProblem};
use crate::verification::document::rules::{Kind, Reason};
use crate::web::When;

/// What is known of the document of a case.
pub(super) struct Facts {
    pub kind: Kind,
    pub kind_title: &'static str,
    pub country: String,
    pub submitted: Option<When>,
    pub waited: String,
    pub resubmissions: i64,
    /// Nothing where nothing was typed.
    pub rows: Vec<Compared>,
    pub zone: ZoneFacts,
    /// Until when it is valid, and whether that has passed.
    pub expired: Option<String>,
    pub appeal: Option<String>,
}

/// What the page says of the zone.
#[derive(Default)]
pub(super) struct ZoneFacts {
    pub lines: Vec<String>,
    pub form: &'static str,
    /// What is wrong with it.
    pub problem: Option<String>,
}

impl ZoneFacts {
    pub fn is_there(&self) -> bool {
        !self.lines.is_empty()
    }
}

impl Facts {
    pub fn of(keys: &Keys, opened: &Opened, now: Time) -> Result<Self, Error> {
        let case = &opened.case;
        let details = match &opened.sealed.details {
            Some(sealed) => Some(Details::open(keys, case.id, sealed)?),
            None => None,
        };
        let (rows, zone) = details.as_ref().map_or_else(Default::default, beside);
        let expiry = details.as_ref().and_then(|details| details.expiry);
        let expired = expiry.filter(|day| *day < now.date());
        let country = case.country.clone().unwrap_or_default();
        let waited = case.waiting_since.map(|since| span(now - since));
        Ok(Self {
            kind: case.kind.unwrap_or(Kind::Passport),
            kind_title: case.kind.map_or("Document", Kind::title),
            country: countries::find(&country).map_or(country.clone(), |found| found.name.to_owned()),
            submitted: case.submitted_at.map(When),
            waited: waited.unwrap_or_default(),
            resubmissions: case.resubmissions,
            rows,
            zone,
            expired: expired.map(|day| date(day.and_time(chrono::NaiveTime::MIN))),
            appeal: appeal(keys, opened)?,
        })
    }

    /// The lines of its checklist.
    pub fn lines(&self) -> Vec<Line> {
        lines(self.kind, self.zone.is_there())
    }

    /// The sides that are asked for and not there.
    pub fn missing(&self, opened: &Opened) -> Vec<&'static str> {
        let is_there = |side| opened.images.iter().any(|one| one.side == side && one.destroyed_at.is_none());
        self.kind.sides().iter().filter(|side| !is_there(**side)).map(|side| side.title()).collect()
    }
}

/// The words of an appeal.
fn appeal(keys: &Keys, opened: &Opened) -> Result<Option<String>, Error> {
    let Some(sealed) = &opened.sealed.appeal else { return Ok(None) };
    let words = keys.unseal(&format!("document_cases.appeal {}", opened.case.id.0), sealed)?;
    Ok(Some(String::from_utf8_lossy(&words).into_owned()))
}

/// What was typed beside what the zone says.
fn beside(details: &Details) -> (Vec<Compared>, ZoneFacts) {
    let typed = Said {
        surname: details.surname.clone(),
        given_names: details.given_names.clone(),
        birth_date: details.birth_date.to_string(),
        number: details.number.clone(),
        expiry: details.expiry.map_or_else(|| "None".to_owned(), |day| day.to_string()),
        nationality: details.nationality.clone(),
    };
    let Some(text) = &details.mrz else {
        return (compare(&typed, None, Digits::default()), ZoneFacts::default());
    };
    let lines = text.lines().map(str::to_owned).collect();
    match mrz::parse(text) {
        Ok(zone) => {
            let said = said(&zone, &details.nationality);
            let right = Some(true);
            let digits = Digits { number: right, birth_date: right, expiry: right, composite: right };
            let facts = ZoneFacts { lines, form: form(zone.form), problem: None };
            (compare(&typed, Some(&said), digits), facts)
        }
        Err(why) => {
            let mut digits = Digits::default();
            if let ZoneProblem::Check { part, .. } = why {
                match part {
                    Part::Number => digits.number = Some(false),
                    Part::Birth => digits.birth_date = Some(false),
                    Part::Expiry => digits.expiry = Some(false),
                    Part::Optional | Part::Composite => digits.composite = Some(false),
                }
            }
            let facts = ZoneFacts { lines, form: "", problem: Some(why.to_string()) };
            (compare(&typed, None, digits), facts)
        }
    }
}

/// What a zone says, in the words of the comparison. A nationality that means the country that was typed is told
/// in its letters.
fn said(zone: &Zone, nationality: &str) -> Said {
    let agrees = countries::find(nationality).is_some_and(|country| country.is_zone(&zone.nationality));
    let date = |text: &str| {
        let parts: Option<Vec<&str>> = [0..2, 2..4, 4..6].into_iter().map(|place| text.get(place)).collect();
        parts.map_or_else(|| text.to_owned(), |parts| parts.join("-"))
    };
    Said {
        surname: zone.surname.clone(),
        given_names: zone.given_names.clone(),
        birth_date: date(&zone.birth),
        number: zone.number.clone(),
        expiry: date(&zone.expiry),
        nationality: if agrees { nationality.to_owned() } else { zone.nationality.clone() },
    }
}

fn form(form: Form) -> &'static str {
    match form {
        Form::Td1 => "TD1, three lines of 30",
        Form::Td2 => "TD2, two lines of 36",
        Form::Td3 => "TD3, two lines of 44",
    }
}

/// An image of the case.
pub(super) struct ImageRow {
    pub id: i64,
    pub side: &'static str,
    pub width: i64,
    pub height: i64,
    pub uploaded: When,
    pub destroyed: Option<When>,
}

pub(super) fn images(opened: &Opened) -> Vec<ImageRow> {
    let rows = opened.images.iter().map(|image| ImageRow {
        id: image.id.0,
        side: image.side.title(),
        width: image.width,
        height: image.height,
        uploaded: When(image.uploaded_at),
        destroyed: image.destroyed_at.map(When),
    });
    rows.collect()
}

/// What was decided about this member before; by whom is told to nobody.
pub(super) struct EarlierRow {
    pub is_this: bool,
    pub at: When,
    pub outcome: &'static str,
    pub reason: Option<&'static str>,
    pub doubts: Vec<String>,
    pub note: String,
}

pub(super) fn earlier(keys: &Keys, opened: &Opened) -> Result<Vec<EarlierRow>, Error> {
    let rows = opened.decisions.iter().map(|decision| {
        let doubts = Answers::parse(&decision.answers);
        Ok(EarlierRow {
            is_this: decision.case == opened.case.id,
            at: When(decision.earlier.at),
            outcome: decision.earlier.outcome.done(),
            reason: decision.earlier.reason.map(Reason::title),
            doubts: doubts
                .doubts()
                .map(|(line, answer)| format!("{}: {}", line.statement(), answer.title()))
                .collect(),
            note: actions::note(keys, decision)?,
        })
    });
    rows.collect()
}
