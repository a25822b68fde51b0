//! The one test binary: every room through its front door, on SQLite or, with `TEST_DATABASE_URL` set, on
//! PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

mod accounts;
mod admin;
mod boards;
mod exchange;
mod jobs;
mod layout;
mod members;
mod moderation;
mod queries;
mod routes;
mod schema;
mod serve;
mod threads;
mod visitors;
