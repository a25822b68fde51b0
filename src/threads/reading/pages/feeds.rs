//! Atom feeds: of a thread, of a board, of the whole site. A function of what the reader may see and nothing else.

use actix_web::http::header::{ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::Viewer;
use crate::boards;
use crate::boards::rules::{Board, readable};
use crate::clock::{Time, rfc3339};
use crate::error::Error;
use crate::paths;
use crate::text::SafeHtml;
use crate::threads::reading::store::{self, Started, Told};
use crate::threads::{ThreadId, actions};
use crate::tokens;
use crate::web::Site;
use crate::web::answers::moved;

/// Entries in a feed.
const ENTRIES: i64 = 30;

#[derive(Template)]
#[template(path = "threads/feed.xml")]
struct Feed {
    origin: String,
    /// The feed's own address, and that of the page it belongs to.
    path: String,
    page: String,
    title: String,
    updated: String,
    entries: Vec<Entry>,
}

struct Entry {
    /// Stays the same for good, wherever the post moves.
    permalink: String,
    path: String,
    title: String,
    author: String,
    author_path: String,
    published: String,
    updated: String,
    html: String,
}

/// What XML can hold of a text; the rest has no meaning to readers either.
fn clean(text: &str) -> String {
    let may_stand = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    text.chars().filter(may_stand).collect()
}

fn changed(post: &Told) -> Time {
    post.edited_at.map_or(post.at, |edited| edited.max(post.at))
}

fn entry(post: &Told, title: &str, path: String) -> Entry {
    Entry {
        permalink: paths::post(post.id.0),
        path,
        title: clean(title),
        author: clean(&post.author.name),
        author_path: post.author.path(),
        published: rfc3339(post.at),
        updated: rfc3339(changed(post)),
        html: clean(post.html.as_ref().map_or("", SafeHtml::as_str)),
    }
}

/// Answers with the feed, or says that the reader has it already.
fn answer(request: &HttpRequest, feed: &Feed) -> Result<HttpResponse, Error> {
    let body = feed.render().map_err(|cause| Error::internal(format!("a template failed: {cause}")))?;
    let tag = format!("\"{}\"", data_encoding::HEXLOWER.encode(&tokens::hash(&body)[..12]));
    let known = request.headers().get(IF_NONE_MATCH).and_then(|sent| sent.to_str().ok());
    let is_known = known.is_some_and(|sent| sent.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    if is_known {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    let kind = "application/atom+xml; charset=utf-8";
    Ok(HttpResponse::Ok().content_type(kind).insert_header((ETAG, tag)).body(body))
}

pub(super) async fn thread(
    site: web::Data<Site>,
    viewer: Viewer,
    request: HttpRequest,
    path: web::Path<(i64, String)>,
) -> Result<HttpResponse, Error> {
    let (id, slug) = path.into_inner();
    let standing = viewer.standing();
    let loading = site.db.read(move |conn| {
        let (thread, _) = actions::find_open(conn, ThreadId(id), &standing)?;
        let posts = store::newest_of_thread(conn, thread.id, ENTRIES)?;
        Ok((thread, posts))
    });
    let (thread, posts) = loading.await?;
    let here = paths::thread_feed(id, &thread.slug);
    if slug != thread.slug {
        return moved(&here);
    }
    let entries = posts.iter().map(|post| {
        let title = format!("{}: post {} by {}", thread.title, post.number, post.author.name);
        entry(post, &title, paths::post_number(id, &thread.slug, post.number))
    });
    let updated = posts.iter().map(changed).max().unwrap_or(thread.created_at);
    let feed = Feed {
        origin: site.settings.origin(),
        path: here,
        page: thread.path(),
        title: clean(&thread.title),
        updated: rfc3339(updated),
        entries: entries.collect(),
    };
    answer(&request, &feed)
}

pub(super) async fn board(
    site: web::Data<Site>,
    viewer: Viewer,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let standing = viewer.standing();
    let loading = site.db.read(move |conn| {
        let boards = boards::store::all(conn)?;
        let board = readable(&boards, &standing).into_iter().find(|board| board.slug == *slug);
        let board = board.ok_or(Error::NotFound)?.clone();
        let started = store::started(conn, &[board.id], standing.audiences(), ENTRIES)?;
        Ok((board, started))
    });
    let (board, started) = loading.await?;
    let title = format!("{}, {}", board.title, site.settings.name);
    let feed = feed_of(&site, paths::board_feed(&board.slug), board.path(), &title, &started);
    answer(&request, &feed)
}

pub(super) async fn site(
    site: web::Data<Site>,
    viewer: Viewer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let standing = viewer.standing();
    let loading = site.db.read(move |conn| {
        let boards = boards::store::all(conn)?;
        let open: Vec<_> = readable(&boards, &standing).into_iter().map(|board: &Board| board.id).collect();
        Ok(store::started(conn, &open, standing.audiences(), ENTRIES)?)
    });
    let started = loading.await?;
    let feed = feed_of(&site, paths::feed(), "/".to_owned(), &site.settings.name, &started);
    answer(&request, &feed)
}

fn feed_of(site: &Site, path: String, page: String, title: &str, started: &[Started]) -> Feed {
    let entries = started
        .iter()
        .map(|one| entry(&one.first, &one.title, paths::thread(one.thread.0, &one.slug)))
        .collect();
    // A feed without entries was last changed before anything was written.
    let updated = started.iter().map(|one| changed(&one.first)).max().unwrap_or_default();
    Feed {
        origin: site.settings.origin(),
        path,
        page,
        title: clean(title),
        updated: rfc3339(updated),
        entries,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        assert_eq!(clean("a\u{0B}b\u{0}c\u{FFFE}d\te\nf\u{1F600}"), "abcd\te\nf\u{1F600}");
    }
}
