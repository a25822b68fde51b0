//! The buttons that accept an answer and take that back. The thread's page shows what was accepted.

use actix_web::{HttpResponse, web};

use super::actions;
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::paths;
use crate::threads::PostId;
use crate::threads::actions::Author;
use crate::threads::store::Place;
use crate::web::{Site, see_other};

/// The addresses of accepted answers.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/p/{post}/accept", web::post().to(accept))
        .route("/p/{post}/unaccept", web::post().to(unaccept));
}

async fn accept(site: web::Data<Site>, member: Member, post: web::Path<i64>) -> Result<HttpResponse, Error> {
    let (by, post, now) = (author(&member), PostId(*post), site.clock.now());
    back_to(&site.db.write(move |conn| actions::accept(conn, &by, post, now)).await?)
}

async fn unaccept(
    site: web::Data<Site>,
    member: Member,
    post: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (by, post) = (author(&member), PostId(*post));
    back_to(&site.db.write(move |conn| actions::unaccept(conn, &by, post)).await?)
}

fn author(member: &Member) -> Author {
    Author { id: member.id, standing: member.standing(), email_confirmed: member.email_confirmed }
}

fn back_to(place: &Place) -> Result<HttpResponse, Error> {
    see_other(&paths::post_number(place.thread.0, &place.slug, place.number))
}
