//! How a rollout goes, whom it is for, who is invited when, how many at once, and when badges are shown.

mod audience;
mod capacity;
mod invitations;
mod order;
mod phases;
mod plan;
mod progress;
mod publication;
mod words;

pub use audience::{Audience, Began, Condition, Facts, Field, audience_hash};
pub use capacity::{Crew, Measured, wave};
pub use invitations::{Answer, DAYS, Invitation, REMINDERS, is_lapsed, reminders_due};
pub use order::{Salt, line_to_type, place, takes_part};
pub use phases::{Phase, Step, WrongStep};
pub use plan::{MOST, NOTE, Pause, Plan, REASON, TITLE, WAIT};
pub use progress::{Outcome, Progress};
pub use publication::{EXPERIENCED, LEAD, LONGEST, NotYet, Publication, may_agree, may_open};
pub use words::{Told, Way, told, turn_between};
