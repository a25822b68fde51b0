//! Pages about reading: what is new, what is kept, feeds, print, and the forms beside them.

mod feeds;
mod forms;
mod lists;
mod map;
mod print;

use actix_web::web;

/// The addresses of this part of the room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/t/{id}/{slug}/print", web::get().to(print::print))
        .route("/t/{id}/{slug}/feed", web::get().to(feeds::thread))
        .route("/b/{slug}/feed", web::get().to(feeds::board))
        .route("/feed", web::get().to(feeds::site))
        .route("/sitemap.xml", web::get().to(map::sitemap))
        .route("/unread", web::get().to(lists::unread))
        .route("/bookmarks", web::get().to(lists::bookmarks))
        .route("/read", web::post().to(forms::read_all))
        .route("/b/{slug}/read", web::post().to(forms::read_board))
        .route("/b/{slug}/level", web::post().to(forms::board_level))
        .route("/t/{id}/read", web::post().to(forms::read_thread))
        .route("/t/{id}/unread", web::post().to(forms::unread_thread))
        .route("/t/{id}/level", web::post().to(forms::level))
        .route("/t/{id}/bookmark", web::post().to(forms::bookmark))
        .route("/t/{id}/unbookmark", web::post().to(forms::unbookmark));
}
