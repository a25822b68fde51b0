//! Sending a message: one request, no way on to anywhere else.

use std::time::Duration;

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

/// Sends a message; blocks while it does. The answer's body is not read.
///
/// # Errors
/// What went wrong, in words for the page of deliveries.
pub fn send(message: &Message) -> Result<(), String> {
    let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
    let agent: ureq::Agent = config.timeout_global(Some(PATIENCE)).build().into();
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
        Err(_) => Err("the request failed".to_owned()),
    }
}
