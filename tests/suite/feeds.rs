//! What is read elsewhere: feeds, print, and the map of the site.

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use roxmltree::{Document, Node};
use touchstone::boards::rules::Access;
use touchstone::members::rules::Role;

use crate::support::{Page, Person, TestSite};

const ATOM: &str = "http://www.w3.org/2005/Atom";

/// The words of a child element.
fn word<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    let child = node.children().find(|child| child.has_tag_name((ATOM, name)));
    child.unwrap_or_else(|| panic!("no {name}")).text().unwrap_or("")
}

fn entries<'a, 'b>(document: &'b Document<'a>) -> Vec<Node<'b, 'a>> {
    document.root_element().children().filter(|node| node.has_tag_name((ATOM, "entry"))).collect()
}

/// Asserts what RFC 4287 asks of a feed, and that ids are unique.
fn assert_valid(page: &Page) {
    assert_eq!(page.header("content-type"), Some("application/atom+xml; charset=utf-8"));
    let document = Document::parse(&page.body).unwrap_or_else(|wrong| panic!("{wrong}: {}", page.body));
    let feed = document.root_element();
    assert!(feed.has_tag_name((ATOM, "feed")));
    let mut ids = vec![];
    for node in std::iter::once(feed).chain(entries(&document)) {
        assert!(word(node, "id").starts_with("http://127.0.0.1:8080/"), "{}", word(node, "id"));
        assert!(!word(node, "title").is_empty());
        let updated = word(node, "updated");
        assert!(updated.ends_with('Z') && updated.contains('T'), "{updated}");
        let links = node.children().filter(|child| child.has_tag_name((ATOM, "link")));
        assert!(links.clone().any(|link| link.attribute("rel") == Some("alternate")));
        ids.push(word(node, "id"));
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    for entry in entries(&document) {
        let author = entry.children().find(|child| child.has_tag_name((ATOM, "author"))).unwrap();
        assert!(!word(author, "name").is_empty());
    }
}

async fn scene() -> (TestSite, Person, String) {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "Ink & <paper>").await;
    site.clock.advance(TimeDelta::minutes(5));
    site.reply(&ada, &thread, "Words with **weight** & a ]]> in them").await;
    (site, ada, thread)
}

#[actix_web::test]
async fn a_threads_feed_holds_its_newest_posts() {
    let (site, ada, thread) = scene().await;
    let page = site.get(&Person::visitor(), &format!("{thread}/feed")).await.expect(200);
    assert_valid(&page);
    let document = Document::parse(&page.body).unwrap();
    assert_eq!(word(document.root_element(), "title"), "Ink & <paper>");
    assert_eq!(word(document.root_element(), "updated"), "2026-11-18T12:05:00Z");
    let found = entries(&document);
    assert_eq!(found.len(), 2);
    assert_eq!(word(found[0], "title"), "Ink & <paper>: post 2 by Ada");
    assert_eq!(
        word(found[0], "content").trim(),
        "<p>Words with <strong>weight</strong> &amp; a ]]&gt; in them</p>"
    );
    let post = site.get(&ada, &thread).await.attributes("article", "data-post");
    assert_eq!(word(found[0], "id"), format!("http://127.0.0.1:8080/p/{}", post[1]));

    for number in 3..=33 {
        site.reply(&ada, &thread, &format!("Post {number}")).await;
    }
    let page = site.get(&Person::visitor(), &format!("{thread}/feed")).await.expect(200);
    assert_valid(&page);
    let document = Document::parse(&page.body).unwrap();
    let found = entries(&document);
    assert_eq!(found.len(), 30);
    assert!(word(found[29], "title").contains("post 4 "));
}

#[actix_web::test]
async fn a_feed_that_has_not_changed_is_not_sent_again() {
    let (site, ada, thread) = scene().await;
    for path in [format!("{thread}/feed"), "/b/craft/feed".to_owned(), "/feed".to_owned()] {
        let page = site.get(&Person::visitor(), &path).await.expect(200);
        assert_eq!(page.header("set-cookie"), None);
        let tag = page.header("etag").unwrap().to_owned();
        let again = |tag: String| TestRequest::get().uri(&path).insert_header(("if-none-match", tag));
        let same = site.send(again(tag.clone()), &Person::visitor()).await.expect(304);
        assert_eq!((same.body.as_str(), same.header("etag")), ("", Some(tag.as_str())));
        site.send(again(format!("\"other\", W/{tag}")), &Person::visitor()).await.expect(304);
        site.send(again("\"other\"".to_owned()), &Person::visitor()).await.expect(200);
    }
    let path = format!("{thread}/feed");
    let tag = site.get(&ada, &path).await.header("etag").unwrap().to_owned();
    site.reply(&ada, &thread, "Something new").await;
    let changed = TestRequest::get().uri(&path).insert_header(("if-none-match", tag));
    site.send(changed, &Person::visitor()).await.expect(200);
}

#[actix_web::test]
async fn feeds_hold_what_their_reader_may_see() {
    let (site, _, thread) = scene().await;
    let boss = site.staff("boss", &[Role::Administrator]);
    site.board("inside", Access::Members, Access::Members);
    let inner = site.thread(&boss, "inside", "For members").await;
    let visitor = Person::visitor();
    site.get(&visitor, &format!("{inner}/feed")).await.expect(404);
    site.get(&visitor, "/b/inside/feed").await.expect(404);
    let open = site.get(&visitor, "/feed").await.expect(200);
    assert_valid(&open);
    assert!(!open.body.contains("For members") && open.body.contains("Ink &"));
    assert!(site.get(&boss, "/feed").await.body.contains("For members"));
    assert!(site.get(&boss, "/b/inside/feed").await.body.contains("For members"));

    let posts = site.get(&boss, &thread).await.attributes("article", "data-post");
    let remove = |post: &str| format!("/p/{post}/remove");
    let reason = [("reason", "Off topic"), ("rule", "2")];
    site.post(&boss, &remove(&posts[1]), &reason).await.expect(303);
    let page = site.get(&visitor, &format!("{thread}/feed")).await.expect(200);
    assert!(!page.body.contains("weight"));
    site.post(&boss, &remove(&posts[0]), &reason).await.expect(303);
    let empty = site.get(&visitor, &format!("{thread}/feed")).await.expect(200);
    assert_valid(&empty);
    assert!(!site.get(&visitor, "/b/craft/feed").await.body.contains("<entry>"));
}

#[actix_web::test]
async fn boards_and_the_site_tell_of_new_threads() {
    let (site, ada, thread) = scene().await;
    site.open_board("other");
    site.clock.advance(TimeDelta::minutes(5));
    site.thread(&ada, "other", "Younger").await;
    for (path, titles) in
        [("/feed", vec!["Younger", "Ink & <paper>"]), ("/b/craft/feed", vec!["Ink & <paper>"])]
    {
        let page = site.get(&Person::visitor(), path).await.expect(200);
        assert_valid(&page);
        let document = Document::parse(&page.body).unwrap();
        let found: Vec<_> = entries(&document).into_iter().map(|entry| word(entry, "title")).collect();
        assert_eq!(found, titles, "{path}");
    }
    for (page, feed) in [("/", "/feed"), ("/b/craft", "/b/craft/feed")] {
        let page = site.get(&Person::visitor(), page).await;
        assert_eq!(page.attribute("link[rel=alternate][type='application/atom+xml']", "href"), feed);
    }
    let moved = site.get(&ada, &thread.replace("ink", "pen")).await;
    assert_eq!(moved.location(), thread);
    let moved = site.get(&ada, &format!("{}/feed", thread.replace("ink", "pen"))).await.expect(301);
    assert_eq!(moved.location(), format!("{thread}/feed"));
}

#[actix_web::test]
async fn a_site_without_threads_has_a_valid_feed() {
    let site = TestSite::start();
    assert_valid(&site.get(&Person::visitor(), "/feed").await.expect(200));
}

#[actix_web::test]
async fn the_print_page_holds_the_words_alone() {
    let (site, ada, thread) = scene().await;
    let page = site.get(&Person::visitor(), &format!("{thread}/print")).await.expect(200);
    assert_eq!(page.attribute("link[rel=canonical]", "href"), format!("http://127.0.0.1:8080{thread}"));
    assert_eq!(page.attribute("meta[name=robots]", "content"), "noindex");
    assert_eq!((page.count("article"), page.count("nav, form, script, .site-header")), (2, 0));
    assert_eq!(page.text("h1"), "Ink & <paper>");

    let boss = site.staff("boss", &[Role::Administrator]);
    let post = site.get(&ada, &thread).await.attributes("article", "data-post")[1].clone();
    let reason = [("reason", "Off topic"), ("rule", "2")];
    site.post(&boss, &format!("/p/{post}/remove"), &reason).await.expect(303);
    let page = site.get(&Person::visitor(), &format!("{thread}/print")).await.expect(200);
    assert_eq!(page.text("#p-2 p"), "This post was removed.");
    assert!(!page.body.contains("weight"));
}

#[actix_web::test]
async fn the_map_names_what_everyone_may_read() {
    let (site, ada, thread) = scene().await;
    site.board("inside", Access::Members, Access::Members);
    site.thread(&ada, "inside", "For members").await;
    for who in [&Person::visitor(), &ada] {
        let page = site.get(who, "/sitemap.xml").await.expect(200);
        let document = Document::parse(&page.body).unwrap();
        let found: Vec<_> =
            document.descendants().filter(|node| node.has_tag_name("loc")).filter_map(|node| node.text()).collect();
        let origin = "http://127.0.0.1:8080";
        assert_eq!(found, [format!("{origin}/"), format!("{origin}/b/craft"), format!("{origin}{thread}")]);
        let last = document.descendants().find(|node| node.has_tag_name("lastmod")).unwrap();
        assert_eq!(last.text(), Some("2026-11-18T12:05:00Z"));
    }
    let robots = site.get(&Person::visitor(), "/robots.txt").await.expect(200);
    assert!(robots.body.contains("\nSitemap: http://127.0.0.1:8080/sitemap.xml\n"));
}
