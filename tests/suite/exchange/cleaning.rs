//! What comes in is made safe: words, names, addresses; what is no bundle is refused whole.

use touchstone::accounts::store::mailbox_of;
use touchstone::commands::import;
use touchstone::members;

use super::{COMMUNITY, bundle, count, load, member, page_of, post, refused, remarks, write};
use crate::support::{Person, TestSite, tables};

#[actix_web::test]
async fn html_and_text_are_converted_safely() {
    let site = TestSite::start();
    let written = |id: &str, format: &str, body: &str| {
        let body = serde_json::to_string(body).unwrap();
        format!(
            r#"{{"kind":"post","id":"{id}","thread":"t1","author":"m1","created":"2016-05-04T09:00:00Z","format":"{format}","body":{body}}}"#
        )
    };

    let report = load(
        &site,
        bundle(&[
            written(
                "p1",
                "html",
                "<p onclick=\"x()\">Hello <b>there</b><script>alert(1)</script></p><img src=\"https://elsewhere.example/a.png\" \
                 onerror=\"x()\"><a href=\"javascript:alert(1)\">a link</a> <a href=\"https://example.org/\">another</a>",
            ),
            written("p2", "text", "<b>not bold</b> & 1 < 2\n\nSecond *paragraph*"),
            written("p3", "markdown", "<b>not bold</b> but **this** is"),
            written(
                "p4",
                "html",
                "<a data-badge=\"identity-verified\" href=\"/badges\" class=\"mark\">✔ Identity Verified</a>",
            ),
        ]),
    );

    assert_eq!(report.posts, count(4, 0, 0), "{report}");
    let page = page_of(&site, 1).await;
    assert_eq!(
        page.count(".post-body script, .post-body img, .post-body [onclick], .post-body [data-badge], .post-body [class]"),
        0
    );
    assert!(page.attributes(".post-body a", "href").iter().all(|href| !href.starts_with("javascript")));
    assert!(page.attributes("#p-1 .post-body a", "href").contains(&"https://example.org/".to_owned()));
    assert!(page.attributes(".post-body a", "rel").iter().all(|rel| rel.contains("ugc")));
    assert_eq!(page.text("#p-1 .post-body strong, #p-1 .post-body b"), "there");
    assert!(page.text("#p-1 .post-body").starts_with("Hello there"));
    assert_eq!(page.texts("#p-2 .post-body p"), ["<b>not bold</b> & 1 < 2", "Second *paragraph*"]);
    assert_eq!(page.text("#p-3 .post-body strong"), "this");
    assert_eq!(page.count("#p-2 .post-body b, #p-3 .post-body b"), 0);
}

#[actix_web::test]
async fn handles_that_clash_get_a_number() {
    let site = TestSite::start();
    site.member("maria-k");

    let report = load(
        &site,
        [
            COMMUNITY.to_owned(),
            member("m1", "Maria-K", "Maria Keller"),
            member("m2", "maria-k", "Maria Kovac"),
            member("m3", "admin", "Somebody Else"),
        ]
        .join("\n"),
    );

    assert_eq!(report.members, count(3, 0, 0), "{report}");
    assert_eq!(
        remarks(&report.remarks),
        [
            "2: the handle Maria-K is taken or reserved here, so it became Maria-K-2",
            "3: the handle maria-k is taken or reserved here, so it became maria-k-3",
            "4: the handle admin is taken or reserved here, so it became admin-2",
        ]
    );
    let visitor = Person::visitor();
    for (handle, name) in
        [("maria-k", "Maria K"), ("maria-k-2", "Maria Keller"), ("maria-k-3", "Maria Kovac")]
    {
        let page = site.get(&visitor, &format!("/u/{handle}")).await.expect(200);
        assert_eq!(page.text("h1"), name);
    }
}

#[actix_web::test]
async fn an_address_is_kept_but_never_another_members() {
    let site = TestSite::start();
    site.member("ada-north");
    let with = |id: &str, handle: &str, name: &str, email: &str| {
        member(id, handle, name).replacen('}', &format!(r#","email":"{email}"}}"#), 1)
    };

    let report = load(
        &site,
        [
            COMMUNITY.to_owned(),
            with("m1", "ben-s", "Ben S", "ben@example.org"),
            with("m2", "cleo-t", "Cleo T", "Ada-North@example.org"),
            with("m3", "dora-u", "Dora U", "BEN@example.org"),
            with("m4", "emil-v", "Emil V", "no address"),
        ]
        .join("\n"),
    );

    assert_eq!(report.members, count(4, 0, 0), "{report}");
    assert_eq!(
        remarks(&report.remarks),
        [
            "3: the e-mail address was left out: another member has it",
            "4: the e-mail address was left out: another member has it",
            "5: the e-mail address \"no address\" was left out: it is none",
        ]
    );
    let keys = site.keys();
    let addresses: Vec<String> = site.read(|conn| {
        let handles = tables::lines(conn, "SELECT handle AS line FROM members ORDER BY id");
        let line = |handle: String| {
            let id = members::store::find(conn, &handle)?.unwrap().id;
            let mailbox = mailbox_of(conn, &keys, id)?.unwrap();
            let (email, is_confirmed) = (mailbox.email, u8::from(mailbox.verified_at.is_some()));
            Ok(format!("{handle} {} {is_confirmed}", email.as_deref().unwrap_or("none")))
        };
        handles.into_iter().map(line).collect()
    });
    assert_eq!(
        addresses,
        [
            "ada-north ada-north@example.org 1",
            "ben-s ben@example.org 0",
            "cleo-t none 0",
            "dora-u none 0",
            "emil-v none 0",
        ]
    );
}

#[actix_web::test]
async fn an_imported_name_that_imitates_a_verified_member_is_not_kept() {
    let site = TestSite::start();
    let verified = member("m1", "maria-k", "Maria K").replacen('}', r#","badges":["identity-verified"]}"#, 1);

    let report = load(&site, [COMMUNITY.to_owned(), verified, member("m2", "mk-2017", "Маria K")].join("\n"));

    assert_eq!(report.members, count(2, 0, 0), "{report}");
    assert_eq!(report.remarks.len(), 1, "{report}");
    let page = site.get(&Person::visitor(), "/u/mk-2017").await.expect(200);
    assert_eq!(page.text("h1"), "mk-2017");
}

#[actix_web::test]
async fn a_bundle_that_cannot_be_begun_is_refused_whole() {
    let site = TestSite::start();

    assert_eq!(
        refused(&site, member("m1", "maria-k", "Maria K")),
        "line 1: The bundle must begin with a line of kind community."
    );
    assert_eq!(
        refused(&site, COMMUNITY.replace(":1", ":2")),
        "line 1: This bundle has version 2; this program reads version 1."
    );
    assert_eq!(
        refused(&site, COMMUNITY.replace("elsewhere", " ")),
        "line 1: The community's line must name its source."
    );
    let long = format!("{}\n{}", bundle(&[]), "x".repeat(4 * 1024 * 1024 + 1));
    assert_eq!(refused(&site, long), "line 5 is longer than 4 MiB");
    let path = site.database.folder.path().join("no-such-file");
    let problem = import::load(&site.db, &site.keys(), &path, site.clock.now()).unwrap_err();
    assert!(problem.starts_with(&path.display().to_string()), "{problem}");
}

#[actix_web::test]
async fn a_second_community_in_one_bundle_is_refused() {
    let site = TestSite::start();
    let lines = [
        COMMUNITY,
        &member("m1", "maria-k", "Maria K"),
        &COMMUNITY.replace("elsewhere", "another"),
        &member("m1", "ben-s", "Ben S"),
    ]
    .join("\n");

    let problem = import::load(&site.db, &site.keys(), &write(&site, lines), site.clock.now()).unwrap_err();

    assert_eq!(problem, "line 3: A bundle has one line of kind community, the first.");
}

#[actix_web::test]
async fn a_line_that_is_not_utf_8_is_refused_and_the_rest_comes_in() {
    let site = TestSite::start();
    let mut bytes = bundle(&[]).into_bytes();
    bytes.extend_from_slice(b"\n{\"kind\":\"post\",\"body\":\"\xff\xfe\"}\n\n");
    bytes.extend_from_slice(post("p1", "").as_bytes());
    bytes.extend_from_slice(b"\r\n");

    let report = load(&site, bytes);

    assert_eq!(remarks(&report.refusals), ["5: is not UTF-8 text"]);
    assert_eq!(report.unreadable, 1);
    assert_eq!(report.posts, count(1, 0, 0), "{report}");
}
