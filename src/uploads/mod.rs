//! Pictures in posts: taking them in, keeping them, and clearing away what nobody uses.

pub mod actions;
pub mod images;
pub mod pages;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;

/// A picture's number in the database.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UploadId(pub i64);
