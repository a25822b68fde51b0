//! What programs elsewhere may ask, each with a token of its own.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;

/// The number of a token.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, PartialEq)]
pub struct ApiTokenId(pub i64);
