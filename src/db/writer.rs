//! SQLite's one writer: a thread that takes changes from a queue and commits those that wait together in
//! one transaction, each in a savepoint of its own. Nobody is answered before the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use super::Conn;
use super::conn::begin_with;
use crate::error::Error;
use diesel::connection::TransactionManager;
use diesel::{Connection, SqliteConnection};

/// How many changes may wait; one more is answered with 503.
const QUEUE: usize = 1024;
/// How many changes share one commit at the most, so that the first of them does not wait for ever.
const TOGETHER: usize = 64;

/// The way to the writer thread. The thread ends when the last of these is dropped.
#[derive(Clone)]
pub struct Writer {
    queue: SyncSender<Box<dyn Change>>,
}

trait Change: Send {
    /// Runs the change in a savepoint; a refused or broken one leaves nothing behind.
    fn run(&mut self, conn: &mut Conn);
    /// Answers whoever waits. `commit` is the failure of the commit, if it failed.
    fn answer(self: Box<Self>, commit: Option<&str>);
}

struct Waiting<T, F, R> {
    change: Option<F>,
    outcome: Option<Result<T, Error>>,
    reply: R,
}

impl<T, F, R> Change for Waiting<T, F, R>
where
    T: Send,
    F: FnOnce(&mut Conn) -> Result<T, Error> + Send,
    R: FnOnce(Result<T, Error>) + Send,
{
    fn run(&mut self, conn: &mut Conn) {
        let Some(change) = self.change.take() else { return };
        self.outcome = Some(guarded(conn, change));
    }

    fn answer(self: Box<Self>, commit: Option<&str>) {
        let outcome = match (commit, self.outcome) {
            (None, Some(outcome)) => outcome,
            (Some(failure), _) => Err(Error::internal(format!("the commit failed: {failure}"))),
            (None, None) => Err(Error::internal("a change was answered without being run")),
        };
        (self.reply)(outcome);
    }
}

/// Runs a change in a transaction (a savepoint inside the writer's), with a panic turned into an error.
pub(super) fn guarded<T>(
    conn: &mut Conn,
    change: impl FnOnce(&mut Conn) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut panicked = None;
    let outcome = conn.transaction(|conn| {
        catch_unwind(AssertUnwindSafe(|| change(conn))).unwrap_or_else(|panic| {
            panicked = Some(describe(panic.as_ref()));
            Err(Error::Busy)
        })
    });
    match panicked {
        Some(cause) => Err(Error::internal(format!("a change panicked: {cause}"))),
        None => outcome,
    }
}

fn describe(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

impl Writer {
    /// Starts the writer on a connection of its own.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start(conn: SqliteConnection) -> std::io::Result<Self> {
        let (queue, changes) = sync_channel(QUEUE);
        std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || work(Conn::Sqlite(conn), &changes))?;
        Ok(Self { queue })
    }

    /// Hands in a change. `reply` is called once it is on disk, or refused.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full.
    pub fn submit<T, F, R>(&self, change: F, reply: R) -> Result<(), Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
        R: FnOnce(Result<T, Error>) + Send + 'static,
    {
        let waiting = Waiting { change: Some(change), outcome: None, reply };
        match self.queue.try_send(Box::new(waiting)) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(Error::Busy),
            Err(TrySendError::Disconnected(_)) => Err(Error::internal("the writer has stopped")),
        }
    }
}

fn work(mut conn: Conn, changes: &Receiver<Box<dyn Change>>) {
    while let Ok(first) = changes.recv() {
        let mut group = vec![first];
        group.extend(changes.try_iter().take(TOGETHER - 1));
        let failure = commit_together(&mut conn, &mut group).err().map(|cause| cause.to_string());
        for change in group {
            change.answer(failure.as_deref());
        }
    }
}

fn commit_together(conn: &mut Conn, group: &mut [Box<dyn Change>]) -> diesel::QueryResult<()> {
    begin_immediate(conn)?;
    for change in group {
        change.run(conn);
    }
    let committed = <Conn as Connection>::TransactionManager::commit_transaction(conn);
    if committed.is_err() {
        // Best effort: the connection must not stay inside a failed transaction.
        let _ = <Conn as Connection>::TransactionManager::rollback_transaction(conn);
    }
    committed
}

/// A deferred transaction that reads and then writes fails at once when another process writes, so the
/// lock is taken at the beginning.
fn begin_immediate(conn: &mut Conn) -> diesel::QueryResult<()> {
    begin_with(conn, if matches!(conn, Conn::Sqlite(_)) { "BEGIN IMMEDIATE" } else { "BEGIN" })
}
