//! The pages of moderators: each act on a form of its own that names a rule and a reason.

mod acts;
mod log;
mod sheet;

use actix_web::web;

use super::actions::Switch;
pub(super) use sheet::{ActForm, Sheet, actor, blank, submit};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/p/{post}/remove", web::get().to(acts::remove_form))
        .route("/p/{post}/remove", web::post().to(acts::remove))
        .route("/p/{post}/restore", web::get().to(acts::restore_form))
        .route("/p/{post}/restore", web::post().to(acts::restore))
        .route("/t/{id}/lock", web::post().to(acts::switch(Switch::Locked(true))))
        .route("/t/{id}/unlock", web::post().to(acts::switch(Switch::Locked(false))))
        .route("/t/{id}/pin", web::post().to(acts::switch(Switch::Pinned(true))))
        .route("/t/{id}/unpin", web::post().to(acts::switch(Switch::Pinned(false))))
        .route("/moderation/log", web::get().to(log::log))
        .configure(super::cases::pages::routes)
        .configure(super::appeals::pages::routes)
        .configure(super::sanctions::pages::routes)
        .configure(super::held::pages::routes);
}

/// The addresses below a thread's own, which have a word where a post's number stands.
pub fn thread_routes(config: &mut web::ServiceConfig) {
    config
        .route(
            "/t/{id}/{slug}/lock",
            web::get().to(acts::switch_form(|thread| Switch::Locked(!thread.locked))),
        )
        .route(
            "/t/{id}/{slug}/pin",
            web::get().to(acts::switch_form(|thread| Switch::Pinned(!thread.pinned))),
        );
}
