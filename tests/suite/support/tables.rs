//! The tables as `src/db/schema.rs` describes them, and what stands in them.

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl};
use touchstone::db::Conn;

/// A table of `schema.rs`.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub key: Vec<String>,
    pub columns: Vec<Column>,
}

/// A column of `schema.rs`.
#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub kind: String,
    pub is_nullable: bool,
}

/// The source of `schema.rs` and of its parts.
pub fn source() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/db/schema");
    let parts = std::fs::read_dir(path).unwrap().map(|part| part.unwrap().path());
    let files = parts.chain([format!("{path}.rs").into()]);
    files.map(|file| std::fs::read_to_string(file).unwrap()).collect::<Vec<_>>().join("\n")
}

/// Every table of `schema.rs`.
pub fn described() -> Vec<Table> {
    let source = source();
    let blocks = source.split("diesel::table! {").skip(1);
    blocks.map(|block| table(block.split("\n}").next().unwrap())).collect()
}

/// Reads `members (id) { id -> BigInt, … }`.
fn table(block: &str) -> Table {
    let (head, body) = block.split_once(") {").unwrap();
    let (name, key) = head.split_once('(').unwrap();
    let lines = body.lines().filter_map(|line| line.trim().split_once(" -> "));
    let columns = lines.map(|(name, kind)| {
        let kind = kind.trim_end_matches(',');
        let inner = kind.strip_prefix("Nullable<").map(|inner| inner.trim_end_matches('>'));
        Column { name: name.to_owned(), kind: inner.unwrap_or(kind).to_owned(), is_nullable: inner.is_some() }
    });
    Table {
        name: name.trim().to_owned(),
        key: key.split(", ").map(str::to_owned).collect(),
        columns: columns.collect(),
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// What a query that answers with one text column, named `line`, answers with.
pub fn lines(conn: &mut Conn, query: &str) -> Vec<String> {
    let query = diesel::sql_query(query);
    let rows: Vec<Line> = match conn {
        Conn::Sqlite(conn) => query.load(conn),
        Conn::Postgres(conn) => query.load(conn),
    }
    .unwrap();
    rows.into_iter().map(|row| row.line).collect()
}

/// Every row of every table, as text, in an order of its own.
pub fn rows(conn: &mut Conn) -> Vec<String> {
    let mut all = Vec::new();
    for table in described() {
        let columns = table.columns.iter().filter(|column| column.kind != "Binary");
        let texts: Vec<String> = columns
            .map(|column| format!("coalesce(CAST({}.{} AS TEXT), '(none)')", table.name, column.name))
            .collect();
        let query = format!("SELECT {} AS line FROM {}", texts.join(" || '|' || "), table.name);
        let mut rows = lines(conn, &query);
        rows.sort();
        all.extend(rows.into_iter().map(|row| format!("{}: {row}", table.name)));
    }
    all
}
