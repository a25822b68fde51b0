//! Policies of Identity Verified on their way: drafted, approved by somebody else, published with an announcement.
//! A published version never changes; what is in force is asked of `badges`.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Serialize};

/// A draft's number in the database.
#[derive(Clone, Copy, Debug, Deserialize, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct DraftId(pub i64);
