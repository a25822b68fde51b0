//! Official notes below a member's post.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{grounds, rules_in_force, staff, way_of};
use crate::accounts::viewer::Member;
use crate::acts::store::CommunityRule;
use crate::error::Error;
use crate::text::SafeHtml;
use crate::threads::PostId;
use crate::threads::actions::Written;
use crate::threads::edits::actions;
use crate::threads::rules::Body;
use crate::web::{Frame, Problems, Site, page_with, see_other};

#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct NoteForm {
    #[serde(default)]
    body: String,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    preview: Option<String>,
}

#[derive(Template)]
#[template(path = "threads/edits/note.html")]
struct NotePage {
    frame: Frame,
    post: PostId,
    number: i64,
    path: String,
    words: SafeHtml,
    rules: Vec<CommunityRule>,
    form: NoteForm,
    preview: Option<SafeHtml>,
    problems: Problems,
}

async fn show(
    site: &Site,
    member: &Member,
    post: PostId,
    status: StatusCode,
    form: NoteForm,
    preview: Option<SafeHtml>,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let standing = member.standing();
    let loading = site.db.read(move |conn| {
        let found = actions::find(conn, post, &standing)?;
        if found.post.is_removed { Err(Error::NotFound) } else { Ok((found, rules_in_force(conn)?)) }
    });
    let (found, rules) = loading.await?;
    let frame = Frame::new(site, member.account(), format!("Add a note to post {}", found.post.number))
        .with_crumbs(way_of(&found, "Add a note"))
        .at(format!("/p/{}/note", post.0));
    let words = crate::text::render(found.post.format, &found.post.body);
    let (number, path) = (found.post.number, found.posted().path());
    page_with(status, &NotePage { frame, post, number, path, words, rules, form, preview, problems })
}

pub(super) async fn form(
    site: web::Data<Site>,
    member: Member,
    post: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    staff(&member)?;
    let (post, form) = (PostId(*post), NoteForm::default());
    show(&site, &member, post, StatusCode::OK, form, None, Problems::none()).await
}

pub(super) async fn add(
    site: web::Data<Site>,
    member: Member,
    post: web::Path<i64>,
    form: web::Form<NoteForm>,
) -> Result<HttpResponse, Error> {
    let actor = staff(&member)?;
    let (post, form) = (PostId(*post), form.into_inner());
    let mut problems = Problems::none();
    let body = problems.check("body", Body::parse(&form.body));
    if let (Some(body), true) = (&body, form.preview.is_some()) {
        let html = Written::new(body, None).html;
        return show(&site, &member, post, StatusCode::OK, form, Some(html), problems).await;
    }
    let grounds = grounds(&mut problems, &form.rule, &form.reason);
    let (Some(body), Some(grounds)) = (body, grounds) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return show(&site, &member, post, status, form, None, problems).await;
    };
    let (written, standing, now) = (Written::new(&body, None), member.standing(), site.clock.now());
    let writing =
        site.db.write(move |conn| actions::add_note(conn, (actor, &standing), post, &written, &grounds, now));
    see_other(&writing.await?.path())
}

pub(super) async fn remove(
    site: web::Data<Site>,
    member: Member,
    path: web::Path<(i64, i64)>,
) -> Result<HttpResponse, Error> {
    let actor = staff(&member)?;
    let ((post, note), standing, now) = (path.into_inner(), member.standing(), site.clock.now());
    let writing =
        site.db.write(move |conn| actions::remove_note(conn, (actor, &standing), PostId(post), note, now));
    see_other(&writing.await?.path())
}
