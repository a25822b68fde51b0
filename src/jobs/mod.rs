//! What runs beside the requests: mail leaves, gathered counts are written down, what is over is swept away.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::accounts::viewer::Seen;
use crate::accounts::{rules, store as accounts};
use crate::clock::Clock;
use crate::db::Db;
use crate::error::Error;
use crate::outside::mail::{Failure, Mailer, TRIES, pause};
use crate::outside::store::{self as mails, Queued};
use crate::threads::store as threads;
use crate::threads::views::Views;
use crate::uploads::actions::{self as uploads, Pictures};

/// How often gathered counts are written down.
const FLUSH: Duration = Duration::from_secs(30);
/// How often the queue of mails is looked at when nobody says that there is one.
const LOOK: Duration = Duration::from_secs(10);
/// How often what is over is swept away.
const SWEEP: Duration = Duration::from_hours(1);
/// How long a mail that was taken may take before another worker takes it.
const AT_MOST: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

/// What the jobs work with.
#[derive(Clone)]
pub struct Jobs {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Where mail goes; `None` while no server is set: then it waits.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Whether mail that was sent is kept, so that the demo can show it.
    pub keeps_mail: bool,
    /// Views since the last batch.
    pub views: Arc<Views>,
    /// Sessions used since the last batch.
    pub seen: Arc<Seen>,
    /// Told when mail was queued.
    pub mail_queued: Arc<Notify>,
    /// Where uploaded pictures are.
    pub pictures: Pictures,
}

impl Jobs {
    /// Runs until the task is dropped.
    pub async fn run(self) {
        tokio::join!(self.mail(), every(FLUSH, || self.flush()), every(SWEEP, || self.sweep()));
    }

    async fn mail(&self) {
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
        let taken = self.db.write(move |conn| Ok(mails::take_due(conn, TRIES, now, now + AT_MOST)?)).await?;
        let Some(queued) = taken else { return Ok(false) };
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
                tracing::warn!(mail = id, tries = queued.tries, %failure, "a mail was not taken");
                let tries = if matches!(failure, Failure::Final(_)) { TRIES } else { queued.tries };
                // The try that just failed is counted already.
                let wait = chrono::TimeDelta::from_std(pause(queued.tries - 1)).unwrap_or(AT_MOST);
                let why = failure.to_string();
                self.db.write(move |conn| Ok(mails::mark_failed(conn, id, &why, now + wait, tries)?)).await
            }
        }
    }

    /// Writes gathered views and used sessions down; with nothing gathered, nothing is written.
    ///
    /// # Errors
    /// When the database fails; what was gathered is lost then, and it is only counts.
    pub async fn flush(&self) -> Result<(), Error> {
        let (views, seen, now) = (self.views.take(), self.seen.take(), self.clock.now());
        if views.is_empty() && seen.is_empty() {
            return Ok(());
        }
        let writing = self.db.write(move |conn| {
            for (thread, count) in views {
                threads::add_views(conn, thread, count)?;
            }
            accounts::touch_sessions(conn, &seen, now)?;
            Ok(())
        });
        writing.await
    }

    /// Drops sessions, links and counts that are over, and pictures that nobody uses.
    ///
    /// # Errors
    /// When the database or the storage fails.
    pub async fn sweep(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let sweeping = self.db.write(move |conn| {
            Ok(accounts::sweep(conn, now - rules::SESSION_IDLE, now - rules::WINDOW, now)?)
        });
        let gone = sweeping.await?;
        let pictures = uploads::orphans(&self.db, &self.clock, &self.pictures).await?;
        tracing::debug!(gone, pictures, "swept what is over");
        Ok(())
    }
}

/// Does something again and again; a failure is logged and the next turn comes all the same.
async fn every<F: Future<Output = Result<(), Error>>>(pause: Duration, work: impl Fn() -> F) {
    loop {
        tokio::time::sleep(pause).await;
        if let Err(cause) = work().await {
            tracing::warn!(cause = %cause.cause(), "a job failed");
        }
    }
}
