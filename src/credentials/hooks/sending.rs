//! Sending a message: one request, no way on to anywhere else.

use std::net::ToSocketAddrs;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use url::Url;

use super::rules::Reach;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// A message, ready to leave.
#[derive(Clone, Debug)]
pub struct Message {
    /// To which address.
    pub address: String,
    /// Its name, the same for each try.
    pub name: String,
    /// The second at which it leaves.
    pub second: i64,
    /// Over name, second and body.
    pub signature: String,
    /// The body.
    pub body: String,
}

/// Looks names up, and hands on no address that is out of reach. The connection is made to what is handed on, so a
/// name that means something else a moment later changes nothing.
#[derive(Debug)]
struct Within(Reach, DefaultResolver);

/// Every address of a name is out of reach.
#[derive(Debug, thiserror::Error)]
#[error("the address leads into a private network")]
struct OutOfReach;

impl Resolver for Within {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.1.resolve(uri, config, timeout)?;
        let mut within = self.empty();
        for place in found.iter().filter(|place| self.0.holds(place.ip())) {
            within.push(*place);
        }
        if within.is_empty() { Err(ureq::Error::Other(Box::new(OutOfReach))) } else { Ok(within) }
    }
}

/// Whether the name in an address leads out of reach at this moment; blocks while it is looked up. A name that
/// nobody knows yet does not.
#[must_use]
pub fn leads_out(address: &str, reach: Reach) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return false };
    let found = (host.trim_matches(['[', ']']), port).to_socket_addrs();
    found.is_ok_and(|mut places| places.any(|place| !reach.holds(place.ip())))
}

/// Sends a message; blocks while it does. The answer's body is not read.
///
/// # Errors
/// What went wrong, in words for the page of deliveries.
pub fn send(message: &Message, reach: Reach) -> Result<(), String> {
    let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
    // A proxy would look the name up itself.
    let config = if reach == Reach::Public { config.proxy(None) } else { config };
    let config = config.timeout_global(Some(PATIENCE)).build();
    let within = Within(reach, DefaultResolver::default());
    let agent = ureq::Agent::with_parts(config, DefaultConnector::new(), within);
    let sent = agent
        .post(&message.address)
        .header("content-type", "application/json")
        .header("user-agent", "Touchstone")
        .header("webhook-id", &message.name)
        .header("webhook-timestamp", message.second.to_string())
        .header("webhook-signature", &message.signature)
        .send(&message.body);
    match sent {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("it answered {}", answer.status().as_u16())),
        Err(ureq::Error::Timeout(_)) => Err("it did not answer in time".to_owned()),
        Err(ureq::Error::ConnectionFailed | ureq::Error::HostNotFound) => {
            Err("it cannot be reached".to_owned())
        }
        Err(ureq::Error::Io(_)) => Err("the connection failed or broke off".to_owned()),
        Err(ureq::Error::Other(cause)) if cause.is::<OutOfReach>() => Err(OutOfReach.to_string()),
        Err(_) => Err("the request failed".to_owned()),
    }
}
