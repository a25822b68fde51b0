//! The forms that edit posts and titles, and the page of a post's history.

mod edit;
mod history;
mod notes;
mod title;

use actix_web::web;

use super::actions::Found;
use super::rules::Editor;
use crate::accounts::viewer::Member;
use crate::acts::rules::{Actor, Grounds, reason, rule};
use crate::acts::store::{CommunityRule, rules_of, version};
use crate::boards::rules::Board;
use crate::db::Conn;
use crate::error::Error;
use crate::text::diff::{Diff, Shown};
use crate::threads::store::Thread;
use crate::web::{Crumb, Problems};

/// Unchanged lines that are shown around a change.
const CONTEXT: usize = 2;

/// The addresses of this part.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/p/{post}/edit", web::get().to(edit::form))
        .route("/p/{post}/edit", web::post().to(edit::save))
        .route("/p/{post}/history", web::get().to(history::history))
        .route("/p/{post}/revisions/{n}/hide", web::get().to(history::hide_form))
        .route("/p/{post}/revisions/{n}/hide", web::post().to(history::hide))
        .route("/p/{post}/note", web::get().to(notes::form))
        .route("/p/{post}/note", web::post().to(notes::add))
        .route("/p/{post}/notes/{id}/remove", web::post().to(notes::remove))
        .route("/t/{id}/{slug}/title", web::get().to(title::form))
        .route("/t/{id}/title", web::post().to(title::change));
}

/// What changed between two versions, as pages show it.
#[derive(Clone, Debug)]
struct Changes(Diff);

impl Changes {
    fn between(old: &str, new: &str) -> Self {
        Self(Diff::between(&unix(old), &unix(new)))
    }

    /// The lines that changed, and some around them.
    fn shown(&self) -> Vec<Shown<'_>> {
        self.0.near(CONTEXT)
    }
}

fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// A member who edits.
fn editor(member: &Member) -> Editor {
    let until = member.state.silenced_until.max(member.state.suspended_until);
    Editor { id: member.id, standing: member.standing(), silenced_until: until }
}

/// Staff, who may add notes.
fn staff(member: &Member) -> Result<Actor, Error> {
    Actor::of(member.id, &member.roles)
        .ok_or_else(|| Error::Forbidden("This is for moderators and community managers.".into()))
}

/// Reads what an act rests on from its form.
pub(in crate::threads) fn grounds(problems: &mut Problems, number: &str, words: &str) -> Option<Grounds> {
    let rule = problems.check("rule", rule(number));
    let reason = problems.check("reason", reason(words));
    rule.zip(reason).map(|(rule, reason)| Grounds { rule, reason })
}

/// The rules that an act may rest on.
pub(in crate::threads) fn rules_in_force(conn: &mut Conn) -> Result<Vec<CommunityRule>, Error> {
    let version = version(conn)?;
    Ok(rules_of(conn, version)?)
}

/// The way from the home page to something of a thread.
pub(in crate::threads) fn way(board: &Board, thread: &Thread, here: &str) -> Vec<Crumb> {
    vec![
        Crumb::new(&board.title, board.path()),
        Crumb::new(&thread.title, thread.path()),
        Crumb::new(here, ""),
    ]
}

/// The way from the home page to something of a post.
fn way_of(found: &Found, here: &str) -> Vec<Crumb> {
    let mut way = way(&found.board, &found.thread, here);
    way.insert(2, Crumb::new(format!("Post {}", found.post.number), found.posted().path()));
    way
}
