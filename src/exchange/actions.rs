//! Bringing a community in: line by line, one transaction a thread, and as often as one likes.

mod people;
mod places;
mod posts;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::bundle::{self, Moment, Origin, Record};
use super::numbers::Numbers;
use super::report::{Count, Report};
use super::store::{self, Kind, SOURCE};
use crate::badges::rules::Badge;
use crate::boards::BoardId;
use crate::clock::Time;
use crate::db::{Conn, Db, savepoint};
use crate::error::Error;
use crate::members::MemberId;
use crate::members::rules::{Rank, Tier};
use crate::members::store::site_fact;
use crate::sealing::Keys;
use crate::threads::ThreadId;

/// Members, boards and threads that share a transaction.
const TOGETHER: usize = 500;
/// Posts of one thread that share a transaction. Longer threads come in steps, so that whoever else writes
/// does not wait for minutes.
const POSTS_TOGETHER: usize = 5_000;

/// Brings records in, in the order of their lines.
pub struct Importer {
    db: Db,
    /// Taken out while a transaction works on it.
    state: Option<State>,
    waiting: Vec<(u64, Record)>,
    posts: Vec<(u64, bundle::Post)>,
}

/// What an import knows so far.
struct State {
    /// Seal the addresses that come in.
    keys: Arc<Keys>,
    now: Time,
    source: String,
    members: HashMap<String, Author>,
    boards: HashMap<String, BoardId>,
    threads: HashMap<String, ThreadId>,
    numbers: HashMap<String, Numbers>,
    /// Threads whose numbers in the database were read.
    counted: HashSet<String>,
    /// Lines of tiers' histories, and the members who are said to have set them.
    setters: Vec<(i64, String)>,
    report: Report,
}

/// A member of the bundle, and what they held when.
struct Author {
    id: MemberId,
    rank: Rank,
    tier: Option<Tier>,
    tier_since: Option<Time>,
    badges: Vec<(Badge, Time, Option<Time>)>,
}

/// What became of a line.
enum Arrival {
    Added,
    Here,
}

/// Why a line was refused, or that the whole import cannot go on.
enum Obstacle {
    Line(String),
    Failure(Error),
}

impl<E: Into<Error>> From<E> for Obstacle {
    fn from(cause: E) -> Self {
        Self::Failure(cause.into())
    }
}

/// Refuses a line.
fn refuse<T>(why: impl Into<String>) -> Result<T, Obstacle> {
    Err(Obstacle::Line(why.into()))
}

/// Which numbers the lines of a bundle claim: gathered in a first pass, so that a doubled number never
/// takes one that a later line has.
#[derive(Default)]
pub struct Claims(HashMap<String, Numbers>);

impl Claims {
    /// Notes what a line claims.
    pub fn note(&mut self, record: &Record) {
        if let Record::Post(bundle::Post { thread, number: Some(number), .. }) = record {
            self.0.entry(thread.clone()).or_default().claim(*number);
        }
    }
}

impl Importer {
    /// An importer into this database. `now` dates what the bundle does not date.
    #[must_use]
    pub fn new(db: Db, keys: Arc<Keys>, claims: Claims, now: Time) -> Self {
        let state = State {
            keys,
            now,
            source: String::new(),
            members: HashMap::new(),
            boards: HashMap::new(),
            threads: HashMap::new(),
            numbers: claims.0,
            counted: HashSet::new(),
            setters: Vec::new(),
            report: Report::default(),
        };
        Self { db, state: Some(state), waiting: Vec::new(), posts: Vec::new() }
    }

    /// Takes one line. What is wrong with a line ends up in the report.
    ///
    /// # Errors
    /// When the import cannot go on: the database fails, or the first line is none.
    pub fn take(&mut self, line: u64, record: Result<Record, String>) -> Result<(), Error> {
        let state = self.state.as_mut().ok_or_else(lost)?;
        match record {
            Err(problem) => {
                state.report.unreadable += 1;
                state.report.refuse(line, problem);
                Ok(())
            }
            Ok(Record::Community(community)) => begin(state, &community),
            Ok(_) if state.source.is_empty() => {
                Err(Error::Refused("The bundle must begin with a line of kind community.".to_owned()))
            }
            Ok(Record::Post(post)) => {
                let is_other = self.posts.first().is_some_and(|(_, first)| first.thread != post.thread);
                if is_other || self.posts.len() >= POSTS_TOGETHER {
                    self.flush_posts()?;
                }
                self.flush_waiting()?;
                self.posts.push((line, post));
                Ok(())
            }
            Ok(other) => {
                self.flush_posts()?;
                self.waiting.push((line, other));
                if self.waiting.len() >= TOGETHER { self.flush_waiting() } else { Ok(()) }
            }
        }
    }

    /// Brings in what still waits, and says what was done.
    ///
    /// # Errors
    /// When the database fails.
    pub fn finish(mut self) -> Result<Report, Error> {
        self.flush_posts()?;
        self.flush_waiting()?;
        self.db.write_now(|conn| Ok(store::advance_counters(conn)?))?;
        self.state.map(|state| state.report).ok_or_else(lost)
    }

    fn flush_waiting(&mut self) -> Result<(), Error> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let waiting = std::mem::take(&mut self.waiting);
        self.in_transaction(move |conn, state| {
            waiting.into_iter().try_for_each(|(line, record)| state.bring(conn, line, record))?;
            state.name_setters(conn)
        })
    }

    fn flush_posts(&mut self) -> Result<(), Error> {
        if self.posts.is_empty() {
            return Ok(());
        }
        let posts = posts::prepare(std::mem::take(&mut self.posts));
        self.in_transaction(move |conn, state| posts::bring(conn, state, posts))
    }

    /// Lends what is known to a transaction.
    fn in_transaction(
        &mut self,
        work: impl FnOnce(&mut Conn, &mut State) -> Result<(), Error> + Send + 'static,
    ) -> Result<(), Error> {
        let mut state = self.state.take().ok_or_else(lost)?;
        let state = self.db.write_now(move |conn| {
            work(conn, &mut state)?;
            Ok(state)
        })?;
        self.state = Some(state);
        Ok(())
    }
}

fn lost() -> Error {
    Error::internal("the import went on after it had failed")
}

fn begin(state: &mut State, community: &bundle::Community) -> Result<(), Error> {
    if community.version != bundle::VERSION {
        return Err(Error::Refused(format!(
            "This bundle has version {}; this program reads version {}.",
            community.version,
            bundle::VERSION
        )));
    }
    if !state.source.is_empty() {
        return Err(Error::Refused("A bundle has one line of kind community, the first.".to_owned()));
    }
    if community.source.trim().is_empty() {
        return Err(Error::Refused("The community's line must name its source.".to_owned()));
    }
    community.source.clone_into(&mut state.source);
    Ok(())
}

impl State {
    /// Brings in a member, a board or a thread, in a savepoint of its own: what the database refuses is a
    /// refused line, and the rest goes on.
    fn bring(&mut self, conn: &mut Conn, line: u64, record: Record) -> Result<(), Error> {
        let kind = Kind::of(&record);
        let setters = self.setters.len();
        let mut outcome: Result<Arrival, Obstacle> = refuse("was not looked at");
        let saved = savepoint(conn, |conn| {
            outcome = match record {
                Record::Member(member) => people::bring(conn, self, line, &member),
                Record::Board(board) => places::bring_board(conn, self, line, &board),
                Record::Thread(thread) => places::bring_thread(conn, self, line, &thread),
                Record::Community(_) | Record::Post(_) => Ok(Arrival::Here),
            };
            match &outcome {
                Ok(_) => Ok(()),
                Err(_) => Err(Error::Busy),
            }
        });
        if saved.is_err() {
            // Numbers of rows that were taken back go to others.
            self.setters.truncate(setters);
        }
        match (outcome, saved) {
            (Ok(arrival), Ok(())) => self.count(kind, &arrival),
            (Ok(_), Err(cause)) => return Err(cause),
            (Err(Obstacle::Line(why)), _) => self.refuse(kind, line, why),
            (Err(Obstacle::Failure(Error::Internal(cause))), _) => return Err(Error::Internal(cause)),
            (Err(Obstacle::Failure(other)), _) => self.refuse(kind, line, other.to_string()),
        }
        Ok(())
    }

    fn counts(&mut self, kind: Kind) -> &mut Count {
        match kind {
            Kind::Member => &mut self.report.members,
            Kind::Board => &mut self.report.boards,
            Kind::Thread => &mut self.report.threads,
            Kind::Post => &mut self.report.posts,
        }
    }

    fn count(&mut self, kind: Kind, arrival: &Arrival) {
        match arrival {
            Arrival::Added => self.counts(kind).added += 1,
            Arrival::Here => self.counts(kind).here += 1,
        }
    }

    fn refuse(&mut self, kind: Kind, line: u64, why: String) {
        self.counts(kind).refused += 1;
        self.report.refuse(line, why);
    }

    /// The number here of something that came in earlier, under this source's name or an older one's.
    fn known(&self, conn: &mut Conn, kind: Kind, id: &str, origin: &[Origin]) -> Result<Option<i64>, Error> {
        if let Some(local) = local_ids(conn, &self.source, kind, &[id])?.remove(id) {
            return Ok(Some(local));
        }
        for older in origin {
            if let Some(local) = local_ids(conn, &older.source, kind, &[&older.id])?.remove(&older.id) {
                return Ok(Some(local));
            }
        }
        Ok(None)
    }

    /// Writes down who set which tier, as far as they are known by now.
    fn name_setters(&mut self, conn: &mut Conn) -> Result<(), Error> {
        for (change, by) in std::mem::take(&mut self.setters) {
            match self.members.get(&by) {
                Some(setter) => store::set_tier_setter(conn, change, setter.id)?,
                None => self.setters.push((change, by)),
            }
        }
        Ok(())
    }

    fn remember(
        &self,
        conn: &mut Conn,
        kind: Kind,
        id: &str,
        origin: &[Origin],
        local: i64,
    ) -> Result<(), Error> {
        store::remember(conn, &self.source, kind, id, local)?;
        for older in origin {
            store::remember(conn, &older.source, kind, &older.id, local)?;
        }
        Ok(())
    }

    fn member(&self, id: &str) -> Result<&Author, Obstacle> {
        self.members
            .get(id)
            .ok_or_else(|| Obstacle::Line(format!("no member {id} stands above, or it was refused")))
    }
}

/// The numbers here of what has these ids in a source. That source may be this very site, in an export of
/// its own.
fn local_ids(conn: &mut Conn, source: &str, kind: Kind, ids: &[&str]) -> Result<HashMap<String, i64>, Error> {
    let mut found = store::local_ids(conn, source, kind, ids)?;
    if site_fact(conn, SOURCE)?.as_deref() == Some(source) {
        found.extend(store::own_ids(conn, kind, ids)?);
    }
    Ok(found)
}

impl Kind {
    fn of(record: &Record) -> Self {
        match record {
            Record::Member(_) => Self::Member,
            Record::Thread(_) => Self::Thread,
            Record::Post(_) => Self::Post,
            Record::Board(_) | Record::Community(_) => Self::Board,
        }
    }
}

/// Reads a code of a fixed set, or refuses the line with what was there.
fn code<T>(what: &str, text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Obstacle> {
    parse(text).ok_or_else(|| Obstacle::Line(format!("{text:?} is no known {what}")))
}

/// The moment, or another where none is given.
fn moment(given: Option<Moment>, otherwise: Time) -> Time {
    given.map_or(otherwise, |moment| moment.0)
}
