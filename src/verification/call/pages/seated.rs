//! Whoever may act in a call: an agent at the desk, and one who sits in this very call.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::accounts::agent::Agent;
use crate::accounts::factors::store as factors;
use crate::accounts::viewer::{Extracting, Member};
use crate::error::Error;
use crate::verification::call::CallId;
use crate::verification::call::room::{Holder, actions as room};
use crate::web::Site;

/// The agent of a call. A call may last longer than the desk waits for work, so whoever sits in it by the session
/// that once showed its second factor is not asked for it again while the call runs: for the addresses of this
/// call alone, and for 90 minutes at most.
#[derive(Clone, Debug)]
pub struct Seated(pub Agent);

impl FromRequest for Seated {
    type Error = Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let agent = Agent::from_request(request, payload);
        let member = Member::from_request(request, payload);
        let call = request.match_info().get("id").and_then(|id| id.parse().ok()).map(CallId);
        let site = request.app_data::<web::Data<Site>>().cloned();
        Box::pin(async move {
            match (agent.await, call, site) {
                (Ok(agent), ..) => Ok(Self(agent)),
                (Err(Error::ProofNeeded), Some(call), Some(site)) => {
                    let member = member.await?;
                    if is_proved(&site, &member, call).await? {
                        // Not written down as work: the rest of the desk stays closed.
                        Ok(Self(Agent(member)))
                    } else {
                        Err(Error::ProofNeeded)
                    }
                }
                (Err(refusal), ..) => Err(refusal),
            }
        })
    }
}

async fn is_proved(site: &Site, member: &Member, call: CallId) -> Result<bool, Error> {
    let (holder, now) = (Holder { member: member.id, session: member.session }, site.clock.now());
    let looking = site.db.read(move |conn| {
        let standing = factors::standing(conn, holder.member, holder.session)?;
        let was_shown = standing.is_some_and(|standing| standing.has_factor && standing.proved_at.is_some());
        Ok(was_shown && room::is_in_call(conn, call, holder, now)?)
    });
    looking.await
}
