//! Making and ending webhooks, and what they are told.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::rules::{HOOKS, SECRET, signature};
use super::sending::Message;
use super::store::{self, Delivery, Hook};
use super::{DeliveryId, HookId};
use crate::badges;
use crate::badges::rules::Badge;
use crate::clock::{Time, rfc3339};
use crate::credentials::api::rules::answer;
use crate::db::Conn;
use crate::error::Error;
use crate::members;
use crate::members::MemberId;
use crate::members::audit::store as audit;
use crate::sealing::Keys;
use crate::tokens;

/// Changes that are looked at in one transaction.
const BATCH: i64 = 100;

fn context(address: &str) -> String {
    format!("webhooks.sealed {address}")
}

/// Makes a webhook with a secret of its own.
///
/// # Errors
/// [`Error::Refused`] when there are too many.
pub fn make(conn: &mut Conn, keys: &Keys, by: MemberId, address: &str, now: Time) -> Result<HookId, Error> {
    if store::standing(conn)?.len() >= HOOKS {
        return Err(Error::refused("There are 10 webhooks. End one that is not needed any more."));
    }
    let mut secret = [0_u8; 32];
    getrandom::fill(&mut secret).map_err(|cause| Error::internal(format!("no randomness: {cause}")))?;
    let sealed = keys.seal(&context(address), &secret)?;
    let id = store::insert(conn, address, &sealed, by, now)?;
    audit::add(conn, Some(by), "make webhook", address, "", now)?;
    Ok(id)
}

/// Ends a webhook: nothing more is sent there.
///
/// # Errors
/// [`Error::NotFound`] when there is none that stands.
pub fn end(conn: &mut Conn, by: MemberId, id: HookId, now: Time) -> Result<(), Error> {
    if !store::end(conn, id, now)? {
        return Err(Error::NotFound);
    }
    store::stop(conn, id)?;
    Ok(audit::add(conn, Some(by), "end webhook", &format!("webhook {}", id.0), "", now)?)
}

/// The secret that signs what is sent to a webhook, as the other side types it in.
///
/// # Errors
/// When it does not open.
pub fn secret(keys: &Keys, hook: &Hook) -> Result<String, Error> {
    let secret = keys.unseal(&context(&hook.address), &hook.sealed)?;
    Ok(format!("{SECRET}{}", BASE64.encode(&secret)))
}

/// Sends a message again, under the same name: whoever has it already knows that it is the same.
///
/// # Errors
/// [`Error::NotFound`] when there is no such message.
pub fn send_again(conn: &mut Conn, hook: HookId, id: DeliveryId, now: Time) -> Result<(), Error> {
    if store::send_again(conn, hook, id, now)? { Ok(()) } else { Err(Error::NotFound) }
}

/// Queues a message that says nothing but that the way is open.
///
/// # Errors
/// [`Error::NotFound`] when the webhook is ended.
pub fn send_test(conn: &mut Conn, id: HookId, now: Time) -> Result<(), Error> {
    let hook = store::find(conn, id)?.filter(|hook| hook.ended_at.is_none()).ok_or(Error::NotFound)?;
    let body = json!({ "type": "test", "timestamp": rfc3339(now), "data": {} });
    Ok(store::queue(conn, hook.id, &message_name()?, &body.to_string(), now)?)
}

fn message_name() -> Result<String, Error> {
    Ok(format!("msg_{}", tokens::request_id()?))
}

/// Looks at grants that changed, and queues a message where what strangers see of a badge is other than what was
/// told last. What was never public is never told, whatever became of it. Says whether there may be more.
///
/// # Errors
/// When the database fails.
pub fn tell(conn: &mut Conn, origin: &str, now: Time) -> Result<bool, Error> {
    let changes = store::take_changes(conn, BATCH)?;
    let may_be_more = i64::try_from(changes.len()).is_ok_and(|count| count == BATCH);
    let pairs: BTreeSet<(MemberId, Badge)> = changes.into_iter().collect();
    let ids: Vec<MemberId> = pairs.iter().map(|(member, _)| *member).collect();
    let (people, shown) = (members::store::by_ids(conn, &ids)?, badges::store::shown_by(conn, &ids, now)?);
    let (told, hooks) = (store::told(conn, &ids)?, store::standing(conn)?);
    for (member, badge) in pairs {
        let own = shown.get(&member).and_then(|own| own.iter().find(|one| one.badge == badge));
        let (fact, Some(person)) = (answer(badge, own), people.get(&member)) else { continue };
        let words = fact.to_string();
        let before = told.iter().find(|(who, which, _)| (*who, *which) == (member, badge));
        let same = match before {
            Some((_, _, before)) => *before == words,
            None => own.is_none(),
        };
        if same {
            continue;
        }
        store::tell(conn, member, badge, &words)?;
        let (name, body) = (message_name()?, message(origin, person, &fact, own.is_some(), now));
        for hook in &hooks {
            store::queue(conn, hook.id, &name, &body, now)?;
        }
    }
    Ok(may_be_more)
}

fn message(origin: &str, person: &members::store::Member, fact: &Value, is_shown: bool, now: Time) -> String {
    let kind = if is_shown { "badge.shown" } else { "badge.removed" };
    let url = format!("{origin}{}", crate::paths::member(&person.handle));
    let member = json!({ "handle": person.handle, "name": person.name, "url": url });
    json!({ "type": kind, "timestamp": rfc3339(now), "data": { "member": member, "badge": fact } })
        .to_string()
}

/// A message as it leaves at `now`, where its webhook stands.
///
/// # Errors
/// When the secret does not open, or the database fails.
pub fn ready(conn: &mut Conn, keys: &Keys, delivery: &Delivery, now: Time) -> Result<Option<Message>, Error> {
    let hook = store::find(conn, delivery.hook)?;
    let Some(hook) = hook.filter(|hook| hook.ended_at.is_none()) else { return Ok(None) };
    let secret = keys.unseal(&context(&hook.address), &hook.sealed)?;
    let second = now.and_utc().timestamp();
    let signature = signature(&secret, &delivery.name, second, &delivery.body);
    let (name, body) = (delivery.name.clone(), delivery.body.clone());
    Ok(Some(Message { address: hook.address, name, second, signature, body }))
}
