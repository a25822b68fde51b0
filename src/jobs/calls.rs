//! Live calls: what ends by itself, and reminders.

use std::time::Duration;

use super::Jobs;
use crate::error::Error;
use crate::verification::call::actions::{is_anybody_to_remind, is_anything_due, lapse, remind};

/// How often it is looked for calls that are over.
pub(super) const LOOK: Duration = Duration::from_secs(10);

impl Jobs {
    /// Ends calls that are over, and reminds of those that are near.
    ///
    /// # Errors
    /// When the database fails; the next turn tries again.
    pub async fn calls(&self) -> Result<(), Error> {
        let now = self.clock.now();
        // Looking is a read, so that nothing is written while all is well.
        let looking =
            self.db.read(move |conn| Ok((is_anything_due(conn, now)?, is_anybody_to_remind(conn, now)?)));
        let (is_due, is_near) = looking.await?;
        if is_due {
            let ended = self.db.write(move |conn| lapse(conn, now)).await?;
            tracing::debug!(ended, "ended calls that are over");
        }
        if is_near {
            let reminded = self.db.write(move |conn| remind(conn, now)).await?;
            tracing::debug!(reminded, "reminded of calls");
        }
        Ok(())
    }
}
