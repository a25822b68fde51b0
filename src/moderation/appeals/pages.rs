//! Notices of what was done, appeals against it, and where they are decided.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError, web};
use askama::Template;

use super::actions;
use super::rules::{Decision, may_appeal, may_decide, words};
use super::store::{self, Appeal};
use crate::accounts::viewer::{Member, Moderator};
use crate::acts::ActId;
use crate::acts::rules::reason;
use crate::acts::store::Act;
use crate::error::Error;
use crate::moderation::pages::actor;
use crate::web::{Crumb, Frame, Problems, Site, When, page, page_with, see_other};
use crate::{acts, members, paths};

/// Notices and appeals on a page.
const SHOWN: i64 = 30;

/// The addresses of this part of the room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/notices", web::get().to(notices))
        .route("/notices/{act}", web::get().to(notice))
        .route("/notices/{act}/appeal", web::post().to(appeal))
        .route("/notices/{act}/reverse", web::post().to(lift))
        .route("/moderation/appeals", web::get().to(waiting))
        .route("/moderation/appeals/{act}", web::post().to(decide));
}

#[derive(Debug, Default, serde::Deserialize)]
struct From {
    before: Option<String>,
}

#[derive(Template)]
#[template(path = "moderation/notices.html")]
struct NoticesPage {
    frame: Frame,
    acts: Vec<Act>,
    older: Option<String>,
    silenced: Option<When>,
    suspended: Option<When>,
}

async fn notices(
    site: web::Data<Site>,
    member: Member,
    from: web::Query<From>,
) -> Result<HttpResponse, Error> {
    let before = from.before.as_deref().and_then(|text| text.parse().ok()).unwrap_or(i64::MAX);
    let (reader, now) = (member.id, site.clock.now());
    let loading = site.db.read(move |conn| Ok(acts::store::of_member(conn, reader, before, SHOWN + 1)?));
    let mut acts = loading.await?;
    let most = usize::try_from(SHOWN).unwrap_or(usize::MAX);
    let is_more = acts.len() > most;
    acts.truncate(most);
    let last = acts.last().map(|act| act.id.0).filter(|_| is_more);
    let still = |until: Option<crate::clock::Time>| until.filter(|until| *until > now).map(When);
    page(&NoticesPage {
        frame: Frame::new(&site, member.account(), "Your notices").at("/notices"),
        older: last.map(|last| format!("/notices?before={last}")),
        acts,
        silenced: still(member.state.silenced_until),
        suspended: still(member.state.suspended_until),
    })
}

/// The forms of a notice as they were sent.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
struct NoticeForm {
    words: String,
    decision: String,
    reason: String,
}

#[expect(clippy::struct_excessive_bools, reason = "each says whether one part of the page is shown")]
#[derive(Template)]
#[template(path = "moderation/notice.html")]
struct NoticePage {
    frame: Frame,
    act: Act,
    /// The name and address of whom it concerns, for moderators.
    concerns: Option<(String, String)>,
    appeal: Option<Appeal>,
    is_own: bool,
    moderates: bool,
    may_appeal: bool,
    /// Why this moderator may not decide, where an appeal waits.
    may_not_decide: Option<String>,
    may_lift: bool,
    form: NoticeForm,
    problems: Problems,
    refusal: Option<String>,
}

impl NoticePage {
    fn of(
        site: &Site,
        member: &Member,
        (act, appeal, concerned): (Act, Option<Appeal>, Option<members::store::Member>),
        (form, problems, refusal): (NoticeForm, Problems, Option<String>),
    ) -> Self {
        let is_own = act.member == Some(member.id);
        let moderates = member.moderates() && !is_own;
        let (before, path) =
            if is_own { ("Your notices", "/notices") } else { ("Moderation", "/moderation") };
        let open = appeal.as_ref().filter(|appeal| appeal.decided.is_none());
        let refusing = open.and_then(|appeal| may_decide(member.id, act.actor, appeal.member).err());
        Self {
            frame: Frame::new(site, member.account(), act.kind.title())
                .with_crumbs(vec![Crumb::new(before, path), Crumb::new(act.kind.title(), "")]),
            is_own,
            moderates,
            may_appeal: is_own && may_appeal(act.kind, act.reversed_at.is_some(), appeal.is_some()).is_ok(),
            may_not_decide: refusing.map(|why| why.to_string()),
            concerns: concerned.map(|one| (one.name, paths::member(&one.handle))),
            may_lift: moderates && act.kind.is_undone() && act.reversed_at.is_none() && open.is_none(),
            act,
            appeal,
            form,
            problems,
            refusal,
        }
    }

    fn waits(&self) -> bool {
        self.appeal.as_ref().is_some_and(|appeal| appeal.decided.is_none())
    }

    fn post_path(&self) -> Option<String> {
        self.act.post.map(|post| paths::post(post.0))
    }
}

async fn show(
    site: &Site,
    member: &Member,
    status: StatusCode,
    id: ActId,
    filled: (NoticeForm, Problems, Option<String>),
) -> Result<HttpResponse, Error> {
    let (reader, moderates) = (member.id, member.moderates());
    let loading = site.db.read(move |conn| {
        let act = acts::store::find(conn, id)?.filter(|act| moderates || act.member == Some(reader));
        let act = act.ok_or(Error::NotFound)?;
        let others: Vec<_> = act.member.into_iter().filter(|one| *one != reader).collect();
        let concerned = members::store::by_ids(conn, &others)?.into_values().next();
        Ok((act, store::find(conn, id)?, concerned))
    });
    page_with(status, &NoticePage::of(site, member, loading.await?, filled))
}

async fn notice(site: web::Data<Site>, member: Member, act: web::Path<i64>) -> Result<HttpResponse, Error> {
    let filled = (NoticeForm::default(), Problems::none(), None);
    show(&site, &member, StatusCode::OK, ActId(*act), filled).await
}

/// Leads back to the notice, or shows it with what stood in the way.
async fn answer(
    site: &Site,
    member: &Member,
    id: ActId,
    form: NoticeForm,
    outcome: Result<(), Error>,
) -> Result<HttpResponse, Error> {
    match outcome {
        Ok(()) => see_other(&paths::notice(id.0)),
        Err(why @ (Error::Conflict(_) | Error::Forbidden(_) | Error::Refused(_))) => {
            let filled = (form, Problems::none(), Some(why.to_string()));
            show(site, member, why.status_code(), id, filled).await
        }
        Err(other) => Err(other),
    }
}

async fn appeal(
    site: web::Data<Site>,
    member: Member,
    act: web::Path<i64>,
    form: web::Form<NoticeForm>,
) -> Result<HttpResponse, Error> {
    let (id, form, by, now) = (ActId(*act), form.into_inner(), member.id, site.clock.now());
    let text = match words(&form.words) {
        Ok(text) => text,
        Err(why) => {
            let filled = (form, Problems::one("words", why.to_string()), None);
            return show(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, id, filled).await;
        }
    };
    let outcome = site.db.write(move |conn| actions::appeal(conn, id, by, &text, now)).await;
    answer(&site, &member, id, form, outcome).await
}

async fn lift(
    site: web::Data<Site>,
    moderator: Moderator,
    act: web::Path<i64>,
    form: web::Form<NoticeForm>,
) -> Result<HttpResponse, Error> {
    let (id, form, now) = (ActId(*act), form.into_inner(), site.clock.now());
    let by = actor(&moderator.0)?;
    let why = match reason(&form.reason) {
        Ok(why) => why,
        Err(why) => {
            let filled = (form, Problems::one("reason", why.to_string()), None);
            return show(&site, &moderator.0, StatusCode::UNPROCESSABLE_ENTITY, id, filled).await;
        }
    };
    let outcome = site.db.write(move |conn| actions::lift(conn, id, by, &why, now)).await;
    answer(&site, &moderator.0, id, form, outcome).await
}

async fn decide(
    site: web::Data<Site>,
    moderator: Moderator,
    act: web::Path<i64>,
    form: web::Form<NoticeForm>,
) -> Result<HttpResponse, Error> {
    let (id, form, now) = (ActId(*act), form.into_inner(), site.clock.now());
    let by = actor(&moderator.0)?;
    let mut problems = Problems::none();
    let decision = Decision::parse(&form.decision);
    if decision.is_none() {
        problems.add("decision", "Choose whether the decision stands.");
    }
    let why = problems.check("reason", reason(&form.reason));
    let (Some(decision), Some(why)) = (decision, why) else {
        let filled = (form, problems, None);
        return show(&site, &moderator.0, StatusCode::UNPROCESSABLE_ENTITY, id, filled).await;
    };
    let outcome = site.db.write(move |conn| actions::decide(conn, id, by, decision, &why, now)).await;
    answer(&site, &moderator.0, id, form, outcome).await
}

struct Row {
    appeal: Appeal,
    act: Act,
}

#[derive(Template)]
#[template(path = "moderation/appeals.html")]
struct AppealsPage {
    frame: Frame,
    rows: Vec<Row>,
    me: members::MemberId,
}

impl AppealsPage {
    fn is_own(&self, row: &Row) -> bool {
        row.act.actor == self.me
    }
}

async fn waiting(site: web::Data<Site>, moderator: Moderator) -> Result<HttpResponse, Error> {
    let loading = site.db.read(|conn| {
        let appeals = store::waiting(conn, SHOWN)?;
        let ids: Vec<ActId> = appeals.iter().map(|appeal| appeal.act).collect();
        Ok((appeals, acts::store::by_ids(conn, &ids)?))
    });
    let (appeals, acts) = loading.await?;
    let rows = appeals.into_iter().filter_map(|appeal| {
        let act = acts.iter().find(|act| act.id == appeal.act)?.clone();
        Some(Row { appeal, act })
    });
    page(&AppealsPage {
        frame: Frame::new(&site, moderator.0.account(), "Appeals")
            .with_crumbs(vec![Crumb::new("Moderation", "/moderation"), Crumb::new("Appeals", "")]),
        rows: rows.collect(),
        me: moderator.0.id,
    })
}
