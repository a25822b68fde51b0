//! What moving in and out asks of the database beyond what the rooms do.

pub mod check;
pub mod rows;

use std::collections::HashMap;

use diesel::prelude::*;

use super::bundle::Origin;
use crate::clock::Time;
use crate::db::schema::{boards, import_origins, members, post_quotes, posts, threads, tier_changes};
use crate::db::{Conn, on_backend};
use crate::members::MemberId;
use crate::members::rules::{Tier, TierSource};
use crate::text::markdown::RENDERER_VERSION;
use crate::text::{Format, SafeHtml};
use crate::threads::ThreadId;
use crate::threads::rules::{Edit, Held, Removal};

/// The fact under which this site's name as a source stands.
pub const SOURCE: &str = "source";
/// How many ids one query asks for at the most.
const AT_ONCE: usize = 500;

/// What kind of thing an origin is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A member.
    Member,
    /// A board.
    Board,
    /// A thread.
    Thread,
    /// A post.
    Post,
}

impl Kind {
    fn code(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Board => "board",
            Self::Thread => "thread",
            Self::Post => "post",
        }
    }

    fn letter(self) -> &'static str {
        &self.code()[..1]
    }

    /// How an export calls what has this number here.
    #[must_use]
    pub fn id_in_export(self, id: i64) -> String {
        format!("{}{id}", self.letter())
    }

    fn number_in_export(self, id: &str) -> Option<i64> {
        id.strip_prefix(self.letter())?.parse().ok()
    }
}

/// The numbers here of what has these ids in a source.
pub fn local_ids(
    conn: &mut Conn,
    source: &str,
    kind: Kind,
    ids: &[&str],
) -> QueryResult<HashMap<String, i64>> {
    let mut found = HashMap::new();
    for some in ids.chunks(AT_ONCE) {
        let rows: Vec<(String, i64)> = import_origins::table
            .filter(import_origins::source.eq(source))
            .filter(import_origins::kind.eq(kind.code()))
            .filter(import_origins::source_id.eq_any(some))
            .select((import_origins::source_id, import_origins::local_id))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// The numbers here of what an export of this very site calls by these ids.
pub fn own_ids(conn: &mut Conn, kind: Kind, ids: &[&str]) -> QueryResult<HashMap<String, i64>> {
    let numbers: Vec<i64> = ids.iter().filter_map(|id| kind.number_in_export(id)).collect();
    let mut found = HashMap::new();
    for some in numbers.chunks(AT_ONCE) {
        let there: Vec<i64> = match kind {
            Kind::Member => members::table.filter(members::id.eq_any(some)).select(members::id).load(conn),
            Kind::Board => boards::table.filter(boards::id.eq_any(some)).select(boards::id).load(conn),
            Kind::Thread => threads::table.filter(threads::id.eq_any(some)).select(threads::id).load(conn),
            Kind::Post => posts::table.filter(posts::id.eq_any(some)).select(posts::id).load(conn),
        }?;
        found.extend(there.into_iter().map(|id| (kind.id_in_export(id), id)));
    }
    Ok(found)
}

/// Where these came from, by their numbers here.
pub fn origins_of(conn: &mut Conn, kind: Kind, ids: &[i64]) -> QueryResult<HashMap<i64, Vec<Origin>>> {
    let mut found: HashMap<i64, Vec<Origin>> = HashMap::new();
    for some in ids.chunks(AT_ONCE) {
        let rows: Vec<(i64, String, String)> = import_origins::table
            .filter(import_origins::kind.eq(kind.code()))
            .filter(import_origins::local_id.eq_any(some))
            .order((import_origins::local_id, import_origins::source, import_origins::source_id))
            .select((import_origins::local_id, import_origins::source, import_origins::source_id))
            .load(conn)?;
        for (local, source, id) in rows {
            found.entry(local).or_default().push(Origin { source, id });
        }
    }
    Ok(found)
}

/// Remembers what something is called in a source.
pub fn remember(conn: &mut Conn, source: &str, kind: Kind, id: &str, local: i64) -> QueryResult<()> {
    let row = diesel::insert_into(import_origins::table)
        .values((
            import_origins::source.eq(source),
            import_origins::kind.eq(kind.code()),
            import_origins::source_id.eq(id),
            import_origins::local_id.eq(local),
        ))
        .on_conflict_do_nothing();
    on_backend!(conn, |c| row.execute(c)).map(|_| ())
}

/// What an imported member has beyond what joining gives.
#[derive(Clone, Debug)]
pub struct MemberDetails<'a> {
    /// Activity.
    pub rank: &'a str,
    /// Since when.
    pub rank_since: Time,
    /// Standing in the marketplace.
    pub tier: Option<&'a str>,
    /// Since when.
    pub tier_since: Option<Time>,
    /// One line under each post.
    pub signature: &'a str,
    /// Who may see the profile.
    pub profile: &'a str,
}

/// Sets what joining does not give.
pub fn set_details(conn: &mut Conn, member: MemberId, details: &MemberDetails<'_>) -> QueryResult<()> {
    diesel::update(members::table.find(member))
        .set((
            members::rank.eq(details.rank),
            members::rank_since.eq(details.rank_since),
            members::tier.eq(details.tier),
            members::tier_since.eq(details.tier_since),
            members::signature.eq(details.signature),
            members::profile.eq(details.profile),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Adds a line to a tier's history, and answers with its number.
pub fn insert_tier_change(
    conn: &mut Conn,
    member: MemberId,
    tier: Option<Tier>,
    at: Time,
    source: TierSource,
) -> QueryResult<i64> {
    diesel::insert_into(tier_changes::table)
        .values((
            tier_changes::member_id.eq(member),
            tier_changes::tier.eq(tier.map(Tier::code)),
            tier_changes::changed_at.eq(at),
            tier_changes::source.eq(source.code()),
        ))
        .returning(tier_changes::id)
        .get_result(conn)
}

/// Writes down who set a tier.
pub fn set_tier_setter(conn: &mut Conn, change: i64, by: MemberId) -> QueryResult<()> {
    diesel::update(tier_changes::table.find(change))
        .set(tier_changes::changed_by.eq(by))
        .execute(conn)
        .map(|_| ())
}

/// Sets what starting a thread does not give.
pub fn set_flags(
    conn: &mut Conn,
    thread: ThreadId,
    (pinned, locked, about_verification): (bool, bool, bool),
    views: i64,
) -> QueryResult<()> {
    diesel::update(threads::table.find(thread))
        .set((
            threads::pinned.eq(pinned),
            threads::locked.eq(locked),
            threads::about_verification.eq(about_verification),
            threads::views.eq(views),
        ))
        .execute(conn)
        .map(|_| ())
}

/// The numbers that posts of a thread have.
pub fn numbers_of(conn: &mut Conn, thread: ThreadId) -> QueryResult<Vec<i64>> {
    posts::table.filter(posts::thread_id.eq(thread)).select(posts::number).load(conn)
}

/// A post about to be brought in.
#[derive(Clone, Debug)]
pub struct ImportedPost {
    /// The number it had elsewhere.
    pub local: Option<i64>,
    /// Its thread.
    pub thread: ThreadId,
    /// Its number in the thread.
    pub number: i64,
    /// Who wrote it.
    pub author: MemberId,
    /// When.
    pub at: Time,
    /// What the words are written in.
    pub format: Format,
    /// The words.
    pub body: String,
    /// What readers see.
    pub html: SafeHtml,
    /// What the author held.
    pub held: Held,
    /// The posts it quotes.
    pub quotes: Vec<i64>,
    /// The last edit.
    pub edit: Option<Edit>,
    /// The removal.
    pub removal: Option<Removal>,
}

/// Writes a post as it comes, and answers with its number in the database.
pub fn insert_post(conn: &mut Conn, post: &ImportedPost) -> QueryResult<i64> {
    let (edit, removal) = (post.edit.as_ref(), post.removal.as_ref());
    let values = (
        posts::thread_id.eq(post.thread),
        posts::number.eq(post.number),
        posts::author_id.eq(post.author),
        posts::created_at.eq(post.at),
        posts::format.eq(post.format.code()),
        posts::body.eq(&post.body),
        posts::html.eq(post.html.as_str()),
        posts::renderer.eq(i64::from(RENDERER_VERSION)),
        posts::held_rank.eq(post.held.rank.code()),
        posts::held_tier.eq(post.held.tier.map(Tier::code)),
        posts::held_badges.eq(&post.held.badges),
        (
            posts::edited_at.eq(edit.map(|edit| edit.at)),
            posts::edited_by.eq(edit.map(|edit| edit.by)),
            posts::edited_as.eq(edit.map(|edit| &edit.role)),
            posts::edit_reason.eq(edit.map(|edit| &edit.reason)),
        ),
        (
            posts::removed_at.eq(removal.map(|removal| removal.at)),
            posts::removed_by.eq(removal.map(|removal| removal.by)),
            posts::removal_reason.eq(removal.map(|removal| &removal.reason)),
        ),
    );
    match post.local {
        None => diesel::insert_into(posts::table).values(values).returning(posts::id).get_result(conn),
        Some(id) => diesel::insert_into(posts::table)
            .values((posts::id.eq(id), values))
            .returning(posts::id)
            .get_result(conn),
    }
}

/// Writes down what a post quotes; an import brings the words of each post in one version.
pub fn add_quotes(conn: &mut Conn, post: i64, quoted: &[i64]) -> QueryResult<()> {
    let rows: Vec<_> = quoted
        .iter()
        .map(|quoted| {
            (
                post_quotes::post_id.eq(post),
                post_quotes::quoted_id.eq(*quoted),
                post_quotes::quoted_version.eq(1),
            )
        })
        .collect();
    let insert = diesel::insert_into(post_quotes::table).values(rows);
    on_backend!(conn, |c| insert.execute(c)).map(|_| ())
}

/// Which of these numbers posts have in the database.
pub fn taken_post_ids(conn: &mut Conn, ids: &[i64]) -> QueryResult<Vec<i64>> {
    let mut taken = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        taken.extend(posts::table.filter(posts::id.eq_any(some)).select(posts::id).load::<i64>(conn)?);
    }
    Ok(taken)
}

/// What the arrival of posts changes in their thread.
#[derive(Clone, Copy, Debug)]
pub struct Arrived {
    /// The thread's highest number from now on, if it is higher than before.
    pub last_number: i64,
    /// Time and author of the post with the highest number, if it is higher than any before.
    pub last_post: Option<(Time, MemberId)>,
}

/// Brings a thread's highest number and last post up to what arrived.
pub fn count_arrived(conn: &mut Conn, thread: ThreadId, arrived: &Arrived) -> QueryResult<()> {
    if let Some((at, author)) = arrived.last_post {
        diesel::update(threads::table.find(thread))
            .set((threads::last_post_at.eq(at), threads::last_poster_id.eq(author)))
            .execute(conn)?;
    }
    diesel::update(threads::table.find(thread).filter(threads::last_number.lt(arrived.last_number)))
        .set(threads::last_number.eq(arrived.last_number))
        .execute(conn)?;
    Ok(())
}

/// Moves PostgreSQL's counters of numbers past those that were brought along; SQLite does so by itself.
pub fn advance_counters(conn: &mut Conn) -> QueryResult<()> {
    let Conn::Postgres(conn) = conn else { return Ok(()) };
    for table in ["members", "boards", "threads", "posts"] {
        diesel::sql_query(format!(
            "SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest((SELECT max(id) FROM {table}), 1), \
             (SELECT count(*) > 0 FROM {table}))"
        ))
        .execute(conn)?;
    }
    Ok(())
}
