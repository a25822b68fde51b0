//! Reports, acts, notices, appeals, held posts, the rules and the audit, through their pages.

mod holding;
mod order;

use diesel::prelude::*;
use touchstone::db::schema::outbox_events;
use touchstone::exchange::store::check;
use touchstone::members;
use touchstone::members::rules::Role;

use crate::support::{Person, TestSite};

/// A rule and a reason.
const GROUNDS: [(&str, &str); 2] = [("rule", "3"), ("reason", "An offer, twice")];

/// A board with a thread of Ada's, in which Ben answered.
struct Scene {
    site: TestSite,
    ada: Person,
    ben: Person,
    /// Two who keep order.
    mona: Person,
    milo: Person,
    thread: String,
    /// Ben's post.
    post: String,
}

impl Scene {
    async fn set() -> Self {
        let site = TestSite::start();
        site.open_board("craft");
        let (ada, ben) = (site.member("ada"), site.member("ben"));
        let (mona, milo) = (site.staff("mona", &[Role::Moderator]), site.staff("milo", &[Role::Moderator]));
        let thread = site.thread(&ada, "craft", "How do you name things?").await;
        site.reply(&ben, &thread, "Buy my course on names.").await;
        let post = site.get(&ada, &thread).await.attribute("#p-2", "data-post");
        Self { site, ada, ben, mona, milo, thread, post }
    }

    async fn report(&self, who: &Person, reason: &str) {
        let form = [("reason", reason), ("words", "He does this every day.")];
        self.site.post(who, &format!("/p/{}/report", self.post), &form).await.expect(303);
    }

    /// The address of the one open case.
    async fn case(&self) -> String {
        let queue = self.site.get(&self.mona, "/moderation").await.expect(200);
        queue.attribute("#cases .row-title a", "href")
    }

    /// The address of the newest notice of a member.
    async fn notice(&self, who: &Person) -> String {
        self.site.get(who, "/notices").await.expect(200).attribute("#notices .row-title a", "href")
    }

    /// How many events of a kind wait to be told.
    fn events(&self, kind: &str) -> i64 {
        self.site.read(|conn| {
            Ok(outbox_events::table.filter(outbox_events::kind.eq(kind)).count().get_result(conn)?)
        })
    }

    /// Counters equal what they count, and the audit hangs together.
    fn holds(&self) {
        assert_eq!(self.site.read(check::all), Vec::<String>::new());
        let audit = self.site.read(|conn| Ok(members::audit::store::verify(conn)?));
        assert!(audit.is_ok(), "{audit:?}");
    }
}

#[actix_web::test]
async fn a_report_becomes_a_removal_and_an_appeal_brings_the_post_back() {
    let scene = Scene::set().await;
    let Scene { site, ada, ben, mona, milo, thread, post } = &scene;

    // The report.
    let form = site.get(ada, &format!("/p/{post}/report")).await.expect(200);
    assert_eq!(form.count("input[name=reason]"), 8);
    scene.report(ada, "spam").await;
    let told = site.get(ada, &format!("/p/{post}/report")).await.expect(200);
    assert!(told.text(".notice-title").contains("Your report arrived"));

    // The case.
    let case = scene.case().await;
    let page = site.get(mona, &case).await.expect(200);
    assert!(page.text(".post-body").contains("Buy my course"));
    assert!(page.text("#reports").contains("He does this every day."));
    site.post(mona, &format!("{case}/claim"), &[]).await.expect(303);
    let remove =
        page.attributes("a", "href").into_iter().find(|path| path.contains("/remove?case=")).unwrap();

    // The removal, which settles it.
    let form = site.get(mona, &remove).await.expect(200);
    let number = form.attribute("input[name=case]", "value");
    let fields = [GROUNDS[0], GROUNDS[1], ("case", &number)];
    let done = site.post(mona, &format!("/p/{post}/remove"), &fields).await.expect(303);
    assert_eq!(done.location(), case);
    assert!(site.get(mona, &case).await.text(".notice-title").contains("Something was done"));
    assert_eq!(site.get(mona, "/moderation").await.count("#cases"), 0);
    assert_eq!(site.get(&Person::visitor(), thread).await.count("#p-2[data-removed]"), 1);
    let told = site.get(ada, &format!("/p/{post}/report")).await.expect(200);
    assert!(told.text(".notice-title").contains("acted"));
    assert_eq!((scene.events("acted"), scene.events("case-closed")), (1, 1));

    // The notice and the appeal.
    let notice = scene.notice(ben).await;
    let page = site.get(ben, &notice).await.expect(200);
    assert_eq!(page.text("h1"), "Post removed");
    assert!(
        page.text(".facts").contains("3. No advertising") && page.text(".facts").contains("An offer, twice")
    );
    assert_eq!(page.attribute(".facts a", "href"), "/rules/1#rule-3");
    assert!(!page.body.contains("Mona"), "a notice names a role, not a person");
    site.get(ada, &notice).await.expect(404);
    let appeal = format!("{notice}/appeal");
    site.post(ada, &appeal, &[("words", "Not mine")]).await.expect(404);
    site.post(ben, &appeal, &[("words", " ")]).await.expect(422);
    site.post(ben, &appeal, &[("words", "It was a joke.")]).await.expect(303);
    site.post(ben, &appeal, &[("words", "Once more")]).await.expect(409);

    // The decision.
    let act = notice.rsplit('/').next().unwrap();
    let decide = format!("/moderation/appeals/{act}");
    let reverse = [("decision", "reverse"), ("reason", "A joke indeed")];
    let refused = site.post(mona, &decide, &reverse).await.expect(403);
    assert!(refused.body.contains("Another moderator decides"));
    site.post(ben, &decide, &reverse).await.expect(403);
    assert_eq!(site.get(milo, "/moderation/appeals").await.count("#appeals li"), 1);
    site.post(milo, &decide, &[("decision", "reverse")]).await.expect(422);
    site.post(milo, &decide, &reverse).await.expect(303);
    site.post(milo, &decide, &reverse).await.expect(409);
    assert_eq!(scene.events("appeal-decided"), 1);

    // The post stands again, the member knows, the log shows both.
    assert!(site.get(&Person::visitor(), thread).await.text("#p-2").contains("Buy my course"));
    let page = site.get(ben, &notice).await;
    assert!(page.text("#appeal").contains("The decision was reversed"));
    let log = site.get(&Person::visitor(), "/moderation/log").await.expect(200);
    assert_eq!(log.attributes("#log li", "data-act"), ["reverse", "remove"]);
    assert!(log.text("#log").contains("How do you name things?") && log.text("#log").contains("Moderator"));
    for hidden in ["Mona", "Milo", "Ben", "An offer, twice", "A joke indeed"] {
        assert!(!log.text("main").contains(hidden), "{hidden} is in the log");
    }
    assert!(site.get(mona, "/moderation/log").await.text("#log").contains("An offer, twice"));
    scene.holds();
}

#[actix_web::test]
async fn reports_on_one_post_gather_in_one_case() {
    let scene = Scene::set().await;
    let Scene { site, ada, ben, mona, post, thread, .. } = &scene;
    let cleo = site.member("cleo");
    let report = format!("/p/{post}/report");

    site.post(ada, &report, &[]).await.expect(422);
    let page = site.post(ada, &report, &[("reason", "other"), ("words", " ")]).await.expect(422);
    assert!(page.text("#words-problem").contains("Say what it is"));
    site.post(ben, &report, &[("reason", "spam")]).await.expect(403);
    assert_eq!(site.get(mona, "/moderation").await.count("#cases"), 0);

    scene.report(ada, "off-topic").await;
    site.post(ada, &report, &[("reason", "danger")]).await.expect(409);
    scene.report(&cleo, "fraud").await;
    let queue = site.get(mona, "/moderation").await;
    assert_eq!(queue.count("#cases > li"), 1);
    assert_eq!(queue.attribute(".harm", "data-harm"), "4");
    assert!(queue.text("#cases .row-last").contains("2 reports"));

    // A danger goes before them.
    let first = site.get(ada, thread).await.attribute("#p-1", "data-post");
    site.post(&cleo, &format!("/p/{first}/report"), &[("reason", "danger")]).await.expect(303);
    assert_eq!(site.get(mona, "/moderation").await.attributes(".harm", "data-harm"), ["5", "4"]);
    let post = touchstone::threads::PostId(post.parse().unwrap());
    assert!(site.read(move |conn| Ok(touchstone::threads::edits::store::is_watched(conn, post)?)));
    scene.holds();
}

#[actix_web::test]
async fn a_case_is_worked_on_by_one_moderator_at_a_time() {
    let scene = Scene::set().await;
    let Scene { site, ada, mona, milo, post, thread, .. } = &scene;
    scene.report(ada, "spam").await;
    let case = scene.case().await;

    // Both at once: one gets it.
    let claim = format!("{case}/claim");
    let (one, two) = tokio::join!(site.post(mona, &claim, &[]), site.post(milo, &claim, &[]));
    let mut both = [one.status.as_u16(), two.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [303, 409]);
    let (holder, other) = if one.status == 303 { (mona, milo) } else { (milo, mona) };
    let late = if one.status == 303 { &two } else { &one };
    assert!(late.text(".notice-problem").contains("works on this case since Nov 18, 2026"));

    // The other can neither close it nor act from it, and nothing has changed then.
    let close = format!("{case}/close");
    let settled = [("outcome", "no-breach"), ("reason", "Fine")];
    site.post(other, &close, &settled).await.expect(409);
    let number = case.rsplit('/').next().unwrap();
    let fields = [GROUNDS[0], GROUNDS[1], ("case", number)];
    let page = site.post(other, &format!("/p/{post}/remove"), &fields).await.expect(409);
    assert_eq!(page.attribute("#reason", "value"), "An offer, twice");
    assert_eq!(site.get(ada, thread).await.count("#p-2[data-removed]"), 0);
    site.post(other, &format!("{case}/release"), &[]).await.expect(409);

    site.post(holder, &format!("{case}/release"), &[]).await.expect(303);
    site.post(other, &claim, &[]).await.expect(303);
    assert_eq!(site.get(other, "/moderation?show=own").await.count("#cases > li"), 1);
    assert_eq!(site.get(holder, "/moderation?show=free").await.count("#cases"), 0);
    site.post(other, &close, &[("outcome", "no-breach")]).await.expect(422);
    site.post(other, &close, &settled).await.expect(303);
    site.post(other, &close, &settled).await.expect(409);
    let told = site.get(ada, &format!("/p/{post}/report")).await;
    assert!(told.text(".notice-title").contains("no rule was broken"));
    scene.holds();
}

#[actix_web::test]
async fn two_who_decide_an_appeal_at_once_decide_it_once() {
    let scene = Scene::set().await;
    let Scene { site, ben, mona, milo, post, thread, .. } = &scene;
    let third = site.staff("third", &[Role::Moderator]);
    site.post(mona, &format!("/p/{post}/remove"), &GROUNDS).await.expect(303);
    let notice = scene.notice(ben).await;
    site.post(ben, &format!("{notice}/appeal"), &[("words", "Please look again.")]).await.expect(303);

    let decide = format!("/moderation/appeals/{}", notice.rsplit('/').next().unwrap());
    let reverse = [("decision", "reverse"), ("reason", "Fine")];
    let (one, two) = tokio::join!(site.post(milo, &decide, &reverse), site.post(&third, &decide, &reverse));
    let mut both = [one.status.as_u16(), two.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [303, 409]);
    assert_eq!(site.get(ben, thread).await.count("#p-2[data-removed]"), 0);
    assert_eq!(scene.events("appeal-decided"), 1);
    scene.holds();
}
