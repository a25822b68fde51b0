//! The form that moves a thread to another board.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Desk, keeper};
use crate::accounts::viewer::Moderator;
use crate::boards::BoardId;
use crate::error::Error;
use crate::threads::ThreadId;
use crate::threads::edits::pages::{grounds, way};
use crate::threads::moving::actions;
use crate::threads::moving::rules::Stays;
use crate::web::{Frame, Problems, Site, page_with, see_other};

#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct MoveForm {
    #[serde(default)]
    board: String,
    #[serde(default)]
    line: String,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    reason: String,
}

#[derive(Template)]
#[template(path = "threads/moving/move.html")]
struct MovePage {
    frame: Frame,
    desk: Desk,
    form: MoveForm,
    problems: Problems,
}

async fn show(
    site: &Site,
    moderator: &Moderator,
    id: i64,
    status: StatusCode,
    form: MoveForm,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let by = keeper(moderator)?;
    let desk = site.db.read(move |conn| Desk::at(conn, &by, id)).await?;
    let frame = Frame::new(site, moderator.0.account(), format!("Move {}", desk.thread.title))
        .with_crumbs(way(&desk.board, &desk.thread, "Move"))
        .at(format!("{}/move", desk.thread.path()));
    page_with(status, &MovePage { frame, desk, form, problems })
}

pub(super) async fn form(
    site: web::Data<Site>,
    moderator: Moderator,
    path: web::Path<(i64, String)>,
) -> Result<HttpResponse, Error> {
    let form = MoveForm { line: "1".to_owned(), ..MoveForm::default() };
    show(&site, &moderator, path.0, StatusCode::OK, form, Problems::none()).await
}

pub(super) async fn relocate(
    site: web::Data<Site>,
    moderator: Moderator,
    id: web::Path<i64>,
    form: web::Form<MoveForm>,
) -> Result<HttpResponse, Error> {
    let (id, form, mut problems) = (*id, form.into_inner(), Problems::none());
    let board = problems.check("board", form.board.parse().map(BoardId).map_err(|_| Stays::NoBoard));
    let grounds = grounds(&mut problems, &form.rule, &form.reason);
    let (Some(board), Some(grounds)) = (board, grounds) else {
        return show(&site, &moderator, id, StatusCode::UNPROCESSABLE_ENTITY, form, problems).await;
    };
    let (by, now, leaves_line) = (keeper(&moderator)?, site.clock.now(), !form.line.is_empty());
    let writing = site
        .db
        .write(move |conn| actions::move_thread(conn, &by, ThreadId(id), board, leaves_line, &grounds, now));
    match writing.await {
        Ok(path) => see_other(&path),
        Err(Error::Refused(why)) => {
            let problems = Problems::one("board", why);
            show(&site, &moderator, id, StatusCode::UNPROCESSABLE_ENTITY, form, problems).await
        }
        Err(other) => Err(other),
    }
}
