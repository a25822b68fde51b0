//! Badges that end soon: their members are reminded.

use super::Jobs;
use crate::error::Error;
use crate::verification::badge::actions::{is_anybody_to_remind, remind};

impl Jobs {
    /// Reminds members whose badge ends in 30 days, or in 7.
    ///
    /// # Errors
    /// When the database fails; the next turn tries again.
    pub async fn remind_of_badges(&self) -> Result<(), Error> {
        let now = self.clock.now();
        // Looking is a read, so that nothing is written while nobody is to be reminded.
        if self.db.read(move |conn| is_anybody_to_remind(conn, now)).await? {
            let reminded = self.db.write(move |conn| remind(conn, now)).await?;
            tracing::debug!(reminded, "reminded of badges that end");
        }
        Ok(())
    }
}
