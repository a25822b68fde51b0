//! What staff do: every act names a rule of the community and a reason. The rules stand here in versions, and the
//! acts beside them, so that every room that acts writes them down in one way.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Serialize};

/// An act's number in the database.
#[derive(Clone, Copy, Debug, Deserialize, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct ActId(pub i64);
