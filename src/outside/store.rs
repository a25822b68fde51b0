//! The queue of mails in the database. To whom, about what and the words are sealed: whoever reads the database
//! alone learns no address and follows no link.

pub mod old;

use diesel::prelude::*;

use super::mail::Mail;
use crate::clock::Time;
use crate::db::schema::mails;
use crate::db::{Conn, on_backend, sealed};
use crate::error::Error;
use crate::sealing::{Keys, SealFailure};

/// Puts a mail into the queue, in the transaction of whatever it tells of.
pub fn queue(conn: &mut Conn, keys: &Keys, mail: &Mail, now: Time) -> QueryResult<()> {
    queue_all(conn, keys, std::slice::from_ref(mail), now)
}

/// Puts mails into the queue together.
pub fn queue_all(conn: &mut Conn, keys: &Keys, mails: &[Mail], now: Time) -> QueryResult<()> {
    let envelopes = mails.iter().map(|mail| sealed("mails", Envelope::seal(keys, mail)));
    let envelopes = envelopes.collect::<QueryResult<Vec<Envelope>>>()?;
    let rows: Vec<_> = mails
        .iter()
        .zip(envelopes)
        .map(|(mail, envelope)| {
            (
                mails::recipient.eq(envelope.recipient),
                mails::subject.eq(envelope.subject),
                mails::body.eq(envelope.body),
                mails::conversation.eq(mail.conversation.as_deref()),
                mails::unsubscribe.eq(mail.unsubscribe.as_deref()),
                mails::queued_at.eq(now),
                mails::due_at.eq(now),
            )
        })
        .collect();
    on_backend!(conn, |c| diesel::insert_into(mails::table).values(&rows).execute(c)).map(|_| ())
}

/// The three columns of a mail that are sealed.
pub(super) struct Envelope {
    pub recipient: String,
    pub subject: String,
    pub body: String,
}

/// Who it goes to stands in the context of the words, so that no words reach another's address.
fn beside(column: &str, recipient: &str) -> String {
    format!("mails.{column} {recipient}")
}

/// What a refusal may repeat of the address has the mail's number for its context.
fn failure_of(id: i64) -> String {
    format!("mails.failure {id}")
}

impl Envelope {
    /// Seals what names or concerns whoever it goes to.
    pub(super) fn seal(keys: &Keys, mail: &Mail) -> Result<Self, Error> {
        let recipient = keys.seal_text("mails.recipient", &mail.to)?;
        let subject = keys.seal_text(&beside("subject", &recipient), &mail.subject)?;
        let body = keys.seal_text(&beside("body", &recipient), &mail.body)?;
        Ok(Self { recipient, subject, body })
    }

    fn open(&self, keys: &Keys) -> Result<(String, String, String), SealFailure> {
        let to = keys.unseal_text("mails.recipient", &self.recipient)?;
        let subject = keys.unseal_text(&beside("subject", &self.recipient), &self.subject)?;
        let body = keys.unseal_text(&beside("body", &self.recipient), &self.body)?;
        Ok((to, subject, body))
    }
}

/// A mail in the queue.
#[derive(Clone, Debug)]
pub struct Queued {
    /// Number.
    pub id: i64,
    /// The mail; without words where it does not open.
    pub mail: Mail,
    /// Whether it opens with the site's keys.
    pub opens: bool,
    /// When it was queued.
    pub queued_at: Time,
    /// How often it was tried.
    pub tries: i64,
    /// When it was sent.
    pub sent_at: Option<Time>,
    /// What stood in the way the last time.
    pub failure: Option<String>,
}

type Head = (Option<String>, Option<String>);
type Row = (i64, String, String, String, Time, i64, Option<Time>, Option<String>, Head);
const COLUMNS: (
    mails::id,
    mails::recipient,
    mails::subject,
    mails::body,
    mails::queued_at,
    mails::tries,
    mails::sent_at,
    mails::failure,
    (mails::conversation, mails::unsubscribe),
) = (
    mails::id,
    mails::recipient,
    mails::subject,
    mails::body,
    mails::queued_at,
    mails::tries,
    mails::sent_at,
    mails::failure,
    (mails::conversation, mails::unsubscribe),
);

/// A mail that does not open is still one in the queue: it must hold no other up, and lists say so.
fn queued(keys: &Keys, row: Row) -> Queued {
    let (id, recipient, subject, body, queued_at, tries, sent_at, failure, (conversation, unsubscribe)) = row;
    let opened = Envelope { recipient, subject, body }.open(keys);
    let opens = opened.is_ok();
    let (to, subject, body) = opened.unwrap_or_else(|_| {
        ("does not open".to_owned(), "This mail does not open".to_owned(), String::new())
    });
    let failure = failure.map(|text| {
        keys.unseal_text(&failure_of(id), &text).unwrap_or_else(|_| "The reason does not open.".to_owned())
    });
    let mail = Mail { to, subject, body, conversation, unsubscribe };
    Queued { id, mail, opens, queued_at, tries, sent_at, failure }
}

/// Takes the mail that is due longest, and moves its next try to `again_at`: should this process end before
/// it says how it went, another takes it then. Of two workers that ask at once, one gets it.
pub fn take_due(
    conn: &mut Conn,
    keys: &Keys,
    limit: i64,
    now: Time,
    again_at: Time,
) -> QueryResult<Option<Queued>> {
    let due = mails::table
        .filter(mails::sent_at.is_null())
        .filter(mails::due_at.le(now))
        .filter(mails::tries.lt(limit))
        .order((mails::due_at, mails::id))
        .select(mails::id)
        .first::<i64>(conn)
        .optional()?;
    let Some(id) = due else { return Ok(None) };
    let still_due = mails::table.find(id).filter(mails::sent_at.is_null()).filter(mails::due_at.le(now));
    diesel::update(still_due)
        .set((mails::due_at.eq(again_at), mails::tries.eq(mails::tries + 1)))
        .returning(COLUMNS)
        .get_result(conn)
        .optional()
        .map(|row| row.map(|row| queued(keys, row)))
}

/// Writes down that a mail was sent.
pub fn mark_sent(conn: &mut Conn, id: i64, now: Time) -> QueryResult<()> {
    diesel::update(mails::table.find(id))
        .set((mails::sent_at.eq(now), mails::failure.eq(None::<String>)))
        .execute(conn)
        .map(|_| ())
}

/// Writes down why a mail was not sent, and when to try again; with `tries` it can be given up.
pub fn mark_failed(
    conn: &mut Conn,
    keys: &Keys,
    id: i64,
    failure: &str,
    due_at: Time,
    tries: i64,
) -> QueryResult<()> {
    let failure = sealed("mails.failure", keys.seal_text(&failure_of(id), failure))?;
    diesel::update(mails::table.find(id))
        .set((mails::failure.eq(failure), mails::due_at.eq(due_at), mails::tries.eq(tries)))
        .execute(conn)
        .map(|_| ())
}

/// The newest mails, sent or not.
pub fn newest(conn: &mut Conn, keys: &Keys, limit: i64) -> QueryResult<Vec<Queued>> {
    let rows: Vec<Row> = mails::table.order(mails::id.desc()).limit(limit).select(COLUMNS).load(conn)?;
    Ok(rows.into_iter().map(|row| queued(keys, row)).collect())
}

/// One mail.
pub fn find(conn: &mut Conn, keys: &Keys, id: i64) -> QueryResult<Option<Queued>> {
    let row = mails::table.find(id).select(COLUMNS).first(conn).optional()?;
    Ok(row.map(|row| queued(keys, row)))
}

/// Mails that were tried in vain, the newest first.
pub fn failing(conn: &mut Conn, keys: &Keys, limit: i64) -> QueryResult<Vec<Queued>> {
    let rows: Vec<Row> = mails::table
        .filter(mails::sent_at.is_null())
        .filter(mails::failure.is_not_null())
        .order(mails::id.desc())
        .limit(limit)
        .select(COLUMNS)
        .load(conn)?;
    Ok(rows.into_iter().map(|row| queued(keys, row)).collect())
}

/// Drops a mail that was sent: it holds an address, and a link that nobody else should read.
pub fn drop(conn: &mut Conn, id: i64) -> QueryResult<()> {
    diesel::delete(mails::table.find(id)).execute(conn).map(|_| ())
}

/// Whether a mail is due.
pub fn is_due(conn: &mut Conn, limit: i64, now: Time) -> QueryResult<bool> {
    let due = mails::table
        .filter(mails::sent_at.is_null())
        .filter(mails::due_at.le(now))
        .filter(mails::tries.lt(limit));
    diesel::select(diesel::dsl::exists(due)).get_result(conn)
}

/// How many mails wait for their turn or their next try, and how many were given up after `limit` tries.
pub fn counts(conn: &mut Conn, limit: i64) -> QueryResult<(i64, i64)> {
    let unsent = mails::table.filter(mails::sent_at.is_null());
    let waiting = unsent.filter(mails::tries.lt(limit)).count().get_result(conn)?;
    let given_up = unsent.filter(mails::tries.ge(limit)).count().get_result(conn)?;
    Ok((waiting, given_up))
}

/// A page of the mails that were tried in vain, the newest first, beginning below `before`.
pub fn failing_before(
    conn: &mut Conn,
    keys: &Keys,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Queued>> {
    let rows: Vec<Row> = mails::table
        .filter(mails::sent_at.is_null())
        .filter(mails::failure.is_not_null())
        .filter(mails::id.lt(before.unwrap_or(i64::MAX)))
        .order(mails::id.desc())
        .limit(limit)
        .select(COLUMNS)
        .load(conn)?;
    Ok(rows.into_iter().map(|row| queued(keys, row)).collect())
}

/// Lets a mail that was tried in vain begin anew, and says whether there was one.
pub fn try_again(conn: &mut Conn, id: i64, now: Time) -> QueryResult<bool> {
    diesel::update(
        mails::table.find(id).filter(mails::sent_at.is_null()).filter(mails::failure.is_not_null()),
    )
    .set((mails::tries.eq(0), mails::due_at.eq(now)))
    .execute(conn)
    .map(|rows| rows == 1)
}
