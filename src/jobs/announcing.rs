//! Announcements begin and end at their times, once, however many processes look; banners follow within a second.

use super::Jobs;
use crate::announcements::banners::refresh;
use crate::announcements::{actions, store};
use crate::error::Error;
use crate::threads::actions::Written;
use crate::threads::rules::Body;

impl Jobs {
    /// Publishes what is due, ends what is over, and looks which banners there are.
    ///
    /// # Errors
    /// When the database fails; the next turn tries again.
    pub async fn announce(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let due = self.db.read(move |conn| Ok(store::to_publish(conn, now)?)).await?;
        for one in due {
            self.publish(one).await?;
        }
        let (_, over) = self.db.read(move |conn| actions::live(conn, now)).await?;
        for one in over {
            let ended = self.db.write(move |conn| actions::end(conn, None, &one, now)).await;
            passed_over(ended)?;
        }
        refresh(&self.db, &self.banners, now).await
    }

    async fn publish(&self, one: store::Announcement) -> Result<(), Error> {
        let now = self.clock.now();
        let Ok(body) = Body::parse(&one.body) else { return Ok(()) };
        let (written, seen) = (Written::new(&body, None), one.clone());
        let published = self.db.write(move |conn| actions::publish(conn, None, &seen, &written, now)).await;
        match published {
            Err(why @ (Error::Forbidden(_) | Error::Refused(_) | Error::NotFound)) => {
                tracing::warn!(announcement = one.id.0, %why, "an announcement was held back");
                let why = why.to_string();
                self.db.write(move |conn| actions::hold_back(conn, &one, &why, now)).await
            }
            other => passed_over(other),
        }
    }
}

/// Another process that was quicker is no failure.
fn passed_over(outcome: Result<(), Error>) -> Result<(), Error> {
    match outcome {
        Err(Error::Conflict(_)) => Ok(()),
        other => other,
    }
}
