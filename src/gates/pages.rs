//! Where administrators set gates and run tests.
pub fn routes(_: &mut actix_web::web::ServiceConfig) {}
