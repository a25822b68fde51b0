//! Whoever works at the agents' desk. A handler that takes an [`Agent`] cannot run without one whose second factor
//! was shown in this session, and who has not been away for 15 minutes.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use super::factors::rules::{Desk, desk};
use super::factors::store;
use super::viewer::{Extracting, Member, holder};
use crate::error::Error;
use crate::web::Site;

/// A verification agent or a senior agent at the desk.
#[derive(Clone, Debug)]
pub struct Agent(pub Member);

impl FromRequest for Agent {
    type Error = Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let member = holder(request, Member::is_agent, "This is for verification agents.");
        let site = request.app_data::<web::Data<Site>>().cloned();
        Box::pin(async move {
            let member = member.await?;
            let site = site.ok_or_else(|| Error::internal("there is no site"))?;
            admit(&site, &member).await?;
            Ok(Self(member))
        })
    }
}

/// Lets an agent in whose session showed its second factor and went on working, and writes that down once a minute.
async fn admit(site: &Site, member: &Member) -> Result<(), Error> {
    let (id, session, now) = (member.id, member.session, site.clock.now());
    let standing = site.db.read(move |conn| Ok(store::standing(conn, id, session)?)).await?;
    match desk(standing.ok_or(Error::SignInNeeded)?, now) {
        Desk::Open => Ok(()),
        Desk::OpenAndNote => site.db.write(move |conn| Ok(store::note_work(conn, session, now)?)).await,
        Desk::NoFactor => Err(Error::FactorNeeded),
        Desk::Prove => Err(Error::ProofNeeded),
    }
}
