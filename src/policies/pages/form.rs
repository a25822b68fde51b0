//! The form of a draft: as it was typed, and what it means.

use std::collections::HashMap;

use crate::badges::rules::{Carry, Origin, Terms};
use crate::policies::rules::{self, CHECKED, HOURS, MINUTES, MONTHS, REASON, WORDS, asked, number};
use crate::web::Problems;

/// The fields of a form by name.
pub(super) type Sent = HashMap<String, String>;

/// What a form says of the verifications from one origin under one version.
pub(super) struct CarryRow {
    pub key: String,
    pub title: String,
    pub counts: String,
    pub reason: String,
    pub problem: Option<String>,
}

/// The form as it is shown.
pub(super) struct TermsForm {
    pub checked: String,
    pub words: String,
    pub valid_months: String,
    pub settling_minutes: String,
    pub promise_hours: String,
    pub carries: Vec<CarryRow>,
}

/// Which verifications are meant.
pub(super) fn meant(origin: Origin, version: i64, next: i64) -> String {
    match origin {
        Origin::Checks => format!("Checked here under policy {version}"),
        Origin::Import if version == next => format!("Brought by an import that says policy {version}"),
        Origin::Import => format!("Brought by an import, under policy {version}"),
    }
}

fn key(origin: Origin, version: i64) -> String {
    format!("{}-{version}", origin.code())
}

impl TermsForm {
    /// The form of a policy that is to become version `next`, with what these terms say already.
    pub(super) fn of(terms: &Terms, next: i64) -> Self {
        let row = |(origin, version): (Origin, i64)| {
            let says = terms.carries.iter().find(|carry| carry.origin == origin && carry.version == version);
            CarryRow {
                key: key(origin, version),
                title: meant(origin, version, next),
                counts: says.map_or("", |carry| if carry.counts { "yes" } else { "no" }).to_owned(),
                reason: says.map(|carry| carry.reason.clone()).unwrap_or_default(),
                problem: None,
            }
        };
        Self {
            checked: terms.checked.clone(),
            words: terms.words.clone(),
            valid_months: terms.valid_months.to_string(),
            settling_minutes: terms.settling_minutes.to_string(),
            promise_hours: terms.promise_hours.to_string(),
            carries: asked(next).into_iter().map(row).collect(),
        }
    }

    /// Reads what was sent: the form as it was typed, the terms where they are in order, and what is wrong.
    pub(super) fn read(sent: &Sent, next: i64) -> (Self, Result<Terms, Problems>) {
        let value = |name: &str| sent.get(name).cloned().unwrap_or_default();
        let row = |(origin, version): (Origin, i64)| {
            let key = key(origin, version);
            let (counts, reason) = (value(&format!("counts-{key}")), value(&format!("reason-{key}")));
            let carry = carry_of(origin, version, &counts, &reason);
            let problem = carry.as_ref().err().cloned();
            (CarryRow { key, title: meant(origin, version, next), counts, reason, problem }, carry.ok())
        };
        let (rows, read): (Vec<_>, Vec<_>) = asked(next).into_iter().map(row).unzip();
        let form = Self {
            checked: value("checked"),
            words: value("words"),
            valid_months: value("valid_months"),
            settling_minutes: value("settling_minutes"),
            promise_hours: value("promise_hours"),
            carries: rows,
        };
        let terms = form.terms(read);
        (form, terms)
    }

    fn terms(&self, carries: Vec<Option<Carry>>) -> Result<Terms, Problems> {
        let mut problems = Problems::none();
        let checked = problems.check("checked", rules::text(&self.checked, &CHECKED));
        let words = problems.check("words", rules::text(&self.words, &WORDS));
        let months = problems.check("valid_months", number(&self.valid_months, &MONTHS));
        let minutes = problems.check("settling_minutes", number(&self.settling_minutes, &MINUTES));
        let hours = problems.check("promise_hours", number(&self.promise_hours, &HOURS));
        let carries: Option<Vec<Carry>> = carries.into_iter().collect();
        if carries.is_none() {
            problems.add("carries", "Say of each whether it counts, and why.");
        }
        match (checked, words, months, minutes, hours, carries) {
            (
                Some(checked),
                Some(words),
                Some(valid_months),
                Some(settling_minutes),
                Some(promise_hours),
                Some(carries),
            ) => Ok(Terms { checked, words, valid_months, settling_minutes, promise_hours, carries }),
            _ => Err(problems),
        }
    }
}

fn carry_of(origin: Origin, version: i64, counts: &str, reason: &str) -> Result<Carry, String> {
    let counts = match counts {
        "yes" => true,
        "no" => false,
        _ => return Err("Say whether they count.".to_owned()),
    };
    let reason = rules::text(reason, &REASON).map_err(|why| why.to_string())?;
    Ok(Carry { origin, version, counts, reason })
}
