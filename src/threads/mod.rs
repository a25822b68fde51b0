//! Threads and their posts: the heart of the forum.

pub mod actions;
pub mod answers;
pub mod credit;
pub mod drafts;
pub mod edits;
pub mod holding;
pub mod likes;
pub mod live;
pub mod moving;
pub mod official;
pub mod pages;
pub mod readers;
pub mod reading;
pub mod rules;
pub mod store;
pub mod talk;
pub mod views;

use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Serialize};

/// A thread's number in the database and in its address.
#[derive(Clone, Copy, Debug, Deserialize, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct ThreadId(pub i64);

/// A post's number in the database and in its permalink; not its number in the thread.
#[derive(Clone, Copy, Debug, Deserialize, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct PostId(pub i64);
