//! Announcements: what managers tell the community, from the draft to the end, and how far it got. No thread
//! exists before an announcement is published, so a draft is found nowhere.

pub mod actions;
pub mod banners;
pub mod pages;
pub mod rules;
pub mod store;

use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Serialize};

/// An announcement's number in the database.
#[derive(Clone, Copy, Debug, Deserialize, DieselNewType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct AnnouncementId(pub i64);
