//! The form that merges a thread into another.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Desk, keeper};
use crate::accounts::viewer::Moderator;
use crate::error::Error;
use crate::threads::ThreadId;
use crate::threads::actions::find_open;
use crate::threads::edits::pages::{grounds, way};
use crate::threads::moving::rules::{Stays, thread_of};
use crate::threads::moving::{actions, store};
use crate::threads::store::Thread;
use crate::web::{Frame, Problems, Site, page_with, see_other};

#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct MergeForm {
    #[serde(default)]
    into: String,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    preview: Option<String>,
}

#[derive(Template)]
#[template(path = "threads/moving/merge.html")]
struct MergePage {
    frame: Frame,
    desk: Desk,
    preview: Option<Preview>,
    form: MergeForm,
    problems: Problems,
}

/// What merging would do.
#[derive(Clone, Debug)]
struct Preview {
    thread: Thread,
    posts: usize,
    first: i64,
    last: i64,
}

async fn show(
    site: &Site,
    moderator: &Moderator,
    id: i64,
    status: StatusCode,
    form: MergeForm,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (by, into) = (keeper(moderator)?, thread_of(&form.into).filter(|into| into.0 != id));
    let loading = site.db.read(move |conn| {
        let desk = Desk::at(conn, &by, id)?;
        let Some(into) = into else {
            return Ok((desk, None));
        };
        let target = match find_open(conn, into, &by.standing) {
            Ok((target, _)) => target,
            Err(Error::NotFound) => return Ok((desk, None)),
            Err(other) => return Err(other),
        };
        let posts = store::posts_of(conn, ThreadId(id))?.len();
        let last = target.last_number + i64::try_from(posts).unwrap_or(0);
        let preview = Preview { first: target.last_number + 1, last, posts, thread: target };
        Ok((desk, Some(preview)))
    });
    let (desk, preview) = loading.await?;
    let frame = Frame::new(site, moderator.0.account(), format!("Merge {}", desk.thread.title))
        .with_crumbs(way(&desk.board, &desk.thread, "Merge"))
        .at(format!("{}/merge", desk.thread.path()));
    page_with(status, &MergePage { frame, desk, preview, form, problems })
}

pub(super) async fn form(
    site: web::Data<Site>,
    moderator: Moderator,
    path: web::Path<(i64, String)>,
) -> Result<HttpResponse, Error> {
    show(&site, &moderator, path.0, StatusCode::OK, MergeForm::default(), Problems::none()).await
}

pub(super) async fn merge(
    site: web::Data<Site>,
    moderator: Moderator,
    id: web::Path<i64>,
    form: web::Form<MergeForm>,
) -> Result<HttpResponse, Error> {
    let (id, form, mut problems) = (*id, form.into_inner(), Problems::none());
    let into = problems.check("into", thread_of(&form.into).ok_or(Stays::NoThread));
    if form.preview.is_some() && into.is_some() {
        return show(&site, &moderator, id, StatusCode::OK, form, problems).await;
    }
    let grounds = grounds(&mut problems, &form.rule, &form.reason);
    let (Some(into), Some(grounds)) = (into, grounds) else {
        return show(&site, &moderator, id, StatusCode::UNPROCESSABLE_ENTITY, form, problems).await;
    };
    let (by, now) = (keeper(&moderator)?, site.clock.now());
    let writing = site.db.write(move |conn| actions::merge(conn, &by, ThreadId(id), into, &grounds, now));
    match writing.await {
        Ok(path) => see_other(&path),
        Err(Error::Refused(why)) => {
            let problems = Problems::one("into", why);
            show(&site, &moderator, id, StatusCode::UNPROCESSABLE_ENTITY, form, problems).await
        }
        Err(other) => Err(other),
    }
}
