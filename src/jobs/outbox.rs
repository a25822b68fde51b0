//! The outbox: what happened is told, once to each whom it concerns.

use std::sync::Arc;
use std::time::Duration;

use super::Jobs;
use crate::error::Error;
use crate::events::store as events;
use crate::notifications::actions;
use crate::notifications::rules::TRIES;

/// How often the outbox is looked at when it was empty.
const LOOK: Duration = Duration::from_secs(1);
/// How long to wait when the database does not answer.
const REST: Duration = Duration::from_secs(10);
/// How often it is looked for daily mails that are due.
pub(super) const DIGESTS: Duration = Duration::from_mins(10);

impl Jobs {
    pub(super) async fn outbox(&self) {
        loop {
            match self.tell_one().await {
                Ok(true) => {}
                Ok(false) => tokio::time::sleep(LOOK).await,
                Err(cause) => {
                    tracing::warn!(cause = %cause.cause(), "the outbox cannot be read");
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    /// Tells of the event that is due longest, and says whether there was one.
    ///
    /// # Errors
    /// When the database fails. An event that cannot be told is no error: it is tried again.
    pub async fn tell_one(&self) -> Result<bool, Error> {
        let now = self.clock.now();
        // Looking is a read, so that an empty outbox writes nothing.
        if !self.db.read(move |conn| Ok(events::is_due(conn, TRIES, now)?)).await? {
            return Ok(false);
        }
        let (letterhead, keys) = (self.letterhead.clone(), Arc::clone(&self.keys));
        let told = self.db.write(move |conn| actions::tell_next(conn, &letterhead, &keys, now)).await?;
        if told {
            self.mail_queued.notify_one();
        }
        Ok(told)
    }

    /// Tells of everything that is due.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drain_outbox(&self) -> Result<(), Error> {
        while self.tell_one().await? {}
        Ok(())
    }

    /// Queues every daily mail that is due, one member at a time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn send_digests(&self) -> Result<(), Error> {
        let now = self.clock.now();
        loop {
            let is_due = self.db.read(move |conn| actions::digest_is_due(conn, now)).await?;
            if !is_due {
                return Ok(());
            }
            let (letterhead, keys) = (self.letterhead.clone(), Arc::clone(&self.keys));
            let sending = self.db.write(move |conn| actions::send_digest(conn, &letterhead, &keys, now));
            if !sending.await? {
                return Ok(());
            }
            self.mail_queued.notify_one();
        }
    }
}
