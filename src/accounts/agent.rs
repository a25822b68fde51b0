//! Somebody who works verification cases. Stand-in: the role alone.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::viewer::Member;
use crate::error::Error;
use crate::members::rules::Role;

/// A verification agent or a senior agent.
#[derive(Clone, Debug)]
pub struct Agent(pub Member);

impl FromRequest for Agent {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let member = Member::from_request(request, payload);
        Box::pin(async move {
            let member = member.await?;
            if member.is(Role::VerificationAgent) || member.is(Role::SeniorAgent) {
                Ok(Self(member))
            } else {
                Err(Error::Forbidden("This is for verification agents.".into()))
            }
        })
    }
}
