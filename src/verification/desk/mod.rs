//! The agents' desk: the next case, never a chosen one; its page; the decision; and when agents are there.

pub mod actions;
pub mod letters;
pub mod pages;
pub mod rules;
pub mod store;
pub mod watermark;

use diesel_derive_newtype::DieselNewType;

/// The number of an agent's shift.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ShiftId(pub i64);
