//! Policies of a badge: drafted, approved by somebody else, published with an announcement, and what they say of
//! earlier verifications.

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::badges;
use touchstone::badges::rules::{Badge, GrantState};
use touchstone::badges::store::NewGrant;
use touchstone::boards::rules::Access;
use touchstone::db::schema::{announcements, badge_grants, badge_policies, policy_drafts, policy_writers};
use touchstone::members::rules::Role;

use crate::grants::{passed, settle};
use crate::support::look::{audit, id_of, member};
use crate::support::{Page, Person, TestSite};

const HERE: &str = "/admin/policies";

/// A form that says what version 3 asks for, with these fields otherwise.
fn form<'a>(version: &'a str, others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("version", version),
        ("checked", "document, live call and address"),
        (
            "words",
            "A document is read by one agent and its holder is met in a call by another.\r\n\r\nBoth count.",
        ),
        ("valid_months", "12"),
        ("settling_minutes", "90"),
        ("promise_hours", "36"),
        ("counts-import-3", "no"),
        ("reason-import-3", "It was checked by another service and process."),
        ("counts-checks-2", "yes"),
        ("reason-checks-2", "The same two steps were taken here."),
        ("counts-import-2", "no"),
        ("reason-import-2", "It was checked in 2014 by another service."),
        ("counts-checks-1", "no"),
        ("reason-checks-1", "A document was read, and nobody was met."),
        ("counts-import-1", "no"),
        ("reason-import-1", "A document was read, and nobody was met."),
    ];
    for (name, value) in others {
        if let Some(field) = fields.iter_mut().find(|field| field.0 == *name) {
            field.1 = value;
        }
    }
    fields
}

/// Two administrators and a trust administrator, who share the work, and a board to announce in.
struct Office {
    site: TestSite,
    ada: Person,
    boris: Person,
    trude: Person,
    board: String,
}

fn office() -> Office {
    let site = TestSite::start();
    let ada = site.staff("ada-m", &[Role::Administrator]);
    let boris = site.staff("boris-m", &[Role::Administrator]);
    let trude = site.staff("trude-t", &[Role::TrustAdministrator]);
    let board = site.board("news", Access::Anyone, Access::Role(Role::CommunityManager)).0.to_string();
    Office { site, ada, boris, trude, board }
}

impl Office {
    async fn draft(&self, by: &Person, fields: &[(&str, &str)]) -> String {
        let kept = self.site.post(by, HERE, fields).await.expect(303);
        let path = kept.location().to_owned();
        path.strip_suffix("?told=saved").unwrap().to_owned()
    }

    async fn to(&self, by: &Person, draft: &str, step: &str, version: &str) -> Page {
        let told = [
            ("version", version),
            ("board", &self.board),
            ("title", "Identity Verified: policy 3"),
            ("body", "What changes, and what stays."),
        ];
        self.site.post(by, &format!("{draft}/{step}"), &told).await
    }

    /// Ada drafts, Trude approves, Boris publishes.
    async fn publish(&self, fields: &[(&str, &str)]) {
        let draft = self.draft(&self.ada, fields).await;
        self.to(&self.trude, &draft, "approve", "1").await.expect(303);
        self.to(&self.boris, &draft, "publish", "2").await.expect(303);
    }

    fn versions(&self) -> Vec<i64> {
        self.site.read(|conn| {
            let own = badge_policies::table.filter(badge_policies::badge.eq("identity-verified"));
            Ok(own.order(badge_policies::version).select(badge_policies::version).load(conn)?)
        })
    }

    fn announced(&self) -> i64 {
        self.site.read(|conn| Ok(announcements::table.count().get_result(conn)?))
    }

    fn acts(&self) -> Vec<String> {
        let all = audit(&self.site).into_iter().map(|(act, ..)| act);
        all.filter(|act| act.starts_with("policy-")).collect()
    }
}

#[actix_web::test]
async fn a_policy_is_drafted_approved_by_somebody_else_and_published_with_its_announcement() {
    let office = office();
    let site = &office.site;
    let new = site.get(&office.ada, &format!("{HERE}/new")).await.expect(200);
    assert_eq!(
        new.attribute("input[name=checked]", "value"),
        "document and live call",
        "it begins with what is"
    );
    let draft = office.draft(&office.ada, &form("0", &[])).await;

    let own = site.get(&office.ada, &draft).await.expect(200);
    assert_eq!(own.count("form[action$='/approve']"), 0);
    office.to(&office.ada, &draft, "approve", "1").await.expect(422);
    office.to(&office.boris, &draft, "publish", "1").await.expect(422);
    assert_eq!((office.versions(), office.announced()), (vec![1, 2], 0));

    let other = site.get(&office.trude, &draft).await.expect(200);
    assert_eq!(other.count("form[action$='/approve']"), 1);
    office.to(&office.trude, &draft, "approve", "1").await.expect(303);
    office.to(&office.trude, &draft, "publish", "2").await.expect(403);
    let ready = site.get(&office.boris, &draft).await.expect(200);
    let words = ready.text("textarea[name=body]");
    assert!(words.contains("Checked here under policy 2: counts.") && words.contains("12 months"), "{words}");
    office.to(&office.boris, &draft, "publish", "2").await.expect(303);

    assert_eq!((office.versions(), office.announced()), (vec![1, 2, 3], 1));
    assert_eq!(office.acts(), ["policy-drafted", "policy-approved", "policy-published"]);
    let policy: (String, i64, i64, Option<i64>) = site.read(|conn| {
        Ok(badge_policies::table
            .find(("identity-verified", 3_i64))
            .select((
                badge_policies::steps,
                badge_policies::settling_minutes,
                badge_policies::promise_hours,
                badge_policies::valid_months,
            ))
            .first(conn)?)
    });
    assert_eq!(policy, ("document call".to_owned(), 90, 36, Some(12)));
    let list = site.get(&office.trude, HERE).await.expect(200);
    let thread = list.attribute("[data-policy='3'] .row-note a", "href");
    assert!(site.get(&Person::visitor(), &thread).await.status.is_redirection());
    assert!(list.text("[data-policy='3']").contains("Policy 3, in force"));
    assert!(
        site.get(&office.ada, "/badges/identity-verified")
            .await
            .expect(200)
            .body
            .contains("document, live call and address")
    );
}

#[actix_web::test]
async fn nothing_changes_what_is_published() {
    let office = office();
    office.publish(&form("0", &[])).await;
    let draft = format!("{HERE}/1");
    office.site.post(&office.ada, &draft, &form("3", &[("valid_months", "60")])).await.expect(422);
    for step in ["approve", "publish", "discard"] {
        office.to(&office.boris, &draft, step, "3").await.expect(422);
    }
    assert_eq!((office.versions(), office.announced()), (vec![1, 2, 3], 1));
    for statement in [
        "UPDATE badge_policies SET valid_months = 60 WHERE version = 3",
        "UPDATE badge_policies SET carries = '[]' WHERE version = 3",
        "DELETE FROM badge_policies WHERE version = 3",
    ] {
        let refused = office.site.try_write(move |conn| Ok(diesel::sql_query(statement).execute(conn)?));
        assert!(format!("{:?}", refused.unwrap_err()).contains("do not change"), "{statement}");
    }
}

#[actix_web::test]
async fn whoever_changes_a_word_has_it_approved_again_and_does_not_approve_it() {
    let office = office();
    let draft = office.draft(&office.ada, &form("0", &[])).await;
    office.to(&office.boris, &draft, "approve", "1").await.expect(303);
    office.site.post(&office.trude, &draft, &form("2", &[("valid_months", "18")])).await.expect(303);
    office.to(&office.boris, &draft, "publish", "3").await.expect(422);
    office.to(&office.trude, &draft, "approve", "3").await.expect(422);
    // Ada goes on with the form that she had open before.
    let late = office.site.post(&office.ada, &draft, &form("1", &[("valid_months", "6")])).await.expect(422);
    assert!(
        late.text("[role=alert]").contains("Somebody else changed")
            || late.body.contains("changed this draft")
    );
    assert_eq!(late.attribute("input[name=valid_months]", "value"), "6", "what she typed is kept");
    let kept: (i64, Option<i64>) = office.site.read(|conn| {
        Ok(policy_drafts::table
            .select((policy_drafts::valid_months, policy_drafts::approved_by.nullable()))
            .first(conn)?)
    });
    assert_eq!(kept, (18, None));
    office.to(&office.boris, &draft, "approve", "3").await.expect(303);
    office.to(&office.boris, &draft, "publish", "4").await.expect(303);
    assert_eq!(office.versions(), [1, 2, 3]);
}

#[actix_web::test]
async fn a_draft_says_of_every_earlier_version_whether_it_counts_and_why() {
    let office = office();
    let wrong = [
        ("checked", "x"),
        ("words", "short"),
        ("valid_months", "0"),
        ("settling_minutes", "1441"),
        ("promise_hours", "soon"),
        ("counts-checks-2", ""),
        ("reason-import-1", "No."),
    ];
    let page = office.site.post(&office.ada, HERE, &form("0", &wrong)).await.expect(422);
    for (name, value) in &wrong[2..5] {
        assert_eq!(page.count(&format!("#{name}-problem")), 1, "{name}");
        assert_eq!(page.attribute(&format!("input[name={name}]"), "value"), *value);
    }
    assert_eq!(page.count("#checked-problem, #words-problem"), 2);
    assert_eq!(page.count("#reason-checks-2-problem, #reason-import-1-problem"), 2);
    assert_eq!(page.count("#reason-import-2-problem"), 0);
    assert_eq!(page.text("textarea[name=reason-import-1]"), "No.");
    assert_eq!(office.site.read(|conn| Ok(policy_drafts::table.count().get_result::<i64>(conn)?)), 0);

    // A draft that was approved before another version came out says nothing of that one.
    let late = office.draft(&office.ada, &form("0", &[])).await;
    office.to(&office.trude, &late, "approve", "1").await.expect(303);
    office.publish(&form("0", &[])).await;
    let refused = office.to(&office.boris, &late, "publish", "2").await.expect(422);
    assert!(refused.text("[role=alert]").contains("Another version was published meanwhile"));
    assert_eq!(office.versions(), [1, 2, 3]);
    assert_eq!(refused.count("textarea[name=reason-checks-3]"), 1, "the form asks for it now");
}

#[actix_web::test]
async fn of_two_who_publish_at_once_one_does_and_a_refused_announcement_publishes_nothing() {
    let office = office();
    let draft = office.draft(&office.ada, &form("0", &[])).await;
    office.to(&office.trude, &draft, "approve", "1").await.expect(303);
    for (field, value) in [("title", ""), ("body", " "), ("board", "news")] {
        let told = [("version", "2"), ("board", &*office.board), ("title", "A title"), ("body", "Words.")];
        let told: Vec<_> =
            told.into_iter().map(|one| if one.0 == field { (field, value) } else { one }).collect();
        let page = office.site.post(&office.boris, &format!("{draft}/publish"), &told).await.expect(422);
        assert_eq!(page.count(&format!("#{field}-problem")), 1, "{field}");
    }
    let closed = [("version", "2"), ("board", "99"), ("title", "A title"), ("body", "Words that stay.")];
    let page = office.site.post(&office.boris, &format!("{draft}/publish"), &closed).await.expect(422);
    assert!(page.text("textarea[name=body]").contains("Words that stay."));
    assert_eq!((office.versions(), office.announced()), (vec![1, 2], 0));

    let (one, two) = tokio::join!(
        office.to(&office.ada, &draft, "publish", "2"),
        office.to(&office.boris, &draft, "publish", "2")
    );
    let mut answers = [one.status.as_u16(), two.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [303, 422]);
    assert_eq!((office.versions(), office.announced()), (vec![1, 2, 3], 1));
}

#[actix_web::test]
async fn a_draft_is_thrown_away_whole() {
    let office = office();
    let draft = office.draft(&office.ada, &form("0", &[])).await;
    office.to(&office.boris, &draft, "discard", "9").await.expect(422);
    office.to(&office.boris, &draft, "discard", "1").await.expect(303);
    office.site.get(&office.ada, &draft).await.expect(404);
    let left: (i64, i64) = office.site.read(|conn| {
        Ok((policy_drafts::table.count().get_result(conn)?, policy_writers::table.count().get_result(conn)?))
    });
    assert_eq!(left, (0, 0));
}

/// Gives somebody a verification from an import.
fn bring(site: &TestSite, handle: &str, policy_version: i64, state: GrantState) {
    let (who, now) = (member(site, handle), site.clock.now());
    site.write(move |conn| {
        let grant = NewGrant {
            member: who.id,
            badge: Badge::IdentityVerified,
            policy_version,
            bound_name: &who.name,
            state,
            granted_at: now - TimeDelta::days(400),
            expires_at: Some(now + TimeDelta::days(200)),
        };
        Ok(badges::store::insert_imported(conn, &grant)?)
    });
}

#[actix_web::test]
async fn an_earlier_verification_counts_only_where_the_policy_says_so_with_its_reason_shown() {
    let office = office();
    let site = &office.site;
    // Checked here under policy 2; brought in under 2; brought in under 1 and ended there.
    let (ada, _) = passed(site, "ada-l", false);
    settle(site, 61).await;
    let (eve, lia) = (site.member("eve-b"), site.member("lia-o"));
    bring(site, "eve-b", 2, GrantState::Active);
    bring(site, "lia-o", 1, GrantState::Revoked);
    let says = async |who: &Person, counts: &str, words: &str| {
        let page = site.get(who, "/verification").await.expect(200);
        let row = page.text(&format!("[data-past][data-counts={counts}]"));
        assert!(row.contains(words), "{row}");
        assert_eq!(page.count("[data-past]"), 1);
        page
    };
    says(&ada, "yes", "Counts. It was made under policy 2, which is in force.").await;
    let page = says(&eve, "yes", "Counts. The community it was brought from").await;
    assert_eq!(page.count("[data-anew]"), 0);
    says(&lia, "no", "Does not count. It was taken away.").await;

    office.publish(&form("0", &[])).await;
    let page = says(&ada, "yes", "Counts. The same two steps were taken here.").await;
    assert_eq!(page.count("[data-anew]"), 0);
    let page = says(&eve, "no", "Does not count. It was checked in 2014 by another service.").await;
    says(&lia, "no", "Does not count. It was taken away.").await;

    // The badge that does not count stays until its own date, and the way is open to be checked anew.
    let anew = page.text("[data-anew]");
    let until = site.read({
        let id = id_of(site, "eve-b");
        move |conn| {
            let own = badge_grants::table.filter(badge_grants::member_id.eq(id));
            Ok(own.select(badge_grants::expires_at).first::<Option<touchstone::clock::Time>>(conn)?)
        }
    });
    let until = touchstone::clock::date(until.unwrap());
    assert!(anew.contains("2014") && anew.contains(&format!("stays until {until}")), "{anew}");
    assert!(anew.contains("not affected in any way"), "{anew}");
    let (id, now) = (id_of(site, "eve-b"), site.clock.now());
    let shown = site.read(move |conn| Ok(badges::store::shown_by(conn, &[id], now)?));
    assert_eq!(shown[&id].len(), 1, "the badge is still shown");
    site.get(&eve, "/verification/document/consent").await.expect(200);
}
