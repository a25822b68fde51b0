//! The pages of threads: home, board, thread, and the forms that write.

pub(super) mod lists;
mod profile;
mod read;
pub(super) mod rows;
mod start;
pub(in crate::threads) mod write;

use actix_web::web;

use super::live::pages::live;
use super::official;

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/t/{id}/{slug}", web::get().to(read::thread))
        .configure(super::reading::pages::routes)
        .route("/t/{id}/{slug}/live", web::get().to(live))
        // What is done to a thread is a word after its name: those come before its numbers.
        .configure(super::edits::pages::routes)
        .configure(super::moving::pages::routes)
        .route("/t/{id}/{slug}/{number}", web::get().to(read::number))
        .route("/t/{id}", web::get().to(read::bare))
        .route("/p/{post}", web::get().to(read::permalink))
        .route("/", web::get().to(lists::home))
        .route("/b/{slug}", web::get().to(lists::board))
        .route("/b/{slug}/new", web::get().to(start::new_thread))
        .route("/b/{slug}/threads", web::post().to(start::start))
        .route("/t/{id}/replies", web::post().to(write::reply))
        .route("/u/{handle}", web::get().to(profile::profile))
        .route("/preview", web::post().to(write::preview))
        .configure(super::likes::pages::routes)
        .configure(super::answers::pages::routes)
        .configure(super::talk::pages::routes)
        .configure(super::drafts::pages::routes)
        .configure(official::pages::routes);
}
