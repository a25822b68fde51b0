//! The form that changes a thread's title and label.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{editor, grounds, rules_in_force, way};
use crate::accounts::viewer::Member;
use crate::acts::store::CommunityRule;
use crate::boards::rules::Board;
use crate::error::Error;
use crate::text::names::Title;
use crate::threads::ThreadId;
use crate::threads::actions::find_open;
use crate::threads::edits::actions::{self, NewTitle};
use crate::threads::edits::rules::{self, EditsAs};
use crate::threads::rules::ThreadKind;
use crate::threads::store::Thread;
use crate::web::{Frame, Problems, Site, page_with, see_other};

#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct TitleForm {
    #[serde(default)]
    title: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    reason: String,
}

#[derive(Template)]
#[template(path = "threads/edits/title.html")]
struct TitlePage {
    frame: Frame,
    thread: Thread,
    labels: &'static [ThreadKind],
    needs_grounds: bool,
    rules: Vec<CommunityRule>,
    form: TitleForm,
    problems: Problems,
    refusal: Option<String>,
}

/// A thread, and as what somebody changes it.
struct Desk<'a> {
    site: &'a Site,
    member: &'a Member,
    thread: Thread,
    board: Board,
    edits_as: EditsAs,
    rules: Vec<CommunityRule>,
}

impl<'a> Desk<'a> {
    async fn at(site: &'a Site, member: &'a Member, id: i64) -> Result<Self, Error> {
        let (editor, now) = (editor(member), site.clock.now());
        let loading = site.db.read(move |conn| {
            let (thread, board) = find_open(conn, ThreadId(id), &editor.standing)?;
            let edits_as = actions::may_retitle(&editor, &thread, now)
                .map_err(|why| Error::Forbidden(why.to_string().into()))?;
            let rules = if edits_as.needs_grounds() { rules_in_force(conn)? } else { Vec::new() };
            Ok((thread, board, edits_as, rules))
        });
        let (thread, board, edits_as, rules) = loading.await?;
        Ok(Self { site, member, thread, board, edits_as, rules })
    }

    fn show(
        &self,
        status: StatusCode,
        form: TitleForm,
        problems: Problems,
        refusal: Option<String>,
    ) -> Result<HttpResponse, Error> {
        let frame = Frame::new(self.site, self.member.account(), "Change the title")
            .with_crumbs(way(&self.board, &self.thread, "Title"))
            .at(format!("{}/title", self.thread.path()));
        let page = TitlePage {
            frame,
            thread: self.thread.clone(),
            labels: rules::labels_for(self.thread.kind),
            needs_grounds: self.edits_as.needs_grounds(),
            rules: self.rules.clone(),
            form,
            problems,
            refusal,
        };
        page_with(status, &page)
    }
}

pub(super) async fn form(
    site: web::Data<Site>,
    member: Member,
    path: web::Path<(i64, String)>,
) -> Result<HttpResponse, Error> {
    let desk = Desk::at(&site, &member, path.0).await?;
    let (title, kind) = (desk.thread.title.clone(), desk.thread.kind.code().to_owned());
    let form = TitleForm { title, kind, ..TitleForm::default() };
    desk.show(StatusCode::OK, form, Problems::none(), None)
}

pub(super) async fn change(
    site: web::Data<Site>,
    member: Member,
    id: web::Path<i64>,
    form: web::Form<TitleForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let desk = Desk::at(&site, &member, *id).await?;
    let mut problems = Problems::none();
    let title = problems.check("title", Title::parse(&form.title));
    problems.check("kind", rules::label(&form.kind, desk.thread.kind));
    let grounds = match desk.edits_as {
        EditsAs::Author => None,
        EditsAs::Moderator(_) => grounds(&mut problems, &form.rule, &form.reason),
    };
    let (Some(title), true) = (title, problems.is_empty()) else {
        return desk.show(StatusCode::UNPROCESSABLE_ENTITY, form, problems, None);
    };
    let new = NewTitle { title, label: form.kind.clone(), grounds };
    let (editor, thread, now) = (editor(&member), desk.thread.id, site.clock.now());
    match site.db.write(move |conn| actions::retitle(conn, &editor, thread, &new, now)).await {
        Ok(path) => see_other(&path),
        Err(Error::Refused(why)) => desk.show(StatusCode::UNPROCESSABLE_ENTITY, form, problems, Some(why)),
        Err(other) => Err(other),
    }
}
