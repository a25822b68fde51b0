//! The upload page, uploading, and the pictures themselves.

mod form;
mod send;

use actix_web::web;

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/uploads/new", web::get().to(form::new))
        .route("/uploads", web::post().to(form::upload))
        .route("/uploads/{name}", web::get().to(send::picture));
}
