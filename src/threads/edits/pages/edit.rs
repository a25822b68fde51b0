//! The form that edits a post. Whatever stands in the way, what was typed comes back; who comes second to the same
//! post sees both versions and decides.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Changes, editor, grounds, rules_in_force, way_of};
use crate::accounts::viewer::{Member, Viewer};
use crate::acts::store::CommunityRule;
use crate::error::Error;
use crate::text::{Format, SafeHtml, render};
use crate::threads::PostId;
use crate::threads::actions::{Rendered, Written};
use crate::threads::edits::actions::{self, Edited, Found, NewVersion};
use crate::threads::edits::rules::{self, EditsAs, GRACE, MayNotEdit, SMALL, Why};
use crate::threads::pages::write::signed_out;
use crate::threads::rules::{BadBody, Body};
use crate::threads::talk::actions::look_up;
use crate::threads::talk::rules::Pointed;
use crate::web::{Frame, Problems, Site, page_with, see_other};

/// The form.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct EditForm {
    #[serde(default)]
    body: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    preview: Option<String>,
}

#[derive(Template)]
#[template(path = "threads/edits/edit.html")]
struct EditPage {
    frame: Frame,
    post: PostId,
    number: i64,
    path: String,
    format: &'static str,
    is_grace_possible: bool,
    minutes: i64,
    small: usize,
    needs_grounds: bool,
    rules: Vec<CommunityRule>,
    form: EditForm,
    more: More,
}

/// What is shown with the form.
#[derive(Default)]
struct More {
    preview: Option<SafeHtml>,
    conflict: Option<Changes>,
    problems: Problems,
    refusal: Option<String>,
}

impl More {
    fn refused(why: impl Into<String>) -> Self {
        Self { refusal: Some(why.into()), ..Self::default() }
    }
}

/// A post, and what somebody may do to it.
struct Desk<'a> {
    site: &'a Site,
    viewer: &'a Viewer,
    found: Found,
    rules: Vec<CommunityRule>,
    may: Result<EditsAs, MayNotEdit>,
    pointed: Pointed,
}

impl<'a> Desk<'a> {
    async fn at(
        site: &'a Site,
        viewer: &'a Viewer,
        post: PostId,
        words: Option<Rendered>,
    ) -> Result<Self, Error> {
        let (standing, now, member) = (viewer.standing(), site.clock.now(), viewer.0.clone());
        let loading = site.db.read(move |conn| {
            let found = actions::find(conn, post, &standing)?;
            let subject = found.post.subject(found.thread.locked);
            let may = member
                .map_or(Err(MayNotEdit::NotYours), |member| rules::may_edit(&editor(&member), subject, now));
            let acts = may.as_ref().is_ok_and(|edits_as| edits_as.needs_grounds());
            let rules = if acts { rules_in_force(conn)? } else { Vec::new() };
            let pointed = match words {
                Some(words) => look_up(conn, found.post.author, &standing, &words.named)?,
                None => Pointed::default(),
            };
            Ok((found, may, rules, pointed))
        });
        let (found, may, rules, pointed) = loading.await?;
        Ok(Self { site, viewer, found, rules, may, pointed })
    }

    fn show(&self, status: StatusCode, form: EditForm, more: More) -> Result<HttpResponse, Error> {
        let post = &self.found.post;
        let path = self.found.posted().path();
        let here = format!("/p/{}/edit", post.id.0);
        let frame = Frame::new(self.site, self.viewer.account(), format!("Edit post {}", post.number))
            .with_crumbs(way_of(&self.found, "Edit"))
            .at(here);
        let now = self.site.clock.now();
        page_with(
            status,
            &EditPage {
                frame,
                post: post.id,
                number: post.number,
                path,
                format: if post.format == Format::Html { "HTML" } else { "" },
                is_grace_possible: post.edited_at.is_none() && now - post.created_at <= GRACE,
                minutes: GRACE.num_minutes(),
                small: SMALL,
                needs_grounds: self.may.as_ref().is_ok_and(|edits_as| edits_as.needs_grounds()),
                rules: self.rules.clone(),
                form,
                more,
            },
        )
    }

    /// What the form says, if it can be taken.
    fn read(
        &self,
        edits_as: EditsAs,
        body: Result<Body, BadBody>,
        form: &EditForm,
    ) -> Result<(Body, Why), Problems> {
        let mut problems = Problems::none();
        problems.check("body", self.pointed.check());
        let body = problems.check("body", body).filter(|_| problems.is_empty());
        let why = if edits_as.needs_grounds() && form.preview.is_none() {
            grounds(&mut problems, &form.rule, &form.reason).map(Why::Act)
        } else {
            problems.check("reason", rules::note(&form.reason)).map(Why::Own)
        };
        body.zip(why).ok_or(problems)
    }

    /// The new version, rendered and compared before the transaction begins.
    fn version(&self, body: &Body, why: Why, form: &EditForm) -> NewVersion {
        let post = &self.found.post;
        let mut written = Rendered::new(body).pointing(self.pointed.clone(), None);
        // What came from elsewhere names and quotes nobody here.
        if post.format != Format::Markdown {
            written = Written { html: render(post.format, body.as_str()), ..Written::new(body, None) };
        }
        let version = form.version.parse().unwrap_or(0);
        let changed = if version == post.version { rules::changed(&post.body, body.as_str()) } else { 0 };
        NewVersion { written, changed, version, why }
    }

    /// Saves it, or shows what stands in the way.
    async fn send(
        mut self,
        member: &Member,
        body: &Body,
        new: NewVersion,
        form: EditForm,
    ) -> Result<HttpResponse, Error> {
        let (editor, post, now) = (editor(member), self.found.post.id, self.site.clock.now());
        match self.site.db.write(move |conn| actions::edit(conn, &editor, post, &new, now)).await {
            Ok(Edited::Saved(posted)) => see_other(&posted.path()),
            Ok(Edited::Overtaken(found)) => {
                let conflict = Some(Changes::between(&found.post.body, body.as_str()));
                let form = EditForm { version: found.post.version.to_string(), ..form };
                self.found = *found;
                self.show(StatusCode::CONFLICT, form, More { conflict, ..More::default() })
            }
            Err(Error::Forbidden(why)) => {
                self.show(StatusCode::FORBIDDEN, form, More::refused(why.into_owned()))
            }
            Err(Error::Refused(why)) => self.show(StatusCode::UNPROCESSABLE_ENTITY, form, More::refused(why)),
            Err(Error::Busy) => {
                self.show(StatusCode::SERVICE_UNAVAILABLE, form, More::refused(Error::Busy.to_string()))
            }
            Err(other) => Err(other),
        }
    }
}

pub(super) async fn form(
    site: web::Data<Site>,
    member: Member,
    post: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let viewer = Viewer(Some(member));
    let desk = Desk::at(&site, &viewer, PostId(*post), None).await?;
    if let Err(why) = &desk.may {
        return Err(Error::Forbidden(why.to_string().into()));
    }
    let post = &desk.found.post;
    let form = EditForm { body: post.body.clone(), version: post.version.to_string(), ..EditForm::default() };
    desk.show(StatusCode::OK, form, More::default())
}

pub(super) async fn save(
    site: web::Data<Site>,
    viewer: Viewer,
    post: web::Path<i64>,
    form: web::Form<EditForm>,
) -> Result<HttpResponse, Error> {
    let (post, form) = (PostId(*post), form.into_inner());
    let body = Body::parse(&form.body);
    let rendered = viewer.0.as_ref().and(body.as_ref().ok()).map(Rendered::new);
    let desk = Desk::at(&site, &viewer, post, rendered).await?;
    let Some(member) = &viewer.0 else {
        return desk.show(StatusCode::FORBIDDEN, form, More::refused(signed_out()));
    };
    let edits_as = match &desk.may {
        Ok(edits_as) => *edits_as,
        Err(why) => return desk.show(StatusCode::FORBIDDEN, form, More::refused(why.to_string())),
    };
    let (body, why) = match desk.read(edits_as, body, &form) {
        Ok(read) => read,
        Err(problems) => {
            return desk.show(StatusCode::UNPROCESSABLE_ENTITY, form, More { problems, ..More::default() });
        }
    };
    let new = desk.version(&body, why, &form);
    if form.preview.is_some() {
        return desk.show(StatusCode::OK, form, More { preview: Some(new.written.html), ..More::default() });
    }
    desk.send(member, &body, new, form).await
}
