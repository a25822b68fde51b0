//! The administration of boards.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::BoardId;
use super::actions;
use super::rules::{Access, Board, check_slug, may_stand, readable};
use super::store::{self, Written};
use crate::accounts::viewer::Administrator;
use crate::error::Error;
use crate::web::{Crumb, Frame, Problems, Site, page_with, see_other};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/admin/boards", web::get().to(list))
        .route("/admin/boards", web::post().to(add))
        .route("/admin/boards/{id}", web::get().to(edit))
        .route("/admin/boards/{id}", web::post().to(change))
        .route("/admin/boards/{id}/delete", web::post().to(delete));
}

/// The form as it was sent.
#[derive(Clone, Debug, Default, serde::Deserialize)]
struct BoardForm {
    #[serde(default)]
    title: String,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    parent: String,
    #[serde(default)]
    position: String,
    #[serde(default)]
    read: String,
    #[serde(default)]
    write: String,
    #[serde(default)]
    is_help: Option<String>,
}

impl From<&Board> for BoardForm {
    fn from(board: &Board) -> Self {
        Self {
            title: board.title.clone(),
            slug: board.slug.clone(),
            about: board.about.clone(),
            parent: board.parent.map(|parent| parent.0.to_string()).unwrap_or_default(),
            position: board.position.to_string(),
            read: board.read.code(),
            write: board.write.code(),
            is_help: board.is_help.then(|| "yes".to_owned()),
        }
    }
}

#[derive(Template)]
#[template(path = "boards/admin.html")]
struct BoardsPage {
    frame: Frame,
    rows: Vec<BoardRow>,
    /// Boards that another can stand in: those of the first level.
    tops: Vec<Choice>,
    rules: Vec<Choice>,
    editing: Option<BoardId>,
    may_delete: bool,
    form: BoardForm,
    problems: Problems,
}

struct BoardRow {
    id: BoardId,
    title: String,
    path: String,
    read: String,
    write: String,
    position: i64,
    is_inside: bool,
}

/// A choice of a list: what is sent, and what people read.
struct Choice {
    code: String,
    title: String,
}

fn show(
    site: &Site,
    administrator: &Administrator,
    status: StatusCode,
    boards: &[Board],
    editing: Option<BoardId>,
    form: BoardForm,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let standing = administrator.0.standing();
    let rows = readable(boards, &standing).into_iter().map(|board| BoardRow {
        id: board.id,
        title: board.title.clone(),
        path: board.path(),
        read: board.read.title(),
        write: board.write.title(),
        position: board.position,
        is_inside: board.parent.is_some(),
    });
    let tops = boards.iter().filter(|board| board.parent.is_none() && Some(board.id) != editing);
    let may_delete = editing.is_some_and(|id| {
        boards.iter().any(|board| board.id == id && board.threads == 0)
            && boards.iter().all(|board| board.parent != Some(id))
    });
    let title = if editing.is_some() { "Change a board" } else { "Boards" };
    let way = vec![Crumb::new("Admin", "/admin"), Crumb::new("Boards", "/admin/boards")];
    let page = BoardsPage {
        frame: Frame::new(site, administrator.0.account(), title).with_crumbs(way),
        rows: rows.collect(),
        tops: tops.map(|board| Choice { code: board.id.0.to_string(), title: board.title.clone() }).collect(),
        rules: Access::all()
            .into_iter()
            .map(|rule| Choice { code: rule.code(), title: rule.title() })
            .collect(),
        editing,
        may_delete,
        form,
        problems,
    };
    page_with(status, &page)
}

async fn all(site: &Site) -> Result<Vec<Board>, Error> {
    site.db.read(|conn| Ok(store::all(conn)?)).await
}

async fn list(site: web::Data<Site>, administrator: Administrator) -> Result<HttpResponse, Error> {
    let boards = all(&site).await?;
    let next = boards.iter().map(|board| board.position).max().unwrap_or(0) + 1;
    let form = BoardForm {
        position: next.to_string(),
        read: Access::Anyone.code(),
        write: Access::Members.code(),
        ..BoardForm::default()
    };
    show(&site, &administrator, StatusCode::OK, &boards, None, form, Problems::none())
}

async fn edit(
    site: web::Data<Site>,
    administrator: Administrator,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let boards = all(&site).await?;
    let id = BoardId(*id);
    let form = boards.iter().find(|board| board.id == id).map(BoardForm::from).ok_or(Error::NotFound)?;
    show(&site, &administrator, StatusCode::OK, &boards, Some(id), form, Problems::none())
}

async fn add(
    site: web::Data<Site>,
    administrator: Administrator,
    form: web::Form<BoardForm>,
) -> Result<HttpResponse, Error> {
    save(&site, &administrator, None, form.into_inner()).await
}

async fn change(
    site: web::Data<Site>,
    administrator: Administrator,
    id: web::Path<i64>,
    form: web::Form<BoardForm>,
) -> Result<HttpResponse, Error> {
    save(&site, &administrator, Some(BoardId(*id)), form.into_inner()).await
}

async fn save(
    site: &Site,
    administrator: &Administrator,
    id: Option<BoardId>,
    form: BoardForm,
) -> Result<HttpResponse, Error> {
    let boards = all(site).await?;
    let (written, mut problems) = read_form(&boards, id, &form);
    if let Some(written) = written {
        let (by, now) = (administrator.0.id, site.clock.now());
        match site.db.write(move |conn| actions::save(conn, id, &written, by, now)).await {
            Ok(_) => return see_other("/admin/boards"),
            Err(Error::Conflict(why)) => problems.add("slug", why),
            Err(Error::Refused(why)) => problems.add("parent", why),
            Err(Error::Forbidden(why)) => problems.add("is_help", why),
            Err(other) => return Err(other),
        }
    }
    show(site, administrator, StatusCode::UNPROCESSABLE_ENTITY, &boards, id, form, problems)
}

fn read_form(boards: &[Board], id: Option<BoardId>, form: &BoardForm) -> (Option<Written>, Problems) {
    let mut problems = Problems::none();
    let title = form.title.trim();
    if !(2..=60).contains(&title.chars().count()) {
        problems.add("title", "Write a title of 2 to 60 characters.");
    }
    let about = form.about.trim();
    if about.chars().count() > 200 {
        problems.add("about", "Keep the description within 200 characters.");
    }
    problems.check("slug", check_slug(&form.slug));
    let parent = match form.parent.parse::<i64>() {
        Ok(parent) => Some(BoardId(parent)),
        Err(_) if form.parent.is_empty() => None,
        Err(_) => Some(BoardId(0)),
    };
    problems.check("parent", may_stand(boards, id, parent));
    let position = form.position.trim().parse::<i64>().ok().filter(|place| (0..=9999).contains(place));
    if position.is_none() {
        problems.add("position", "Write a number from 0 to 9999; lower ones come first.");
    }
    let (read, write) = (Access::parse(&form.read), Access::parse(&form.write));
    if read.is_none() {
        problems.add("read", "Choose who may read.");
    }
    if write.is_none() {
        problems.add("write", "Choose who may write.");
    }
    match (position, read, write, problems.is_empty()) {
        (Some(position), Some(read), Some(write), true) => {
            let (slug, title, about) = (form.slug.clone(), title.to_owned(), about.to_owned());
            let is_help = form.is_help.is_some();
            (Some(Written { parent, slug, title, about, position, read, write, is_help }), problems)
        }
        _ => (None, problems),
    }
}

async fn delete(
    site: web::Data<Site>,
    administrator: Administrator,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, by, now) = (BoardId(*id), administrator.0.id, site.clock.now());
    site.db.write(move |conn| actions::delete(conn, id, by, now)).await?;
    see_other("/admin/boards")
}
