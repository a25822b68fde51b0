//! The images of the document behind a badge, for whoever may take its second look: each request is one look, which
//! the member sees.

use actix_web::{HttpResponse, web};

use super::LIST;
use crate::accounts::agent::Agent;
use crate::db::Conn;
use crate::error::Error;
use crate::verification::badge::store;
use crate::verification::desk::pages::images::{Asked, answer, closely};
use crate::verification::evidence::Vault;
use crate::verification::evidence::store::{Image, of_case};
use crate::verification::{CaseId, EvidenceId};
use crate::web::Site;

/// An image of the document that a badge stands on, while it is there. Whether the agent may look is decided where it
/// is opened.
fn find(conn: &mut Conn, grant: i64, image: EvidenceId) -> Result<Image, Error> {
    let case = store::look(conn, grant)?.and_then(|look| look.case).ok_or(Error::NotFound)?;
    let images = of_case(conn, CaseId(case))?;
    images.into_iter().find(|one| one.id == image && one.destroyed_at.is_none()).ok_or(Error::NotFound)
}

pub(super) async fn send(
    site: web::Data<Site>,
    vault: web::Data<Vault>,
    agent: Agent,
    path: web::Path<(i64, i64)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (grant, image) = (path.0, EvidenceId(path.1));
    site.db.read(move |conn| find(conn, grant, image)).await?;
    answer(&site, &vault, &agent, image, asked.view()).await
}

/// An image by itself, with links that turn it and go nearer.
pub(super) async fn look(
    site: web::Data<Site>,
    agent: Agent,
    path: web::Path<(i64, i64)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (grant, image) = (path.0, EvidenceId(path.1));
    let found = site.db.read(move |conn| find(conn, grant, image)).await?;
    let back = (format!("badge {grant}"), format!("{LIST}/{grant}"));
    closely(&site, &agent, &found, back, asked.view())
}
