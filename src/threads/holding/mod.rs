//! What waits for approval: the limits on how much may be posted, what is held for a look, and what became of it.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Serialize};

/// The number of something that is held.
#[derive(Clone, Copy, Debug, Deserialize, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct HeldId(pub i64);
