//! Taking second factors from a member who lost them all: an administrator's page.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::list::Row;
use super::{asks_who, office, private_page, status, who};
use crate::accounts::factors::rules::LONGEST_REASON;
use crate::accounts::factors::{actions, rules, store};
use crate::accounts::viewer::Administrator;
use crate::error::Error;
use crate::members::store::{self as members, Member};
use crate::web::{Crumb, Frame, Problems, Site, see_other};

#[derive(Template)]
#[template(path = "accounts/factors/lost.html")]
struct LostPage {
    frame: Frame,
    member: Member,
    factors: Vec<Row>,
    recovery: i64,
    is_own: bool,
    reason: String,
    longest: usize,
    asks_who: bool,
    problems: Problems,
}

/// The form as it was sent.
#[derive(Default, serde::Deserialize)]
pub(super) struct LostForm {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    who: String,
}

pub(super) async fn form(
    site: web::Data<Site>,
    administrator: Administrator,
    handle: web::Path<String>,
) -> Result<HttpResponse, Error> {
    respond(&site, &administrator, handle.into_inner(), String::new(), Problems::none()).await
}

async fn respond(
    site: &Site,
    administrator: &Administrator,
    handle: String,
    reason: String,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let loading = site.db.read(move |conn| {
        let member = members::find(conn, &handle)?.ok_or(Error::NotFound)?;
        let factors = store::list(conn, member.id)?;
        let recovery = store::count_recovery(conn, member.id)?;
        Ok((member, factors, recovery))
    });
    let (member, factors, recovery) = loading.await?;
    let crumbs = vec![
        Crumb::new("Admin", "/admin"),
        Crumb::new("Members", "/admin/members"),
        Crumb::new(&member.name, format!("/admin/members/{}", member.handle)),
        Crumb::new("Second factor", ""),
    ];
    private_page(
        status(!problems.is_empty()),
        &LostPage {
            frame: Frame::new(site, administrator.0.account(), "Remove second factors").with_crumbs(crumbs),
            is_own: rules::may_reset(member.id, administrator.0.id).is_err(),
            factors: factors.into_iter().map(Row::of).collect(),
            recovery,
            reason,
            longest: LONGEST_REASON,
            asks_who: asks_who(site, &administrator.0).await?,
            problems,
            member,
        },
    )
}

pub(super) async fn reset(
    site: web::Data<Site>,
    administrator: Administrator,
    request: HttpRequest,
    handle: web::Path<String>,
    form: web::Form<LostForm>,
) -> Result<HttpResponse, Error> {
    let (handle, LostForm { reason, who: shown }) = (handle.into_inner(), form.into_inner());
    let mut problems = Problems::none();
    problems.check("reason", rules::reason(&reason));
    // A recovery code is not used up for a form that comes back anyway.
    if problems.is_empty()
        && let Some(problem) = who(&site, &administrator.0, &request, shown).await?
    {
        problems.add("who", problem);
    }
    if !problems.is_empty() {
        return respond(&site, &administrator, handle, reason, problems).await;
    }
    let (office, by, now) = (office(&site), administrator.0.id, site.clock.now());
    let (whose, why) = (handle.clone(), reason.clone());
    match site.db.write(move |conn| actions::reset(conn, &office, &whose, &why, by, now)).await {
        Ok(()) => {
            site.mail_queued.notify_one();
            see_other(&format!("/admin/members/{handle}?saved=factors"))
        }
        Err(Error::Refused(why)) => {
            respond(&site, &administrator, handle, reason, Problems::one("reason", why)).await
        }
        Err(other) => Err(other),
    }
}
