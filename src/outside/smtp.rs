//! Mail by SMTP.

use lettre::message::{Mailbox, header};
use lettre::{Message, SmtpTransport, Transport};
use url::Url;

use super::mail::{Failure, Mail, Mailer};

/// A mail server, and who mail is from.
pub struct Smtp {
    transport: SmtpTransport,
    from: Mailbox,
    host: String,
}

impl Smtp {
    /// Sets the way to the server up; nothing is sent yet. `smtps://` speaks TLS from the start, `smtp://`
    /// takes `?tls=required` or `?tls=opportunistic`.
    ///
    /// # Errors
    /// What is wrong with the address or the sender, in words.
    pub fn new(server: &Url, from: &str, community: &str) -> Result<Self, String> {
        let transport = SmtpTransport::from_url(server.as_str())
            .map_err(|cause| format!("the mail server's address cannot be used: {cause}"))?
            .timeout(Some(std::time::Duration::from_secs(20)))
            .build();
        let address =
            from.parse().map_err(|cause| format!("{from:?} cannot be the sender of mail: {cause}"))?;
        let host = from.rsplit_once('@').map_or("localhost", |(_, host)| host).to_owned();
        Ok(Self { transport, from: Mailbox::new(Some(community.to_owned()), address), host })
    }
}

impl Mailer for Smtp {
    fn send(&self, id: i64, mail: &Mail) -> Result<(), Failure> {
        let to =
            mail.to.parse().map_err(|cause| Failure::Final(format!("the address is no address: {cause}")))?;
        let message = Message::builder()
            .message_id(Some(format!("<mail-{id}@{}>", self.host)))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .header(header::ContentType::TEXT_PLAIN)
            .body(mail.body.clone())
            .map_err(|cause| Failure::Final(cause.to_string()))?;
        match self.transport.send(&message) {
            Ok(_) => Ok(()),
            Err(cause) if cause.is_permanent() => Err(Failure::Final(cause.to_string())),
            Err(cause) => Err(Failure::Passing(cause.to_string())),
        }
    }
}
