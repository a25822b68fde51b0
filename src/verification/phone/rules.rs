//! The states of a phone, the limits of codes, and how a code is read.
//!
//! The odds of guessing: a code of 5 digits is one of 100,000, and each try hits it with a chance of 1 in 100,000
//! whichever code is valid just then, so that a resend gains nothing. With [`TRIES_A_DAY`] tries a day, for the member
//! and for the number alike, that is 10 in 100,000: 0.01 % a day, and 3.6 % for somebody who keeps at it each day of a
//! year while the number's owner reads ten texts a day. More accounts gain nothing either, as the number's tries are
//! counted whoever makes them. A code of 6 digits, where it signs somebody in, makes it 0.001 % a day.

mod table;

use chrono::TimeDelta;

pub use table::{Move, State, Way, next};

use crate::clock::Time;

/// How long a code is good.
pub const LIVES: TimeDelta = TimeDelta::minutes(10);
/// How long one waits before the next code.
pub const RESEND: TimeDelta = TimeDelta::seconds(60);
/// Wrong tries that end a code.
pub const TRIES_A_CODE: i64 = 5;
/// Wrong tries in 24 hours, of a member with whatever numbers, and of a number with whatever members.
pub const TRIES_A_DAY: usize = 10;
/// Codes in an hour, for a member and to a number.
pub const CODES_AN_HOUR: usize = 5;
/// Codes in an hour that an address of the network asks for.
pub const CODES_OF_ADDRESS: usize = 10;
/// The hour of these.
pub const HOUR: TimeDelta = TimeDelta::hours(1);
/// The day of wrong tries and budgets.
pub const DAY: TimeDelta = TimeDelta::hours(24);
/// How long a number that was taken off is kept.
pub const KEPT: TimeDelta = TimeDelta::days(90);
/// How long it is kept what was sent when, without numbers and words.
pub const TEXTS_KEPT: TimeDelta = TimeDelta::days(30);
/// The longest reason for a waiver.
pub const LONGEST_REASON: usize = 500;

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Proving a number.
    Onboarding,
    /// Signing somebody in.
    SignIn,
    /// Read out in a live call.
    LiveCall,
}

impl Purpose {
    /// How many digits the code has.
    #[must_use]
    pub const fn digits(self) -> usize {
        match self {
            Self::Onboarding => 5,
            Self::SignIn | Self::LiveCall => 6,
        }
    }
}

/// Writes a number below `10^digits` as a code.
#[must_use]
pub fn code(number: u32, digits: usize) -> String {
    let whole = format!("{number:0digits$}");
    whole[whole.len() - digits..].to_owned()
}

/// Finds the code in what was typed or pasted: the digits alone, with spaces or hyphens between them, or a sentence that
/// holds one such number and no other.
#[must_use]
pub fn read_code(typed: &str, digits: usize) -> Option<String> {
    let runs = typed.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == digits);
    let mut found: Vec<&str> = runs.collect();
    found.sort_unstable();
    found.dedup();
    match found[..] {
        [one] => return Some(one.to_owned()),
        [] => {}
        _ => return None,
    }
    let is_plain = typed.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || c == '-');
    let all: String = typed.chars().filter(char::is_ascii_digit).collect();
    (is_plain && all.len() == digits).then_some(all)
}

/// The words of a text. The last line lets a browser fill the code in on this site and on no other.
#[must_use]
pub fn text_words(community: &str, host: &str, code: &str) -> String {
    format!(
        "{code} is your {community} code, good for 10 minutes. We never ask you for it.\n\n@{host} #{code}"
    )
}

/// The words of a text whose code is read out to an agent in a live call.
#[must_use]
pub fn read_out_words(community: &str, code: &str) -> String {
    format!(
        "{code} is your {community} code for the live call, good for 10 minutes. Read it out to the agent in the call, and tell it to nobody else."
    )
}

/// The words of a call: each digit on its own.
#[must_use]
pub fn call_words(community: &str, code: &str) -> String {
    let digits: Vec<String> = code.chars().map(String::from).collect();
    format!("This is {community}. Your code is: {}.", digits.join(", "))
}

/// What was asked for so far: moments, the newest first.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Codes for the member in the last hour.
    pub by_member: Vec<Time>,
    /// Codes to the number in the last hour.
    pub by_number: Vec<Time>,
    /// Codes that the address of the network asked for in the last hour.
    pub by_address: Vec<Time>,
    /// The member's wrong tries of the last 24 hours.
    pub wrong_of_member: Vec<Time>,
    /// The number's wrong tries of the last 24 hours.
    pub wrong_of_number: Vec<Time>,
    /// Texts to the prefix in the last 24 hours.
    pub to_prefix: i64,
    /// How many there may be.
    pub budget: i64,
    /// Whether the prefix is stopped.
    pub is_stopped: bool,
}

/// Why no code is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The last one is too fresh.
    #[error("A code was sent a moment ago. You can ask for another in {0} seconds.")]
    TooSoon(i64),
    /// Too many in an hour, by member, number or address.
    #[error("That were many codes in an hour. You can ask for the next in {}.", minutes(*.0))]
    TooMany(i64),
    /// Too many wrong tries in a day.
    #[error("There were {TRIES_A_DAY} wrong codes within a day. You can go on in {}.", minutes(*.0))]
    WrongTooOften(i64),
    /// The prefix is spent or stopped.
    #[error(
        "We cannot send codes to numbers of this country today. Try again tomorrow, or write to the team."
    )]
    Closed,
}

fn minutes(seconds: i64) -> String {
    match (seconds + 59) / 60 {
        ..=1 => "a minute".to_owned(),
        minutes @ 2..=90 => format!("{minutes} minutes"),
        minutes => format!("{} hours", (minutes + 59) / 60),
    }
}

/// In how many seconds there is a free place again: the oldest of the `limit` newest has to be out of the window.
fn full(moments: &[Time], limit: usize, window: TimeDelta, now: Time) -> Option<i64> {
    let oldest = moments.get(limit - 1)?;
    let left = (*oldest + window - now).num_seconds();
    (left > 0).then_some(left)
}

/// Whether a code may be sent.
///
/// # Errors
/// Why not, and when it may.
pub fn may_send(past: &Past, now: Time) -> Result<(), Refusal> {
    if let Some(left) = wrong_too_often(past, now) {
        return Err(Refusal::WrongTooOften(left));
    }
    let newest = past.by_member.first().max(past.by_number.first());
    if let Some(left) = newest.and_then(|newest| full(&[*newest], 1, RESEND, now)) {
        return Err(Refusal::TooSoon(left));
    }
    let hours = [
        full(&past.by_member, CODES_AN_HOUR, HOUR, now),
        full(&past.by_number, CODES_AN_HOUR, HOUR, now),
        full(&past.by_address, CODES_OF_ADDRESS, HOUR, now),
    ];
    if let Some(left) = hours.into_iter().flatten().max() {
        return Err(Refusal::TooMany(left));
    }
    if past.is_stopped || past.to_prefix >= past.budget {
        return Err(Refusal::Closed);
    }
    Ok(())
}

/// In how many seconds codes may be tried again, where there were too many wrong ones in a day.
#[must_use]
pub fn wrong_too_often(past: &Past, now: Time) -> Option<i64> {
    let of = |moments: &[Time]| full(moments, TRIES_A_DAY, DAY, now);
    of(&past.wrong_of_member).max(of(&past.wrong_of_number))
}

/// Whether a code that was sent at this time is over.
#[must_use]
pub fn is_over(sent_at: Option<Time>, now: Time) -> bool {
    sent_at.is_none_or(|sent| now - sent >= LIVES)
}

/// A reason as a senior agent wrote it.
///
/// # Errors
/// A sentence for the agent.
pub fn reason(typed: &str) -> Result<String, String> {
    let reason = typed.trim();
    match reason.chars().count() {
        0 => Err("Write why the phone is waived.".to_owned()),
        1..=LONGEST_REASON => Ok(reason.to_owned()),
        _ => Err(format!("Keep the reason within {LONGEST_REASON} characters.")),
    }
}

#[cfg(test)]
mod tests;
