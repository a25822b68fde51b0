//! A planted identity: somebody whose particulars are found nowhere else lives through what members live through.
//! Then every file, every table and every copy is searched for them. Only what opens with the key may hold them.

mod proving;

use std::path::{Path, PathBuf};

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use diesel::connection::SimpleConnection;
use sha2::{Digest, Sha256};
use touchstone::db::{Conn, DatabaseUrl};

use crate::support::program::{complained, said};
use crate::support::site::PASSWORD;
use crate::support::smtp::{Sink, wait_for};
use crate::support::twilio::Mock;
use crate::support::{Client, Installation, Program, tables};

/// The planted address, in the spelling that its owner uses.
const ADDRESS: &str = "Zebedee.Quill.7391@Planted-Post.Example";
/// The address and its parts, which are found nowhere else either.
const PARTS: [&str; 3] = [ADDRESS, "Zebedee.Quill.7391", "Planted-Post.Example"];
/// What a mail server says that does not know the address.
const REFUSAL: &str = "550 5.1.1 <Zebedee.Quill.7391@Planted-Post.Example>: nobody here";

/// An installation whose members' particulars must not be found.
struct Planted {
    place: Installation,
}

impl Planted {
    /// On an empty database; whoever writes temporary files writes them below the same folder.
    fn new() -> Self {
        let planted = Self { place: Installation::new() };
        std::fs::create_dir(planted.temporary()).unwrap();
        planted
    }

    /// All files of it: the data folder, the database with its log, what the program said and logged.
    fn folder(&self) -> &Path {
        self.place.database.folder.path()
    }

    fn temporary(&self) -> PathBuf {
        self.folder().join("tmp")
    }

    fn keys(&self) -> PathBuf {
        self.place.data().join("keys")
    }

    /// A server that logs all it can, hands its mail to `sink`, and sends texts by the service of this setting.
    fn serve(&self, sink: &Sink, texts: &str) -> Program {
        let (url, temporary) = (sink.url(), self.temporary());
        let environment = [
            ("TOUCHSTONE_SMTP_URL", url.as_str()),
            ("TOUCHSTONE_TEXTS_URL", texts),
            ("TOUCHSTONE_MAIL_FROM", "forum@touchstone.example"),
            ("TOUCHSTONE_LOG", "touchstone=trace,debug"),
            ("TMPDIR", temporary.to_str().unwrap()),
        ];
        Program::serve_with(&self.place.data(), &self.place.database.address(), &[], &environment)
    }

    fn count(&self, query: &str) -> i64 {
        let query = format!("SELECT CAST(count(*) AS TEXT) AS line FROM {query}");
        tables::lines(&mut Conn::open(&self.place.database.url).unwrap(), &query)[0].parse().unwrap()
    }

    /// Where any of these strings is found in any form, apart from the key's own folder.
    fn search(&self, strings: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for (place, bytes) in self.everything() {
            // Whatever is no text becomes other characters, which no needle has.
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let lower = text.to_ascii_lowercase();
            for string in strings {
                for (form, needle) in forms(string) {
                    if (if form == "plain" { &lower } else { &text }).contains(&needle) {
                        found.push(format!("{string} ({form}) in {place}"));
                    }
                }
            }
        }
        found
    }

    /// What a thief could carry away: every file, a dump of every column, and copies of the database.
    fn everything(&self) -> Vec<(String, Vec<u8>)> {
        let mut all: Vec<(String, Vec<u8>)> = files(self.folder(), &self.keys());
        let mut conn = Conn::open(&self.place.database.url).unwrap();
        all.extend(dump(&mut conn));
        if let Conn::Sqlite(sqlite) = &mut conn {
            all.push((
                "a copy by SQLite's backup".to_owned(),
                sqlite.serialize_database_to_buffer().to_vec(),
            ));
            let copy = tempfile::tempdir().unwrap();
            let path = copy.path().join("copy.db");
            sqlite.batch_execute(&format!("VACUUM INTO '{}'", path.display())).unwrap();
            all.push(("a compact copy".to_owned(), std::fs::read(path).unwrap()));
        }
        all
    }
}

/// The forms in which a string could lie somewhere: as it is in any case, encoded, or hashed without a key.
fn forms(string: &str) -> Vec<(&'static str, String)> {
    let lower = string.to_lowercase();
    let mut forms = vec![("plain", lower.clone())];
    for text in [string, lower.as_str()] {
        forms.push(("in hexadecimal", HEXLOWER.encode(text.as_bytes())));
        forms.push(("hashed without a key", HEXLOWER.encode(&Sha256::digest(text)[..16])));
        // Inside something longer, a string begins at any of three places of Base64's groups.
        for skipped in 0..3 {
            let whole = &text.as_bytes()[skipped..];
            let whole = &whole[..whole.len() / 3 * 3];
            forms.push(("in Base64", BASE64_NOPAD.encode(whole)));
            forms.push(("in Base64", BASE64URL_NOPAD.encode(whole)));
        }
    }
    forms
}

/// Every file below a folder, but those below `except`.
fn files(folder: &Path, except: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path == except {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path, except));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

/// Every column of every table that the database has, whatever the program knows of it.
fn dump(conn: &mut Conn) -> Vec<(String, Vec<u8>)> {
    let (columns, as_text) = match conn {
        Conn::Sqlite(_) => (
            "SELECT m.name || '.' || c.name AS line FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table'",
            "hex(CAST({} AS BLOB))",
        ),
        Conn::Postgres(_) => (
            "SELECT table_name || '.' || column_name || CASE WHEN data_type = 'bytea' THEN '' ELSE '::text::bytea' END \
             AS line FROM information_schema.columns WHERE table_schema = 'public'",
            "encode({}, 'hex')",
        ),
    };
    let columns = tables::lines(conn, columns);
    assert!(columns.iter().any(|column| column.starts_with("members.email")), "{columns:?}");
    let column = |column: String| {
        let (table, name) = column.split_once('.').unwrap();
        let (name, value) = match name.split_once("::") {
            Some((name, _)) => (name, format!("convert_to(\"{name}\"::text, 'UTF8')")),
            None => (name, format!("\"{name}\"")),
        };
        let query =
            format!("SELECT coalesce({}, '') AS line FROM \"{table}\"", as_text.replace("{}", &value));
        let lines = tables::lines(conn, &query);
        let bytes = lines.iter().flat_map(|line| [&hex(line)[..], b"\n"].concat()).collect();
        (format!("the dump of {table}.{name}"), bytes)
    };
    columns.into_iter().map(column).collect()
}

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.to_lowercase().as_bytes()).unwrap()
}

/// Joins with the planted address, confirms it, and signs in by it after a slip.
fn live(planted: &Planted, server: &Program, sink: &Sink) -> Client {
    let mut client = Client::new(server);
    let fields = [("handle", "zeb-quill"), ("name", "Zeb Q"), ("email", ADDRESS), ("password", PASSWORD)];
    assert_eq!(client.post("/join", &fields).unwrap().status, 303);
    let mail = wait_for("the mail that confirms", || sink.taken().first().cloned());
    assert!(mail.to.contains(ADDRESS), "the mail goes to the address as it was typed: {}", mail.to);
    let token = token(&mail.words(), "/join/confirm?token=");
    assert_eq!(client.post("/join/confirm", &[("token", &token)]).unwrap().status, 303);
    let wrong = client.post("/login", &[("login", ADDRESS), ("password", "not this one")]).unwrap();
    assert_eq!(wrong.status, 422);
    client.sign_in(&ADDRESS.to_uppercase(), PASSWORD);
    let settings = client.get("/settings").unwrap();
    assert!(settings.body.contains(ADDRESS), "the member sees their own address");
    // Whoever joins again with the address gets a mail that says so.
    let again = [("handle", "zeb-two"), ("name", "Other"), ("email", ADDRESS), ("password", PASSWORD)];
    assert_eq!(Client::new(server).post("/join", &again).unwrap().status, 303);
    wait_for("the mail that tells of it", || (sink.taken().len() == 2).then_some(()));
    assert_eq!(planted.count("members WHERE email IS NOT NULL"), 3, "zeb, ben and vera");
    client
}

fn token(words: &str, before: &str) -> String {
    let (_, rest) = words.split_once(before).unwrap_or_else(|| panic!("no {before} in {words}"));
    rest.split_whitespace().next().unwrap().to_owned()
}

/// A thread of the member's is answered, which they are told by mail.
fn talk(server: &Program, client: &Client, sink: &Sink) {
    let fields = [("title", "Counting things"), ("body", "The first words.")];
    let answer = client.post("/b/craft/threads", &fields).unwrap();
    assert_eq!(answer.status, 303, "{}", answer.body);
    let thread = answer.location.unwrap().split('/').nth(2).unwrap().to_owned();
    let mut ben = Client::new(server);
    ben.sign_in("ben-south", PASSWORD);
    let reply = ben.post(&format!("/t/{thread}/replies"), &[("body", "Words of a reply.")]).unwrap();
    assert_eq!(reply.status, 303, "{}", reply.body);
    let told = wait_for("the mail that tells of the reply", || {
        sink.taken().into_iter().find(|mail| mail.words().contains("Words of a reply."))
    });
    assert!(told.to.contains(ADDRESS), "{}", told.to);
}

#[test]
fn a_planted_identity_is_found_nowhere() {
    let planted = Planted::new();
    planted.place.add_member("ben-south", "Ben South", &["--role", "community-manager"]);
    planted.place.add_member("vera-agent", "Vera Agent", &["--role", "verification-agent"]);
    planted.place.sql(
        "INSERT INTO boards (slug, title, about, position, read_rule, write_rule) VALUES ('craft', 'Craft', '', 1, 'anyone', 'members')",
    );
    let typed = proving::strings();
    let all: Vec<&str> = PARTS.into_iter().chain(typed.iter().map(String::as_str)).collect();
    let (sink, texts) = (Sink::start("250 fine"), Mock::start());
    let server = planted.serve(&sink, &texts.setting());
    let client = live(&planted, &server, &sink);
    talk(&server, &client, &sink);
    proving::prove_phone(&client, &texts);
    // The marketplace gives the tier to which the document step is open.
    planted
        .place
        .sql("UPDATE members SET tier = 'top-rated', tier_since = joined_at WHERE handle = 'zeb-quill'");
    proving::hand_in(&server, &client);
    let none: [&str; 0] = [];
    assert_eq!(planted.search(&all), none, "while the case waits");
    proving::decide(&server);
    assert_eq!(planted.search(&all), none, "while the server runs, with its log of changes");

    // A server that refuses the address repeats it, and what failed stays in the queue.
    server.terminate();
    let refusing = Sink::start(REFUSAL);
    let (_gateway, setting) = proving::refusing_gateway();
    let server = planted.serve(&refusing, &setting);
    assert_eq!(Client::new(&server).post("/reset", &[("email", ADDRESS)]).unwrap().status, 303);
    wait_for("the mail to fail", || (planted.count("mails WHERE failure IS NOT NULL") == 1).then_some(()));
    assert!(server.log().contains("a mail was not taken"));
    let mut ben = Client::new(&server);
    ben.sign_in("ben-south", PASSWORD);
    proving::be_refused_a_text(&planted, &ben);
    assert_eq!(planted.search(&all), none, "with a mail and a text that failed");
    proving::end(&planted, &Client::new(&server).with_cookie(client.cookie()));
    server.terminate();
    assert_eq!(planted.search(&all), none, "after the end");

    // The search finds what is there: in the database, in a copy of it, and in a file in another form.
    let handle = planted.search(&["zeb-quill"]);
    assert!(handle.iter().any(|place| place.ends_with("the dump of members.handle")), "{handle:?}");
    if let DatabaseUrl::Sqlite(path) = &planted.place.database.url {
        let file = format!("zeb-quill (plain) in {}", path.display());
        assert!(handle.contains(&file), "{handle:?}");
        assert!(handle.iter().any(|place| place.ends_with("SQLite's backup")), "{handle:?}");
    }
    let leak = planted.temporary().join("leak");
    std::fs::write(&leak, all.join("; ")).unwrap();
    let found = planted.search(&all);
    for string in &all {
        let place = format!("{string} (plain) in {}", leak.display());
        assert!(found.contains(&place), "{string} would not be found: {found:?}");
    }
    for leaked in [
        format!("to: <{}>", ADDRESS.to_uppercase()),
        BASE64.encode(format!("id=1&email={ADDRESS}&x").as_bytes()),
        HEXLOWER.encode(&Sha256::digest(ADDRESS.to_lowercase())),
    ] {
        std::fs::write(&leak, &leaked).unwrap();
        let found = planted.search(&[ADDRESS]);
        assert!(
            !found.is_empty() && found.iter().all(|place| place.ends_with("/tmp/leak")),
            "{leaked}: {found:?}"
        );
    }
}

/// What an earlier version left: a member and two mails in the clear, one of which failed.
fn plain_rows(planted: &Planted) {
    let lower = ADDRESS.to_lowercase();
    planted.place.add_member("zeb-quill", "Zeb Q", &[]);
    planted.place.sql(&format!(
        "UPDATE members SET email = '{ADDRESS}', email_key = '{lower}' WHERE handle = 'zeb-quill';
         INSERT INTO mails (recipient, subject, body, queued_at, due_at, tries, failure) VALUES
             ('{ADDRESS}', 'Zeb, look', 'Open https://forum.example/reset?token=plain', '2026-11-18 12:00:00', '2036-11-18 12:00:00', 1, '{REFUSAL}'),
             ('{ADDRESS}', 'Gone', 'Sent long ago to {ADDRESS}', '2026-11-18 12:00:00', '2036-11-18 12:00:00', 0, NULL);"
    ));
    // A sent mail was deleted without a trace being wiped.
    let wipes = if planted.place.database.address().starts_with("sqlite") {
        "PRAGMA secure_delete = OFF;"
    } else {
        ""
    };
    planted.place.sql(&format!("{wipes} DELETE FROM mails WHERE subject = 'Gone'"));
}

#[test]
fn what_an_earlier_version_kept_in_the_clear_is_sealed_and_overwritten() {
    let planted = Planted::new();
    planted.place.add_member("boss-b", "Boss B", &["--role", "administrator"]);
    plain_rows(&planted);
    let before = planted.search(&[ADDRESS]);
    assert!(before.iter().any(|place| place.ends_with("the dump of members.email")), "{before:?}");
    let doctor = planted.place.run(&["doctor"]);
    assert!(
        said(&doctor).contains("wrong: 1 address is not sealed: run touchstone migrate."),
        "{}",
        said(&doctor)
    );

    let migrated = planted.place.run(&["migrate"]);

    assert!(migrated.status.success(), "{}", complained(&migrated));
    let told = said(&migrated);
    assert!(told.contains("sealed 2 rows that were kept in the clear, and overwrote the old ones"), "{told}");
    let none: [&str; 0] = [];
    assert_eq!(planted.search(&[ADDRESS, "reset?token=plain", "Zeb, look"]), none);
    let again = said(&planted.place.run(&["migrate"]));
    assert!(!again.contains("sealed"), "{again}");
    assert_eq!(planted.count("site_facts WHERE name = 'remains-to-overwrite'"), 0);

    // Nothing is lost by it: the member signs in by the address, the mail says why it failed, and leaves.
    let (sink, texts) = (Sink::start("250 fine"), Mock::start());
    let server = planted.serve(&sink, &texts.setting());
    Client::new(&server).sign_in(ADDRESS, PASSWORD);
    let mut boss = Client::new(&server);
    boss.sign_in("boss-b", PASSWORD);
    let page = boss.get("/admin/mail").unwrap().body;
    for words in ["to Z…@Planted-Post.Example", "Zeb, look", "nobody here"] {
        assert!(page.contains(words), "no {words} in {page}");
    }
    assert_eq!(boss.post("/admin/mail/1/again", &[]).unwrap().status, 303);
    let mail = wait_for("the mail", || sink.taken().first().cloned());
    assert!(mail.to.contains(ADDRESS) && mail.words().contains("reset?token=plain"), "{mail:?}");
}

#[test]
fn what_broke_off_after_sealing_is_overwritten_at_the_next_start() {
    let planted = Planted::new();
    plain_rows(&planted);
    planted.place.run(&["migrate"]);
    planted.place.sql("INSERT INTO site_facts (name, value) VALUES ('remains-to-overwrite', 'yes')");

    assert!(planted.place.run(&["migrate"]).status.success());

    assert_eq!(planted.count("site_facts WHERE name = 'remains-to-overwrite'"), 0);
}
