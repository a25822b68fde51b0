//! Second factors: passkeys and codes of an app, shown after the password and at the agents' desk.

pub mod actions;
pub mod pages;
pub mod passkeys;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;

/// A second factor's number in the database.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FactorId(pub i64);
