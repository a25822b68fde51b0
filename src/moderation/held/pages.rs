//! The pages on which moderators decide on what was held.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError, web};
use askama::Template;

use crate::accounts::viewer::Moderator;
use crate::acts;
use crate::acts::rules::Grounds;
use crate::acts::store::CommunityRule;
use crate::boards;
use crate::boards::rules::{Standing, find_readable};
use crate::db::Conn;
use crate::error::Error;
use crate::moderation::pages::actor;
use crate::text::{Format, SafeHtml, render};
use crate::threads::holding::store::{self, Held, Outcome};
use crate::threads::holding::{HeldId, actions};
use crate::web::{Crumb, Frame, Problems, Site, page, page_with, see_other};

/// Posts on a page.
const SHOWN: i64 = 30;

/// The addresses of this part of the room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/moderation/held", web::get().to(list))
        .route("/moderation/held/{id}", web::get().to(one))
        .route("/moderation/held/{id}", web::post().to(decide));
}

#[derive(Debug, Default, serde::Deserialize)]
struct From {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "moderation/held_list.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Held>,
    next: Option<String>,
}

async fn list(
    site: web::Data<Site>,
    moderator: Moderator,
    from: web::Query<From>,
) -> Result<HttpResponse, Error> {
    let after = from.after.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0);
    let standing = moderator.0.standing();
    let loading = site.db.read(move |conn| {
        let rows = store::waiting(conn, after, SHOWN + 1)?;
        let boards = boards::store::all(conn)?;
        let most = usize::try_from(SHOWN).unwrap_or(usize::MAX);
        let next = (rows.len() > most).then(|| rows[most - 1].id.0);
        let may_read = |held: &Held| find_readable(&boards, held.board, &standing).is_some();
        Ok((rows.into_iter().take(most).filter(may_read).collect(), next))
    });
    let (rows, next) = loading.await?;
    page(&ListPage {
        frame: Frame::new(&site, moderator.0.account(), "Held posts")
            .with_crumbs(vec![Crumb::new("Moderation", "/moderation"), Crumb::new("Held posts", "")]),
        rows,
        next: next.map(|last| format!("/moderation/held?after={last}")),
    })
}

#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
struct HeldForm {
    decision: String,
    rule: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "moderation/held.html")]
struct HeldPage {
    frame: Frame,
    held: Held,
    html: SafeHtml,
    rules: Vec<CommunityRule>,
    form: HeldForm,
    problems: Problems,
    refusal: Option<String>,
}

impl HeldPage {
    fn waits(&self) -> bool {
        self.held.outcome == Outcome::Waits
    }
}

/// Something held that a moderator of this standing may read.
fn find(conn: &mut Conn, id: HeldId, standing: &Standing) -> Result<Held, Error> {
    let held = store::find(conn, id)?.ok_or(Error::NotFound)?;
    let boards = boards::store::all(conn)?;
    find_readable(&boards, held.board, standing).ok_or(Error::NotFound)?;
    Ok(held)
}

async fn show(
    site: &Site,
    moderator: &Moderator,
    status: StatusCode,
    id: HeldId,
    filled: (HeldForm, Problems, Option<String>),
) -> Result<HttpResponse, Error> {
    let standing = moderator.0.standing();
    let loading = site.db.read(move |conn| {
        let held = find(conn, id, &standing)?;
        let version = acts::store::version(conn)?;
        Ok((held, acts::store::rules_of(conn, version)?))
    });
    let (held, rules) = loading.await?;
    let way = vec![
        Crumb::new("Moderation", "/moderation"),
        Crumb::new("Held posts", "/moderation/held"),
        Crumb::new(&held.title, ""),
    ];
    let (form, problems, refusal) = filled;
    let page = HeldPage {
        frame: Frame::new(site, moderator.0.account(), "A held post").with_crumbs(way),
        html: render(Format::Markdown, &held.body),
        held,
        rules,
        form,
        problems,
        refusal,
    };
    page_with(status, &page)
}

async fn one(site: web::Data<Site>, moderator: Moderator, id: web::Path<i64>) -> Result<HttpResponse, Error> {
    let filled = (HeldForm::default(), Problems::none(), None);
    show(&site, &moderator, StatusCode::OK, HeldId(*id), filled).await
}

async fn decide(
    site: web::Data<Site>,
    moderator: Moderator,
    id: web::Path<i64>,
    form: web::Form<HeldForm>,
) -> Result<HttpResponse, Error> {
    let (id, form) = (HeldId(*id), form.into_inner());
    let standing = moderator.0.standing();
    let held = site.db.read(move |conn| find(conn, id, &standing)).await?;
    let outcome = match form.decision.as_str() {
        "approve" => approve(&site, &moderator, held).await,
        _ => match grounds(&form) {
            Ok(grounds) => refuse(&site, &moderator, held, grounds).await,
            Err(problems) => {
                let filled = (form, problems, None);
                return show(&site, &moderator, StatusCode::UNPROCESSABLE_ENTITY, id, filled).await;
            }
        },
    };
    match outcome {
        Ok(()) => see_other("/moderation/held"),
        Err(why @ (Error::Refused(_) | Error::Conflict(_))) => {
            let filled = (form, Problems::none(), Some(why.to_string()));
            show(&site, &moderator, why.status_code(), id, filled).await
        }
        Err(other) => Err(other),
    }
}

fn grounds(form: &HeldForm) -> Result<Grounds, Problems> {
    let mut problems = Problems::none();
    let rule = problems.check("rule", acts::rules::rule(&form.rule));
    let reason = problems.check("reason", acts::rules::reason(&form.reason));
    match (rule, reason) {
        (Some(rule), Some(reason)) => Ok(Grounds { rule, reason }),
        _ => Err(problems),
    }
}

async fn approve(site: &Site, moderator: &Moderator, held: Held) -> Result<(), Error> {
    let rendered = actions::rendered(&held)?;
    let named = rendered.named.clone();
    let looking = site.db.read(move |conn| Ok((actions::pointed(conn, &held, &named)?, held)));
    let (pointed, held) = looking.await?;
    let written = rendered.pointing(pointed, held.request_id.clone());
    let (by, now) = (moderator.0.id, site.clock.now());
    site.db.write(move |conn| actions::approve(conn, &held, &written, by, now).map(|_| ())).await
}

async fn refuse(site: &Site, moderator: &Moderator, held: Held, grounds: Grounds) -> Result<(), Error> {
    let (by, now) = (actor(&moderator.0)?, site.clock.now());
    site.db.write(move |conn| actions::refuse(conn, &held, by, &grounds, now).map(|_| ())).await
}
