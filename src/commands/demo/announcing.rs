//! The demo's announcements: the long thread is a published one with a banner, and two more are in the making.

use chrono::{NaiveTime, TimeDelta};

use crate::announcements::actions::adopt;
use crate::announcements::rules::{Comments, Phase, Plan};
use crate::announcements::store::{self, Reader};
use crate::boards::rules::Access;
use crate::boards::{self, Audience, BoardId};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members;
use crate::members::rules::Tier;
use crate::text::names::Title;
use crate::threads::rules::Body;
use crate::threads::store::{Listed, Which, list};

const BANNER: &str = "Identity Verified is coming. Top Rated Plus members go first.";
const DRAFT: (&str, &str) = (
    "Quieter evenings: how we handle reports after ten",
    "From next month, reports that come in **after ten in the evening** wait until the morning, unless somebody is \
     in danger.\n\nWhat stays as it is:\n\n- Reports of fraud and threats are looked at within the hour.\n- You hear \
     from us either way.\n\nStill open: what we promise for weekends. Ask Tomasz before this goes out.",
);
const PLANNED: (&str, &str) = (
    "An hour with the people who verify: bring your questions",
    "On Thursday two of our verification agents answer your questions here for an hour.\n\nThey can tell you \
     what is checked, what is kept and for how long. They cannot look into a case in public, so **leave your \
     documents and case numbers out of it**.",
);

/// Adds the demo's announcements, once.
pub(super) fn fill(conn: &mut Conn, now: Time) -> Result<(), Error> {
    let boards = boards::store::all(conn)?;
    let Some(board) = boards.iter().find(|board| board.slug == "announcements") else { return Ok(()) };
    let pinned = list(conn, Which::Pinned(board.id), Audience::EVERYONE, 1)?.into_iter().next();
    let manager = members::store::find(conn, "lena-h")?;
    let (Some(thread), Some(manager)) = (pinned, manager) else { return Ok(()) };
    if store::last_number(conn)? > 0 {
        return Ok(());
    }
    let told = Plan {
        has_banner: true,
        banner_text: BANNER.to_owned(),
        pinned: true,
        ..plan(board.id, (&thread.title, "See the thread."), Audience::EVERYONE)?
    };
    let id = adopt(conn, manager.id, &told, thread.id, thread.created_at)?;
    store::set_corrected(conn, id, super::ANNOUNCEMENT.trim(), BANNER, None)?;
    spread(conn, &thread, now)?;
    store::insert(conn, manager.id, &plan(board.id, DRAFT, Audience::EVERYONE)?, now - TimeDelta::hours(26))?;
    let first = now.date().and_time(NaiveTime::MIN) + TimeDelta::days(3) + TimeDelta::hours(9);
    let plus = Audience::of(&[Access::Tier(Tier::TopRated)]).unwrap_or(Audience::EVERYONE);
    let planned = Plan {
        publish_at: Some(first),
        ends_at: Some(first + TimeDelta::days(2)),
        has_banner: true,
        comments: Comments::From(first + TimeDelta::hours(8)),
        locks_at_end: true,
        ..plan(board.id, PLANNED, plus)?
    };
    let id = store::insert(conn, manager.id, &planned, now - TimeDelta::hours(3))?;
    Ok(store::set_phase(conn, id, Phase::Scheduled)?)
}

fn plan(board: BoardId, (title, body): (&str, &str), audience: Audience) -> Result<Plan, Error> {
    Ok(Plan {
        board,
        title: Title::parse(title).map_err(Error::refused)?,
        body: Body::parse(body).map_err(Error::refused)?,
        audience,
        publish_at: None,
        ends_at: None,
        has_banner: false,
        banner_text: String::new(),
        pinned: false,
        comments: Comments::Open,
        locks_at_end: false,
    })
}

/// Everybody was reached and read it on the first day, as their answers show, and some put the banner away since;
/// those whom one can be in the demo have not, so that it is there to be seen.
fn spread(conn: &mut Conn, thread: &Listed, now: Time) -> Result<(), Error> {
    let people = members::store::page(conn, "", "", 100)?;
    for (place, member) in (0_i64..).zip(people) {
        let reached = thread.created_at + TimeDelta::minutes(3 + place * 4);
        let read = reached + TimeDelta::minutes(2 + place * 5);
        let is_known = crate::accounts::demo::PEOPLE.iter().any(|one| one.handle == member.handle);
        let reader = Reader {
            reached_at: Some(reached.min(now)),
            read_at: Some(read.min(now)),
            dismissed_at: (place % 3 == 1 && !is_known)
                .then_some((read + TimeDelta::hours(1 + place * 7)).min(now)),
        };
        store::note(conn, thread.id, member.id, reader)?;
    }
    Ok(())
}
