//! What managers, members and everybody see of rollouts.

mod manage;

use actix_web::web;

use super::RolloutId;

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config.configure(manage::routes);
}

fn managed(id: RolloutId) -> String {
    format!("/manage/rollouts/{}", id.0)
}
