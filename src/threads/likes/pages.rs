//! The button that likes, and the page that says who did.

use std::collections::HashMap;

use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::actions::{self, Outcome};
use super::store::{self, After};
use crate::accounts::viewer::{Member, Viewer};
use crate::badges::marks::{self, Marks, grouped};
use crate::error::Error;
use crate::members::MemberId;
use crate::paths;
use crate::threads::PostId;
use crate::threads::actions::Author;
use crate::web::{Crumb, Frame, Site, When, page, see_other};

/// Likes on a page.
const A_PAGE: usize = 50;

/// The addresses of likes.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/p/{post}/like", web::post().to(like))
        .route("/p/{post}/unlike", web::post().to(unlike))
        .route("/p/{post}/likes", web::get().to(likes));
}

async fn like(
    site: web::Data<Site>,
    member: Member,
    post: web::Path<i64>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let (by, post, now) = (author(&member), PostId(*post), site.clock.now());
    let outcome = site.db.write(move |conn| actions::like(conn, &by, post, now)).await?;
    answer(&request, &outcome)
}

async fn unlike(
    site: web::Data<Site>,
    member: Member,
    post: web::Path<i64>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let (by, post) = (author(&member), PostId(*post));
    let outcome = site.db.write(move |conn| actions::unlike(conn, &by, post)).await?;
    answer(&request, &outcome)
}

fn author(member: &Member) -> Author {
    Author { id: member.id, standing: member.standing(), email_confirmed: member.email_confirmed }
}

/// What a script is told.
#[derive(serde::Serialize)]
struct Told {
    likes: i64,
    liked: bool,
}

/// Leads back to the post; a script that asks for JSON stays where it is.
fn answer(request: &HttpRequest, outcome: &Outcome) -> Result<HttpResponse, Error> {
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepted.contains("application/json") {
        return Ok(HttpResponse::Ok().json(Told { likes: outcome.likes, liked: outcome.liked }));
    }
    let place = &outcome.place;
    see_other(&paths::post_number(place.thread.0, &place.slug, place.number))
}

#[derive(Template)]
#[template(path = "threads/likes.html")]
struct LikesPage {
    frame: Frame,
    post_path: String,
    number: i64,
    author: Marks,
    likes: i64,
    likes_in_words: String,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Row {
    marks: Marks,
    at: When,
}

#[derive(serde::Deserialize)]
struct Asked {
    #[serde(default)]
    after: String,
}

async fn likes(
    site: web::Data<Site>,
    viewer: Viewer,
    post: web::Path<i64>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (post, standing, now) = (PostId(*post), viewer.standing(), site.clock.now());
    let after = read_key(&asked.after);
    let limit = i64::try_from(A_PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let loading = site.db.read(move |conn| {
        let place = actions::open_post(conn, post, &standing)?;
        if place.is_removed {
            return Err(Error::NotFound);
        }
        let likers = store::likers(conn, post, after, limit)?;
        let people: Vec<MemberId> = likers.iter().map(|(member, _)| *member).chain([place.author]).collect();
        let marks = marks::of(conn, &people, now)?;
        Ok((place, store::count(conn, post)?, likers, marks))
    });
    let (place, likes, mut likers, mut marks) = loading.await?;
    let next = (likers.len() > A_PAGE).then(|| {
        likers.truncate(A_PAGE);
        let last = likers.last().map(|(by, at)| key(After { at: *at, by: *by })).unwrap_or_default();
        format!("/p/{}/likes?after={last}", post.0)
    });
    let author = marks.get(&place.author).cloned().ok_or(Error::NotFound)?;
    let post_path = paths::post(post.0);
    let way = vec![Crumb::new("The post", &post_path), Crumb::new("Likes", "")];
    page(&LikesPage {
        frame: Frame::new(&site, viewer.account(), "Who likes this post")
            .with_crumbs(way)
            .at(format!("{post_path}/likes")),
        post_path,
        number: place.number,
        author,
        likes,
        likes_in_words: grouped(likes),
        rows: rows(likers, &mut marks),
        next,
    })
}

fn rows(likers: Vec<(MemberId, crate::clock::Time)>, marks: &mut HashMap<MemberId, Marks>) -> Vec<Row> {
    let row = |(member, at)| marks.remove(&member).map(|marks| Row { marks, at: When(at) });
    likers.into_iter().filter_map(row).collect()
}

/// Where the next page begins, as its address says it.
fn key(after: After) -> String {
    format!("{}-{}", after.at.and_utc().timestamp_micros(), after.by.0)
}

/// Reads what [`key`] wrote; anything else begins at the beginning.
fn read_key(text: &str) -> Option<After> {
    let (at, by) = text.split_once('-')?;
    let at = chrono::DateTime::from_timestamp_micros(at.parse().ok()?)?.naive_utc();
    Some(After { at, by: MemberId(by.parse().ok()?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_goes_on_where_the_last_one_ended() {
        let at = chrono::DateTime::from_timestamp_micros(1_795_000_000_123_456).unwrap().naive_utc();
        let after = After { at, by: MemberId(7) };
        assert_eq!(read_key(&key(after)), Some(after));
        assert_eq!(read_key("nonsense"), None);
        assert_eq!(read_key("1-x"), None);
    }
}
