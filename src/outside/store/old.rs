//! Mails that an earlier version queued in the clear.

use diesel::prelude::*;

use super::{Envelope, failure_of};
use crate::db::schema::mails;
use crate::db::{Conn, sealed};
use crate::outside::mail::Mail;
use crate::sealing::{Keys, SEALED_TEXT};

/// A mail in the clear: its number, to whom, about what, the words, and what stood in the way.
pub type Plain = (i64, String, String, String, Option<String>);

/// Mails with numbers after this one whose recipient does not begin as sealed text does.
pub fn plain_after(conn: &mut Conn, after: i64, limit: i64) -> QueryResult<Vec<Plain>> {
    mails::table
        .filter(mails::id.gt(after))
        .filter(mails::recipient.not_like(SEALED_TEXT))
        .order(mails::id)
        .limit(limit)
        .select((mails::id, mails::recipient, mails::subject, mails::body, mails::failure))
        .load(conn)
}

/// Seals one of them in its place, unless another did.
pub fn seal(conn: &mut Conn, keys: &Keys, plain: &Plain) -> QueryResult<usize> {
    let (id, to, subject, body, failure) = plain;
    let envelope = sealed("mails", Envelope::seal(keys, &Mail::new(to, subject, body)))?;
    let failure = failure.as_deref().map(|why| keys.seal_text(&failure_of(*id), why)).transpose();
    diesel::update(mails::table.find(id).filter(mails::recipient.eq(to)))
        .set((
            mails::recipient.eq(envelope.recipient),
            mails::subject.eq(envelope.subject),
            mails::body.eq(envelope.body),
            mails::failure.eq(sealed("mails.failure", failure)?),
        ))
        .execute(conn)
}
