//! The rooms of calls that are over.

use std::time::Duration;

use super::Jobs;
use crate::error::Error;
use crate::verification::call::room::{actions, store};

/// How often it is looked for them.
pub(super) const CLEAR: Duration = Duration::from_secs(10);

impl Jobs {
    /// Clears what is left of the rooms of calls that are over.
    ///
    /// # Errors
    /// When the database fails; the next turn tries again.
    pub async fn clear_rooms(&self) -> Result<(), Error> {
        if self.db.read(|conn| Ok(store::has_remains(conn)?)).await? {
            let gone = self.db.write(actions::clear).await?;
            tracing::debug!(gone, "cleared rooms of calls that are over");
        }
        Ok(())
    }
}
