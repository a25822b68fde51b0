//! The badge and the gate are two machines: what becomes of a check changes nothing else.

use chrono::TimeDelta;
use touchstone::members;
use touchstone::members::MemberId;
use touchstone::members::rules::Role;
use touchstone::threads::holding;
use touchstone::threads::holding::rules::Limits;

use super::{document, id_of, phone};
use crate::support::site::replies;
use crate::support::{Person, TestSite};

/// Every state of a case but approved.
pub const UNFINISHED: [&str; 10] = [
    "consented",
    "uploading",
    "checking",
    "submitted",
    "in-review",
    "resubmit",
    "referred",
    "declined",
    "withdrawn",
    "expired",
];

/// States of a phone that is not verified.
const NO_PHONE: [&str; 5] = ["sent", "expired", "locked", "conflict", "released"];

/// What a community looks like after members did the same in the same order, whatever their checks.
#[derive(Debug, PartialEq)]
struct Seen {
    /// How each form was answered.
    answers: Vec<(u16, Option<String>)>,
    /// Every page, as visitors get it, and lists that only members see.
    pages: Vec<(String, String)>,
    ranks: Vec<String>,
}

/// Lives through some weeks; `begin` says whether checks are begun that are never passed.
async fn live(begin: bool) -> Seen {
    let site = TestSite::start();
    site.open_board("craft");
    let boss = site.staff("boss", &[Role::Administrator]);
    let agent = id_of(&site, "boss");
    let thread = site.thread(&boss, "craft", "About tools").await;
    let mut handles = vec!["twin".to_owned()];
    handles.extend(UNFINISHED.iter().map(|state| format!("case-{state}")));
    handles.extend(NO_PHONE.iter().map(|state| format!("phone-{state}")));
    for handle in &handles {
        site.member(handle);
    }
    if begin {
        for state in UNFINISHED {
            document(&site, &format!("case-{state}"), state, agent);
        }
        for state in NO_PHONE {
            phone(&site, &format!("phone-{state}"), state);
        }
    }

    let (limits, now) = (Limits { newcomer_posts: 100, ..Limits::default() }, site.clock.now());
    site.write(move |conn| holding::actions::set_limits(conn, &limits, agent, now));

    let mut answers = Vec::new();
    for handle in &handles {
        let who = site.sign_in(handle);
        let fields = [("title", "A thread of mine"), ("body", "The first words of it.")];
        let page = site.post(&who, "/b/craft/threads", &fields).await;
        answers.push((page.status.as_u16(), page.header("retry-after").map(str::to_owned)));
        // One more than newcomers may in so short a time: the limit must bite for all at the same post.
        for number in 0..5 {
            let page = site.post(&who, &replies(&thread), &[("body", &format!("Words {number}."))]).await;
            answers.push((page.status.as_u16(), page.header("retry-after").map(str::to_owned)));
        }
        site.clock.advance(TimeDelta::minutes(11));
    }
    site.clock.advance(TimeDelta::days(20));
    let now = site.clock.now();
    site.write(move |conn| members::ranks::actions::recompute(conn, MemberId(0), 1000, now).map(|_| ()));
    let ranks = handles.iter().map(|handle| {
        let member = site.read(|conn| Ok(members::store::find(conn, handle)?.unwrap()));
        format!("{handle}: {:?}, {} posts, {:?}", member.rank, member.posts, member.tier)
    });
    let ranks = ranks.collect();
    Seen { answers, pages: pages(&site, &thread, &handles).await, ranks }
}

/// Every public page that shows somebody, and the lists of members.
async fn pages(site: &TestSite, thread: &str, handles: &[String]) -> Vec<(String, String)> {
    let mut paths =
        vec!["/".to_owned(), "/b/craft".to_owned(), "/feed".to_owned(), "/sitemap.xml".to_owned()];
    paths.extend((1..=7).map(|page| format!("{thread}?page={page}")));
    paths.extend(handles.iter().map(|handle| format!("/u/{handle}")));
    let (visitor, reader) = (Person::visitor(), site.sign_in("twin"));
    let mut seen = Vec::new();
    for path in paths {
        seen.push((path.clone(), site.get(&visitor, &path).await.body));
    }
    for path in ["/u?start=case", "/u?start=phone"] {
        seen.push((path.to_owned(), site.get(&reader, path).await.expect(200).body));
    }
    seen
}

/// Invariant: declining, lapsing or failing the badge changes nothing else. Two communities in which the same is
/// done at the same times, and in one of which checks were begun, declined, withdrawn and forgotten, are the same to
/// the letter: posts, limits, ranks, order, profiles and threads.
#[actix_web::test]
async fn declining_lapsing_or_failing_the_badge_changes_nothing_else() {
    let (without, with) = (live(false).await, live(true).await);

    assert_eq!(with.answers, without.answers);
    assert_eq!(with.ranks, without.ranks);
    for (with, without) in with.pages.iter().zip(&without.pages) {
        assert_eq!(with, without);
    }
    // It could fail: limits were met, and something was posted.
    let answers: std::collections::BTreeSet<u16> = without.answers.iter().map(|answer| answer.0).collect();
    assert_eq!(answers, [303, 429].into());
    // Within one community, each did what their twin did, who never began.
    let of_one = with.answers.len() / with.ranks.len();
    let twin = &with.answers[..of_one];
    assert!(with.answers.chunks(of_one).all(|others| others == twin), "{:?}", with.answers);
}
