//! From live announcements to the banners that pages show.

use super::actions;
use super::store::Announcement;
use crate::clock::Time;
use crate::db::Db;
use crate::error::Error;
use crate::paths;
use crate::web::banners::{Banner, Banners};

/// Brings the banners in memory to what the database holds.
///
/// # Errors
/// When the database fails; the banners stay as they were.
pub async fn refresh(db: &Db, banners: &Banners, now: Time) -> Result<(), Error> {
    let (live, _) = db.read(move |conn| actions::live(conn, now)).await?;
    banners.set(live.into_iter().filter_map(|(one, slug)| banner(one, &slug)).collect());
    Ok(())
}

fn banner(one: Announcement, slug: &str) -> Option<Banner> {
    let (thread, number) = (one.thread?, one.banner_number?);
    Some(Banner {
        id: one.id.0,
        number,
        thread: thread.0,
        text: if one.banner_text.is_empty() { one.title } else { one.banner_text },
        path: paths::thread(thread.0, slug),
        audience: one.audience.0,
        ends_at: one.ends_at,
    })
}
