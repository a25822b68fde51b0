//! A database for each test: a SQLite file in a folder of its own, or a PostgreSQL database copied from a
//! migrated one. Both are gone when the test ends, however it ends.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use tempfile::TempDir;
use touchstone::db::{Conn, DatabaseUrl, migrations};

/// A database and the folder beside it.
pub struct TestDatabase {
    pub url: DatabaseUrl,
    pub folder: TempDir,
    name: Option<String>,
}

/// Where the throwaway PostgreSQL is, when the suite runs on it.
#[expect(
    clippy::disallowed_methods,
    reason = "the script that started PostgreSQL says so in the environment"
)]
pub fn postgres() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok()
}

fn run(server: &str, sql: &str) {
    let mut conn = PgConnection::establish(server).expect("the test PostgreSQL answers");
    conn.batch_execute(sql).unwrap_or_else(|cause| panic!("{sql}: {cause}"));
}

/// The address of a database on the same server.
fn address(server: &str, name: &str) -> String {
    let mut address = url::Url::parse(server).expect("TEST_DATABASE_URL is an address");
    address.set_path(name);
    address.to_string()
}

/// A migrated database, made once for this run of the tests: copying it is quicker than migrating.
fn template(server: &str) -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("template_{}", std::process::id());
        run(server, &format!("CREATE DATABASE {name}"));
        let mut conn = Conn::open(&DatabaseUrl::Postgres(address(server, &name))).unwrap();
        migrations::migrate(&mut conn).unwrap();
        name
    })
}

impl TestDatabase {
    /// A migrated database: on SQLite it is migrated when it is opened.
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        match postgres() {
            None => {
                let url = DatabaseUrl::Sqlite(folder.path().join("touchstone.db"));
                Self { url, folder, name: None }
            }
            Some(server) => {
                let template = template(&server);
                Self::on_server(&server, folder, &format!("TEMPLATE {template}"))
            }
        }
    }

    /// An empty database, never migrated.
    pub fn empty() -> Self {
        let folder = TempDir::new().unwrap();
        match postgres() {
            None => {
                Self { url: DatabaseUrl::Sqlite(folder.path().join("touchstone.db")), folder, name: None }
            }
            Some(server) => Self::on_server(&server, folder, ""),
        }
    }

    /// A SQLite database, whatever the suite runs on.
    pub fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        Self { url: DatabaseUrl::Sqlite(folder.path().join("touchstone.db")), folder, name: None }
    }

    fn on_server(server: &str, folder: TempDir, how: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        run(server, &format!("CREATE DATABASE {name} {how}"));
        Self { url: DatabaseUrl::Postgres(address(server, &name)), folder, name: Some(name) }
    }

    /// The address as the command line takes it.
    pub fn address(&self) -> String {
        match &self.url {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(address) => address.clone(),
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let (Some(name), Some(server)) = (&self.name, postgres()) {
            run(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}
