//! What moderators did, in the open: act, rule, thread, role and time for everybody, all of it for moderators.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::Viewer;
use crate::acts::store::Act;
use crate::boards::rules::{Board, Standing, find_readable};
use crate::error::Error;
use crate::web::{Crumb, Frame, Site, When, page};
use crate::{acts, boards, paths};

/// Acts on a page.
const SHOWN: i64 = 30;

#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct From {
    /// Acts before this one.
    before: Option<String>,
}

struct Row {
    act: Act,
    /// The thread's title and address, where everybody may read it.
    thread: Option<(String, String)>,
}

impl Row {
    fn at(&self) -> When {
        When(self.act.at)
    }

    fn until(&self) -> Option<When> {
        self.act.ends_at.map(When)
    }
}

#[derive(Template)]
#[template(path = "moderation/log.html")]
struct LogPage {
    frame: Frame,
    rows: Vec<Row>,
    older: Option<String>,
    moderates: bool,
}

/// The thread of an act, where somebody of this standing may read it.
fn shown_thread(act: &Act, boards: &[Board], reader: &Standing) -> Option<(String, String)> {
    let thread = act.thread.as_ref()?;
    find_readable(boards, thread.board, reader)?;
    let path = paths::thread(thread.id.0, &thread.slug);
    thread.audience.includes(reader).then(|| (thread.title.clone(), path))
}

pub(super) async fn log(
    site: web::Data<Site>,
    viewer: Viewer,
    from: web::Query<From>,
) -> Result<HttpResponse, Error> {
    let before = from.before.as_deref().and_then(|text| text.parse().ok()).unwrap_or(i64::MAX);
    let loading = site
        .db
        .read(move |conn| Ok((acts::store::newest(conn, before, SHOWN + 1)?, boards::store::all(conn)?)));
    let (mut found, boards) = loading.await?;
    let moderates = viewer.0.as_ref().is_some_and(crate::accounts::viewer::Member::moderates);
    // Everybody sees the same page but moderators: what is not for everybody is named to nobody else.
    let reader = if moderates { viewer.standing() } else { Standing::default() };
    let is_more = found.len() > usize::try_from(SHOWN).unwrap_or(usize::MAX);
    found.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
    let last = found.last().map(|act| act.id.0);
    let older = last.filter(|_| is_more).map(|last| format!("/moderation/log?before={last}"));
    let rows = found.into_iter().map(|act| Row { thread: shown_thread(&act, &boards, &reader), act });
    let title = "What moderators did";
    let way = if moderates {
        vec![Crumb::new("Moderation", "/moderation"), Crumb::new("Log", "")]
    } else {
        vec![Crumb::new("Moderation log", "")]
    };
    let frame = Frame::new(&site, viewer.account(), title)
        .described("Every act of moderation: what was done, by which rule, where, by which role and when.")
        .with_crumbs(way)
        .at("/moderation/log");
    page(&LogPage { frame, rows: rows.collect(), older, moderates })
}
