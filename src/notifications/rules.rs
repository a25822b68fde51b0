//! Who is told of what, how strongly, and in what words.

mod decisions;
mod details;

use decisions::decision;
pub use details::{
    BADGE_ENDS, BADGES_SHOWN, CALL_SOON, INVITED, ROLLOUT_OPENED, VERIFICATION, badge_ends, call_begins,
    invited,
};

use chrono::{NaiveTime, TimeDelta};

use crate::acts::rules::ActKind;
use crate::clock::Time;
use crate::members::rules::Rank;
use crate::threads::reading::rules::{Level, level_of};

/// How many members are told of one thing in one transaction: a large community must not hold others up.
pub const AT_ONCE: i64 = 500;
/// Most entries of a daily mail; what is more is counted.
pub const DIGEST_ENTRIES: usize = 30;
/// The hour, in UTC, from which the daily mails leave.
pub const DIGEST_HOUR: u32 = 7;
/// How many times an event is tried before it is left for administrators to look at.
pub const TRIES: i64 = 12;

/// What a notification tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Somebody named the member.
    Mention,
    /// Somebody quoted the member.
    Quote,
    /// Somebody wrote in a thread that the member follows.
    Reply,
    /// Somebody started a thread in a board that the member follows.
    Thread,
    /// Somebody liked the member's post.
    Like,
    /// The member's answer was accepted.
    Answer,
    /// Staff decided something about the member.
    Decision,
    /// Something was announced.
    Announcement,
    /// The member's rank changed.
    Rank,
}

impl Kind {
    /// Every kind, in the order in which a page offers them: of two that tell of one post, the stronger first.
    pub const ALL: [Self; 9] = [
        Self::Mention,
        Self::Quote,
        Self::Reply,
        Self::Thread,
        Self::Like,
        Self::Answer,
        Self::Decision,
        Self::Announcement,
        Self::Rank,
    ];

    /// The kind's name in the database and in links.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Quote => "quote",
            Self::Reply => "reply",
            Self::Thread => "thread",
            Self::Like => "like",
            Self::Answer => "answer",
            Self::Decision => "decision",
            Self::Announcement => "announcement",
            Self::Rank => "rank",
        }
    }

    /// The kind of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Mention => "Mentions",
            Self::Quote => "Quotes",
            Self::Reply => "Replies",
            Self::Thread => "New threads",
            Self::Like => "Likes",
            Self::Answer => "Accepted answers",
            Self::Decision => "Decisions",
            Self::Announcement => "Announcements",
            Self::Rank => "Your rank",
        }
    }

    /// When it happens.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Mention => "Somebody names you with @ in a post.",
            Self::Quote => "Somebody quotes one of your posts.",
            Self::Reply => {
                "Somebody writes in a thread that you follow. You follow each thread you write in."
            }
            Self::Thread => "Somebody starts a thread in a board that you follow.",
            Self::Like => "Somebody likes one of your posts. Likes of one post are gathered.",
            Self::Answer => "Your answer to a question is accepted.",
            Self::Decision => {
                "A moderator decides something about you or what you wrote, or your verification moves on."
            }
            Self::Announcement => "The community announces something that is meant for you.",
            Self::Rank => "Your rank in the community changes.",
        }
    }

    /// The mark in the icon sheet.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Self::Mention => "user",
            Self::Quote => "quote",
            Self::Reply => "reply",
            Self::Thread => "thread",
            Self::Like => "star",
            Self::Answer => "check",
            Self::Decision => "flag",
            Self::Announcement => "megaphone",
            Self::Rank => "sprout",
        }
    }

    /// Whether one may keep it out of the page. What speaks to somebody always stands there.
    #[must_use]
    pub fn may_be_hidden(self) -> bool {
        matches!(self, Self::Like | Self::Rank)
    }

    /// What holds until a member chooses: what speaks to them at once, what can wait once a day.
    #[must_use]
    pub fn usual(self) -> Choice {
        let mail = match self {
            Self::Mention
            | Self::Quote
            | Self::Reply
            | Self::Answer
            | Self::Decision
            | Self::Announcement => Delivery::AtOnce,
            Self::Thread | Self::Like => Delivery::Daily,
            Self::Rank => Delivery::Never,
        };
        Choice { mail, shown: true }
    }
}

/// When a mail leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// With a mail of its own.
    AtOnce,
    /// With the others, once a day.
    Daily,
    /// Never.
    Never,
}

impl Delivery {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::AtOnce, Self::Daily, Self::Never];

    /// The way's name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AtOnce => "at-once",
            Self::Daily => "daily",
            Self::Never => "never",
        }
    }

    /// The way of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::AtOnce => "A mail at once",
            Self::Daily => "In one mail a day",
            Self::Never => "No mail",
        }
    }
}

/// How a member wants to be told of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// By mail.
    pub mail: Delivery,
    /// Whether in the page.
    pub shown: bool,
}

/// What stands between a member and what happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ears {
    /// Whether they did it themselves.
    pub is_own: bool,
    /// Whether they blocked whoever did it.
    pub blocks: bool,
    /// Whether they may read where it happened.
    pub may_read: bool,
    /// Their level in the thread.
    pub thread: Level,
    /// Their level in the board.
    pub board: Level,
}

/// Whether a member hears of it. Decisions are told whatever one muted; a thread one follows is heard in a board
/// one muted.
#[must_use]
pub fn hears(kind: Kind, ears: Ears) -> bool {
    if ears.is_own {
        return false;
    }
    if matches!(kind, Kind::Decision | Kind::Rank) {
        return true;
    }
    ears.may_read && !ears.blocks && level_of(ears.thread, ears.board) != Level::Mute
}

/// Under which key a post is told: once to each member, whether it names, quotes or answers them.
#[must_use]
pub fn post_key(thread: i64, post: i64, number: i64) -> String {
    // Of a thread one is told once too, as new or as announced.
    if number == 1 { format!("thread {thread}") } else { format!("post {post}") }
}

/// The last moment at which daily mails began to leave: what came before it is due.
#[must_use]
pub fn last_digest(now: Time) -> Time {
    let hour = NaiveTime::from_hms_opt(DIGEST_HOUR, 0, 0).unwrap_or_default();
    let today = now.date().and_time(hour);
    if today <= now { today } else { today - TimeDelta::days(1) }
}

/// `maria@example.org` as `m…@example.org`: enough to tell whom it is about, too little to write to.
#[must_use]
pub fn masked(address: &str) -> String {
    let Some((local, host)) = address.rsplit_once('@') else {
        return "…".to_owned();
    };
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{host}")
}

/// What a notification says after the name of whoever did it, before the thread's title.
#[must_use]
pub fn does(kind: Kind, number: Option<i64>, act: Option<ActKind>, detail: &str) -> String {
    let place = number.map_or_else(String::new, |number| format!("post {number} "));
    match kind {
        Kind::Mention => format!("mentioned you in {place}of").replace("in of", "in"),
        Kind::Quote => format!("quoted you in {place}of").replace("in of", "in"),
        Kind::Reply => "replied in".to_owned(),
        Kind::Thread => "started".to_owned(),
        Kind::Like => {
            format!("liked your {}", if place.is_empty() { "post in".to_owned() } else { place + "in" })
        }
        Kind::Answer => "accepted your answer in".to_owned(),
        Kind::Announcement => "announced".to_owned(),
        Kind::Decision => decision(act, detail).to_owned(),
        Kind::Rank => format!("You are now {}", Rank::parse(detail).map_or("of another rank", Rank::title)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn open() -> Ears {
        Ears { may_read: true, ..Ears::default() }
    }

    #[test]
    fn every_kind_and_way_reads_back() {
        assert!(Kind::ALL.into_iter().all(|kind| Kind::parse(kind.code()) == Some(kind)));
        assert!(Delivery::ALL.into_iter().all(|way| Delivery::parse(way.code()) == Some(way)));
        assert_eq!((Kind::parse("poke"), Delivery::parse("")), (None, None));
    }

    #[test]
    fn the_stronger_of_two_comes_first() {
        assert!(Kind::Mention < Kind::Quote && Kind::Quote < Kind::Reply);
    }

    #[test]
    fn decisions_are_told_whatever_one_muted_or_may_read() {
        let deaf = Ears { blocks: true, thread: Level::Mute, board: Level::Mute, ..Ears::default() };
        assert!(hears(Kind::Decision, deaf) && hears(Kind::Rank, deaf));
        assert!(!hears(Kind::Mention, deaf));
        assert!(!hears(Kind::Decision, Ears { is_own: true, ..deaf }));
    }

    #[test]
    fn a_followed_thread_is_heard_in_a_muted_board() {
        let muted = Ears { board: Level::Mute, ..open() };
        assert!(!hears(Kind::Mention, muted));
        assert!(hears(Kind::Reply, Ears { thread: Level::Follow, ..muted }));
        assert!(!hears(Kind::Reply, Ears { thread: Level::Mute, board: Level::Follow, ..open() }));
    }

    #[test]
    fn a_day_of_mails_begins_at_seven() {
        let at = |day: u32, hour: u32, minute: u32| {
            chrono::NaiveDate::from_ymd_opt(2026, 11, day).unwrap().and_hms_opt(hour, minute, 0).unwrap()
        };
        assert_eq!(last_digest(at(18, 6, 59)), at(17, 7, 0));
        assert_eq!(last_digest(at(18, 7, 0)), at(18, 7, 0));
        assert_eq!(last_digest(at(18, 23, 0)), at(18, 7, 0));
    }

    #[test]
    fn an_address_is_masked_to_its_first_letter() {
        assert_eq!(masked("maria@example.org"), "m…@example.org");
        assert_eq!(masked("nonsense"), "…");
    }

    #[test]
    fn sentences_read_well_with_a_number_and_without() {
        assert_eq!(does(Kind::Mention, Some(4), None, ""), "mentioned you in post 4 of");
        assert_eq!(does(Kind::Quote, None, None, ""), "quoted you in");
        assert_eq!(does(Kind::Like, Some(4), None, ""), "liked your post 4 in");
        assert_eq!(does(Kind::Like, None, None, ""), "liked your post in");
        assert_eq!(does(Kind::Rank, None, None, "active-member"), "You are now Active Member");
        assert_eq!(does(Kind::Decision, None, Some(ActKind::Warn), "granted"), "Your appeal was granted");
    }

    proptest! {
        #[test]
        fn nobody_hears_of_posts_they_may_not_read_or_of_those_they_blocked(
            kind in 0_usize..9, blocks: bool, may_read: bool, thread in 0_usize..3, board in 0_usize..3,
        ) {
            let levels = [Level::Follow, Level::Normal, Level::Mute];
            let kind = Kind::ALL[kind];
            let ears = Ears { is_own: false, blocks, may_read, thread: levels[thread], board: levels[board] };
            if !matches!(kind, Kind::Decision | Kind::Rank) && (blocks || !may_read || ears.thread == Level::Mute) {
                prop_assert!(!hears(kind, ears));
            }
        }
    }
}
