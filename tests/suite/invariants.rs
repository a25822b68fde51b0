//! What holds of every grant of Identity Verified: what it stands on, how it settles, who sees it and from when on.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use touchstone::badges::rules::GrantState;
use touchstone::db::Conn;
use touchstone::verification::badge;
use touchstone::verification::call::CallId;

use crate::calls::{approve, call, decide, ready, shift, talk};
use crate::support::look::{count_grants, find, grants, id_of};
use crate::support::{Person, TestSite};

/// Two members meet no agent twice: `noor-v` calls, `dora-d` decides about documents.
struct Scene {
    site: TestSite,
    noor: Person,
}

impl Scene {
    fn new() -> Self {
        let site = TestSite::start();
        let noor = site.agent("noor-v");
        shift(&site, "noor-v", 0, 240);
        Self { site, noor }
    }

    /// A member who passed the call just now. No second look is drawn.
    async fn passed(&self, handle: &str) -> (Person, CallId) {
        let who = ready(&self.site, handle);
        let id = talk(&self.site, &who, &self.noor).await;
        decide(&self.site, &self.noor, id, ("passed", "", "yes")).await.expect(303);
        self.sql("UPDATE badge_grants SET needs_second = FALSE".to_owned()).unwrap();
        (who, id)
    }

    fn sql(&self, statement: String) -> Result<(), String> {
        self.site
            .try_write(move |conn: &mut Conn| Ok(conn.batch_execute(&statement)?))
            .map_err(|cause| cause.cause())
    }

    fn refuses(&self, statement: &str) {
        let refused = self.sql(statement.to_owned());
        assert!(refused.is_err(), "the database takes: {statement}");
        let why = refused.unwrap_err();
        assert!(
            ["decided by two people", "does not change", "do not change"]
                .iter()
                .any(|word| why.contains(word)),
            "{statement}: {why}"
        );
    }

    fn state(&self, handle: &str) -> Vec<GrantState> {
        grants(&self.site, handle).into_iter().map(|grant| grant.state).collect()
    }

    async fn settle(&self) {
        self.site.forum.jobs(None).settle_badges().await.unwrap();
    }
}

/// Invariant 7, by the program and by SQL.
#[actix_web::test]
async fn no_grant_without_two_passed_steps_by_two_people() {
    let scene = Scene::new();
    let site = &scene.site;
    let now = site.clock.now();
    let ada = ready(site, "ada-l");
    let talking = talk(site, &ada, &scene.noor).await;
    let open = call(site, &ada);
    let begin =
        move |case, call| move |conn: &mut Conn| badge::actions::begin_with(conn, case, call, false, now);
    // The call is not passed yet.
    assert!(site.try_write(begin(open.case, talking)).is_err());
    decide(site, &scene.noor, talking, ("failed", "other-person", "no")).await.expect(303);
    assert!(site.try_write(begin(open.case, talking)).is_err());
    assert_eq!(count_grants(site), 0);

    // A passed call of somebody else, and one whose agent approved the document as well.
    let (ben, bens) = scene.passed("ben-o").await;
    assert_eq!(count_grants(site), 1);
    assert!(site.try_write(begin(open.case, bens)).is_err());
    let (eva, evas) = scene.passed("eva-r").await;
    let own = approve(site, id_of(site, "eva-r"), id_of(site, "noor-v"));
    assert!(site.try_write(begin(own, evas)).is_err());
    assert_eq!(count_grants(site), 2);

    // By hand: the row as it may stand is known, and whatever is changed in it is refused.
    let (ben_id, eva_id) = (id_of(site, &ben.handle).0, id_of(site, &eva.handle).0);
    let (case, eva_case) = (call(site, &ben).case.0, call(site, &eva).case.0);
    scene.sql("DELETE FROM badge_grants".to_owned()).unwrap();
    let row = |member: i64, policy: i64, state: &str, case: &str, call: &str| {
        format!(
            "INSERT INTO badge_grants (member_id, badge, policy_version, bound_name, active_name, state, granted_at, \
             origin, document_case_id, call_id) SELECT id, 'identity-verified', {policy}, name, \
             CASE WHEN '{state}' = 'active' THEN name END, '{state}', '2026-11-18 12:00:00', 'checks', {case}, {call} \
             FROM members WHERE id = {member}"
        )
    };
    let (case, eva_case, bens, evas) =
        (case.to_string(), eva_case.to_string(), bens.0.to_string(), evas.0.to_string());
    for state in ["settling", "embargoed", "active"] {
        scene.refuses(&row(ben_id, 2, state, "NULL", "NULL"));
        scene.refuses(&row(ben_id, 2, state, &case, "NULL"));
        scene.refuses(&row(ben_id, 2, state, "NULL", &bens));
        scene.refuses(&row(ben_id, 1, state, &case, &bens));
        scene.refuses(&row(ben_id, 2, state, &eva_case, &evas));
        scene.refuses(&row(ben_id, 2, state, &case, &evas));
        scene.refuses(&row(eva_id, 2, state, &own.0.to_string(), &evas));
        scene.refuses(&row(
            id_of(site, "ada-l").0,
            2,
            state,
            &open.case.0.to_string(),
            &talking.0.to_string(),
        ));
    }
    // Nor in two moves.
    scene.sql(row(ben_id, 2, "suspended", "NULL", "NULL")).unwrap();
    scene.refuses("UPDATE badge_grants SET state = 'active', active_name = bound_name");
    scene.refuses(&format!("UPDATE badge_grants SET document_case_id = {case}, call_id = {bens}"));
    scene.sql("DELETE FROM badge_grants".to_owned()).unwrap();
    scene.sql(row(ben_id, 2, "settling", &case, &bens)).unwrap();
    scene.refuses(&format!("UPDATE badge_grants SET member_id = {eva_id}"));
    scene.refuses("UPDATE badge_grants SET policy_version = 1");
    scene.refuses("UPDATE badge_grants SET origin = 'import'");
    scene.refuses("UPDATE badge_policies SET checked = 'a name'");
    scene.refuses("DELETE FROM badge_policies WHERE version = 1");
    assert_eq!(scene.state("ben-o"), [GrantState::Settling]);
}

/// Invariant 2, as far as a grant is held back at all: while it settles, and while it is embargoed.
#[actix_web::test]
async fn no_public_byte_differs_while_a_grant_settles_or_is_embargoed() {
    let scene = Scene::new();
    let site = &scene.site;
    site.open_board("talk");
    let ada = ready(site, "ada-l");
    let thread = site.thread(&ada, "talk", "How do you pack glass").await;
    let looks = async || {
        let mut all = Vec::new();
        for path in [
            &*thread,
            "/",
            "/b/talk",
            "/u/ada-l",
            "/badges/identity-verified",
            "/badges/of/ada-l.svg",
            "/oembed?url=http://127.0.0.1:8080/u/ada-l",
            "/api/v1/members/ada-l/badges",
            "/credentials/status/1",
            "/.well-known/jwks.json",
            "/.well-known/did.json",
            "/b/talk/feed.atom",
            "/sitemap.xml",
            "/openness",
        ] {
            let page = site.get(&Person::visitor(), path).await;
            let headers: Vec<_> =
                page.headers.iter().filter(|(name, _)| name != "x-request-id").cloned().collect();
            all.push((path.to_owned(), page.status, headers, page.body));
        }
        all
    };
    let before = looks().await;
    assert!(before.iter().filter(|(_, status, ..)| status.is_success()).count() > 7);
    let id = talk(site, &ada, &scene.noor).await;
    decide(site, &scene.noor, id, ("passed", "", "yes")).await.expect(303);
    assert_eq!(scene.state("ada-l"), [GrantState::Settling]);
    assert_eq!(looks().await, before);
    scene.sql("UPDATE badge_grants SET state = 'embargoed'".to_owned()).unwrap();
    assert_eq!(looks().await, before);
    scene.sql("UPDATE badge_grants SET state = 'settling', needs_second = FALSE".to_owned()).unwrap();
    site.clock.advance(TimeDelta::hours(1));
    scene.settle().await;
    assert_eq!(scene.state("ada-l"), [GrantState::Active]);
    assert_ne!(looks().await, before);
}

#[actix_web::test]
async fn a_grant_settles_within_the_hour_and_stands_beside_posts_then() {
    let scene = Scene::new();
    let site = &scene.site;
    site.open_board("talk");
    let (ada, _) = scene.passed("ada-l").await;
    let thread = site.thread(&ada, "talk", "How do you pack glass").await;
    let badges = async || {
        site.get(&Person::visitor(), &thread).await.expect(200).count("[data-badge=identity-verified]")
    };
    site.clock.advance(TimeDelta::minutes(59));
    scene.settle().await;
    assert_eq!((scene.state("ada-l"), badges().await), (vec![GrantState::Settling], 0));
    site.clock.advance(TimeDelta::minutes(1));
    scene.settle().await;
    assert_eq!((scene.state("ada-l"), badges().await), (vec![GrantState::Active], 1));
    site.reply(&ada, &thread, "Or in paper.").await;
    let page = site.get(&Person::visitor(), &thread).await.expect(200);
    for (post, then) in [("#p-1", "no"), ("#p-2", "yes")] {
        let badge = format!("{post} [data-badge=identity-verified]");
        let told = page.attribute(&badge, "title");
        assert!(told.ends_with(&format!("Verified when posted: {then}.")), "{post}: {told}");
    }
}

#[actix_web::test]
async fn what_needs_a_second_look_does_not_settle_by_itself() {
    let scene = Scene::new();
    let (_, _) = scene.passed("ada-l").await;
    scene.sql("UPDATE badge_grants SET needs_second = TRUE".to_owned()).unwrap();
    scene.site.clock.advance(TimeDelta::days(3));
    scene.settle().await;
    assert_eq!(scene.state("ada-l"), [GrantState::Settling]);
    assert!(find(&scene.site, "ada-l").is_some());
}
