//! Styles, scripts and icons: inside the binary, under names that hold their content's hash.

use std::borrow::Cow;
use std::collections::HashMap;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::Site;
use super::frame::AssetLinks;
use crate::error::Error;
use crate::settings::Accent;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Embedded;

/// One file, ready to be sent.
struct Asset {
    bytes: Cow<'static, [u8]>,
    kind: &'static str,
    hash: String,
}

/// Every file that pages load, by the name in its address.
pub struct Assets {
    by_name: HashMap<String, Asset>,
    links: AssetLinks,
}

impl Assets {
    /// Gathers the files: the styles are put together in the order of their names, and the community's
    /// colours become a small sheet of their own.
    #[must_use]
    pub fn gather(accent: &Accent) -> Self {
        let mut assets = Self { by_name: HashMap::new(), links: empty_links() };
        let mut names: Vec<Cow<'static, str>> = Embedded::iter().collect();
        names.sort_unstable();
        let mut styles = Vec::new();
        let (mut scripts, mut call_scripts) = (Vec::new(), Vec::new());
        for name in names {
            let Some(file) = Embedded::get(&name) else {
                continue;
            };
            if name.starts_with("styles/") {
                styles.extend_from_slice(&file.data);
            } else if let Some(script) = name.strip_prefix("scripts/call/") {
                call_scripts.push(assets.add(script, file.data));
            } else if let Some(script) = name.strip_prefix("scripts/") {
                scripts.push(assets.add(script, file.data));
            } else {
                assets.add(&name, file.data);
            }
        }
        assets.links.styles = assets.add("site.css", Cow::Owned(styles));
        assets.links.icons = assets.link("icons.svg");
        (assets.links.scripts, assets.links.call_scripts) = (scripts, call_scripts);
        if let Some(theme) = theme(accent) {
            assets.links.theme = assets.add("theme.css", Cow::Owned(theme.into_bytes()));
        }
        assets
    }

    /// Addresses for the frame of a page.
    #[must_use]
    pub fn links(&self) -> AssetLinks {
        self.links.clone()
    }

    fn add(&mut self, name: &str, bytes: Cow<'static, [u8]>) -> String {
        let hash = HEXLOWER.encode(&Sha256::digest(&bytes)[..6]);
        self.by_name.insert(name.to_owned(), Asset { bytes, kind: kind(name), hash });
        self.link(name)
    }

    fn link(&self, name: &str) -> String {
        self.by_name.get(name).map_or_else(String::new, |asset| format!("/assets/{name}?v={}", asset.hash))
    }
}

fn empty_links() -> AssetLinks {
    AssetLinks {
        styles: String::new(),
        theme: String::new(),
        icons: String::new(),
        scripts: Vec::new(),
        call_scripts: Vec::new(),
    }
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// A small sheet that puts the community's colours in the place of ours.
fn theme(accent: &Accent) -> Option<String> {
    let modes = [("light", "black", accent.light), ("dark", "white", accent.dark)];
    let sheets = modes.into_iter().filter_map(|(mode, deeper, colour)| {
        let (accent, ink) = (colour?.code(), colour?.ink().code());
        Some(format!(
            "@media screen and (prefers-color-scheme: {mode}) {{ :root {{ --accent: {accent}; --accent-ink: {ink}; \
             --accent-deep: color-mix(in oklab, {accent} 75%, {deeper}); \
             --accent-wash: color-mix(in oklab, {accent} 14%, var(--paper)); }} }}\n"
        ))
    });
    let sheet: String = sheets.collect();
    (!sheet.is_empty()).then_some(sheet)
}

/// Sends a file. Asked for by its hash it may be kept for good, otherwise it is asked about each time.
async fn send(
    site: web::Data<Site>,
    name: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let asset = site.assets.by_name.get(name.as_str()).ok_or(Error::NotFound)?;
    let is_hashed = request.query_string().strip_prefix("v=") == Some(asset.hash.as_str());
    let keep = if is_hashed { "public, max-age=31536000, immutable" } else { "public, no-cache" };
    let tag = format!("\"{}\"", asset.hash);
    let known = request.headers().get(IF_NONE_MATCH).is_some_and(|sent| sent.as_bytes() == tag.as_bytes());
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((CACHE_CONTROL, HeaderValue::from_static(keep))).insert_header((ETAG, tag));
    if known {
        return Ok(answer.finish());
    }
    let body = match &asset.bytes {
        Cow::Borrowed(bytes) => web::Bytes::from_static(bytes),
        Cow::Owned(bytes) => web::Bytes::copy_from_slice(bytes),
    };
    Ok(answer.insert_header((CONTENT_TYPE, HeaderValue::from_static(asset.kind))).body(body))
}

async fn robots(site: web::Data<Site>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(format!(
        "User-agent: *\nDisallow: /login\nDisallow: /join\nDisallow: /reset\nDisallow: /settings\nDisallow: /admin\n\
         Disallow: /verification\nDisallow: /agent\nDisallow: /unread\nDisallow: /bookmarks\n\nSitemap: {}/sitemap.xml\n",
        site.settings.origin()
    ))
}

async fn favicon(site: web::Data<Site>) -> Result<HttpResponse, Error> {
    let icon = site.assets.by_name.get("favicon.svg").ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok().content_type(icon.kind).body(icon.bytes.to_vec()))
}

/// The addresses of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/assets/{name}", web::get().to(send))
        .route("/robots.txt", web::get().to(robots))
        .route("/favicon.ico", web::get().to(favicon));
}
