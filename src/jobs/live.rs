//! Threads that somebody has open: one question for all of them, and none where there is none.

use std::time::Duration;

use super::Jobs;
use crate::error::Error;
use crate::threads::live::store;

/// How often it is looked for answers, such as those that another process took.
pub(super) const LOOK: Duration = Duration::from_secs(1);

impl Jobs {
    /// Tells those who have a thread open of new answers in it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn look(&self) -> Result<(), Error> {
        let threads = self.watching.threads();
        if threads.is_empty() {
            return Ok(());
        }
        let last = self.db.read(move |conn| Ok(store::last_numbers(conn, &threads)?)).await?;
        self.watching.tell(&last);
        Ok(())
    }
}
