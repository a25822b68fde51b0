//! What members are told of: in the page, and by mail at once or once a day. Workers make it from the outbox.

pub mod actions;
mod mails;
pub mod pages;
pub mod rules;
pub mod store;
pub mod unsubscribe;

use diesel_derive_newtype::DieselNewType;

/// A notification's number in the database.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct NotificationId(pub i64);
