//! Programs elsewhere are told when a badge comes or goes.

use std::time::Duration;

use chrono::TimeDelta;

use super::Jobs;
use crate::credentials::hooks::{actions, rules, sending, store};
use crate::error::Error;

/// How often it is looked for changes and for messages that are due.
pub(super) const LOOK: Duration = Duration::from_secs(5);
/// How long a message that was taken may take before another worker takes it.
const AT_MOST: TimeDelta = TimeDelta::minutes(1);
/// How long messages that are over are kept for the page.
const KEPT: TimeDelta = TimeDelta::days(30);

impl Jobs {
    /// Makes messages of what changed, and sends those that are due.
    ///
    /// # Errors
    /// When the database fails. A message that does not arrive is no error: it is tried again.
    pub async fn tell_webhooks(&self) -> Result<(), Error> {
        // Looking is a read, so that nothing is written while nothing changes.
        while self.db.read(|conn| Ok(store::has_changes(conn)?)).await? {
            let (origin, now) = (self.letterhead.origin.clone(), self.clock.now());
            if !self.db.write(move |conn| actions::tell(conn, &origin, now)).await? {
                break;
            }
        }
        while self.send_webhook().await? {}
        Ok(())
    }

    /// Sends the message that is due longest, and says whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn send_webhook(&self) -> Result<bool, Error> {
        let now = self.clock.now();
        if !self.db.read(move |conn| Ok(store::is_due(conn, now)?)).await? {
            return Ok(false);
        }
        let keys = std::sync::Arc::clone(&self.keys);
        let taking = self.db.write(move |conn| {
            let Some(delivery) = store::take(conn, now, now + AT_MOST)? else { return Ok(None) };
            let message = actions::ready(conn, &keys, &delivery, now)?;
            Ok(Some((delivery, message)))
        });
        let Some((delivery, message)) = taking.await? else { return Ok(false) };
        let reach = self.webhook_reach;
        let sent = match message {
            Some(message) => tokio::task::spawn_blocking(move || sending::send(&message, reach))
                .await
                .map_err(|cause| Error::internal(format!("sending a message broke off: {cause}")))?,
            None => Err("the webhook was ended".to_owned()),
        };
        let (id, tries, now) = (delivery.id, delivery.tries, self.clock.now());
        let writing = self.db.write(move |conn| {
            match &sent {
                Ok(()) => store::mark_sent(conn, id, now)?,
                Err(why) => store::mark_failed(conn, id, why, rules::next_try(tries, now))?,
            };
            Ok(())
        });
        writing.await?;
        Ok(true)
    }

    /// Drops messages that are long over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_webhooks(&self) -> Result<(), Error> {
        let before = self.clock.now() - KEPT;
        self.db.write(move |conn| Ok(store::sweep(conn, before)?)).await?;
        Ok(())
    }
}
