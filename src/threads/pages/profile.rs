//! A member's page: what they are, what was checked, what they wrote.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::Viewer;
use crate::badges::marks::{self, Marks, grouped};
use crate::badges::rules::{Shown, is_invited};
use crate::boards::rules::readable;
use crate::clock::date;
use crate::error::Error;
use crate::members::blocks;
use crate::members::rules::may_see_profile;
use crate::members::store::Member;
use crate::threads::store;
use crate::web::{Crumb, Day, Frame, Site, page};
use crate::{boards, members, paths, text};

/// Posts on a profile.
const RECENT: i64 = 10;

#[derive(Template)]
#[template(path = "threads/profile.html")]
struct ProfilePage {
    frame: Frame,
    marks: Marks,
    badges: Vec<BadgeRow>,
    rank_since: Day,
    tier_since: Option<Day>,
    posts: String,
    recent: Vec<RecentRow>,
    is_own: bool,
    invites: bool,
    block: Option<Block>,
    /// Whether whoever looks may warn, silence and suspend.
    moderates: bool,
}

/// The button that blocks, for those who may.
struct Block {
    handle: String,
    name: String,
    is_blocked: bool,
}

/// A badge with all that is known of it.
struct BadgeRow {
    code: &'static str,
    title: &'static str,
    icon: &'static str,
    subject: &'static str,
    path: String,
    fact: String,
    until: Option<String>,
}

impl BadgeRow {
    fn new(shown: &Shown, handle: &str) -> Self {
        Self {
            code: shown.badge.code(),
            title: shown.badge.title(),
            icon: shown.badge.icon(),
            subject: shown.badge.subject(),
            path: paths::badges_of(handle),
            fact: shown.fact(),
            until: shown.expires_at.map(date),
        }
    }
}

struct RecentRow {
    title: String,
    path: String,
    number: i64,
    at: Day,
    excerpt: String,
}

#[derive(Template)]
#[template(path = "threads/private.html")]
struct PrivatePage {
    frame: Frame,
    name: String,
    to_members: bool,
    block: Option<Block>,
}

struct Loaded {
    member: Member,
    marks: Option<Marks>,
    recent: Vec<store::Recent>,
    is_blocked: bool,
}

pub(super) async fn profile(
    site: web::Data<Site>,
    viewer: Viewer,
    handle: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (handle, reader, now) = (handle.into_inner().to_lowercase(), viewer.clone(), site.clock.now());
    let loading = site.db.read(move |conn| {
        let member = members::store::find(conn, &handle)?.ok_or(Error::NotFound)?;
        let boards = boards::store::all(conn)?;
        let open: Vec<_> = readable(&boards, &reader.standing()).iter().map(|board| board.id).collect();
        let marks = marks::of(conn, &[member.id], now)?.remove(&member.id);
        let recent = store::written_by(conn, member.id, &open, reader.standing().audiences(), RECENT)?;
        let is_blocked = match &reader.0 {
            Some(own) if own.id != member.id => blocks::store::has_blocked(conn, own.id, member.id)?,
            _ => false,
        };
        Ok(Loaded { member, marks, recent, is_blocked })
    });
    let Loaded { member, marks, recent, is_blocked } = loading.await?;
    let block = marks.as_ref().and_then(|marks| block(&viewer, marks, is_blocked));
    let path = paths::member(&member.handle);
    let frame = Frame::new(&site, viewer.account(), &member.name)
        .described(format!("{}, a member of the {} community.", member.name, site.settings.name))
        .with_crumbs(vec![Crumb::new(&member.name, &path)])
        .canonical(&site, &path)
        .at(&path);
    if !may_see_profile(member.profile, viewer.reader_of(member.id)) {
        let to_members = member.profile == members::rules::ProfileVisibility::Members;
        return page(&PrivatePage { frame, name: member.name, to_members, block });
    }
    let marks = marks.ok_or(Error::NotFound)?;
    let is_own = viewer.0.as_ref().is_some_and(|one| one.id == member.id);
    page(&ProfilePage {
        frame,
        badges: marks.badges.iter().map(|shown| BadgeRow::new(shown, &marks.handle)).collect(),
        rank_since: Day(member.rank_since),
        tier_since: member.tier_since.map(Day),
        posts: grouped(member.posts),
        recent: recent.iter().map(recent_row).collect(),
        is_own,
        moderates: !is_own && viewer.0.as_ref().is_some_and(crate::accounts::viewer::Member::moderates),
        invites: is_own && is_invited(marks.tier, &marks.badges),
        marks,
        block,
    })
}

fn block(viewer: &Viewer, marks: &Marks, is_blocked: bool) -> Option<Block> {
    let reader = viewer.0.as_ref()?;
    let may = blocks::rules::may_block(reader.id == marks.id, &marks.roles).is_ok();
    (may || is_blocked).then(|| Block { handle: marks.handle.clone(), name: marks.name.clone(), is_blocked })
}

fn recent_row(post: &store::Recent) -> RecentRow {
    RecentRow {
        title: post.title.clone(),
        path: paths::post(post.id.0),
        number: post.number,
        at: Day(post.created_at),
        excerpt: text::excerpt(&post.html, 160),
    }
}
