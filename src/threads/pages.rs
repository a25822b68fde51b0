//! The pages of threads: home, board, thread, and the forms that write.

mod lists;
mod profile;
mod read;
mod write;

use actix_web::web;

use super::official;

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/t/{id}/{slug}", web::get().to(read::thread))
        .route("/t/{id}/{slug}/{number}", web::get().to(read::number))
        .route("/t/{id}", web::get().to(read::bare))
        .route("/p/{post}", web::get().to(read::permalink))
        .route("/", web::get().to(lists::home))
        .route("/b/{slug}", web::get().to(lists::board))
        .route("/b/{slug}/new", web::get().to(write::new_thread))
        .route("/b/{slug}/threads", web::post().to(write::start))
        .route("/t/{id}/replies", web::post().to(write::reply))
        .route("/u/{handle}", web::get().to(profile::profile))
        .route("/preview", web::post().to(write::preview))
        .configure(official::pages::routes);
}
