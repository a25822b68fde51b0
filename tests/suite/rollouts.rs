//! Rollouts: who is in one, in which order and how many at once they are invited, what is held, and when it is shown.

mod held;
mod killed;
mod pages;
mod processes;

use chrono::{NaiveDate, TimeDelta};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use touchstone::db::Conn;
use touchstone::db::schema::{outbox_events, rollout_members, rollout_waves};
use touchstone::error::Error;
use touchstone::events::rules::Event;
use touchstone::members::MemberId;
use touchstone::members::rules::{Role, Tier};
use touchstone::rollouts::actions::{self, Tended};
use touchstone::rollouts::rules::{
    Audience, Invitation, Pause, Phase, Plan, Publication, audience_hash, place, takes_part,
};
use touchstone::rollouts::store::{self, Entry, Rollout};
use touchstone::rollouts::{RolloutId, store as rollouts};

use crate::calls::shift;
use crate::support::TestSite;
use crate::support::look::{audit, find, id_of};

/// A site with two managers and an agent who is there three hours a day.
pub fn office() -> TestSite {
    let site = TestSite::start();
    site.staff("ada-m", &[Role::CommunityManager]);
    site.staff("boris-m", &[Role::CommunityManager]);
    site.agent("noor-v");
    shift(&site, "noor-v", 60, 240);
    site
}

/// As many members as that, of long standing and Top Rated, who have no address: they sign in nowhere.
pub fn crowd(site: &TestSite, count: i64) {
    let values: Vec<String> = (1..=count)
        .map(|n| {
            format!(
                "('crowd-{n}', 'Crowd {n}', 'crowd {n}', 'community-member', '2020-01-01 00:00:00', 'top-rated', '2020-01-01 00:00:00', '2020-01-01 00:00:00')"
            )
        })
        .collect();
    let insert = format!(
        "INSERT INTO members (handle, name, name_skeleton, rank, rank_since, tier, tier_since, joined_at) VALUES {}",
        values.join(", ")
    );
    site.write(move |conn: &mut Conn| Ok(conn.batch_execute(&insert)?));
}

/// A plan for Top Rated members that shows badges at once.
pub fn plan() -> Plan {
    Plan {
        title: "Identity Verified for Top Rated members".to_owned(),
        reason: "They asked for it first, and clients meet them most often.".to_owned(),
        audience: Audience { tiers: vec![Some(Tier::TopRated)], ..Audience::default() },
        percent: 100,
        policy_version: 2,
        publication: Publication::AtOnce,
        most: 1_000,
        longest_wait: 72,
        thread: None,
    }
}

pub fn drafted(site: &TestSite, plan: &Plan) -> RolloutId {
    let (by, plan, now) = (id_of(site, "ada-m"), plan.clone(), site.clock.now());
    site.write(move |conn| actions::save(conn, by, None, &plan, now))
}

pub fn rollout(site: &TestSite, id: RolloutId) -> Rollout {
    site.read(|conn| Ok(rollouts::find(conn, id)?.unwrap()))
}

fn seen(site: &TestSite, id: RolloutId) -> (RolloutId, i64) {
    (id, rollout(site, id).version)
}

pub fn approve(site: &TestSite, id: RolloutId) {
    let (by, keys, seen, now) = (id_of(site, "boris-m"), site.keys(), seen(site, id), site.clock.now());
    site.write(move |conn| actions::approve(conn, &keys, by, (seen, "Read, and it is fair."), now));
}

fn try_open(site: &TestSite, id: RolloutId) -> Result<(), Error> {
    let (by, keys, seen, now) = (id_of(site, "ada-m"), site.keys(), seen(site, id), site.clock.now());
    site.try_write(move |conn| actions::open(conn, &keys, by, seen, now))
}

/// Opens a rollout whose members of long standing read of it eight days ago.
pub fn open(site: &TestSite, plan: &Plan) -> RolloutId {
    let id = drafted(site, &Plan { thread: Some(announced(site)), ..plan.clone() });
    approve(site, id);
    try_open(site, id).unwrap();
    id
}

/// A thread that was announced eight days ago.
pub fn announced(site: &TestSite) -> touchstone::threads::ThreadId {
    let board = site.open_board(&format!("news-{}", site.clock.now().and_utc().timestamp()));
    let (by, at) = (id_of(site, "ada-m"), site.clock.now() - TimeDelta::days(8));
    site.write(move |conn| {
        let thread: i64 = diesel::insert_into(touchstone::db::schema::threads::table)
            .values({
                use touchstone::db::schema::threads::dsl as t;
                (
                    (t::board_id.eq(board), t::title.eq("The badge opens"), t::slug.eq("the-badge-opens")),
                    (t::kind.eq("announcement"), t::author_id.eq(by), t::created_at.eq(at)),
                    (t::last_post_at.eq(at), t::last_poster_id.eq(by), t::last_number.eq(0_i64)),
                )
            })
            .returning(touchstone::db::schema::threads::id)
            .get_result(conn)?;
        let announce = format!(
            "INSERT INTO announcements (author_id, board_id, title, body, audience, has_banner, banner_text, pinned, comments, state, \
             changed_at, thread_id, banner_number, published_at) \
             SELECT author_id, board_id, title, '', 1, FALSE, '', FALSE, 'open', 'published', created_at, id, id, created_at \
             FROM threads WHERE id = {thread}"
        );
        conn.batch_execute(&announce)?;
        Ok(touchstone::threads::ThreadId(thread))
    })
}

/// One look of the job.
pub fn tend(site: &TestSite, id: RolloutId) -> Tended {
    let (keys, now) = (site.keys(), site.clock.now());
    site.write(move |conn| actions::tend(conn, &keys, id, now))
}

pub fn entry(site: &TestSite, id: RolloutId, member: MemberId) -> Entry {
    site.read(|conn| Ok(store::entry(conn, id, member)?.unwrap()))
}

pub fn state(site: &TestSite, id: RolloutId, member: MemberId) -> Invitation {
    entry(site, id, member).state
}

pub fn answer(site: &TestSite, id: RolloutId, member: MemberId, accepts: bool) -> Result<(), Error> {
    let now = site.clock.now();
    site.try_write(move |conn| actions::answer(conn, member, id, accepts, now))
}

/// Members of a rollout in this state, in the order of their places.
pub fn standing(site: &TestSite, id: RolloutId, state: Invitation) -> Vec<MemberId> {
    site.read(|conn| {
        let found = rollout_members::table
            .filter(rollout_members::rollout_id.eq(id))
            .filter(rollout_members::state.eq(state.code()))
            .order((rollout_members::turn, rollout_members::place))
            .select(rollout_members::member_id)
            .load(conn)?;
        Ok(found)
    })
}

/// Every invitation and reminder that was written for the outbox: member, wave and reminder.
pub fn invitations(site: &TestSite) -> Vec<(i64, i64, i64)> {
    let payloads: Vec<String> = site.read(|conn| {
        Ok(outbox_events::table
            .filter(outbox_events::kind.eq("invited"))
            .order(outbox_events::id)
            .select(outbox_events::payload)
            .load(conn)?)
    });
    let read = |text: &String| match serde_json::from_str(text).unwrap() {
        Event::Invited { member, wave, reminder, .. } => (member.0, wave, reminder),
        other => panic!("{other:?}"),
    };
    payloads.iter().map(read).collect()
}

fn waves(site: &TestSite, id: RolloutId) -> Vec<(i64, i64, i64)> {
    site.read(|conn| {
        Ok(rollout_waves::table
            .filter(rollout_waves::rollout_id.eq(id))
            .order(rollout_waves::number)
            .select((rollout_waves::size, rollout_waves::capacity, rollout_waves::outstanding))
            .load(conn)?)
    })
}

#[actix_web::test]
async fn whoever_wrote_on_a_draft_does_not_approve_it_and_a_change_takes_the_approval_back() {
    let site = office();
    crowd(&site, 12);
    let id = drafted(&site, &plan());
    let (ada, boris, keys, now) =
        (id_of(&site, "ada-m"), id_of(&site, "boris-m"), site.keys(), site.clock.now());
    let refused = site.try_write({
        let keys = keys.clone();
        move |conn| actions::approve(conn, &keys, ada, ((id, 1), "My own, and good."), now)
    });
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    assert_eq!(rollout(&site, id).phase, Phase::Draft);

    approve(&site, id);
    let approved = rollout(&site, id);
    assert_eq!((approved.phase, standing(&site, id, Invitation::Queued).len()), (Phase::Approved, 12));
    // Boris changes it: it is a draft again, nobody is in it, and he wrote on it now.
    let seen = seen(&site, id);
    let changed = Plan { most: 7, ..plan() };
    site.write(move |conn| actions::save(conn, boris, Some(seen), &changed, now));
    let draft = rollout(&site, id);
    assert_eq!((draft.phase, draft.approval, draft.sealed_salt), (Phase::Draft, None, None));
    assert!(standing(&site, id, Invitation::Queued).is_empty());
    let seen = (id, draft.version);
    let refused = site.try_write(move |conn| actions::approve(conn, &keys, boris, (seen, "And mine."), now));
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
}

#[actix_web::test]
async fn the_hashes_of_salt_and_audience_are_public_first_and_the_salt_at_the_end() {
    let site = office();
    crowd(&site, 12);
    let id = drafted(&site, &plan());
    approve(&site, id);
    let approved = rollout(&site, id);
    let approval = approved.approval.unwrap();
    assert_eq!(approved.salt, None, "the salt is sealed while waves open");
    assert!(approved.sealed_salt.is_some_and(|sealed| sealed.starts_with("sealed1.")));
    let all = standing(&site, id, Invitation::Queued);
    assert_eq!((approval.size, approval.experienced), (12, 12));
    assert_eq!(approval.audience_hash, audience_hash(&all));

    let (by, keys, now) = (id_of(&site, "ada-m"), site.keys(), site.clock.now());
    let seen = seen(&site, id);
    site.write(move |conn| actions::cancel(conn, &keys, by, (seen, "Written in error."), now));
    let over = rollout(&site, id);
    let salt = over.salt.expect("the salt is public now");
    assert_eq!((salt.published_hash(), over.sealed_salt), (approval.salt_hash, None));
    for member in all {
        assert_eq!(entry(&site, id, member).place, place(&salt, id, member));
    }
}

#[actix_web::test]
async fn members_of_long_standing_are_told_a_week_before() {
    let site = office();
    crowd(&site, 3);
    let id = drafted(&site, &plan());
    approve(&site, id);
    let refused = try_open(&site, id).unwrap_err().to_string();
    assert!(refused.contains("3 of these members joined more than 90 days ago"), "{refused}");
    assert_eq!(rollout(&site, id).phase, Phase::Approved);

    // Newcomers need not be told: nobody has got used to anything.
    site.rated("new-n", Tier::RisingTalent);
    let newcomers = Audience {
        tiers: vec![Some(Tier::RisingTalent)],
        joined_from: NaiveDate::from_ymd_opt(2026, 1, 1),
        ..Audience::default()
    };
    let other = drafted(&site, &Plan { audience: newcomers, ..plan() });
    approve(&site, other);
    try_open(&site, other).unwrap();

    let told = announced(&site);
    let (by, now, seen) = (id_of(&site, "ada-m"), site.clock.now(), seen(&site, id));
    let changed = Plan { thread: Some(told), ..plan() };
    site.write(move |conn| actions::save(conn, by, Some(seen), &changed, now));
    approve(&site, id);
    try_open(&site, id).unwrap();
    assert_eq!(rollout(&site, id).phase, Phase::Open);
}

/// Invariant 5.
#[actix_web::test]
async fn outstanding_invitations_never_exceed_capacity() {
    let site = office();
    crowd(&site, 100);
    let id = open(&site, &plan());
    // Three hours of one agent: 180 minutes, of which 144 are talked: 12 calls, for which 20 are invited.
    assert_eq!(tend(&site, id).invited, 20);
    assert_eq!(tend(&site, id).invited, 0, "one wave a day");
    let first = standing(&site, id, Invitation::Invited);
    for (nth, member) in first.iter().enumerate() {
        if nth < 9 {
            answer(&site, id, *member, true).unwrap();
        } else if nth < 12 {
            answer(&site, id, *member, false).unwrap();
        }
    }
    for day in 1..40 {
        site.clock.advance(TimeDelta::days(1));
        if day % 3 == 0 {
            shift(&site, "noor-v", 60, 60 + 30 * (day % 9 + 1));
        }
        tend(&site, id);
        let stands = rollout(&site, id);
        let room = site.read(|conn| actions::room(conn, &stands, site.clock.now()));
        let outstanding = standing(&site, id, Invitation::Invited).len() as u64;
        assert_eq!(room.outstanding, outstanding);
        assert!(room.free == 0 || room.outstanding + room.free <= room.capacity, "{room:?}");
    }
    let waves = waves(&site, id);
    assert!(waves.len() > 2, "{waves:?}");
    for (size, capacity, outstanding) in &waves {
        assert!(size + outstanding <= *capacity, "{waves:?}");
    }
    let refused =
        site.try_write(|conn| Ok(conn.batch_execute("UPDATE rollout_waves SET size = size + 1000")?));
    assert!(refused.is_err(), "the database takes a wave that is too large");
}

#[actix_web::test]
async fn the_order_is_that_of_the_places_and_whoever_rejoins_stands_behind() {
    let site = office();
    crowd(&site, 30);
    let id = open(&site, &Plan { most: 10, ..plan() });
    let order = standing(&site, id, Invitation::Queued);
    tend(&site, id);
    assert_eq!(standing(&site, id, Invitation::Invited), order[..10]);

    answer(&site, id, order[0], false).unwrap();
    assert!(answer(&site, id, order[0], true).is_err(), "declined is declined");
    let now = site.clock.now();
    site.write({
        let member = order[0];
        move |conn| actions::rejoin(conn, member, id, now)
    });
    assert_eq!(standing(&site, id, Invitation::Queued).last(), Some(&order[0]));
    site.clock.advance(TimeDelta::days(1));
    shift(&site, "noor-v", 60, 240);
    tend(&site, id);
    assert_eq!(standing(&site, id, Invitation::Invited).len(), 10, "one place was free");
    assert_eq!(state(&site, id, order[10]), Invitation::Invited);
}

#[actix_web::test]
async fn silence_ends_after_three_weeks_with_reminders_on_days_3_10_and_18() {
    let site = office();
    crowd(&site, 5);
    let id = open(&site, &plan());
    tend(&site, id);
    let who = standing(&site, id, Invitation::Invited);
    answer(&site, id, who[0], true).unwrap();
    answer(&site, id, who[1], false).unwrap();
    for _ in 0..20 {
        site.clock.advance(TimeDelta::days(1));
        tend(&site, id);
        tend(&site, id);
    }
    let reminders: Vec<(i64, i64)> = invitations(&site).iter().map(|told| (told.0, told.2)).collect();
    for member in &who[2..] {
        let own: Vec<i64> = reminders.iter().filter(|told| told.0 == member.0).map(|told| told.1).collect();
        assert_eq!(own, [0, 1, 2, 3]);
        assert_eq!(state(&site, id, *member), Invitation::Invited);
    }
    for member in &who[..2] {
        assert_eq!(
            reminders.iter().filter(|told| told.0 == member.0).count(),
            1,
            "whoever answered is left alone"
        );
    }
    site.clock.advance(TimeDelta::days(1));
    assert_eq!(tend(&site, id).lapsed, 4, "and whoever accepted and went no further");
    assert!(who[2..].iter().all(|member| state(&site, id, *member) == Invitation::Lapsed));
    // Everybody is covered, nothing is held: it is over, and its salt is public.
    let over = rollout(&site, id);
    assert_eq!(over.phase, Phase::Published);
    assert!(over.salt.is_some() && over.ended_at.is_some());
}

/// Invariant 12.
#[actix_web::test]
async fn exempt_members_are_never_asked() {
    let site = office();
    crowd(&site, 40);
    // Every second of them came with an import.
    site.write(|conn| {
        Ok(conn.batch_execute(
            "INSERT INTO import_origins (source, kind, source_id, local_id) \
             SELECT 'elsewhere', 'member', handle, id FROM members WHERE handle LIKE 'crowd-%' AND id % 2 = 0",
        )?)
    });
    let id = open(&site, &Plan { percent: 60, ..plan() });
    let exempt = standing(&site, id, Invitation::Exempt);
    assert_eq!(exempt.len(), 20);
    for _ in 0..8 {
        tend(&site, id);
        let asked: Vec<MemberId> = standing(&site, id, Invitation::Invited);
        for member in asked {
            answer(&site, id, member, false).unwrap();
        }
        site.clock.advance(TimeDelta::days(1));
        shift(&site, "noor-v", 60, 240);
    }
    assert!(standing(&site, id, Invitation::Queued).is_empty() && !invitations(&site).is_empty());
    assert_eq!(standing(&site, id, Invitation::Exempt), exempt);
    assert!(invitations(&site).iter().all(|told| !exempt.contains(&MemberId(told.0))));
    let asks = "UPDATE rollout_members SET state = 'exempt', invited_at = '2026-01-15 00:00:00' WHERE state = 'exempt'";
    assert!(site.try_write(move |conn| Ok(conn.batch_execute(asks)?)).is_err(), "the database takes it");
}

/// Invariant 4.
#[actix_web::test]
async fn raising_a_percentage_removes_nobody() {
    let site = office();
    crowd(&site, 60);
    let id = open(&site, &Plan { percent: 30, ..plan() });
    tend(&site, id);
    let before = site.read(|conn| Ok(rollouts::everybody(conn, id)?));
    let invited = standing(&site, id, Invitation::Invited);
    let (by, keys, now) = (id_of(&site, "ada-m"), site.keys(), site.clock.now());
    let raise = |percent| {
        let (keys, seen) = (keys.clone(), seen(&site, id));
        site.try_write(move |conn| actions::raise(conn, &keys, by, (seen, percent, None), now))
    };
    assert!(raise(30).is_err() && raise(29).is_err(), "a share is never lowered");
    let added = raise(75).unwrap();
    let after = site.read(|conn| Ok(rollouts::everybody(conn, id)?));
    assert!(before.is_subset(&after) && after.len() == before.len() + added && added > 0);
    assert_eq!(standing(&site, id, Invitation::Invited), invited);
    // Each is in it by the salt alone, and the new ones stand behind.
    for member in &after {
        let one = entry(&site, id, *member);
        assert!(takes_part(&one.place, 75) && (before.contains(member) == (one.turn == 0)));
    }
    assert_eq!(after.len(), usize::try_from(standing_all(&site, id)).unwrap());
    assert!(raise(100).is_ok());
    assert_eq!(site.read(|conn| Ok(rollouts::everybody(conn, id)?)).len(), 60);
}

fn standing_all(site: &TestSite, id: RolloutId) -> i64 {
    site.read(|conn| Ok(rollouts::tally(conn, id)?)).whole()
}

#[actix_web::test]
async fn newcomers_come_in_while_waves_open_and_each_once() {
    let site = office();
    let newcomers = Audience {
        joined_from: NaiveDate::from_ymd_opt(2026, 10, 1),
        without_roles: true,
        ..Audience::default()
    };
    for handle in ["ann-a", "bea-b"] {
        site.member(handle);
    }
    let id = open(&site, &Plan { audience: newcomers, ..plan() });
    tend(&site, id);
    assert_eq!(standing(&site, id, Invitation::Invited).len(), 2);
    site.member("cleo-c");
    site.clock.advance(TimeDelta::days(1));
    shift(&site, "noor-v", 60, 240);
    tend(&site, id);
    tend(&site, id);
    assert_eq!(state(&site, id, id_of(&site, "cleo-c")), Invitation::Invited);
    assert_eq!((rollout(&site, id).phase, standing_all(&site, id)), (Phase::Open, 3));

    // It ends by hand, and whoever still waits is left out.
    site.member("dina-d");
    let (by, keys, now, seen) = (id_of(&site, "ada-m"), site.keys(), site.clock.now(), seen(&site, id));
    site.write(move |conn| actions::close(conn, &keys, by, (seen, "The test has run."), now));
    tend(&site, id);
    assert_eq!((rollout(&site, id).phase, standing_all(&site, id)), (Phase::Closing, 3));
}

#[actix_web::test]
async fn waves_pause_by_themselves_while_members_wait_too_long_and_go_on_later() {
    let site = office();
    crowd(&site, 100);
    let id = open(&site, &Plan { longest_wait: 5, ..plan() });
    assert!(tend(&site, id).invited > 0);
    // Twenty documents were decided today, each of which had waited for six hours.
    let now = site.clock.now();
    let waited = |decided: touchstone::clock::Time| {
        format!(
            "INSERT INTO document_cases (member_id, policy_version, state, class, consent_version, consent_hash, consented_at, touched_at, submitted_at, decided_at, resubmissions) \
             SELECT id, 2, 'declined', 'ordinary', 1, '', '{0}', '{0}', '{0}', '{1}', 0 FROM members WHERE handle LIKE 'crowd-%' AND handle < 'crowd-3'",
            (decided - TimeDelta::hours(6)).format("%Y-%m-%d %H:%M:%S"),
            decided.format("%Y-%m-%d %H:%M:%S"),
        )
    };
    let statement = waited(now);
    site.write(move |conn| Ok(conn.batch_execute(&statement)?));
    site.clock.advance(TimeDelta::days(1));
    shift(&site, "noor-v", 60, 240);
    assert_eq!(tend(&site, id).invited, 0);
    let paused = rollout(&site, id);
    assert_eq!((paused.phase, paused.paused.map(|pause| pause.1)), (Phase::Paused, Some(Pause::Wait)));
    site.clock.advance(TimeDelta::days(2));
    tend(&site, id);
    assert_eq!(rollout(&site, id).phase, Phase::Paused, "the figures of seven days are what counts");
    site.clock.advance(TimeDelta::days(7));
    shift(&site, "noor-v", 60, 900);
    tend(&site, id);
    assert_eq!((rollout(&site, id).phase, waves(&site, id).len()), (Phase::Open, 2));
    let acts: Vec<String> = audit(&site).into_iter().map(|(act, ..)| act).collect();
    assert_eq!(acts.iter().filter(|act| *act == "rollout-paused").count(), 1);

    // Whoever pauses by hand goes on by hand.
    let (by, keys, now, seen) = (id_of(&site, "ada-m"), site.keys(), site.clock.now(), seen(&site, id));
    site.write(move |conn| actions::pause(conn, &keys, by, (seen, "Agents are ill."), now));
    site.clock.advance(TimeDelta::days(3));
    tend(&site, id);
    assert_eq!(rollout(&site, id).phase, Phase::Paused);
}

#[actix_web::test]
async fn one_member_waits_in_one_rollout_at_a_time() {
    let site = office();
    crowd(&site, 10);
    let first = open(&site, &plan());
    site.clock.advance(TimeDelta::seconds(1));
    site.rated("eva-e", Tier::TopRated);
    let second = drafted(&site, &plan());
    approve(&site, second);
    assert_eq!(standing(&site, second, Invitation::Queued), [id_of(&site, "eva-e")]);
    assert_eq!(standing(&site, first, Invitation::Queued).len(), 10);
    assert!(find(&site, "crowd-1").is_some());
}
