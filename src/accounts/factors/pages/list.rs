//! One's second factors, and the recovery codes that stand in for them.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{asks_who, office, private_page, status, who};
use crate::accounts::factors::passkeys::Passkeys;
use crate::accounts::factors::{actions, rules, store};
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::web::{Crumb, Frame, Site, When};

/// A factor in the list.
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) title: &'static str,
    pub(super) icon: &'static str,
    pub(super) added: When,
    pub(super) used: Option<When>,
}

impl Row {
    pub(super) fn of(factor: store::Factor) -> Self {
        Self {
            id: factor.id.0,
            name: factor.name,
            title: factor.kind.title(),
            icon: factor.kind.icon(),
            added: When(factor.added_at),
            used: factor.used_at.map(When),
        }
    }
}

/// The frame of a page about one's second factors.
pub(super) fn frame(site: &Site, member: &Member, title: &str) -> Frame {
    let mut crumbs = vec![Crumb::new("Settings", "/settings"), Crumb::new("Second factor", PATH)];
    if title != "Second factor" {
        crumbs.push(Crumb::new(title, ""));
    }
    Frame::new(site, member.account(), title).with_crumbs(crumbs)
}

pub(super) const PATH: &str = "/settings/second-factor";

#[derive(Template)]
#[template(path = "accounts/factors/list.html")]
struct ListPage {
    frame: Frame,
    good: Option<&'static str>,
    /// Whether the agents' desk led here.
    for_desk: bool,
    is_agent: bool,
    factors: Vec<Row>,
    recovery: i64,
    has_passkeys: bool,
}

#[derive(serde::Deserialize)]
pub(super) struct Arrived {
    #[serde(default)]
    saved: String,
    #[serde(default)]
    needed: String,
}

pub(super) async fn show(
    site: web::Data<Site>,
    member: Member,
    arrived: web::Query<Arrived>,
) -> Result<HttpResponse, Error> {
    let id = member.id;
    let loading = site.db.read(move |conn| Ok((store::list(conn, id)?, store::count_recovery(conn, id)?)));
    let (factors, recovery) = loading.await?;
    let good = match arrived.saved.as_str() {
        "app" => Some("The app is added. From now on you are asked for a code when you sign in."),
        "passkey" => Some("The passkey is added. From now on you are asked for it when you sign in."),
        "name" => Some("The name is saved."),
        "removed" => Some("It is removed, and no longer signs you in."),
        _ => None,
    };
    private_page(
        StatusCode::OK,
        &ListPage {
            frame: frame(&site, &member, "Second factor").at(PATH),
            good,
            for_desk: arrived.needed == "desk" && factors.is_empty(),
            is_agent: member.is_agent(),
            factors: factors.into_iter().map(Row::of).collect(),
            recovery,
            has_passkeys: Passkeys::of(&site.settings).is_some(),
        },
    )
}

#[derive(Template)]
#[template(path = "accounts/factors/recovery.html")]
struct RecoveryPage {
    frame: Frame,
    left: i64,
    asks_who: bool,
    problem: Option<String>,
    /// The codes, the one time they are shown.
    codes: Vec<String>,
}

pub(super) async fn recovery_form(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    recovery(&site, &member, None, Vec::new()).await
}

async fn recovery(
    site: &Site,
    member: &Member,
    problem: Option<String>,
    codes: Vec<String>,
) -> Result<HttpResponse, Error> {
    let id = member.id;
    let left = site.db.read(move |conn| Ok(store::count_recovery(conn, id)?)).await?;
    let asks_who = asks_who(site, member).await?;
    let frame = frame(site, member, "Recovery codes");
    private_page(status(problem.is_some()), &RecoveryPage { frame, left, asks_who, problem, codes })
}

#[derive(serde::Deserialize)]
pub(super) struct WhoForm {
    #[serde(default)]
    pub(super) who: String,
}

pub(super) async fn make_recovery(
    site: web::Data<Site>,
    member: Member,
    request: HttpRequest,
    form: web::Form<WhoForm>,
) -> Result<HttpResponse, Error> {
    if let Some(problem) = who(&site, &member, &request, form.into_inner().who).await? {
        return recovery(&site, &member, Some(problem.to_owned()), Vec::new()).await;
    }
    let (id, office, now) = (member.id, office(&site), site.clock.now());
    match site.db.write(move |conn| actions::make_recovery(conn, &office, id, now)).await {
        // The one answer that is no way elsewhere: the codes are in no address and in no store.
        Ok(codes) => {
            site.mail_queued.notify_one();
            recovery(&site, &member, None, codes).await
        }
        Err(Error::Refused(why)) => recovery(&site, &member, Some(why), Vec::new()).await,
        Err(other) => Err(other),
    }
}

const _: () = assert!(rules::RECOVERY_CODES == 10, "the page says ten");
