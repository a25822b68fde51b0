//! Where credentials are published, taken along and checked.

mod check;
mod embed;
mod own;
mod published;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::document::Issuer;
use crate::error::Error;
use crate::web::{Site, page_with};

/// The addresses of this room. They come before those of badges, whose pages have a name where these have a word.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/.well-known/did.json", web::get().to(published::did))
        .route("/.well-known/jwks.json", web::get().to(published::key_set))
        .route("/credentials/status/{list}", web::get().to(published::revoked))
        .route("/credentials/status/{list}/suspension", web::get().to(published::suspended))
        .route("/badges/check", web::get().to(check::form))
        .route("/badges/check", web::post().to(check::check))
        .route("/badges/of/{handle}.svg", web::get().to(embed::picture))
        .route("/oembed", web::get().to(embed::oembed))
        .route("/c/{token}", web::get().to(check::link))
        .route("/verification/credential", web::get().to(own::show))
        .route("/verification/credential", web::post().to(own::issue))
        .route("/verification/credential/end", web::post().to(own::end))
        .route("/verification/credential/links", web::post().to(own::make_link))
        .route("/verification/credential/links/{id}/end", web::post().to(own::end_link))
        .route("/verification/credential.jwt", web::get().to(own::token))
        .route("/verification/credential.json", web::get().to(own::file));
}

fn issuer(site: &Site) -> Issuer {
    Issuer::new(&site.settings.origin(), &site.settings.name)
}

/// A page that nobody keeps.
fn unkept(status: StatusCode, template: &impl Template) -> Result<HttpResponse, Error> {
    let mut answer = page_with(status, template)?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}
