//! Rollouts as managers, members and everybody see them.

use chrono::TimeDelta;
use touchstone::members::rules::Tier;
use touchstone::rollouts::RolloutId;
use touchstone::rollouts::rules::{Invitation, Phase, Plan, Publication};

use super::{
    announced, answer, crowd, entry, invitations, office, open, plan, rollout, standing, state, tend,
};
use crate::calls::{approve as document, waive};
use crate::grants::{is_shown, passed, settle};
use crate::support::look::{audit, id_of, mails};
use crate::support::{Page, Person, TestSite};

const HERE: &str = "/manage/rollouts";
const INVITATION: &str = "/verification/invitation";

/// A form for Top Rated members, with these fields otherwise.
fn form<'a>(version: &'a str, others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("version", version),
        ("title", "Top Rated members first"),
        ("reason", "They asked for it first, and clients meet them most often."),
        ("tier-top-rated", "yes"),
        ("without_roles", "yes"),
        ("percent", "100"),
        ("most", "500"),
        ("longest_wait", "72"),
        ("publication", "at-once"),
    ];
    for (name, value) in others {
        match fields.iter_mut().find(|field| field.0 == *name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    fields
}

async fn act(site: &TestSite, who: &Person, path: &str, act: &str, fields: &[(&str, &str)]) -> Page {
    let shown = site.get(who, path).await.expect(200);
    let version = shown.attributes("input[name=version]", "value").first().cloned().unwrap_or_default();
    let mut all = vec![("version", &*version)];
    all.extend_from_slice(fields);
    site.post(who, &format!("{path}/{act}"), &all).await
}

#[actix_web::test]
async fn a_rollout_goes_from_the_draft_to_the_first_wave() {
    let site = office();
    crowd(&site, 12);
    let (ada, boris) = (site.sign_in("ada-m"), site.sign_in("boris-m"));
    let thread = announced(&site).0.to_string();
    let looked = site.post(&ada, HERE, &form("0", &[("look", "yes")])).await.expect(200);
    assert_eq!(looked.attribute("[data-takes]", "data-takes"), "12");
    assert!(looked.text(".rollout-takes").contains("12 members: Top Rated, without a role"));
    assert!(site.get(&ada, HERE).await.expect(200).count("[data-rollout]") == 0, "looking keeps nothing");

    let kept = site.post(&ada, HERE, &form("0", &[])).await.expect(303);
    let path = kept.location().strip_suffix("?told=saved").unwrap().to_owned();
    let own = site.get(&ada, &path).await.expect(200);
    assert_eq!(own.count(&format!("form[action='{path}/approve']")), 0);
    act(&site, &ada, &path, "approve", &[("reason", "It is mine, and good.")]).await.expect(403);
    let short = act(&site, &boris, &path, "approve", &[("reason", "Fine.")]).await.expect(422);
    assert!(short.body.contains("Write 10 to 1000 characters"), "{}", short.text(".notice"));
    act(&site, &boris, &path, "approve", &[("reason", "Read, and it is fair to everybody.")])
        .await
        .expect(303);

    // It reaches members of long standing, and none of them was told.
    let refused = act(&site, &ada, &path, "open", &[]).await.expect(422);
    assert!(refused.text("[role=alert]").contains("12 of these members joined more than 90 days ago"));
    let version = site
        .get(&ada, &format!("{path}/draft"))
        .await
        .expect(200)
        .attribute("form.editor input[name=version]", "value");
    site.post(
        &ada,
        &path,
        &form(&version, &[("thread", &format!("http://127.0.0.1:8080/t/{thread}/the-badge-opens"))]),
    )
    .await
    .expect(303);
    act(&site, &boris, &path, "approve", &[("reason", "Read once more, with its announcement.")])
        .await
        .expect(303);
    act(&site, &ada, &path, "open", &[]).await.expect(303);
    site.forum.jobs(None).tend_rollouts().await.unwrap();

    let board = site.get(&ada, &path).await.expect(200);
    assert_eq!(board.attribute("[data-phase]", "data-phase"), "open");
    assert!(
        board.texts("details tr").contains(&"Invited, not opened12".to_owned()),
        "{:?}",
        board.texts("details tr")
    );
    let sheet = site.get(&ada, &format!("{path}/waves.csv")).await.expect(200);
    assert!(
        sheet.body.lines().nth(1).unwrap().starts_with("1,2026-11-18T12:00:00Z,12,20,0,180,0,720,80,60"),
        "{}",
        sheet.body
    );
    let funnel = site.get(&ada, &format!("{path}/funnel.csv")).await.expect(200);
    assert!(funnel.body.contains("\"Invited, not opened\",12"), "{}", funnel.body);
    let public = site.get(&Person::visitor(), &path.replace("/manage", "")).await.expect(200);
    assert!(public.body.contains("Read once more, with its announcement."));
    assert!(site.get(&Person::visitor(), "/rollouts").await.expect(200).count("[data-rollout=open]") == 1);
}

#[actix_web::test]
async fn what_is_wrong_in_a_draft_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let site = office();
    let ada = site.sign_in("ada-m");
    let wrong =
        [("title", "Hi"), ("percent", "0"), ("publication", "when-covered"), ("latest", "2020-01-01T00:00")];
    let page = site.post(&ada, HERE, &form("0", &wrong)).await.expect(422);
    for field in ["title", "percent", "latest"] {
        assert!(!page.text(&format!("#{field}-problem")).is_empty(), "{field}");
    }
    assert_eq!(page.attribute("#title", "value"), "Hi");
    assert_eq!(page.attribute("#latest", "value"), "2020-01-01T00:00");
    assert_eq!(page.count("input[name=tier-top-rated][checked]"), 1);
    assert_eq!(site.get(&ada, HERE).await.expect(200).count("[data-rollout]"), 0);
}

#[actix_web::test]
async fn two_who_change_a_draft_at_once_do_not_overwrite_each_other() {
    let site = office();
    crowd(&site, 3);
    let (ada, boris) = (site.sign_in("ada-m"), site.sign_in("boris-m"));
    let kept = site.post(&ada, HERE, &form("0", &[])).await.expect(303);
    let path = kept.location().strip_suffix("?told=saved").unwrap().to_owned();
    site.post(&boris, &path, &form("1", &[("most", "7")])).await.expect(303);
    let late = site.post(&ada, &path, &form("1", &[("most", "9")])).await.expect(422);
    assert!(late.text("[role=alert]").contains("changed meanwhile"));
    assert_eq!(late.attribute("#most", "value"), "9", "what was typed is kept");
    assert_eq!(rollout(&site, RolloutId(1)).plan.most, 7);
}

/// A member of an open rollout who is invited, and can sign in.
fn invited(site: &TestSite, plan: &Plan) -> (Person, RolloutId) {
    let eva = site.rated("eva-e", Tier::TopRated);
    let id = open(site, plan);
    tend(site, id);
    (eva, id)
}

#[actix_web::test]
async fn an_invitation_is_on_the_home_page_until_it_is_answered() {
    let site = office();
    let (eva, id) = invited(&site, &plan());
    let home = site.get(&eva, "/").await.expect(200);
    assert_eq!(home.attribute("[data-invitation]", "data-invitation"), "open");
    let page = site.get(&eva, INVITATION).await.expect(200);
    assert_eq!(page.attribute("[data-invitation]", "data-invitation"), "seen");
    assert!(page.body.contains("your account is not affected in any way; the badge will not be shown"));
    assert!(page.body.contains("Dec 9, 2026"), "21 days: {}", page.text(".facts"));
    let path = format!("{INVITATION}/{}", id.0);
    site.post(&eva, &path, &[("answer", "later")]).await.expect(303);
    assert_eq!(
        site.get(&eva, "/").await.expect(200).attribute("[data-invitation]", "data-invitation"),
        "quiet"
    );
    site.clock.advance(TimeDelta::days(3));
    assert_eq!(
        site.get(&eva, "/").await.expect(200).attribute("[data-invitation]", "data-invitation"),
        "open"
    );

    // The steps are closed to her until she accepts.
    let before = site.get(&eva, "/verification").await.expect(200);
    assert_eq!(before.count("[data-rollouts]"), 1);
    waive(&site, id_of(&site, "eva-e"), id_of(&site, "noor-v"));
    site.post(&eva, &path, &[("answer", "accept")]).await.expect(303);
    assert_eq!(site.get(&eva, "/").await.expect(200).count("[data-invitation]"), 0);
    assert_eq!(state(&site, id, id_of(&site, "eva-e")), Invitation::Accepted);
    let after = site.get(&eva, "/verification").await.expect(200);
    assert_eq!(after.count("[data-rollouts]"), 0);
    assert_ne!(before.text("[data-step=document]"), after.text("[data-step=document]"));
    document(&site, id_of(&site, "eva-e"), {
        site.agent("dora-d");
        id_of(&site, "dora-d")
    });
}

#[actix_web::test]
async fn whoever_is_not_invited_cannot_answer_and_somebody_elses_is_not_theirs() {
    let site = office();
    let (_, id) = invited(&site, &plan());
    let mallory = site.member("mallory-m");
    let path = format!("{INVITATION}/{}", id.0);
    for what in ["accept", "decline", "later", "rejoin"] {
        site.post(&mallory, &path, &[("answer", what)]).await.expect(404);
    }
    site.post(&mallory, &path, &[("answer", "perhaps")]).await.expect(422);
    assert_eq!(state(&site, id, id_of(&site, "eva-e")), Invitation::Invited);
    let page = site.get(&mallory, INVITATION).await.expect(200);
    assert!(
        page.text("[data-why]").contains("It is for members Top Rated, and that does not fit you today.")
    );
    site.post(&mallory, &format!("{INVITATION}/watch"), &[("wants", "true")]).await.expect(303);
    assert!(
        site.get(&mallory, INVITATION)
            .await
            .expect(200)
            .body
            .contains("You will be told when it opens to you.")
    );
}

#[actix_web::test]
async fn declining_changes_nothing_else() {
    let site = office();
    let (eva, id) = invited(&site, &plan());
    let member = id_of(&site, "eva-e");
    let rows = |site: &TestSite| -> Vec<String> {
        let mut conn = touchstone::db::Conn::open(&site.database.url).unwrap();
        let all = crate::support::tables::rows(&mut conn);
        // What the answer itself writes, and that she was here.
        let own = ["rollout_members", "audit_", "sessions", "sqlite_sequence"];
        all.into_iter().filter(|row| !own.iter().any(|table| row.starts_with(table))).collect()
    };
    let before = (rows(&site), site.get(&eva, "/u/eva-e").await.expect(200).body);
    site.post(&eva, &format!("{INVITATION}/{}", id.0), &[("answer", "decline")]).await.expect(303);
    assert_eq!(state(&site, id, member), Invitation::Declined);
    assert!(before.0.len() > 10);
    assert_eq!(before, (rows(&site), site.get(&eva, "/u/eva-e").await.expect(200).body));
    let page = site.get(&eva, INVITATION).await.expect(200);
    assert!(
        page.text(".lede").contains("Your account is not affected in any way."),
        "{}",
        page.text(".lede")
    );
    site.post(&eva, &format!("{INVITATION}/{}", id.0), &[("answer", "rejoin")]).await.expect(303);
    assert_eq!(state(&site, id, member), Invitation::Queued);
    assert!(site.get(&eva, INVITATION).await.expect(200).text(".rollout-whole").contains("number 1 of 1"));
}

#[actix_web::test]
async fn a_held_badge_is_told_to_its_member_alone_and_everybody_is_told_when_it_is_shown() {
    let site = office();
    let latest = site.clock.now() + TimeDelta::days(60);
    let (eva, id) = invited(&site, &Plan { publication: Publication::WhenCovered { latest }, ..plan() });
    let member = id_of(&site, "eva-e");
    site.rated("gus-g", Tier::TopRated);
    answer(&site, id, member, true).unwrap();
    site.agent("dora-d");
    waive(&site, member, id_of(&site, "dora-d"));
    passed(&site, "eva-e", false);
    settle(&site, 61).await;
    let words = "It will be shown together with everyone else’s on Jan 17, 2027, 12:00 UTC at the latest.";
    for path in ["/verification", "/verification/badge"] {
        assert!(site.get(&eva, path).await.expect(200).body.contains(words), "{path}");
    }
    let page = site.get(&eva, INVITATION).await.expect(200);
    assert!(page.text("[data-held]").contains("You are verified"), "{}", page.body);
    tend(&site, id);
    assert_eq!(rollout(&site, id).phase, Phase::Published);
    assert!(is_shown(&site, "eva-e"));
    site.forum.jobs(None).drain_outbox().await.unwrap();
    let page = site.get(&eva, "/notifications").await.expect(200);
    assert!(page.body.contains("is shown now, together with everyone else’s"), "{}", page.text("main"));
    assert!(mails(&site).iter().any(|mail| mail.subject.contains("Your badge is shown")));
}

#[actix_web::test]
async fn invitations_and_reminders_leave_as_notices_and_mails() {
    let site = office();
    let (eva, id) = invited(&site, &plan());
    site.forum.jobs(None).drain_outbox().await.unwrap();
    site.clock.advance(TimeDelta::days(18));
    tend(&site, id);
    assert_eq!(invitations(&site).last().map(|told| told.2), Some(3));
    site.forum.jobs(None).drain_outbox().await.unwrap();
    let page = site.get(&eva, "/notifications").await.expect(200);
    assert!(page.body.contains("You are invited to Identity Verified"));
    assert!(page.body.contains("Your invitation to Identity Verified is still open"));
    let subjects: Vec<String> = mails(&site).into_iter().map(|mail| mail.subject).collect();
    assert!(subjects.contains(&"You are invited to Identity Verified".to_owned()), "{subjects:?}");
    let reminder = "Your invitation to Identity Verified is open until Dec 9, 2026, 12:00 UTC".to_owned();
    assert!(subjects.contains(&reminder), "{subjects:?}");
    let mail = mails(&site).into_iter().find(|mail| mail.subject == reminder).unwrap();
    assert!(mail.body.contains("your account is not affected in any way"));
    assert!(mail.body.contains("Three days are left"), "{}", mail.body);
}

/// A member needs nothing of ours but the published salt and their number.
#[actix_web::test]
async fn a_member_computes_their_place_with_sha256sum_alone() {
    let site = office();
    crowd(&site, 20);
    let (eva, id) = invited(&site, &plan());
    let path = format!("/rollouts/{}/place", id.0);
    let early = site.get(&eva, &path).await.expect(200);
    assert!(early.body.contains("The salt is not public yet") && early.count("[data-line]") == 0);
    while rollout(&site, id).phase == Phase::Open {
        for member in standing(&site, id, Invitation::Invited) {
            answer(&site, id, member, false).unwrap();
        }
        site.clock.advance(TimeDelta::days(1));
        crate::calls::shift(&site, "noor-v", 60, 240);
        tend(&site, id);
    }
    let page = site.get(&eva, &path).await.expect(200);
    let run = |line: &str| {
        let output = std::process::Command::new("sh").args(["-c", line]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
    };
    let own = entry(&site, id, id_of(&site, "eva-e"));
    assert_eq!(run(&page.text("[data-line]")), own.place);
    assert_eq!(page.text("[data-place]"), own.place);
    assert_eq!(run(&page.text("[data-salt-line]")), rollout(&site, id).approval.unwrap().salt_hash);
    let acts: Vec<String> = audit(&site).into_iter().map(|(act, ..)| act).collect();
    assert!(acts.contains(&"rollout-wave".to_owned()));
}

#[actix_web::test]
async fn nobody_comes_back_to_one_rollout_while_they_wait_in_another() {
    let site = office();
    let (eva, first) = invited(&site, &plan());
    let member = id_of(&site, "eva-e");
    answer(&site, first, member, false).unwrap();
    let second = super::drafted(&site, &plan());
    super::approve(&site, second);
    assert_eq!(state(&site, second, member), Invitation::Queued);
    let again =
        site.post(&eva, &format!("{INVITATION}/{}", first.0), &[("answer", "rejoin")]).await.expect(303);
    assert!(again.location().ends_with("told=over"), "{}", again.location());
    assert_eq!(state(&site, first, member), Invitation::Declined);
}

#[actix_web::test]
async fn who_asked_is_told_that_it_opens_and_the_exempt_are_not() {
    let site = office();
    let (eva, gus) = (site.rated("eva-e", Tier::TopRated), site.rated("gus-g", Tier::TopRated));
    for who in [&eva, &gus] {
        site.post(who, &format!("{INVITATION}/watch"), &[("wants", "true")]).await.expect(303);
    }
    let id = open(&site, &plan());
    let gone = id_of(&site, "gus-g");
    site.write(move |conn| {
        let row = format!(
            "UPDATE rollout_members SET state = 'exempt', final_at = '2026-11-18 12:00:00' WHERE member_id = {}",
            gone.0
        );
        Ok(diesel::connection::SimpleConnection::batch_execute(conn, &row)?)
    });
    assert_eq!(state(&site, id, gone), Invitation::Exempt);
    site.forum.jobs(None).drain_outbox().await.unwrap();
    let words = "Identity Verified opens to you";
    assert!(site.get(&eva, "/notifications").await.expect(200).body.contains(words));
    assert!(!site.get(&gus, "/notifications").await.expect(200).body.contains(words));
    let watches = |member| site.read(move |conn| Ok(touchstone::rollouts::store::is_watching(conn, member)?));
    assert!(!watches(id_of(&site, "eva-e")) && watches(gone));
}
