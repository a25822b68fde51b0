//! Accounts: joining, signing in, sessions. The only way to hold a member or a role in a handler.

pub mod actions;
pub mod agent;
pub mod demo;
pub mod devices;
pub mod email;
pub mod factors;
pub mod mails;
pub mod pages;
pub mod passwords;
pub mod rules;
pub mod store;
pub mod viewer;

use diesel_derive_newtype::DieselNewType;

/// A session's number in the database. The cookie holds a secret, not this.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SessionId(pub i64);
