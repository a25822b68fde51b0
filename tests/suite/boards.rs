//! Boards: who reads and writes in them, and how administrators keep them.

use touchstone::boards;
use touchstone::boards::BoardId;
use touchstone::boards::rules::{Access, Board};
use touchstone::boards::store::Written;
use touchstone::members::rules::{Role, Tier};

use crate::support::look::{audit, member};
use crate::support::site::replies;
use crate::support::{Page, Person, TestSite};

fn all(site: &TestSite) -> Vec<Board> {
    site.read(|conn| Ok(boards::store::all(conn)?))
}

fn board(site: &TestSite, slug: &str) -> Board {
    let found = all(site).into_iter().find(|board| board.slug == slug);
    found.unwrap_or_else(|| panic!("there is no board {slug}"))
}

/// A board inside another.
fn board_inside(site: &TestSite, parent: BoardId, slug: &str, read: Access) -> BoardId {
    let written = Written {
        parent: Some(parent),
        slug: slug.to_owned(),
        title: format!("Inside {slug}"),
        about: String::new(),
        position: 1,
        read,
        write: Access::Members,
        is_help: false,
    };
    site.write(move |conn| Ok(boards::store::insert(conn, &written, None)?))
}

// Who reads

/// Somebody of each kind that rules tell apart.
struct People {
    visitor: Person,
    member: Person,
    rising: Person,
    rated: Person,
    plus: Person,
    agent: Person,
    moderator: Person,
    manager: Person,
    administrator: Person,
}

impl People {
    fn on(site: &TestSite) -> Self {
        Self {
            visitor: Person::visitor(),
            member: site.member("plain-p"),
            rising: site.rated("rising-r", Tier::RisingTalent),
            rated: site.rated("rated-r", Tier::TopRated),
            plus: site.rated("plus-p", Tier::TopRatedPlus),
            agent: site.staff("agent-a", &[Role::VerificationAgent]),
            moderator: site.staff("mod-m", &[Role::Moderator]),
            manager: site.staff("manager-m", &[Role::CommunityManager]),
            administrator: site.staff("boss-b", &[Role::Administrator]),
        }
    }

    fn all(&self) -> [&Person; 9] {
        [
            &self.visitor,
            &self.member,
            &self.rising,
            &self.rated,
            &self.plus,
            &self.agent,
            &self.moderator,
            &self.manager,
            &self.administrator,
        ]
    }
}

/// A thread in a board, with every address that leads to it.
struct Place {
    slug: &'static str,
    title: String,
    thread: String,
    post: String,
}

impl Place {
    async fn fill(site: &TestSite, author: &Person, slug: &'static str) -> Self {
        let title = format!("The only thread of {slug}");
        let thread = site.thread(author, slug, &title).await;
        let page = site.get(author, &thread).await.expect(200);
        let post = format!("/p/{}", page.attribute("article", "data-post"));
        Self { slug, title, thread, post }
    }

    /// Asserts that a reader finds the board and its thread everywhere, or nowhere.
    async fn check(&self, site: &TestSite, reader: &Person, is_open: bool) {
        let who = format!("{} for {:?}", self.slug, reader.handle);
        let number = format!("{}/1", self.thread);
        let bare = self.thread.rsplit_once('/').unwrap().0;
        let board = format!("/b/{}", self.slug);
        for (path, found) in [
            (board.as_str(), 200),
            (self.thread.as_str(), 200),
            (number.as_str(), 302),
            (bare, 301),
            (self.post.as_str(), 302),
        ] {
            let page = site.get(reader, path).await;
            let expected = if is_open { found } else { 404 };
            assert_eq!(page.status.as_u16(), expected, "{path}, {who}");
            if !is_open {
                assert!(!page.body.contains(&self.title), "{path}, {who}");
            }
        }
        let home = site.get(reader, "/").await.expect(200);
        let links = home.attributes("#main a", "href");
        assert_eq!(links.contains(&board), is_open, "home, {who}");
        assert_eq!(
            home.texts("[aria-labelledby=latest] .row-title").contains(&self.title),
            is_open,
            "latest, {who}"
        );
        assert_eq!(home.body.contains(&self.title), is_open, "home, {who}");
        let profile = site.get(reader, "/u/boss-b").await.expect(200);
        assert_eq!(
            profile.attributes(".row-title a", "href").contains(&self.post),
            is_open,
            "profile, {who}"
        );
        if !is_open {
            let form = site.get(reader, &format!("{board}/new")).await;
            assert_eq!(form.status, 404, "{who}");
        }
    }
}

#[actix_web::test]
async fn a_board_is_found_by_those_who_may_read_it_and_by_nobody_else() {
    let site = TestSite::start();
    let people = People::on(&site);
    let rules = [
        ("for-anyone", Access::Anyone, [true, true, true, true, true, true, true, true, true]),
        ("for-members", Access::Members, [false, true, true, true, true, true, true, true, true]),
        (
            "for-rising",
            Access::Tier(Tier::RisingTalent),
            [false, false, true, true, true, false, true, true, true],
        ),
        (
            "for-rated",
            Access::Tier(Tier::TopRated),
            [false, false, false, true, true, false, true, true, true],
        ),
        (
            "for-plus",
            Access::Tier(Tier::TopRatedPlus),
            [false, false, false, false, true, false, true, true, true],
        ),
        (
            "for-moderators",
            Access::Role(Role::Moderator),
            [false, false, false, false, false, false, true, false, true],
        ),
        (
            "for-managers",
            Access::Role(Role::CommunityManager),
            [false, false, false, false, false, false, false, true, true],
        ),
        (
            "for-bosses",
            Access::Role(Role::Administrator),
            [false, false, false, false, false, false, false, false, true],
        ),
    ];
    for (slug, read, _) in rules {
        site.board(slug, read, Access::Members);
    }
    for (slug, _, expected) in rules {
        let place = Place::fill(&site, &people.administrator, slug).await;
        for (reader, is_open) in people.all().into_iter().zip(expected) {
            place.check(&site, reader, is_open).await;
        }
    }
}

#[actix_web::test]
async fn a_board_inside_a_closed_one_is_closed_whatever_its_own_rule() {
    let site = TestSite::start();
    let people = People::on(&site);
    let closed = site.board("outer", Access::Tier(Tier::TopRated), Access::Members);
    board_inside(&site, closed, "inner", Access::Anyone);
    let open = site.open_board("hall");
    board_inside(&site, open, "nook", Access::Tier(Tier::TopRated));
    for slug in ["inner", "nook"] {
        let place = Place::fill(&site, &people.administrator, slug).await;
        for (reader, is_open) in [
            (&people.visitor, false),
            (&people.member, false),
            (&people.rising, false),
            (&people.rated, true),
            (&people.moderator, true),
        ] {
            place.check(&site, reader, is_open).await;
        }
    }
    let hall = site.get(&people.member, "/b/hall").await.expect(200);
    assert!(!hall.body.contains("nook"));
    let hall = site.get(&people.rated, "/b/hall").await.expect(200);
    assert!(hall.attributes("#main a", "href").contains(&"/b/nook".to_owned()));
    assert_eq!(
        hall.attributes("nav[aria-label=Breadcrumb] a", "href"),
        ["/"],
        "a board of the first level stands below the home page"
    );
    let nook = site.get(&people.rated, "/b/nook").await.expect(200);
    assert_eq!(nook.attributes("nav[aria-label=Breadcrumb] a", "href"), ["/", "/b/hall"]);
}

#[actix_web::test]
async fn figures_of_a_board_do_not_count_what_is_closed_to_the_reader() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let hall = site.open_board("hall");
    board_inside(&site, hall, "nook", Access::Role(Role::Administrator));
    site.thread(&boss, "hall", "In the hall").await;
    site.thread(&boss, "nook", "In the nook").await;
    let visitor = site.get(&Person::visitor(), "/").await.expect(200);
    assert_eq!(visitor.texts(".row-figures"), ["1 thread 1 post"]);
    let boss = site.get(&boss, "/").await.expect(200);
    assert_eq!(boss.texts(".row-figures"), ["2 threads 2 posts 2 new"]);
}

#[actix_web::test]
async fn nothing_is_written_in_a_board_that_one_cannot_read() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let ada = site.member("ada-k");
    site.board("closed", Access::Role(Role::Administrator), Access::Members);
    let thread = site.thread(&boss, "closed", "Nobody knows of this").await;
    let fields = [("title", "Let me in"), ("body", "I know that you are there.")];
    for who in [&ada, &Person::visitor()] {
        for path in ["/b/closed/threads", &replies(&thread)] {
            let page = site.post(who, path, &fields).await.expect(404);
            assert!(!page.body.contains("Nobody knows"));
        }
    }
    let closed = board(&site, "closed");
    assert_eq!((closed.threads, closed.posts), (1, 1));
    assert_eq!(member(&site, "ada-k").posts, 0);
}

// Who writes

#[actix_web::test]
async fn whoever_may_not_write_in_a_board_is_told_so_and_keeps_the_text() {
    let site = TestSite::start();
    let people = People::on(&site);
    site.board("rated", Access::Anyone, Access::Tier(Tier::TopRated));
    site.board("mods", Access::Anyone, Access::Role(Role::Moderator));
    for (slug, refused, let_in) in [
        (
            "rated",
            vec![&people.member, &people.rising, &people.agent],
            vec![&people.rated, &people.plus, &people.moderator],
        ),
        (
            "mods",
            vec![&people.member, &people.plus, &people.manager],
            vec![&people.moderator, &people.administrator],
        ),
    ] {
        let thread = site.thread(&people.administrator, slug, "Something to answer").await;
        let typed = [("title", "A thread of mine"), ("body", "Words that took a while.")];
        let before = board(&site, slug);
        for who in refused {
            site.get(who, &format!("/b/{slug}/new")).await.expect(403);
            let page = site.post(who, &format!("/b/{slug}/threads"), &typed).await;
            let page = page.expect(403);
            assert!(page.text("[role=alert]").contains("Only these may write"));
            assert_eq!(page.attribute("input[name=title]", "value"), "A thread of mine");
            assert_eq!(page.text("textarea[name=body]"), "Words that took a while.");
            let page = site.post(who, &replies(&thread), &typed).await.expect(403);
            assert_eq!(page.text("textarea[name=body]"), "Words that took a while.");
            let page = site.get(who, &thread).await.expect(200);
            assert_eq!(page.count("form textarea"), 0, "{}", who.handle);
        }
        assert_eq!(board(&site, slug), before);
        for who in let_in {
            site.get(who, &format!("/b/{slug}/new")).await.expect(200);
            site.post(who, &format!("/b/{slug}/threads"), &typed).await.expect(303);
            site.post(who, &replies(&thread), &typed).await.expect(303);
        }
    }
}

#[actix_web::test]
async fn a_visitor_writes_nowhere_and_keeps_the_text() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    site.board("talk", Access::Anyone, Access::Anyone);
    let thread = site.thread(&ada, "talk", "Open to all who sign in").await;
    let visitor = Person::visitor();
    let page = site.get(&visitor, "/b/talk/new").await.expect(303);
    assert_eq!(page.location(), "/login?next=%2Fb%2Ftalk%2Fnew");
    let typed = [("title", "A thread of mine"), ("body", "Words that took a while.")];
    let page = site.post(&visitor, "/b/talk/threads", &typed).await.expect(403);
    assert_eq!(page.attribute("input[name=title]", "value"), "A thread of mine");
    assert_eq!(page.text("textarea[name=body]"), "Words that took a while.");
    let page = site.post(&visitor, &replies(&thread), &typed).await.expect(403);
    assert_eq!(page.text("textarea[name=body]"), "Words that took a while.");
    let talk = board(&site, "talk");
    assert_eq!((talk.threads, talk.posts), (1, 1));
}

#[actix_web::test]
async fn a_right_that_is_lost_is_lost_at_once() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let ada = site.rated("ada-k", Tier::TopRated);
    site.board("rated", Access::Tier(Tier::TopRated), Access::Tier(Tier::TopRated));
    site.get(&ada, "/b/rated").await.expect(200);
    site.post(&boss, "/admin/members/ada-k/tier", &[("tier", "none")]).await.expect(303);
    site.get(&ada, "/b/rated").await.expect(404);
}

// The administration

const FORM: [(&str, &str); 7] = [
    ("title", "Finding work"),
    ("slug", "finding-work"),
    ("about", "Where to look, and what to ask."),
    ("parent", ""),
    ("position", "3"),
    ("read", "members"),
    ("write", "tier:top-rated"),
];

/// The good form with one field changed.
fn form_with<'a>(field: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    FORM.into_iter().map(|(name, good)| (name, if name == field { value } else { good })).collect()
}

async fn add(site: &TestSite, who: &Person, fields: &[(&str, &str)]) -> Page {
    site.post(who, "/admin/boards", fields).await
}

fn address(board: BoardId) -> String {
    format!("/admin/boards/{}", board.0)
}

#[actix_web::test]
async fn an_administrator_adds_a_board() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let page = add(&site, &boss, &FORM).await.expect(303);
    assert_eq!(page.location(), "/admin/boards");
    let added = board(&site, "finding-work");
    assert_eq!(added.title, "Finding work");
    assert_eq!(added.about, "Where to look, and what to ask.");
    assert_eq!((added.parent, added.position), (None, 3));
    assert_eq!(added.read, Access::Members);
    assert_eq!(added.write, Access::Tier(Tier::TopRated));
    let list = site.get(&boss, "/admin/boards").await.expect(200);
    assert_eq!(list.texts("tbody tr"), ["Finding workMembersTop Rated or above3Edit Finding work"]);
    assert_eq!(list.attribute("#position", "value"), "4", "the next board comes last");
    let (act, subject, reason) = audit(&site).pop().unwrap();
    assert_eq!((act.as_str(), reason.as_str()), ("board-added", "finding-work"));
    assert_eq!(subject, format!("board {}", added.id.0));
}

#[actix_web::test]
async fn a_board_with_a_bad_field_comes_back_with_the_message_beside_it() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let top = site.open_board("talk");
    let inner = board_inside(&site, top, "inner", Access::Anyone).0.to_string();
    let before = all(&site);
    let (long, longer, longest) = ("x".repeat(61), "x".repeat(201), "x".repeat(41));
    for (field, value) in [
        ("title", ""),
        ("title", " x "),
        ("title", long.as_str()),
        ("slug", ""),
        ("slug", "Finding Work"),
        ("slug", "-work"),
        ("slug", "finding--work"),
        ("slug", longest.as_str()),
        ("slug", "talk"),
        ("about", longer.as_str()),
        ("parent", "999999"),
        ("parent", "talk"),
        ("parent", inner.as_str()),
        ("position", ""),
        ("position", "-1"),
        ("position", "10000"),
        ("position", "first"),
        ("read", ""),
        ("read", "everybody"),
        ("read", "tier:gold"),
        ("write", ""),
        ("write", "role:king"),
    ] {
        let typed = form_with(field, value);
        let page = add(&site, &boss, &typed).await.expect(422);
        assert_eq!(page.attributes("p.problem", "id"), [format!("{field}-problem")], "{field} {value:?}");
        for name in ["title", "slug", "about", "position"] {
            let expected = typed.iter().find(|one| one.0 == name).unwrap().1;
            assert_eq!(page.attribute(&format!("#{name}"), "value"), expected);
        }
        if field != "read" {
            assert_eq!(page.attributes("#read option[selected]", "value"), ["members"]);
        }
    }
    let page = add(&site, &boss, &[]).await.expect(422);
    assert_eq!(page.count("p.problem"), 5);
    assert_eq!(all(&site), before);
    assert!(audit(&site).iter().all(|(act, _, _)| !act.starts_with("board")));
}

#[actix_web::test]
async fn an_administrator_changes_a_board() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let top = site.open_board("talk");
    let id = site.open_board("old-name");
    site.thread(&boss, "old-name", "A thread that stays").await;
    let page = site.get(&boss, &address(id)).await.expect(200);
    assert_eq!(page.attribute("#slug", "value"), "old-name");
    assert_eq!(page.attributes("#write option[selected]", "value"), ["members"]);

    let parent = top.0.to_string();
    site.post(&boss, &address(id), &form_with("parent", &parent)).await.expect(303);
    let changed = board(&site, "finding-work");
    assert_eq!((changed.id, changed.parent), (id, Some(top)));
    assert_eq!((changed.read, changed.threads), (Access::Members, 1));
    assert_eq!(all(&site).len(), 2);
    assert_eq!(audit(&site).last().unwrap().0, "board-changed");
    // The same again is no clash with itself.
    site.post(&boss, &address(id), &form_with("parent", &parent)).await.expect(303);
}

#[actix_web::test]
async fn a_board_that_is_changed_keeps_to_two_levels_and_to_an_address_of_its_own() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let (top, other) = (site.open_board("talk"), site.open_board("other"));
    board_inside(&site, top, "inner", Access::Anyone);
    let before = all(&site);
    let (own, elsewhere) = (top.0.to_string(), other.0.to_string());
    for (field, value, why) in [
        ("parent", own.as_str(), "two levels"),
        ("parent", elsewhere.as_str(), "boards inside it"),
        ("slug", "other", "Another board has this address"),
    ] {
        let page = site.post(&boss, &address(top), &form_with(field, value)).await.expect(422);
        let problem = page.text(&format!("#{field}-problem"));
        assert!(problem.contains(why), "{problem}");
        assert_eq!(page.attribute("#title", "value"), "Finding work");
    }
    assert_eq!(all(&site), before);
}

#[actix_web::test]
async fn an_empty_board_is_deleted_and_no_other() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let (full, top, empty) = (site.open_board("full"), site.open_board("top"), site.open_board("empty"));
    let inner = board_inside(&site, top, "inner", Access::Anyone);
    site.thread(&boss, "full", "Something stands here").await;
    for id in [full, top] {
        let page = site.get(&boss, &address(id)).await.expect(200);
        assert_eq!(page.count("form[action$='/delete']"), 0);
        let page = site.post(&boss, &format!("{}/delete", address(id)), &[]).await;
        assert!(page.expect(409).text(".lede").contains("Only an empty board"));
    }
    assert_eq!(all(&site).len(), 4);

    for id in [empty, inner, top] {
        let page = site.get(&boss, &address(id)).await.expect(200);
        let form = page.attribute("form[action$='/delete']", "action");
        site.post(&boss, &form, &[]).await.expect(303);
        site.post(&boss, &form, &[]).await.expect(404);
        site.get(&boss, &address(id)).await.expect(404);
    }
    assert_eq!(all(&site).len(), 1);
    site.get(&boss, "/b/empty").await.expect(404);
    let deleted = audit(&site);
    let deleted = deleted.iter().filter(|(act, _, _)| act == "board-deleted");
    assert_eq!(deleted.map(|(_, _, slug)| slug.as_str()).collect::<Vec<_>>(), ["empty", "inner", "top"]);
}

#[actix_web::test]
async fn a_board_whose_posts_were_removed_is_not_empty() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let id = site.open_board("talk");
    let place = Place::fill(&site, &boss, "talk").await;
    site.post(&boss, &format!("{}/remove", place.post), &[("rule", "2"), ("reason", "Off topic")])
        .await
        .expect(303);
    assert_eq!(board(&site, "talk").posts, 0);
    site.post(&boss, &format!("{}/delete", address(id)), &[]).await.expect(409);
    site.get(&boss, &place.thread).await.expect(200);
}

#[actix_web::test]
async fn a_board_that_is_not_there_is_not_changed() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let nowhere = address(BoardId(999_999));
    site.get(&boss, &nowhere).await.expect(404);
    site.post(&boss, &nowhere, &FORM).await.expect(404);
    site.post(&boss, &format!("{nowhere}/delete"), &[]).await.expect(404);
    site.get(&boss, "/admin/boards/talk").await.expect(404);
    assert!(all(&site).is_empty());
}

#[actix_web::test]
async fn nobody_but_administrators_keeps_boards() {
    let site = TestSite::start();
    let id = site.open_board("talk");
    let before = all(&site);
    let people = People::on(&site);
    for who in people.all() {
        if who.handle == people.administrator.handle {
            continue;
        }
        let status = if who.cookie.is_some() { 403 } else { 303 };
        for path in ["/admin/boards", &address(id)] {
            site.get(who, path).await.expect(status);
            site.post(who, path, &FORM).await.expect(403);
        }
        site.post(who, &format!("{}/delete", address(id)), &[]).await.expect(403);
    }
    assert_eq!(all(&site), before);
}
