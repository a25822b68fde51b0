//! Members, and one member's roles and tier.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::Administrator;
use crate::error::Error;
use crate::members::rules::{Role, Tier, TierSource, monogram, tier_from_text};
use crate::members::store::{self, Member, TierChange};
use crate::members::{MemberId, actions};
use crate::outside;
use crate::paths;
use crate::web::{Crumb, Day, Frame, Problems, Site, When, page, page_with, see_other};

/// Members on a page.
const A_PAGE: usize = 50;

fn frame(site: &Site, administrator: &Administrator, title: &str, way: Vec<Crumb>) -> Frame {
    let mut crumbs = vec![Crumb::new("Admin", "/admin")];
    crumbs.extend(way);
    Frame::new(site, administrator.0.account(), title).with_crumbs(crumbs)
}

#[derive(Template)]
#[template(path = "members/admin.html")]
struct OverviewPage {
    frame: Frame,
    names: Vec<Row>,
    mails: Vec<MailRow>,
    sends_mail: bool,
}

struct MailRow {
    to: String,
    subject: String,
    queued: When,
    tries: i64,
    failure: String,
}

pub(super) async fn overview(
    site: web::Data<Site>,
    administrator: Administrator,
) -> Result<HttpResponse, Error> {
    let keys = site.keys.clone();
    let loading = site
        .db
        .read(move |conn| Ok((store::names_to_review(conn, 50)?, outside::store::failing(conn, &keys, 50)?)));
    let (names, mails) = loading.await?;
    let mails = mails.into_iter().map(|queued| MailRow {
        to: queued.mail.to,
        subject: queued.mail.subject,
        queued: When(queued.queued_at),
        tries: queued.tries,
        failure: queued.failure.unwrap_or_default(),
    });
    let sends_mail = site.demo || site.settings.smtp.is_some();
    let frame = frame(&site, &administrator, "Administration", Vec::new());
    page(&OverviewPage {
        frame,
        names: names.iter().map(Row::new).collect(),
        mails: mails.collect(),
        sends_mail,
    })
}

/// A member as a row of the list.
struct Row {
    handle: String,
    name: String,
    path: String,
    monogram: String,
    hue: i64,
    joined: Day,
    posts: i64,
    tier: Option<Tier>,
    roles: Vec<Role>,
}

impl Row {
    fn new(member: &Member) -> Self {
        Self {
            handle: member.handle.clone(),
            name: member.name.clone(),
            path: format!("/admin/members/{}", member.handle),
            monogram: monogram(&member.name),
            hue: member.id.0 % 8,
            joined: Day(member.joined_at),
            posts: member.posts,
            tier: member.tier,
            roles: Vec::new(),
        }
    }
}

#[derive(Template)]
#[template(path = "members/members.html")]
struct MembersPage {
    frame: Frame,
    query: String,
    rows: Vec<Row>,
    next: Option<String>,
}

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

pub(super) async fn members(
    site: web::Data<Site>,
    administrator: Administrator,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let Asked { q, after } = asked.into_inner();
    let query = q.trim().trim_start_matches('@').to_lowercase();
    let beginning = query.clone();
    let loading = site.db.read(move |conn| {
        let found = store::page(
            conn,
            &beginning,
            &after,
            i64::try_from(A_PAGE).unwrap_or(i64::MAX).saturating_add(1),
        )?;
        let ids: Vec<MemberId> = found.iter().map(|member| member.id).collect();
        Ok((found, store::roles_of(conn, &ids)?))
    });
    let (mut found, mut roles) = loading.await?;
    let next = (found.len() > A_PAGE).then(|| {
        found.truncate(A_PAGE);
        let after = found.last().map(|last| last.handle.clone()).unwrap_or_default();
        let asked = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("q", &query), ("after", &after)])
            .finish();
        format!("/admin/members?{asked}")
    });
    let rows = found
        .iter()
        .map(|member| Row { roles: roles.remove(&member.id).unwrap_or_default(), ..Row::new(member) });
    let rows = rows.collect();
    let frame = frame(&site, &administrator, "Members", vec![Crumb::new("Members", "/admin/members")]);
    page(&MembersPage { frame, query, rows, next })
}

#[derive(Template)]
#[template(path = "members/member.html")]
struct MemberPage {
    frame: Frame,
    member: Member,
    public_path: String,
    held: Vec<Role>,
    all_roles: [Role; 6],
    tiers: [Tier; 3],
    history: Vec<HistoryRow>,
    good: Option<&'static str>,
    problems: Problems,
}

impl MemberPage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass arguments by reference")]
    fn holds(&self, role: &Role) -> bool {
        self.held.contains(role)
    }
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass arguments by reference")]
    fn has_tier(&self, tier: &Tier) -> bool {
        self.member.tier == Some(*tier)
    }
}

struct HistoryRow {
    since: Day,
    tier: &'static str,
    source: &'static str,
    by: String,
}

impl From<TierChange> for HistoryRow {
    fn from(change: TierChange) -> Self {
        Self {
            since: Day(change.at),
            tier: change.tier.map_or("None", Tier::title),
            source: change.source.title(),
            by: change.by.unwrap_or_default(),
        }
    }
}

#[derive(serde::Deserialize)]
pub(super) struct Saved {
    #[serde(default)]
    saved: String,
}

pub(super) async fn member(
    site: web::Data<Site>,
    administrator: Administrator,
    handle: web::Path<String>,
    saved: web::Query<Saved>,
) -> Result<HttpResponse, Error> {
    let good = match saved.saved.as_str() {
        "roles" => Some("The roles are saved."),
        "tier" => Some("The tier is set."),
        "name" => Some("The name is settled."),
        "factors" => Some("The second factors are removed, and the member is told by mail."),
        _ => None,
    };
    show(&site, &administrator, handle.into_inner(), StatusCode::OK, good, Problems::none()).await
}

async fn show(
    site: &Site,
    administrator: &Administrator,
    handle: String,
    status: StatusCode,
    good: Option<&'static str>,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let loading = site.db.read(move |conn| {
        let member = store::find(conn, &handle)?.ok_or(Error::NotFound)?;
        let held = store::roles_of(conn, &[member.id])?.remove(&member.id).unwrap_or_default();
        let history = store::tier_history(conn, member.id)?;
        Ok((member, held, history))
    });
    let (member, held, history) = loading.await?;
    let way = vec![Crumb::new("Members", "/admin/members"), Crumb::new(&member.name, "")];
    let page = MemberPage {
        frame: frame(site, administrator, &member.name, way),
        public_path: paths::member(&member.handle),
        held,
        all_roles: Role::ALL,
        tiers: Tier::ALL,
        history: history.into_iter().map(HistoryRow::from).collect(),
        good,
        problems,
        member,
    };
    page_with(status, &page)
}

pub(super) async fn set_roles(
    site: web::Data<Site>,
    administrator: Administrator,
    handle: web::Path<String>,
    // A box that is ticked more than once comes as a list, which plain form structs cannot hold.
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let handle = handle.into_inner();
    let sent = form.iter().filter(|(field, _)| field == "role").map(|(_, code)| Role::parse(code));
    let Some(roles) = sent.collect::<Option<Vec<Role>>>() else {
        return Err(Error::Refused(
            "One of these roles does not exist. Reload the page and try again.".to_owned(),
        ));
    };
    let (whose, by, now) = (handle.clone(), administrator.0.id, site.clock.now());
    match site.db.write(move |conn| actions::set_roles(conn, &whose, &roles, by, now)).await {
        Ok(()) => see_other(&format!("/admin/members/{handle}?saved=roles")),
        Err(Error::Refused(why)) => {
            let problems = Problems::one("roles", why);
            show(&site, &administrator, handle, StatusCode::UNPROCESSABLE_ENTITY, None, problems).await
        }
        Err(other) => Err(other),
    }
}

#[derive(serde::Deserialize)]
pub(super) struct TierForm {
    #[serde(default)]
    tier: Option<String>,
}

pub(super) async fn set_tier(
    site: web::Data<Site>,
    administrator: Administrator,
    handle: web::Path<String>,
    form: web::Form<TierForm>,
) -> Result<HttpResponse, Error> {
    let handle = handle.into_inner();
    let Some(tier) = form.tier.as_deref().and_then(tier_from_text) else {
        let problems = Problems::one("tier", "Choose one of the tiers.");
        return show(&site, &administrator, handle, StatusCode::UNPROCESSABLE_ENTITY, None, problems).await;
    };
    let (whose, by, now) = (handle.clone(), administrator.0.id, site.clock.now());
    let source = TierSource::Administrator;
    site.db.write(move |conn| actions::set_tier(conn, &whose, tier, source, by, now)).await?;
    see_other(&format!("/admin/members/{handle}?saved=tier"))
}

pub(super) async fn settle_name(
    site: web::Data<Site>,
    administrator: Administrator,
    handle: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let handle = handle.into_inner();
    let (whose, by, now) = (handle.clone(), administrator.0.id, site.clock.now());
    site.db.write(move |conn| actions::settle_name(conn, &whose, by, now)).await?;
    see_other(&format!("/admin/members/{handle}?saved=name"))
}
