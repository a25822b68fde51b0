//! Boards: the places where threads stand, in a tree of two levels, each with a rule for reading and writing.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;

/// A board's number in the database.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct BoardId(pub i64);
