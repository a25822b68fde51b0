//! What managers and the clock do with announcements, each with its audit row in one transaction.

use std::collections::HashMap;

use super::AnnouncementId;
use super::rules::{self, Phase, Plan, Step};
use super::store::{self, Announcement, Reader};
use crate::acts::rules::Actor;
use crate::boards;
use crate::boards::rules::{Board, Standing, find_readable};
use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::rules::{Role, Tier};
use crate::members::{self, MemberId};
use crate::text::names::Title;
use crate::threads::actions::{Announcing, Author, Written};
use crate::threads::readers::{Seen, Step as Reached};
use crate::threads::{self, ThreadId, edits};

/// A manager at work.
#[derive(Clone, Debug)]
pub struct Manager {
    /// Who.
    pub id: MemberId,
    /// What they are, as far as boards care.
    pub standing: Standing,
}

/// Keeps what was written as a draft, a new one or one at this version.
///
/// # Errors
/// When somebody else changed it meanwhile, or it is published.
pub fn save(
    conn: &mut Conn,
    by: &Manager,
    draft: Option<(AnnouncementId, i64)>,
    plan: &Plan,
    now: Time,
) -> Result<AnnouncementId, Error> {
    let boards = boards::store::all(conn)?;
    rules::may_stand(&boards, plan.board, plan.audience, &by.standing).map_err(Error::refused)?;
    let Some((id, version)) = draft else {
        let id = store::insert(conn, by.id, plan, now)?;
        note(conn, Some(by.id), "announcement-drafted", id, "", now)?;
        return Ok(id);
    };
    let found = find(conn, id, &by.standing)?;
    found.phase.after(Step::Save).map_err(conflict)?;
    if !store::save(conn, id, version, plan, now)? {
        return Err(changed());
    }
    note(conn, Some(by.id), "announcement-saved", id, "", now)?;
    Ok(id)
}

/// The announcement of this number, where this person may know of it: managers of a board that is closed to
/// them know nothing of what will stand there.
///
/// # Errors
/// [`Error::NotFound`] where there is none.
pub fn find(conn: &mut Conn, id: AnnouncementId, standing: &Standing) -> Result<Announcement, Error> {
    let found = store::find(conn, id)?.ok_or(Error::NotFound)?;
    let boards = boards::store::all(conn)?;
    find_readable(&boards, found.board, standing).ok_or(Error::NotFound)?;
    Ok(found)
}

/// Sets an announcement to be published at its time, or makes a scheduled one a draft again.
///
/// # Errors
/// When it is published already, or its time is over.
pub fn set_scheduled(
    conn: &mut Conn,
    by: &Manager,
    id: AnnouncementId,
    is_scheduled: bool,
    now: Time,
) -> Result<(), Error> {
    let found = find(conn, id, &by.standing)?;
    let (step, act) = if is_scheduled {
        (Step::Schedule, "announcement-scheduled")
    } else {
        (Step::Unschedule, "announcement-unscheduled")
    };
    let phase = found.phase.after(step).map_err(conflict)?.unwrap_or(Phase::Draft);
    if is_scheduled && found.publish_at.is_none_or(|time| time <= now) {
        return Err(Error::Refused(rules::BadTime::Past.to_string()));
    }
    if !store::take(conn, id, found.version, now)? {
        return Err(changed());
    }
    store::set_phase(conn, id, phase)?;
    note(conn, Some(by.id), act, id, "", now)
}

/// Publishes an announcement: its thread begins. `seen` is how the announcement was when its words were
/// rendered; where it changed since, or somebody was quicker, nothing happens and the answer is a conflict.
///
/// # Errors
/// When whoever wrote it may not announce there any more.
pub fn publish(
    conn: &mut Conn,
    by: Option<MemberId>,
    seen: &Announcement,
    written: &Written,
    now: Time,
) -> Result<(), Error> {
    seen.phase.after(Step::Publish).map_err(conflict)?;
    if !store::take(conn, seen.id, seen.version, now)? {
        return Err(changed());
    }
    let boards = boards::store::all(conn)?;
    let author = author(conn, seen.author)?;
    rules::may_stand(&boards, seen.board, seen.audience, &author.standing).map_err(Error::refused)?;
    let title = Title::parse(&seen.title).map_err(Error::refused)?;
    let new = Announcing {
        board: seen.board,
        title: &title,
        audience: seen.audience,
        pinned: seen.pinned,
        locked: seen.comments == rules::Comments::Closed,
        comments_from: seen.comments.from(),
    };
    let posted = threads::actions::announce(conn, &author, &new, written, now)?;
    let number = store::last_number(conn)? + 1;
    let size = audience_size(conn, &boards, seen.board, seen.audience)?;
    store::set_published(conn, seen.id, posted.thread, number, size, now)?;
    note(conn, by, "announcement-published", seen.id, &seen.title, now)
}

/// Makes an announcement of a thread that is there already, published at that time.
///
/// # Errors
/// When the database fails.
pub fn adopt(
    conn: &mut Conn,
    author: MemberId,
    plan: &Plan,
    thread: ThreadId,
    published: Time,
) -> Result<AnnouncementId, Error> {
    let boards = boards::store::all(conn)?;
    let id = store::insert(conn, author, plan, published)?;
    let number = store::last_number(conn)? + 1;
    let size = audience_size(conn, &boards, plan.board, plan.audience)?;
    store::set_published(conn, id, thread, number, size, published)?;
    Ok(id)
}

/// Whoever wrote an announcement, as they are now.
fn author(conn: &mut Conn, id: MemberId) -> Result<Author, Error> {
    // Managers were confirmed when they got their role; a schedule does not wait for a changed address.
    Ok(Author { id, standing: boards::actions::standing_of(conn, id)?, email_confirmed: true })
}

/// How many members can read an announcement for this audience in this board.
fn audience_size(
    conn: &mut Conn,
    boards: &[Board],
    board: BoardId,
    audience: Audience,
) -> Result<i64, Error> {
    let reads =
        |standing: &Standing| audience.includes(standing) && find_readable(boards, board, standing).is_some();
    let ordinary = store::ordinary_members(conn)?;
    let plain = |tier| Standing { is_member: true, tier, roles: Vec::new() };
    let members: i64 =
        ordinary.into_iter().filter(|(tier, _)| reads(&plain(*tier))).map(|(_, count)| count).sum();
    let mut staff: HashMap<MemberId, (Option<Tier>, Vec<Role>)> = HashMap::new();
    for (id, tier, role) in store::staff(conn)? {
        staff.entry(id).or_insert((tier, Vec::new())).1.push(role);
    }
    let staff = staff.into_values().map(|(tier, roles)| Standing { is_member: true, tier, roles });
    Ok(members + i64::try_from(staff.filter(reads).count()).unwrap_or(i64::MAX))
}

/// A scheduled announcement that cannot be published becomes a draft again, so that its manager sees it.
///
/// # Errors
/// When the database fails.
pub fn hold_back(conn: &mut Conn, seen: &Announcement, why: &str, now: Time) -> Result<(), Error> {
    if store::take(conn, seen.id, seen.version, now)? {
        store::set_phase(conn, seen.id, Phase::Draft)?;
        note(conn, None, "announcement-held-back", seen.id, why, now)?;
    }
    Ok(())
}

/// What changes of a published announcement.
#[derive(Clone, Debug)]
pub struct Correction {
    /// Why, for everybody who reads it.
    pub reason: String,
    /// What the banner says.
    pub banner_text: String,
    /// When it ends by itself.
    pub ends_at: Option<Time>,
}

/// Corrects a published announcement's words.
///
/// # Errors
/// When it is not live, or somebody else changed it meanwhile.
pub fn correct(
    conn: &mut Conn,
    by: &Manager,
    (id, version): (AnnouncementId, i64),
    correction: &Correction,
    written: &Written,
    now: Time,
) -> Result<(), Error> {
    let found = find(conn, id, &by.standing)?;
    found.phase.after(Step::Correct).map_err(conflict)?;
    if !store::take(conn, id, version, now)? {
        return Err(changed());
    }
    let thread = found.thread.ok_or_else(|| Error::internal("a live announcement without its thread"))?;
    if written.body != found.body {
        let actor = Actor::of(by.id, &by.standing.roles)
            .ok_or_else(|| Error::Forbidden("This is for community managers.".into()))?;
        edits::actions::correct(conn, actor, thread, written, &correction.reason, now)?;
    }
    store::set_corrected(conn, id, &written.body, &correction.banner_text, correction.ends_at)?;
    note(conn, Some(by.id), "announcement-corrected", id, &correction.reason, now)
}

/// Ends an announcement: the banner goes, the thread stands among the others and stays readable. `by` is
/// nobody when its time has come.
///
/// # Errors
/// When it is not live.
pub fn end(conn: &mut Conn, by: Option<MemberId>, seen: &Announcement, now: Time) -> Result<(), Error> {
    seen.phase.after(Step::End).map_err(conflict)?;
    if !store::take(conn, seen.id, seen.version, now)? {
        return Err(changed());
    }
    let thread = seen.thread.ok_or_else(|| Error::internal("a live announcement without its thread"))?;
    threads::store::switch_pinned(conn, thread, false)?;
    if seen.locks_at_end {
        threads::store::switch_locked(conn, thread, true)?;
    }
    store::set_ended(conn, seen.id, now)?;
    note(conn, by, "announcement-ended", seen.id, "", now)
}

/// Throws a draft away.
///
/// # Errors
/// When it is no draft.
pub fn delete(conn: &mut Conn, by: &Manager, id: AnnouncementId, now: Time) -> Result<(), Error> {
    let found = find(conn, id, &by.standing)?;
    found.phase.after(Step::Delete).map_err(conflict)?;
    if !store::delete(conn, id)? {
        return Err(changed());
    }
    note(conn, Some(by.id), "announcement-deleted", id, &found.title, now)
}

/// Notes that a member dismissed an announcement's banner, and those before it.
///
/// # Errors
/// [`Error::NotFound`] where there is no such banner for them.
pub fn dismiss(
    conn: &mut Conn,
    member: MemberId,
    standing: &Standing,
    id: AnnouncementId,
    now: Time,
) -> Result<(), Error> {
    let found = find(conn, id, standing)?;
    let (Some(thread), Some(number)) = (found.thread, found.banner_number) else {
        return Err(Error::NotFound);
    };
    if !found.has_banner || !found.audience.includes(standing) {
        return Err(Error::NotFound);
    }
    store::dismiss_all_to(conn, member, number)?;
    let reader = Reader { reached_at: Some(now), read_at: None, dismissed_at: Some(now) };
    Ok(store::note(conn, thread, member, reader)?)
}

/// Writes down how far announcements got.
///
/// # Errors
/// When the database fails.
pub fn note_readers(conn: &mut Conn, seen: Vec<Seen>, now: Time) -> Result<(), Error> {
    let mut gathered: HashMap<(ThreadId, MemberId), Reader> = HashMap::new();
    for (thread, member, step) in seen {
        // Whoever opened it was reached too.
        let first = Reader { reached_at: Some(now), read_at: None, dismissed_at: None };
        let reader = gathered.entry((thread, member)).or_insert(first);
        if step == Reached::Read {
            reader.read_at = Some(now);
        }
    }
    let mut batch: Vec<_> = gathered.into_iter().collect();
    batch.sort_unstable_by_key(|(key, _)| *key);
    for ((thread, member), reader) in batch {
        store::note(conn, thread, member, reader)?;
    }
    Ok(())
}

/// Announcements whose banners are shown, with their threads' names in addresses, and those that are over.
pub type Live = (Vec<(Announcement, String)>, Vec<Announcement>);

/// The live announcements with banners that everybody in their audience may follow, and those that are over.
///
/// # Errors
/// When the database fails.
pub fn live(conn: &mut Conn, now: Time) -> Result<Live, Error> {
    let all = store::live(conn)?;
    if all.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let boards = boards::store::all(conn)?;
    let over = |one: &Announcement| one.ends_at.is_some_and(|end| end <= now);
    let ended = all.iter().map(|(one, _)| one).filter(|one| over(one)).cloned().collect();
    let is_shown = |one: &Announcement| {
        let board = boards.iter().find(|board| board.id == one.board);
        one.has_banner
            && !over(one)
            && board.is_some_and(|board| rules::is_in_reach(&boards, board, one.audience))
    };
    Ok((all.into_iter().filter(|(one, _)| is_shown(one)).collect(), ended))
}

fn note(
    conn: &mut Conn,
    by: Option<MemberId>,
    act: &str,
    id: AnnouncementId,
    reason: &str,
    now: Time,
) -> Result<(), Error> {
    Ok(members::store::audit(conn, by, act, &format!("announcement {}", id.0), reason, now)?)
}

fn conflict(why: rules::WrongStep) -> Error {
    Error::Conflict(why.to_string().into())
}

fn changed() -> Error {
    Error::Conflict(
        "Somebody changed this announcement meanwhile. Open it again to see how it stands.".into(),
    )
}
