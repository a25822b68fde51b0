//! Reminders before a badge ends.

use crate::badges::rules::Badge;
use crate::badges::store::{self as badges, Ending};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events;
use crate::events::rules::Event;
use crate::verification::badge::rules::Reminder;

/// As many of each as one step takes.
const BATCH: i64 = 100;

fn due(conn: &mut Conn, reminder: Reminder, limit: i64, now: Time) -> Result<Vec<Ending>, Error> {
    let span = (now, now + reminder.ahead());
    Ok(badges::ending(conn, Badge::IdentityVerified, reminder.number(), span, limit)?)
}

/// Whether anybody is to be reminded: so that nothing is written while nobody is.
///
/// # Errors
/// When the database fails.
pub fn is_anybody_to_remind(conn: &mut Conn, now: Time) -> Result<bool, Error> {
    // The first is due wherever the last is, unless it left before.
    Ok(!due(conn, Reminder::First, 1, now)?.is_empty() || !due(conn, Reminder::Last, 1, now)?.is_empty())
}

/// Reminds members of the end of their badge 30 and 7 days before, each once, and says how many reminders left.
/// Whoever is about to get a newer one is not reminded.
///
/// # Errors
/// When the database fails.
pub fn remind(conn: &mut Conn, now: Time) -> Result<usize, Error> {
    let mut count = 0;
    for reminder in Reminder::ALL {
        for grant in due(conn, reminder, BATCH, now)? {
            let Some(end) = grant.expires_at else { continue };
            // Each is a change of its own: another process may remind at this moment.
            if !badges::note_reminder(conn, grant.id, reminder.number())?
                || !reminder.is_news(grant.granted_at, end)
            {
                continue;
            }
            let ends = Event::BadgeEnds {
                member: grant.member,
                grant: grant.id,
                reminder: reminder.number(),
                ends: end.and_utc().timestamp(),
            };
            events::store::add(conn, &ends, now)?;
            count += 1;
        }
    }
    Ok(count)
}
