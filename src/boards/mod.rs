//! Boards: the places where threads stand, in a tree of two levels, each with a rule for reading and writing.

mod audience;

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;

pub use audience::Audience;
use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Serialize};

/// A board's number in the database.
#[derive(Clone, Copy, Debug, Deserialize, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct BoardId(pub i64);
