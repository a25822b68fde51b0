//! Accounts, sessions, links and counted tries in the database.

mod mailbox;
pub mod old;

use diesel::prelude::*;

use super::SessionId;
use super::rules::Purpose;
use crate::clock::Time;
use crate::db::schema::{link_tokens, member_roles, members, sessions, throttles};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::members::rules::{Role, Tier};
use crate::sealing::{Keys, SealedAddress};

pub use mailbox::{Mailbox, by_email, mailbox_of};

/// A member about to be written.
#[derive(Clone, Debug)]
pub struct NewMember<'a> {
    /// The number it had elsewhere, where it comes from an export.
    pub id: Option<i64>,
    /// Name in addresses.
    pub handle: &'a str,
    /// Name that people read.
    pub name: &'a str,
    /// What the name looks like.
    pub skeleton: &'a str,
    /// Whether staff should look at the name.
    pub review: bool,
    /// E-mail address.
    pub email: Option<&'a SealedAddress>,
    /// When the address was confirmed.
    pub email_verified_at: Option<Time>,
    /// The password's hash.
    pub password_hash: Option<&'a str>,
    /// When they joined.
    pub joined_at: Time,
}

/// Writes a new member.
pub fn insert_member(conn: &mut Conn, new: &NewMember<'_>) -> QueryResult<MemberId> {
    let values = (
        members::handle.eq(new.handle),
        members::name.eq(new.name),
        members::name_skeleton.eq(new.skeleton),
        members::name_review.eq(new.review),
        members::email.eq(new.email.map(|email| email.text.as_str())),
        members::email_key.eq(new.email.map(|email| email.index.as_str())),
        members::email_verified_at.eq(new.email_verified_at),
        members::password_hash.eq(new.password_hash),
        members::rank_since.eq(new.joined_at),
        members::joined_at.eq(new.joined_at),
    );
    match new.id {
        None => diesel::insert_into(members::table).values(values).returning(members::id).get_result(conn),
        Some(id) => diesel::insert_into(members::table)
            .values((members::id.eq(id), values))
            .returning(members::id)
            .get_result(conn),
    }
}

/// What signing in needs to know.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Who.
    pub id: MemberId,
    /// The password's hash; without one, nobody can sign in by password.
    pub password_hash: Option<String>,
}

/// The account of this handle or address, both in lower case.
pub fn credentials(conn: &mut Conn, keys: &Keys, login: &str) -> QueryResult<Option<Credentials>> {
    members::table
        // A handle has no @ and an address has one, so no login finds two.
        .filter(members::handle.eq(login).or(members::email_key.eq(keys.address_index(login))))
        .select((members::id, members::password_hash))
        .first(conn)
        .optional()
        .map(|row| row.map(|(id, password_hash)| Credentials { id, password_hash }))
}

/// Whether a handle is taken.
pub fn handle_exists(conn: &mut Conn, handle: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(members::table.filter(members::handle.eq(handle)))).get_result(conn)
}

/// Marks a member's address as confirmed.
pub fn confirm_email(conn: &mut Conn, id: MemberId, now: Time) -> QueryResult<()> {
    diesel::update(members::table.find(id)).set(members::email_verified_at.eq(now)).execute(conn).map(|_| ())
}

/// Sets the hash of a member's password.
pub fn set_password(conn: &mut Conn, id: MemberId, hash: &str) -> QueryResult<()> {
    diesel::update(members::table.find(id)).set(members::password_hash.eq(hash)).execute(conn).map(|_| ())
}

/// A member's session, as its cookie finds it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The session.
    pub session: SessionId,
    /// When it was last used, as far as it is written down.
    pub seen_at: Time,
    /// Who is signed in.
    pub member: MemberId,
    /// Their name in addresses.
    pub handle: String,
    /// Their name.
    pub name: String,
    /// Their tier.
    pub tier: Option<Tier>,
    /// Whether their address is confirmed.
    pub email_confirmed: bool,
    /// Their roles.
    pub roles: Vec<Role>,
    /// What else each page asks of them.
    pub state: State,
}

/// What changes of a member from page to page.
#[derive(Clone, Debug)]
pub struct State {
    /// Until when they may not write.
    pub silenced_until: Option<Time>,
    /// Until when they may not take part.
    pub suspended_until: Option<Time>,
    /// Notifications that wait.
    pub unread_notifications: i64,
    /// Up to which banner they dismissed them.
    pub banners_dismissed: i64,
    /// Everything written before is read.
    pub all_read_at: Option<Time>,
    /// Posts on a page of a thread.
    pub page_size: i64,
    /// When they joined.
    pub joined_at: Time,
}

type StateRow = (Option<Time>, Option<Time>, i64, i64, Option<Time>, i64, Time);
type FoundRow =
    (SessionId, Time, MemberId, String, String, Option<String>, Option<Time>, Option<String>, StateRow);

/// The session of this token, with all that a page asks of whoever is signed in: one query.
pub fn find_session(conn: &mut Conn, token_hash: &[u8]) -> QueryResult<Option<Found>> {
    let rows: Vec<FoundRow> = sessions::table
        .inner_join(members::table)
        .left_join(member_roles::table.on(member_roles::member_id.eq(members::id)))
        .filter(sessions::token_hash.eq(token_hash))
        .select((
            sessions::id,
            sessions::seen_at,
            members::id,
            members::handle,
            members::name,
            members::tier,
            members::email_verified_at,
            member_roles::role.nullable(),
            (
                members::silenced_until,
                members::suspended_until,
                members::unread_notifications,
                members::banners_dismissed,
                members::all_read_at,
                members::page_size,
                members::joined_at,
            ),
        ))
        .load(conn)?;
    let roles = rows
        .iter()
        .filter_map(|row| row.7.as_deref())
        .map(|code| decode(code, Role::parse))
        .collect::<QueryResult<Vec<Role>>>()?;
    let Some((session, seen_at, member, handle, name, tier, verified_at, _, state)) = rows.into_iter().next()
    else {
        return Ok(None);
    };
    let tier = tier.map(|code| decode(&code, Tier::parse)).transpose()?;
    let email_confirmed = verified_at.is_some();
    let state = State {
        silenced_until: state.0,
        suspended_until: state.1,
        unread_notifications: state.2,
        banners_dismissed: state.3,
        all_read_at: state.4,
        page_size: state.5,
        joined_at: state.6,
    };
    Ok(Some(Found { session, seen_at, member, handle, name, tier, email_confirmed, roles, state }))
}

/// Opens a session.
pub fn insert_session(
    conn: &mut Conn,
    token_hash: &[u8],
    member: MemberId,
    device: &Device,
    now: Time,
) -> QueryResult<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(token_hash),
            sessions::member_id.eq(member),
            sessions::created_at.eq(now),
            sessions::seen_at.eq(now),
            sessions::agent.eq(&device.agent),
            sessions::address.eq(&device.address),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Where somebody signs in from, for the list of one's sessions.
#[derive(Clone, Debug, Default)]
pub struct Device {
    /// What the browser calls itself, at most 200 characters.
    pub agent: String,
    /// The network address.
    pub address: String,
}

/// A session: since when, when it was used last, and on what.
pub type SessionOf = (SessionId, Time, Time, Device);

/// One's sessions, the last used first.
pub fn sessions_of(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<SessionOf>> {
    let rows: Vec<(SessionId, Time, Time, String, String)> = sessions::table
        .filter(sessions::member_id.eq(member))
        .order((sessions::seen_at.desc(), sessions::id.desc()))
        .select((sessions::id, sessions::created_at, sessions::seen_at, sessions::agent, sessions::address))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, created, seen, agent, address)| (id, created, seen, Device { agent, address }))
        .collect())
}

/// Ends one session of a member.
pub fn end_session(conn: &mut Conn, member: MemberId, session: SessionId) -> QueryResult<bool> {
    let one = sessions::table.filter(sessions::id.eq(session)).filter(sessions::member_id.eq(member));
    diesel::delete(one).execute(conn).map(|rows| rows == 1)
}

/// Ends every session of a member but `keep`.
pub fn end_sessions(conn: &mut Conn, member: MemberId, keep: Option<SessionId>) -> QueryResult<usize> {
    let others = sessions::table
        .filter(sessions::member_id.eq(member))
        .filter(sessions::id.ne(keep.unwrap_or(SessionId(0))));
    diesel::delete(others).execute(conn)
}

/// Writes down that sessions were used.
pub fn touch_sessions(conn: &mut Conn, used: &[SessionId], now: Time) -> QueryResult<()> {
    diesel::update(sessions::table.filter(sessions::id.eq_any(used)))
        .set(sessions::seen_at.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// Writes a link's token down.
pub fn insert_link(
    conn: &mut Conn,
    token_hash: &[u8],
    purpose: Purpose,
    member: Option<MemberId>,
    expires_at: Time,
) -> QueryResult<()> {
    diesel::insert_into(link_tokens::table)
        .values((
            link_tokens::token_hash.eq(token_hash),
            link_tokens::purpose.eq(purpose.code()),
            link_tokens::member_id.eq(member),
            link_tokens::expires_at.eq(expires_at),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Whom a link is for; the outer `None` means that there is no such link, or no longer.
pub fn find_link(
    conn: &mut Conn,
    token_hash: &[u8],
    purpose: Purpose,
    now: Time,
) -> QueryResult<Option<Option<MemberId>>> {
    link_tokens::table
        .filter(link_tokens::token_hash.eq(token_hash))
        .filter(link_tokens::purpose.eq(purpose.code()))
        .filter(link_tokens::expires_at.gt(now))
        .select(link_tokens::member_id)
        .first(conn)
        .optional()
}

/// Uses a link up, and says whom it was for. Of two that come at once, one gets it.
pub fn use_link(
    conn: &mut Conn,
    token_hash: &[u8],
    purpose: Purpose,
    now: Time,
) -> QueryResult<Option<Option<MemberId>>> {
    let link = link_tokens::table
        .filter(link_tokens::token_hash.eq(token_hash))
        .filter(link_tokens::purpose.eq(purpose.code()))
        .filter(link_tokens::expires_at.gt(now));
    diesel::delete(link).returning(link_tokens::member_id).get_result(conn).optional()
}

/// Drops a member's links of one purpose: a newer one replaces them.
pub fn drop_links(conn: &mut Conn, purpose: Purpose, member: Option<MemberId>) -> QueryResult<()> {
    let purpose = link_tokens::purpose.eq(purpose.code());
    match member {
        Some(member) => {
            diesel::delete(link_tokens::table.filter(purpose).filter(link_tokens::member_id.eq(member)))
                .execute(conn)
        }
        None => diesel::delete(link_tokens::table.filter(purpose)).execute(conn),
    }
    .map(|_| ())
}

/// Counts one more try under `name`, in the window that began after `since` or in a new one. Answers with
/// the tries so far and when the window began.
pub fn count_try(conn: &mut Conn, name: &str, since: Time, now: Time) -> QueryResult<(i64, Time)> {
    let open = throttles::table.filter(throttles::name.eq(name)).filter(throttles::began_at.gt(since));
    let counted = diesel::update(open)
        .set(throttles::tries.eq(throttles::tries + 1))
        .returning((throttles::tries, throttles::began_at))
        .get_result(conn)
        .optional()?;
    if let Some(counted) = counted {
        return Ok(counted);
    }
    let fresh = diesel::insert_into(throttles::table)
        .values((throttles::name.eq(name), throttles::began_at.eq(now), throttles::tries.eq(1)))
        .on_conflict(throttles::name)
        .do_update()
        .set((throttles::began_at.eq(now), throttles::tries.eq(1)));
    on_backend!(conn, |c| fresh.execute(c))?;
    Ok((1, now))
}

/// Forgets the tries under `name`.
pub fn forget_tries(conn: &mut Conn, name: &str) -> QueryResult<()> {
    diesel::delete(throttles::table.find(name)).execute(conn).map(|_| ())
}

/// Sets how many posts a page of a thread holds for a member.
pub fn set_page_size(conn: &mut Conn, member: MemberId, size: i64) -> QueryResult<()> {
    diesel::update(members::table.find(member)).set(members::page_size.eq(size)).execute(conn).map(|_| ())
}

/// Drops sessions, links and counts that are over.
pub fn sweep(conn: &mut Conn, idle_since: Time, window_since: Time, now: Time) -> QueryResult<usize> {
    let sessions = diesel::delete(sessions::table.filter(sessions::seen_at.lt(idle_since))).execute(conn)?;
    let links = diesel::delete(link_tokens::table.filter(link_tokens::expires_at.lt(now))).execute(conn)?;
    let counts =
        diesel::delete(throttles::table.filter(throttles::began_at.lt(window_since))).execute(conn)?;
    Ok(sessions + links + counts)
}
