//! What is told of second factors: a row in the audit and a mail to their owner, in the transaction that changed
//! them. By the rows and their times one sees later when a factor was added.

use std::sync::Arc;

use crate::accounts::factors::rules::{self, Kind};
use crate::accounts::factors::store;
use crate::accounts::mails::Letterhead;
use crate::accounts::store as accounts;
use crate::accounts::store::Mailbox;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::members::store as members;
use crate::outside;
use crate::outside::mail::Mail;
use crate::sealing::Keys;

/// What a change is told with.
#[derive(Clone)]
pub struct Office {
    /// They seal the mail.
    pub keys: Arc<Keys>,
    /// What stands on it.
    pub letterhead: Letterhead,
}

/// What became of a member's second factors.
pub(super) enum Change<'a> {
    /// One was added: what it is, and how it is called.
    Added(Kind, &'a str),
    /// One was removed.
    Removed(Kind, &'a str),
    /// New recovery codes took the place of earlier ones.
    RecoveryMade,
    /// A recovery code was used; so many are left.
    RecoveryUsed(i64),
}

impl Change<'_> {
    /// What the audit calls it, and what it says of it.
    fn in_audit(&self) -> (&'static str, String) {
        match self {
            Self::Added(kind, _) => ("factor-added", kind.code().to_owned()),
            Self::Removed(kind, _) => ("factor-removed", kind.code().to_owned()),
            Self::RecoveryMade => ("recovery-codes-made", String::new()),
            Self::RecoveryUsed(left) => ("recovery-code-used", format!("{left} left")),
        }
    }

    fn in_mail(&self, letterhead: &Letterhead, to: &str, account: &Mailbox, now: Time) -> Mail {
        match *self {
            Self::Added(kind, name) => letterhead.factor_added(to, account, (kind, name), now),
            Self::Removed(kind, name) => letterhead.factor_removed(to, account, (kind, name), now),
            Self::RecoveryMade => letterhead.recovery_made(to, account, now),
            Self::RecoveryUsed(left) => letterhead.recovery_used(to, account, left, now),
        }
    }
}

/// Writes a change into the audit and tells the member of it by mail.
pub(super) fn tell(
    conn: &mut Conn,
    office: &Office,
    member: MemberId,
    change: &Change<'_>,
    now: Time,
) -> Result<(), Error> {
    let account = accounts::mailbox_of(conn, &office.keys, member)?.ok_or(Error::NotFound)?;
    if let Some(to) = &account.email {
        let mail = change.in_mail(&office.letterhead, to, &account, now);
        outside::store::queue(conn, &office.keys, &mail, now)?;
    }
    let (act, note) = change.in_audit();
    members::audit(conn, Some(member), act, &format!("member {}", account.handle), &note, now)?;
    Ok(())
}

/// Takes every second factor and recovery code from a member who lost them, and ends their sessions. The caller is
/// an administrator.
///
/// # Errors
/// Without a reason, for oneself, or where there is nothing to take.
pub fn reset(
    conn: &mut Conn,
    office: &Office,
    handle: &str,
    reason: &str,
    by: MemberId,
    now: Time,
) -> Result<(), Error> {
    let reason = rules::reason(reason).map_err(Error::refused)?;
    let member = members::find(conn, handle)?.ok_or(Error::NotFound)?;
    rules::may_reset(member.id, by).map_err(Error::refused)?;
    let removed = store::remove_all(conn, member.id)? + store::drop_recovery(conn, member.id)?;
    if removed == 0 {
        return Err(Error::refused("This member has no second factor, so there is nothing to remove."));
    }
    accounts::end_sessions(conn, member.id, None)?;
    store::drop_pending(conn, member.id)?;
    let account = accounts::mailbox_of(conn, &office.keys, member.id)?.ok_or(Error::NotFound)?;
    if let Some(to) = &account.email {
        let mail = office.letterhead.factors_reset(to, &account, &reason, now);
        outside::store::queue(conn, &office.keys, &mail, now)?;
    }
    members::audit(conn, Some(by), "factors-reset", &format!("member {handle}"), &reason, now)?;
    Ok(())
}
