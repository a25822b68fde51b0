//! Bringing the posts of one thread in.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Author, Obstacle, State, code, local_ids, refuse};
use crate::badges::rules::{Badge, held_codes, held_from_codes};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::exchange::bundle::{GREATEST_NUMBER, LONGEST_BODY, Post, Quotes};
use crate::exchange::numbers::Numbers;
use crate::exchange::store::{self, Arrived, ImportedPost, Kind};
use crate::members::MemberId;
use crate::members::rules::{Rank, Tier};
use crate::text::{Format, SafeHtml, render};
use crate::threads::ThreadId;
use crate::threads::rules::{Edit, Held, Removal};
use crate::threads::store as threads;
use crate::{boards, members};

/// A post whose words are rendered: that is done before the transaction, because it is what takes time.
pub(super) struct Prepared {
    line: u64,
    post: Post,
    rendered: Result<(Format, SafeHtml), String>,
}

pub(super) fn prepare(posts: Vec<(u64, Post)>) -> Vec<Prepared> {
    posts.into_iter().map(|(line, post)| Prepared { line, rendered: render_post(&post), post }).collect()
}

fn render_post(post: &Post) -> Result<(Format, SafeHtml), String> {
    let format = Format::parse(&post.format)
        .ok_or_else(|| format!("{:?} is no format: markdown, html and text are", post.format))?;
    if post.body.chars().count() > LONGEST_BODY {
        return Err(format!("the body has more than {LONGEST_BODY} characters"));
    }
    let in_range = |number: Option<i64>| number.is_none_or(|number| (1..=GREATEST_NUMBER).contains(&number));
    if !in_range(post.number) || !in_range(post.total) {
        return Err(format!("number and total lie between 1 and {GREATEST_NUMBER}"));
    }
    Ok((format, render(format, &post.body)))
}

/// Ids that several posts of a batch are asked about at once.
struct Known {
    posts: HashMap<String, i64>,
    taken_ids: HashSet<i64>,
}

pub(super) fn bring(conn: &mut Conn, state: &mut State, posts: Vec<Prepared>) -> Result<(), Error> {
    let Some(first) = posts.first() else { return Ok(()) };
    let name = first.post.thread.clone();
    let Some(thread) = state.threads.get(&name).copied() else {
        for prepared in &posts {
            state.refuse(
                Kind::Post,
                prepared.line,
                format!("no thread {name} stands above, or it was refused"),
            );
        }
        return Ok(());
    };
    let mut known = look_up(conn, state, &posts)?;
    if state.counted.insert(name.clone()) {
        let numbers = state.numbers.entry(name.clone()).or_default();
        store::numbers_of(conn, thread)?.into_iter().for_each(|number| numbers.take(number));
    }
    let mut tally = Tally::default();
    for Prepared { line, post, rendered } in posts {
        match bring_one(conn, state, &mut known, thread, line, &post, rendered) {
            Ok(None) => state.report.posts.here += 1,
            Ok(Some(imported)) => {
                state.report.posts.added += 1;
                tally.add(&imported, post.total);
            }
            Err(Obstacle::Line(why)) => state.refuse(Kind::Post, line, why),
            Err(Obstacle::Failure(cause)) => return Err(cause),
        }
    }
    let highest = state.numbers.get(&name).map_or(0, Numbers::highest);
    tally.write(conn, thread, highest)
}

fn look_up(conn: &mut Conn, state: &State, posts: &[Prepared]) -> Result<Known, Error> {
    let ids = posts.iter().map(|one| one.post.id.as_str());
    let quoted = posts.iter().flat_map(|one| quoted(&one.post)).map(String::as_str);
    let asked: Vec<&str> = ids.chain(quoted).collect::<HashSet<_>>().into_iter().collect();
    let locals: Vec<i64> = posts.iter().filter_map(|one| one.post.local).collect();
    Ok(Known {
        posts: local_ids(conn, &state.source, Kind::Post, &asked)?,
        taken_ids: store::taken_post_ids(conn, &locals)?.into_iter().collect(),
    })
}

/// Brings one post in; `None` says that it was here.
fn bring_one(
    conn: &mut Conn,
    state: &mut State,
    known: &mut Known,
    thread: ThreadId,
    line: u64,
    post: &Post,
    rendered: Result<(Format, SafeHtml), String>,
) -> Result<Option<ImportedPost>, Obstacle> {
    let (format, html) = rendered.map_err(Obstacle::Line)?;
    let is_here = known.posts.contains_key(&post.id)
        || (!post.origin.is_empty() && state.known(conn, Kind::Post, &post.id, &post.origin)?.is_some());
    if is_here {
        return Ok(None);
    }
    let author = state.member(&post.author)?;
    let (author_id, held) = (author.id, held(author, post)?);
    let edit = edit(state, post)?;
    let removal = removal(state, post)?;
    let mut quotes = Vec::new();
    for id in quoted(post) {
        match known.posts.get(id) {
            Some(local) if !quotes.contains(local) => quotes.push(*local),
            Some(_) => {}
            None => state
                .report
                .remark(line, format!("the quoted post {id} is not here, so the reference was left out")),
        }
    }
    let given = state.numbers.entry(post.thread.clone()).or_default().give(post.number);
    if given.is_doubled {
        let wanted = post.number.unwrap_or_default();
        state.report.remark(
            line,
            format!("number {wanted} stands twice, so this post became number {}", given.number),
        );
    }
    let imported = ImportedPost {
        local: post.local.filter(|id| *id > 0 && !known.taken_ids.contains(id)),
        thread,
        number: given.number,
        author: author_id,
        at: post.created.0,
        format,
        body: post.body.clone(),
        html,
        held,
        quotes,
        edit,
        removal,
    };
    let id = store::insert_post(conn, &imported)?;
    if !imported.quotes.is_empty() {
        store::add_quotes(conn, id, &imported.quotes)?;
    }
    known.taken_ids.insert(id);
    state.remember(conn, Kind::Post, &post.id, &post.origin, id)?;
    known.posts.insert(post.id.clone(), id);
    Ok(Some(imported))
}

fn quoted(post: &Post) -> &[String] {
    post.quotes.as_ref().map_or(&[], Quotes::ids)
}

/// What the author held: as the line says, or as far as the author's own line dates it.
fn held(author: &Author, post: &Post) -> Result<Held, Obstacle> {
    let Some(held) = &post.held else {
        return Ok(held_then(author, post.created.0));
    };
    let rank = code("rank", &held.rank, Rank::parse)?;
    let tier = held.tier.as_deref().map(|text| code("tier", text, Tier::parse)).transpose()?;
    let Some(badges) = held_from_codes(&held.badges.join(" ")) else {
        return refuse("the post keeps a badge that is not known here");
    };
    Ok(Held { rank, tier, badges: held_codes(&badges) })
}

fn held_then(author: &Author, at: Time) -> Held {
    let held = author
        .badges
        .iter()
        .filter(|(_, granted, expires)| *granted <= at && expires.is_none_or(|end| at < end));
    let badges: Vec<Badge> = held.map(|(badge, _, _)| *badge).collect();
    let tier = author.tier.filter(|_| author.tier_since.is_some_and(|since| since <= at));
    Held { rank: author.rank, tier, badges: held_codes(&badges) }
}

fn edit(state: &State, post: &Post) -> Result<Option<Edit>, Obstacle> {
    let Some(edited) = &post.edited else {
        return Ok(None);
    };
    if !matches!(edited.role.as_str(), "author" | "moderator") {
        return refuse("a post is edited as author or as moderator");
    }
    let by = state.member(&edited.by)?.id;
    Ok(Some(Edit { by, at: edited.at.0, role: edited.role.clone(), reason: edited.reason.clone() }))
}

fn removal(state: &State, post: &Post) -> Result<Option<Removal>, Obstacle> {
    let Some(removed) = &post.removed else {
        return Ok(None);
    };
    let by = state.member(&removed.by)?.id;
    Ok(Some(Removal { by, at: removed.at.0, reason: removed.reason.clone() }))
}

/// What a batch adds to counters.
#[derive(Default)]
struct Tally {
    readable: i64,
    /// By number, so that rows are locked in one order.
    by_author: BTreeMap<MemberId, i64>,
    last: Option<(i64, Time, MemberId)>,
    total: i64,
}

impl Tally {
    fn add(&mut self, post: &ImportedPost, total: Option<i64>) {
        if post.removal.is_none() {
            self.readable += 1;
            *self.by_author.entry(post.author).or_default() += 1;
        }
        self.total = self.total.max(total.unwrap_or(0)).max(post.number);
        if self.last.is_none_or(|(number, _, _)| post.number > number) {
            self.last = Some((post.number, post.at, post.author));
        }
    }

    fn write(self, conn: &mut Conn, thread: ThreadId, highest: i64) -> Result<(), Error> {
        let Some((number, at, author)) = self.last else {
            return Ok(());
        };
        // A thread whose later posts came in an earlier batch keeps their time.
        let arrived =
            Arrived { last_number: self.total, last_post: (number >= highest).then_some((at, author)) };
        store::count_arrived(conn, thread, &arrived)?;
        let (board, audience) = threads::add_thread_posts(conn, thread, self.readable)?;
        // What does not exist for everyone shows in no count.
        if !audience.is_everyone() {
            return Ok(());
        }
        boards::store::add_counts(conn, board, 0, self.readable)?;
        for (author, posts) in self.by_author {
            members::store::add_posts(conn, author, posts)?;
        }
        Ok(())
    }
}
