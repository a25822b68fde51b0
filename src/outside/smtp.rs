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

impl Smtp {
    /// What says that a program wrote it (RFC 3834), on which list it is (RFC 2919), and how one leaves that with one
    /// click (RFC 8058).
    fn more_heads(&self, mail: &Mail) -> Vec<(header::HeaderName, String)> {
        const AUTOMATIC: header::HeaderName = header::HeaderName::new_from_ascii_str("Auto-Submitted");
        const LIST: header::HeaderName = header::HeaderName::new_from_ascii_str("List-Id");
        const LEAVE: header::HeaderName = header::HeaderName::new_from_ascii_str("List-Unsubscribe");
        const AT_ONCE: header::HeaderName = header::HeaderName::new_from_ascii_str("List-Unsubscribe-Post");
        let mut heads = vec![(AUTOMATIC, "auto-generated".to_owned())];
        if let Some(address) = &mail.unsubscribe {
            heads.push((LIST, format!("<notifications.{}>", self.host)));
            heads.push((LEAVE, format!("<{address}>")));
            heads.push((AT_ONCE, "List-Unsubscribe=One-Click".to_owned()));
        }
        heads
    }
}

impl Mailer for Smtp {
    fn send(&self, id: i64, mail: &Mail) -> Result<(), Failure> {
        let to =
            mail.to.parse().map_err(|cause| Failure::Final(format!("the address is no address: {cause}")))?;
        let mut head = Message::builder()
            .message_id(Some(format!("<mail-{id}@{}>", self.host)))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .header(header::ContentType::TEXT_PLAIN);
        if let Some(conversation) = &mail.conversation {
            let root = format!("<{conversation}@{}>", self.host);
            head = head.in_reply_to(root.clone()).references(root);
        }
        let mut message = head.body(mail.body.clone()).map_err(|cause| Failure::Final(cause.to_string()))?;
        for (name, value) in self.more_heads(mail) {
            message.headers_mut().insert_raw(header::HeaderValue::new(name, value));
        }
        match self.transport.send(&message) {
            Ok(_) => Ok(()),
            Err(cause) if cause.is_permanent() => Err(Failure::Final(cause.to_string())),
            Err(cause) => Err(Failure::Passing(cause.to_string())),
        }
    }
}
