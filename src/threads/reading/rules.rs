//! What is new to a member, and what their bookmarks and levels may be.

use chrono::TimeDelta;

use crate::clock::Time;

/// Nobody's list of what is new goes back further.
pub const REACH: TimeDelta = TimeDelta::days(90);
/// Longest note on a bookmark, in characters.
pub const LONGEST_NOTE: usize = 200;
/// New posts of one thread are looked at so far back from its end; more are "many".
pub const WINDOW: i64 = 100;
/// The latest threads that a page looks through to count those with something new.
pub const COUNTED: i64 = 300;
/// Up to so many threads a board's number is told.
const TOLD: usize = 50;

/// How much a member wants to hear of a thread or a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Each new post.
    Follow,
    /// What concerns them.
    #[default]
    Normal,
    /// Nothing.
    Mute,
}

impl Level {
    /// Every level, the loudest first.
    pub const ALL: [Self; 3] = [Self::Follow, Self::Normal, Self::Mute];

    /// The level's name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Normal => "normal",
            Self::Mute => "mute",
        }
    }

    /// The level of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }
}

/// What holds of a thread: its own level where it has one, and its board's otherwise.
#[must_use]
pub fn level_of(thread: Level, board: Level) -> Level {
    if thread == Level::Normal { board } else { thread }
}

/// The moment before which everything is read: when they last said so, of the board or of everything, when they
/// joined, or as far as anybody's list reaches back.
#[must_use]
pub fn floor(board_read: Option<Time>, all_read: Option<Time>, joined: Time, now: Time) -> Time {
    [board_read, all_read, Some(now - REACH)].into_iter().flatten().fold(joined, Time::max)
}

/// How many posts are new. `below_floor` is the highest number among those that the floor makes read.
#[must_use]
pub fn unread(last_number: i64, last_read: i64, below_floor: i64) -> i64 {
    new_since(last_number, last_read.max(below_floor))
}

/// The number of the first post that is new, if one is.
#[must_use]
pub fn first_unread(last_number: i64, last_read: i64, below_floor: i64) -> Option<i64> {
    (unread(last_number, last_read, below_floor) > 0).then(|| last_read.max(below_floor).max(0) + 1)
}

/// How many posts were written after the one that was read last.
#[must_use]
pub fn new_since(last_number: i64, last_read: i64) -> i64 {
    (last_number - last_read.max(0)).max(0)
}

/// Whether a thread holds something new at all: enough for counting threads.
#[must_use]
pub fn has_new(
    last_number: i64,
    last_read: i64,
    last_post_at: Time,
    unread_at: Option<Time>,
    floor: Time,
) -> bool {
    (last_post_at > floor || said_unread(unread_at, floor)) && new_since(last_number, last_read) > 0
}

/// Whether a member said that a thread is unread after the floor was drawn: then the floor makes nothing read in it.
#[must_use]
pub fn said_unread(unread_at: Option<Time>, floor: Time) -> bool {
    unread_at.is_some_and(|at| at >= floor)
}

/// A thread's number of new posts, in words: nothing where there is none.
#[must_use]
pub fn in_words(new: i64) -> Option<String> {
    match new {
        ..=0 => None,
        1..WINDOW => Some(format!("{new} new")),
        _ => Some(format!("{}+ new", WINDOW - 1)),
    }
}

/// A board's number of threads with something new, in words: nothing where there is none.
#[must_use]
pub fn threads_in_words(threads: usize) -> Option<String> {
    match threads {
        0 => None,
        1..=TOLD => Some(format!("{threads} new")),
        _ => Some(format!("{TOLD}+ new")),
    }
}

/// Why a note was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Keep the note within {LONGEST_NOTE} characters; this one has {0}.")]
pub struct NoteTooLong(usize);

/// Reads the note on a bookmark, which may be empty: one line, without space at its ends.
///
/// # Errors
/// When it is too long.
pub fn note(text: &str) -> Result<String, NoteTooLong> {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = folded.chars().count();
    if length <= LONGEST_NOTE { Ok(folded) } else { Err(NoteTooLong(length)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noon() -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 6, 3).unwrap().and_hms_opt(12, 0, 0).unwrap()
    }

    fn day(days: i64) -> Time {
        noon() + TimeDelta::days(days)
    }

    #[test]
    fn the_floor_is_the_latest_of_all_that_make_posts_read() {
        assert_eq!(floor(None, None, day(-400), day(0)), day(-90));
        assert_eq!(floor(None, None, day(-5), day(0)), day(-5));
        assert_eq!(floor(Some(day(-3)), None, day(-5), day(0)), day(-3));
        assert_eq!(floor(Some(day(-3)), Some(day(-1)), day(-5), day(0)), day(-1));
    }

    #[test]
    fn what_is_new_begins_after_what_was_read_or_lies_below_the_floor() {
        assert_eq!((unread(10, 7, 0), first_unread(10, 7, 0)), (3, Some(8)));
        assert_eq!((unread(10, 2, 9), first_unread(10, 2, 9)), (1, Some(10)));
        assert_eq!((unread(10, 10, 0), first_unread(10, 10, 0)), (0, None));
        assert_eq!((unread(10, 12, 0), first_unread(0, 0, 0)), (0, None));
    }

    #[test]
    fn a_thread_without_a_post_after_the_floor_has_nothing_new() {
        assert!(has_new(3, 2, day(1), None, day(0)));
        assert!(!has_new(3, 2, day(0), None, day(0)));
        assert!(!has_new(3, 3, day(1), None, day(0)));
    }

    #[test]
    fn what_was_said_to_be_unread_after_the_floor_is_new() {
        assert!(has_new(3, 2, day(-5), Some(day(0)), day(0)));
        assert!(!has_new(3, 2, day(-5), Some(day(-1)), day(0)));
        assert!(!has_new(3, 3, day(-5), Some(day(0)), day(0)));
    }

    #[test]
    fn a_threads_own_level_goes_before_its_boards() {
        assert_eq!(level_of(Level::Normal, Level::Mute), Level::Mute);
        assert_eq!(level_of(Level::Follow, Level::Mute), Level::Follow);
        assert_eq!(level_of(Level::Mute, Level::Follow), Level::Mute);
        assert_eq!(Level::ALL.map(|level| Level::parse(level.code())), Level::ALL.map(Some));
        assert_eq!(Level::parse("loud"), None);
    }

    #[test]
    fn numbers_are_told_up_to_a_limit() {
        assert_eq!((in_words(0), in_words(1)), (None, Some("1 new".to_owned())));
        assert_eq!(in_words(99).as_deref(), Some("99 new"));
        assert_eq!(in_words(100).as_deref(), Some("99+ new"));
        assert_eq!(threads_in_words(0), None);
        assert_eq!(threads_in_words(50).as_deref(), Some("50 new"));
        assert_eq!(threads_in_words(51).as_deref(), Some("50+ new"));
    }

    #[test]
    fn a_note_is_one_line_and_may_be_empty() {
        assert_eq!(note("  read \n later "), Ok("read later".to_owned()));
        assert_eq!(note(" "), Ok(String::new()));
        assert!(note(&"ä".repeat(200)).is_ok());
        assert_eq!(note(&"ä".repeat(201)), Err(NoteTooLong(201)));
    }

    proptest! {
        #[test]
        fn new_posts_and_read_posts_make_up_the_thread(last in 0_i64..500, read in 0_i64..600, below in 0_i64..500) {
            let new = unread(last, read, below);
            match first_unread(last, read, below) {
                None => prop_assert_eq!(new, 0),
                Some(first) => {
                    prop_assert_eq!(first + new, last + 1);
                    prop_assert!(first > read && first > below && first <= last);
                }
            }
        }

        #[test]
        fn reading_on_never_makes_more_new(last in 0_i64..500, read in 0_i64..500, more in 0_i64..50, below in 0_i64..500) {
            prop_assert!(unread(last, read + more, below) <= unread(last, read, below));
            prop_assert!(unread(last, read, below + more) <= unread(last, read, below));
            prop_assert!(unread(last, read, below) <= new_since(last, read));
        }

        #[test]
        fn a_later_floor_never_makes_more_new(at in -200_i64..0, one in -200_i64..0, other in -200_i64..0) {
            let (early, late) = (one.min(other), one.max(other));
            let below = |days| floor(Some(day(days)), None, day(-300), day(0));
            prop_assert!(below(late) >= below(early));
            prop_assert!(!has_new(2, 1, day(at), None, below(late)) || has_new(2, 1, day(at), None, below(early)));
        }
    }
}
