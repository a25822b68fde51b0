//! Verification: how members prove a phone number and a document, meet an agent, and how agents check it.

pub mod appeals;
pub mod badge;
pub mod call;
pub mod desk;
pub mod document;
pub mod evidence;
pub mod pages;
pub mod phone;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;

/// The number of one attempt to have a document checked.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CaseId(pub i64);

/// The number of one sealed image.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EvidenceId(pub i64);
