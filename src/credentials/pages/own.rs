//! The member's own page: taking the badge along, links to hand out, the picture for other sites.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{issuer, unkept};
use crate::accounts::viewer::Member;
use crate::badges::rules::Badge;
use crate::badges::store as badges;
use crate::credentials::rules::{Standing, Verdict, label};
use crate::credentials::store::{self, Link};
use crate::credentials::{LinkId, actions, document};
use crate::error::Error;
use crate::paths;
use crate::web::codes::{Picture, draw};
use crate::web::{Crumb, Day, Frame, Problems, Site, When, see_other};

const PATH: &str = "/verification/credential";

#[derive(Template)]
#[template(path = "credentials/own.html")]
struct OwnPage {
    frame: Frame,
    has_badge: bool,
    credential: Option<Shown>,
    links: Vec<LinkRow>,
    snippet: Option<Snippet>,
    typed: String,
    problems: Problems,
    good: Option<&'static str>,
}

/// The credential, as its owner sees it.
struct Shown {
    standing: Standing,
    title: &'static str,
    name: String,
    issued: Day,
    until: Option<Day>,
}

struct LinkRow {
    id: i64,
    label: String,
    made: When,
    address: String,
    code: Picture,
}

/// What to put on another site.
struct Snippet {
    picture: String,
    html: String,
}

#[derive(Default, serde::Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

#[derive(Default, serde::Deserialize)]
pub(super) struct LinkForm {
    #[serde(default)]
    label: String,
}

fn good(done: &str) -> Option<&'static str> {
    match done {
        "issued" => Some("Your credential is ready."),
        "ended" => Some("The credential was ended. Whoever checks it is told so."),
        "linked" => Some("The link is ready."),
        "unlinked" => Some("The link was ended."),
        _ => None,
    }
}

pub(super) async fn show(
    site: web::Data<Site>,
    member: Member,
    asked: web::Query<Done>,
) -> Result<HttpResponse, Error> {
    answer(&site, &member, StatusCode::OK, good(&asked.done), LinkForm::default(), Problems::none()).await
}

async fn answer(
    site: &Site,
    member: &Member,
    status: StatusCode,
    good: Option<&'static str>,
    form: LinkForm,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    let loading = site.db.read(move |conn| {
        let has_badge = badges::public_grant(conn, id, Badge::IdentityVerified, now)?.is_some();
        let Some(credential) = store::newest_of(conn, id)? else { return Ok((has_badge, None)) };
        let standing = actions::standing_of(conn, &credential, now)?;
        let links = store::links_of(conn, credential.id)?;
        Ok((has_badge, Some((credential, standing, links))))
    });
    let (has_badge, found) = loading.await?;
    let (mut credential, mut links) = (None, Vec::new());
    if let Some((own, standing, found)) = found {
        links = found.into_iter().map(|link| row(site, link)).collect::<Result<_, _>>()?;
        credential = Some(Shown {
            standing,
            title: Verdict::Stands(standing).title(),
            name: own.bound_name,
            issued: Day(own.issued_at),
            until: own.expires_at.map(Day),
        });
    }
    let frame = Frame::new(site, member.account(), "Your badge elsewhere")
        .with_crumbs(vec![
            Crumb::new("Verification", paths::VERIFICATION),
            Crumb::new("Your badge elsewhere", PATH),
        ])
        .at(PATH);
    let snippet = has_badge.then(|| snippet(site, &member.handle));
    let own = OwnPage { frame, has_badge, credential, links, snippet, typed: form.label, problems, good };
    unkept(status, &own)
}

fn row(site: &Site, link: Link) -> Result<LinkRow, Error> {
    let address = format!("{}/c/{}", site.settings.origin(), actions::link(&site.keys, link.id));
    let code = draw(&address)?;
    Ok(LinkRow { id: link.id.0, label: link.label, made: When(link.made_at), address, code })
}

fn snippet(site: &Site, handle: &str) -> Snippet {
    let (origin, page) = (site.settings.origin(), paths::badges_of(handle));
    let picture = format!("{page}.svg");
    let html = format!(
        "<a href=\"{origin}{page}\"><img src=\"{origin}{picture}\" width=\"300\" height=\"64\" alt=\"Identity badge: \
         see what was checked\"></a>"
    );
    Snippet { picture, html }
}

pub(super) async fn issue(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    // Drawing a key takes a second, so nobody has one drawn who may not have a credential.
    let has_badge =
        site.db.read(move |conn| Ok(badges::public_grant(conn, id, Badge::IdentityVerified, now)?.is_some()));
    if has_badge.await? {
        actions::prepare(&site.db, &site.keys, now).await?;
    }
    site.db.write(move |conn| actions::issue(conn, id, now)).await?;
    see_other("/verification/credential?done=issued")
}

pub(super) async fn end(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    site.db.write(move |conn| actions::end(conn, id, now)).await?;
    see_other("/verification/credential?done=ended")
}

pub(super) async fn make_link(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<LinkForm>,
) -> Result<HttpResponse, Error> {
    let refuse = StatusCode::UNPROCESSABLE_ENTITY;
    let name = match label(&form.label) {
        Ok(name) => name,
        Err(why) => {
            let problems = Problems::one("label", why);
            return answer(&site, &member, refuse, None, form.into_inner(), problems).await;
        }
    };
    let (id, keys, now) = (member.id, Arc::clone(&site.keys), site.clock.now());
    match site.db.write(move |conn| actions::make_link(conn, &keys, id, &name, now)).await {
        Ok(()) => see_other("/verification/credential?done=linked#links-title"),
        Err(Error::Refused(why)) => {
            let problems = Problems::one("label", why);
            answer(&site, &member, refuse, None, form.into_inner(), problems).await
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn end_link(
    site: web::Data<Site>,
    member: Member,
    link: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, link, now) = (member.id, LinkId(*link), site.clock.now());
    site.db.write(move |conn| actions::end_link(conn, id, link, now)).await?;
    see_other("/verification/credential?done=unlinked#links-title")
}

async fn signed(site: &Site, member: &Member) -> Result<String, Error> {
    let (id, keys, issuer) = (member.id, Arc::clone(&site.keys), issuer(site));
    let making = site.db.read(move |conn| {
        let credential = store::newest_of(conn, id)?.ok_or(Error::NotFound)?;
        actions::signed(conn, &keys, &issuer, &credential)
    });
    making.await
}

fn download(kind: &str, name: &str, body: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(body)
}

pub(super) async fn token(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let signed = signed(&site, &member).await?;
    Ok(download("application/vc+jwt", "identity-verified.jwt", signed))
}

pub(super) async fn file(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let envelope = document::envelope(&signed(&site, &member).await?);
    Ok(download("application/vc", "identity-verified.json", format!("{envelope:#}\n")))
}
