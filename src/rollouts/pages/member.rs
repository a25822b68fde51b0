//! A member's own invitation, why they have none, and their place computed again.

mod place;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use super::manage::publication_in_words;
use super::public_path;
use crate::accounts::viewer::Member;
use crate::badges::marks::grouped;
use crate::badges::rules::{Badge, GrantState};
use crate::badges::store as badges;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::paths::{INVITATION, VERIFICATION};
use crate::rollouts::RolloutId;
use crate::rollouts::actions;
use crate::rollouts::rules::{DAYS, Invitation, Phase, Told, Way, told, turn_between};
use crate::rollouts::store::{self, Entry, Rollout};
use crate::web::{Crumb, Day, Frame, Site, When, page, private, see_other};

/// Rollouts that a page explains at most.
const SHOWN: i64 = 20;

/// The members' addresses.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/verification/invitation", web::get().to(show))
        .route("/verification/invitation/watch", web::post().to(watch))
        .route("/verification/invitation/{id}", web::post().to(answer))
        .route("/rollouts/{id}/place", web::get().to(place::show));
}

#[derive(Template)]
#[template(path = "rollouts/member/invitation.html")]
struct InvitationPage {
    frame: Frame,
    told: Option<&'static str>,
    own: Option<Own>,
    others: Vec<Other>,
    is_watching: bool,
    /// Whether there is something to wait for: nothing of theirs is to come now.
    can_watch: bool,
}

/// Where the member stands in the newest rollout that they are in.
struct Own {
    title: String,
    reason: String,
    rule: String,
    path: String,
    public: String,
    state: Invitation,
    told: Told,
    until: Option<When>,
    number: Option<Number>,
    publication: String,
    /// Since when their badge is held, and what becomes of it.
    held: Option<Held>,
}

struct Number {
    place: String,
    waiting: String,
    between: Option<(Day, Day)>,
}

/// A badge that is decided and not shown.
struct Held {
    latest: When,
}

/// A rollout that the member is not in, and why.
struct Other {
    title: String,
    public: String,
    rule: String,
    why: String,
}

struct Found {
    own: Option<(Rollout, Entry)>,
    number: Option<(i64, i64, i64)>,
    is_held: bool,
    others: Vec<(Rollout, String)>,
    is_watching: bool,
}

fn load(conn: &mut Conn, member: MemberId, now: Time) -> Result<Found, Error> {
    let own = own_entry(conn, member)?;
    let number = match &own {
        Some((rollout, entry)) if entry.state == Invitation::Queued => {
            let room = actions::room(conn, rollout, now)?;
            let waiting = store::tally(conn, rollout.id)?.of(Invitation::Queued);
            let a_week = i64::try_from(room.capacity).unwrap_or(i64::MAX);
            Some((store::count_before(conn, entry)?, waiting, a_week))
        }
        _ => None,
    };
    let grant = badges::newest(conn, member, Badge::IdentityVerified)?;
    let in_it = own.as_ref().map(|one| one.0.id);
    let waits = own.as_ref().is_some_and(|(rollout, entry): &(Rollout, Entry)| {
        rollout.phase.has_members() && !entry.state.is_covered()
    });
    let mut others = Vec::new();
    if let Some(facts) = store::facts_of(conn, member, now)? {
        for rollout in store::in_phases(conn, Phase::has_members, SHOWN)? {
            if in_it != Some(rollout.id) {
                let why = why_not(&rollout, &facts, waits);
                others.push((rollout, why));
            }
        }
    }
    Ok(Found {
        own,
        number,
        is_held: grant.is_some_and(|grant| grant.place.state == GrantState::Embargoed),
        others,
        is_watching: actions::is_watching(conn, member)?,
    })
}

/// Where a member stands in the rollout that matters most to them: one in which something of theirs is still to come,
/// then one that runs, then the newest.
fn own_entry(conn: &mut Conn, member: MemberId) -> Result<Option<(Rollout, Entry)>, Error> {
    let entries = store::entries_of(conn, member, SHOWN)?;
    if entries.is_empty() {
        return Ok(None);
    }
    let ids: Vec<RolloutId> = entries.iter().map(|entry| entry.rollout).collect();
    let mut rollouts = store::by_ids(conn, &ids)?;
    let own = entries.into_iter().filter_map(|entry| {
        let place = rollouts.iter().position(|rollout| rollout.id == entry.rollout)?;
        Some((rollouts.swap_remove(place), entry))
    });
    let matters = |(rollout, entry): &(Rollout, Entry)| {
        let runs = rollout.phase.has_members();
        (runs && !entry.state.is_covered(), runs, rollout.id)
    };
    Ok(own.max_by_key(matters))
}

/// Why a rollout does not invite somebody.
fn why_not(rollout: &Rollout, who: &crate::rollouts::rules::Facts, is_elsewhere: bool) -> String {
    if let Some(missed) = rollout.plan.audience.missed(who) {
        return format!("It is for members {}, and that does not fit you today.", missed.words);
    }
    if is_elsewhere {
        return "You are in another rollout, and one is in one at a time.".to_owned();
    }
    let listed = rollout.approval.as_ref().map(|approval| approval.at);
    match listed {
        Some(at) if who.joined_at > at => {
            "You joined after its list was made. Whoever fits a rollout for newcomers is taken in with the next wave.".to_owned()
        }
        _ if rollout.plan.percent < 100 => format!(
            "{} of a hundred members who fit are asked, drawn by a salt that nobody chose, and you are not among them so far. The salt is published at the end, and you can compute it again.",
            rollout.plan.percent
        ),
        _ => "You did not fit when its list was made.".to_owned(),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Asked {
    told: String,
}

fn done(code: &str) -> Option<&'static str> {
    Some(match code {
        "declined" => "You declined. Nothing else changes.",
        "later" => "It stays open. You will be reminded, and find it here until then.",
        "rejoined" => "You are back in the order.",
        "watching" => "You will be told when it opens to you.",
        "not-watching" => "You will not be told.",
        "over" => "That could not be done any more. This is where it stands.",
        _ => return None,
    })
}

async fn show(
    site: web::Data<Site>,
    member: Member,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    let mut found = site.db.read(move |conn| load(conn, id, now)).await?;
    if let Some((rollout, entry)) = &mut found.own
        && entry.state == Invitation::Invited
    {
        let rollout = rollout.id;
        entry.state = site.db.write(move |conn| actions::open_invitation(conn, id, rollout, now)).await?;
    }
    let others = found.others.iter().map(|(rollout, why)| Other {
        title: rollout.plan.title.clone(),
        public: public_path(rollout.id),
        rule: rollout.plan.audience.in_words(),
        why: why.clone(),
    });
    let frame = Frame::new(&site, member.account(), "Your invitation")
        .with_crumbs(vec![
            Crumb::new("Verification", VERIFICATION),
            Crumb::new("Your invitation", INVITATION),
        ])
        .at(INVITATION);
    Ok(private(page(&InvitationPage {
        frame,
        told: done(&asked.told),
        others: others.collect(),
        is_watching: found.is_watching,
        can_watch: found.own.as_ref().is_none_or(|(rollout, _)| !rollout.phase.has_members()),
        own: found.own(now),
    })?))
}

impl Found {
    fn own(&self, now: Time) -> Option<Own> {
        let (rollout, entry) = self.own.as_ref()?;
        let told = told(rollout.phase, entry.state);
        let until = entry.invited_at.map(|at| When(at + TimeDelta::days(DAYS)));
        let number = self.number.map(|(before, waiting, a_week)| {
            let each_day = u64::try_from(a_week / 7).unwrap_or_default();
            let between = turn_between(u64::try_from(before).unwrap_or_default(), each_day, now);
            Number {
                place: grouped(before + 1),
                waiting: grouped(waiting),
                between: between
                    .filter(|_| rollout.phase == Phase::Open)
                    .map(|(from, to)| (Day(from), Day(to))),
            }
        });
        let latest = rollout.plan.publication.latest().filter(|_| self.is_held && rollout.holds());
        Some(Own {
            title: rollout.plan.title.clone(),
            reason: rollout.plan.reason.clone(),
            rule: rollout.plan.audience.in_words(),
            path: format!("{INVITATION}/{}", rollout.id.0),
            public: public_path(rollout.id),
            state: entry.state,
            until: until.filter(|_| told.way == Way::Answer),
            told,
            number,
            publication: publication_in_words(rollout.plan.publication),
            held: latest.map(|latest| Held { latest: When(latest) }),
        })
    }
}

#[derive(serde::Deserialize)]
struct Answered {
    answer: String,
}

async fn answer(
    site: web::Data<Site>,
    member: Member,
    path: web::Path<i64>,
    form: web::Form<Answered>,
) -> Result<HttpResponse, Error> {
    let (id, rollout, now) = (member.id, RolloutId(*path), site.clock.now());
    let (accepts, to) = match &*form.answer {
        "accept" => (Some(true), VERIFICATION.to_owned()),
        "decline" => (Some(false), format!("{INVITATION}?told=declined")),
        "later" => (None, format!("{INVITATION}?told=later")),
        "rejoin" => (None, format!("{INVITATION}?told=rejoined")),
        _ => return Err(Error::Refused("Choose what to answer.".to_owned())),
    };
    let rejoins = form.answer == "rejoin";
    let writing = site.db.write(move |conn| match accepts {
        Some(accepts) => actions::answer(conn, id, rollout, accepts, now),
        None if rejoins => actions::rejoin(conn, id, rollout, now),
        None => actions::open_invitation(conn, id, rollout, now).map(|_| ()),
    });
    match writing.await {
        Ok(()) => see_other(&to),
        Err(Error::Conflict(_)) => see_other(&format!("{INVITATION}?told=over")),
        Err(other) => Err(other),
    }
}

#[derive(serde::Deserialize)]
struct Watched {
    wants: bool,
}

async fn watch(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<Watched>,
) -> Result<HttpResponse, Error> {
    let (id, wants, now) = (member.id, form.wants, site.clock.now());
    site.db.write(move |conn| actions::watch(conn, id, wants, now)).await?;
    see_other(&format!("{INVITATION}?told={}", if wants { "watching" } else { "not-watching" }))
}
