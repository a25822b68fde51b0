//! Decisions, and what becomes of a case.

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::db::schema::{document_cases, document_decisions, evidence};
use touchstone::notifications::actions::tell_next;
use touchstone::verification::CaseId;
use touchstone::verification::desk::rules::KEPT;
use touchstone::verification::document::rules::{Class, RESUBMISSIONS, Reason, State};

use super::{case, decide, form, next, pass, passport, send_off, submit, submit_as};
use crate::support::TestSite;
use crate::support::look::{audit, mails};

/// Tells what happened, and answers with the mails that it made.
fn told(site: &TestSite) -> Vec<(String, String)> {
    let (letterhead, keys, now) = (site.forum.jobs(None).letterhead, site.keys(), site.clock.now());
    site.write(move |conn| {
        while tell_next(conn, &letterhead, &keys, now)? {}
        Ok(())
    });
    mails(site).into_iter().map(|mail| (mail.to, format!("{} {}", mail.subject, mail.body))).collect()
}

fn count_decisions(site: &TestSite) -> i64 {
    site.read(|conn| Ok(document_decisions::table.count().get_result(conn)?))
}

fn end_of_images(site: &TestSite, id: CaseId) -> TimeDelta {
    let end: touchstone::clock::Time = site.read(|conn| {
        Ok(evidence::table.filter(evidence::case_id.eq(id)).select(evidence::destroy_at).first(conn)?)
    });
    end - site.clock.now()
}

#[actix_web::test]
async fn an_approval_ends_the_images_in_a_week_and_tells_the_member_nothing_by_mail() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    let id = submit(&site, "ada-l", 60).await;
    next(&site, &noor).await;
    let page = decide(&site, &noor, id, &form("approve", "", &[])).await.expect(303);
    assert_eq!(page.location(), "/agent?told=approved");

    let after = case(&site, id);
    assert_eq!((after.place.0, after.claim, after.reason), (State::Approved, None, None));
    assert_eq!(after.decided_at, Some(site.clock.now()));
    assert_eq!(end_of_images(&site, id), KEPT);
    let last = audit(&site).pop().unwrap();
    assert_eq!(last, ("document-case.decided".into(), format!("document case {}", id.0), "approve".into()));

    let mails = told(&site);
    let (to, words) = mails.iter().find(|(to, _)| to.contains("ada-l")).unwrap();
    assert!(to.contains("ada-l@example.org") && words.contains("Your verification moved on"), "{words}");
    for word in ["approve", "passport", "Eriksson", "document", "noor"] {
        assert!(!words.to_lowercase().contains(&word.to_lowercase()), "{word} in {words}");
    }
    let ada = site.sign_in("ada-l");
    let list = site.get(&ada, "/notifications").await.expect(200);
    assert!(list.body.contains("Your verification moved on: look at its page"), "{}", list.body);
    let way =
        list.attributes("a", "href").into_iter().find(|path| path.starts_with("/notifications/")).unwrap();
    assert_eq!(site.get(&ada, &way).await.expect(303).location(), "/verification");
    decide(&site, &noor, id, &form("approve", "", &[])).await.expect(409);
}

#[actix_web::test]
async fn fraud_takes_two_agents() {
    let site = TestSite::start();
    let (noor, otis) = (site.agent("noor-v"), site.agent("otis-w"));
    let id = submit(&site, "ada-l", 60).await;
    next(&site, &noor).await;
    let fraud = form("decline", "not-genuine", &[("real", "no")]);
    let page = decide(&site, &noor, id, &fraud).await.expect(303);
    assert_eq!(page.location(), "/agent?told=second");

    let between = case(&site, id);
    assert_eq!(between.place, (State::Referred, Class::Second));
    assert_eq!((between.reason, between.decided_at), (None, None), "the member is told nothing yet");
    assert_eq!(told(&site).iter().filter(|(to, _)| to.contains("ada-l")).count(), 0);
    assert!(end_of_images(&site, id) > KEPT);
    assert_eq!(next(&site, &noor).await, None, "never one's own decision");

    assert_eq!(next(&site, &otis).await, Some(id));
    let page = decide(&site, &otis, id, &fraud).await.expect(303);
    assert_eq!(page.location(), "/agent?told=declined");
    let after = case(&site, id);
    assert_eq!((after.place.0, after.reason), (State::Declined, Some(Reason::NotGenuine)));
    assert_eq!(told(&site).iter().filter(|(to, _)| to.contains("ada-l")).count(), 1);
}

#[actix_web::test]
async fn where_the_second_agent_sees_it_otherwise_a_senior_decides() {
    let site = TestSite::start();
    let (noor, otis, iris) = (site.agent("noor-v"), site.agent("otis-w"), site.senior("iris-s"));
    let id = submit(&site, "ada-l", 60).await;
    next(&site, &noor).await;
    decide(&site, &noor, id, &form("decline", "altered", &[("print", "no")])).await.expect(303);
    next(&site, &otis).await;
    let page = decide(&site, &otis, id, &form("approve", "", &[])).await.expect(303);
    assert_eq!(page.location(), "/agent?told=senior");
    assert_eq!(case(&site, id).place, (State::Referred, Class::Senior));
    assert_eq!((next(&site, &otis).await, next(&site, &noor).await), (None, None));
    assert_eq!(next(&site, &iris).await, Some(id));
    decide(&site, &iris, id, &form("approve", "", &[])).await.expect(303);
    assert_eq!(case(&site, id).place.0, State::Approved);
}

#[actix_web::test]
async fn what_an_agent_cannot_settle_goes_to_a_senior() {
    let site = TestSite::start();
    let (noor, iris) = (site.agent("noor-v"), site.senior("iris-s"));
    let id = submit(&site, "ada-l", 60).await;
    next(&site, &noor).await;
    decide(&site, &noor, id, &form("refer", "", &[("photo", "cannot-tell")])).await.expect(303);
    assert_eq!(case(&site, id).place, (State::Referred, Class::Senior));
    assert_eq!(next(&site, &iris).await, Some(id));
    let matching = form("decline", "other-person", &[("account", "no")]);
    decide(&site, &iris, id, &matching).await.expect(303);
    assert_eq!(case(&site, id).reason, Some(Reason::OtherPerson));
    assert_eq!(end_of_images(&site, id), KEPT);
}

#[actix_web::test]
async fn each_resubmission_counts_and_after_the_third_a_senior_has_the_case() {
    let site = TestSite::start();
    let blurred = form("resubmit", "blurred", &[("sides", "cannot-tell")]);
    let id = submit(&site, "ada-l", 60).await;
    for number in 1..=RESUBMISSIONS {
        let agent = site.agent(&format!("agent-{number}"));
        assert_eq!(next(&site, &agent).await, Some(id));
        decide(&site, &agent, id, &blurred).await.expect(303);
        let after = case(&site, id);
        assert_eq!((after.place.0, after.reason), (State::Resubmit, Some(Reason::Blurred)));
        assert_eq!((after.resubmissions, after.touched_at), (number, site.clock.now()));
        assert!(end_of_images(&site, id) > KEPT, "the good sides may be kept");
        let class = if number == RESUBMISSIONS { Class::Senior } else { Class::Ordinary };
        send_off(&site, id, class, site.clock.now());
    }
    assert_eq!(next(&site, &site.agent("fresh-f")).await, None);
    assert_eq!(next(&site, &site.senior("iris-s")).await, Some(id));
}

#[actix_web::test]
async fn fraud_seen_in_images_that_were_replaced_does_not_count() {
    let site = TestSite::start();
    let iris = site.senior("iris-s");
    let id = submit(&site, "ada-l", 60).await;
    let fraud = form("decline", "altered", &[("photo", "no")]);
    let noor = site.agent("noor-v");
    next(&site, &noor).await;
    decide(&site, &noor, id, &fraud).await.expect(303);
    pass(&site, TimeDelta::hours(1), &[&iris]);
    send_off(&site, id, Class::Ordinary, site.clock.now());
    assert_eq!(next(&site, &iris).await, Some(id));
    decide(&site, &iris, id, &fraud).await.expect(303);
    assert_eq!(case(&site, id).place, (State::Referred, Class::Second));
}

#[actix_web::test]
async fn a_decision_that_does_not_go_with_its_answers_comes_back_whole() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    let id = submit(&site, "ada-l", 60).await;
    next(&site, &noor).await;
    let long = "x".repeat(301);
    let with_note = |note: &str| {
        let mut fields = form("approve", "", &[]);
        fields.push(("note".to_owned(), note.to_owned()));
        fields
    };
    let without = |name: &str| {
        let mut fields = form("approve", "", &[]);
        fields.retain(|(one, _)| one != name);
        fields
    };
    for (fields, words) in [
        (form("approve", "", &[("photo", "no")]), "approved only when every answer is yes"),
        (form("approve", "", &[("photo", "cannot-tell")]), "approved only when every answer is yes"),
        (form("resubmit", "altered", &[("photo", "no")]), "Better images do not mend this"),
        (form("resubmit", "", &[("sides", "no")]), "Choose a reason"),
        (form("decline", "altered", &[("valid", "no")]), "rests on none of your answers"),
        (form("decline", "altered", &[("photo", "cannot-tell")]), "needs a line that you answered with no"),
        (form("", "", &[]), "Choose what you decide"),
        (without("answer-name"), "1 line is not answered yet"),
        (with_note(&long), "Keep the note within 300 characters"),
    ] {
        let page = decide(&site, &noor, id, &fields).await.expect(422);
        let problems = page.texts("#decide .problem").join(" ");
        assert!(problems.contains(words), "{words} not in {problems}");
        for (name, value) in fields.iter().filter(|(name, _)| name.starts_with("answer-")) {
            let checked = format!("input[name={name}][value={value}][checked]");
            assert_eq!(page.count(&checked), 1, "{checked} is lost");
        }
    }
    let page = decide(&site, &noor, id, &without("answer-name")).await.expect(422);
    assert_eq!(page.attributes(".check-open", "data-line"), ["name"]);
    assert_eq!(count_decisions(&site), 0);
    assert_eq!(case(&site, id).place, (State::InReview, Class::Ordinary));
    let page = site
        .post(&noor, &format!("/agent/cases/{}/renew", id.0), &[("answer-real", "no"), ("note", "Moiré")])
        .await;
    let page = page.expect(200);
    assert_eq!(
        (page.count("input[name=answer-real][value=no][checked]"), page.text("#note")),
        (1, "Moiré".into())
    );
}

#[actix_web::test]
async fn only_the_holder_decides() {
    let site = TestSite::start();
    let (noor, otis) = (site.agent("noor-v"), site.senior("otis-w"));
    let id = submit(&site, "ada-l", 60).await;
    for who in [&noor, &otis] {
        decide(&site, who, id, &form("approve", "", &[])).await.expect(404);
    }
    next(&site, &noor).await;
    decide(&site, &otis, id, &form("approve", "", &[])).await.expect(404);
    decide(&site, &site.sign_in("ada-l"), id, &form("approve", "", &[])).await.expect(403);
    assert_eq!((count_decisions(&site), case(&site, id).place.0), (0, State::InReview));
}

#[actix_web::test]
async fn a_decision_may_lead_straight_to_the_next_case() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    let (first, second) = (submit(&site, "ada-l", 60).await, submit(&site, "ben-o", 30).await);
    next(&site, &noor).await;
    let mut fields = form("approve", "", &[]);
    fields.push(("then".to_owned(), "next".to_owned()));
    let page = decide(&site, &noor, first, &fields).await.expect(303);
    assert_eq!(page.location(), format!("/agent/cases/{}", second.0));
    let page = decide(&site, &noor, second, &fields).await.expect(303);
    assert_eq!(page.location(), "/agent?told=nothing");
}

#[actix_web::test]
async fn ones_decisions_are_listed_without_whose_they_were() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    let id = submit(&site, "ada-l", 60).await;
    next(&site, &noor).await;
    decide(&site, &noor, id, &form("decline", "other-name", &[("account", "no")])).await.expect(303);
    let page = site.get(&noor, "/agent/decisions").await.expect(200);
    let row = page.text("#decisions tbody tr");
    assert!(
        row.starts_with(&id.0.to_string()) && row.contains("The name is not the one on the account"),
        "{row}"
    );
    assert!(!page.body.contains("ada-l") && !page.body.contains("Ada L") && !page.body.contains("Eriksson"));
    assert_eq!(site.get(&noor, "/agent/decisions?before=1").await.expect(200).count("#decisions"), 0);
    let other = site.get(&site.agent("otis-w"), "/agent/decisions").await.expect(200);
    assert_eq!(other.count("#decisions"), 0);
}

#[actix_web::test]
async fn an_appeal_is_read_by_a_senior_agent_who_took_no_part() {
    let site = TestSite::start();
    let (iris, jona) = (site.senior("iris-s"), site.senior("jona-s"));
    let id = submit(&site, "ada-l", 60).await;
    next(&site, &iris).await;
    decide(&site, &iris, id, &form("decline", "other-name", &[("account", "no")])).await.expect(303);
    let keys = site.forum.site.keys.clone();
    site.write(move |conn| {
        let words =
            keys.seal(&format!("document_cases.appeal {}", id.0), b"It is my name since the wedding.")?;
        let row = diesel::update(document_cases::table.find(id));
        row.set(document_cases::sealed_appeal.eq(words)).execute(conn)?;
        Ok(())
    });
    send_off(&site, id, Class::Senior, site.clock.now());
    assert_eq!(next(&site, &iris).await, None);
    assert_eq!(next(&site, &jona).await, Some(id));
    let page = site.get(&jona, &format!("/agent/cases/{}", id.0)).await.expect(200);
    assert_eq!(page.text("#appeal"), "It is my name since the wedding.");
    decide(&site, &jona, id, &form("approve", "", &[])).await.expect(303);
    let other = submit_as(&site, "ben-o", 5, Class::Ordinary, &passport("Other", "C01X00T48")).await;
    assert_eq!(next(&site, &jona).await, Some(other), "the next one has nothing of it");
    assert_eq!(site.get(&jona, &format!("/agent/cases/{}", other.0)).await.expect(200).count("#appeal"), 0);
}
