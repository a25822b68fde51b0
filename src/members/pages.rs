//! The administration of members.

mod list;
mod tiers;

use actix_web::{guard, web};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/admin", web::get().to(list::overview))
        .route("/admin/members", web::get().to(list::members))
        .route("/admin/members/{handle}", web::get().to(list::member))
        .route("/admin/members/{handle}/roles", web::post().to(list::set_roles))
        .route("/admin/members/{handle}/tier", web::post().to(list::set_tier))
        .route("/admin/members/{handle}/name", web::post().to(list::settle_name))
        .route("/admin/tiers", web::get().to(tiers::form))
        .route("/admin/tiers", web::post().to(tiers::preview))
        .service(
            web::resource("/admin/tiers/apply")
                .guard(guard::Post())
                .app_data(web::FormConfig::default().limit(tiers::LARGEST_FORM))
                .route(web::post().to(tiers::apply)),
        )
        .configure(super::ranks::pages::routes)
        .configure(super::blocks::pages::routes);
}
