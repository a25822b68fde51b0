//! What badges mean: all of them, and each.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::marks::grouped;
use super::rules::{Badge, Policy, Shown};
use super::store;
use crate::accounts::viewer::Viewer;
use crate::error::Error;
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

/// What a badge says and does not say, in words for anybody.
struct Meaning {
    short: &'static str,
    says: &'static [(&'static str, &'static str, &'static str)],
    does_not_say: &'static str,
}

fn meaning(badge: Badge) -> Meaning {
    match badge {
        Badge::IdentityVerified => Meaning {
            short: "A government document was read and its holder was seen in a live video call, under a published policy.",
            says: &[
                (
                    "document",
                    "A document passed",
                    "Photographed by the member, its machine-readable lines checked against what was typed, and read by an agent.",
                ),
                (
                    "video",
                    "A live call passed",
                    "An agent compared the face with the document. Nothing is recorded, and no machine matches faces.",
                ),
                (
                    "user",
                    "This name was bound",
                    "The badge belongs to the display name that was checked. Whoever changes the name loses the badge until the new name is checked.",
                ),
            ],
            does_not_say: "It does not say that a member is good at their work, that you should pay first, or that they are \
                           to be trusted. It carries no authority here. A member without it has not failed anything: \
                           verifying is optional, and not doing it changes nothing else.",
        },
        Badge::PhoneVerified => Meaning {
            short: "A code sent to a phone number came back. It says that the number was within reach, not whose it is.",
            says: &[(
                "phone",
                "A code came back",
                "Sent by text message or call, and typed in within ten minutes.",
            )],
            does_not_say: "It does not say who the member is, or that the number is in their name.",
        },
        Badge::PaymentMethodVerified => Meaning {
            short: "The marketplace told us that this client has a payment method that works.",
            says: &[(
                "card",
                "A payment method worked",
                "Told by the marketplace through a signed message. We never see the card or account.",
            )],
            does_not_say: "It does not say how much a client can pay, or that they will.",
        },
        Badge::BackgroundCheckPassed => Meaning {
            short: "An outside agency reported a check as passed, with the member's consent and within a stated scope.",
            says: &[(
                "shield",
                "An agency checked",
                "The member agreed to the check, saw the result first and chose to share it. The report itself is never stored here.",
            )],
            does_not_say: "It does not say anything outside the scope and the date of the check. A member without it may never have been asked.",
        },
    }
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

fn in_members(count: i64) -> String {
    match count {
        0 => "Nobody yet".to_owned(),
        1 => "1 member".to_owned(),
        many => format!("{} members", grouped(many)),
    }
}

#[derive(Template)]
#[template(path = "badges/badge.html")]
struct BadgePage {
    frame: Frame,
    badge: Badge,
    path: String,
    meaning: Meaning,
    policies: Vec<PolicyRow>,
    held: String,
}

struct PolicyRow {
    version: i64,
    published: Day,
    checked: String,
    valid: String,
    is_current: bool,
}

async fn badge(
    site: web::Data<Site>,
    viewer: Viewer,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let badge = Badge::parse(&slug).ok_or(Error::NotFound)?;
    let now = site.clock.now();
    let loading =
        site.db.read(move |conn| Ok((store::policies(conn)?, store::count_shown(conn, badge, now)?)));
    let (policies, count) = loading.await?;
    let own = policies.iter().filter(|policy| policy.badge == badge);
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
        policies: own.enumerate().map(|(place, policy)| policy_row(policy, place == 0)).collect(),
        held: in_members(count),
    })
}

#[derive(Template)]
#[template(path = "badges/of.html")]
struct OfPage {
    frame: Frame,
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
        profile: paths::member(&member.handle),
        name: member.name,
        rows: shown.iter().map(of_row).collect(),
    })
}

fn policy_row(policy: &Policy, is_current: bool) -> PolicyRow {
    PolicyRow {
        version: policy.version,
        published: Day(policy.published_at),
        checked: policy.checked.clone(),
        valid: policy
            .valid_months
            .map_or_else(|| "without an end".to_owned(), |months| format!("{months} months")),
        is_current,
    }
}
