//! Second factors, recovery codes, what waits for an answer, and what sessions showed.

use diesel::prelude::*;

use super::FactorId;
use super::rules::{Kind, Standing};
use crate::accounts::SessionId;
use crate::clock::Time;
use crate::db::schema::{passkey_challenges, pending_sign_ins, recovery_codes, second_factors, sessions};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;

/// A second factor, as its owner sees it.
#[derive(Clone, Debug)]
pub struct Factor {
    /// Its number.
    pub id: FactorId,
    /// What it is.
    pub kind: Kind,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub added_at: Time,
    /// When it was last shown.
    pub used_at: Option<Time>,
}

/// A member's second factors, the first added first.
pub fn list(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<Factor>> {
    let rows: Vec<(FactorId, String, String, Time, Option<Time>)> = second_factors::table
        .filter(second_factors::member_id.eq(member))
        .order(second_factors::id)
        .select((
            second_factors::id,
            second_factors::kind,
            second_factors::name,
            second_factors::added_at,
            second_factors::used_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, kind, name, added_at, used_at)| {
            Ok(Factor { id, kind: decode(&kind, Kind::parse)?, name, added_at, used_at })
        })
        .collect()
}

/// Whether a member has a second factor.
pub fn has_any(conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
    let own = second_factors::table.filter(second_factors::member_id.eq(member));
    diesel::select(diesel::dsl::exists(own)).get_result(conn)
}

/// What a member's session showed; nothing where it has ended.
pub fn standing(conn: &mut Conn, member: MemberId, session: SessionId) -> QueryResult<Option<Standing>> {
    let own = second_factors::table.filter(second_factors::member_id.eq(member));
    let row: Option<(Option<Time>, Option<Time>, bool)> = sessions::table
        .find(session)
        .filter(sessions::member_id.eq(member))
        .select((sessions::proved_at, sessions::worked_at, diesel::dsl::exists(own)))
        .first(conn)
        .optional()?;
    Ok(row.map(|(proved_at, worked_at, has_factor)| Standing { has_factor, proved_at, worked_at }))
}

/// A sealed factor: its number, the passkey's id, what is sealed.
pub type Sealed = (FactorId, Option<String>, Vec<u8>);

/// A member's factors of one kind, sealed.
pub fn sealed(conn: &mut Conn, member: MemberId, kind: Kind) -> QueryResult<Vec<Sealed>> {
    second_factors::table
        .filter(second_factors::member_id.eq(member))
        .filter(second_factors::kind.eq(kind.code()))
        .order(second_factors::id)
        .select((second_factors::id, second_factors::credential, second_factors::sealed))
        .load(conn)
}

/// A factor about to be written.
#[derive(Clone, Debug)]
pub struct NewFactor<'a> {
    /// Whose.
    pub member: MemberId,
    /// What it is.
    pub kind: Kind,
    /// What its owner calls it.
    pub name: &'a str,
    /// The passkey's id.
    pub credential: Option<&'a str>,
    /// The passkey or the secret, sealed.
    pub sealed: &'a [u8],
    /// The step whose code confirmed it.
    pub last_step: Option<i64>,
}

/// Adds a factor.
pub fn insert(conn: &mut Conn, new: &NewFactor<'_>, now: Time) -> QueryResult<()> {
    diesel::insert_into(second_factors::table)
        .values((
            second_factors::member_id.eq(new.member),
            second_factors::kind.eq(new.kind.code()),
            second_factors::name.eq(new.name),
            second_factors::credential.eq(new.credential),
            second_factors::sealed.eq(new.sealed),
            second_factors::last_step.eq(new.last_step),
            second_factors::added_at.eq(now),
            second_factors::used_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Takes a step's code, and says whether it was still to be had. Of many that come at once, one gets it: the
/// condition stands in the change itself.
pub fn take_step(conn: &mut Conn, factor: FactorId, step: i64, now: Time) -> QueryResult<bool> {
    let is_new = second_factors::last_step.is_null().or(second_factors::last_step.lt(step));
    diesel::update(second_factors::table.filter(second_factors::id.eq(factor)).filter(is_new))
        .set((second_factors::last_step.eq(step), second_factors::used_at.eq(now)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Writes down that a passkey was shown, and what it is from then on.
pub fn note_passkey(conn: &mut Conn, factor: FactorId, sealed: &[u8], now: Time) -> QueryResult<()> {
    diesel::update(second_factors::table.find(factor))
        .set((second_factors::sealed.eq(sealed), second_factors::used_at.eq(now)))
        .execute(conn)
        .map(|_| ())
}

/// Gives a member's factor another name.
pub fn rename(conn: &mut Conn, member: MemberId, factor: FactorId, name: &str) -> QueryResult<bool> {
    let own = second_factors::table.find(factor).filter(second_factors::member_id.eq(member));
    diesel::update(own).set(second_factors::name.eq(name)).execute(conn).map(|rows| rows == 1)
}

/// Removes a member's factor, and answers with what it was and how it was called.
pub fn remove(conn: &mut Conn, member: MemberId, factor: FactorId) -> QueryResult<Option<(Kind, String)>> {
    let own = second_factors::table.filter(second_factors::id.eq(factor));
    let own = own.filter(second_factors::member_id.eq(member));
    let removed: Option<(String, String)> = diesel::delete(own)
        .returning((second_factors::kind, second_factors::name))
        .get_result(conn)
        .optional()?;
    removed.map(|(kind, name)| Ok((decode(&kind, Kind::parse)?, name))).transpose()
}

/// Removes every factor of a member, and says how many they were.
pub fn remove_all(conn: &mut Conn, member: MemberId) -> QueryResult<usize> {
    diesel::delete(second_factors::table.filter(second_factors::member_id.eq(member))).execute(conn)
}

// Recovery codes

/// How many recovery codes a member has left.
pub fn count_recovery(conn: &mut Conn, member: MemberId) -> QueryResult<i64> {
    recovery_codes::table.filter(recovery_codes::member_id.eq(member)).count().get_result(conn)
}

/// Writes recovery codes down by their hashes.
pub fn insert_recovery(
    conn: &mut Conn,
    member: MemberId,
    hashes: &[Vec<u8>],
    now: Time,
) -> QueryResult<usize> {
    let rows: Vec<_> = hashes
        .iter()
        .map(|hash| {
            (
                recovery_codes::code_hash.eq(hash),
                recovery_codes::member_id.eq(member),
                recovery_codes::made_at.eq(now),
            )
        })
        .collect();
    let adding = diesel::insert_into(recovery_codes::table).values(rows);
    on_backend!(conn, |c| adding.execute(c))
}

/// Uses a recovery code up, and says whether it was there. Of many that come at once, one gets it.
pub fn use_recovery(conn: &mut Conn, member: MemberId, hash: &[u8]) -> QueryResult<bool> {
    let one = recovery_codes::table.find(hash).filter(recovery_codes::member_id.eq(member));
    diesel::delete(one).execute(conn).map(|rows| rows == 1)
}

/// Drops a member's recovery codes.
pub fn drop_recovery(conn: &mut Conn, member: MemberId) -> QueryResult<usize> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::member_id.eq(member))).execute(conn)
}

// Questions to passkeys

/// What a session asks a passkey for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To be added.
    Register,
    /// To be shown.
    Show,
}

impl Asked {
    fn code(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Show => "sign-in",
        }
    }
}

/// Keeps a session's question to a passkey in place of an earlier one.
pub fn put_challenge(
    conn: &mut Conn,
    session: SessionId,
    asked: Asked,
    state: &[u8],
    expires_at: Time,
) -> QueryResult<()> {
    let values = (
        passkey_challenges::purpose.eq(asked.code()),
        passkey_challenges::state.eq(state),
        passkey_challenges::expires_at.eq(expires_at),
    );
    let keeping = diesel::insert_into(passkey_challenges::table)
        .values((passkey_challenges::session_id.eq(session), values))
        .on_conflict(passkey_challenges::session_id)
        .do_update()
        .set(values);
    on_backend!(conn, |c| keeping.execute(c)).map(|_| ())
}

/// Takes a session's question out: it is answered once.
pub fn take_challenge(
    conn: &mut Conn,
    session: SessionId,
    asked: Asked,
    now: Time,
) -> QueryResult<Option<Vec<u8>>> {
    let one = passkey_challenges::table
        .filter(passkey_challenges::session_id.eq(session))
        .filter(passkey_challenges::purpose.eq(asked.code()))
        .filter(passkey_challenges::expires_at.gt(now));
    diesel::delete(one).returning(passkey_challenges::state).get_result(conn).optional()
}

// What sessions showed

/// Writes down that a session showed its second factor.
pub fn prove(conn: &mut Conn, session: SessionId, now: Time) -> QueryResult<()> {
    diesel::update(sessions::table.find(session)).set(sessions::proved_at.eq(now)).execute(conn).map(|_| ())
}

/// The same for the session of a token.
pub fn prove_token(conn: &mut Conn, token_hash: &[u8], now: Time) -> QueryResult<()> {
    diesel::update(sessions::table.filter(sessions::token_hash.eq(token_hash)))
        .set(sessions::proved_at.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// Forgets what a member's sessions but this one showed.
pub fn forget_proofs(conn: &mut Conn, member: MemberId, keep: SessionId) -> QueryResult<usize> {
    let others = sessions::table.filter(sessions::member_id.eq(member)).filter(sessions::id.ne(keep));
    diesel::update(others).set(sessions::proved_at.eq(None::<Time>)).execute(conn)
}

/// Writes down that a session works at the desk.
pub fn note_work(conn: &mut Conn, session: SessionId, now: Time) -> QueryResult<()> {
    diesel::update(sessions::table.find(session)).set(sessions::worked_at.eq(now)).execute(conn).map(|_| ())
}

// Signing in that waits for a second factor

/// Lets a sign-in wait for its second factor.
pub fn insert_pending(
    conn: &mut Conn,
    token_hash: &[u8],
    member: MemberId,
    expires_at: Time,
) -> QueryResult<()> {
    diesel::insert_into(pending_sign_ins::table)
        .values((
            pending_sign_ins::token_hash.eq(token_hash),
            pending_sign_ins::member_id.eq(member),
            pending_sign_ins::expires_at.eq(expires_at),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Whose sign-in waits under this token.
pub fn find_pending(conn: &mut Conn, token_hash: &[u8], now: Time) -> QueryResult<Option<MemberId>> {
    pending_sign_ins::table
        .filter(pending_sign_ins::token_hash.eq(token_hash))
        .filter(pending_sign_ins::expires_at.gt(now))
        .select(pending_sign_ins::member_id)
        .first(conn)
        .optional()
}

/// Ends the wait, and says whose it was. Of two that come at once, one gets it.
pub fn use_pending(conn: &mut Conn, token_hash: &[u8], now: Time) -> QueryResult<Option<MemberId>> {
    let one = pending_sign_ins::table
        .filter(pending_sign_ins::token_hash.eq(token_hash))
        .filter(pending_sign_ins::expires_at.gt(now));
    diesel::delete(one).returning(pending_sign_ins::member_id).get_result(conn).optional()
}

/// Keeps a sign-in's question to a passkey in place of an earlier one.
pub fn put_pending_challenge(conn: &mut Conn, token_hash: &[u8], state: &[u8]) -> QueryResult<()> {
    diesel::update(pending_sign_ins::table.find(token_hash))
        .set(pending_sign_ins::challenge.eq(state))
        .execute(conn)
        .map(|_| ())
}

/// Takes a sign-in's question out, and says whether it was there: it is answered once.
pub fn clear_pending_challenge(conn: &mut Conn, token_hash: &[u8]) -> QueryResult<bool> {
    let asked = pending_sign_ins::table.find(token_hash).filter(pending_sign_ins::challenge.is_not_null());
    diesel::update(asked)
        .set(pending_sign_ins::challenge.eq(None::<Vec<u8>>))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// A sign-in's question to a passkey.
pub fn pending_challenge(conn: &mut Conn, token_hash: &[u8]) -> QueryResult<Option<Vec<u8>>> {
    pending_sign_ins::table
        .find(token_hash)
        .select(pending_sign_ins::challenge)
        .first(conn)
        .optional()
        .map(Option::flatten)
}

/// Ends what waits for a member: a new password was set.
pub fn drop_pending(conn: &mut Conn, member: MemberId) -> QueryResult<usize> {
    diesel::delete(pending_sign_ins::table.filter(pending_sign_ins::member_id.eq(member))).execute(conn)
}

/// Drops what waited too long.
pub fn sweep(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    let signing_in = diesel::delete(pending_sign_ins::table.filter(pending_sign_ins::expires_at.lt(now)));
    let gone = signing_in.execute(conn)?;
    let asked = diesel::delete(passkey_challenges::table.filter(passkey_challenges::expires_at.lt(now)));
    Ok(gone + asked.execute(conn)?)
}
