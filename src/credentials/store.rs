//! Credentials, their keys and their links in the database.

use diesel::prelude::*;

use super::signing::PublicKey;
use super::{CredentialId, LinkId};
use crate::badges::rules::GrantState;
use crate::clock::Time;
use crate::db::schema::{
    badge_grants, badge_policies, credential_keys, credential_links, credentials, members,
};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;

/// Every public key, the newest first.
pub fn public_keys(conn: &mut Conn) -> QueryResult<Vec<PublicKey>> {
    let rows: Vec<(String, String, String)> = credential_keys::table
        .order((credential_keys::made_at.desc(), credential_keys::name))
        .select((credential_keys::name, credential_keys::modulus, credential_keys::exponent))
        .load(conn)?;
    let key = |(name, modulus, exponent)| PublicKey { name, modulus, exponent };
    Ok(rows.into_iter().map(key).collect())
}

/// The key that signs, with its sealed private part.
pub fn signing_key(conn: &mut Conn) -> QueryResult<Option<(String, Vec<u8>)>> {
    let row: Option<(String, Option<Vec<u8>>)> = credential_keys::table
        .filter(credential_keys::place.eq(1))
        .select((credential_keys::name, credential_keys::sealed))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(name, sealed)| Some((name, sealed?))))
}

/// Ends the key that signs: its private part goes, its public part stays.
pub fn retire_key(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    diesel::update(credential_keys::table.filter(credential_keys::place.eq(1)))
        .set((
            credential_keys::place.eq(None::<i64>),
            credential_keys::sealed.eq(None::<Vec<u8>>),
            credential_keys::retired_at.eq(now),
        ))
        .execute(conn)
}

/// Keeps a key that signs from now on, unless another does already.
pub fn add_key(conn: &mut Conn, key: &PublicKey, sealed: &[u8], now: Time) -> QueryResult<()> {
    let row = (
        credential_keys::name.eq(&key.name),
        credential_keys::modulus.eq(&key.modulus),
        credential_keys::exponent.eq(&key.exponent),
        credential_keys::sealed.eq(sealed),
        credential_keys::made_at.eq(now),
        credential_keys::place.eq(1),
    );
    on_backend!(conn, |c| diesel::insert_into(credential_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|_| ())
}

/// A credential, with what its grant says at this moment.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Its number.
    pub id: CredentialId,
    /// Its name in addresses: random.
    pub name: String,
    /// Whose.
    pub member: MemberId,
    /// Their name in addresses.
    pub handle: String,
    /// The display name that was checked.
    pub bound_name: String,
    /// Of which grant.
    pub grant: i64,
    /// In which status list.
    pub list: i64,
    /// At which place of it.
    pub place: i64,
    /// When it was issued.
    pub issued_at: Time,
    /// When the member ended it.
    pub ended_at: Option<Time>,
    /// What became of the grant.
    pub state: GrantState,
    /// When the fact was checked.
    pub granted_at: Time,
    /// Until when it counts.
    pub expires_at: Option<Time>,
    /// Under which policy.
    pub policy_version: i64,
    /// What that policy checks, in words.
    pub checked: String,
}

type Row = (
    (CredentialId, String, MemberId, String, String, i64, i64, i64, Time, Option<Time>),
    (String, Time, Option<Time>, i64, String),
);

fn credential((own, grant): Row) -> QueryResult<Credential> {
    Ok(Credential {
        id: own.0,
        name: own.1,
        member: own.2,
        handle: own.3,
        bound_name: own.4,
        grant: own.5,
        list: own.6,
        place: own.7,
        issued_at: own.8,
        ended_at: own.9,
        state: decode(&grant.0, GrantState::parse)?,
        granted_at: grant.1,
        expires_at: grant.2,
        policy_version: grant.3,
        checked: grant.4,
    })
}

/// Credentials with their members, grants and policies.
#[diesel::dsl::auto_type]
fn whole() -> _ {
    credentials::table.inner_join(members::table).inner_join(badge_grants::table).inner_join(
        badge_policies::table.on(badge_policies::badge
            .eq(badge_grants::badge)
            .and(badge_policies::version.eq(badge_grants::policy_version))),
    )
}

#[diesel::dsl::auto_type]
fn columns() -> _ {
    (
        (
            credentials::id,
            credentials::name,
            credentials::member_id,
            members::handle,
            credentials::bound_name,
            credentials::grant_id,
            credentials::list,
            credentials::place,
            credentials::issued_at,
            credentials::ended_at,
        ),
        (
            badge_grants::state,
            badge_grants::granted_at,
            badge_grants::expires_at,
            badge_grants::policy_version,
            badge_policies::checked,
        ),
    )
}

/// The credential of this number.
pub fn find(conn: &mut Conn, id: CredentialId) -> QueryResult<Option<Credential>> {
    let row: Option<Row> = whole().filter(credentials::id.eq(id)).select(columns()).first(conn).optional()?;
    row.map(credential).transpose()
}

/// The credential of this name.
pub fn by_name(conn: &mut Conn, name: &str) -> QueryResult<Option<Credential>> {
    let row: Option<Row> =
        whole().filter(credentials::name.eq(name)).select(columns()).first(conn).optional()?;
    row.map(credential).transpose()
}

/// The newest credential of a member that they did not end.
pub fn newest_of(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Credential>> {
    let row: Option<Row> = whole()
        .filter(credentials::member_id.eq(member))
        .filter(credentials::ended_at.is_null())
        .order(credentials::id.desc())
        .select(columns())
        .first(conn)
        .optional()?;
    row.map(credential).transpose()
}

/// A credential to be written.
#[derive(Clone, Debug)]
pub struct NewCredential<'a> {
    /// Its name in addresses.
    pub name: &'a str,
    /// Whose.
    pub member: MemberId,
    /// Of which grant.
    pub grant: i64,
    /// The display name that was checked.
    pub bound_name: &'a str,
    /// In which status list.
    pub list: i64,
    /// At which place of it.
    pub place: i64,
    /// When.
    pub issued_at: Time,
}

/// Writes a credential, and says whether its place was free and the grant had none.
pub fn insert(conn: &mut Conn, new: &NewCredential<'_>) -> QueryResult<bool> {
    let row = (
        credentials::name.eq(new.name),
        credentials::member_id.eq(new.member),
        credentials::grant_id.eq(new.grant),
        credentials::bound_name.eq(new.bound_name),
        credentials::list.eq(new.list),
        credentials::place.eq(new.place),
        credentials::issued_at.eq(new.issued_at),
    );
    let insert = diesel::insert_into(credentials::table).values(row).on_conflict_do_nothing();
    on_backend!(conn, |c| insert.execute(c)).map(|rows| rows == 1)
}

/// How many credentials a status list holds.
pub fn count_in(conn: &mut Conn, list: i64) -> QueryResult<i64> {
    credentials::table.filter(credentials::list.eq(list)).count().get_result(conn)
}

/// The newest status list; 0 while there is none.
pub fn newest_list(conn: &mut Conn) -> QueryResult<i64> {
    let newest: Option<i64> = credentials::table.select(diesel::dsl::max(credentials::list)).first(conn)?;
    Ok(newest.unwrap_or(0))
}

/// A credential, as far as a status list tells of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place.
    pub place: i64,
    /// Of which grant.
    pub grant: i64,
    /// Whether the member ended it.
    pub is_ended: bool,
    /// What became of the grant.
    pub state: GrantState,
    /// Until when it counts.
    pub expires_at: Option<Time>,
}

type EntryRow = (i64, i64, Option<Time>, String, Option<Time>);

/// Every credential in a status list.
pub fn entries(conn: &mut Conn, list: i64) -> QueryResult<Vec<Entry>> {
    let rows: Vec<EntryRow> = credentials::table
        .inner_join(badge_grants::table)
        .filter(credentials::list.eq(list))
        .select((
            credentials::place,
            credentials::grant_id,
            credentials::ended_at,
            badge_grants::state,
            badge_grants::expires_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(place, grant, ended_at, state, expires_at)| {
            let state = decode(&state, GrantState::parse)?;
            Ok(Entry { place, grant, is_ended: ended_at.is_some(), state, expires_at })
        })
        .collect()
}

/// Ends a member's credentials that stand, and says how many.
pub fn end(conn: &mut Conn, member: MemberId, now: Time) -> QueryResult<usize> {
    let standing =
        credentials::table.filter(credentials::member_id.eq(member)).filter(credentials::ended_at.is_null());
    diesel::update(standing).set(credentials::ended_at.eq(now)).execute(conn)
}

/// A link that shows a credential.
#[derive(Clone, Debug, Queryable)]
pub struct Link {
    /// Its number.
    pub id: LinkId,
    /// What it is for, in the member's words.
    pub label: String,
    /// When it was made.
    pub made_at: Time,
}

/// The links of a credential that stand, the newest first.
pub fn links_of(conn: &mut Conn, credential: CredentialId) -> QueryResult<Vec<Link>> {
    credential_links::table
        .filter(credential_links::credential_id.eq(credential))
        .filter(credential_links::ended_at.is_null())
        .order(credential_links::id.desc())
        .select((credential_links::id, credential_links::label, credential_links::made_at))
        .load(conn)
}

/// Adds a link under the hash of something that nobody knows.
pub fn add_link(
    conn: &mut Conn,
    credential: CredentialId,
    label: &str,
    hash: &[u8],
    now: Time,
) -> QueryResult<LinkId> {
    diesel::insert_into(credential_links::table)
        .values((
            credential_links::credential_id.eq(credential),
            credential_links::label.eq(label),
            credential_links::token_hash.eq(hash),
            credential_links::made_at.eq(now),
        ))
        .returning(credential_links::id)
        .get_result(conn)
}

/// Gives a link the hash of its token.
pub fn set_link(conn: &mut Conn, id: LinkId, hash: &[u8]) -> QueryResult<usize> {
    diesel::update(credential_links::table.find(id)).set(credential_links::token_hash.eq(hash)).execute(conn)
}

/// Ends a member's link, and says whether it stood until now.
pub fn end_link(conn: &mut Conn, member: MemberId, id: LinkId, now: Time) -> QueryResult<bool> {
    let own = credentials::table.filter(credentials::member_id.eq(member)).select(credentials::id);
    let standing = credential_links::table
        .find(id)
        .filter(credential_links::credential_id.eq_any(own))
        .filter(credential_links::ended_at.is_null());
    diesel::update(standing).set(credential_links::ended_at.eq(now)).execute(conn).map(|rows| rows == 1)
}

/// The credential that the link of this hash shows.
pub fn linked(conn: &mut Conn, hash: &[u8]) -> QueryResult<Option<CredentialId>> {
    credential_links::table
        .filter(credential_links::token_hash.eq(hash))
        .filter(credential_links::ended_at.is_null())
        .select(credential_links::credential_id)
        .first(conn)
        .optional()
}
