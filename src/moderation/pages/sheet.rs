//! The one form of every act: what is to be done, the rule, the reason, and for some an end.

use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::http::StatusCode;
use askama::Template;

use crate::accounts::viewer::{Member, Moderator};
use crate::acts;
use crate::acts::rules::{Actor, Grounds};
use crate::acts::store::CommunityRule;
use crate::db::Conn;
use crate::error::Error;
use crate::moderation::actions::Work;
use crate::moderation::cases::CaseId;
use crate::moderation::sanctions::rules::{SPANS, end};
use crate::web::{Crumb, Frame, Problems, Site, page_with, see_other};

/// The form as it was sent.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(in crate::moderation) struct ActForm {
    pub(in crate::moderation) rule: String,
    pub(in crate::moderation) reason: String,
    /// The case that the act settles.
    pub(in crate::moderation) case: String,
    pub(in crate::moderation) days: String,
    pub(in crate::moderation) date: String,
}

impl ActForm {
    fn case(&self) -> Option<CaseId> {
        self.case.parse().ok().map(CaseId)
    }
}

/// What a form says around its fields.
#[derive(Clone, Debug)]
pub(in crate::moderation) struct Sheet {
    pub heading: String,
    pub lede: &'static str,
    /// Where the form is sent.
    pub action: String,
    pub button: &'static str,
    pub is_grave: bool,
    /// Whether it asks for an end.
    pub has_end: bool,
    /// What it is about, and its address.
    pub about: Crumb,
}

#[derive(Template)]
#[template(path = "moderation/act.html")]
struct ActPage {
    frame: Frame,
    sheet: Sheet,
    rules: Vec<CommunityRule>,
    form: ActForm,
    problems: Problems,
    refusal: Option<String>,
}

impl ActPage {
    fn spans() -> [(String, String); 4] {
        SPANS.map(|days| {
            (days.to_string(), if days == 1 { "1 day".to_owned() } else { format!("{days} days") })
        })
    }
}

/// Who acts.
///
/// # Errors
/// When they hold no role that does, which the extractor has ruled out.
pub(in crate::moderation) fn actor(member: &Member) -> Result<Actor, Error> {
    Actor::of(member.id, &member.roles).ok_or(Error::Forbidden("This is for moderators.".into()))
}

/// The rules in force, for the form to choose from.
pub(in crate::moderation) fn in_force(conn: &mut Conn) -> Result<Vec<CommunityRule>, Error> {
    let version = acts::store::version(conn)?;
    Ok(acts::store::rules_of(conn, version)?)
}

fn show(
    site: &Site,
    moderator: &Moderator,
    status: StatusCode,
    sheet: Sheet,
    rules: Vec<CommunityRule>,
    filled: (ActForm, Problems, Option<String>),
) -> Result<HttpResponse, Error> {
    let way = vec![sheet.about.clone(), Crumb::new(&sheet.heading, "")];
    let frame = Frame::new(site, moderator.0.account(), &sheet.heading).with_crumbs(way);
    let (form, problems, refusal) = filled;
    page_with(status, &ActPage { frame, sheet, rules, form, problems, refusal })
}

/// The form, to be filled; `sheet` looks whether there is anything to act on.
///
/// # Errors
/// Those of `sheet`.
pub(in crate::moderation) async fn blank<F>(
    site: &Site,
    moderator: &Moderator,
    form: ActForm,
    sheet: F,
) -> Result<HttpResponse, Error>
where
    F: FnOnce(&mut Conn) -> Result<Sheet, Error> + Send + 'static,
{
    let loading = site.db.read(move |conn| Ok((sheet(conn)?, in_force(conn)?)));
    let (sheet, rules) = loading.await?;
    show(site, moderator, StatusCode::OK, sheet, rules, (form, Problems::none(), None))
}

/// Does what the form asks for and leads to the address that `act` answers with, or back to the case.
///
/// # Errors
/// When there is nothing to act on, or the database fails; every other refusal comes back as the form.
pub(in crate::moderation) async fn submit<F>(
    site: &Site,
    moderator: &Moderator,
    sheet: Sheet,
    form: ActForm,
    act: F,
) -> Result<HttpResponse, Error>
where
    F: FnOnce(&mut Conn, &Work, Option<crate::clock::Time>) -> Result<String, Error> + Send + 'static,
{
    let (mut problems, now) = (Problems::none(), site.clock.now());
    let rule = problems.check("rule", acts::rules::rule(&form.rule));
    let reason = problems.check("reason", acts::rules::reason(&form.reason));
    let until = sheet.has_end.then(|| problems.check("days", end(&form.days, &form.date, now))).flatten();
    let (mut status, mut refusal) = (StatusCode::UNPROCESSABLE_ENTITY, None);
    if let (Some(rule), Some(reason), true) = (rule, reason, problems.is_empty()) {
        let (by, standing, case) = (actor(&moderator.0)?, moderator.0.standing(), form.case());
        let work = Work { by, standing, grounds: Grounds { rule, reason }, case, now };
        match site.db.write(move |conn| act(conn, &work, until)).await {
            Ok(path) => return see_other(&case.map_or(path, |case| crate::paths::case(case.0))),
            Err(why @ (Error::Refused(_) | Error::Conflict(_) | Error::Forbidden(_))) => {
                status = why.status_code();
                refusal = Some(why.to_string());
            }
            Err(other) => return Err(other),
        }
    }
    let rules = site.db.read(in_force).await?;
    show(site, moderator, status, sheet, rules, (form, problems, refusal))
}
