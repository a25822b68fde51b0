//! The log of what was destroyed, for everybody; and for each member their own receipts and who opened their case.

mod destroyed;
mod own;

use actix_web::web;

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/openness/destroyed", web::get().to(destroyed::show))
        .route("/openness/destroyed", web::post().to(destroyed::check))
        .route("/openness/destroyed/head", web::get().to(destroyed::head))
        .route("/openness/destroyed/proof/{place}", web::get().to(destroyed::proof))
        .route("/verification/receipts", web::get().to(own::receipts))
        .route("/verification/receipts/{place}", web::get().to(own::receipt))
        .route("/verification/opened", web::get().to(own::opened));
}
