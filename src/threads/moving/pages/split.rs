//! The form that makes a thread of some posts of another.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Desk, keeper};
use crate::accounts::viewer::Moderator;
use crate::boards::BoardId;
use crate::error::Error;
use crate::members;
use crate::members::MemberId;
use crate::text::excerpt;
use crate::text::names::Title;
use crate::threads::edits::pages::{grounds, way};
use crate::threads::moving::rules::Stays;
use crate::threads::moving::{actions, store};
use crate::threads::store::in_range;
use crate::threads::{PostId, ThreadId};
use crate::web::pager::Pages;
use crate::web::{Frame, Problems, Site, When, page_with, see_other};

/// Characters of a post that tell it from the others.
const EXCERPT: usize = 140;

/// The form. The field `post` comes once for each post that is chosen, so it is read by hand.
#[derive(Clone, Debug, Default)]
pub(super) struct SplitForm {
    page: i64,
    posts: Vec<i64>,
    from: String,
    title: String,
    board: String,
    rule: String,
    reason: String,
}

impl SplitForm {
    fn read(fields: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "post" => form.posts.extend(value.parse::<i64>()),
                "page" => form.page = value.parse().unwrap_or(1),
                "from" => form.from = value,
                "title" => form.title = value,
                "board" => form.board = value,
                "rule" => form.rule = value,
                "reason" => form.reason = value,
                _ => {}
            }
        }
        form
    }

    /// From which number on the rest is chosen, if it is.
    fn rest(&self, problems: &mut Problems) -> Option<i64> {
        let from = self.from.trim();
        if self.posts.is_empty() && from.is_empty() {
            problems.add("post", Stays::NothingChosen.to_string());
        }
        let number = (!from.is_empty()).then(|| from.parse::<i64>())?;
        problems.check("from", number.map_err(|_| "Give the number of a post, such as 12."))
    }
}

#[derive(Template)]
#[template(path = "threads/moving/split.html")]
struct SplitPage {
    frame: Frame,
    desk: Desk,
    posts: Vec<PostRow>,
    page: i64,
    pages: i64,
    form: SplitForm,
    problems: Problems,
}

/// A post to choose.
struct PostRow {
    id: i64,
    number: i64,
    author: String,
    at: When,
    words: String,
    is_removed: bool,
    is_chosen: bool,
}

async fn show(
    site: &Site,
    moderator: &Moderator,
    id: i64,
    status: StatusCode,
    form: SplitForm,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (by, wanted) = (keeper(moderator)?, form.page);
    let loading = site.db.read(move |conn| {
        let desk = Desk::at(conn, &by, id)?;
        let (from, to) = Pages { last: desk.thread.last_number }.range(wanted);
        let posts = in_range(conn, desk.thread.id, from, to)?;
        let authors: Vec<MemberId> = posts.iter().map(|post| post.author).collect();
        let people = members::store::by_ids(conn, &authors)?;
        Ok((desk, posts, people))
    });
    let (desk, posts, people) = loading.await?;
    let pages = Pages { last: desk.thread.last_number }.count();
    let rows = posts.into_iter().map(|post| PostRow {
        id: post.id.0,
        number: post.number,
        author: people.get(&post.author).map_or_else(String::new, |one| one.name.clone()),
        at: When(post.created_at),
        words: excerpt(&post.html, EXCERPT),
        is_removed: post.removal.is_some(),
        is_chosen: form.posts.contains(&post.id.0),
    });
    let frame = Frame::new(site, moderator.0.account(), format!("Split {}", desk.thread.title))
        .with_crumbs(way(&desk.board, &desk.thread, "Split"))
        .at(format!("{}/split", desk.thread.path()));
    let page = form.page.clamp(1, pages);
    page_with(status, &SplitPage { frame, posts: rows.collect(), page, pages, desk, form, problems })
}

/// Which page of the thread is offered, and from which post on the rest is chosen.
#[derive(serde::Deserialize)]
pub(super) struct Asked {
    page: Option<i64>,
    from: Option<i64>,
}

pub(super) async fn form(
    site: web::Data<Site>,
    moderator: Moderator,
    path: web::Path<(i64, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let from = asked.from.map_or_else(String::new, |number| number.to_string());
    let form = SplitForm { page: asked.page.unwrap_or(1), from, ..SplitForm::default() };
    show(&site, &moderator, path.0, StatusCode::OK, form, Problems::none()).await
}

pub(super) async fn split(
    site: web::Data<Site>,
    moderator: Moderator,
    id: web::Path<i64>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (id, form, mut problems) = (*id, SplitForm::read(form.into_inner()), Problems::none());
    let title = problems.check("title", Title::parse(&form.title));
    let board = problems.check("board", form.board.parse().map(BoardId).map_err(|_| Stays::NoBoard));
    let grounds = grounds(&mut problems, &form.rule, &form.reason);
    let from = form.rest(&mut problems);
    let (Some(title), Some(board), Some(grounds), true) = (title, board, grounds, problems.is_empty()) else {
        return show(&site, &moderator, id, StatusCode::UNPROCESSABLE_ENTITY, form, problems).await;
    };
    let (by, now, thread) = (keeper(&moderator)?, site.clock.now(), ThreadId(id));
    let chosen: Vec<PostId> = form.posts.iter().copied().map(PostId).collect();
    let writing = site.db.write(move |conn| {
        let chosen = with_the_rest(chosen, from, &store::posts_of(conn, thread)?);
        actions::split(conn, &by, thread, &chosen, &title, board, &grounds, now)
    });
    match writing.await {
        Ok(posted) => see_other(&crate::paths::thread(posted.thread.0, &posted.slug)),
        Err(Error::Refused(why)) => {
            let problems = Problems::one("post", why);
            show(&site, &moderator, id, StatusCode::UNPROCESSABLE_ENTITY, form, problems).await
        }
        Err(other) => Err(other),
    }
}

/// The chosen posts, and every one from this number on.
fn with_the_rest(
    mut chosen: Vec<PostId>,
    from: Option<i64>,
    all: &[crate::threads::moving::rules::Standpoint],
) -> Vec<PostId> {
    let rest = all.iter().filter(|one| from.is_some_and(|from| one.number >= from));
    chosen.extend(rest.map(|one| one.post));
    chosen
}
