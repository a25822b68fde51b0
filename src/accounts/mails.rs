//! The words of the mails about an account. Plain text, one link each.

use crate::accounts::store::Mailbox;
use crate::outside::mail::Mail;

/// Where links lead, and how the community is called.
#[derive(Clone, Debug)]
pub struct Letterhead {
    /// The public address, without a slash at the end.
    pub origin: String,
    /// The community's name.
    pub community: String,
}

impl Letterhead {
    fn mail(&self, to: &str, subject: &str, paragraphs: &[&str]) -> Mail {
        let mut body = paragraphs.join("\n\n");
        body.push_str("\n\n");
        body.push_str(&self.community);
        body.push('\n');
        body.push_str(&self.origin);
        body.push('\n');
        Mail::new(to, subject, body)
    }

    /// Asks a new member to confirm the address.
    #[must_use]
    pub fn confirm(&self, to: &str, name: &str, token: &str) -> Mail {
        let link = format!("{}/join/confirm?token={token}", self.origin);
        self.mail(
            to,
            &format!("Confirm your address for {}", self.community),
            &[
                &format!("Hello {name},"),
                "please open this link to confirm that this address is yours. After that you can write in the community.",
                &link,
                "The link works once, and for 24 hours. If you did not join, ignore this mail: nothing happens without the link.",
            ],
        )
    }

    /// Tells the owner of an address that somebody tried to join with it.
    #[must_use]
    pub fn joined_already(&self, to: &str, account: &Mailbox) -> Mail {
        let (login, reset) = (format!("{}/login", self.origin), format!("{}/reset", self.origin));
        self.mail(
            to,
            &format!("You have an account at {} already", self.community),
            &[
                &format!("Hello {},", account.name),
                &format!(
                    "somebody, perhaps you, tried to join {} with this address. It belongs to your account {} already, so no second one was made.",
                    self.community, account.handle
                ),
                &format!("Sign in: {login}\nForgotten your password: {reset}"),
                "If it was not you, there is nothing you need to do.",
            ],
        )
    }

    /// Sends the link with which a password is chosen anew.
    #[must_use]
    pub fn reset(&self, to: &str, account: &Mailbox, token: &str) -> Mail {
        let link = format!("{}/reset/choose?token={token}", self.origin);
        self.mail(
            to,
            &format!("Choose a new password for {}", self.community),
            &[
                &format!("Hello {},", account.name),
                &format!("this link lets you choose a new password for your account {}.", account.handle),
                &link,
                "It works once, and for one hour. If you did not ask for it, ignore this mail: your password stays as it is.",
            ],
        )
    }

    /// Tells a member that the password was changed.
    #[must_use]
    pub fn password_changed(&self, to: &str, account: &Mailbox) -> Mail {
        let reset = format!("{}/reset", self.origin);
        self.mail(
            to,
            &format!("Your password for {} was changed", self.community),
            &[
                &format!("Hello {},", account.name),
                "your password was changed just now, and every other session was ended.",
                &format!("If it was not you, choose a new one at once: {reset}"),
            ],
        )
    }
}
