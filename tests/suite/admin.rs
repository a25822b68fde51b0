//! What administrators do with members: roles, tiers, names; and what nobody does, granting badges.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use touchstone::accounts::actions::{self, Added};
use touchstone::accounts::rules::Email;
use touchstone::members;
use touchstone::members::rules::{Role, Tier, TierSource};
use touchstone::members::store::TierChange;
use touchstone::text::names::{DisplayName, Handle};

use crate::support::look::{audit, count_grants, find, id_of, member};
use crate::support::site::PASSWORD;
use crate::support::{Page, Person, TestSite};

fn roles(site: &TestSite, handle: &str) -> Vec<Role> {
    let id = id_of(site, handle);
    site.read(|conn| Ok(members::store::roles_of(conn, &[id])?.remove(&id).unwrap_or_default()))
}

fn history(site: &TestSite, handle: &str) -> Vec<TierChange> {
    let id = id_of(site, handle);
    site.read(|conn| Ok(members::store::tier_history(conn, id)?))
}

fn acts(site: &TestSite, act: &str) -> Vec<(String, String)> {
    let audit = audit(site).into_iter();
    audit.filter(|row| row.0 == act).map(|(_, subject, reason)| (subject, reason)).collect()
}

async fn set_roles(site: &TestSite, who: &Person, handle: &str, roles: &[&str]) -> Page {
    let fields: Vec<(&str, &str)> = roles.iter().map(|role| ("role", *role)).collect();
    site.post(who, &format!("/admin/members/{handle}/roles"), &fields).await
}

async fn set_tier(site: &TestSite, who: &Person, handle: &str, tier: &str) -> Page {
    site.post(who, &format!("/admin/members/{handle}/tier"), &[("tier", tier)]).await
}

/// Those who are not administrators, and how a page of the administration answers them.
fn outsiders(site: &TestSite) -> [(Person, u16); 4] {
    [
        (Person::visitor(), 303),
        (site.member("plain-p"), 403),
        (site.staff("mod-m", &[Role::Moderator]), 403),
        (site.staff("manager-m", &[Role::CommunityManager]), 403),
    ]
}

// Roles

#[actix_web::test]
async fn an_administrator_gives_and_takes_roles() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let ada = site.member("ada-k");
    site.get(&ada, "/admin").await.expect(403);
    let page =
        set_roles(&site, &boss, "ada-k", &["administrator", "moderator", "moderator"]).await.expect(303);
    assert_eq!(page.location(), "/admin/members/ada-k?saved=roles");
    assert_eq!(roles(&site, "ada-k"), [Role::Moderator, Role::Administrator]);
    let page = site.get(&boss, page.location()).await.expect(200);
    assert_eq!(page.text("[role=status]"), "The roles are saved.");
    assert_eq!(page.attributes("input[name=role][checked]", "value"), ["moderator", "administrator"]);
    site.get(&ada, "/admin").await.expect(200);
    let profile = site.get(&Person::visitor(), "/u/ada-k").await.expect(200);
    assert_eq!(profile.attributes("[data-role]", "data-role"), ["moderator", "administrator"]);

    set_roles(&site, &boss, "ada-k", &[]).await.expect(303);
    assert!(roles(&site, "ada-k").is_empty());
    site.get(&ada, "/admin").await.expect(403);
    let expected = [("member ada-k", "administrator moderator moderator"), ("member ada-k", "")];
    let expected = expected.map(|(subject, reason)| (subject.to_owned(), reason.to_owned()));
    assert_eq!(acts(&site, "roles-set"), expected);
}

#[actix_web::test]
async fn nobody_is_agent_and_trust_administrator_together() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    site.staff("ada-k", &[Role::VerificationAgent]);
    for agent in ["verification-agent", "senior-agent"] {
        let page = set_roles(&site, &boss, "ada-k", &[agent, "trust-administrator"]).await.expect(422);
        assert_eq!(
            page.text("#roles-problem"),
            "An agent cannot be trust administrator as well: whoever decides cases must not set the policy they \
             follow."
        );
        assert_eq!(roles(&site, "ada-k"), [Role::VerificationAgent]);
    }
    assert!(acts(&site, "roles-set").is_empty());
    // One for the other is no clash.
    set_roles(&site, &boss, "ada-k", &["trust-administrator"]).await.expect(303);
    assert_eq!(roles(&site, "ada-k"), [Role::TrustAdministrator]);
}

#[actix_web::test]
async fn the_last_administrator_stays() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    site.member("ada-k");
    let page = set_roles(&site, &boss, "boss-b", &["moderator"]).await.expect(422);
    assert!(page.text("#roles-problem").starts_with("This is the only administrator."));
    assert_eq!(roles(&site, "boss-b"), [Role::Administrator]);
    set_roles(&site, &boss, "ada-k", &["administrator"]).await.expect(303);
    set_roles(&site, &boss, "boss-b", &["moderator"]).await.expect(303);
    assert_eq!(roles(&site, "boss-b"), [Role::Moderator]);
    site.get(&boss, "/admin").await.expect(403);
}

#[actix_web::test]
async fn an_unknown_role_or_member_changes_nothing() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    site.staff("ada-k", &[Role::Moderator]);
    set_roles(&site, &boss, "ada-k", &["community-manager", "king"]).await.expect(422);
    assert_eq!(roles(&site, "ada-k"), [Role::Moderator]);
    set_roles(&site, &boss, "nobody-here", &["moderator"]).await.expect(404);
    site.get(&boss, "/admin/members/nobody-here").await.expect(404);
    assert!(acts(&site, "roles-set").is_empty());
}

#[actix_web::test]
async fn nobody_but_administrators_sets_roles_tiers_and_names() {
    let site = TestSite::start();
    site.staff("boss-b", &[Role::Administrator]);
    for (who, status) in outsiders(&site) {
        for path in ["/admin", "/admin/members", "/admin/members/plain-p", "/admin/tiers"] {
            site.get(&who, path).await.expect(status);
        }
        set_roles(&site, &who, "plain-p", &["administrator"]).await.expect(403);
        set_roles(&site, &who, "boss-b", &[]).await.expect(403);
        set_tier(&site, &who, "plain-p", "top-rated").await.expect(403);
        site.post(&who, "/admin/members/plain-p/name", &[]).await.expect(403);
        upload(&site, &who, b"handle,tier\nplain-p,top-rated\n").await.expect(403);
        let list = [("name", "x"), ("list", "handle,tier\nplain-p,top-rated\n")];
        site.post(&who, "/admin/tiers/apply", &list).await.expect(403);
    }
    assert!(roles(&site, "plain-p").is_empty());
    assert_eq!(roles(&site, "boss-b"), [Role::Administrator]);
    assert_eq!(member(&site, "plain-p").tier, None);
    assert!(history(&site, "plain-p").is_empty());
    assert!(audit(&site).iter().all(|row| row.0 == "member-added"));
}

// Tiers by hand

#[actix_web::test]
async fn a_tier_is_set_and_its_history_kept() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    site.member("ada-k");
    let page = set_tier(&site, &boss, "ada-k", "top-rated").await.expect(303);
    assert_eq!(page.location(), "/admin/members/ada-k?saved=tier");
    assert_eq!(member(&site, "ada-k").tier, Some(Tier::TopRated));
    assert_eq!(member(&site, "ada-k").tier_since, Some(site.clock.now()));
    site.clock.advance(TimeDelta::days(3));
    set_tier(&site, &boss, "ada-k", "none").await.expect(303);
    let ada = member(&site, "ada-k");
    assert_eq!((ada.tier, ada.tier_since), (None, None));

    let page = site.get(&boss, "/admin/members/ada-k").await.expect(200);
    assert_eq!(
        page.texts("tbody td"),
        [
            "Nov 21, 2026",
            "None",
            "set by an administrator",
            "Boss B",
            "Nov 18, 2026",
            "Top Rated",
            "set by an administrator",
            "Boss B",
        ]
    );
    let reasons: Vec<String> = acts(&site, "tier-set").into_iter().map(|act| act.1).collect();
    assert_eq!(reasons, ["top-rated", "none"]);
}

#[actix_web::test]
async fn setting_the_same_tier_again_is_no_change() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    site.rated("ada-k", Tier::TopRated);
    let before = member(&site, "ada-k").tier_since;
    site.clock.advance(TimeDelta::days(3));
    set_tier(&site, &boss, "ada-k", "top-rated").await.expect(303);
    assert_eq!(member(&site, "ada-k").tier_since, before);
    assert_eq!(history(&site, "ada-k").len(), 1);
    assert!(acts(&site, "tier-set").is_empty());
}

#[actix_web::test]
async fn an_unknown_tier_is_refused_beside_the_field() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    site.rated("ada-k", Tier::TopRated);
    for tier in ["gold", "top-rated-plus-plus", "identity-verified"] {
        let page = set_tier(&site, &boss, "ada-k", tier).await.expect(422);
        assert_eq!(page.text("#tier-problem"), "Choose one of the tiers.");
    }
    set_tier(&site, &boss, "nobody-here", "top-rated").await.expect(404);
    assert_eq!(member(&site, "ada-k").tier, Some(Tier::TopRated));
    assert_eq!(history(&site, "ada-k").len(), 1);
}

// Tiers from a file

/// Sends a file as the form does.
async fn upload(site: &TestSite, who: &Person, list: &[u8]) -> Page {
    let mut body = b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"tiers.csv\"\r\n\
        Content-Type: text/csv\r\n\r\n"
        .to_vec();
    body.extend_from_slice(list);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let request = TestRequest::post()
        .uri("/admin/tiers")
        .insert_header((CONTENT_TYPE, "multipart/form-data; boundary=edge"))
        .set_payload(body);
    site.send(request, who).await
}

/// Sends what a preview carries along, as its button does.
async fn apply(site: &TestSite, who: &Person, preview: &Page) -> Page {
    let (name, list) =
        (preview.attribute("input[name=name]", "value"), preview.attribute("input[name=list]", "value"));
    let fields = [("name", name.as_str()), ("list", list.as_str())];
    site.post(who, "/admin/tiers/apply", &fields).await
}

const LIST: &str = "handle,tier\r\n\
    ada-k,top-rated\r\n\
    bob-m,none\r\n\
    ghost-g,top-rated\r\n\
    cleo-n,gold\r\n\
    ada-k,rising-talent\r\n\
    bob-m,\r\n\
    \r\n\
    @Dora-O, Top Rated Plus \r\n\
    eve-p\r\n\
    cleo-n,none\r\n";

fn five_members(site: &TestSite) -> Person {
    site.member("ada-k");
    site.member("bob-m");
    site.rated("cleo-n", Tier::RisingTalent);
    site.rated("dora-o", Tier::TopRated);
    site.rated("eve-p", Tier::TopRated);
    site.staff("boss-b", &[Role::Administrator])
}

fn tiers(site: &TestSite) -> Vec<Option<Tier>> {
    ["ada-k", "bob-m", "cleo-n", "dora-o", "eve-p"].iter().map(|handle| member(site, handle).tier).collect()
}

#[actix_web::test]
async fn a_preview_says_line_by_line_what_would_change_and_changes_nothing() {
    let site = TestSite::start();
    let boss = five_members(&site);
    let (before, said) = (tiers(&site), audit(&site));
    let page = upload(&site, &boss, LIST.as_bytes()).await.expect(200);
    assert_eq!(page.text("#preview-title"), "Preview of tiers.csv");
    assert_eq!(page.text(".notice-title"), "5 of 9 lines cannot be used");
    assert_eq!(page.texts("caption"), ["Lines with problems", "3 members change, unchanged: 1"]);
    assert_eq!(page.texts("tbody tr td.number"), ["4", "5", "6", "7", "10", "2", "9", "11"]);
    let rows = page.texts("tbody tr");
    let unknown_tier = "is no tier. Use none, rising-talent, top-rated or top-rated-plus.";
    assert_eq!(
        rows[..5],
        [
            "4ghost-g,top-ratedNo member has this handle.".to_owned(),
            format!("5cleo-n,gold\"gold\" {unknown_tier}"),
            "6ada-k,rising-talentThis member stands on line 2 already; that line counts.".to_owned(),
            format!("7bob-m,(nothing)\"(nothing)\" {unknown_tier}"),
            format!("10eve-p,(nothing)\"(nothing)\" {unknown_tier}"),
        ]
    );
    assert_eq!(
        rows[5..],
        ["2 Ada K None Top Rated", "9 Dora O Top Rated Top Rated Plus", "11 Cleo N Rising Talent None",]
    );
    assert_eq!(page.text("form[action='/admin/tiers/apply'] button"), "Change 3 tiers");
    assert_eq!(tiers(&site), before);
    assert_eq!(audit(&site), said);
    assert!(history(&site, "ada-k").is_empty());
}

#[actix_web::test]
async fn applying_does_exactly_what_the_preview_said_and_once() {
    let site = TestSite::start();
    let boss = five_members(&site);
    let preview = upload(&site, &boss, LIST.as_bytes()).await.expect(200);
    site.clock.advance(TimeDelta::minutes(2));
    let page = apply(&site, &boss, &preview).await.expect(200);
    assert_eq!(page.text("[role=status]"), "3 tiers changed");
    assert_eq!(
        tiers(&site),
        [Some(Tier::TopRated), None, None, Some(Tier::TopRatedPlus), Some(Tier::TopRated)]
    );
    for (handle, length) in [("ada-k", 1), ("cleo-n", 2), ("dora-o", 2)] {
        let history = history(&site, handle);
        assert_eq!(history.len(), length, "{handle}");
        assert_eq!(history[0].source, TierSource::Csv);
        assert_eq!(history[0].by.as_deref(), Some("Boss B"));
        assert_eq!(history[0].at, site.clock.now());
    }
    assert_eq!(history(&site, "bob-m").len(), 0);
    assert_eq!(history(&site, "eve-p").len(), 1);
    let mut changed = acts(&site, "tier-set");
    changed.sort();
    let expected =
        [("member ada-k", "top-rated"), ("member cleo-n", "none"), ("member dora-o", "top-rated-plus")];
    let expected = expected.map(|(subject, reason)| (subject.to_owned(), reason.to_owned()));
    assert_eq!(changed, expected);

    let again = apply(&site, &boss, &preview).await.expect(200);
    assert_eq!(again.text("[role=status]"), "0 tiers changed");
    assert_eq!(acts(&site, "tier-set").len(), 3);
}

#[actix_web::test]
async fn the_mark_in_front_of_a_list_is_no_part_of_its_heading() {
    let site = TestSite::start();
    let boss = five_members(&site);
    let page = upload(&site, &boss, "\u{feff}Tier,Handle\nnone,cleo-n\n".as_bytes()).await.expect(200);
    assert_eq!(page.texts("tbody tr"), ["2 Cleo N Rising Talent None"]);
}

#[actix_web::test]
async fn a_file_that_is_no_such_list_is_refused_beside_the_field() {
    let site = TestSite::start();
    let boss = five_members(&site);
    for (list, why) in [
        (b"handle,tier\nada-k,\xff\xfe\n".as_slice(), "UTF-8"),
        (b"ada-k,top-rated\n", "heading"),
        (b"", "heading"),
        (b"handle,tier\n", "no lines below it"),
    ] {
        let page = upload(&site, &boss, list).await.expect(422);
        assert!(page.text("#file-problem").contains(why), "{why}: {}", page.body);
        assert_eq!(page.count("#preview-title"), 0);
    }
    // A form without a file.
    site.post(&boss, "/admin/tiers", &[]).await.expect(422);
    for list in ["", "ada-k,top-rated\n", "handle,tier\n"] {
        site.post(&boss, "/admin/tiers/apply", &[("list", list)]).await.expect(422);
    }
    assert!(acts(&site, "tier-set").is_empty());
}

/// A list of this many bytes, whose last line alone says something.
fn long_list(bytes: usize) -> Vec<u8> {
    let end = b"ada-k,top-rated\n";
    let mut list = b"handle,tier\n".to_vec();
    while list.len() < bytes - end.len() {
        let left = bytes - end.len() - list.len();
        list.extend_from_slice(&[&b"y".repeat(left.min(100) - 1)[..], b"\n"].concat());
    }
    list.extend_from_slice(end);
    list
}

#[actix_web::test]
async fn a_list_has_two_mebibytes_and_no_more() {
    const LARGEST: usize = 2 * 1024 * 1024;
    let site = TestSite::start();
    let boss = five_members(&site);
    let page = upload(&site, &boss, &long_list(LARGEST + 1)).await.expect(413);
    assert!(page.text(".lede").contains("Keep the list within 2 MiB"));
    let preview = upload(&site, &boss, &long_list(LARGEST)).await.expect(200);
    let page = apply(&site, &boss, &preview).await.expect(200);
    assert_eq!(page.text("[role=status]"), "1 tier changed");
    assert_eq!(member(&site, "ada-k").tier, Some(Tier::TopRated));
}

// The list of members

#[actix_web::test]
async fn members_are_found_by_the_beginning_of_their_handle_page_by_page() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let (now, keys) = (site.clock.now(), site.keys());
    site.write(move |conn| {
        for number in 10..70 {
            let added = Added {
                handle: Handle::parse(&format!("row-{number}")).unwrap(),
                name: DisplayName::parse(&format!("Row {number}")).unwrap(),
                email: Email::parse(&format!("row-{number}@example.org")).unwrap(),
                roles: Vec::new(),
                tier: None,
                password_hash: String::new(),
            };
            actions::add(conn, &keys, &added, now)?;
        }
        Ok(())
    });
    let first = site.get(&boss, "/admin/members?q=%40ROW-").await.expect(200);
    assert_eq!(first.attribute("#q", "value"), "row-");
    let next = first.attribute("a[rel=next]", "href");
    assert_eq!(next, "/admin/members?q=row-&after=row-59");
    let second = site.get(&boss, &next).await.expect(200);
    assert_eq!(second.count("a[rel=next]"), 0);
    let mut shown = first.attributes(".row-title a", "href");
    shown.extend(second.attributes(".row-title a", "href"));
    let expected: Vec<String> = (10..70).map(|number| format!("/admin/members/row-{number}")).collect();
    assert_eq!(shown, expected);
    for nothing in ["%25", "_", "row%5C", "%26after%3D"] {
        let page = site.get(&boss, &format!("/admin/members?q={nothing}")).await.expect(200);
        assert_eq!(page.count(".row-title"), 0, "{nothing}");
    }
}

// Names

#[actix_web::test]
async fn a_name_is_settled_by_an_administrator_and_leaves_the_list() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    site.member("lily-moss");
    let ada = site.member("ada-k");
    let fields = [("name", "LiIy Moss"), ("signature", ""), ("profile", "everyone")];
    site.post(&ada, "/settings/profile", &fields).await.expect(303);
    let overview = site.get(&boss, "/admin").await.expect(200);
    let waiting = "[aria-labelledby=names-title] .row-title a";
    assert_eq!(overview.attributes(waiting, "href"), ["/admin/members/ada-k"]);
    let page = site.get(&boss, "/admin/members/ada-k").await.expect(200);
    let form = page.attribute("[aria-labelledby=review-title] form", "action");
    site.post(&ada, &form, &[]).await.expect(403);
    assert!(member(&site, "ada-k").name_review);

    site.post(&boss, &form, &[]).await.expect(303);
    assert!(!member(&site, "ada-k").name_review);
    let settled = [("member ada-k".to_owned(), "LiIy Moss".to_owned())];
    assert_eq!(acts(&site, "name-settled"), settled);
    let overview = site.get(&boss, "/admin").await.expect(200);
    assert_eq!(overview.count(waiting), 0);
    site.post(&boss, "/admin/members/nobody-here/name", &[]).await.expect(404);
}

// Badges

#[actix_web::test]
async fn nobody_grants_a_badge_by_hand() {
    let site = TestSite::start();
    let roles = [Role::Administrator, Role::TrustAdministrator, Role::Moderator];
    let boss = site.add_app(site.staff("boss-b", &roles));
    site.member("ada-k");
    let badge = [
        ("badge", "identity-verified"),
        ("badges", "identity-verified"),
        ("badges[]", "identity-verified"),
        ("state", "active"),
        ("grant", "identity-verified"),
        ("verified", "1"),
    ];
    let with = |fields: &[(&'static str, &'static str)]| [fields, &badge[..]].concat();
    for (path, fields) in [
        ("/admin/members/ada-k/roles", vec![("role", "moderator")]),
        ("/admin/members/ada-k/tier", vec![("tier", "top-rated")]),
        ("/admin/members/ada-k/name", vec![]),
        ("/settings/profile", vec![("name", "Boss B"), ("signature", ""), ("profile", "everyone")]),
        (
            "/join",
            vec![
                ("handle", "eve-p"),
                ("name", "Eve Palmer"),
                ("email", "eve@example.org"),
                ("password", PASSWORD),
            ],
        ),
    ] {
        site.post(&boss, path, &with(&fields)).await.expect(303);
    }
    assert!(find(&site, "eve-p").is_some());
    let list = "handle,tier,badge,badges\nada-k,none,identity-verified,identity-verified\n";
    let preview = upload(&site, &boss, list.as_bytes()).await.expect(200);
    apply(&site, &boss, &preview).await.expect(200);
    // A badge is neither a role nor a tier.
    set_roles(&site, &boss, "ada-k", &["identity-verified"]).await.expect(422);
    set_tier(&site, &boss, "ada-k", "identity-verified").await.expect(422);
    for path in [
        "/admin/members/ada-k/badge",
        "/admin/members/ada-k/badges",
        "/badges",
        "/badges/identity-verified",
        "/verification",
        "/u/ada-k/badges",
    ] {
        site.post(&boss, path, &badge).await.expect(404);
    }
    // Here badges are taken off, and nothing is given.
    site.post(&boss, "/admin/badges", &badge).await.expect(422);
    assert_eq!(count_grants(&site), 0);

    for path in ["/admin", "/admin/members/ada-k", "/admin/members", "/admin/tiers", "/settings"] {
        let page = site.get(&boss, path).await.expect(200);
        let mut fields = page.attributes("form [name]", "name");
        fields.extend(page.attributes("form", "action"));
        assert!(fields.iter().all(|field| !field.contains("badge")), "{path}: {fields:?}");
    }
}
