//! The queue of texts and calls: each leaves once, by whichever process takes it; and prefixes are watched.

use std::sync::Arc;
use std::time::Duration;

use super::Jobs;
use crate::error::Error;
use crate::outside::texts::store::{self as texts, Queued};
use crate::outside::texts::{Failure, Sent, TRIES, Text, Texter, pause, receipt_key};
use crate::verification::phone::prefixes::actions as prefixes;

/// How often the queue is looked at when nobody says that there is something.
const LOOK: Duration = Duration::from_secs(10);
/// How long a text that was taken may take before another worker takes it.
const AT_MOST: chrono::TimeDelta = chrono::TimeDelta::minutes(1);
/// How often it is looked how many codes are typed in.
pub(super) const WATCH: Duration = Duration::from_mins(1);

impl Jobs {
    pub(super) async fn texts(&self) {
        let Some(texter) = &self.texter else { return };
        loop {
            match self.send_text(texter).await {
                Ok(true) => {}
                Ok(false) => {
                    // Told, or time is up: either way, look again.
                    let _ = tokio::time::timeout(LOOK, self.texts_queued.notified()).await;
                }
                Err(cause) => {
                    tracing::warn!(cause = %cause.cause(), "the queue of texts cannot be read");
                    tokio::time::sleep(LOOK).await;
                }
            }
        }
    }

    /// Sends the text that is due longest, and says whether there was one.
    ///
    /// # Errors
    /// When the database fails. A text that cannot be handed over is no error: it is tried again.
    pub async fn send_text(&self, texter: &Arc<dyn Texter>) -> Result<bool, Error> {
        let now = self.clock.now();
        if !self.db.read(move |conn| Ok(texts::is_due(conn, TRIES, now)?)).await? {
            return Ok(false);
        }
        let taken = self.db.write(move |conn| Ok(texts::take_due(conn, TRIES, now, now + AT_MOST)?)).await?;
        let Some(queued) = taken else { return Ok(false) };
        let sent = match self.opened(&queued) {
            Ok(text) => {
                let (texter, id) = (Arc::clone(texter), queued.id);
                tokio::task::spawn_blocking(move || texter.send(id, &text))
                    .await
                    .map_err(|cause| Error::internal(format!("sending a text broke off: {cause}")))?
            }
            Err(cause) => Err(Failure::Final(cause.cause())),
        };
        self.write_text_down(&queued, sent).await?;
        Ok(true)
    }

    fn opened(&self, queued: &Queued) -> Result<Text, Error> {
        let sealed = queued.sealed.as_ref().ok_or_else(|| Error::internal("the words are gone"))?;
        let plain = self.keys.unseal(&texts::context(&queued.number_index), sealed)?;
        let mut text: Text = serde_json::from_slice(&plain).map_err(|_| Error::internal("no text"))?;
        text.receipt = receipt_key(&self.keys, queued.id);
        Ok(text)
    }

    async fn write_text_down(&self, queued: &Queued, sent: Result<Sent, Failure>) -> Result<(), Error> {
        let (id, now, keeps) = (queued.id, self.clock.now(), self.keeps_mail);
        match sent {
            Ok(_) if keeps => self.db.write(move |conn| Ok(texts::mark_shown(conn, id, now)?)).await,
            Ok(sent) => {
                let mark =
                    move |conn: &mut _| Ok(texts::mark_sent(conn, id, sent.reference.as_deref(), now)?);
                self.db.write(mark).await
            }
            Err(failure) => {
                tracing::warn!(text = id, tries = queued.tries, %failure, "a text was not taken");
                let is_last = queued.tries >= TRIES || matches!(failure, Failure::Final(_));
                let (why, again) = (failure.to_string(), now + pause(queued.tries - 1));
                let write = self.db.write(move |conn| {
                    if is_last {
                        return Ok(texts::give_up(conn, id, &why, TRIES)?);
                    }
                    Ok(texts::mark_failed(conn, id, &why, again)?)
                });
                write.await
            }
        }
    }

    /// Stops prefixes whose codes are not typed in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn watch_prefixes(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let (after, until) = prefixes::watched(now);
        // Looking is a read, so that nothing is written while all is well.
        let shares = self.db.read(move |conn| Ok(texts::shares(conn, after, until)?)).await?;
        let alarming = prefixes::alarming(&shares);
        if alarming.is_empty() {
            return Ok(());
        }
        let stopped = self.db.write(move |conn| prefixes::stop_alarming(conn, &alarming, now)).await?;
        for (prefix, reason) in stopped {
            tracing::error!(prefix, reason, "texts to a prefix were stopped");
        }
        Ok(())
    }
}
