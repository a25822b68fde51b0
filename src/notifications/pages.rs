//! The pages: the list, what one chooses, ending mails with one click, and mail that does not get through.

mod list;
mod mail;
mod settings;
mod unsubscribe;

use actix_web::web;

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/notifications", web::get().to(list::list))
        .route("/notifications/read", web::post().to(list::read_all))
        .route("/notifications/{id}", web::get().to(list::open))
        .route("/notifications/{id}/read", web::post().to(list::read))
        .route("/settings/notifications", web::get().to(settings::show))
        .route("/settings/notifications", web::post().to(settings::save))
        .route("/unsubscribe/{token}", web::get().to(unsubscribe::ask))
        .route("/unsubscribe/{token}", web::post().to(unsubscribe::end))
        .route("/admin/mail", web::get().to(mail::show))
        .route("/admin/mail/{id}/again", web::post().to(mail::again))
        .route("/admin/mail/events/{id}/again", web::post().to(mail::event_again));
}
