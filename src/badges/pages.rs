//! What badges mean: all of them, and each.

mod meaning;

use actix_web::{HttpResponse, web};
use askama::Template;

use self::meaning::{Meaning, meaning};
use super::marks::grouped;
use super::rules::{Badge, Shown};
use super::store::{self, PolicyText};
use crate::accounts::viewer::Viewer;
use crate::error::Error;
use crate::gates::figures::rules::FEW;
use crate::members;
use crate::paths;
use crate::web::{Crumb, Day, Frame, Site, page};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/badges", web::get().to(list))
        .route("/badges/of/{handle}", web::get().to(of))
        .route("/badges/{slug}", web::get().to(badge));
}

#[derive(Template)]
#[template(path = "badges/list.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<BadgeRow>,
}

struct BadgeRow {
    badge: Badge,
    path: String,
    short: &'static str,
    held: String,
}

async fn list(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    let now = site.clock.now();
    let counting = site.db.read(move |conn| {
        let counts = Badge::ALL.map(|badge| store::count_shown(conn, badge, now));
        Ok(counts.into_iter().collect::<Result<Vec<i64>, _>>()?)
    });
    let counts = counting.await?;
    let rows = Badge::ALL.into_iter().zip(counts).map(|(badge, count)| BadgeRow {
        badge,
        path: paths::badge(badge.code()),
        short: meaning(badge).short,
        held: in_members(count),
    });
    let frame = Frame::new(&site, viewer.account(), "Badges")
        .described("What each badge means, what was checked for it, and what it does not say.")
        .with_crumbs(vec![Crumb::new("Badges", "/badges")])
        .canonical(&site, "/badges")
        .at("/badges");
    page(&ListPage { frame, rows: rows.collect() })
}

/// How many members show a badge, in words. Small numbers are not told: whoever knows the others would learn of one.
fn in_members(count: i64) -> String {
    if count < FEW { format!("Fewer than {FEW} members") } else { format!("{} members", grouped(count)) }
}

#[derive(Template)]
#[template(path = "badges/badge.html")]
struct BadgePage {
    frame: Frame,
    badge: Badge,
    path: String,
    meaning: Meaning,
    /// The policy that is the rule now.
    current: Option<PolicyRow>,
    /// Those before it, the newest first.
    earlier: Vec<PolicyRow>,
    held: String,
}

/// A policy version, as it is published.
struct PolicyRow {
    version: i64,
    published: Day,
    checked: String,
    /// Its own words, where they say more.
    words: String,
    valid: String,
}

async fn badge(
    site: web::Data<Site>,
    viewer: Viewer,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let badge = Badge::parse(&slug).ok_or(Error::NotFound)?;
    let now = site.clock.now();
    let loading = site.db.read(move |conn| {
        Ok((store::policy_texts(conn, badge, now)?, store::count_shown(conn, badge, now)?))
    });
    let (policies, count) = loading.await?;
    let mut policies = policies.into_iter().map(policy_row);
    let path = paths::badge(badge.code());
    let frame = Frame::new(&site, viewer.account(), badge.title())
        .described(meaning(badge).short)
        .with_crumbs(vec![Crumb::new("Badges", "/badges"), Crumb::new(badge.title(), &path)])
        .canonical(&site, &path)
        .at(&path);
    page(&BadgePage {
        frame,
        badge,
        path,
        meaning: meaning(badge),
        current: policies.next(),
        earlier: policies.collect(),
        held: in_members(count),
    })
}

#[derive(Template)]
#[template(path = "badges/of.html")]
struct OfPage {
    frame: Frame,
    /// Whether there is something to show elsewhere.
    is_embedded: bool,
    name: String,
    profile: String,
    rows: Vec<OfRow>,
}

struct OfRow {
    badge: Badge,
    fact: String,
    at: Day,
    until: Option<Day>,
    version: i64,
    policy: String,
}

fn of_row(shown: &Shown) -> OfRow {
    OfRow {
        badge: shown.badge,
        fact: shown.fact(),
        at: Day(shown.granted_at),
        until: shown.expires_at.map(Day),
        version: shown.policy_version,
        policy: format!("{}#policy-{}", paths::badge(shown.badge.code()), shown.policy_version),
    }
}

/// What was checked of a member. Whatever is not shown, for whichever reason, looks as if it never was.
async fn of(site: web::Data<Site>, viewer: Viewer, handle: web::Path<String>) -> Result<HttpResponse, Error> {
    let now = site.clock.now();
    let loading = site.db.read(move |conn| {
        let member = members::store::find(conn, &handle)?.ok_or(Error::NotFound)?;
        let shown = store::shown_by(conn, &[member.id], now)?.remove(&member.id).unwrap_or_default();
        Ok((member, shown))
    });
    let (member, shown) = loading.await?;
    let (path, title) = (paths::badges_of(&member.handle), format!("Badges of {}", member.name));
    let frame = Frame::new(&site, viewer.account(), &title)
        .described(format!("What was checked of {}, when, and under which policy.", member.name))
        .with_crumbs(vec![Crumb::new("Badges", "/badges"), Crumb::new(&member.name, &path)])
        .canonical(&site, &path)
        .at(&path);
    page(&OfPage {
        frame,
        is_embedded: shown.iter().any(|one| one.badge == Badge::IdentityVerified),
        profile: paths::member(&member.handle),
        name: member.name,
        rows: shown.iter().map(of_row).collect(),
    })
}

fn policy_row(policy: PolicyText) -> PolicyRow {
    PolicyRow {
        version: policy.version,
        published: Day(policy.published_at),
        valid: valid_for(policy.valid_months),
        words: if policy.words == policy.checked { String::new() } else { policy.words },
        checked: policy.checked,
    }
}

fn valid_for(months: Option<i64>) -> String {
    match months {
        None => "without an end".to_owned(),
        Some(1) => "1 month".to_owned(),
        Some(months) => format!("{months} months"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_not_told() {
        assert_eq!(in_members(0), in_members(9));
        assert_eq!(
            (in_members(9).as_str(), in_members(10).as_str()),
            ("Fewer than 10 members", "10 members")
        );
        assert_eq!(in_members(1204), "1,204 members");
    }
}
