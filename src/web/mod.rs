//! What every page shares: the site's handles, the frame around a page, answers, headers, errors, assets.

pub mod address;
pub mod answers;
pub mod assets;
pub mod banners;
pub mod charts;
pub mod codes;
pub mod errors;
pub mod forgery;
pub mod forms;
pub mod frame;
pub mod headers;
pub mod multipart;
pub mod pager;
pub mod when;

use std::sync::Arc;

use crate::clock::Clock;
use crate::db::Db;
use crate::sealing::Keys;
use crate::settings::Settings;

pub use answers::{page, page_with, private, see_other};
pub use forms::Problems;
pub use frame::{Account, Crumb, Frame};
pub use when::{Day, When};

/// What handlers need: the database, the time, the settings. Cloning is cheap.
#[derive(Clone)]
pub struct Site {
    /// The door to the database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The settings.
    pub settings: Arc<Settings>,
    /// The site's keys.
    pub keys: Arc<Keys>,
    /// Styles, scripts and icons.
    pub assets: Arc<assets::Assets>,
    /// Whether this process serves a demo: one-click sign-in and the outbox page.
    pub demo: bool,
    /// Told when mail was queued, so that it leaves at once.
    pub mail_queued: Arc<tokio::sync::Notify>,
    /// Told when a text was queued, so that it leaves at once.
    pub texts_queued: Arc<tokio::sync::Notify>,
    /// What stands on top of every page until it is dismissed or over.
    pub banners: Arc<banners::Banners>,
}
