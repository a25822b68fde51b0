//! Moving threads, splitting posts off and merging: through the pages, and in any order.

use std::collections::BTreeMap;

use diesel::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use touchstone::acts::rules::{Actor, Grounds};
use touchstone::boards::rules::{Access, Standing};
use touchstone::boards::{Audience, BoardId};
use touchstone::clock::Time;
use touchstone::db::Conn;
use touchstone::db::schema::{
    accepted_answers, moved_posts, official_answers, posts, thread_events, threads,
};
use touchstone::error::Error;
use touchstone::exchange::store::check;
use touchstone::members::rules::Role;
use touchstone::moderation;
use touchstone::moderation::actions::Work;
use touchstone::text::names::Title;
use touchstone::threads::actions::{Author, Written, reply, start};
use touchstone::threads::edits::actions::{NewVersion, edit};
use touchstone::threads::edits::rules::{Editor, Why};
use touchstone::threads::moving::actions::{merge, move_thread, split};
use touchstone::threads::moving::rules::Keeper;
use touchstone::threads::moving::store::{AtNumber, place_of_number};
use touchstone::threads::rules::{Body, ThreadKind};
use touchstone::threads::{PostId, ThreadId};

use crate::support::look::id_of;
use crate::support::{Person, TestSite};

const GROUNDS: [(&str, &str); 2] = [("rule", "2"), ("reason", "It belongs there")];

fn number_of(thread: &str) -> i64 {
    thread.split('/').nth(2).unwrap().parse().unwrap()
}

/// The numbers of a thread's posts in the database, in order.
fn posts_of(site: &TestSite, thread: &str) -> Vec<i64> {
    let thread = ThreadId(number_of(thread));
    site.read(|conn| {
        let posts = posts::table.filter(posts::thread_id.eq(thread)).order(posts::number);
        Ok(posts.select(posts::id).load(conn)?)
    })
}

fn wrong(site: &TestSite) -> Vec<String> {
    site.read(check::all)
}

/// What happened to a thread: kind, detail and address.
fn events_of(site: &TestSite, thread: &str) -> Vec<(String, String, String)> {
    let thread = ThreadId(number_of(thread));
    site.read(|conn| {
        let events =
            thread_events::table.filter(thread_events::thread_id.eq(thread)).order(thread_events::id);
        Ok(events
            .select((thread_events::kind, thread_events::detail, thread_events::detail_path))
            .load(conn)?)
    })
}

/// A board, a moderator, a member, and a thread of theirs with five posts.
async fn scene() -> (TestSite, BoardId, Person, Person, String) {
    let site = TestSite::start();
    site.open_board("craft");
    let market = site.open_board("market");
    let (goran, ada) = (site.staff("goran", &[Role::Moderator]), site.member("ada"));
    let thread = site.thread(&ada, "craft", "About tools").await;
    for number in 2..=5 {
        site.reply(&ada, &thread, &format!("Words of post {number}.")).await;
    }
    (site, market, goran, ada, thread)
}

fn with<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().copied().chain(GROUNDS).collect()
}

#[actix_web::test]
async fn a_thread_moves_to_another_board_and_says_where_it_came_from() {
    let (site, market, goran, _, thread) = scene().await;
    let (id, board) = (number_of(&thread), market.0.to_string());

    let form = site.get(&goran, &format!("{thread}/move")).await.expect(200);
    assert!(form.texts("#board option").contains(&"Market".to_owned()));
    assert!(!form.texts("#board option").contains(&"Craft".to_owned()));
    let done = site.post(&goran, &format!("/t/{id}/move"), &with(&[("board", &board), ("line", "1")])).await;

    assert_eq!(done.expect(303).location(), thread);
    let page = site.get(&Person::visitor(), &thread).await.expect(200);
    assert_eq!(page.texts("nav[aria-label=Breadcrumb] li")[1], "Market");
    assert_eq!(events_of(&site, &thread), [("moved".into(), "Craft".into(), "/b/craft".into())]);
    assert!(site.get(&Person::visitor(), "/b/market").await.body.contains("About tools"));
    assert!(!site.get(&Person::visitor(), "/b/craft").await.body.contains("About tools"));
    assert_eq!(wrong(&site), [""; 0]);
}

#[actix_web::test]
async fn without_a_line_the_thread_says_nothing_and_a_closed_board_is_not_named() {
    let (site, market, goran, _, thread) = scene().await;
    let hidden = site.board("backstage", Access::Role(Role::Moderator), Access::Role(Role::Moderator));
    let (path, board) = (format!("/t/{}/move", number_of(&thread)), market.0.to_string());
    site.post(&goran, &path, &with(&[("board", &board)])).await.expect(303);
    assert_eq!(events_of(&site, &thread), []);

    let hidden = hidden.0.to_string();
    site.post(&goran, &path, &with(&[("board", &hidden)])).await.expect(303);
    site.post(&goran, &path, &with(&[("board", &board), ("line", "1")])).await.expect(303);
    assert_eq!(events_of(&site, &thread), [("moved".into(), "a closed board".into(), String::new())]);
    assert_eq!(wrong(&site), [""; 0]);
}

#[actix_web::test]
async fn a_move_needs_another_board_a_rule_and_a_moderator() {
    let (site, market, goran, ada, thread) = scene().await;
    let (path, board) = (format!("/t/{}/move", number_of(&thread)), market.0.to_string());

    let page = site.post(&goran, &path, &[("board", "")]).await.expect(422);
    assert_eq!(page.count("#board-problem") + page.count("#rule-problem") + page.count("#reason-problem"), 3);
    let craft = site.get(&goran, "/b/craft").await;
    assert!(craft.body.contains("About tools"));
    let same = site.read(|conn| {
        let board = threads::table.find(ThreadId(number_of(&thread))).select(threads::board_id);
        Ok(board.first::<BoardId>(conn)?)
    });
    let same = same.0.to_string();
    let page = site.post(&goran, &path, &with(&[("board", &same)])).await.expect(422);
    assert!(page.text("#board-problem").contains("already"));
    site.post(&ada, &path, &with(&[("board", &board)])).await.expect(403);
    site.post(&Person::visitor(), &path, &with(&[("board", &board)])).await.expect(403);
    assert!(site.get(&ada, "/b/craft").await.body.contains("About tools"));
}

#[actix_web::test]
async fn posts_that_are_split_off_are_found_at_their_old_addresses() {
    let (site, market, goran, ada, thread) = scene().await;
    let (id, board, all) = (number_of(&thread), market.0.to_string(), posts_of(&site, &thread));
    site.post(&goran, &format!("/p/{}/remove", all[3]), &with(&[])).await.expect(303);
    let (second, fourth) = (all[1].to_string(), all[3].to_string());

    let form = site.get(&goran, &format!("{thread}/split")).await.expect(200);
    assert_eq!(form.attributes("input[name=post]", "value").len(), 5);
    let fields = with(&[("post", &second), ("post", &fourth), ("title", "About hammers"), ("board", &board)]);
    let made = site.post(&goran, &format!("/t/{id}/split"), &fields).await.expect(303);
    let made = made.location().to_owned();

    assert_eq!(posts_of(&site, &made), [all[1], all[3]]);
    assert_eq!(posts_of(&site, &thread), [all[0], all[2], all[4]]);
    let page = site.get(&Person::visitor(), &made).await.expect(200);
    assert_eq!(page.attributes("article", "data-number"), ["1", "2"]);
    let place = site.get(&ada, &format!("/p/{second}")).await.expect(302);
    assert_eq!(place.location(), format!("{made}#p-1"));
    let stubs: Vec<(i64, i64, String)> = site.read(|conn| {
        Ok(moved_posts::table
            .inner_join(posts::table.inner_join(threads::table))
            .filter(moved_posts::thread_id.eq(ThreadId(id)))
            .order(moved_posts::number)
            .select((moved_posts::number, posts::number, threads::title))
            .load(conn)?)
    });
    assert_eq!(stubs, [(2, 1, "About hammers".to_owned()), (4, 2, "About hammers".to_owned())]);
    assert_eq!(events_of(&site, &thread), [("split-off".into(), "About hammers".into(), made.clone())]);
    assert_eq!(events_of(&site, &made), [("split-from".into(), "About tools".into(), thread.clone())]);
    assert_eq!(wrong(&site), [""; 0]);
    // The next answer in the old thread gets a number of its own.
    assert_eq!(site.reply(&ada, &thread, "One more.").await, format!("{thread}/6"));
}

#[actix_web::test]
async fn everything_from_a_number_on_can_be_split_off() {
    let (site, _, goran, _, thread) = scene().await;
    let all = posts_of(&site, &thread);
    let board = site.get(&goran, &format!("{thread}/split?from=4")).await.expect(200);
    assert_eq!(board.attribute("#from", "value"), "4");
    let board = board.attribute("#board option[selected]", "value");

    let fields = with(&[("from", "4"), ("title", "About hammers"), ("board", &board)]);
    let made = site.post(&goran, &format!("/t/{}/split", number_of(&thread)), &fields).await.expect(303);

    assert_eq!(posts_of(&site, made.location()), all[3..]);
    assert_eq!(wrong(&site), [""; 0]);
}

#[actix_web::test]
async fn a_split_takes_some_posts_of_this_thread_and_leaves_some() {
    let (site, market, goran, ada, thread) = scene().await;
    let other = site.thread(&ada, "craft", "Another thread").await;
    let (elsewhere, board) = (posts_of(&site, &other)[0].to_string(), market.0.to_string());
    let (path, before) = (format!("/t/{}/split", number_of(&thread)), posts_of(&site, &thread));
    let second = before[1].to_string();

    for (chosen, said) in [
        (vec![("title", "About hammers")], "Choose at least one post"),
        (vec![("title", "About hammers"), ("post", elsewhere.as_str())], "moved one of these"),
        (vec![("title", "About hammers"), ("from", "1")], "At least one post stays"),
    ] {
        let fields: Vec<_> = chosen.into_iter().chain([("board", board.as_str())]).collect();
        let page = site.post(&goran, &path, &with(&fields)).await.expect(422);
        assert!(page.text("#post-problem").contains(said), "{}", page.text("#post-problem"));
        assert_eq!(page.attribute("#title", "value"), "About hammers");
    }
    let fields = with(&[("post", &second), ("title", ""), ("board", &board)]);
    let page = site.post(&goran, &path, &fields).await.expect(422);
    assert_eq!(page.attributes("input[name=post][checked]", "value"), [second.as_str()]);
    let fields = with(&[("post", &second), ("title", "About hammers"), ("board", &board)]);
    site.post(&ada, &path, &fields).await.expect(403);
    assert_eq!(posts_of(&site, &thread), before);
}

#[actix_web::test]
async fn merged_posts_follow_the_others_and_the_old_thread_leaves_the_lists() {
    let (site, _, goran, ada, thread) = scene().await;
    let other = site.thread(&ada, "market", "Tools again").await;
    site.reply(&ada, &other, "More of it.").await;
    let (moved, path) = (posts_of(&site, &other), format!("/t/{}/merge", number_of(&other)));

    let look = site.post(&goran, &path, &[("into", &thread), ("preview", "1")]).await.expect(200);
    assert!(look.text(".notice").contains("will be numbers 6 to 7 there"), "{}", look.text(".notice"));
    assert_eq!(posts_of(&site, &other), moved);
    let done = site.post(&goran, &path, &with(&[("into", &thread)])).await.expect(303);

    assert_eq!(done.location(), thread);
    assert_eq!(posts_of(&site, &thread)[5..], moved);
    assert_eq!(posts_of(&site, &other), [0; 0]);
    let place = site.get(&ada, &format!("/p/{}", moved[1])).await.expect(302);
    assert_eq!(place.location(), format!("{thread}#p-7"));
    assert!(!site.get(&ada, "/b/market").await.body.contains("Tools again"));
    site.post(&ada, &format!("/t/{}/replies", number_of(&other)), &[("body", "Hello?")]).await.expect(403);
    assert_eq!(events_of(&site, &thread), [("merged-in".into(), "Tools again".into(), other.clone())]);
    assert_eq!(events_of(&site, &other), [("merged-away".into(), "About tools".into(), thread.clone())]);
    assert_eq!(wrong(&site), [""; 0]);
}

#[actix_web::test]
async fn a_merge_needs_another_thread_that_exists_for_the_same_people() {
    let (site, _, goran, ada, thread) = scene().await;
    let other = site.thread(&ada, "market", "For members").await;
    let narrow = Audience::of(&[Access::Members]).unwrap();
    let members_only = ThreadId(number_of(&other));
    site.write(move |conn| {
        let row = threads::table.find(members_only);
        Ok(diesel::update(row).set(threads::audience.eq(narrow)).execute(conn)?)
    });
    let path = format!("/t/{}/merge", number_of(&thread));
    for (into, said) in [
        ("", "no such thread"),
        ("nowhere", "no such thread"),
        ("999999", "no such thread"),
        (thread.as_str(), "this very thread"),
        (other.as_str(), "different people"),
    ] {
        let page = site.post(&goran, &path, &with(&[("into", into)])).await.expect(422);
        assert!(page.text("#into-problem").contains(said), "{into}: {}", page.text("#into-problem"));
        assert_eq!(page.attribute("#into", "value"), into);
    }
    assert_eq!(posts_of(&site, &thread).len(), 5);
    assert_eq!(posts_of(&site, &other).len(), 1);
}

#[actix_web::test]
async fn an_answer_that_leaves_its_question_is_its_answer_no_more() {
    let (site, market, goran, ada, thread) = scene().await;
    let (id, all, ada) = (ThreadId(number_of(&thread)), posts_of(&site, &thread), id_of(&site, &ada.handle));
    let (accepted, listed) = (PostId(all[1]), PostId(all[2]));
    let now = site.clock.now();
    site.write(move |conn| {
        diesel::insert_into(accepted_answers::table)
            .values((
                accepted_answers::thread_id.eq(id),
                accepted_answers::post_id.eq(accepted),
                accepted_answers::accepted_by.eq(ada),
                accepted_answers::accepted_at.eq(now),
            ))
            .execute(conn)?;
        Ok(diesel::insert_into(official_answers::table)
            .values((
                official_answers::thread_id.eq(id),
                official_answers::post_id.eq(listed),
                official_answers::position.eq(1_i64),
                official_answers::listed_by.eq(ada),
            ))
            .execute(conn)?)
    });
    let (from, board) = ("2".to_owned(), market.0.to_string());
    let fields = with(&[("from", &from), ("title", "Answers"), ("board", &board)]);
    site.post(&goran, &format!("/t/{}/split", id.0), &fields).await.expect(303);
    let left: (i64, i64) = site.read(|conn| {
        let accepted = accepted_answers::table.count().get_result(conn)?;
        Ok((accepted, official_answers::table.count().get_result(conn)?))
    });
    assert_eq!(left, (0, 0));
}

// Any sequence of acts

/// Something that happens; numbers choose among what is there, going round.
#[derive(Clone, Debug)]
enum Step {
    Start(usize),
    Post(usize),
    Remove(usize),
    Restore(usize),
    Move(usize, usize),
    Split(usize, u32, usize),
    Merge(usize, usize),
    Edit(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let any = 0..1_000_usize;
    prop_oneof![
        2 => any.clone().prop_map(Step::Start),
        6 => any.clone().prop_map(Step::Post),
        3 => any.clone().prop_map(Step::Remove),
        2 => any.clone().prop_map(Step::Restore),
        2 => (any.clone(), any.clone()).prop_map(|(thread, board)| Step::Move(thread, board)),
        4 => (any.clone(), proptest::num::u32::ANY, any.clone())
            .prop_map(|(thread, mask, board)| Step::Split(thread, mask, board)),
        3 => (any.clone(), any.clone()).prop_map(|(from, into)| Step::Merge(from, into)),
        2 => any.prop_map(Step::Edit),
    ]
}

/// What the steps happen to.
struct World {
    site: TestSite,
    boards: Vec<BoardId>,
    ada: Author,
    keeper: Keeper,
    /// Every address that was ever given, and the post it was given for.
    given: BTreeMap<(i64, i64), PostId>,
}

/// A post, its thread, its number there, and whether it is removed.
type Row = (PostId, ThreadId, i64, bool);

impl World {
    fn new() -> Self {
        let site = TestSite::start();
        let boards = vec![site.open_board("craft"), site.open_board("market"), site.open_board("talk")];
        site.member("ada");
        site.staff("goran", &[Role::Moderator]);
        let standing = |roles: &[Role]| Standing { is_member: true, tier: None, roles: roles.to_vec() };
        let (ada, goran) = (id_of(&site, "ada"), id_of(&site, "goran"));
        let ada = Author { id: ada, standing: standing(&[]), email_confirmed: true };
        let actor = Actor { id: goran, role: Role::Moderator };
        let keeper = Keeper { actor, standing: standing(&[Role::Moderator]) };
        Self { site, boards, ada, keeper, given: BTreeMap::new() }
    }

    fn rows(&self) -> Vec<Row> {
        self.site.read(|conn| {
            let rows = posts::table.order(posts::id).select((
                posts::id,
                posts::thread_id,
                posts::number,
                posts::removed_at.is_not_null(),
            ));
            Ok(rows.load(conn)?)
        })
    }

    fn threads(&self) -> Vec<ThreadId> {
        self.site.read(|conn| Ok(threads::table.order(threads::id).select(threads::id).load(conn)?))
    }

    fn take(&mut self, step: &Step) {
        self.site.clock.advance(chrono::TimeDelta::seconds(7));
        let (now, rows, threads) = (self.site.clock.now(), self.rows(), self.threads());
        let (ada, keeper, boards) = (self.ada.clone(), self.keeper.clone(), self.boards.clone());
        let step = step.clone();
        let outcome =
            self.site.try_write(move |conn| act(conn, &step, now, &rows, &threads, &boards, &ada, &keeper));
        match outcome {
            Ok(()) | Err(Error::Refused(_) | Error::Forbidden(_) | Error::NotFound) => {}
            Err(other) => panic!("{}", other.cause()),
        }
    }

    /// Takes the addresses that posts left before anybody looked.
    fn look_back(&mut self) {
        let left: Vec<(ThreadId, i64, PostId)> = self.site.read(|conn| {
            let columns = (moved_posts::thread_id, moved_posts::number, moved_posts::post_id);
            Ok(moved_posts::table.select(columns).load(conn)?)
        });
        for (thread, number, post) in left {
            let known = self.given.insert((thread.0, number), post);
            assert!(known.is_none_or(|known| known == post), "number {number} of {thread:?} twice");
        }
    }

    /// No number is given twice, every address leads to its post, and counters equal counts.
    fn hold(&mut self) {
        for (post, thread, number, _) in self.rows() {
            let known = self.given.insert((thread.0, number), post);
            assert!(known.is_none_or(|known| known == post), "number {number} of {thread:?} twice");
        }
        assert_eq!(wrong(&self.site), [""; 0]);
        let given = self.given.clone();
        self.site.read(move |conn| {
            for ((thread, number), post) in given {
                match place_of_number(conn, ThreadId(thread), number)? {
                    AtNumber::Here(here) => assert_eq!(here, post),
                    AtNumber::Moved(place) => assert_eq!(place.post, post),
                    AtNumber::Nothing => panic!("{thread}, {number} leads nowhere"),
                }
            }
            Ok(())
        });
        // Each place that a post left has its stub, and nothing else has one.
        let stubs: i64 = self.site.read(|conn| Ok(moved_posts::table.count().get_result(conn)?));
        assert_eq!(usize::try_from(stubs).unwrap(), self.given.len() - self.rows().len());
    }
}

#[expect(clippy::too_many_arguments, reason = "all that a step may need")]
fn act(
    conn: &mut Conn,
    step: &Step,
    now: Time,
    rows: &[Row],
    threads: &[ThreadId],
    boards: &[BoardId],
    ada: &Author,
    keeper: &Keeper,
) -> Result<(), Error> {
    let grounds = Grounds { rule: 2, reason: "As the steps go".to_owned() };
    let work = Work {
        by: keeper.actor,
        standing: keeper.standing.clone(),
        grounds: grounds.clone(),
        case: None,
        now,
    };
    let thread = |place: usize| threads[place % threads.len()];
    let board = |place: usize| boards[place % boards.len()];
    let post = |place: usize| rows[place % rows.len()].0;
    let of_those = |is_removed: bool, place: usize| {
        let some: Vec<&Row> = rows.iter().filter(|row| row.3 == is_removed).collect();
        some.get(place % some.len().max(1)).map(|row| row.0).ok_or(Error::NotFound)
    };
    let title = Title::parse("A thread of its own").unwrap();
    match *step {
        Step::Start(place) => {
            let slug = ["craft", "market", "talk"][place % 3];
            start(conn, ada, slug, &title, ThreadKind::Question, &words("To begin with"), now).map(drop)
        }
        Step::Post(place) => reply(conn, ada, thread(place), &words("An answer"), now).map(drop),
        Step::Remove(place) => moderation::actions::remove(conn, &work, of_those(false, place)?).map(drop),
        Step::Restore(place) => moderation::actions::restore(conn, &work, of_those(true, place)?).map(drop),
        Step::Move(which, to) => {
            move_thread(conn, keeper, thread(which), board(to), to % 2 == 0, &grounds, now).map(drop)
        }
        Step::Split(which, mask, to) => {
            let from = thread(which);
            let here = rows.iter().filter(|row| row.1 == from);
            let some: Vec<PostId> =
                here.filter(|row| mask >> (row.2 % 32) & 1 == 1).map(|row| row.0).collect();
            split(conn, keeper, from, &some, &title, board(to), &grounds, now).map(drop)
        }
        Step::Merge(from, into) => merge(conn, keeper, thread(from), thread(into), &grounds, now).map(drop),
        Step::Edit(place) => {
            let editor = Editor { id: ada.id, standing: ada.standing.clone(), silenced_until: None };
            let why = Why::Own(String::new());
            let new =
                NewVersion { written: words(&format!("Edited {place}")), changed: 200, version: 1, why };
            edit(conn, &editor, post(place), &new, now).map(drop)
        }
    }
}

fn words(text: &str) -> Written {
    Written::new(&Body::parse(text).unwrap(), None)
}

#[test]
fn any_sequence_of_acts_keeps_numbers_addresses_and_counts() {
    let sequence = proptest::collection::vec(step(), 20..40);
    let mut runner = TestRunner::new(Config { cases: 16, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&sequence, |steps| {
        let mut world = World::new();
        for step in [Step::Start(0), Step::Start(1), Step::Post(0)].iter().chain(&steps) {
            world.take(step);
            world.hold();
        }
        Ok(())
    });
    outcome.unwrap_or_else(|why| panic!("{why}"));
}

/// Moderators and members who act on the same threads at the same time wait for each other, and never in a ring.
#[test]
fn what_happens_at_once_keeps_numbers_and_counts() {
    let mut world = World::new();
    for step in [Step::Start(0), Step::Start(1), Step::Start(2), Step::Post(0), Step::Post(1)] {
        world.take(&step);
    }
    for round in 0..4 {
        let (rows, threads, now) = (world.rows(), world.threads(), world.site.clock.now());
        let steps = [
            Step::Merge(round, round + 1),
            Step::Merge(round + 1, round),
            Step::Post(round),
            Step::Post(round + 1),
            Step::Split(round, 2, round),
            Step::Move(round + 1, round + 1),
            Step::Start(round),
        ];
        std::thread::scope(|scope| {
            for step in steps {
                let (rows, threads) = (rows.clone(), threads.clone());
                let (ada, keeper, boards) = (world.ada.clone(), world.keeper.clone(), world.boards.clone());
                let db = &world.site.db;
                scope.spawn(move || {
                    let taken = step.clone();
                    let done = db.write_now(move |conn| {
                        act(conn, &step, now, &rows, &threads, &boards, &ada, &keeper)
                    });
                    if let Err(Error::Internal(why) | Error::Conflict(std::borrow::Cow::Owned(why))) = done {
                        panic!("{taken:?}: {why}");
                    }
                });
            }
        });
        world.look_back();
        world.hold();
    }
}
