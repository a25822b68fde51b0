//! Proof elsewhere: what a member takes along of a badge, and how others check it without asking us twice.

pub mod actions;
pub mod api;
pub mod bits;
pub mod document;
pub mod hooks;
pub mod pages;
pub mod rules;
pub mod signing;
pub mod store;

use diesel_derive_newtype::DieselNewType;

/// The number of a credential.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CredentialId(pub i64);

/// The number of a link that shows a credential.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LinkId(pub i64);
