//! How much newcomers may post, and what waits for a look by a moderator whoever wrote it.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::clock::Time;
use crate::members::rules::Role;

/// The limits, as administrators set them.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct Limits {
    /// With fewer posts that stand, a member is a newcomer.
    pub newcomer_posts: i64,
    /// For so many hours after joining, a member is a newcomer.
    pub newcomer_hours: i64,
    /// A newcomer's posts in 30 seconds.
    pub in_half_a_minute: i64,
    /// A newcomer's posts in ten minutes.
    pub in_ten_minutes: i64,
    /// A newcomer's posts in an hour.
    pub in_an_hour: i64,
    /// Links in a newcomer's post.
    pub newcomer_links: i64,
    /// With more links than this a post is held.
    pub links: i64,
    /// With one of these words a post is held.
    pub words: Vec<String>,
    /// Whether posts that ask for identity documents are held.
    pub holds_documents: bool,
    /// Whether posts that ask for contact outside are held.
    pub holds_contact: bool,
}

impl Default for Limits {
    fn default() -> Self {
        let words = ["kill yourself", "kys", "viagra", "cialis", "casino bonus"];
        Self {
            newcomer_posts: 3,
            newcomer_hours: 24,
            in_half_a_minute: 5,
            in_ten_minutes: 15,
            in_an_hour: 50,
            newcomer_links: 2,
            links: 10,
            words: words.map(str::to_owned).to_vec(),
            holds_documents: true,
            holds_contact: true,
        }
    }
}

/// Who posts, as far as the limits care.
#[derive(Clone, Debug)]
pub struct Poster {
    /// When they joined.
    pub joined_at: Time,
    /// Their posts that stand.
    pub posts: i64,
    /// Their roles.
    pub roles: Vec<Role>,
    /// Until when they may not write.
    pub silenced_until: Option<Time>,
    /// Until when they may not take part.
    pub suspended_until: Option<Time>,
}

impl Poster {
    /// Whether the limits leave them alone.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        !self.roles.is_empty()
    }

    /// Whether they are new: few posts that stand, or a short time here.
    #[must_use]
    pub fn is_newcomer(&self, limits: &Limits, now: Time) -> bool {
        self.posts < limits.newcomer_posts || now - self.joined_at < TimeDelta::hours(limits.newcomer_hours)
    }
}

/// How long a newcomer has to wait: `posted` are the times of their posts within the last hour, newest first.
/// Nothing where they may post now.
#[must_use]
pub fn wait(limits: &Limits, posted: &[Time], now: Time) -> Option<TimeDelta> {
    let spans = [
        (limits.in_half_a_minute, TimeDelta::seconds(30)),
        (limits.in_ten_minutes, TimeDelta::minutes(10)),
        (limits.in_an_hour, TimeDelta::hours(1)),
    ];
    let waits = spans.into_iter().filter_map(|(most, span)| {
        // The next may come when the post that fills the span leaves it.
        let place = usize::try_from(most.max(1) - 1).unwrap_or(usize::MAX);
        let full = *posted.get(place)?;
        (now - full < span).then(|| full + span - now)
    });
    waits.max()
}

/// Why a newcomer's links were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Until you have been here a little longer, a post may hold {most} links; this one holds {found}. Take some out."
)]
pub struct TooManyLinks {
    /// How many there may be.
    pub most: i64,
    /// How many there are.
    pub found: i64,
}

/// Why a post is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Many links.
    Links,
    /// A word of the list.
    Words,
    /// It asks for identity documents.
    Documents,
    /// It asks for contact outside.
    Contact,
}

impl Why {
    /// Every reason there is.
    pub const ALL: [Self; 4] = [Self::Links, Self::Words, Self::Documents, Self::Contact];

    /// The reason's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Links => "links",
            Self::Words => "words",
            Self::Documents => "documents",
            Self::Contact => "contact",
        }
    }

    /// The reason of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.code() == code)
    }

    /// What its author and moderators read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Links => "It holds many links.",
            Self::Words => "It holds a word that is often used to hurt or to advertise.",
            Self::Documents => {
                "It seems to ask for identity documents. Nobody needs to send those to a member."
            }
            Self::Contact => "It seems to ask for contact outside this community.",
        }
    }
}

/// Links to other places in words that were rendered.
#[must_use]
pub fn links_in(html: &str) -> i64 {
    i64::try_from(html.matches("href=\"http").count()).unwrap_or(i64::MAX)
}

/// Why a post has to wait for a look, if it has to.
#[must_use]
pub fn why_held(limits: &Limits, body: &str, links: i64) -> Option<Why> {
    if links > limits.links {
        return Some(Why::Links);
    }
    let sentences = sentences(body);
    let holds = |list: &[&str], sentence: &str| list.iter().any(|words| has(sentence, words));
    for sentence in &sentences {
        if limits.words.iter().any(|words| has(sentence, &folded(words))) {
            return Some(Why::Words);
        }
        let asks = holds(ASKING, sentence) && holds(TO_ME, sentence);
        if limits.holds_documents && asks && has(sentence, "your") && holds(DOCUMENTS, sentence) {
            return Some(Why::Documents);
        }
        if limits.holds_contact && asks && holds(ELSEWHERE, sentence) {
            return Some(Why::Contact);
        }
    }
    let lower = body.to_lowercase();
    let invites = ["https://t.me/", "https://wa.me/"].iter().any(|link| lower.contains(link));
    (limits.holds_contact && invites).then_some(Why::Contact)
}

const ASKING: &[&str] = &[
    "send", "share", "give", "show", "mail", "email", "e mail", "forward", "upload", "contact", "message",
    "text", "add", "write", "reach", "call", "dm", "ping", "find",
];
const TO_ME: &[&str] = &["me", "us", "my"];
const DOCUMENTS: &[&str] = &[
    "passport",
    "id card",
    "identity card",
    "identity document",
    "identity documents",
    "id",
    "driving licence",
    "driver s license",
    "drivers license",
    "national id",
    "social security number",
    "ssn",
];
const ELSEWHERE: &[&str] =
    &["whatsapp", "telegram", "wechat", "skype", "signal", "discord", "viber", "gmail", "outside this site"];

/// The sentences of somebody's own words, folded: what they quote is left out.
fn sentences(body: &str) -> Vec<String> {
    let own = body.lines().filter(|line| !line.trim_start().starts_with('>')).collect::<Vec<_>>().join("\n");
    own.split(['.', '!', '?', '\n', ';']).map(folded).filter(|sentence| !sentence.is_empty()).collect()
}

/// Lower case, with everything but letters and digits as single spaces.
fn folded(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether folded words stand in a folded sentence, as whole words.
fn has(sentence: &str, words: &str) -> bool {
    !words.is_empty() && format!(" {sentence} ").contains(&format!(" {words} "))
}

/// Why a limit was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Write a whole number from {0} to {1}.")]
pub struct BadLimit(pub i64, pub i64);

/// Reads a limit.
///
/// # Errors
/// When it is no number between `least` and `most`.
pub fn limit(text: &str, least: i64, most: i64) -> Result<i64, BadLimit> {
    let number = text.trim().parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or(BadLimit(least, most))
}

/// Why a list of words was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Keep to 200 lines of at most 60 characters, with a letter in each.")]
pub struct BadWords;

/// Reads a list of words, one to a line.
///
/// # Errors
/// When there are too many, or one is too long or cannot be looked for.
pub fn words(text: &str) -> Result<Vec<String>, BadWords> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let is_sane = |line: &&str| line.chars().count() <= 60 && !folded(line).is_empty();
    if lines.len() > 200 || !lines.iter().all(is_sane) {
        return Err(BadWords);
    }
    Ok(lines.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 6, 3).unwrap().and_hms_opt(12, 0, 0).unwrap()
    }

    fn posted(seconds_ago: &[i64]) -> Vec<Time> {
        seconds_ago.iter().map(|ago| noon() - TimeDelta::seconds(*ago)).collect()
    }

    #[test]
    fn the_sixth_post_in_half_a_minute_waits_until_the_first_is_older() {
        let limits = Limits::default();
        assert_eq!(wait(&limits, &posted(&[1, 2, 3, 4]), noon()), None);
        let full = posted(&[1, 2, 3, 4, 25]);
        assert_eq!(wait(&limits, &full, noon()), Some(TimeDelta::seconds(5)));
        assert_eq!(wait(&limits, &posted(&[1, 2, 3, 4, 30]), noon()), None);
    }

    #[test]
    fn the_longest_wait_counts() {
        let limits = Limits { in_half_a_minute: 1, in_ten_minutes: 2, ..Limits::default() };
        assert_eq!(wait(&limits, &posted(&[10, 60]), noon()), Some(TimeDelta::seconds(540)));
        assert_eq!(wait(&limits, &[], noon()), None);
    }

    #[test]
    fn a_newcomer_has_few_posts_or_came_today() {
        let poster = |posts, hours| Poster {
            joined_at: noon() - TimeDelta::hours(hours),
            posts,
            roles: vec![],
            silenced_until: None,
            suspended_until: None,
        };
        let is_new = |posts, hours| poster(posts, hours).is_newcomer(&Limits::default(), noon());
        assert!(is_new(2, 1000) && is_new(1000, 23));
        assert!(!is_new(3, 24));
    }

    #[test]
    fn what_asks_for_documents_or_contact_is_held() {
        let why = |body: &str| why_held(&Limits::default(), body, 0);
        assert_eq!(why("Please send me a copy of your passport."), Some(Why::Documents));
        assert_eq!(why("Add me on WhatsApp!"), Some(Why::Contact));
        assert_eq!(why("Look: https://t.me/somebody"), Some(Why::Contact));
        assert_eq!(why("Cheap VIAGRA, here"), Some(Why::Words));
        for honest in [
            "You upload your passport and wait a day.",
            "I sent my passport last week. It took two days to hear back.",
            "Clients ask me for a call. WhatsApp is not allowed, I said.",
            "> Add me on Telegram\n\nNever answer such messages.",
            "Skyscrapers and kysmet are fine words.",
        ] {
            assert_eq!(why(honest), None, "{honest}");
        }
    }

    #[test]
    fn many_links_are_held_and_settings_are_obeyed() {
        let limits =
            Limits { holds_contact: false, holds_documents: false, words: vec![], ..Limits::default() };
        assert_eq!(why_held(&limits, "a", 10), None);
        assert_eq!(why_held(&limits, "a", 11), Some(Why::Links));
        assert_eq!(why_held(&limits, "Send me your passport on Telegram, kys", 0), None);
        assert_eq!(links_in(r#"<a href="https://a">a</a> <a href="/u/b">b</a> <a href="http://c">c</a>"#), 2);
    }

    #[test]
    fn limits_are_read_within_their_bounds() {
        assert_eq!(limit(" 5 ", 1, 100), Ok(5));
        for bad in ["", "0", "101", "five", "1.5"] {
            assert!(limit(bad, 1, 100).is_err(), "{bad}");
        }
        assert_eq!(words(" a b \n\nc"), Ok(vec!["a b".to_owned(), "c".to_owned()]));
        assert_eq!(words("---"), Err(BadWords));
        assert_eq!(words(&"a\n".repeat(201)), Err(BadWords));
    }

    #[test]
    fn limits_from_before_a_setting_take_its_default() {
        let read: Limits = serde_json::from_str(r#"{"links":4}"#).unwrap();
        assert_eq!(read, Limits { links: 4, ..Limits::default() });
    }
}
