//! Whoever works at the agents' desk. A handler that takes an [`Agent`] cannot run without one whose second factor
//! was shown in this session, and who has not been away for 15 minutes.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};

use super::factors::pages;
use super::factors::rules::{Desk, KEPT, desk, is_desk_form};
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

/// A trust administrator: what they do with badges asks for the second factor as the desk does.
#[derive(Clone, Debug)]
pub struct Trust(pub Member);

impl FromRequest for Trust {
    type Error = Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let member = holder(request, Member::is_trusted, "This is for trust administrators.");
        let site = request.app_data::<web::Data<Site>>().cloned();
        Box::pin(async move {
            let member = member.await?;
            let site = site.ok_or_else(|| Error::internal("there is no site"))?;
            admit(&site, &member).await?;
            Ok(Self(member))
        })
    }
}

/// Lets somebody in whose session showed its second factor and went on working, and writes that down once a minute.
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

/// Middleware: a form of the desk, or of trust administrators, that was refused because its sender has to show a second factor comes back with
/// the page that asks for it, and is sent again after. Nothing of it is stored.
///
/// # Errors
/// When the form does not arrive whole.
pub async fn keep_typed(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if !may_be_kept(&request) {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    let body = match request.extract::<web::Bytes>().await {
        Ok(body) => body,
        Err(cause) => return Ok(request.error_response(cause)),
    };
    request.set_payload(Payload::from(body.clone()));
    let response = next.call(request).await?.map_into_boxed_body();
    let is_late = response
        .response()
        .error()
        .is_some_and(|cause| matches!(cause.as_error::<Error>(), Some(Error::ProofNeeded)));
    if !is_late || body.len() > KEPT {
        return Ok(response);
    }
    let (request, _) = response.into_parts();
    let answer = match pages::ask_and_keep(&request, &body).await {
        Ok(answer) => answer,
        Err(cause) => HttpResponse::from_error(cause),
    };
    Ok(ServiceResponse::new(request, answer))
}

/// Whether a request is a form of the desk, and not too large to be held in memory.
fn may_be_kept(request: &ServiceRequest) -> bool {
    if request.method() != Method::POST || !is_desk_form(request.path()) {
        return false;
    }
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_form =
        text(&CONTENT_TYPE).is_none_or(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let length = text(&CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    is_form && length.is_none_or(|length| length <= KEPT)
}
