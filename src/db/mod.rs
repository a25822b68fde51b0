//! The database: one connection type, one door for reading and one for writing.

pub(crate) mod conn;
pub mod migrations;
pub mod schema;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::r2d2::{ManageConnection, Pool, PooledConnection, R2D2Connection};
use diesel::{Connection, ConnectionError, QueryResult};
use tokio::sync::oneshot;

pub(crate) use conn::on_backend;
pub use conn::{Conn, DatabaseUrl};
use writer::Writer;

use crate::error::Error;

/// How long a request waits for a connection before it is answered with 503.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections to PostgreSQL that one process holds at the most.
const POSTGRES_CONNECTIONS: u32 = 16;

/// The database, as handlers, jobs and commands know it. Cloning is cheap.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool<Opener>,
    /// SQLite only: the one writer.
    writer: Option<Writer>,
    queries: Arc<AtomicU64>,
    url: DatabaseUrl,
}

impl Db {
    /// Opens the database and, on SQLite, starts its writer. Nothing is migrated yet.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn open(url: &DatabaseUrl) -> Result<Self, Error> {
        let unreachable = |cause: &dyn std::fmt::Display| {
            Error::Refused(format!("The database {} cannot be opened: {cause}", url.shown()))
        };
        // One connection first: a pool would try again and again and hide the reason.
        let first = Conn::open(url).map_err(|cause| unreachable(&cause))?;
        let queries = Arc::new(AtomicU64::new(0));
        let workers = std::thread::available_parallelism().map_or(4, std::num::NonZero::get);
        let (writer, connections) = match first {
            Conn::Sqlite(mut conn) => {
                conn.set_instrumentation(Counter(Arc::clone(&queries)));
                let writer = Writer::start(conn)
                    .map_err(|cause| Error::internal(format!("the writer cannot start: {cause}")))?;
                // A reader for each worker and some for jobs: a request never waits for another's.
                (Some(writer), u32::try_from(workers).unwrap_or(4) + 4)
            }
            Conn::Postgres(_) => (None, POSTGRES_CONNECTIONS),
        };
        let opener = Opener { url: url.clone(), queries: Arc::clone(&queries) };
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(PATIENCE)
            .build(opener)
            .map_err(|cause| unreachable(&cause))?;
        Ok(Self { inner: Arc::new(Inner { pool, writer, queries, url: url.clone() }) })
    }

    /// Where the database is.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.inner.url
    }

    /// How many statements were sent so far, by all connections. Tests compare it before and after a page.
    #[must_use]
    pub fn queries(&self) -> u64 {
        self.inner.queries.load(Ordering::Relaxed)
    }

    /// Reads in one transaction: everything a page shows is of one moment.
    ///
    /// SQLite answers in microseconds, so the worker reads itself; PostgreSQL is a hop away and must not
    /// hold the worker up.
    ///
    /// # Errors
    /// What `query` answers with, or [`Error::Busy`] when no connection came free.
    pub async fn read<T, F>(&self, query: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        if self.inner.writer.is_some() {
            return self.read_now(query);
        }
        let db = self.clone();
        in_background(move || db.read_now(query)).await
    }

    /// [`Db::read`] for whoever may block: commands, jobs and tests.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_now<T>(&self, query: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        let mut conn = self.connection()?;
        conn.read_one_moment(query)
    }

    /// Changes the database in one transaction and answers when it is durable.
    ///
    /// # Errors
    /// What `change` answers with (then nothing was changed), or [`Error::Busy`].
    pub async fn write<T, F>(&self, change: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        if let Some(writer) = &self.inner.writer {
            let (send, answer) = oneshot::channel();
            // Whoever asked may have gone away by then; the change stands all the same.
            writer.submit(change, move |outcome| drop(send.send(outcome)))?;
            return answer.await.map_err(|_| stopped())?;
        }
        let db = self.clone();
        in_background(move || writer::guarded(&mut *db.connection()?, change)).await
    }

    /// [`Db::write`] for whoever may block: commands, jobs and tests.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_now<T, F>(&self, change: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let Some(writer) = &self.inner.writer else {
            return writer::guarded(&mut *self.connection()?, change);
        };
        let (send, answer) = std::sync::mpsc::sync_channel(1);
        writer.submit(change, move |outcome| drop(send.send(outcome)))?;
        answer.recv().map_err(|_| stopped())?
    }

    /// Takes what was overwritten out of SQLite's log as well, where old pages stand until it is begun anew. Only
    /// while somebody reads it does it wait for the next time. PostgreSQL does this in its own time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget(&self) -> Result<(), Error> {
        if self.inner.writer.is_none() {
            return Ok(());
        }
        let db = self.clone();
        in_background(move || Ok(db.connection()?.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?)).await
    }

    /// Brings the database to this program's version.
    ///
    /// # Errors
    /// When a step fails or the database is newer than the program.
    pub fn migrate(&self) -> Result<migrations::Migrated, Error> {
        migrations::migrate(&mut *self.connection()?)
    }

    /// A bare connection outside any transaction, for migrations, `doctor` and the importer.
    ///
    /// # Errors
    /// [`Error::Busy`] when none comes free.
    pub fn connection(&self) -> Result<PooledConnection<Opener>, Error> {
        self.inner.pool.get().map_err(|cause| {
            tracing::warn!(%cause, "no database connection came free");
            Error::Busy
        })
    }
}

fn stopped() -> Error {
    Error::internal("the writer has stopped")
}

/// Runs something that blocks where it holds nobody up.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|cause| Error::internal(format!("a database task broke off: {cause}")))?
}

/// Runs a part of a change that may fail without failing the whole: in a savepoint of its own.
///
/// # Errors
/// What `part` answers with; then nothing of it stands.
pub fn savepoint<T>(conn: &mut Conn, part: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
    conn.transaction(part)
}

/// Reads a text column that holds one of a fixed set; an unknown one is an error, never a default.
///
/// # Errors
/// When `parse` does not know `code`.
pub fn decode<T>(code: &str, parse: impl FnOnce(&str) -> Option<T>) -> QueryResult<T> {
    parse(code).ok_or_else(|| {
        diesel::result::Error::DeserializationError(
            format!("{code:?} is no known {}", std::any::type_name::<T>()).into(),
        )
    })
}

/// What a sealed column opened to; what does not open is an error of the database, as an unknown code is.
///
/// # Errors
/// When it did not open.
pub fn unsealed<T>(column: &str, opened: Result<T, impl std::error::Error>) -> QueryResult<T> {
    opened.map_err(|cause| diesel::result::Error::DeserializationError(format!("{column}: {cause}").into()))
}

/// What is to be written sealed; that it could not be sealed is an error of the database.
///
/// # Errors
/// When it was not sealed.
pub fn sealed<T>(column: &str, sealed: Result<T, Error>) -> QueryResult<T> {
    sealed.map_err(|cause| {
        diesel::result::Error::SerializationError(format!("{column}: {}", cause.cause()).into())
    })
}

/// Opens connections for the pool.
pub struct Opener {
    url: DatabaseUrl,
    queries: Arc<AtomicU64>,
}

impl ManageConnection for Opener {
    type Connection = Conn;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Conn, ConnectionError> {
        let mut conn = Conn::open(&self.url)?;
        conn.set_instrumentation(Counter(Arc::clone(&self.queries)));
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), ConnectionError> {
        conn.ping().map_err(ConnectionError::CouldntSetupConfiguration)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

/// Counts statements.
struct Counter(Arc<AtomicU64>);

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}
