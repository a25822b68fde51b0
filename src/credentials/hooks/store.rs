//! Webhooks, and what is sent to them, in the database.

use diesel::prelude::*;

use super::{DeliveryId, HookId};
use crate::badges::rules::Badge;
use crate::clock::Time;
use crate::db::schema::{badge_changes, badge_told, webhook_deliveries, webhooks};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;

/// A webhook.
#[derive(Clone, Debug, Queryable)]
pub struct Hook {
    /// Its number.
    pub id: HookId,
    /// Where messages go.
    pub address: String,
    /// The secret that signs them, sealed.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub made_at: Time,
    /// When it was ended.
    pub ended_at: Option<Time>,
}

type HookColumns = (webhooks::id, webhooks::address, webhooks::sealed, webhooks::made_at, webhooks::ended_at);
const HOOK: HookColumns =
    (webhooks::id, webhooks::address, webhooks::sealed, webhooks::made_at, webhooks::ended_at);

/// The newest webhooks, those that are ended as well.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<Hook>> {
    webhooks::table.order(webhooks::id.desc()).limit(100).select(HOOK).load(conn)
}

/// The webhooks that stand.
pub fn standing(conn: &mut Conn) -> QueryResult<Vec<Hook>> {
    webhooks::table.filter(webhooks::ended_at.is_null()).order(webhooks::id).select(HOOK).load(conn)
}

/// The webhook of this number.
pub fn find(conn: &mut Conn, id: HookId) -> QueryResult<Option<Hook>> {
    webhooks::table.find(id).select(HOOK).first(conn).optional()
}

/// Adds a webhook, with a secret that is sealed under the address alone: its number is not known yet.
pub fn insert(conn: &mut Conn, address: &str, sealed: &[u8], by: MemberId, now: Time) -> QueryResult<HookId> {
    diesel::insert_into(webhooks::table)
        .values((
            webhooks::address.eq(address),
            webhooks::sealed.eq(sealed),
            webhooks::made_by.eq(by),
            webhooks::made_at.eq(now),
        ))
        .returning(webhooks::id)
        .get_result(conn)
}

/// Ends a webhook, and says whether it stood until now.
pub fn end(conn: &mut Conn, id: HookId, now: Time) -> QueryResult<bool> {
    let standing = webhooks::table.find(id).filter(webhooks::ended_at.is_null());
    diesel::update(standing).set(webhooks::ended_at.eq(now)).execute(conn).map(|rows| rows == 1)
}

/// Ends what is under way to a webhook.
pub fn stop(conn: &mut Conn, id: HookId) -> QueryResult<usize> {
    let under_way = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(id))
        .filter(webhook_deliveries::due_at.is_not_null());
    diesel::update(under_way).set(webhook_deliveries::due_at.eq(None::<Time>)).execute(conn)
}

/// Whether a grant changed since it was looked at last.
pub fn has_changes(conn: &mut Conn) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(badge_changes::table.select(badge_changes::id))).get_result(conn)
}

/// Takes some of the grants that changed away, each with its member and badge.
pub fn take_changes(conn: &mut Conn, limit: i64) -> QueryResult<Vec<(MemberId, Badge)>> {
    let ids: Vec<i64> =
        badge_changes::table.order(badge_changes::id).limit(limit).select(badge_changes::id).load(conn)?;
    let rows: Vec<(MemberId, String)> =
        diesel::delete(badge_changes::table.filter(badge_changes::id.eq_any(ids)))
            .returning((badge_changes::member_id, badge_changes::badge))
            .get_results(conn)?;
    rows.into_iter().map(|(member, badge)| Ok((member, decode(&badge, Badge::parse)?))).collect()
}

/// What was told last of each badge of these members.
pub fn told(conn: &mut Conn, members: &[MemberId]) -> QueryResult<Vec<(MemberId, Badge, String)>> {
    let rows: Vec<(MemberId, String, String)> = badge_told::table
        .filter(badge_told::member_id.eq_any(members))
        .select((badge_told::member_id, badge_told::badge, badge_told::answer))
        .load(conn)?;
    rows.into_iter()
        .map(|(member, badge, answer)| Ok((member, decode(&badge, Badge::parse)?, answer)))
        .collect()
}

/// Writes down what is told now of a member's badge.
pub fn tell(conn: &mut Conn, member: MemberId, badge: Badge, answer: &str) -> QueryResult<()> {
    let row =
        (badge_told::member_id.eq(member), badge_told::badge.eq(badge.code()), badge_told::answer.eq(answer));
    let query = diesel::insert_into(badge_told::table)
        .values(row)
        .on_conflict((badge_told::member_id, badge_told::badge))
        .do_update()
        .set(badge_told::answer.eq(answer));
    on_backend!(conn, |c| query.execute(c)).map(|_| ())
}

/// Adds a message to one webhook.
pub fn queue(conn: &mut Conn, hook: HookId, name: &str, body: &str, now: Time) -> QueryResult<()> {
    diesel::insert_into(webhook_deliveries::table)
        .values((
            webhook_deliveries::webhook_id.eq(hook),
            webhook_deliveries::name.eq(name),
            webhook_deliveries::body.eq(body),
            webhook_deliveries::made_at.eq(now),
            webhook_deliveries::due_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// A message to one webhook.
#[derive(Clone, Debug, Queryable)]
pub struct Delivery {
    /// Its number.
    pub id: DeliveryId,
    /// To which webhook.
    pub hook: HookId,
    /// Its name, the same for each try.
    pub name: String,
    /// What it says.
    pub body: String,
    /// When it was made.
    pub made_at: Time,
    /// When it is tried next.
    pub due_at: Option<Time>,
    /// How often it was tried.
    pub tries: i64,
    /// When it was tried last.
    pub tried_at: Option<Time>,
    /// When it arrived.
    pub sent_at: Option<Time>,
    /// What went wrong last.
    pub failure: Option<String>,
}

/// The messages of a webhook before number `before`, the newest first.
pub fn deliveries(
    conn: &mut Conn,
    hook: HookId,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Delivery>> {
    webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(hook))
        .filter(webhook_deliveries::id.lt(before.unwrap_or(i64::MAX)))
        .order(webhook_deliveries::id.desc())
        .limit(limit)
        .load(conn)
}

/// Whether a message is due.
pub fn is_due(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    let due = webhook_deliveries::table.filter(webhook_deliveries::due_at.le(now));
    diesel::select(diesel::dsl::exists(due)).get_result(conn)
}

/// Takes the message that is due longest: nobody else takes it until `until`. Its tries count this one.
pub fn take(conn: &mut Conn, now: Time, until: Time) -> QueryResult<Option<Delivery>> {
    let id: Option<DeliveryId> = webhook_deliveries::table
        .filter(webhook_deliveries::due_at.le(now))
        .order(webhook_deliveries::due_at)
        .select(webhook_deliveries::id)
        .first(conn)
        .optional()?;
    let Some(id) = id else { return Ok(None) };
    // Of two who take it at once, the second finds that it is not due any more.
    let due = webhook_deliveries::table.find(id).filter(webhook_deliveries::due_at.le(now));
    diesel::update(due)
        .set((
            webhook_deliveries::due_at.eq(until),
            webhook_deliveries::tried_at.eq(now),
            webhook_deliveries::tries.eq(webhook_deliveries::tries + 1),
        ))
        .returning(webhook_deliveries::all_columns)
        .get_result(conn)
        .optional()
}

/// Writes down that a message arrived.
pub fn mark_sent(conn: &mut Conn, id: DeliveryId, now: Time) -> QueryResult<usize> {
    diesel::update(webhook_deliveries::table.find(id))
        .set((
            webhook_deliveries::due_at.eq(None::<Time>),
            webhook_deliveries::sent_at.eq(now),
            webhook_deliveries::failure.eq(None::<String>),
        ))
        .execute(conn)
}

/// Writes down why a message did not arrive, and when it is tried again.
pub fn mark_failed(conn: &mut Conn, id: DeliveryId, why: &str, again: Option<Time>) -> QueryResult<usize> {
    diesel::update(webhook_deliveries::table.find(id))
        .set((webhook_deliveries::due_at.eq(again), webhook_deliveries::failure.eq(why)))
        .execute(conn)
}

/// Makes a message due again, and says whether there is such a one whose webhook stands.
pub fn send_again(conn: &mut Conn, hook: HookId, id: DeliveryId, now: Time) -> QueryResult<bool> {
    let message = webhook_deliveries::table
        .find(id)
        .filter(webhook_deliveries::webhook_id.eq(hook))
        .filter(diesel::dsl::exists(webhooks::table.find(hook).filter(webhooks::ended_at.is_null())));
    diesel::update(message)
        .set((webhook_deliveries::due_at.eq(now), webhook_deliveries::tries.eq(0)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Drops messages that were over before `before`, and says how many.
pub fn sweep(conn: &mut Conn, before: Time) -> QueryResult<usize> {
    let over = webhook_deliveries::table
        .filter(webhook_deliveries::due_at.is_null())
        .filter(webhook_deliveries::made_at.lt(before));
    diesel::delete(over).execute(conn)
}
