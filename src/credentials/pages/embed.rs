//! The badge on other sites: a picture that always shows the present, and what programs ask before they show it.

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::badges::rules::Badge;
use crate::badges::store::{PublicGrant, public_grant};
use crate::clock::date;
use crate::error::Error;
use crate::members;
use crate::paths;
use crate::web::Site;

/// How long others may keep the picture.
const KEEP: &str = "public, max-age=60";
/// How wide and high it is.
const SIZE: (i64, i64) = (300, 64);

#[derive(Template)]
#[template(path = "credentials/badge.svg", escape = "html")]
struct Picture {
    community: String,
    name: String,
    /// When it was checked, where the badge is shown.
    since: Option<String>,
}

/// A member's name, and their badge where they show it.
async fn find(site: &Site, handle: &str) -> Result<(String, Option<PublicGrant>), Error> {
    let (handle, now) = (handle.to_owned(), site.clock.now());
    let finding = site.db.read(move |conn| {
        let member = members::store::find(conn, &handle)?.ok_or(Error::NotFound)?;
        Ok((member.name, public_grant(conn, member.id, Badge::IdentityVerified, now)?))
    });
    finding.await
}

/// Words that do not run out of the picture.
fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let begin: String = text.chars().take(most - 1).collect();
    format!("{}…", begin.trim_end())
}

pub(super) async fn picture(site: web::Data<Site>, handle: web::Path<String>) -> Result<HttpResponse, Error> {
    let (name, shown) = find(&site, &handle).await?;
    let picture = Picture {
        community: short(&site.settings.name, 22),
        name: short(&name, 26),
        since: shown.map(|shown| date(shown.granted_at)),
    };
    let svg = picture.render().map_err(|cause| Error::internal(format!("a template failed: {cause}")))?;
    Ok(HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header((CACHE_CONTROL, KEEP))
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .body(svg))
}

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    url: String,
    #[serde(default)]
    format: String,
    maxwidth: Option<i64>,
}

/// The handle in the address of a profile or of a member's badges.
fn handle_in<'a>(url: &'a str, origin: &str) -> Option<&'a str> {
    let path = url.strip_prefix(origin)?.split(['?', '#']).next()?;
    let handle = path.strip_prefix("/badges/of/").or_else(|| path.strip_prefix("/u/"))?;
    let is_one = !handle.is_empty() && !handle.contains('/');
    is_one.then(|| handle.strip_suffix(".svg").unwrap_or(handle))
}

/// oEmbed 1.0, as JSON.
pub(super) async fn oembed(site: web::Data<Site>, asked: web::Query<Asked>) -> Result<HttpResponse, Error> {
    if !matches!(asked.format.as_str(), "" | "json") {
        return Ok(HttpResponse::NotImplemented()
            .content_type("text/plain")
            .body("JSON alone is spoken here."));
    }
    let origin = site.settings.origin();
    let handle = handle_in(&asked.url, &origin).ok_or(Error::NotFound)?;
    let (name, shown) = find(&site, handle).await?;
    let title = match shown {
        Some(_) => format!("{name}: {}", Badge::IdentityVerified.title()),
        None => format!("{name}: no badge is shown"),
    };
    let width = asked.maxwidth.map_or(SIZE.0, |most| most.clamp(1, SIZE.0));
    let (page, height) = (paths::badges_of(handle), (width * SIZE.1 / SIZE.0).max(1));
    // A handle has nothing in it that HTML would read otherwise.
    let html = format!(
        "<a href=\"{origin}{page}\"><img src=\"{origin}{page}.svg\" width=\"{width}\" height=\"{height}\" \
         alt=\"Identity badge: see what was checked\"></a>"
    );
    let answer = json!({
        "version": "1.0", "type": "rich", "title": title, "provider_name": site.settings.name,
        "provider_url": origin, "author_name": name, "author_url": format!("{origin}{}", paths::member(handle)),
        "cache_age": 60, "width": width, "height": height, "html": html,
    });
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, KEEP))
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .json(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_members_of_this_site_are_known() {
        let find = |url| handle_in(url, "https://forum.example");
        assert_eq!(find("https://forum.example/u/maria-k"), Some("maria-k"));
        assert_eq!(find("https://forum.example/badges/of/maria-k?x=1"), Some("maria-k"));
        for other in [
            "https://forum.example/u/",
            "https://forum.example/u/maria-k/posts",
            "https://forum.example.evil.example/u/maria-k",
            "https://evil.example/u/maria-k",
            "/u/maria-k",
            "",
        ] {
            assert_eq!(find(other), None, "{other}");
        }
    }

    #[test]
    fn long_names_are_cut_with_a_sign() {
        assert_eq!(short("Maria K.", 8), "Maria K.");
        assert_eq!(short("Maria Kowalska", 8), "Maria K…");
    }
}
