//! Reports of members, gathered in one case for each post, and the queue in which moderators find them.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Serialize};

/// A case's number.
#[derive(Clone, Copy, Debug, Deserialize, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct CaseId(pub i64);
