//! What happens to a rollout by itself: answers settle and lapse, waves open, it pauses, closes, completes and shows.

use chrono::TimeDelta;

use super::capacity::room;
use super::enrolling::entries;
use super::note;
use super::running::{go, salt_of, show};
use crate::badges::actions as badges;
use crate::badges::store as badge_store;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events;
use crate::events::rules::Event;
use crate::members::MemberId;
use crate::rollouts::RolloutId;
use crate::rollouts::rules::{Answer, DAYS, Pause, Phase, REMINDERS, Step};
use crate::rollouts::store::{self, Entry, Rollout, Wave};
use crate::sealing::Keys;
use crate::verification::call::store::waits as call_waits;
use crate::verification::rules::waits::{WINDOW, Wait, wait};
use crate::verification::store::document_waits;

/// How long after a wave the next may open.
pub const PAUSE: TimeDelta = TimeDelta::hours(24);
/// How many members one step looks at.
const BATCH: i64 = 500;

/// What one look at a rollout did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    /// How many were settled.
    pub settled: usize,
    /// How many lapsed.
    pub lapsed: usize,
    /// How many reminders left.
    pub reminded: usize,
    /// How many were invited.
    pub invited: usize,
    /// How many badges are shown now.
    pub shown: usize,
}

/// Looks after one rollout, in one transaction: what comes by itself comes once, however many processes look, and all
/// of it or nothing.
///
/// # Errors
/// When the database fails; then nothing happened, and the next look does it.
pub fn tend(conn: &mut Conn, keys: &Keys, id: RolloutId, now: Time) -> Result<Tended, Error> {
    // Whoever holds the row looks after it alone.
    let Some(rollout) = store::lock(conn, id)?.filter(|one| one.phase.runs()) else {
        return Ok(Tended::default());
    };
    let mut done = Tended::default();
    (done.settled, done.lapsed) = settle(conn, id, now)?;
    done.lapsed += lapse(conn, id, now)?;
    done.reminded = remind(conn, id, now)?;
    let rollout = brake(conn, keys, rollout, now)?;
    let rollout = if rollout.phase == Phase::Open {
        done.invited = open_wave(conn, keys, &rollout, now)?;
        close_if_empty(conn, keys, rollout, now)?
    } else {
        rollout
    };
    done.shown = finish(conn, keys, rollout, now)?;
    Ok(done)
}

/// Settles what was decided, and ends what members who accepted went no further with.
fn settle(conn: &mut Conn, id: RolloutId, now: Time) -> Result<(usize, usize), Error> {
    let (mut after, mut settled, mut lapsed) = (MemberId(0), 0, 0);
    loop {
        let page = store::accepted(conn, id, after, BATCH)?;
        let Some(last) = page.last() else { return Ok((settled, lapsed)) };
        after = last.member;
        let who: Vec<MemberId> = page.iter().map(|entry| entry.member).collect();
        let progress = store::progress(conn, &who)?;
        for entry in &page {
            let steps = progress.get(&entry.member).copied().unwrap_or_default();
            let since = entry.answered_at.unwrap_or(now);
            if let Some(outcome) = steps.outcome(since) {
                settled += usize::from(store::settle(conn, entry, outcome, now)?);
            } else if steps.is_given_up(since, now) {
                lapsed += usize::from(end_one(conn, entry, now)?);
            }
        }
    }
}

fn end_one(conn: &mut Conn, entry: &Entry, now: Time) -> Result<bool, Error> {
    let Some(to) = entry.state.after(Answer::Lapse) else { return Ok(false) };
    Ok(store::move_entry(conn, entry, to, (entry.turn, false), now)?)
}

fn lapse(conn: &mut Conn, id: RolloutId, now: Time) -> Result<usize, Error> {
    let mut count = 0;
    for entry in store::lapsing(conn, id, now - TimeDelta::days(DAYS), BATCH)? {
        count += usize::from(end_one(conn, &entry, now)?);
    }
    Ok(count)
}

fn remind(conn: &mut Conn, id: RolloutId, now: Time) -> Result<usize, Error> {
    let mut count = 0;
    let end = now - TimeDelta::days(DAYS);
    // The last first: whoever is due for two of them gets one.
    for (reminder, days) in [(3, REMINDERS[2]), (2, REMINDERS[1]), (1, REMINDERS[0])] {
        let span = (end, now - TimeDelta::days(days));
        for entry in store::remind_due(conn, id, reminder, span, BATCH)? {
            if store::note_reminder(conn, &entry, reminder)? {
                tell(conn, &entry, reminder, now)?;
                count += 1;
            }
        }
    }
    Ok(count)
}

fn tell(conn: &mut Conn, entry: &Entry, reminder: i64, now: Time) -> Result<(), Error> {
    let until = entry.invited_at.unwrap_or(now) + TimeDelta::days(DAYS);
    let event = Event::Invited {
        member: entry.member,
        rollout: entry.rollout,
        wave: entry.wave.unwrap_or_default(),
        reminder,
        until: until.and_utc().timestamp(),
    };
    Ok(events::store::add(conn, &event, now)?)
}

/// Pauses while nine in ten wait longer than the plan allows, and goes on a day later at the earliest when they do not.
fn brake(conn: &mut Conn, keys: &Keys, rollout: Rollout, now: Time) -> Result<Rollout, Error> {
    let rests = match rollout.paused {
        Some((since, Pause::Wait)) => now - since >= PAUSE,
        _ => rollout.phase == Phase::Open,
    };
    if !rests {
        return Ok(rollout);
    }
    let is_too_long = longest_wait(conn, now)? > TimeDelta::hours(rollout.plan.longest_wait);
    let (step, pause, act) = match (rollout.phase, is_too_long) {
        (Phase::Open, true) => (Step::Pause, Some(Pause::Wait), "rollout-paused"),
        (Phase::Paused, false) => (Step::Open, None, "rollout-opened"),
        _ => return Ok(rollout),
    };
    let to = rollout.phase.after(step).map_err(Error::refused)?;
    step_by_itself(conn, keys, &rollout, (to, pause), act, now)
}

/// How long nine in ten wait for the decision about their document and for their call, together.
fn longest_wait(conn: &mut Conn, now: Time) -> Result<TimeDelta, Error> {
    let nine_in_ten = |samples| match wait(samples, TimeDelta::zero()) {
        Wait::Measured { nine_in_ten, .. } => nine_in_ten,
        Wait::Promised(none) => none,
    };
    let since = now - WINDOW;
    Ok(nine_in_ten(document_waits(conn, since)?) + nine_in_ten(call_waits(conn, since)?))
}

/// Opens a wave where one may open, and says how many are invited.
fn open_wave(conn: &mut Conn, keys: &Keys, rollout: &Rollout, now: Time) -> Result<usize, Error> {
    let last = store::waves(conn, rollout.id, 1)?.pop();
    if last.as_ref().is_some_and(|wave| now - wave.opened_at < PAUSE) {
        return Ok(0);
    }
    take_newcomers(conn, keys, rollout, now)?;
    let room = room(conn, rollout, now)?;
    let who = next_to_ask(conn, rollout.id, i64::try_from(room.free).unwrap_or(i64::MAX), now)?;
    if who.is_empty() {
        return Ok(0);
    }
    let number = last.map_or(1, |wave| wave.number + 1);
    let counted = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let wave = Wave {
        number,
        opened_at: now,
        size: i64::try_from(who.len()).unwrap_or(i64::MAX),
        capacity: counted(room.capacity),
        outstanding: counted(room.outstanding),
        shift_minutes: counted(room.crew.shift_minutes),
        backlog: counted(room.crew.backlog),
        call_seconds: counted(room.measured.call_seconds),
        fill_percent: counted(room.measured.fill_percent),
        accept_percent: counted(room.measured.accept_percent),
    };
    store::add_wave(conn, rollout.id, &wave)?;
    for part in who.chunks(1_000) {
        if store::invite(conn, rollout.id, part, number, now)? != part.len() {
            return Err(Error::internal("somebody was invited by another process"));
        }
    }
    let until = (now + TimeDelta::days(DAYS)).and_utc().timestamp();
    for member in &who {
        let event = Event::Invited { member: *member, rollout: rollout.id, wave: number, reminder: 0, until };
        events::store::add(conn, &event, now)?;
    }
    note(conn, None, "rollout-wave", rollout.id, &format!("wave {number}: {} members", who.len()), now)?;
    Ok(who.len())
}

/// Whoever is next in the order, up to so many; those who got the badge meanwhile are not asked for it.
fn next_to_ask(conn: &mut Conn, id: RolloutId, most: i64, now: Time) -> Result<Vec<MemberId>, Error> {
    loop {
        let who = store::next_in_order(conn, id, most)?;
        let mut have = Vec::new();
        for part in who.chunks(1_000) {
            let progress = store::progress(conn, part)?;
            have.extend(
                progress.into_iter().filter(|(_, steps)| steps.has_badge()).map(|(member, _)| member),
            );
        }
        if have.is_empty() {
            return Ok(who);
        }
        for part in have.chunks(1_000) {
            store::carry_over(conn, id, part, now)?;
        }
    }
}

/// Puts whoever joined since the last look into the order, behind the others, where the rule is for newcomers.
fn take_newcomers(conn: &mut Conn, keys: &Keys, rollout: &Rollout, now: Time) -> Result<(), Error> {
    let Some(after) = rollout.enrolled_up_to.filter(|_| rollout.plan.audience.takes_newcomers()) else {
        return Ok(());
    };
    if store::last_member(conn)? <= after {
        return Ok(());
    }
    let salt = salt_of(keys, rollout)?;
    let turn = now.and_utc().timestamp();
    let found = entries(conn, (&rollout.plan, rollout.id, &salt), (after, turn, true), now)?;
    store::enrol(conn, rollout.id, &found.new, now)?;
    Ok(store::set_enrolled(conn, rollout.id, found.up_to)?)
}

fn close_if_empty(conn: &mut Conn, keys: &Keys, rollout: Rollout, now: Time) -> Result<Rollout, Error> {
    // Newcomers may still come, and a share may still be raised: these close by hand. And while somebody has not
    // answered, whoever declined may come back.
    let may_grow = rollout.plan.audience.takes_newcomers() || rollout.plan.percent < 100;
    if may_grow || !store::is_everybody_answered(conn, rollout.id)? {
        return Ok(rollout);
    }
    step_by_itself(conn, keys, &rollout, (Phase::Closing, None), "rollout-closed", now)
}

/// Completes where everybody is covered, shows what is held when it is time, and ends it where both are so.
fn finish(conn: &mut Conn, keys: &Keys, mut rollout: Rollout, now: Time) -> Result<usize, Error> {
    let tally = store::tally(conn, rollout.id)?;
    let (covered, whole) = (counted(tally.covered()), counted(tally.whole()));
    let mut shown = 0;
    if rollout.holds()
        && rollout.plan.publication.is_due(covered, whole, now)
        && has_ended_or_is_late(&rollout, now)
    {
        shown = show(conn, &rollout, now)?;
        rollout.shown_at = Some(now);
    }
    if rollout.phase == Phase::Closing && covered == whole {
        rollout = step_by_itself(conn, keys, &rollout, (Phase::Complete, None), "rollout-completed", now)?;
    }
    if rollout.phase == Phase::Complete && !rollout.holds() {
        step_by_itself(conn, keys, &rollout, (Phase::Published, None), "rollout-published", now)?;
    }
    Ok(shown)
}

/// Whether a share of the covered says something: newcomers may still come while waves open.
fn has_ended_or_is_late(rollout: &Rollout, now: Time) -> bool {
    let is_late = rollout.plan.publication.latest().is_some_and(|latest| latest <= now);
    is_late || !rollout.plan.audience.takes_newcomers() || rollout.phase != Phase::Open
}

fn counted(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

fn step_by_itself(
    conn: &mut Conn,
    keys: &Keys,
    rollout: &Rollout,
    (to, pause): (Phase, Option<Pause>),
    act: &str,
    now: Time,
) -> Result<Rollout, Error> {
    if !store::take(conn, rollout.id, rollout.version, now)? {
        return Err(Error::internal("a rollout changed while its row was held"));
    }
    go(conn, keys, (rollout, to), pause, now)?;
    note(conn, None, act, rollout.id, pause.map_or("", Pause::code), now)?;
    super::find(conn, rollout.id)
}

/// Whether badges are held for a rollout that holds nothing any more: they settled while the others were shown.
///
/// # Errors
/// When the database fails.
pub fn is_anything_held_too_long(conn: &mut Conn) -> Result<bool, Error> {
    Ok(!badge_store::left_behind(conn)?.is_empty())
}

/// Shows those, and says how many they are.
///
/// # Errors
/// When the database fails.
pub fn release(conn: &mut Conn, now: Time) -> Result<usize, Error> {
    let mut count = 0;
    for rollout in badge_store::left_behind(conn)? {
        let shown = badges::show_held(conn, rollout)?;
        events::store::add(conn, &Event::BadgesShown { rollout }, now)?;
        note(conn, None, "rollout-shown", rollout, &format!("{shown} badges that settled meanwhile"), now)?;
        count += shown;
    }
    Ok(count)
}
