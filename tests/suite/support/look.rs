//! What tests look up in the database, where no page shows it.

use diesel::prelude::*;
use touchstone::badges;
use touchstone::badges::rules::Grant;
use touchstone::db::schema::{audit_events, badge_grants};
use touchstone::members::store::Member;
use touchstone::members::{self, MemberId};
use touchstone::outside;
use touchstone::outside::mail::Mail;

use super::TestSite;

/// The member of this handle, if there is one.
pub fn find(site: &TestSite, handle: &str) -> Option<Member> {
    site.read(|conn| Ok(members::store::find(conn, handle)?))
}

/// The member of this handle.
pub fn member(site: &TestSite, handle: &str) -> Member {
    find(site, handle).unwrap_or_else(|| panic!("nobody is called {handle}"))
}

/// The number of a member.
pub fn id_of(site: &TestSite, handle: &str) -> MemberId {
    member(site, handle).id
}

/// The queued mails, the newest first.
pub fn mails(site: &TestSite) -> Vec<Mail> {
    let keys = site.keys();
    let queued = site.read(|conn| Ok(outside::store::newest(conn, &keys, 100)?));
    queued.into_iter().map(|queued| queued.mail).collect()
}

/// The path of the first link of this kind in a mail.
pub fn link(mail: &Mail, kind: &str) -> String {
    let word = mail.body.split_whitespace().find(|word| word.contains(kind));
    let word = word.unwrap_or_else(|| panic!("no {kind} in {}", mail.body));
    let start = word.find(kind).unwrap();
    word[start..].to_owned()
}

/// What the audit holds, oldest first: act, subject and reason.
pub fn audit(site: &TestSite) -> Vec<(String, String, String)> {
    site.read(|conn| {
        Ok(audit_events::table
            .order(audit_events::id)
            .select((audit_events::act, audit_events::subject, audit_events::reason))
            .load(conn)?)
    })
}

/// Every grant of a member, oldest first.
pub fn grants(site: &TestSite, handle: &str) -> Vec<Grant> {
    let id = id_of(site, handle);
    site.read(|conn| Ok(badges::store::grants_of(conn, &[id])?.remove(&id).unwrap_or_default()))
}

/// How many grants there are in all.
pub fn count_grants(site: &TestSite) -> i64 {
    site.read(|conn| Ok(badge_grants::table.count().get_result(conn)?))
}
