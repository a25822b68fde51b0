//! The live call: booked or from the queue, held in the browser between member and agent, and decided.

pub mod actions;
pub mod pages;
pub mod room;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;

/// The number of a call.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CallId(pub i64);
