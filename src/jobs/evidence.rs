//! Sealed images end when their time has come.

use std::time::Duration;

use super::{Jobs, every};
use crate::error::Error;
use crate::verification::evidence::actions;

/// How often it is looked for images whose time has come.
const END: Duration = Duration::from_mins(1);

impl Jobs {
    /// At once when the program starts, as it may have been away for long, and then each minute.
    pub(super) async fn evidence(&self) {
        if let Err(cause) = self.end_evidence().await {
            tracing::warn!(cause = %cause.cause(), "evidence cannot be ended");
        }
        every(END, || self.end_evidence()).await;
    }

    /// Destroys the images whose time has come, and those that were forgotten.
    ///
    /// # Errors
    /// When the database or the storage fails; the next turn goes on.
    pub async fn end_evidence(&self) -> Result<(), Error> {
        let ended = actions::sweep(&self.db, &self.vault, self.clock.now()).await?;
        if ended > 0 {
            tracing::info!(ended, "sealed images were deleted");
        }
        Ok(())
    }

    /// Deletes what lies in the vault and belongs to no image.
    ///
    /// # Errors
    /// When the database or the storage fails; the next turn goes on.
    pub async fn clear_vault(&self) -> Result<(), Error> {
        let orphans = actions::orphans(&self.db, &self.vault).await?;
        if orphans > 0 {
            tracing::warn!(orphans, "objects without an image were deleted");
        }
        Ok(())
    }
}
