//! The form that reports a post, the queue of moderators, and a case.

mod queue;
mod report;

use actix_web::web;

/// The addresses of this part of the room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/p/{post}/report", web::get().to(report::form))
        .route("/p/{post}/report", web::post().to(report::send))
        .route("/moderation", web::get().to(queue::queue))
        .route("/moderation/cases/{id}", web::get().to(queue::case))
        .route("/moderation/cases/{id}/claim", web::post().to(queue::claim))
        .route("/moderation/cases/{id}/release", web::post().to(queue::release))
        .route("/moderation/cases/{id}/close", web::post().to(queue::close));
}
