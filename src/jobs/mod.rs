//! What runs beside the requests: what happened is told, mail leaves, gathered counts are written down, what is
//! over is swept away.

mod announcing;
mod badges;
mod calls;
mod evidence;
mod live;
mod mail;
mod outbox;
mod rollouts;
mod rooms;
mod texts;
mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::accounts::email::store as email;
use crate::accounts::factors::store as factors;
use crate::accounts::mails::Letterhead;
use crate::accounts::viewer::Seen;
use crate::accounts::{rules, store as accounts};
use crate::announcements::actions as announcements;
use crate::clock::Clock;
use crate::credentials::hooks::rules::Reach;
use crate::db::Db;
use crate::error::Error;
use crate::members::MemberId;
use crate::members::ranks::actions::settle_everybody;
use crate::notifications::actions::mark_all_seen;
use crate::outside::mail::Mailer;
use crate::outside::texts::Texter;
use crate::sealing::Keys;
use crate::threads::ThreadId;
use crate::threads::drafts::actions as drafts;
use crate::threads::live::Watching;
use crate::threads::readers::{Readers, Step};
use crate::threads::reading::{self, Reads};
use crate::threads::store as threads;
use crate::threads::views::Views;
use crate::uploads::actions::{self as uploads, Pictures};
use crate::verification::desk;
use crate::verification::document::actions as documents;
use crate::verification::evidence::Vault;
use crate::verification::phone::actions as phone;
use crate::web::banners::Banners;

/// How often gathered counts are written down.
const FLUSH: Duration = Duration::from_secs(30);
/// How often it is written down how far members read.
const READS: Duration = Duration::from_secs(2);
/// How often members are held against the rules of ranks.
const RANKS: Duration = Duration::from_hours(1);
/// How often it is looked whether an announcement is due, begins or ends.
const ANNOUNCE: Duration = Duration::from_secs(1);
/// How often it is looked for claims that ran out.
const CLAIMS: Duration = Duration::from_mins(1);
/// How often what is over is swept away.
const SWEEP: Duration = Duration::from_hours(1);

/// What the jobs work with.
#[derive(Clone)]
pub struct Jobs {
    /// The database.
    pub db: Db,
    /// The site's keys.
    pub keys: Arc<Keys>,
    /// The time.
    pub clock: Clock,
    /// Where mail goes; `None` while no server is set: then it waits.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Where texts go; `None` while no service is set.
    pub texter: Option<Arc<dyn Texter>>,
    /// Told when a text was queued.
    pub texts_queued: Arc<Notify>,
    /// Whether mail that was sent is kept, so that the demo can show it.
    pub keeps_mail: bool,
    /// Views since the last batch.
    pub views: Arc<Views>,
    /// How far members read since the last batch.
    pub reads: Arc<Reads>,
    /// Who opened which announcement, or was shown it in a list, since the last batch.
    pub readers: Arc<Readers>,
    /// The banners of this moment.
    pub banners: Arc<Banners>,
    /// Sessions used since the last batch.
    pub seen: Arc<Seen>,
    /// Told when mail was queued.
    pub mail_queued: Arc<Notify>,
    /// Where links in mails lead, and how the community is called.
    pub letterhead: Letterhead,
    /// Threads that somebody has open.
    pub watching: Arc<Watching>,
    /// Where uploaded pictures are.
    pub pictures: Pictures,
    /// Where sealed images are.
    pub vault: Vault,
    /// How far messages to webhooks may go.
    pub webhook_reach: Reach,
}

impl Jobs {
    /// Runs until the task is dropped.
    pub async fn run(self) {
        tokio::join!(
            self.mail(),
            self.texts(),
            every(texts::WATCH, || self.watch_prefixes()),
            self.outbox(),
            every(live::LOOK, || self.look()),
            every(outbox::DIGESTS, || self.send_digests()),
            every(FLUSH, || self.flush()),
            every(READS, || self.flush_reads()),
            every(ANNOUNCE, || self.announce()),
            every(RANKS, || self.ranks()),
            every(SWEEP, || self.sweep()),
            every(CLAIMS, || self.put_back_claims()),
            self.evidence(),
            every(SWEEP, || self.clear_vault()),
            every(CLAIMS, || self.settle_badges()),
            every(calls::LOOK, || self.calls()),
            every(rooms::CLEAR, || self.clear_rooms()),
            every(webhooks::LOOK, || self.tell_webhooks()),
            every(SWEEP, || self.sweep_webhooks()),
            every(CLAIMS, || self.remind_of_badges()),
            self.rollouts(),
        );
    }

    /// Writes gathered views and used sessions down; with nothing gathered, nothing is written.
    ///
    /// # Errors
    /// When the database fails; what was gathered is lost then, and it is only counts.
    pub async fn flush(&self) -> Result<(), Error> {
        let (views, seen, now) = (self.views.take(), self.seen.take(), self.clock.now());
        let mut readers = self.readers.take();
        let by_banner = self.banners.take_reached().into_iter();
        readers.extend(by_banner.map(|(thread, who)| (ThreadId(thread), MemberId(who), Step::Reached)));
        if views.is_empty() && seen.is_empty() && readers.is_empty() {
            return Ok(());
        }
        let writing = self.db.write(move |conn| {
            for (thread, count) in views {
                threads::add_views(conn, thread, count)?;
            }
            announcements::note_readers(conn, readers, now)?;
            accounts::touch_sessions(conn, &seen, now)?;
            Ok(())
        });
        writing.await
    }

    /// Writes down how far members read, and what they were told of that they have seen; with nothing gathered,
    /// nothing is written.
    ///
    /// # Errors
    /// When the database fails; what was gathered is in the next batch then.
    pub async fn flush_reads(&self) -> Result<(), Error> {
        let (batch, now) = (self.reads.take(), self.clock.now());
        if batch.is_empty() {
            return Ok(());
        }
        let writing = self.db.write(move |conn| {
            reading::store::advance(conn, &batch, now)?;
            mark_all_seen(conn, &batch, now)
        });
        writing.await?;
        self.reads.written();
        Ok(())
    }

    /// Drops sessions, links and counts that are over, and pictures that nobody uses.
    ///
    /// # Errors
    /// When the database or the storage fails.
    pub async fn sweep(&self) -> Result<(), Error> {
        let (now, keys) = (self.clock.now(), Arc::clone(&self.keys));
        let sweeping = self.db.write(move |conn| {
            drafts::sweep(conn, now)?;
            phone::sweep(conn, now)?;
            documents::expire(conn, &keys, now)?;
            factors::sweep(conn, now)?;
            email::sweep(conn, now)?;
            Ok(accounts::sweep(conn, now - rules::SESSION_IDLE, now - rules::WINDOW, now)?)
        });
        let gone = sweeping.await?;
        let pictures = uploads::orphans(&self.db, &self.clock, &self.pictures).await?;
        tracing::debug!(gone, pictures, "swept what is over");
        Ok(())
    }

    /// Puts cases back into the agents' queue whose claim ran out.
    ///
    /// # Errors
    /// When the database fails; the next turn tries again.
    pub async fn put_back_claims(&self) -> Result<(), Error> {
        let now = self.clock.now();
        if self.db.read(move |conn| Ok(desk::store::has_lapsed(conn, now)?)).await? {
            let back = self.db.write(move |conn| desk::actions::put_back_lapsed(conn, now)).await?;
            tracing::debug!(back, "put cases back whose claim ran out");
        }
        Ok(())
    }

    /// Shows badges that have settled and ends those past their date.
    ///
    /// # Errors
    /// When the database fails; the next turn tries again.
    pub async fn settle_badges(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let shown = self.db.write(move |conn| crate::verification::badge::actions::settle(conn, now)).await?;
        tracing::debug!(shown, "settled badges");
        Ok(())
    }

    /// Gives everybody the rank that goes with their figures.
    ///
    /// # Errors
    /// When the database fails; whoever was looked at before has their rank.
    pub async fn ranks(&self) -> Result<(), Error> {
        let changed = settle_everybody(&self.db, self.clock.now()).await?;
        tracing::debug!(changed, "held everybody against the rules of ranks");
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
