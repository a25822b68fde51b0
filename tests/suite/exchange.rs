//! Moving in and out: a bundle comes in line by line and as often as one likes, and an export loses nothing.

mod cleaning;
mod exporting;
mod importing;

use std::path::PathBuf;

use touchstone::commands::import;
use touchstone::exchange::report::{Count, Report};
use touchstone::exchange::store::check;

use crate::support::{Page, Person, TestSite, tables};

const COMMUNITY: &str = r#"{"kind":"community","version":1,"source":"elsewhere"}"#;

/// The five lines of the contract, with one choice made where it lists several.
const CONTRACT: [&str; 5] = [
    r#"{"kind":"community","version":1,"source":"…"}"#,
    r#"{"kind":"member","id":"m1","handle":"maria-k","name":"Maria K","joined":"2015-03-31T00:00:00Z","roles":["moderator"],"rank":"ace-contributor","tier":"top-rated","badges":["identity-verified"],"signature":"…","profile":"everyone","email":null}"#,
    r#"{"kind":"board","id":"b1","parent":null,"slug":"clients","title":"Clients","about":"…"}"#,
    r#"{"kind":"thread","id":"t1","board":"b1","title":"Background checks","type":"question","author":"m1","created":"2016-05-04T09:00:00Z"}"#,
    r#"{"kind":"post","id":"p1","thread":"t1","number":41,"total":668,"author":"m1","created":"2016-05-04T09:00:00Z","format":"markdown","body":"Some *words*.","quotes":"p0"}"#,
];

fn member(id: &str, handle: &str, name: &str) -> String {
    format!(
        r#"{{"kind":"member","id":"{id}","handle":"{handle}","name":"{name}","joined":"2015-03-31T00:00:00Z"}}"#
    )
}

fn post(id: &str, more: &str) -> String {
    format!(
        r#"{{"kind":"post","id":"{id}","thread":"t1",{more}"author":"m1","created":"2016-05-04T09:00:00Z","format":"text","body":"Words of {id}"}}"#
    )
}

/// A community with one member, one board and one thread, and these lines after them.
fn bundle(more: &[String]) -> String {
    let mut lines = vec![
        COMMUNITY.to_owned(),
        member("m1", "maria-k", "Maria K"),
        r#"{"kind":"board","id":"b1","slug":"clients","title":"Clients"}"#.to_owned(),
        r#"{"kind":"thread","id":"t1","board":"b1","title":"Background checks","author":"m1","created":"2016-05-04T09:00:00Z"}"#.to_owned(),
    ];
    lines.extend_from_slice(more);
    lines.join("\n")
}

fn write(site: &TestSite, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = site.database.folder.path().join("bundle.jsonl");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn load(site: &TestSite, bytes: impl AsRef<[u8]>) -> Report {
    import::load(&site.db, &site.keys(), &write(site, bytes), site.clock.now()).unwrap()
}

/// Loads a bundle that cannot be begun, and answers with the reason.
fn refused(site: &TestSite, bytes: impl AsRef<[u8]>) -> String {
    let before = rows(site);
    let problem = import::load(&site.db, &site.keys(), &write(site, bytes), site.clock.now()).unwrap_err();
    assert_eq!(rows(site), before, "something came in all the same");
    problem
}

fn rows(site: &TestSite) -> Vec<String> {
    site.read(|conn| Ok(tables::rows(conn)))
}

fn assert_well(site: &TestSite) {
    assert_eq!(site.read(check::all), Vec::<String>::new());
}

fn count(added: u64, here: u64, refused: u64) -> Count {
    Count { added, here, refused }
}

fn remarks(list: &[touchstone::exchange::report::Remark]) -> Vec<String> {
    list.iter().map(|remark| format!("{}: {}", remark.line, remark.text)).collect()
}

/// The page that holds a number of the first thread.
async fn page_of(site: &TestSite, number: i64) -> Page {
    let visitor = Person::visitor();
    let way = site.get(&visitor, &format!("/t/1/background-checks/{number}")).await.expect(302);
    let path = way.location().split('#').next().unwrap().to_owned();
    site.get(&visitor, &path).await.expect(200)
}

/// Each number of the first thread's first page, with its words.
async fn numbered(site: &TestSite) -> Vec<(String, String)> {
    let page = site.get(&Person::visitor(), "/t/1/background-checks").await.expect(200);
    let numbers = page.attributes("article", "data-number");
    let words = page.texts("article .post-main > p:first-child, article .post-body");
    assert_eq!(numbers.len(), words.len());
    numbers.into_iter().zip(words).collect()
}
