//! The pages of an account: joining, signing in, a new password, settings.

mod demo;
mod join;
mod reset;
mod settings;
mod sign_in;

use actix_web::web;

use super::mails::Letterhead;
use crate::web::Site;

pub(in crate::accounts) use sign_in::add_cookie;

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/join", web::get().to(join::form))
        .route("/join", web::post().to(join::join))
        .route("/join/check-mail", web::get().to(join::check_mail))
        .route("/join/confirm", web::get().to(join::confirm_form))
        .route("/join/confirm", web::post().to(join::confirm))
        .route("/login", web::get().to(sign_in::form))
        .route("/login", web::post().to(sign_in::sign_in))
        .route("/logout", web::post().to(sign_in::sign_out))
        .route("/reset", web::get().to(reset::ask_form))
        .route("/reset", web::post().to(reset::ask))
        .route("/reset/sent", web::get().to(reset::sent))
        .route("/reset/choose", web::get().to(reset::choose_form))
        .route("/reset/choose", web::post().to(reset::choose))
        .route("/settings", web::get().to(settings::show))
        .route("/settings/profile", web::post().to(settings::save_profile))
        .route("/settings/reading", web::post().to(settings::save_reading))
        .route("/settings/password", web::post().to(settings::change_password))
        .route("/settings/confirmation", web::post().to(settings::resend))
        .route("/settings/sessions/{id}/end", web::post().to(settings::end_session))
        .route("/settings/sessions/end-others", web::post().to(settings::end_others));
}

/// The addresses that only a demo has.
pub fn demo_routes(config: &mut web::ServiceConfig) {
    config
        .route("/demo", web::get().to(demo::choose))
        .route("/demo", web::post().to(demo::become_somebody))
        .route("/demo/{handle}", web::get().to(demo::enter));
}

pub(in crate::accounts) fn letterhead(site: &Site) -> Letterhead {
    Letterhead { origin: site.settings.origin(), community: site.settings.name.clone() }
}
