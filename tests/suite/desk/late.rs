//! Forms of the desk that come after 15 minutes without work: nothing typed is lost.

use chrono::TimeDelta;
use touchstone::verification::document::rules::State;

use super::{case, decide, form, next, submit};
use crate::support::{Page, TestSite};

const LATE: TimeDelta = TimeDelta::minutes(16);

/// What hidden fields beginning with `prefix` hold, without it.
fn hidden(page: &Page, form: &str, prefix: &str) -> Vec<(String, String)> {
    let inputs = format!("{form} input[type=hidden]");
    let (names, values) = (page.attributes(&inputs, "name"), page.attributes(&inputs, "value"));
    let both = names.into_iter().zip(values);
    both.filter_map(|(name, value)| Some((name.strip_prefix(prefix)?.to_owned(), value))).collect()
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[actix_web::test]
async fn a_decision_that_comes_too_late_is_kept_and_sent_again() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    let id = submit(&site, "ada-l", 60).await;
    next(&site, &noor).await;
    let mut sent = form("approve", "", &[]);
    sent.retain(|(name, _)| name != "note");
    let note = "Seen \"both\" sides & <b>the zone</b>\nsecond line";
    sent.push(("note".to_owned(), note.to_owned()));
    site.clock.advance(LATE);
    let path = format!("/agent/cases/{}/decide", id.0);
    let page = decide(&site, &noor, id, &sent).await.expect(401);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(!page.body.contains("<b>the zone</b>"), "what was typed is escaped");
    assert_eq!(page.attribute("form[data-kept]", "action"), path);
    assert_eq!(hidden(&page, "form[data-kept]", ""), sent);
    assert_eq!(case(&site, id).place.0, State::InReview, "nothing was decided");

    // A wrong code, and what was typed is still there.
    let ask = "form[action='/agent/sign-in']";
    let with_code = |page: &Page, code: &str| {
        let mut fields = hidden(page, ask, "");
        fields.push(("code".to_owned(), code.to_owned()));
        fields
    };
    assert_eq!(hidden(&page, ask, "kept-"), sent);
    let wrong = with_code(&page, "000000");
    let page = site.post(&noor, "/agent/sign-in", &borrowed(&wrong)).await.expect(422);
    assert_eq!(page.count("#code-problem"), 1);
    assert_eq!(hidden(&page, ask, "kept-"), sent);
    let right = with_code(&page, &site.code());
    let page = site.post(&noor, "/agent/sign-in", &borrowed(&right)).await.expect(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let again = format!("form[action='{path}']");
    let fields = hidden(&page, &again, "");
    assert_eq!(fields, sent);
    assert_eq!(
        site.post(&noor, &path, &borrowed(&fields)).await.expect(303).location(),
        "/agent?told=approved"
    );
    assert_eq!(case(&site, id).place.0, State::Approved);
}

#[actix_web::test]
async fn too_many_codes_lose_nothing_either() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    site.clock.advance(LATE);
    let form = [("to", "/agent/shifts"), ("kept-day", "2026-06-03"), ("code", "000000")];
    for _ in 0..10 {
        site.post(&noor, "/agent/sign-in", &form).await.expect(422);
    }
    let page = site.post(&noor, "/agent/sign-in", &form).await.expect(429);
    assert_eq!(page.attribute("form[data-kept] input[name=day]", "value"), "2026-06-03");
}

#[actix_web::test]
async fn what_was_kept_goes_to_the_desk_and_nowhere_else() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    for to in [
        "https://evil.example/agent/next",
        "//evil.example",
        "/settings/password",
        "/agent/../logout",
        "/agent/sign-in",
    ] {
        site.clock.advance(LATE);
        let code = site.code();
        let form =
            [("to", to), ("kept-day", "x"), ("code", code.as_str()), ("next", "https://evil.example/")];
        assert_eq!(site.post(&noor, "/agent/sign-in", &form).await.expect(303).location(), "/agent", "{to}");
    }
}

#[actix_web::test]
async fn only_forms_of_agents_that_are_not_too_large_are_kept() {
    let site = TestSite::start();
    let (noor, ada) = (site.agent("noor-v"), site.member("ada-l"));
    site.clock.advance(LATE);
    let large = "x".repeat(64 * 1024 + 1);
    let page = site.post(&noor, "/agent/shifts", &[("day", &large)]).await.expect(401);
    assert_eq!(page.count("form[data-kept]"), 0);
    assert!(page.body.contains("Nothing was changed"), "{}", page.body);
    let page = site.post(&ada, "/agent/shifts", &[("day", "2026-06-03")]).await.expect(403);
    assert_eq!(page.count("form[data-kept]"), 0);
}
