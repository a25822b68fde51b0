//! The figures of a test in the database.

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::rules::Counts;
use crate::db::{Conn, decode, on_backend};
use crate::gates::TestId;
use crate::gates::rules::Arm;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    arm: String,
    #[diesel(sql_type = BigInt)]
    joined: i64,
    #[diesel(sql_type = BigInt)]
    moved: i64,
    #[diesel(sql_type = BigInt)]
    phone: i64,
    #[diesel(sql_type = BigInt)]
    document: i64,
    #[diesel(sql_type = BigInt)]
    posted: i64,
    #[diesel(sql_type = BigInt)]
    reported: i64,
}

/// What became of those who were asked, and of those who were not.
pub fn of(conn: &mut Conn, test: TestId) -> QueryResult<[Counts; 2]> {
    let statement = include_str!("figures.sql").replace(":test", &test.0.to_string());
    let rows: Vec<Row> = on_backend!(conn, |c| diesel::sql_query(statement).load(c))?;
    let mut both = [Counts::default(); 2];
    for row in rows {
        let place = usize::from(decode(&row.arm, Arm::parse)? == Arm::Control);
        let Row { joined, moved, phone, document, posted, reported, .. } = row;
        both[place] = Counts { joined, moved, phone, document, posted, reported };
    }
    Ok(both)
}
