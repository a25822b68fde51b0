//! Writing a community out: everything that `import` reads, in the order of numbers.

use std::collections::HashMap;
use std::io::{self, Write};

use super::bundle::{self, Edited, Held, Moment, Origin, Quotes, Record, Removed};
use super::store::rows::{self, MemberRow, PostRow};
use super::store::{Kind, SOURCE, origins_of};
use crate::badges::rules::{Grant, GrantState};
use crate::badges::store as badges;
use crate::boards::rules::Access;
use crate::boards::store as boards;
use crate::db::{Conn, Db};
use crate::error::Error;
use crate::members::MemberId;
use crate::members::store as people;
use crate::sealing::Keys;
use crate::tokens;

/// Writes the whole community. Each table is read in steps, so memory stays small however long it is; the
/// steps share one read transaction, so the file is of one moment.
///
/// # Errors
/// When the database fails or the file cannot be written.
pub fn export(
    db: &Db,
    keys: &Keys,
    to: &mut impl Write,
    mut progress: impl FnMut(u64),
) -> Result<u64, Error> {
    let source = db.write_now(site_name)?;
    db.read_now(|conn| {
        let mut out = Out { to, lines: 0 };
        out.line(&Record::Community(bundle::Community { version: bundle::VERSION, source }))?;
        write_members(conn, keys, &mut out)?;
        write_boards(conn, &mut out)?;
        write_threads(conn, &mut out)?;
        write_posts(conn, &mut out, &mut progress)?;
        out.to.flush().map_err(|cause| failed(&cause))?;
        Ok(out.lines)
    })
}

/// A name that no other site has: ids are remembered under it.
fn site_name(conn: &mut Conn) -> Result<String, Error> {
    if let Some(name) = people::site_fact(conn, SOURCE)? {
        return Ok(name);
    }
    let name = format!("touchstone-{}", tokens::request_id()?);
    people::set_site_fact(conn, SOURCE, &name)?;
    Ok(name)
}

struct Out<'a, W: Write> {
    to: &'a mut W,
    lines: u64,
}

impl<W: Write> Out<'_, W> {
    fn line(&mut self, record: &Record) -> Result<(), Error> {
        serde_json::to_writer(&mut *self.to, record)
            .map_err(io::Error::from)
            .and_then(|()| self.to.write_all(b"\n"))
            .map_err(|cause| failed(&cause))?;
        self.lines += 1;
        Ok(())
    }
}

fn failed(cause: &io::Error) -> Error {
    Error::Refused(format!("The file cannot be written: {cause}"))
}

fn write_members(conn: &mut Conn, keys: &Keys, out: &mut Out<'_, impl Write>) -> Result<(), Error> {
    let mut after = 0;
    loop {
        let rows = rows::members_after(conn, after)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.0;
        let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
        let mut beside = Beside::load(conn, &ids)?;
        for row in rows {
            out.line(&Record::Member(beside.member(keys, row)?))?;
        }
    }
}

/// What stands in other tables beside members.
struct Beside {
    roles: HashMap<i64, Vec<bundle::Role>>,
    tiers: HashMap<i64, Vec<bundle::TierChange>>,
    grants: HashMap<MemberId, Vec<Grant>>,
    origins: HashMap<i64, Vec<Origin>>,
}

impl Beside {
    fn load(conn: &mut Conn, ids: &[i64]) -> Result<Self, Error> {
        let roles = rows::roles_of(conn, ids)?.into_iter().map(|(member, held)| {
            let dated = held
                .into_iter()
                .map(|(role, since)| bundle::Role::Dated(bundle::DatedRole { role, since: Moment(since) }));
            (member, dated.collect())
        });
        let roles = roles.collect();
        let tiers = rows::tiers_of(conn, ids)?.into_iter().map(|(member, history)| {
            let change = |(tier, at, source, by): rows::TierRow| bundle::TierChange {
                tier,
                at: Moment(at),
                source,
                by: by.map(member_id),
            };
            (member, history.into_iter().map(change).collect())
        });
        let tiers = tiers.collect();
        let members: Vec<MemberId> = ids.iter().copied().map(MemberId).collect();
        let grants = badges::grants_of(conn, &members)?;
        Ok(Self { roles, tiers, grants, origins: origins_of(conn, Kind::Member, ids)? })
    }

    fn member(&mut self, keys: &Keys, row: MemberRow) -> Result<bundle::Member, Error> {
        let (
            id,
            (handle, name, name_review),
            (email, index, verified),
            (signature, profile),
            rank,
            tier,
            joined,
        ) = row;
        let email = keys.open_address(email.as_deref(), index.as_deref())?;
        let grants = self.grants.remove(&MemberId(id)).unwrap_or_default();
        Ok(bundle::Member {
            id: member_id(id),
            handle,
            name,
            joined: Moment(joined),
            roles: self.roles.remove(&id).unwrap_or_default(),
            rank: Some(rank.0),
            rank_since: Some(Moment(rank.1)),
            tier: tier.0,
            tier_since: tier.1.map(Moment),
            tiers: self.tiers.remove(&id).unwrap_or_default(),
            badges: grants.into_iter().map(grant).collect(),
            signature: (!signature.is_empty()).then_some(signature),
            profile: Some(profile),
            email,
            email_verified: verified.map(Moment),
            name_review,
            local: Some(id),
            origin: self.origins.remove(&id).unwrap_or_default(),
        })
    }
}

fn grant(grant: Grant) -> bundle::Grant {
    bundle::Grant::Full(bundle::FullGrant {
        badge: grant.badge.code().to_owned(),
        policy: grant.policy_version,
        name: grant.bound_name,
        state: GrantState::code(grant.state).to_owned(),
        granted: Moment(grant.granted_at),
        expires: grant.expires_at.map(Moment),
    })
}

fn member_id(id: i64) -> String {
    Kind::Member.id_in_export(id)
}

fn board_id(id: i64) -> String {
    Kind::Board.id_in_export(id)
}

fn thread_id(id: i64) -> String {
    Kind::Thread.id_in_export(id)
}

fn post_id(id: i64) -> String {
    Kind::Post.id_in_export(id)
}

fn write_boards(conn: &mut Conn, out: &mut Out<'_, impl Write>) -> Result<(), Error> {
    let mut all = boards::all(conn)?;
    // What is referred to stands above: first the boards of the first level.
    all.sort_by_key(|board| (board.parent.is_some(), board.id));
    let ids: Vec<i64> = all.iter().map(|board| board.id.0).collect();
    let mut origins = origins_of(conn, Kind::Board, &ids)?;
    for board in all {
        out.line(&Record::Board(bundle::Board {
            id: board_id(board.id.0),
            parent: board.parent.map(|parent| board_id(parent.0)),
            slug: board.slug,
            title: board.title,
            about: board.about,
            read: Some(board.read.code()),
            write: Some(board.write.code()),
            position: Some(board.position),
            help: board.is_help,
            local: Some(board.id.0),
            origin: origins.remove(&board.id.0).unwrap_or_default(),
        }))?;
    }
    Ok(())
}

fn write_threads(conn: &mut Conn, out: &mut Out<'_, impl Write>) -> Result<(), Error> {
    let mut after = 0;
    loop {
        let rows = rows::threads_after(conn, after)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.0;
        let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
        let mut origins = origins_of(conn, Kind::Thread, &ids)?;
        for row in rows {
            let (id, board, (title, slug, kind), author, created, flags, views, audience) = row;
            let (pinned, locked, about_verification) = flags;
            let is_open = audience.is_everyone();
            let rules = audience.rules().into_iter().filter(|_| !is_open);
            out.line(&Record::Thread(bundle::Thread {
                id: thread_id(id),
                board: board_id(board),
                title,
                kind: Some(kind),
                author: member_id(author),
                created: Moment(created),
                slug: Some(slug),
                pinned,
                locked,
                about_verification,
                audience: rules.map(Access::code).collect(),
                views,
                local: Some(id),
                origin: origins.remove(&id).unwrap_or_default(),
            }))?;
        }
    }
}

/// Posts thread by thread, in the order of their numbers, so that the import is one transaction a thread.
fn write_posts(
    conn: &mut Conn,
    out: &mut Out<'_, impl Write>,
    progress: &mut impl FnMut(u64),
) -> Result<(), Error> {
    let mut after = (0, 0);
    loop {
        let rows = rows::posts_after(conn, after)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = (last.0.1, last.0.2);
        let ids: Vec<i64> = rows.iter().map(|row| row.0.0).collect();
        let mut origins = origins_of(conn, Kind::Post, &ids)?;
        let mut quotes_of = rows::quotes_of(conn, &ids)?;
        for row in rows {
            let origin = origins.remove(&row.0.0).unwrap_or_default();
            let quoted = quotes_of.remove(&row.0.0).unwrap_or_default();
            out.line(&Record::Post(post(row, &quoted, origin)))?;
        }
        progress(out.lines);
    }
}

fn post(row: PostRow, quoted: &[i64], origin: Vec<Origin>) -> bundle::Post {
    let ((id, thread, number, author, total), created, (format, body), held, edit, removal) = row;
    let edited = match edit {
        (Some(at), Some(by), Some(role), Some(reason)) => {
            Some(Edited { at: Moment(at), by: member_id(by), role, reason })
        }
        _ => None,
    };
    let removed = match removal {
        (Some(at), Some(by), Some(reason)) => Some(Removed { at: Moment(at), by: member_id(by), reason }),
        _ => None,
    };
    bundle::Post {
        id: post_id(id),
        thread: thread_id(thread),
        number: Some(number),
        total: Some(total),
        author: member_id(author),
        created: Moment(created),
        format,
        body,
        quotes: Quotes::of(quoted.iter().map(|id| post_id(*id)).collect()),
        held: Some(Held {
            rank: held.0,
            tier: held.1,
            badges: held.2.split_whitespace().map(str::to_owned).collect(),
        }),
        edited,
        removed,
        local: Some(id),
        origin,
    }
}
