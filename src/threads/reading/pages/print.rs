//! A thread for printing: its words and nothing around them.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::Viewer;
use crate::error::Error;
use crate::paths;
use crate::text::SafeHtml;
use crate::threads::reading::store::{self, Told};
use crate::threads::store::Thread;
use crate::threads::{ThreadId, actions};
use crate::web::answers::moved;
use crate::web::{Frame, Site, When, page};

/// Posts that are printed at the most.
const POSTS: i64 = 500;

#[derive(Template)]
#[template(path = "threads/print.html")]
struct PrintPage {
    frame: Frame,
    thread: Thread,
    board: String,
    started: When,
    posts: Vec<Printed>,
    is_cut: bool,
}

struct Printed {
    number: i64,
    author: String,
    at: When,
    edited: Option<When>,
    html: Option<SafeHtml>,
}

impl From<Told> for Printed {
    fn from(post: Told) -> Self {
        Self {
            number: post.number,
            author: post.author.name,
            at: When(post.at),
            edited: post.edited_at.map(When),
            html: post.html,
        }
    }
}

pub(super) async fn print(
    site: web::Data<Site>,
    viewer: Viewer,
    path: web::Path<(i64, String)>,
) -> Result<HttpResponse, Error> {
    let (id, slug) = path.into_inner();
    let standing = viewer.standing();
    let loading = site.db.read(move |conn| {
        let (thread, board) = actions::find_open(conn, ThreadId(id), &standing)?;
        let posts = store::first_of_thread(conn, thread.id, POSTS + 1)?;
        Ok((thread, board, posts))
    });
    let (thread, board, mut posts) = loading.await?;
    if slug != thread.slug {
        return moved(&paths::print(id, &thread.slug));
    }
    let most = usize::try_from(POSTS).unwrap_or(usize::MAX);
    let is_cut = posts.len() > most;
    posts.truncate(most);
    let frame = Frame::new(&site, viewer.account(), &thread.title).canonical(&site, &thread.path());
    page(&PrintPage {
        frame,
        board: board.title,
        started: When(thread.created_at),
        posts: posts.into_iter().map(Printed::from).collect(),
        is_cut,
        thread,
    })
}
