//! What is held leaves no trace, and is shown all at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use touchstone::badges;
use touchstone::badges::rules::{Badge, Cause, GrantState, Place};
use touchstone::boards::rules::Access;
use touchstone::commands::serve::Forum;
use touchstone::db::Db;
use touchstone::db::schema::{members, threads};
use touchstone::error::Error;
use touchstone::members::MemberId;
use touchstone::members::rules::{Role, Tier};
use touchstone::rollouts::rules::{Invitation, Outcome, Phase, Plan, Publication};
use touchstone::rollouts::{RolloutId, actions};
use touchstone::text::names::DisplayName;

use super::{answer, entry, office, open, plan, rollout, seen, state, tend};
use crate::calls::waive;
use crate::grants::{is_shown, passed, place, settle};
use crate::support::look::id_of;
use crate::support::site::{keys, send_to};
use crate::support::{Person, TestSite};

fn held_plan(site: &TestSite) -> Plan {
    let latest = site.clock.now() + TimeDelta::days(60);
    Plan { publication: Publication::WhenCovered { latest }, ..plan() }
}

/// Members of a rollout that holds badges, who have accepted.
fn accepted(site: &TestSite, handles: &[&str]) -> RolloutId {
    let everybody: Vec<MemberId> = handles
        .iter()
        .map(|handle| {
            site.rated(handle, Tier::TopRated);
            id_of(site, handle)
        })
        .collect();
    let id = open(site, &held_plan(site));
    tend(site, id);
    for member in everybody {
        answer(site, id, member, true).unwrap();
    }
    id
}

/// The member passes both steps; the grant settles.
async fn verified(site: &TestSite, handle: &str) -> i64 {
    let dora = crate::support::look::find(site, "dora-d").map_or_else(
        || {
            site.agent("dora-d");
            id_of(site, "dora-d")
        },
        |dora| dora.id,
    );
    waive(site, id_of(site, handle), dora);
    let (_, grant) = passed(site, handle, false);
    settle(site, 61).await;
    grant
}

/// Every page that a visitor reaches by following links, feeds and the site's own lists, with what it answers: status,
/// headers that say what it holds, and bytes.
async fn crawl(site: &TestSite, from: &[String]) -> BTreeMap<String, (u16, String, String)> {
    let visitor = Person::visitor();
    let mut pages = BTreeMap::new();
    let mut waiting: Vec<String> = from.to_vec();
    while let Some(path) = waiting.pop() {
        if pages.contains_key(&path) {
            continue;
        }
        assert!(pages.len() < 300, "pages lead to ever more pages: {:?}", pages.keys());
        let page = site.get(&visitor, &path).await;
        let here = "http://127.0.0.1:8080";
        let links = ["=\"", "<loc>", "<id>", ":\""].iter().flat_map(|before| page.body.split(before).skip(1));
        let links = links.map(|link| link.split(['"', '<', '#']).next().unwrap_or(link));
        let links =
            links.map(|link| link.strip_prefix(here).unwrap_or(link).replace("&amp;", "&")).filter(|link| {
                // A stream of news never ends, and an asset says nothing of members.
                let is_page =
                    link.starts_with('/') && !link.starts_with("//") && !link.starts_with("/assets/");
                is_page && !link.ends_with("/live") && !link.contains("next=")
            });
        waiting.extend(links);
        let head = ["etag", "content-type", "location", "last-modified"]
            .map(|name| page.header(name).unwrap_or("-").to_owned());
        pages.insert(path, (page.status.as_u16(), head.join(" | "), page.body));
    }
    pages
}

/// Invariant 2.
#[actix_web::test]
async fn no_public_byte_differs_while_a_grant_is_held() {
    let site = office();
    let id = accepted(&site, &["ada-l", "eva-e"]);
    let board = site.board("talk", Access::Anyone, Access::Members).0;
    let (ada, admin) = (site.sign_in("ada-l"), site.staff("root-r", &[Role::Administrator]));
    let words = [("title", "About the badge"), ("body", "Who has been invited? @eva-e")];
    site.post(&ada, "/b/talk/threads", &words).await.expect(303);
    let token = site.post(&admin, "/admin/api/tokens", &[("name", "The marketplace")]).await.expect(200);
    let token = token.text("[data-token]");
    assert!(board > 0 && !token.is_empty());
    settle(&site, 61).await;

    let mut from: Vec<String> = [
        "/",
        "/sitemap.xml",
        "/robots.txt",
        "/.well-known/did.json",
        "/.well-known/jwks.json",
        "/credentials/status/1",
        "/credentials/status/1/suspension",
        "/badges",
        "/badges/identity-verified",
        "/badges/check",
        "/members",
        "/verification",
    ]
    .map(str::to_owned)
    .to_vec();
    for handle in ["ada-l", "eva-e"] {
        from.push(format!("/u/{handle}"));
        from.push(format!("/badges/of/{handle}"));
        from.push(format!("/badges/of/{handle}.svg"));
        from.push(format!("/oembed?url=http://127.0.0.1:8080/badges/of/{handle}"));
    }
    let api = async |handle: &str| {
        let request = TestRequest::get()
            .uri(&format!("/api/v1/members/{handle}/badges"))
            .insert_header(("authorization", format!("Bearer {token}")));
        site.send(request, &Person::visitor()).await.expect(200).body
    };
    // What waits to be settled was never shown; then it is held; the clock stands where it stood.
    let (case, grant) = {
        waive(&site, id_of(&site, "ada-l"), {
            site.agent("dora-d");
            id_of(&site, "dora-d")
        });
        passed(&site, "ada-l", false)
    };
    assert_eq!(case.handle, "ada-l");
    site.clock.advance(TimeDelta::minutes(61));
    tend(&site, id);
    let before = (crawl(&site, &from).await, api("ada-l").await, api("eva-e").await);
    assert_eq!(place(&site, grant), Place::BEGIN);
    site.forum.jobs(None).settle_badges().await.unwrap();
    tend(&site, id);
    assert_eq!(place(&site, grant), Place::of(GrantState::Embargoed));
    assert_eq!(entry(&site, id, id_of(&site, "ada-l")).outcome, Some(Outcome::Verified));
    let after = (crawl(&site, &from).await, api("ada-l").await, api("eva-e").await);

    assert!(before.0.len() > 30, "{:?}", before.0.keys());
    assert!(before.0.values().filter(|page| page.0 == 200).count() > 20);
    assert_eq!(before.0.keys().collect::<Vec<_>>(), after.0.keys().collect::<Vec<_>>());
    for (path, page) in &before.0 {
        assert_eq!(page, &after.0[path], "{path}");
    }
    assert_eq!((&before.1, &before.2), (&after.1, &after.2));

    // The test would see it: what is shown makes a difference.
    let (by, now, seen) = (id_of(&site, "ada-m"), site.clock.now(), seen(&site, id));
    let keys = site.keys();
    site.write(move |conn| actions::cancel(conn, &keys, by, (seen, "The test of the test."), now));
    let shown = crawl(&site, &from).await;
    let differ: Vec<&String> =
        before.0.iter().filter(|(path, page)| shown.get(*path) != Some(*page)).map(|one| one.0).collect();
    assert!(differ.iter().any(|path| path.starts_with("/badges/of/ada-l")), "{differ:?}");
    assert_ne!(before.1, api("ada-l").await);
}

#[actix_web::test]
async fn a_held_badge_is_told_to_its_member_and_shown_when_everybody_is_covered() {
    let site = office();
    let id = accepted(&site, &["ada-l", "eva-e"]);
    let grant = verified(&site, "ada-l").await;
    assert_eq!((place(&site, grant), is_shown(&site, "ada-l")), (Place::of(GrantState::Embargoed), false));
    tend(&site, id);
    assert_eq!(state(&site, id, id_of(&site, "ada-l")), Invitation::Settled);
    assert_eq!(rollout(&site, id).phase, Phase::Closing, "nobody is left to invite");

    // Eva gives up after three weeks: then everybody is covered, and everything is shown.
    site.clock.advance(TimeDelta::days(22));
    assert_eq!(tend(&site, id).shown, 1);
    assert!(is_shown(&site, "ada-l"));
    let over = rollout(&site, id);
    assert_eq!((over.phase, over.shown_at.is_some()), (Phase::Published, true));
}

#[actix_web::test]
async fn the_latest_date_shows_what_is_held_come_what_may() {
    let site = office();
    let id = accepted(&site, &["ada-l", "eva-e"]);
    verified(&site, "ada-l").await;
    // Eva's call is to come for ever.
    let eva = id_of(&site, "eva-e");
    let now = site.clock.now();
    site.write(move |conn| {
        Ok(conn.batch_execute(&format!(
            "INSERT INTO document_cases (member_id, policy_version, state, class, consent_version, consent_hash, consented_at, touched_at, waiting_since, resubmissions) \
             SELECT {}, 2, 'submitted', 'ordinary', max(version), '', '{now}', '{now}', '{now}', 0 FROM consent_texts",
            eva.0
        ))?)
    });
    site.clock.advance(TimeDelta::days(59));
    assert_eq!(tend(&site, id).shown, 0);
    assert!(!is_shown(&site, "ada-l"));
    site.clock.advance(TimeDelta::days(1));
    assert_eq!(tend(&site, id).shown, 1);
    assert!(is_shown(&site, "ada-l"));
    // Eva goes on, and what she gets is shown when it is decided.
    assert_eq!((rollout(&site, id).phase, state(&site, id, eva)), (Phase::Closing, Invitation::Accepted));
}

#[actix_web::test]
async fn showing_now_needs_two_people() {
    let site = office();
    let id = accepted(&site, &["ada-l", "eva-e"]);
    verified(&site, "ada-l").await;
    let (ada, boris, now) = (id_of(&site, "ada-m"), id_of(&site, "boris-m"), site.clock.now());
    let agree = |by: MemberId, agrees: bool| {
        let seen = seen(&site, id);
        site.try_write(move |conn| actions::agree_to_show(conn, by, (seen, agrees), now))
    };
    let ask = |by: MemberId| {
        let seen = seen(&site, id);
        site.try_write(move |conn| actions::ask_to_show(conn, by, (seen, "The conference is tomorrow."), now))
    };
    assert!(matches!(agree(boris, true), Err(Error::Conflict(_))), "nobody asked");
    ask(ada).unwrap();
    assert!(matches!(ask(boris), Err(Error::Conflict(_))));
    assert!(matches!(agree(ada, true), Err(Error::Forbidden(_))));
    assert_eq!(agree(boris, false).unwrap(), 0);
    assert!(!is_shown(&site, "ada-l"));
    ask(boris).unwrap();
    assert_eq!(agree(ada, true).unwrap(), 1);
    assert!(is_shown(&site, "ada-l"));
    // Nothing is held from now on.
    verified(&site, "eva-e").await;
    assert!(is_shown(&site, "eva-e"));
}

#[actix_web::test]
async fn a_held_badge_whose_name_changed_is_off_when_the_others_are_shown_and_a_hidden_one_stays_hidden() {
    let site = office();
    let id = accepted(&site, &["ada-l", "eva-e"]);
    let grants = [verified(&site, "ada-l").await, verified(&site, "eva-e").await];
    let (ada, eva, now) = (id_of(&site, "ada-l"), id_of(&site, "eva-e"), site.clock.now());
    let name = DisplayName::parse("Ada Lovely").unwrap();
    site.write(move |conn| badges::actions::rename(conn, ada, &name, now));
    site.write(move |conn| touchstone::verification::badge::actions::set_hidden(conn, eva, true, now));
    tend(&site, id);
    assert_eq!(rollout(&site, id).phase, Phase::Published);
    assert_eq!(place(&site, grants[0]), Place::off(Cause::Name));
    assert_eq!(place(&site, grants[1]), Place::of(GrantState::Active));
    assert!(!is_shown(&site, "ada-l") && !is_shown(&site, "eva-e"));
}

#[actix_web::test]
async fn what_settles_while_the_others_are_shown_is_not_left_behind() {
    let site = office();
    let id = accepted(&site, &["ada-l", "eva-e"]);
    let grant = verified(&site, "ada-l").await;
    // As another process leaves it that asked before the others were shown and wrote after.
    let now = site.clock.now();
    site.write(move |conn| Ok(conn.batch_execute(&format!("UPDATE rollouts SET shown_at = '{now}'"))?));
    assert_eq!(place(&site, grant), Place::of(GrantState::Embargoed));
    assert!(site.read(actions::is_anything_held_too_long));
    site.forum.jobs(None).tend_rollouts().await.unwrap();
    assert!(is_shown(&site, "ada-l") && !site.read(actions::is_anything_held_too_long));
    assert!(rollout(&site, id).phase.runs());
}

/// As many held badges as that, of members who each wrote a post of one thread.
fn held_crowd(site: &TestSite, id: RolloutId, count: i64) -> Vec<MemberId> {
    super::crowd(site, count);
    site.write(move |conn| {
        // Imported badges need no steps: what is tested is how they are shown.
        conn.batch_execute(&format!(
            "INSERT INTO badge_grants (member_id, badge, policy_version, bound_name, state, granted_at, origin, held_for) \
             SELECT id, 'identity-verified', 2, name, 'embargoed', '2026-11-01 00:00:00', 'import', {} FROM members WHERE handle LIKE 'crowd-%'; \
             INSERT INTO posts (thread_id, number, author_id, created_at, format, body, html, renderer, held_rank, held_badges, version, likes) \
             SELECT t.id, (SELECT count(*) FROM members n WHERE n.handle LIKE 'crowd-%' AND n.id <= m.id), m.id, '2026-11-01 00:00:00', 'markdown', 'Words.', '<p>Words.</p>', 1, 'community-member', '', 1, 0 \
             FROM members m, threads t WHERE m.handle LIKE 'crowd-%' AND t.slug = 'the-badge-opens'; \
             UPDATE threads SET posts = {count}, last_number = {count} WHERE slug = 'the-badge-opens'",
            id.0
        ))?;
        Ok(members::table.filter(members::handle.like("crowd-%")).select(members::id).load(conn)?)
    })
}

/// Invariant 3: readers of two processes, while a third shows what is held.
#[actix_web::test]
async fn publication_is_all_or_nothing_for_every_reader() {
    let site = office();
    let id = accepted(&site, &["ada-l", "eva-e"]);
    let everybody = held_crowd(&site, id, 400);
    let settings = touchstone::settings::Settings::clone(&site.forum.site.settings);
    let db = Db::open(&site.database.url).unwrap();
    let other = Forum::new(
        settings.clone(),
        db.clone(),
        keys(&settings, &db, &site.clock),
        site.clock.clone(),
        false,
    );
    let thread: i64 = site.read(|conn| {
        Ok(threads::table.filter(threads::slug.eq("the-badge-opens")).select(threads::id).first(conn)?)
    });
    let path = format!("/t/{thread}/the-badge-opens");
    let now = site.clock.now();
    let (is_over, saw): (AtomicBool, std::sync::Mutex<Vec<usize>>) = Default::default();
    // Half are looked at before and half after: in two statements of one reading.
    let look = |conn: &mut touchstone::db::Conn| {
        let (one, two) = everybody.split_at(200);
        let before = badges::store::shown_by(conn, one, now)?.len();
        std::thread::sleep(std::time::Duration::from_millis(3));
        Ok(before + badges::store::shown_by(conn, two, now)?.len())
    };
    std::thread::scope(|scope| {
        for reader in [&site.db, &db] {
            let (is_over, saw, look) = (&is_over, &saw, &look);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let found = reader.read_now(look).unwrap();
                    saw.lock().unwrap().push(found);
                }
                // And once more, after the end.
                let found = reader.read_now(look).unwrap();
                saw.lock().unwrap().push(found);
            });
        }
        let wait = |more: usize| {
            let until = saw.lock().unwrap().len() + more;
            while saw.lock().unwrap().len() < until {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        };
        wait(6);
        let (by, keys, seen) = (id_of(&site, "ada-m"), site.keys(), seen(&site, id));
        site.db
            .write_now(move |conn| actions::cancel(conn, &keys, by, (seen, "Shown to everybody."), now))
            .unwrap();
        wait(6);
        is_over.store(true, Ordering::Relaxed);
    });
    let saw = saw.into_inner().unwrap();
    assert!(saw.iter().all(|count| [0, 400].contains(count)), "{saw:?}");
    assert!(saw.contains(&0) && saw.ends_with(&[400]), "{saw:?}");
    for forum in [&site.forum, &other] {
        let page = send_to(forum, TestRequest::get().uri(&path), &Person::visitor()).await.expect(200);
        assert_eq!(
            page.body
                .matches("data-badge=\"identity-verified\"")
                .count()
                .max(page.count(".badge-identity-verified")),
            10,
            "{}",
            page.body
        );
    }
    let holders = site.read(|conn| Ok(badges::store::count_shown(conn, Badge::IdentityVerified, now)?));
    assert_eq!(holders, 400);
}
