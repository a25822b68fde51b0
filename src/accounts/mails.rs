//! The words of the mails about an account. Plain text, as few links as do.

use crate::accounts::factors::rules::Kind;
use crate::accounts::store::Mailbox;
use crate::clock::{self, Time};
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

    /// Asks whoever reads a new address to confirm that it becomes the account's.
    #[must_use]
    pub fn new_address(&self, to: &str, account: &Mailbox, token: &str) -> Mail {
        let link = format!("{}/settings/email/confirm?token={token}", self.origin);
        self.mail(
            to,
            &format!("Confirm your new address for {}", self.community),
            &[
                &format!("Hello {},", account.name),
                &format!(
                    "please open this link to make this the address of your account {}. Until then the account keeps \
                     the address it has.",
                    account.handle
                ),
                &link,
                "The link works once, and for 24 hours. If you did not ask for it, ignore this mail: nothing happens \
                 without the link.",
            ],
        )
    }

    /// Tells the owner of an address that somebody wanted it for another account.
    #[must_use]
    pub fn address_taken(&self, to: &str, account: &Mailbox) -> Mail {
        self.mail(
            to,
            &format!("Your address at {}", self.community),
            &[
                &format!("Hello {},", account.name),
                &format!(
                    "somebody, perhaps you, wanted to make this the address of another account. It belongs to your \
                     account {} already, so nothing was changed.",
                    account.handle
                ),
                "If it was not you, there is nothing you need to do.",
            ],
        )
    }

    /// Tells the address that an account has that another one waits to take its place.
    #[must_use]
    pub fn address_changing(&self, to: &str, account: &Mailbox, now: Time) -> Mail {
        let reset = format!("{}/reset", self.origin);
        self.mail(
            to,
            &format!("Another address for your account at {}", self.community),
            &[
                &format!("Hello {},", account.name),
                &format!(
                    "on {} another e-mail address was entered for your account {}. It takes the place of this one when \
                     the link that we sent there is opened.",
                    moment(now),
                    account.handle
                ),
                "If it was you, there is nothing you need to do here.",
                &format!(
                    "If it was not you, somebody else is in your account. Choose a new password at once, which ends \
                     every session and this change: {reset}"
                ),
            ],
        )
    }

    /// Tells the address that an account had that another one took its place.
    #[must_use]
    pub fn address_changed(&self, to: &str, account: &Mailbox, now: Time) -> Mail {
        self.mail(
            to,
            &format!("Your account at {} has another address now", self.community),
            &[
                &format!("Hello {},", account.name),
                &format!(
                    "since {} your account {} has another e-mail address. This one receives nothing about it any more, \
                     and no link that was sent here before works.",
                    moment(now),
                    account.handle
                ),
                "If it was you, there is nothing you need to do.",
                "If it was not you, tell whoever runs the site at once: they see in their records what changed.",
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

    /// Tells a member that a second factor was added: what it is, and how it is called.
    #[must_use]
    pub fn factor_added(&self, to: &str, account: &Mailbox, (kind, name): (Kind, &str), now: Time) -> Mail {
        let what = in_words(kind);
        let told = format!(
            "{what}, “{name}”, was added to your account {} on {}. From now on it signs you in beside your password.",
            account.handle,
            moment(now)
        );
        self.factor_changed(to, &format!("{} was added to your account", capital(what)), account, &told)
    }

    /// Tells a member that a second factor was removed.
    #[must_use]
    pub fn factor_removed(&self, to: &str, account: &Mailbox, (kind, name): (Kind, &str), now: Time) -> Mail {
        let what = in_words(kind);
        let told = format!(
            "{what}, “{name}”, was removed from your account {} on {}, and signs nobody in any more.",
            account.handle,
            moment(now)
        );
        self.factor_changed(to, &format!("{} was removed from your account", capital(what)), account, &told)
    }

    /// Tells a member that new recovery codes were made.
    #[must_use]
    pub fn recovery_made(&self, to: &str, account: &Mailbox, now: Time) -> Mail {
        let told = format!(
            "new recovery codes were made for your account {} on {}. Earlier ones no longer work.",
            account.handle,
            moment(now)
        );
        self.factor_changed(to, "New recovery codes were made for your account", account, &told)
    }

    /// Tells a member that a recovery code was used, and how many are left.
    #[must_use]
    pub fn recovery_used(&self, to: &str, account: &Mailbox, left: i64, now: Time) -> Mail {
        let told = format!(
            "a recovery code of your account {} was used on {}. Codes that are left: {left}.",
            account.handle,
            moment(now)
        );
        self.factor_changed(to, "A recovery code of your account was used", account, &told)
    }

    /// What changed, and what to do if it was somebody else.
    fn factor_changed(&self, to: &str, subject: &str, account: &Mailbox, told: &str) -> Mail {
        let (reset, list) =
            (format!("{}/reset", self.origin), format!("{}/settings/second-factor", self.origin));
        self.mail(
            to,
            &format!("{subject} at {}", self.community),
            &[
                &format!("Hello {},", account.name),
                told,
                "If it was you, there is nothing you need to do.",
                &format!(
                    "If it was not you, somebody else is in your account. Choose a new password at once, which ends \
                     every session: {reset}"
                ),
                &format!("Then look at your second factors, and remove what is not yours: {list}"),
                "If you are asked for a second factor that you do not have, tell whoever runs the site: they can \
                 remove it.",
            ],
        )
    }

    /// Tells a member that an administrator removed every second factor, and why.
    #[must_use]
    pub fn factors_reset(&self, to: &str, account: &Mailbox, reason: &str, now: Time) -> Mail {
        let list = format!("{}/settings/second-factor", self.origin);
        self.mail(
            to,
            &format!("Your second factors at {} were removed", self.community),
            &[
                &format!("Hello {},", account.name),
                &format!(
                    "an administrator removed every second factor and recovery code of your account {} on {}, and \
                     ended all its sessions. From now on your password alone signs you in.",
                    account.handle,
                    moment(now)
                ),
                &format!("Their reason: {reason}"),
                &format!("Sign in, and add a second factor again: {list}"),
                &format!(
                    "If you did not ask for this, somebody may have spoken in your name. Choose a new password at \
                     once, and tell whoever runs the site: {}/reset",
                    self.origin
                ),
            ],
        )
    }
}

fn in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Passkey => "a passkey",
        Kind::App => "an app that makes codes",
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// When something happened: mails are read anywhere, so the zone is named.
fn moment(time: Time) -> String {
    format!("{} UTC", clock::date_and_time(time))
}
