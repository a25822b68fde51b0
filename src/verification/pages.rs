//! A member's own verification: where they stand, and the policy. Nothing here can be begun yet, and the
//! page says so.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::rules::{Standing, standing};
use crate::accounts::viewer::Member;
use crate::badges;
use crate::badges::rules::{Badge, Shown};
use crate::clock::date;
use crate::error::Error;
use crate::web::{Crumb, Day, Frame, Site, page};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/verification", web::get().to(status));
}

#[derive(Template)]
#[template(path = "verification/status.html")]
struct StatusPage {
    frame: Frame,
    lede: String,
    identity: Option<ShownRow>,
    phone: Option<ShownRow>,
    past: Vec<PastRow>,
    policy: Option<PolicyRow>,
}

struct ShownRow {
    fact: String,
    until: Option<String>,
}

struct PastRow {
    title: &'static str,
    at: Day,
    policy: i64,
    state: &'static str,
    name: String,
}

struct PolicyRow {
    version: i64,
    published: Day,
    checked: String,
    valid_months: Option<i64>,
}

impl From<&Shown> for ShownRow {
    fn from(shown: &Shown) -> Self {
        Self { fact: shown.fact(), until: shown.expires_at.map(date) }
    }
}

async fn status(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    let loading = site.db.read(move |conn| {
        let shown = badges::store::shown_by(conn, &[id], now)?.remove(&id).unwrap_or_default();
        let grants = badges::store::grants_of(conn, &[id])?.remove(&id).unwrap_or_default();
        Ok((shown, grants, badges::store::policies(conn)?))
    });
    let (shown, grants, policies) = loading.await?;
    let standing = standing(member.tier, &shown, &grants);
    let of = |badge| shown.iter().find(|one| one.badge == badge).map(ShownRow::from);
    let policy = policies.iter().find(|policy| policy.badge == Badge::IdentityVerified);
    let mut newest_first: Vec<_> = grants.iter().collect();
    newest_first.sort_by_key(|grant| std::cmp::Reverse(grant.granted_at));
    let past = newest_first.into_iter().map(|grant| PastRow {
        title: grant.badge.title(),
        at: Day(grant.granted_at),
        policy: grant.policy_version,
        state: grant.state.code(),
        name: grant.bound_name.clone(),
    });
    let frame = Frame::new(&site, member.account(), "Your verification")
        .with_crumbs(vec![Crumb::new("Verification", "/verification")])
        .at("/verification");
    let mut answer = page(&StatusPage {
        frame,
        lede: lede(&standing),
        identity: of(Badge::IdentityVerified),
        phone: of(Badge::PhoneVerified),
        past: past.collect(),
        policy: policy.map(|policy| PolicyRow {
            version: policy.version,
            published: Day(policy.published_at),
            checked: policy.checked.clone(),
            valid_months: policy.valid_months,
        }),
    })?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

fn lede(standing: &Standing) -> String {
    match standing {
        Standing::Verified => "Your identity is verified, and the badge stands beside your posts.".to_owned(),
        Standing::Off(why) => format!("Your badge is not shown. {why}"),
        Standing::Eligible(tier) => {
            format!(
                "You are eligible, because you are {}. Verification is not open yet, so there is nothing to do today.",
                tier.title()
            )
        }
        Standing::NotYet => {
            "Verification is not open yet. When it opens, Top Rated members come first, and others later."
                .to_owned()
        }
    }
}
