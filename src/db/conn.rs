//! One connection type over both databases, and how a connection is opened.

use std::path::PathBuf;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::{Connection, ConnectionError, PgConnection, SqliteConnection};

use crate::error::Error;

/// A connection to SQLite or to PostgreSQL. Queries are written once against this type.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// SQLite, inside this process.
    Sqlite(SqliteConnection),
    /// PostgreSQL, over a socket.
    Postgres(PgConnection),
}

/// Which database a setting names. Anything that is neither is refused when settings are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of this machine: `sqlite:PATH`.
    Sqlite(PathBuf),
    /// A server: `postgres://…`, kept whole for the driver.
    Postgres(String),
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH`, `postgres://…` or `postgresql://…`.
    ///
    /// The scheme decides, because a driver asked to open anything else would make a new SQLite file of it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return (!path.is_empty()).then(|| Self::Sqlite(PathBuf::from(path)));
        }
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        is_postgres.then(|| Self::Postgres(text.to_owned()))
    }

    /// The address without its password, for logs and messages.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(address) => match url::Url::parse(address) {
                Ok(mut parsed) if parsed.password().is_some() => {
                    // Only an address without a host refuses a password, and that one has none to hide.
                    let _ = parsed.set_password(Some("***"));
                    parsed.to_string()
                }
                Ok(parsed) => parsed.to_string(),
                Err(_) => "postgres://…".to_owned(),
            },
        }
    }
}

impl Conn {
    /// Opens a connection and sets it up: write-ahead log, full synchronisation, foreign keys and pages that keep
    /// nothing of what was deleted on SQLite, UTC on PostgreSQL.
    ///
    /// # Errors
    /// When the file or the server cannot be reached.
    pub fn open(url: &DatabaseUrl) -> Result<Self, ConnectionError> {
        match url {
            DatabaseUrl::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
                // The time limit comes first: switching to the write-ahead log may have to wait for others.
                conn.batch_execute(
                    "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;",
                )
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Self::Sqlite(conn))
            }
            DatabaseUrl::Postgres(address) => {
                let mut conn = PgConnection::establish(address)?;
                conn.batch_execute("SET TIME ZONE 'UTC'; SET statement_timeout = '120s';")
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Self::Postgres(conn))
            }
        }
    }

    /// Reads in one transaction, and every statement of it sees the same moment: by itself each statement of PostgreSQL
    /// would see what others committed before it. Nothing is written in it.
    ///
    /// # Errors
    /// What `query` answers with, or that the database fails.
    pub fn read_one_moment<T>(
        &mut self,
        query: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if matches!(self, Self::Sqlite(_)) {
            return Connection::transaction(self, query);
        }
        begin_with(self, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        match query(self) {
            Ok(found) => {
                <Self as Connection>::TransactionManager::commit_transaction(self)?;
                Ok(found)
            }
            Err(failure) => {
                <Self as Connection>::TransactionManager::rollback_transaction(self)?;
                Err(failure)
            }
        }
    }

    /// Writes the whole database anew, so that nothing remains of what was changed or deleted, and says whether
    /// that is done: while others read from SQLite's log, it cannot be emptied. Outside any transaction only.
    ///
    /// # Errors
    /// When the database fails, or another holds it too long.
    pub fn overwrite_what_is_gone(&mut self) -> diesel::QueryResult<bool> {
        match self {
            Self::Sqlite(conn) => {
                // The copy that it makes may be larger than memory.
                conn.batch_execute("PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY;")?;
                let emptied = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)");
                let checkpoint: Checkpoint = diesel::RunQueryDsl::get_result(emptied, conn)?;
                Ok(checkpoint.busy == 0)
            }
            Self::Postgres(conn) => {
                conn.batch_execute("SET statement_timeout = 0")?;
                // Each on its own: it refuses to run in a transaction, and several statements make one.
                for table in ["members", "mails", "throttles"] {
                    conn.batch_execute(&format!("VACUUM FULL {table}"))?;
                }
                conn.batch_execute("SET statement_timeout = '120s'")?;
                Ok(true)
            }
        }
    }

    /// `SQLite 3.50.4` or `PostgreSQL 15.13`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn version(&mut self) -> diesel::QueryResult<String> {
        use diesel::RunQueryDsl;
        use diesel::dsl::sql;
        use diesel::sql_types::Text;
        match self {
            Self::Sqlite(conn) => {
                let version: String = diesel::select(sql::<Text>("sqlite_version()")).get_result(conn)?;
                Ok(format!("SQLite {version}"))
            }
            Self::Postgres(conn) => {
                let version: String =
                    diesel::select(sql::<Text>("current_setting('server_version')")).get_result(conn)?;
                Ok(format!("PostgreSQL {version}"))
            }
        }
    }
}

/// Begins a transaction in these words.
///
/// # Errors
/// When one is open, or the database fails.
pub(super) fn begin_with(conn: &mut Conn, words: &str) -> diesel::QueryResult<()> {
    match conn {
        Conn::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, words),
        Conn::Postgres(conn) => AnsiTransactionManager::begin_transaction_sql(conn, words),
    }
}

/// What SQLite says of emptying its log.
#[derive(diesel::QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

/// Runs one query, written once, on whichever database the connection is: for the clauses that diesel's
/// common subset lacks (`ON CONFLICT`, inserting a slice).
macro_rules! on_backend {
    ($conn:expr, |$inner:ident| $query:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite($inner) => $query,
            $crate::db::Conn::Postgres($inner) => $query,
        }
    };
}
pub(crate) use on_backend;
