//! The queue of mails: each leaves once, by whichever process takes it.

use std::sync::Arc;
use std::time::Duration;

use super::Jobs;
use crate::error::Error;
use crate::outside::mail::{Failure, Mailer, TRIES, pause};
use crate::outside::store::{self as mails, Queued};

/// How often the queue of mails is looked at when nobody says that there is one.
const LOOK: Duration = Duration::from_secs(10);
/// How long a mail that was taken may take before another worker takes it.
const AT_MOST: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

impl Jobs {
    pub(super) async fn mail(&self) {
        let Some(mailer) = &self.mailer else { return };
        loop {
            match self.send_one(mailer).await {
                Ok(true) => {}
                Ok(false) => {
                    // Told, or time is up: either way, look again.
                    let _ = tokio::time::timeout(LOOK, self.mail_queued.notified()).await;
                }
                Err(cause) => {
                    tracing::warn!(cause = %cause.cause(), "the queue of mails cannot be read");
                    tokio::time::sleep(LOOK).await;
                }
            }
        }
    }

    /// Sends the mail that is due longest, and says whether there was one.
    ///
    /// # Errors
    /// When the database fails. A mail that cannot be handed over is no error: it is tried again.
    pub async fn send_one(&self, mailer: &Arc<dyn Mailer>) -> Result<bool, Error> {
        let now = self.clock.now();
        // Looking is a read, so that an empty queue writes nothing.
        let is_due = self.db.read(move |conn| Ok(mails::is_due(conn, TRIES, now)?)).await?;
        if !is_due {
            return Ok(false);
        }
        let keys = Arc::clone(&self.keys);
        let taking = self.db.write(move |conn| Ok(mails::take_due(conn, &keys, TRIES, now, now + AT_MOST)?));
        let taken = taking.await?;
        let Some(queued) = taken else { return Ok(false) };
        if !queued.opens {
            let why = "It does not open with the site's keys.".to_owned();
            self.write_down(&queued, Err(Failure::Final(why))).await?;
            return Ok(true);
        }
        let (mailer, mail, id) = (Arc::clone(mailer), queued.mail.clone(), queued.id);
        let sent = tokio::task::spawn_blocking(move || mailer.send(id, &mail))
            .await
            .map_err(|cause| Error::internal(format!("sending a mail broke off: {cause}")))?;
        self.write_down(&queued, sent).await?;
        Ok(true)
    }

    async fn write_down(&self, queued: &Queued, sent: Result<(), Failure>) -> Result<(), Error> {
        let (id, now, keep) = (queued.id, self.clock.now(), self.keeps_mail);
        match sent {
            // A sent mail holds an address and a link: it is not kept.
            Ok(()) if !keep => self.db.write(move |conn| Ok(mails::drop(conn, id)?)).await,
            Ok(()) => self.db.write(move |conn| Ok(mails::mark_sent(conn, id, now)?)).await,
            Err(failure) => {
                let is_final = matches!(failure, Failure::Final(_));
                // Servers repeat the address in what they refuse, so the reason is sealed and stands in no log.
                tracing::warn!(
                    mail = id,
                    tries = queued.tries,
                    is_final,
                    "a mail was not taken; /admin/mail says why"
                );
                let tries = if is_final { TRIES } else { queued.tries };
                // The try that just failed is counted already.
                let wait = chrono::TimeDelta::from_std(pause(queued.tries - 1)).unwrap_or(AT_MOST);
                let (why, keys) = (failure.to_string(), Arc::clone(&self.keys));
                let marking = self
                    .db
                    .write(move |conn| Ok(mails::mark_failed(conn, &keys, id, &why, now + wait, tries)?));
                marking.await
            }
        }
    }
}
