//! A post, and what stands beside it, in words.

use std::collections::HashMap;

use super::Reader;
use super::entries::{
    AnswerRow, BadgeRow, EditRow, Entry, EventRow, May, NoteRow, PostRow, QuoteRow, QuotedRow,
};
use crate::badges::marks::Marks;
use crate::badges::rules::{Badge, Shown, held_from_codes};
use crate::error::Error;
use crate::members::MemberId;
use crate::members::rules::Role;
use crate::paths;
use crate::threads::PostId;
use crate::threads::rules::{Edit, ThreadKind};
use crate::threads::store::beside::{Answer, Happened, Quote, Since};
use crate::threads::store::{Beside, Post, Thread};
use crate::web::When;

/// A post in words, with what the reader may do with it.
pub(super) fn post_row(
    thread: &Thread,
    post: &Post,
    path: String,
    author: Marks,
    beside: &Beside,
    marks: &HashMap<MemberId, Marks>,
    reader: &Reader<'_>,
) -> Result<PostRow, Error> {
    let held = held_from_codes(&post.held_badges)
        .ok_or_else(|| Error::internal(format!("post {} keeps an unknown badge", post.id.0)))?;
    let verified_then = if held.contains(&Badge::IdentityVerified) { "yes" } else { "no" };
    let is_own = reader.is(post.author);
    Ok(PostRow {
        id: post.id,
        number: post.number,
        permalink: paths::post(post.id.0),
        badges: author.badges.iter().map(|shown| badge_row(shown, &author.handle, &held)).collect(),
        name_title: format!("Profile of {}. Identity verified when posted: {verified_then}.", author.name),
        at: When(post.created_at),
        html: post.html.clone(),
        edit: post.edit.as_ref().map(|edit| edit_row(post.id, edit, marks)),
        notes: notes(beside, post.id),
        quotes: quotes(thread, beside, post.id),
        quoted_by: quoted_by(thread, beside, post.id),
        likes: post.likes,
        is_liked: beside.liked.contains(&post.id),
        is_accepted: beside.accepted.as_ref().is_some_and(|answer| answer.post == post.id),
        is_listed: beside.official.iter().any(|answer| answer.post == post.id),
        invites: is_own && reader.is_invited,
        may: may(thread, post, &author, reader),
        path,
        author,
    })
}

fn may(thread: &Thread, post: &Post, author: &Marks, reader: &Reader<'_>) -> May {
    let is_own = reader.is(post.author);
    let accepts = reader.is(thread.author) || reader.holds(&Role::STAFF);
    May {
        like: reader.is_member() && !is_own,
        quote: reader.may_reply,
        edit: reader.moderates() || (is_own && !thread.locked),
        report: reader.is_member() && !is_own,
        accept: thread.kind == ThreadKind::Question && post.number > 1 && accepts,
        list: reader.manages()
            && post.number > 1
            && author.roles.iter().any(|role| Role::STAFF.contains(role)),
        note: reader.holds(&Role::STAFF),
        moderate: reader.moderates(),
    }
}

fn badge_row(shown: &Shown, handle: &str, held: &[Badge]) -> BadgeRow {
    let then = if held.contains(&shown.badge) { "yes" } else { "no" };
    BadgeRow {
        badge: shown.badge,
        path: paths::badges_of(handle),
        title: format!("{} Verified when posted: {then}.", shown.fact()),
    }
}

fn edit_row(post: PostId, edit: &Edit, marks: &HashMap<MemberId, Marks>) -> EditRow {
    EditRow {
        name: marks.get(&edit.by).map_or_else(|| "somebody".to_owned(), |marks| marks.name.clone()),
        role: if edit.role == "moderator" { " (Moderator)" } else { "" },
        at: When(edit.at),
        reason: edit.reason.clone(),
        history: paths::post_history(post.0),
    }
}

fn notes(beside: &Beside, post: PostId) -> Vec<NoteRow> {
    let notes = beside.notes.get(&post).into_iter().flatten();
    let rows = notes.map(|note| NoteRow {
        name: note.by.name.clone(),
        path: note.by.path(),
        role: Role::parse(&note.role).map_or("Staff", Role::title),
        at: When(note.at),
        html: note.html.clone(),
    });
    rows.collect()
}

/// What became of the quoted posts; those that are as they were need no line.
fn quotes(thread: &Thread, beside: &Beside, post: PostId) -> Vec<QuoteRow> {
    let quotes = beside.quotes.get(&post).into_iter().flatten();
    let changed = quotes.filter_map(|quote| {
        let since = match quote.since {
            Since::Same => return None,
            Since::Changed => "was edited since it was quoted here",
            Since::Removed => "was removed since: what it said stands only in this quote",
        };
        Some(QuoteRow { path: quote_path(thread, quote), what: quote_title(quote), since })
    });
    changed.collect()
}

fn quote_path(thread: &Thread, quote: &Quote) -> String {
    match quote.number {
        Some(number) => paths::post_number(thread.id.0, &thread.slug, number),
        None => paths::post(quote.post.0),
    }
}

fn quote_title(quote: &Quote) -> String {
    match quote.number {
        Some(number) => format!("Post {number} by {}", quote.author.name),
        None => format!("A post by {} in another thread", quote.author.name),
    }
}

fn quoted_by(thread: &Thread, beside: &Beside, post: PostId) -> Vec<QuotedRow> {
    let quotes = beside.quoted_by.get(&post).into_iter().flatten();
    let rows = quotes.map(|quote| QuotedRow {
        path: quote_path(thread, quote),
        number: quote.number.unwrap_or_default(),
        name: quote.author.name.clone(),
    });
    rows.collect()
}

/// What happened to the thread, in words.
pub(super) fn event_row(event: &Happened) -> EventRow {
    let verb = match event.kind.as_str() {
        "title" => "changed the title; it was",
        "label" => "changed the label; it was",
        "moved" => "moved this thread from",
        "split-off" => "moved posts from here into a thread of their own:",
        "split-from" => "made this thread of posts from",
        "merged-in" => "brought posts in from",
        "merged-away" => "moved the posts of this thread to",
        "locked" => "locked this thread",
        "unlocked" => "unlocked this thread",
        _ => "changed this thread",
    };
    EventRow {
        name: event.by.name.clone(),
        profile: event.by.path(),
        verb,
        detail: event.detail.clone(),
        path: event.path.clone(),
        at: When(event.at),
    }
}

/// What stands under the first post.
pub(super) fn answers(beside: &Beside) -> Vec<Entry> {
    let accepted = beside.accepted.as_ref().map(|answer| Entry::Accepted(answer_row(answer)));
    let official: Vec<AnswerRow> = beside.official.iter().map(answer_row).collect();
    let official = (!official.is_empty()).then_some(Entry::Official(official));
    accepted.into_iter().chain(official).collect()
}

fn answer_row(answer: &Answer) -> AnswerRow {
    AnswerRow {
        path: paths::post(answer.post.0),
        number: answer.number,
        name: answer.author.name.clone(),
        profile: answer.author.path(),
        by: answer.accepted_by.clone(),
        excerpt: crate::text::excerpt(&answer.html, 240),
    }
}
