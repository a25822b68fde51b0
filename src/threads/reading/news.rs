//! What is new to whoever looks, as pages of lists show it.

use std::collections::HashMap;

use diesel::QueryResult;

use super::Reads;
use super::rules::{self, Level};
use super::store::{self, Fresh, Kind, News, Wanted};
use crate::accounts::viewer::Member;
use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::Conn;
use crate::members::MemberId;
use crate::paths;
use crate::threads::ThreadId;
use crate::threads::store::{After, Listed};

/// A member to whom something may be new, with what they read since the last batch.
#[derive(Clone, Debug)]
pub struct Asking {
    member: MemberId,
    floor: Time,
    reach: Time,
    pending: HashMap<ThreadId, i64>,
}

impl Asking {
    /// Asks for a member.
    #[must_use]
    pub fn of(member: &Member, reads: &Reads, now: Time) -> Self {
        let floor = rules::floor(None, member.state.all_read_at, member.state.joined_at, now);
        Self { member: member.id, floor, reach: now - rules::REACH, pending: reads.pending(member.id) }
    }

    fn read(&self, thread: ThreadId, written: i64) -> i64 {
        self.pending.get(&thread).copied().unwrap_or(0).max(written)
    }

    /// What is new in each of these threads: one query. Muted ones are left out.
    pub fn in_threads(&self, conn: &mut Conn, listed: &[&Listed]) -> QueryResult<Marks> {
        let ids: Vec<ThreadId> = listed.iter().map(|thread| thread.id).collect();
        let news = store::stands(conn, self.member, self.floor, &ids)?;
        let marks = listed.iter().filter_map(|thread| {
            let own = news.get(&thread.id).filter(|own| self.is_new(thread, own))?;
            let below =
                if rules::said_unread(own.unread_at, self.floor_of(own)) { 0 } else { own.below_floor };
            let read = self.read(thread.id, own.last_read);
            let words = rules::in_words(rules::unread(thread.last_number, read, below))?;
            let first = rules::first_unread(thread.last_number, read, below)?;
            let path = paths::post_number(thread.id.0, &thread.slug, first);
            Some((thread.id, Mark { words, path }))
        });
        Ok(Marks(marks.collect()))
    }

    fn floor_of(&self, news: &News) -> Time {
        news.board_read.map_or(self.floor, |read| read.max(self.floor))
    }

    fn is_new(&self, thread: &Listed, news: &News) -> bool {
        let (id, last_number, last_post_at) = (thread.id, thread.last_number, thread.last_post_at);
        self.is_fresh(&Fresh { id, board: thread.board, last_number, last_post_at, news: *news })
    }

    fn is_fresh(&self, one: &Fresh) -> bool {
        let news = &one.news;
        let (read, floor) = (self.read(one.id, news.last_read), self.floor_of(news));
        rules::level_of(news.level, news.board_level) != Level::Mute
            && rules::has_new(one.last_number, read, one.last_post_at, news.unread_at, floor)
    }

    /// Threads with something new, the latest first: one query.
    pub fn threads(&self, conn: &mut Conn, place: &Place<'_>, limit: i64) -> QueryResult<Vec<Fresh>> {
        let kind = if place.followed { Kind::Followed } else { Kind::New };
        self.look(conn, place, kind, limit)
    }

    /// How many threads of each board hold something new, among the latest of all: one query.
    pub fn in_boards(&self, conn: &mut Conn, open: &[BoardId], reader: Audience) -> QueryResult<Counts> {
        let place = Place { open, reader, followed: false, after: None };
        let mut counts = Counts::default();
        for fresh in self.look(conn, &place, Kind::All, rules::COUNTED)? {
            *counts.0.entry(fresh.board).or_default() += 1;
        }
        Ok(counts)
    }

    fn look(&self, conn: &mut Conn, place: &Place<'_>, kind: Kind, limit: i64) -> QueryResult<Vec<Fresh>> {
        let wanted = Wanted {
            member: self.member,
            open: place.open,
            reader: place.reader,
            floor: self.floor,
            reach: self.reach,
            kind,
            after: place.after,
        };
        let found = store::fresh(conn, &wanted, limit)?;
        Ok(found.into_iter().filter(|one| self.is_fresh(one)).collect())
    }
}

/// Where to look for what is new.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The boards that the member may read.
    pub open: &'a [BoardId],
    /// What they may read there.
    pub reader: Audience,
    /// Only what they follow.
    pub followed: bool,
    /// Where the list goes on.
    pub after: Option<After>,
}

/// What is new in a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// `3 new`.
    pub words: String,
    /// The address of the first new post.
    pub path: String,
}

/// What is new, by thread; empty for visitors.
#[derive(Clone, Debug, Default)]
pub struct Marks(HashMap<ThreadId, Mark>);

impl Marks {
    /// What is new in this thread.
    #[must_use]
    pub fn of(&self, thread: ThreadId) -> Option<Mark> {
        self.0.get(&thread).cloned()
    }
}

/// How many threads hold something new, by board; empty for visitors.
#[derive(Clone, Debug, Default)]
pub struct Counts(HashMap<BoardId, usize>);

impl Counts {
    /// Threads with something new in this board.
    #[must_use]
    pub fn of(&self, board: BoardId) -> usize {
        self.0.get(&board).copied().unwrap_or(0)
    }
}
