//! Profiles: who sees them, and what a change of name does to badges.

use touchstone::badges;
use touchstone::badges::rules::{Badge, GrantState};
use touchstone::badges::store::NewGrant;
use touchstone::members;
use touchstone::members::rules::{Role, Tier};

use crate::support::look::{grants, id_of, member};
use crate::support::{Page, Person, TestSite};

/// Gives a member a badge, as an import does, bound to this name.
fn try_to_grant(site: &TestSite, handle: &str, badge: Badge, name: &str) -> bool {
    let (id, name, now) = (id_of(site, handle), name.to_owned(), site.clock.now());
    let written = site.try_write(move |conn| {
        let grant = NewGrant {
            member: id,
            badge,
            policy_version: 1,
            bound_name: &name,
            state: GrantState::Active,
            granted_at: now,
            expires_at: None,
        };
        Ok(badges::store::insert_imported(conn, &grant)?)
    });
    written.is_ok()
}

fn grant(site: &TestSite, handle: &str, badge: Badge) {
    let name = member(site, handle).name;
    assert!(try_to_grant(site, handle, badge, &name));
}

fn states(site: &TestSite, handle: &str) -> Vec<GrantState> {
    grants(site, handle).iter().map(|grant| grant.state).collect()
}

async fn save(site: &TestSite, who: &Person, name: &str, signature: &str, profile: &str) -> Page {
    let fields = [("name", name), ("signature", signature), ("profile", profile)];
    site.post(who, "/settings/profile", &fields).await
}

// Who sees a profile

#[actix_web::test]
async fn a_profile_is_seen_by_those_whom_its_owner_chose() {
    let site = TestSite::start();
    site.open_board("talk");
    let ada = site.rated("ada-k", Tier::TopRated);
    grant(&site, "ada-k", Badge::IdentityVerified);
    let thread = site.thread(&ada, "talk", "What I wrote stays").await;
    let visitor = Person::visitor();
    let other = site.member("bob-m");
    let moderator = site.staff("mona-d", &[Role::Moderator]);
    let readers = [&visitor, &other, &moderator, &ada];
    for (profile, expected) in [
        ("everyone", [true, true, true, true]),
        ("members", [false, true, true, true]),
        ("private", [false, false, true, true]),
        ("everyone", [true, true, true, true]),
    ] {
        save(&site, &ada, "Ada K", "", profile).await.expect(303);
        for (reader, sees) in readers.iter().zip(expected) {
            let page = site.get(reader, "/u/ada-k").await.expect(200);
            let who = &reader.handle;
            assert_eq!(page.text("h1"), "Ada K");
            assert_eq!(page.count(".marks [data-tier=top-rated]") == 1, sees, "{profile} {who}");
            assert_eq!(page.count("[data-rank]") == 1, sees, "{profile} {who}");
            assert_eq!(page.count("[data-badge]") == 1, sees, "{profile} {who}");
            assert_eq!(page.body.contains("What I wrote stays"), sees, "{profile} {who}");
            assert_eq!(page.body.contains("Top Rated"), sees, "{profile} {who}");
            // Posts are read as ever, with all that stands beside them.
            let page = site.get(reader, &thread).await.expect(200);
            assert_eq!(page.count("article [data-badge=identity-verified]"), 1);
        }
    }
}

#[actix_web::test]
async fn a_closed_profile_says_to_whom_it_is_open() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    save(&site, &ada, "Ada K", "", "members").await.expect(303);
    let page = site.get(&Person::visitor(), "/u/ada-k").await.expect(200);
    assert!(page.text(".lede").starts_with("This profile is for members."));
    assert_eq!(page.attributes(".actions a", "href"), ["/login?next=%2Fu%2Fada-k"]);
    save(&site, &ada, "Ada K", "", "private").await.expect(303);
    let page = site.get(&Person::visitor(), "/u/ada-k").await.expect(200);
    assert!(page.text(".lede").starts_with("This profile is private."));
    assert_eq!(page.count(".actions a"), 0);
}

#[actix_web::test]
async fn a_profile_is_found_whatever_the_case_of_its_address_and_nobody_elses_is() {
    let site = TestSite::start();
    site.member("ada-k");
    let page = site.get(&Person::visitor(), "/u/ADA-K").await.expect(200);
    assert_eq!(page.text("h1"), "Ada K");
    site.get(&Person::visitor(), "/u/nobody-here").await.expect(404);
}

// The form

#[actix_web::test]
async fn a_member_changes_the_profile() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let page = save(&site, &ada, "Ada Kovacs", "  Joiner,   Graz ", "members").await.expect(303);
    assert_eq!(page.location(), "/settings?saved=profile");
    let saved = member(&site, "ada-k");
    assert_eq!((saved.name.as_str(), saved.signature.as_str()), ("Ada Kovacs", "Joiner, Graz"));
    let page = site.get(&ada, page.location()).await.expect(200);
    assert_eq!(page.text("[role=status]"), "Your profile is saved.");
    assert_eq!(page.attribute("#name", "value"), "Ada Kovacs");
    assert_eq!(page.attributes("#profile-for option[selected]", "value"), ["members"]);
}

#[actix_web::test]
async fn a_refused_profile_keeps_what_was_typed_and_changes_nothing() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    grant(&site, "ada-k", Badge::IdentityVerified);
    for (name, signature, profile, field) in [
        ("A", "New words", "private", "name"),
        ("Ada ✔", "New words", "private", "name"),
        ("Ad\u{430} K", "New words", "private", "name"),
        ("Ada Kovacs", "Verified ✅", "private", "signature"),
        ("Ada Kovacs", "★ the best", "private", "signature"),
        ("Ada Kovacs", "New words", "nobody", "profile-for"),
        ("Ada Kovacs", "New words", "", "profile-for"),
    ] {
        let page = save(&site, &ada, name, signature, profile).await.expect(422);
        assert_eq!(page.attributes("p.problem", "id"), [format!("{field}-problem")], "{name} {signature}");
        assert_eq!(page.attribute("#name", "value"), name);
        assert_eq!(page.attribute("#signature", "value"), signature);
        let chosen = page.attributes("#profile-for option[selected]", "value");
        assert_eq!(chosen == ["private"], profile == "private", "{name} {signature}");
    }
    let long = "x".repeat(201);
    save(&site, &ada, "Ada Kovacs", &long, "private").await.expect(422);
    let same = member(&site, "ada-k");
    assert_eq!((same.name.as_str(), same.signature.as_str()), ("Ada K", ""));
    assert_eq!(same.profile.code(), "everyone");
    assert_eq!(states(&site, "ada-k"), [GrantState::Active]);
}

#[actix_web::test]
async fn a_visitor_changes_no_profile_and_a_member_only_the_own() {
    let site = TestSite::start();
    site.member("ada-k");
    save(&site, &Person::visitor(), "Eve B", "", "everyone").await.expect(403);
    let bob = site.staff("bob-m", &[Role::Administrator]);
    let fields =
        [("name", "Bob M"), ("signature", "Mine"), ("profile", "everyone"), ("handle", "ada-k"), ("id", "1")];
    site.post(&bob, "/settings/profile", &fields).await.expect(303);
    assert_eq!(member(&site, "ada-k").signature, "");
    assert_eq!(member(&site, "bob-m").signature, "Mine");
}

// Names and badges

#[actix_web::test]
async fn a_new_name_takes_every_badge_off() {
    let site = TestSite::start();
    site.open_board("talk");
    let ada = site.member("ada-k");
    grant(&site, "ada-k", Badge::IdentityVerified);
    grant(&site, "ada-k", Badge::PhoneVerified);
    let thread = site.thread(&ada, "talk", "Written with a badge").await;
    let page = site.get(&ada, "/settings").await.expect(200);
    assert!(page.text("#name-hint").starts_with("Your badges are bound to this name."));

    let page = save(&site, &ada, "Ada Kovacs", "", "everyone").await.expect(303);
    assert_eq!(page.location(), "/settings?saved=renamed");
    assert_eq!(member(&site, "ada-k").name, "Ada Kovacs");
    assert_eq!(states(&site, "ada-k"), [GrantState::Suspended; 2]);
    let bound: Vec<String> = grants(&site, "ada-k").into_iter().map(|grant| grant.bound_name).collect();
    assert_eq!(bound, ["Ada K"; 2], "the grant still says for which name it was");
    let visitor = Person::visitor();
    for path in ["/u/ada-k", &thread] {
        let page = site.get(&visitor, path).await.expect(200);
        assert_eq!(page.count("[data-badge]"), 0, "{path}");
    }
    let page = site.get(&ada, "/verification").await.expect(200);
    assert!(page.text(".lede").contains("Your display name changed"));
}

#[actix_web::test]
async fn the_bound_name_brings_the_badge_back_and_no_other_does() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    grant(&site, "ada-k", Badge::IdentityVerified);
    for (name, state) in [
        ("Ada Kovacs", GrantState::Suspended),
        ("Ada Koval", GrantState::Suspended),
        ("Ada K", GrantState::Active),
    ] {
        save(&site, &ada, name, "", "everyone").await.expect(303);
        assert_eq!(states(&site, "ada-k"), [state], "{name}");
    }
}

#[actix_web::test]
async fn other_changes_leave_badges_alone() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    grant(&site, "ada-k", Badge::IdentityVerified);
    // Spaces that are folded away are no new name.
    let page = save(&site, &ada, " Ada  K ", "New words", "members").await.expect(303);
    assert_eq!(page.location(), "/settings?saved=profile");
    assert_eq!(member(&site, "ada-k").signature, "New words");
    assert_eq!(states(&site, "ada-k"), [GrantState::Active]);
}

#[actix_web::test]
async fn the_database_refuses_a_name_that_an_active_badge_does_not_bind() {
    let site = TestSite::start();
    site.member("ada-k");
    grant(&site, "ada-k", Badge::IdentityVerified);
    let id = id_of(&site, "ada-k");
    let rename = |site: &TestSite| {
        site.try_write(move |conn| Ok(members::store::set_name(conn, id, "Ada Kovacs", "adakovacs", false)?))
            .is_ok()
    };
    assert!(!rename(&site));
    assert_eq!(member(&site, "ada-k").name, "Ada K");
    assert_eq!(states(&site, "ada-k"), [GrantState::Active]);

    site.write(move |conn| Ok(badges::store::suspend_all(conn, id)?));
    assert!(rename(&site), "it was the badge that stood in the way");
    assert!(
        !try_to_grant(&site, "ada-k", Badge::PhoneVerified, "Ada K"),
        "no active badge for a name that the member does not have"
    );
    assert_eq!(states(&site, "ada-k"), [GrantState::Suspended]);
}

#[actix_web::test]
async fn nobody_takes_a_name_that_looks_like_staffs_or_a_verified_members() {
    let site = TestSite::start();
    site.staff("paul-ives", &[Role::VerificationAgent]);
    site.member("lily-moss");
    grant(&site, "lily-moss", Badge::IdentityVerified);
    let ada = site.member("ada-k");
    grant(&site, "ada-k", Badge::PhoneVerified);
    for imitation in ["Paul Ives", "PauI lves", "LiIy Moss", "lily rnoss"] {
        let page = save(&site, &ada, imitation, "New words", "private").await.expect(422);
        assert!(page.text("#name-problem").contains("a verified member"), "{imitation}");
        assert_eq!(page.attribute("#name", "value"), imitation);
        assert_eq!(page.attribute("#signature", "value"), "New words");
        let same = member(&site, "ada-k");
        assert_eq!((same.name.as_str(), same.signature.as_str()), ("Ada K", ""));
        assert_eq!(same.profile.code(), "everyone");
    }
}

#[actix_web::test]
async fn a_refused_name_takes_no_badge_off() {
    let site = TestSite::start();
    site.staff("paul-ives", &[Role::Moderator]);
    let ada = site.member("ada-k");
    grant(&site, "ada-k", Badge::IdentityVerified);
    save(&site, &ada, "Paul Ives", "", "everyone").await.expect(422);
    assert_eq!(states(&site, "ada-k"), [GrantState::Active]);
    let page = site.get(&Person::visitor(), "/u/ada-k").await.expect(200);
    assert_eq!(page.attributes("[data-badge]", "data-badge"), ["identity-verified"]);
}

#[actix_web::test]
async fn a_name_like_an_ordinary_members_waits_for_a_look_until_it_is_settled() {
    let site = TestSite::start();
    site.member("lily-moss");
    let ada = site.member("ada-k");
    save(&site, &ada, "LiIy Moss", "", "everyone").await.expect(303);
    assert!(member(&site, "ada-k").name_review);
    save(&site, &ada, "Ada Kovacs", "", "everyone").await.expect(303);
    assert!(!member(&site, "ada-k").name_review);
}

#[actix_web::test]
async fn one_may_change_the_own_name_to_one_that_looks_like_it() {
    let site = TestSite::start();
    let lily = site.staff("lily-moss", &[Role::Moderator]);
    save(&site, &lily, "Lily MOSS", "", "everyone").await.expect(303);
    assert_eq!(member(&site, "lily-moss").name, "Lily MOSS");
    assert!(!member(&site, "lily-moss").name_review);
}
