//! The map of the site for search engines: what everyone may read.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::boards;
use crate::boards::rules::{Standing, readable};
use crate::clock::rfc3339;
use crate::error::Error;
use crate::paths;
use crate::threads::reading::store;
use crate::web::Site;

/// Addresses that one map may hold (sitemaps.org).
const ADDRESSES: usize = 50_000;

#[derive(Template)]
#[template(path = "threads/sitemap.xml")]
struct Map {
    origin: String,
    boards: Vec<String>,
    /// Addresses of threads, with their last posts.
    threads: Vec<(String, String)>,
}

pub(super) async fn sitemap(site: web::Data<Site>) -> Result<HttpResponse, Error> {
    let loading = site.db.read(|conn| {
        let boards = boards::store::all(conn)?;
        let open = readable(&boards, &Standing::default());
        let ids: Vec<_> = open.iter().map(|board| board.id).collect();
        // The home page is an address as well.
        let room = ADDRESSES.saturating_sub(open.len() + 1);
        let threads = store::for_everyone(conn, &ids, i64::try_from(room).unwrap_or(0))?;
        Ok((open.iter().map(|board| board.path()).collect(), threads))
    });
    let (boards, threads) = loading.await?;
    let threads = threads.into_iter().map(|(id, slug, last)| (paths::thread(id.0, &slug), rfc3339(last)));
    let map = Map { origin: site.settings.origin(), boards, threads: threads.collect() };
    let body = map.render().map_err(|cause| Error::internal(format!("a template failed: {cause}")))?;
    Ok(HttpResponse::Ok().content_type("application/xml; charset=utf-8").body(body))
}
