//! How a rollout goes, who is invited when, and how many at once.

mod capacity;
mod invitations;
mod order;
mod phases;

pub use capacity::{Crew, Measured, wave};
pub use invitations::{Answer, DAYS, Invitation, Outcome, REMINDERS, is_lapsed, reminders_due};
pub use order::{Salt, line_to_type, place, takes_part};
pub use phases::{Phase, Step, WrongStep};
