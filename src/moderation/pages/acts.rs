//! Acts on posts and threads.

use actix_web::{Handler, HttpResponse, web};

use super::sheet::{ActForm, Sheet, blank, submit};
use crate::accounts::viewer::Moderator;
use crate::error::Error;
use crate::moderation::actions::{self, Switch};
use crate::moderation::cases::actions::readable_place;
use crate::paths;
use crate::threads::actions::find_open;
use crate::threads::store::Thread;
use crate::threads::{PostId, ThreadId};
use crate::web::{Crumb, Site};

type Asked = (web::Data<Site>, Moderator, web::Path<(i64, String)>, web::Query<ActForm>);
type Sent = (web::Data<Site>, Moderator, web::Path<i64>, web::Form<ActForm>);
type Answer = Result<HttpResponse, Error>;

fn removing(post: i64) -> Sheet {
    Sheet {
        heading: "Remove a post".to_owned(),
        lede: "The post’s number stays, and a stub with your reason stands in its place. Its author is told, and can appeal.",
        action: format!("/p/{post}/remove"),
        button: "Remove the post",
        is_grave: true,
        has_end: false,
        about: Crumb::new("The post", paths::post(post)),
    }
}

fn restoring(post: i64) -> Sheet {
    Sheet {
        heading: "Restore a post".to_owned(),
        lede: "The post stands again where it stood, with all that belongs to it. Its author is told.",
        action: format!("/p/{post}/restore"),
        button: "Restore the post",
        is_grave: false,
        ..removing(post)
    }
}

pub(super) async fn remove_form(
    site: web::Data<Site>,
    moderator: Moderator,
    post: web::Path<i64>,
    asked: web::Query<ActForm>,
) -> Result<HttpResponse, Error> {
    let (post, standing) = (*post, moderator.0.standing());
    let sheet = move |conn: &mut _| {
        let place = readable_place(conn, PostId(post), &standing)?;
        if place.is_removed { Err(Error::NotFound) } else { Ok(removing(post)) }
    };
    blank(&site, &moderator, asked.into_inner(), sheet).await
}

pub(super) async fn restore_form(
    site: web::Data<Site>,
    moderator: Moderator,
    post: web::Path<i64>,
    asked: web::Query<ActForm>,
) -> Result<HttpResponse, Error> {
    let (post, standing) = (*post, moderator.0.standing());
    let sheet = move |conn: &mut _| {
        let place = readable_place(conn, PostId(post), &standing)?;
        if place.is_removed { Ok(restoring(post)) } else { Err(Error::NotFound) }
    };
    blank(&site, &moderator, asked.into_inner(), sheet).await
}

pub(super) async fn remove(
    site: web::Data<Site>,
    moderator: Moderator,
    post: web::Path<i64>,
    form: web::Form<ActForm>,
) -> Result<HttpResponse, Error> {
    let post = *post;
    submit(&site, &moderator, removing(post), form.into_inner(), move |conn, work, _| {
        let place = actions::remove(conn, work, PostId(post))?;
        Ok(paths::post_number(place.thread.0, &place.slug, place.number))
    })
    .await
}

pub(super) async fn restore(
    site: web::Data<Site>,
    moderator: Moderator,
    post: web::Path<i64>,
    form: web::Form<ActForm>,
) -> Result<HttpResponse, Error> {
    let post = *post;
    submit(&site, &moderator, restoring(post), form.into_inner(), move |conn, work, _| {
        let place = actions::restore(conn, work, PostId(post))?;
        Ok(paths::post_number(place.thread.0, &place.slug, place.number))
    })
    .await
}

fn switching(id: i64, switch: Switch, title: Option<&str>) -> Sheet {
    let (heading, lede, word, button) = match switch {
        Switch::Locked(true) => (
            "Lock a thread",
            "It can be read, but not answered, until it is opened again.",
            "lock",
            "Lock the thread",
        ),
        Switch::Locked(false) => ("Open a thread", "It can be answered again.", "unlock", "Open the thread"),
        Switch::Pinned(true) => {
            ("Pin a thread", "It stands above the others of its board.", "pin", "Pin the thread")
        }
        Switch::Pinned(false) => {
            ("Unpin a thread", "It goes back among the others of its board.", "unpin", "Unpin the thread")
        }
    };
    Sheet {
        heading: heading.to_owned(),
        lede,
        action: format!("/t/{id}/{word}"),
        button,
        is_grave: switch == Switch::Locked(true),
        has_end: false,
        about: Crumb::new(title.unwrap_or("The thread"), format!("/t/{id}")),
    }
}

/// What shows the page that asks before a thread is switched from how it stands.
pub(super) fn switch_form(from: fn(&Thread) -> Switch) -> impl Handler<Asked, Output = Answer> {
    move |site: web::Data<Site>,
          moderator: Moderator,
          thread: web::Path<(i64, String)>,
          asked: web::Query<ActForm>| async move {
        let (id, standing) = (thread.0, moderator.0.standing());
        let sheet = move |conn: &mut _| {
            let (thread, _) = find_open(conn, ThreadId(id), &standing)?;
            Ok(switching(id, from(&thread), Some(&thread.title)))
        };
        blank(&site, &moderator, asked.into_inner(), sheet).await
    }
}

/// What switches a thread.
pub(super) fn switch(to: Switch) -> impl Handler<Sent, Output = Answer> {
    move |site: web::Data<Site>, moderator: Moderator, id: web::Path<i64>, form: web::Form<ActForm>| async move {
        let id = *id;
        let act = move |conn: &mut _, work: &_, _| actions::switch(conn, work, ThreadId(id), to);
        submit(&site, &moderator, switching(id, to, None), form.into_inner(), act).await
    }
}
