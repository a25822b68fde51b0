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
mod announcements;
mod blocks;
mod boards;
mod call_room;
mod calls;
mod desk;
mod documents;
mod drafts;
mod edits;
mod evidence;
mod exchange;
mod factors;
mod feeds;
mod gates;
mod grants;
mod invariants;
mod jobs;
mod keys;
mod layout;
mod likes;
mod live;
mod members;
mod moderation;
mod moving;
mod notifications;
mod phone;
mod phone_limits;
mod planted;
mod policies;
mod proof;
mod queries;
mod ranks;
mod reading;
mod rollouts;
mod routes;
mod schema;
mod serve;
mod stream;
mod talk;
mod texts;
mod threads;
mod uploads;
mod verification_appeals;
mod visitors;
