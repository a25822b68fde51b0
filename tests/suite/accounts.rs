//! Joining, confirming, signing in and out, sessions and passwords.

mod address;
mod confirming;
mod elsewhere;
mod first;
mod joining;
mod passwords;
mod sessions;
mod signing_in;

use touchstone::accounts::store::{mailbox_of, sessions_of};
use touchstone::members;

use crate::support::look::{id_of, link, mails};
use crate::support::site::PASSWORD;
use crate::support::{Page, Person, TestSite};

/// Another good password.
const OTHER: &str = "violet anchor pepper drizzle";

const FORM: [(&str, &str); 4] =
    [("handle", "ada-k"), ("name", "Ada Kovacs"), ("email", "ada@example.org"), ("password", PASSWORD)];

/// The good form with one field changed.
fn form_with<'a>(field: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    FORM.into_iter().map(|(name, good)| (name, if name == field { value } else { good })).collect()
}

fn count_members(site: &TestSite) -> i64 {
    site.read(|conn| Ok(members::store::count(conn)?))
}

fn is_confirmed(site: &TestSite, handle: &str) -> bool {
    let id = id_of(site, handle);
    let keys = site.keys();
    let mailbox = site.read(|conn| Ok(mailbox_of(conn, &keys, id)?)).unwrap();
    mailbox.verified_at.is_some()
}

fn count_sessions(site: &TestSite, handle: &str) -> usize {
    let id = id_of(site, handle);
    site.read(|conn| Ok(sessions_of(conn, id)?.len()))
}

/// Joins through the form and answers with the link of the mail.
async fn join(site: &TestSite) -> String {
    site.post(&Person::visitor(), "/join", &FORM).await.expect(303);
    link(&mails(site)[0], "/join/confirm?token=")
}

/// What stands behind `token=`.
fn token_of(link: &str) -> String {
    link.split_once("token=").unwrap().1.to_owned()
}

async fn confirm(site: &TestSite, who: &Person, link: &str) -> Page {
    site.post(who, "/join/confirm", &[("token", &token_of(link))]).await
}

async fn try_to_sign_in(site: &TestSite, login: &str, password: &str) -> Page {
    let fields = [("login", login), ("password", password)];
    site.post(&Person::visitor(), "/login", &fields).await
}

/// Signs in through the form, as a browser would.
async fn sign_in(site: &TestSite, login: &str, password: &str) -> Person {
    let page = try_to_sign_in(site, login, password).await.expect(303);
    let cookie = page.header("set-cookie").unwrap();
    Person { handle: login.to_owned(), cookie: cookie.split(';').next().map(str::to_owned) }
}

async fn is_signed_in(site: &TestSite, who: &Person) -> bool {
    site.get(who, "/settings").await.status == 200
}
