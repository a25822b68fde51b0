//! Gates: steps that a board, or a test among newcomers, asks for before one writes. They never touch the badge.

pub mod actions;
pub mod figures;
pub mod pages;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;

/// The number of a test among newcomers.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TestId(pub i64);
