//! Threads and their posts: the heart of the forum.

pub mod actions;
pub mod holding;
pub mod pages;
pub mod rules;
pub mod store;
pub mod views;

use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Serialize};

/// A thread's number in the database and in its address.
#[derive(Clone, Copy, Debug, Deserialize, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct ThreadId(pub i64);

/// A post's number in the database and in its permalink; not its number in the thread.
#[derive(Clone, Copy, Debug, Deserialize, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct PostId(pub i64);
