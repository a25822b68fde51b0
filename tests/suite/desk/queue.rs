//! The next case, never a chosen one; and the claim on it.

use std::collections::HashSet;
use std::sync::Barrier;

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::db::schema::document_decisions;
use touchstone::members::MemberId;
use touchstone::verification::CaseId;
use touchstone::verification::desk::actions;
use touchstone::verification::desk::rules::{Asking, CLAIM, Waiting, choose};
use touchstone::verification::document::rules::{Class, State};

use super::{case, clerk, decide, form, let_it_lapse, next, pass, passport, submit, submit_as, take};
use crate::support::TestSite;
use crate::support::look::{audit, id_of};

#[actix_web::test]
async fn the_next_case_waits_longest_and_seniors_see_to_their_own_first() {
    let site = TestSite::start();
    let (noor, iris) = (site.agent("noor-v"), site.senior("iris-s"));
    let newer = submit(&site, "ada-l", 10).await;
    let older = submit(&site, "ben-o", 60).await;
    let details = passport("Eriksson", "C01X00T47");
    let senior = submit_as(&site, "cy-d", 1, Class::Senior, &details).await;
    let second = submit_as(&site, "dee-e", 2, Class::Second, &details).await;

    assert_eq!(next(&site, &noor).await, Some(second));
    assert_eq!(next(&site, &noor).await, Some(second), "one claim an agent");
    assert_eq!(next(&site, &iris).await, Some(senior));

    site.post(&noor, &format!("/agent/cases/{}/release", second.0), &[]).await.expect(303);
    assert_eq!(next(&site, &noor).await, Some(second), "it keeps its place");
    decide(&site, &noor, second, &form("approve", "", &[])).await.expect(303);
    assert_eq!(next(&site, &noor).await, Some(older));
    decide(&site, &noor, older, &form("approve", "", &[])).await.expect(303);
    assert_eq!(next(&site, &noor).await, Some(newer));
    decide(&site, &noor, newer, &form("approve", "", &[])).await.expect(303);
    assert_eq!(next(&site, &noor).await, None);
}

#[actix_web::test]
async fn nobody_gets_their_own_case_or_one_that_they_decided_before() {
    let site = TestSite::start();
    let (noor, iris) = (site.agent("noor-v"), site.senior("iris-s"));
    let own = submit(&site, "noor-v", 60).await;
    assert_eq!(next(&site, &noor).await, None);
    site.get(&noor, &format!("/agent/cases/{}", own.0)).await.expect(404);
    assert_eq!(next(&site, &iris).await, Some(own));
    decide(&site, &iris, own, &form("resubmit", "blurred", &[("sides", "no")])).await.expect(303);

    super::send_off(&site, own, Class::Ordinary, site.clock.now());
    assert_eq!(next(&site, &iris).await, None, "she decided about it");
    assert_eq!(next(&site, &noor).await, None, "it is his");
    let page = site.get(&iris, "/agent").await.expect(200);
    assert_eq!(page.text(".desk-next-title"), "Nothing waits for you");
    assert_eq!(page.text("#figures dd"), "1", "but it waits");
}

#[actix_web::test]
async fn parallel_agents_never_share_a_case() {
    const AGENTS: usize = 8;
    let site = TestSite::start();
    let mut cases = HashSet::new();
    for number in 0..AGENTS {
        cases.insert(submit(&site, &format!("member-{number}"), 100).await);
    }
    let agents: Vec<MemberId> = (0..AGENTS)
        .map(|number| {
            let handle = format!("agent-{number}");
            site.agent(&handle);
            id_of(&site, &handle)
        })
        .collect();
    let (barrier, now, db) = (Barrier::new(AGENTS * 2), site.clock.now(), &site.db);
    // Each asks twice at once, as with two windows.
    let taken: Vec<(MemberId, CaseId)> = std::thread::scope(|scope| {
        let asking: Vec<_> = agents
            .iter()
            .chain(&agents)
            .map(|agent| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    let agent = *agent;
                    let taken = db.write_now(move |conn| actions::next(conn, clerk(agent, false), now));
                    taken.ok().flatten().map(|case| (agent, case))
                })
            })
            .collect();
        asking.into_iter().filter_map(|one| one.join().unwrap()).collect()
    });

    let pairs: HashSet<_> = taken.iter().copied().collect();
    assert_eq!(pairs.len(), AGENTS, "each has one: {taken:?}");
    assert_eq!(pairs.iter().map(|(_, case)| *case).collect::<HashSet<_>>(), cases);
    for (agent, id) in pairs {
        assert_eq!(case(&site, id).claim, Some((agent, now + CLAIM)));
    }
    let claimed = audit(&site).into_iter().filter(|(act, ..)| act == "document-case.claimed").count();
    assert_eq!(claimed, AGENTS);
}

#[actix_web::test]
async fn a_claim_runs_out_and_somebody_else_gets_the_case() {
    let site = TestSite::start();
    let (noor, otis) = (site.agent("noor-v"), site.agent("otis-w"));
    let id = submit(&site, "ada-l", 60).await;
    assert_eq!(next(&site, &noor).await, Some(id));
    assert_eq!(next(&site, &otis).await, None);
    let page = format!("/agent/cases/{}", id.0);
    let image = site.get(&noor, &page).await.expect(200).attribute(".desk-pane img", "src");

    let_it_lapse(&site, &[&noor, &otis]);

    for path in [&page, &image, &format!("{image}/look")] {
        site.get(&noor, path).await.expect(404);
    }
    site.post(&noor, &format!("{page}/renew"), &[]).await.expect(404);
    site.post(&noor, &format!("{page}/release"), &[]).await.expect(404);
    let refused = decide(&site, &noor, id, &form("approve", "", &[])).await.expect(409);
    assert!(refused.body.contains("Your claim ran out"), "{}", refused.body);
    assert_eq!(case(&site, id).place, (State::InReview, Class::Ordinary));

    assert_eq!(next(&site, &otis).await, Some(id));
    decide(&site, &noor, id, &form("approve", "", &[])).await.expect(404);
    site.get(&otis, &page).await.expect(200);
    assert_eq!(site.get(&otis, &image).await.expect(200).header("content-type"), Some("image/jpeg"));
}

#[actix_web::test]
async fn whoever_works_keeps_the_claim() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    let id = submit(&site, "ada-l", 60).await;
    next(&site, &noor).await;
    let page = format!("/agent/cases/{}", id.0);
    for path in [page.clone(), format!("{page}/renew")] {
        pass(&site, CLAIM - TimeDelta::minutes(1), &[&noor]);
        if path.ends_with("renew") {
            site.post(&noor, &path, &[]).await.expect(303);
        } else {
            site.get(&noor, &path).await.expect(200);
        }
        assert_eq!(case(&site, id).claim.map(|claim| claim.1), Some(site.clock.now() + CLAIM));
    }
    let desk = site.get(&noor, "/agent").await.expect(200);
    assert_eq!(desk.attribute("#go-on", "href"), page);
    assert_eq!(desk.count("#next"), 0);
}

#[actix_web::test]
async fn a_job_puts_back_what_ran_out_and_nothing_else() {
    let site = TestSite::start();
    let (noor, iris) = (site.agent("noor-v"), site.senior("iris-s"));
    let details = passport("Eriksson", "C01X00T47");
    let senior = submit_as(&site, "ada-l", 60, Class::Senior, &details).await;
    let plain = submit(&site, "ben-o", 30).await;
    assert_eq!(next(&site, &iris).await, Some(senior));
    site.clock.advance(TimeDelta::minutes(5));
    assert_eq!(next(&site, &noor).await, Some(plain));
    let waited = case(&site, senior).waiting_since;
    site.clock.advance(CLAIM - TimeDelta::minutes(5));

    site.forum.jobs(None).put_back_claims().await.unwrap();

    assert_eq!(case(&site, senior).place, (State::Referred, Class::Senior));
    assert_eq!((case(&site, senior).claim, case(&site, senior).waiting_since), (None, waited));
    assert_eq!(case(&site, plain).place, (State::InReview, Class::Ordinary));
}

#[actix_web::test]
async fn the_database_chooses_as_the_rule_does() {
    let site = TestSite::start();
    let details = passport("Eriksson", "C01X00T47");
    let agents = ["agent-a", "agent-b", "agent-c"];
    for handle in agents {
        site.senior(handle);
    }
    let mut queue = Vec::new();
    for number in 0..12_i64 {
        // Cases of agents among them, and two that wait equally long.
        let handle = agents
            .get(usize::try_from(number).unwrap())
            .map_or_else(|| format!("member-{number}"), ToString::to_string);
        let class = Class::ALL[usize::try_from(number * 7 % 3).unwrap()];
        let minutes = number * 5 % 9;
        let id = submit_as(&site, &handle, minutes, class, &details).await;
        let since = site.clock.now() - TimeDelta::minutes(minutes);
        queue.push(Waiting { case: id, member: id_of(&site, &handle), class, since });
    }
    let mut decided: Vec<(MemberId, CaseId)> = Vec::new();
    for turn in 0..12 {
        let agent = id_of(&site, agents[turn % 3]);
        let is_senior = turn % 4 != 3;
        let own = decided.iter().filter(|(who, _)| *who == agent).map(|(_, case)| *case).collect();
        let expected = choose(&queue, &Asking { agent, is_senior, decided: own });
        let taken = take(&site, clerk(agent, is_senior));
        assert_eq!(taken, expected, "turn {turn}");
        let Some(taken) = taken else { continue };
        let now = site.clock.now();
        site.write(move |conn| {
            actions::release(conn, taken, agent, now)?;
            let row = (
                document_decisions::case_id.eq(taken),
                document_decisions::agent_id.eq(agent),
                document_decisions::outcome.eq("refer"),
                document_decisions::answers.eq(""),
                document_decisions::decided_at.eq(now),
            );
            diesel::insert_into(document_decisions::table).values(row).execute(conn)?;
            Ok(())
        });
        decided.push((agent, taken));
    }
    assert!(decided.len() > 8, "the queue was worked on");
}
