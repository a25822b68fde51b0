//! What waits for approval, as its author sees it; and the limits, as administrators set them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::rules::{self, Limits};
use super::store::{self, Outcome};
use super::{HeldId, actions};
use crate::accounts::viewer::{Administrator, Member};
use crate::acts;
use crate::error::Error;
use crate::text::{Format, SafeHtml, render};
use crate::web::{Crumb, Frame, Problems, Site, When, page, page_with, see_other};

/// The addresses of this part of the room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/held/{id}", web::get().to(held))
        .route("/admin/limits", web::get().to(form))
        .route("/admin/limits", web::post().to(save));
}

#[derive(Template)]
#[template(path = "threads/held.html")]
struct HeldPage {
    frame: Frame,
    title: String,
    board: String,
    is_reply: bool,
    why: &'static str,
    at: When,
    html: SafeHtml,
    /// The address of what it became.
    became: Option<String>,
    refusal: Option<acts::store::Act>,
}

async fn held(site: web::Data<Site>, member: Member, id: web::Path<i64>) -> Result<HttpResponse, Error> {
    let (id, reader, moderates) = (HeldId(*id), member.id, member.moderates());
    let loading = site.db.read(move |conn| {
        let held = store::find(conn, id)?.filter(|one| one.author == reader || moderates);
        let held = held.ok_or(Error::NotFound)?;
        let act = match held.outcome {
            Outcome::Refused(act) => acts::store::find(conn, act)?,
            _ => None,
        };
        Ok((held, act))
    });
    let (held, refusal) = loading.await?;
    let heading = match held.outcome {
        Outcome::Waits => "Held for approval",
        Outcome::Approved(_) => "Approved",
        Outcome::Refused(_) => "Not approved",
    };
    page(&HeldPage {
        frame: Frame::new(&site, member.account(), heading).at(crate::paths::held(id.0)),
        is_reply: held.thread.is_some(),
        title: held.title,
        board: held.board_title,
        why: held.why.title(),
        at: When(held.at),
        html: render(Format::Markdown, &held.body),
        became: match held.outcome {
            Outcome::Approved(post) => Some(crate::paths::post(post.0)),
            _ => None,
        },
        refusal,
    })
}

/// The limits as they were typed.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
struct LimitsForm {
    newcomer_posts: String,
    newcomer_hours: String,
    in_half_a_minute: String,
    in_ten_minutes: String,
    in_an_hour: String,
    newcomer_links: String,
    links: String,
    words: String,
    holds_documents: Option<String>,
    holds_contact: Option<String>,
}

impl From<&Limits> for LimitsForm {
    fn from(limits: &Limits) -> Self {
        let checked = |holds: bool| holds.then(|| "yes".to_owned());
        Self {
            newcomer_posts: limits.newcomer_posts.to_string(),
            newcomer_hours: limits.newcomer_hours.to_string(),
            in_half_a_minute: limits.in_half_a_minute.to_string(),
            in_ten_minutes: limits.in_ten_minutes.to_string(),
            in_an_hour: limits.in_an_hour.to_string(),
            newcomer_links: limits.newcomer_links.to_string(),
            links: limits.links.to_string(),
            words: limits.words.join("\n"),
            holds_documents: checked(limits.holds_documents),
            holds_contact: checked(limits.holds_contact),
        }
    }
}

impl LimitsForm {
    fn read(&self) -> Result<Limits, Problems> {
        let mut problems = Problems::none();
        let mut number = |field: &'static str, text: &str, least: i64, most: i64| {
            problems.check(field, rules::limit(text, least, most)).unwrap_or_default()
        };
        let limits = Limits {
            newcomer_posts: number("newcomer_posts", &self.newcomer_posts, 0, 100),
            newcomer_hours: number("newcomer_hours", &self.newcomer_hours, 0, 720),
            in_half_a_minute: number("in_half_a_minute", &self.in_half_a_minute, 1, 100),
            in_ten_minutes: number("in_ten_minutes", &self.in_ten_minutes, 1, 500),
            in_an_hour: number("in_an_hour", &self.in_an_hour, 1, 1000),
            newcomer_links: number("newcomer_links", &self.newcomer_links, 0, 100),
            links: number("links", &self.links, 0, 1000),
            words: problems.check("words", rules::words(&self.words)).unwrap_or_default(),
            holds_documents: self.holds_documents.is_some(),
            holds_contact: self.holds_contact.is_some(),
        };
        if problems.is_empty() { Ok(limits) } else { Err(problems) }
    }

    /// The numbers: field, label, what it means, and the value.
    fn numbers(&self) -> [(&'static str, &'static str, &'static str, &str); 7] {
        [
            ("newcomer_posts", "Posts until one is no newcomer", "Posts that stand.", &self.newcomer_posts),
            (
                "newcomer_hours",
                "Hours until one is no newcomer",
                "Both must be reached.",
                &self.newcomer_hours,
            ),
            ("in_half_a_minute", "Posts in 30 seconds", "Of a newcomer.", &self.in_half_a_minute),
            ("in_ten_minutes", "Posts in 10 minutes", "Of a newcomer.", &self.in_ten_minutes),
            ("in_an_hour", "Posts in an hour", "Of a newcomer.", &self.in_an_hour),
            ("newcomer_links", "Links in a newcomer’s post", "More are refused.", &self.newcomer_links),
            ("links", "Links in anybody’s post", "With more it is held for approval.", &self.links),
        ]
    }
}

#[derive(Template)]
#[template(path = "threads/limits.html")]
struct LimitsPage {
    frame: Frame,
    form: LimitsForm,
    problems: Problems,
}

fn show(
    site: &Site,
    administrator: &Administrator,
    status: StatusCode,
    form: LimitsForm,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let way = vec![Crumb::new("Admin", "/admin"), Crumb::new("Limits", "/admin/limits")];
    let frame = Frame::new(site, administrator.0.account(), "Limits on posting").with_crumbs(way);
    page_with(status, &LimitsPage { frame, form, problems })
}

async fn form(site: web::Data<Site>, administrator: Administrator) -> Result<HttpResponse, Error> {
    let limits = site.db.read(|conn| Ok(store::limits(conn)?)).await?;
    show(&site, &administrator, StatusCode::OK, LimitsForm::from(&limits), Problems::none())
}

async fn save(
    site: web::Data<Site>,
    administrator: Administrator,
    form: web::Form<LimitsForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let limits = match form.read() {
        Ok(limits) => limits,
        Err(problems) => {
            return show(&site, &administrator, StatusCode::UNPROCESSABLE_ENTITY, form, problems);
        }
    };
    let (by, now) = (administrator.0.id, site.clock.now());
    site.db.write(move |conn| actions::set_limits(conn, &limits, by, now)).await?;
    see_other("/admin/limits")
}
