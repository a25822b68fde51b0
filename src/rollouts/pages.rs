//! What managers, members and everybody see of rollouts.

mod manage;
mod member;
mod public;

use actix_web::web;

use super::RolloutId;

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config.configure(manage::routes).configure(member::routes).configure(public::routes);
}

fn public_path(id: RolloutId) -> String {
    format!("/rollouts/{}", id.0)
}

fn managed(id: RolloutId) -> String {
    format!("/manage/rollouts/{}", id.0)
}
