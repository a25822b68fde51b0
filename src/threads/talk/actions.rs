//! Finding out what a post points at, and writing it down.

use super::rules::{MOST_LOOKED_UP, Noted, Pointed, changes};
use super::store::{self, Original};
use crate::boards;
use crate::boards::rules::{Standing, find_readable};
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::text::known::Named;
use crate::threads::PostId;
use crate::threads::actions::Written;

/// Looks up what a post names: members whom the writer may mention, and posts that the writer may read. For an edit,
/// the writer is the post's author, whoever edits.
///
/// # Errors
/// When the database fails.
pub fn look_up(
    conn: &mut Conn,
    writer: MemberId,
    standing: &Standing,
    named: &Named,
) -> Result<Pointed, Error> {
    let mut pointed = Pointed::default();
    if !named.handles.is_empty() {
        let handles = &named.handles[..named.handles.len().min(MOST_LOOKED_UP)];
        for (member, handle) in store::mentionable(conn, handles, writer)? {
            pointed.members.push(member);
            pointed.known.handles.insert(handle);
        }
    }
    if !named.quotes.is_empty() {
        let ids: Vec<i64> = named.quotes.iter().map(|(id, _)| *id).take(MOST_LOOKED_UP).collect();
        let boards = boards::store::all(conn)?;
        for source in store::sources(conn, &ids)? {
            let is_open = find_readable(&boards, source.board, standing).is_some()
                && source.audience.includes(standing);
            let is_meant = named.quotes.contains(&(source.post.0, source.handle.clone()));
            if is_open && is_meant {
                pointed.posts.push(source.post);
                pointed.known.quotes.insert(source.post.0, source.handle);
            }
        }
    }
    Ok(pointed)
}

/// Brings what is stored of a post's mentions and quotes in step with its words, and says what is new in them. A quote
/// that stays keeps the version it was taken from.
///
/// # Errors
/// When the database fails.
pub fn note(conn: &mut Conn, post: PostId, written: &Written) -> Result<Noted, Error> {
    let pointed = &written.pointed;
    let (mentioned, unmentioned) = changes(&store::mentioned_in(conn, post)?, &pointed.members);
    let (quoted, unquoted) = changes(&store::quoted_in(conn, post)?, &pointed.posts);
    if !mentioned.is_empty() {
        store::add_mentions(conn, post, &mentioned)?;
    }
    if !unmentioned.is_empty() {
        store::drop_mentions(conn, post, &unmentioned)?;
    }
    if !quoted.is_empty() {
        let versions = store::versions(conn, &quoted)?;
        let rows: Vec<(PostId, i64)> =
            quoted.iter().filter_map(|id| versions.get(id).map(|version| (*id, *version))).collect();
        store::add_quotes(conn, post, &rows)?;
    }
    if !unquoted.is_empty() {
        store::drop_quotes(conn, post, &unquoted)?;
    }
    Ok(Noted { mentioned, quoted })
}

/// A post, where this person may read it.
///
/// # Errors
/// [`Error::NotFound`] where there is no such post, it was removed, or its thread is closed to them.
pub fn find_original(conn: &mut Conn, id: PostId, standing: &Standing) -> Result<Original, Error> {
    let boards = boards::store::all(conn)?;
    let original = store::original(conn, id)?.ok_or(Error::NotFound)?;
    find_readable(&boards, original.board, standing).ok_or(Error::NotFound)?;
    if original.audience.includes(standing) { Ok(original) } else { Err(Error::NotFound) }
}
