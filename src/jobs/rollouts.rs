//! Rollouts: waves open, answers settle and lapse, and what was held is shown when its time has come.

use std::sync::Arc;
use std::time::Duration;

use super::{Jobs, every};
use crate::error::Error;
use crate::rollouts::actions::{is_anything_held_too_long, release, tend};
use crate::rollouts::rules::Phase;
use crate::rollouts::store;

/// How many rollouts may run at once and still be looked after.
const MOST: i64 = 100;

/// How often it is looked after rollouts.
const TEND: Duration = Duration::from_mins(1);

impl Jobs {
    /// At once when the program starts, as it may have been away for long, and then each minute.
    pub(super) async fn rollouts(&self) {
        if let Err(cause) = self.tend_rollouts().await {
            tracing::warn!(cause = %cause.cause(), "rollouts cannot be looked after");
        }
        every(TEND, || self.tend_rollouts()).await;
    }

    /// Looks after every rollout that runs, each in a transaction of its own.
    ///
    /// # Errors
    /// When the database fails; the next turn tries again, and what was done before stands.
    pub async fn tend_rollouts(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let looking = self
            .db
            .read(|conn| Ok((store::in_phases(conn, Phase::runs, MOST)?, is_anything_held_too_long(conn)?)));
        let (running, is_left) = looking.await?;
        for id in running.into_iter().map(|rollout| rollout.id) {
            let keys = Arc::clone(&self.keys);
            let done = self.db.write(move |conn| tend(conn, &keys, id, now)).await?;
            tracing::debug!(rollout = id.0, ?done, "looked after a rollout");
        }
        if is_left {
            let shown = self.db.write(move |conn| release(conn, now)).await?;
            tracing::debug!(shown, "showed what settled meanwhile");
        }
        Ok(())
    }
}
