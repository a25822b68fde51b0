//! The forms of moderators that move threads and posts.

mod merge;
mod relocate;
mod split;

use actix_web::web;

use super::rules::Keeper;
use crate::accounts::viewer::Moderator;
use crate::acts::rules::Actor;
use crate::acts::store::CommunityRule;
use crate::boards;
use crate::boards::rules::{Board, readable};
use crate::db::Conn;
use crate::error::Error;
use crate::threads::ThreadId;
use crate::threads::actions::find_open;
use crate::threads::edits::pages::rules_in_force;
use crate::threads::store::Thread;

/// The addresses of this part.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/t/{id}/{slug}/move", web::get().to(relocate::form))
        .route("/t/{id}/move", web::post().to(relocate::relocate))
        .route("/t/{id}/{slug}/split", web::get().to(split::form))
        .route("/t/{id}/split", web::post().to(split::split))
        .route("/t/{id}/{slug}/merge", web::get().to(merge::form))
        .route("/t/{id}/merge", web::post().to(merge::merge));
}

/// What every one of these forms needs.
#[derive(Clone, Debug)]
struct Desk {
    thread: Thread,
    board: Board,
    boards: Vec<Choice>,
    rules: Vec<CommunityRule>,
}

/// A board to choose.
#[derive(Clone, Debug)]
struct Choice {
    id: i64,
    title: String,
}

/// A moderator at work.
fn keeper(moderator: &Moderator) -> Result<Keeper, Error> {
    let member = &moderator.0;
    let actor = Actor::of(member.id, &member.roles).ok_or(Error::NotFound)?;
    Ok(Keeper { actor, standing: member.standing() })
}

impl Desk {
    /// The thread, if it still has its posts, and what the form offers.
    fn at(conn: &mut Conn, by: &Keeper, id: i64) -> Result<Self, Error> {
        let (thread, board) = find_open(conn, ThreadId(id), &by.standing)?;
        if thread.merged_into.is_some() {
            return Err(Error::NotFound);
        }
        let all = boards::store::all(conn)?;
        let boards = readable(&all, &by.standing).into_iter().map(|one| choice(&all, one)).collect();
        Ok(Self { thread, board, boards, rules: rules_in_force(conn)? })
    }
}

/// A board inside another is named after it.
fn choice(all: &[Board], board: &Board) -> Choice {
    let parent = all.iter().find(|one| Some(one.id) == board.parent);
    let title = parent.map_or_else(|| board.title.clone(), |one| format!("{} › {}", one.title, board.title));
    Choice { id: board.id.0, title }
}
