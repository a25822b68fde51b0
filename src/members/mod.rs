//! Members: who they are, what they may do (roles), how active they are (ranks) and how they stand in the
//! marketplace (tiers). Three things that look alike and are never mixed.

pub mod actions;
pub mod audit;
pub mod blocks;
pub mod pages;
pub mod ranks;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Serialize};

/// A member's number in the database.
#[derive(Clone, Copy, Debug, Deserialize, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct MemberId(pub i64);
