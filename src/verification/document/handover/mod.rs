//! Going on with the phone: a link that is used once lets one phone send the images of one case, and nothing else.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;

/// The number of one handover.
#[derive(Clone, Copy, Debug, DieselNewType, Eq, Hash, PartialEq)]
pub struct HandoverId(pub i64);
