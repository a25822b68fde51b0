//! Telling programs elsewhere when a badge comes or goes (Standard Webhooks).

pub mod actions;
pub mod pages;
pub mod rules;
pub mod sending;
pub mod store;

use diesel_derive_newtype::DieselNewType;

/// The number of a webhook.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, PartialEq)]
pub struct HookId(pub i64);

/// The number of a message to one webhook.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, PartialEq)]
pub struct DeliveryId(pub i64);
