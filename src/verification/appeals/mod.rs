//! Appeals against a decision of verification that nothing else opens again: a document that a senior agent declined,
//! a call that was not passed a second time, a badge that was refused, taken off or taken away.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;

/// The number of an appeal.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AppealId(pub i64);
