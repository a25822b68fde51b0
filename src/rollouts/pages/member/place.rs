//! `/rollouts/{id}/place`: one's own place, computed again step by step.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::Member;
use crate::badges::marks::grouped;
use crate::error::Error;
use crate::rollouts::RolloutId;
use crate::rollouts::actions;
use crate::rollouts::pages::public_path;
use crate::rollouts::rules::{Salt, line_to_type, place};
use crate::rollouts::store;
use crate::web::{Crumb, Frame, Site, page, private};

#[derive(Template)]
#[template(path = "rollouts/member/place.html")]
struct PlacePage {
    frame: Frame,
    title: String,
    public: String,
    rollout: i64,
    member: i64,
    salt_hash: String,
    percent: u8,
    open: Option<Computed>,
    /// Whether the member was in it.
    is_in_it: bool,
}

/// What can be computed once the salt is public.
struct Computed {
    salt_line: String,
    line: String,
    place: String,
    lower: String,
    whole: String,
    first: String,
    share: String,
}

pub(super) async fn show(
    site: web::Data<Site>,
    member: Member,
    path: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, who) = (RolloutId(*path), member.id);
    let loading = site.db.read(move |conn| {
        let rollout = actions::find(conn, id)?;
        let entry = store::entry(conn, id, who)?;
        let lower = match &entry {
            Some(entry) => Some((store::count_lower(conn, entry)?, store::tally(conn, id)?.whole())),
            None => None,
        };
        Ok((rollout, entry, lower))
    });
    let (rollout, entry, lower) = loading.await?;
    let approval = rollout.approval.as_ref().ok_or(Error::NotFound)?;
    let computed = |salt: &Salt| {
        let own = place(salt, id, who);
        let first = own.get(..8).unwrap_or_default().to_owned();
        let part = u32::from_str_radix(&first, 16).unwrap_or_default();
        Computed {
            salt_line: format!("printf %s {} | sha256sum", salt.as_str()),
            line: line_to_type(salt, id, who),
            lower: grouped(lower.map_or(0, |(lower, _)| lower)),
            whole: grouped(lower.map_or(0, |(_, whole)| whole)),
            share: format!("{:.2}", f64::from(part) * 100.0 / 4_294_967_296.0),
            first,
            place: own,
        }
    };
    let here = format!("{}/place", public_path(id));
    let frame = Frame::new(&site, member.account(), "Your place")
        .with_crumbs(vec![
            Crumb::new("Rollouts", "/rollouts"),
            Crumb::new(&rollout.plan.title, public_path(id)),
            Crumb::new("Your place", &here),
        ])
        .at(&here);
    Ok(private(page(&PlacePage {
        frame,
        title: rollout.plan.title.clone(),
        public: public_path(id),
        rollout: id.0,
        member: who.0,
        salt_hash: approval.salt_hash.clone(),
        percent: rollout.plan.percent,
        open: rollout.salt.as_ref().map(computed),
        is_in_it: entry.is_some(),
    })?))
}
