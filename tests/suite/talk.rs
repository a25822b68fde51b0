//! Quotes and mentions, through their pages.

use actix_web::test::TestRequest;
use diesel::prelude::*;
use touchstone::boards::rules::Access;
use touchstone::db::schema::{member_blocks, post_mentions, post_quotes};
use touchstone::members::rules::Role;
use touchstone::members::{self, MemberId};
use touchstone::text::known::Known;
use touchstone::threads::PostId;
use touchstone::threads::actions::{Rendered, Written};
use touchstone::threads::rules::Body;
use touchstone::threads::talk::{self, rules::Pointed};

use crate::support::look::id_of;
use crate::support::site::replies;
use crate::support::{Person, TestSite};

/// The number in the database of the post with this number in its thread.
async fn post_id(site: &TestSite, reader: &Person, thread: &str, number: i64) -> i64 {
    let page = site.get(reader, thread).await;
    page.attribute(&format!("#p-{number}"), "data-post").parse().unwrap()
}

fn quotes(site: &TestSite) -> Vec<(i64, i64, i64)> {
    site.read(|conn| {
        Ok(post_quotes::table
            .order((post_quotes::post_id, post_quotes::quoted_id))
            .select((post_quotes::post_id, post_quotes::quoted_id, post_quotes::quoted_version))
            .load(conn)?)
    })
}

fn mentions(site: &TestSite) -> Vec<(i64, MemberId)> {
    site.read(|conn| {
        Ok(post_mentions::table
            .order((post_mentions::post_id, post_mentions::member_id))
            .select((post_mentions::post_id, post_mentions::member_id))
            .load(conn)?)
    })
}

fn block(site: &TestSite, who: &str, whom: &str) {
    let (who, whom, now) = (id_of(site, who), id_of(site, whom), site.clock.now());
    site.write(move |conn| {
        let row = (
            member_blocks::member_id.eq(who),
            member_blocks::blocked_id.eq(whom),
            member_blocks::blocked_at.eq(now),
        );
        diesel::insert_into(member_blocks::table).values(row).execute(conn)?;
        Ok(())
    });
}

#[actix_web::test]
async fn a_post_is_quoted_with_its_author_and_leads_back() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let thread = site.thread(&ada, "craft", "Words worth repeating").await;
    let first = post_id(&site, &ada, &thread, 1).await;

    let form = site.get(&ben, &format!("/p/{first}/quote")).await.expect(200);
    let filled = format!("> [@ada wrote:](/p/{first})\n>\n> The first words of this thread.\n\n");
    assert!(form.body.contains(&filled.replace('>', "&#62;")), "{}", form.body);
    assert_eq!(form.count("form[action$=replies] input[name=request_id]"), 1);
    site.post(&ben, &replies(&thread), &[("body", &format!("{filled}Indeed."))]).await.expect(303);

    let page = site.get(&Person::visitor(), &thread).await;
    assert_eq!(page.attribute("#p-2 blockquote.quote", "data-quote"), first.to_string());
    assert_eq!(page.attribute("#p-2 .quote-source a", "href"), format!("/p/{first}"));
    assert_eq!(page.text("#p-2 .quote-source"), "@ada wrote:");
    let second = post_id(&site, &ada, &thread, 2).await;
    assert_eq!(quotes(&site), [(second, first, 1)]);
}

#[actix_web::test]
async fn a_selection_is_quoted_as_plain_text() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "Only a part of it").await;
    let first = post_id(&site, &ada, &thread, 1).await;
    let page = site.get(&ada, &format!("/p/{first}/quote?words=%3Cb%3E+*not*+bold")).await.expect(200);
    assert!(page.text("textarea").ends_with("> \\<b> \\*not\\* bold"), "{}", page.text("textarea"));
    let long = "x".repeat(3_000);
    let page = site.get(&ada, &format!("/p/{first}/quote?words={long}")).await.expect(200);
    assert_eq!(page.text("textarea").matches('x').count(), 2_000);
}

#[actix_web::test]
async fn a_script_gets_the_quote_alone() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "Without leaving the page").await;
    let first = post_id(&site, &ada, &thread, 1).await;
    let request = TestRequest::get()
        .uri(&format!("/p/{first}/quote?words=words"))
        .insert_header(("accept", "text/markdown"));
    let answer = site.send(request, &ada).await.expect(200);
    assert_eq!(answer.body, format!("> [@ada wrote:](/p/{first})\n>\n> words\n\n"));
    assert_eq!(answer.header("content-type"), Some("text/markdown; charset=utf-8"));
}

#[actix_web::test]
async fn what_may_not_be_read_is_neither_quoted_nor_opened() {
    let site = TestSite::start();
    site.open_board("craft");
    site.board("desk", Access::Role(Role::Moderator), Access::Role(Role::Moderator));
    let (ada, mona) = (site.member("ada"), site.staff("mona", &[Role::Moderator]));
    let secret = site.thread(&mona, "desk", "Among ourselves").await;
    let secret = post_id(&site, &mona, &secret, 1).await;
    let thread = site.thread(&ada, "craft", "In the open").await;
    site.reply(&ada, &thread, "Something rude").await;
    let rude = post_id(&site, &ada, &thread, 2).await;
    site.post(&mona, &format!("/p/{rude}/remove"), &[("rule", "1"), ("reason", "rude")]).await.expect(303);

    for id in [secret, rude, 999_999] {
        site.get(&ada, &format!("/p/{id}/quote")).await.expect(404);
        site.get(&ada, &format!("/p/{id}/original")).await.expect(404);
        site.get(&Person::visitor(), &format!("/p/{id}/original")).await.expect(404);
    }
    site.get(&mona, &format!("/p/{secret}/original")).await.expect(200);
    let forged = format!("> [@mona wrote:](/p/{secret})\n>\n> x\n\n> [@ada wrote:](/p/{rude})\n>\n> y");
    site.reply(&ada, &thread, &forged).await;
    let page = site.get(&ada, &thread).await;
    assert_eq!(page.count("#p-3 blockquote"), 2);
    assert_eq!(page.count("#p-3 blockquote.quote"), 0);
    assert_eq!(quotes(&site), []);
}

#[actix_web::test]
async fn a_quote_that_names_somebody_else_is_an_ordinary_one() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let thread = site.thread(&ada, "craft", "Who said what").await;
    let first = post_id(&site, &ada, &thread, 1).await;
    site.reply(&ben, &thread, &format!("> [@ben wrote:](/p/{first})\n>\n> I said it!")).await;
    assert_eq!(site.get(&ada, &thread).await.count("blockquote.quote"), 0);
    assert_eq!(quotes(&site), []);
}

#[actix_web::test]
async fn the_original_is_a_part_of_a_page() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada-lovelace");
    let thread = site.thread(&ada, "craft", "To be opened in place").await;
    let first = post_id(&site, &ada, &thread, 1).await;
    let part = site.get(&Person::visitor(), &format!("/p/{first}/original")).await.expect(200);
    assert!(!part.body.contains("<html"), "{}", part.body);
    assert_eq!(part.text(".original-head a"), "Ada Lovelace");
    assert_eq!(part.text(".post-body"), "The first words of this thread.");
    assert_eq!(part.attribute("time", "datetime"), "2026-11-18T12:00:00Z");
}

#[actix_web::test]
async fn a_quote_goes_behind_what_one_was_writing() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "Half written").await;
    let first = post_id(&site, &ada, &thread, 1).await;
    let save = replies(&thread).replace("replies", "draft");
    site.post(&ada, &save, &[("body", "Begun already."), ("sequence", "1")]).await.expect(303);
    let page = site.get(&ada, &format!("/p/{first}/quote")).await.expect(200);
    let words = page.text("textarea");
    assert!(words.starts_with("Begun already. > [@ada wrote:]"), "{words}");
    assert_eq!(page.attribute("input[name=sequence]", "value"), "2");
}

#[actix_web::test]
async fn a_locked_thread_offers_no_quote() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, mona) = (site.member("ada"), site.staff("mona", &[Role::Moderator]));
    let thread = site.thread(&ada, "craft", "Closed for good").await;
    let first = post_id(&site, &ada, &thread, 1).await;
    let lock = replies(&thread).replace("replies", "lock");
    site.post(&mona, &lock, &[("rule", "2"), ("reason", "said")]).await.expect(303);
    site.get(&ada, &format!("/p/{first}/quote")).await.expect(403);
    let visitor = site.get(&Person::visitor(), &format!("/p/{first}/quote")).await.expect(303);
    assert!(visitor.location().starts_with("/login"));
}

#[actix_web::test]
async fn members_are_mentioned_but_not_by_those_they_blocked() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, _, _) = (site.member("ada"), site.member("ben"), site.member("cy"));
    block(&site, "cy", "ada");
    let thread = site.thread(&ada, "craft", "Calling everybody").await;
    site.reply(&ada, &thread, "@ben, @Ben, @cy, @ada and @nobody-here, or `@ben`").await;
    let page = site.get(&ada, &thread).await;
    assert_eq!(page.attributes("#p-2 .post-body a", "href"), ["/u/ben", "/u/ben"]);
    assert_eq!(page.texts("#p-2 .post-body a"), ["@ben", "@Ben"]);
    let reply = post_id(&site, &ada, &thread, 2).await;
    assert_eq!(mentions(&site), [(reply, id_of(&site, "ben"))]);

    let preview = site.post(&ada, "/preview", &[("body", "@ben @cy")]).await.expect(200);
    assert_eq!(preview.attributes("a", "href"), ["/u/ben"]);
}

#[actix_web::test]
async fn twenty_members_may_be_mentioned_and_twenty_one_not() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let names: Vec<String> = (10..31).map(|number| format!("friend-{number}")).collect();
    for name in &names {
        site.member(name);
    }
    let thread = site.thread(&ada, "craft", "A great many friends").await;
    let all = format!("@{}", names.join(" @"));
    let page = site.post(&ada, &replies(&thread), &[("body", &all)]).await.expect(422);
    assert!(page.text("#body-problem").contains("20 members at most; this one mentions 21"));
    assert_eq!(page.text("textarea"), all);
    let fields = [("title", "A great many friends again"), ("body", all.as_str())];
    let page = site.post(&ada, "/b/craft/threads", &fields).await.expect(422);
    assert!(page.text("#body-problem").contains("mentions 21"));
    assert_eq!(mentions(&site), []);

    site.reply(&ada, &thread, &format!("@{} @nobody-1 @nobody-2", names[1..].join(" @"))).await;
    assert_eq!(mentions(&site).len(), 20);
}

#[actix_web::test]
async fn an_edit_brings_quotes_and_mentions_in_step() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, _, _) = (site.member("ada"), site.member("ben"), site.member("cy"));
    let thread = site.thread(&ada, "craft", "Changing one's mind").await;
    let first = post_id(&site, &ada, &thread, 1).await;
    site.reply(&ada, &thread, &format!("> [@ada wrote:](/p/{first})\n>\n> x\n\n@ben")).await;
    let reply = post_id(&site, &ada, &thread, 2).await;
    let (ben, cy) = (id_of(&site, "ben"), id_of(&site, "cy"));
    assert_eq!((quotes(&site), mentions(&site)), (vec![(reply, first, 1)], vec![(reply, ben)]));

    let written = |members: Vec<MemberId>, posts: Vec<PostId>| {
        let pointed = Pointed { known: Known::default(), members, posts };
        Rendered::new(&Body::parse("x").unwrap()).pointing(pointed, None)
    };
    let note = |written: Written| site.write(move |conn| talk::actions::note(conn, PostId(reply), &written));
    let noted = note(written(vec![ben, cy], vec![PostId(first)]));
    assert_eq!((noted.mentioned, noted.quoted), (vec![cy], vec![]));
    assert_eq!(mentions(&site), [(reply, ben), (reply, cy)]);
    let noted = note(written(vec![cy], vec![]));
    assert_eq!((noted.mentioned, noted.quoted), (vec![], vec![]));
    assert_eq!((quotes(&site), mentions(&site)), (vec![], vec![(reply, cy)]));
}

#[actix_web::test]
async fn members_are_found_by_the_beginning_of_their_names() {
    let site = TestSite::start();
    let ada = site.member("ada");
    for handle in ["marcel-k", "mara", "tom-marsh", "ben", "mb"] {
        site.member(handle);
    }
    let asked = async |start: &str| {
        let page = site.get(&ada, &format!("/u?start={start}")).await.expect(200);
        let found: Vec<serde_json::Value> = serde_json::from_str(&page.body).unwrap();
        found.iter().map(|one| one["handle"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(asked("mar").await, ["mara", "marcel-k"]);
    assert_eq!(asked("Tom%20M").await, ["tom-marsh"], "by the name that people read");
    assert_eq!(asked("ada").await, Vec::<String>::new(), "not oneself");
    assert_eq!(asked("").await, Vec::<String>::new());
    assert_eq!(asked("%25").await, Vec::<String>::new());
    block(&site, "mara", "ada");
    assert_eq!(asked("mar").await, ["marcel-k"]);
    for number in 10..22 {
        site.member(&format!("zoe-{number}"));
    }
    assert_eq!(asked("zoe").await.len(), 8);
    site.get(&Person::visitor(), "/u?start=mar").await.expect(303);
    let found = site.read(|conn| Ok(members::store::find(conn, "mara")?));
    assert!(found.is_some());
}
