//! Rollouts: a badge is opened to an audience in waves that the agents can serve, in an order that everybody can
//! compute again, and shown when it is fair to show it.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Serialize};

/// A rollout's number in the database.
#[derive(Clone, Copy, Debug, Deserialize, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct RolloutId(pub i64);
