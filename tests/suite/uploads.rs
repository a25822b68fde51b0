//! Pictures: uploading, showing, keeping, and clearing away.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use actix_web::http::header::{ACCEPT, CONTENT_TYPE, IF_NONE_MATCH};
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use diesel::prelude::*;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::Value;
use sha2::{Digest, Sha256};
use touchstone::db::schema::{drafts, post_revisions};
use touchstone::outside::storage::{self, Storage};
use touchstone::settings::{Bucket, StorageSettings};
use touchstone::text::images::ImageName;
use touchstone::threads::PostId;
use touchstone::uploads::rules::{PER_WINDOW, TRIES};
use touchstone::uploads::store::{self, NewUpload};
use touchstone::uploads::{UploadId, actions};

use crate::support::look::id_of;
use crate::support::program::complained;
use crate::support::{Installation, Page, Person, TestSite};

/// A picture of one colour.
fn png(width: u32, height: u32, colour: u8) -> Vec<u8> {
    let picture = DynamicImage::from(RgbImage::from_pixel(width, height, Rgb([colour, 90, 200])));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A form with a file and its other fields.
fn form(file: Option<(&str, &[u8])>, fields: &[(&str, &str)]) -> TestRequest {
    let mut body = Vec::new();
    for (name, value) in fields {
        write!(body, "--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").unwrap();
    }
    if let Some((name, bytes)) = file {
        write!(body, "--edge\r\nContent-Disposition: form-data; name=\"image\"; filename=\"{name}\"\r\n")
            .unwrap();
        body.extend_from_slice(b"Content-Type: image/png\r\n\r\n");
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    TestRequest::post()
        .uri("/uploads")
        .insert_header((CONTENT_TYPE, "multipart/form-data; boundary=edge"))
        .insert_header(("sec-fetch-site", "same-origin"))
        .set_payload(body)
}

async fn upload(site: &TestSite, who: &Person, bytes: &[u8], alt: &str) -> Page {
    site.send(form(Some(("a picture.png", bytes)), &[("alt", alt)]), who).await
}

/// Uploads as a script does, and answers with the picture's name and its line.
async fn made(site: &TestSite, who: &Person, bytes: &[u8]) -> (String, String) {
    let request =
        form(Some(("a.png", bytes)), &[("alt", "A quay")]).insert_header((ACCEPT, "application/json"));
    let told: Value = serde_json::from_str(&site.send(request, who).await.expect(201).body).unwrap();
    let text = |key: &str| told[key].as_str().unwrap().to_owned();
    (text("name"), text("markdown"))
}

fn folder(site: &TestSite) -> PathBuf {
    site.database.folder.path().join("data/uploads")
}

fn files(site: &TestSite) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder(site)) else { return Vec::new() };
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

fn rows(site: &TestSite) -> Vec<store::Upload> {
    site.read(|conn| Ok(store::page(conn, UploadId(0), 1_000)?))
}

async fn sweep(site: &TestSite) {
    site.forum.jobs(None).sweep().await.unwrap();
}

#[actix_web::test]
async fn a_member_uploads_a_picture_and_sees_its_line() {
    let site = TestSite::start();
    let ada = site.member("ada-north");

    let answer = upload(&site, &ada, &png(1_000, 500, 1), " The quay\r\n at [night] ").await.expect(303);
    let page = site.get(&ada, answer.location()).await.expect(200);

    let name = answer.location().strip_prefix("/uploads/new?made=").unwrap();
    assert_eq!(ImageName::parse(name).unwrap().size(), (1_000, 500));
    assert_eq!(page.attribute(".upload-made img", "alt"), "The quay at [night]");
    assert_eq!(page.attribute(".upload-made img", "width"), "640");
    let line = page.attribute(".upload-made input", "value");
    assert_eq!(line, format!("![The quay at \\[night\\]](/uploads/{name})"));
    assert_eq!(files(&site), [name.replace(".png", "-small.png"), name.to_owned()]);

    site.open_board("talk");
    let thread = site.thread(&ada, "talk", "A thread with a picture").await;
    let post = site.reply(&ada, &thread, &line).await;
    let page = site.get(&Person::visitor(), &post).await;
    let page = if page.status == 302 { site.get(&Person::visitor(), page.location()).await } else { page };
    assert_eq!(page.attribute(".post-body a:has(img)", "href"), format!("/uploads/{name}"));
    assert_eq!(page.attribute(".post-body img", "alt"), "The quay at [night]");
    let shown = page.attribute(".post-body img", "src");
    assert_eq!(
        image::load_from_memory(&site.get(&Person::visitor(), &shown).await.bytes).unwrap().width(),
        640
    );
}

#[actix_web::test]
async fn scripts_are_answered_in_json() {
    let site = TestSite::start();
    let ada = site.member("ada-north");
    let ask = |file: Option<(&'static str, Vec<u8>)>, fields: &[(&str, &str)]| {
        let file = file.as_ref().map(|(name, bytes)| (*name, bytes.as_slice()));
        form(file, fields).insert_header((ACCEPT, "application/json"))
    };

    let good =
        site.send(ask(Some(("a.png", png(20, 10, 1))), &[("decorative", "1")]), &ada).await.expect(201);
    let told: Value = serde_json::from_str(&good.body).unwrap();
    let name = told["name"].as_str().unwrap();
    assert_eq!(told["markdown"], format!("![](/uploads/{name})"));
    assert_eq!((told["width"].as_i64(), told["height"].as_i64()), (Some(20), Some(10)));

    for (file, fields, field) in [
        (Some(("a.png", png(20, 10, 2))), vec![], "alt"),
        (Some(("a.png", b"<svg/>".to_vec())), vec![("alt", "A quay")], "image"),
        (None, vec![("alt", "A quay")], "image"),
    ] {
        let bad = site.send(ask(file, &fields), &ada).await.expect(422);
        let told: Value = serde_json::from_str(&bad.body).unwrap();
        assert_eq!(told["field"], field);
        assert!(told["problem"].as_str().unwrap().len() > 20);
    }
    assert_eq!(rows(&site).len(), 1);
}

#[actix_web::test]
async fn a_refused_picture_leaves_nothing_and_what_was_typed_comes_back() {
    let site = TestSite::start();
    let ada = site.member("ada-north");
    let (good, long) = (png(9, 9, 1), "x".repeat(301));
    let huge = vec![0; 10 * 1024 * 1024 + 1];
    for (file, alt, field) in [
        (Some(b"<html><script>alert(1)</script>".as_slice()), "A quay", "image"),
        (Some(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "A quay", "image"),
        (Some(&good[..40]), "A quay", "image"),
        (Some(&huge), "A quay", "image"),
        (Some(b""), "A quay", "image"),
        (None, "A quay", "image"),
        (Some(&good), " ", "alt"),
        (Some(&good), &long, "alt"),
    ] {
        let sent = form(file.map(|bytes| ("quay.png", bytes)), &[("alt", alt)]);
        let page = site.send(sent, &ada).await.expect(422);
        assert_eq!(page.count(".problem"), 1, "{}", page.body);
        assert_eq!(page.count(&format!("#{field}[aria-invalid=true]")), 1);
        assert_eq!(page.attribute("#alt", "value"), alt);
    }
    assert!(rows(&site).is_empty() && files(&site).is_empty());
}

#[actix_web::test]
async fn only_members_with_a_confirmed_address_upload() {
    let site = TestSite::start();
    let newcomer = [
        ("handle", "nora-vik"),
        ("name", "Nora Vik"),
        ("email", "nora@members.example"),
        ("password", "slate gold streak lantern"),
    ];
    site.post(&Person::visitor(), "/join", &newcomer).await.expect(303);
    let nora = site.sign_in("nora-vik");

    let page = upload(&site, &nora, &png(9, 9, 1), "A quay").await.expect(403);
    assert!(page.text(".notice-problem").contains("Confirm your e-mail address"));
    upload(&site, &Person::visitor(), &png(9, 9, 1), "A quay").await.expect(403);
    let elsewhere = form(Some(("a.png", &png(9, 9, 1))), &[("alt", "A quay")]);
    let elsewhere = elsewhere.insert_header(("sec-fetch-site", "cross-site"));
    site.send(elsewhere, &site.member("ada-north")).await.expect(403);

    assert!(rows(&site).is_empty() && files(&site).is_empty());
}

#[actix_web::test]
async fn thirty_pictures_an_hour_are_enough() {
    let site = TestSite::start();
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let (member, now) = (id_of(&site, "ada-north"), site.clock.now());
    site.write(move |conn| {
        for number in 0..PER_WINDOW {
            let name = ImageName::parse(&format!("{number:032x}-9x9.png")).unwrap();
            store::claim(conn, &NewUpload { name: &name, member, bytes: 1, alt: "", at: now })?;
        }
        Ok(())
    });

    let page = upload(&site, &ada, &png(9, 9, 1), "A quay").await.expect(422);
    assert!(page.text(".notice-problem").contains("30 pictures"), "{}", page.text(".notice-problem"));
    assert_eq!(page.attribute("#alt", "value"), "A quay");
    assert_eq!(page.count(".uploads .upload"), 12);
    upload(&site, &ben, &png(9, 9, 1), "A quay").await.expect(303);
    site.clock.advance(TimeDelta::hours(1));
    upload(&site, &ada, &png(9, 9, 2), "A quay").await.expect(303);
}

#[actix_web::test]
async fn files_that_are_no_pictures_count_as_well() {
    let site = TestSite::start();
    let ada = site.member("ada-north");
    for _ in 0..TRIES {
        upload(&site, &ada, b"nothing", "A quay").await.expect(422);
    }
    upload(&site, &ada, &png(9, 9, 1), "A quay").await.expect(429);
    site.clock.advance(TimeDelta::minutes(16));
    upload(&site, &ada, &png(9, 9, 1), "A quay").await.expect(303);
}

#[actix_web::test]
async fn a_picture_is_sent_to_be_kept_for_good() {
    let site = TestSite::start();
    let ada = site.member("ada-north");
    let (name, _) = made(&site, &ada, &png(700, 700, 1)).await;
    let path = format!("/uploads/{name}");

    let page = site.get(&Person::visitor(), &path).await.expect(200);
    assert_eq!(page.bytes, std::fs::read(folder(&site).join(&name)).unwrap());
    for (header, value) in [
        ("content-type", "image/png"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'"),
    ] {
        assert_eq!(page.header(header), Some(value), "{header}");
    }
    assert_eq!((page.header("set-cookie"), page.header("vary")), (None, None));

    let tag = page.header("etag").unwrap().to_owned();
    for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
        let again = TestRequest::get().uri(&path).insert_header((IF_NONE_MATCH, known));
        let again = site.send(again, &Person::visitor()).await.expect(304);
        assert!(again.bytes.is_empty() && again.header("etag") == Some(&tag));
    }
    let other = TestRequest::get().uri(&path).insert_header((IF_NONE_MATCH, "\"other\""));
    site.send(other, &Person::visitor()).await.expect(200);
    let head = site.ask(&Person::visitor(), actix_web::http::Method::HEAD, &path).await.expect(200);
    assert_eq!(head.header("content-type"), Some("image/png"));

    for nothing in [
        "/uploads/",
        "/uploads/x.png",
        "/uploads/..%2Ftouchstone.db",
        "/uploads/%2E%2E%2F%2E%2E%2Fetc%2Fpasswd",
        &path.replace(".png", ".jpg"),
        &path.replace(".png", ".PNG"),
        &path.replace(".png", "-small-small.png"),
        &path.replace("700x700", "700x701"),
    ] {
        site.get(&Person::visitor(), nothing).await.expect(404);
    }
    let page = site.get(&Person::visitor(), "/").await;
    assert!(page.header("content-security-policy").unwrap().contains("img-src 'self'"));
}

#[actix_web::test]
async fn the_same_picture_twice_is_one_file_and_belongs_to_the_last() {
    let site = TestSite::start();
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let (first, _) = made(&site, &ada, &png(20, 20, 1)).await;
    site.clock.advance(TimeDelta::hours(23));
    let (second, _) = made(&site, &ben, &png(20, 20, 1)).await;
    let (other, _) = made(&site, &ben, &png(20, 20, 2)).await;

    assert_eq!(first, second);
    assert_ne!(first, other);
    assert_eq!(files(&site).len(), 2);
    let page = site.get(&ben, "/uploads/new").await.expect(200);
    assert_eq!(page.count(".uploads .upload"), 2);
    site.clock.advance(TimeDelta::hours(2));
    sweep(&site).await;
    assert_eq!(rows(&site).len(), 2, "it was uploaded again two hours ago");
}

#[actix_web::test]
async fn what_no_post_shows_goes_after_a_day_and_everything_else_stays() {
    let site = TestSite::start();
    site.open_board("talk");
    let ada = site.member("ada-north");
    let (shown, line) = made(&site, &ada, &png(700, 20, 1)).await;
    let (unused, _) = made(&site, &ada, &png(701, 20, 1)).await;
    let (linked, _) = made(&site, &ada, &png(20, 21, 1)).await;
    let thread = site.thread(&ada, "talk", "A thread with a picture").await;
    let post = site.reply(&ada, &thread, &format!("{line} {line}\n\n[look](/uploads/{linked})")).await;
    assert_eq!(files(&site).len(), 5);

    site.clock.advance(TimeDelta::hours(24));
    sweep(&site).await;
    assert_eq!(files(&site).len(), 5, "a day is not over yet");
    site.clock.advance(TimeDelta::seconds(1));
    sweep(&site).await;

    let mut expected = vec![shown.clone(), shown.replace(".png", "-small.png"), linked.clone()];
    expected.sort_unstable();
    assert_eq!(files(&site), expected);
    assert_eq!(rows(&site).len(), 2);
    site.get(&Person::visitor(), &format!("/uploads/{unused}")).await.expect(404);
    let page = site.get(&Person::visitor(), &thread).await.expect(200);
    assert_eq!(page.count(".post-body img"), 2, "{post}");
}

/// The number of the newest post.
fn newest_post(site: &TestSite) -> PostId {
    let query = "SELECT CAST(max(id) AS TEXT) AS line FROM posts";
    PostId(site.read(|conn| Ok(crate::support::tables::lines(conn, query)))[0].parse().unwrap())
}

#[actix_web::test]
async fn a_posts_pictures_follow_its_words() {
    let site = TestSite::start();
    site.open_board("talk");
    let ada = site.member("ada-north");
    let (_, one) = made(&site, &ada, &png(20, 20, 1)).await;
    let (_, two) = made(&site, &ada, &png(20, 20, 2)).await;
    let thread = site.thread(&ada, "talk", "A thread with a picture").await;
    site.reply(&ada, &thread, &one).await;
    let post = newest_post(&site);
    let tied = |site: &TestSite| site.read(|conn| Ok(store::of_post(conn, post)?)).len();
    let note = |words: String| site.write(move |conn| actions::note(conn, post, &words));

    assert_eq!(tied(&site), 1);
    note(format!("{one}\n\n{two}"));
    assert_eq!(tied(&site), 2);
    note(format!("{two} /uploads/{:032x}-9x9.png", 7));
    assert_eq!(tied(&site), 1);
    site.clock.advance(TimeDelta::hours(25));
    sweep(&site).await;
    assert_eq!(rows(&site).len(), 1);
    note("Words alone".to_owned());
    assert_eq!(tied(&site), 0);
    sweep(&site).await;
    assert!(rows(&site).is_empty() && files(&site).is_empty());
}

#[actix_web::test]
async fn what_a_draft_or_the_history_of_a_post_shows_stays() {
    let site = TestSite::start();
    site.open_board("talk");
    let ada = site.member("ada-north");
    let (_, begun) = made(&site, &ada, &png(20, 20, 1)).await;
    let (_, before) = made(&site, &ada, &png(20, 20, 2)).await;
    site.thread(&ada, "talk", "A thread with a picture").await;
    let (post, member, now) = (newest_post(&site), id_of(&site, "ada-north"), site.clock.now());
    site.write(move |conn| {
        let draft = (
            drafts::member_id.eq(member),
            drafts::place.eq("board 1"),
            drafts::title.eq(""),
            drafts::kind.eq("discussion"),
            drafts::body.eq(begun),
            drafts::sequence.eq(1),
            drafts::saved_at.eq(now),
        );
        diesel::insert_into(drafts::table).values(draft).execute(conn)?;
        let revision = (
            post_revisions::post_id.eq(post),
            post_revisions::revision.eq(1),
            post_revisions::format.eq("markdown"),
            post_revisions::body.eq(before),
            post_revisions::editor_id.eq(member),
            post_revisions::edited_as.eq("author"),
            post_revisions::reason.eq(""),
            post_revisions::written_at.eq(now),
        );
        diesel::insert_into(post_revisions::table).values(revision).execute(conn)?;
        actions::note(conn, post, "Words alone")
    });

    site.clock.advance(TimeDelta::hours(25));
    sweep(&site).await;
    assert_eq!(rows(&site).len(), 2);
    let now = site.clock.now();
    site.write(move |conn| {
        diesel::delete(drafts::table).execute(conn)?;
        let hidden = (
            post_revisions::hidden_at.eq(now),
            post_revisions::hidden_by.eq(member),
            post_revisions::hidden_reason.eq("An address"),
        );
        diesel::update(post_revisions::table).set(hidden).execute(conn)?;
        actions::note(conn, post, "Words alone")
    });
    site.clock.advance(TimeDelta::hours(25));
    sweep(&site).await;
    assert!(rows(&site).is_empty() && files(&site).is_empty());
}

#[actix_web::test]
async fn a_removal_that_broke_off_is_finished_and_nobody_uses_the_picture_meanwhile() {
    let site = TestSite::start();
    site.open_board("talk");
    let ada = site.member("ada-north");
    let (first, line) = made(&site, &ada, &png(20, 20, 1)).await;
    let (second, _) = made(&site, &ada, &png(20, 20, 2)).await;
    let (ids, now) = (rows(&site).iter().map(|row| row.id).collect::<Vec<_>>(), site.clock.now());
    // What a sweep does first; then the power goes, for one of them when its file is gone already.
    site.write(move |conn| Ok(store::mark(conn, &ids, now)?));
    std::fs::remove_file(folder(&site).join(&second)).unwrap();

    upload(&site, &ada, &png(20, 20, 1), "A quay").await.expect(503);
    let thread = site.thread(&ada, "talk", "A thread with a picture").await;
    site.reply(&ada, &thread, &line).await;
    let post = newest_post(&site);
    assert!(site.read(|conn| Ok(store::of_post(conn, post)?)).is_empty());
    assert_eq!(site.get(&ada, "/uploads/new").await.count(".upload"), 0);

    sweep(&site).await;
    assert!(files(&site).is_empty());
    assert!(site.read(|conn| Ok(store::marked(conn, 9)?)).is_empty());
    let (again, _) = made(&site, &ada, &png(20, 20, 1)).await;
    assert_eq!(again, first);
    assert_eq!(files(&site), [first]);
}

#[actix_web::test]
async fn sweeping_with_nothing_to_clear_away_writes_nothing_about_pictures() {
    let site = TestSite::start();
    let ada = site.member("ada-north");
    made(&site, &ada, &png(20, 20, 1)).await;
    let pictures = &site.forum.pictures;
    let before = site.db.queries();
    assert_eq!(actions::orphans(&site.db, &site.clock, pictures).await.unwrap(), 0);
    // Two questions in one transaction.
    assert_eq!(site.db.queries() - before, 4);
}

#[test]
fn doctor_looks_for_the_file_of_every_picture() {
    let place = Installation::new();
    assert!(place.run(&["migrate"]).status.success());
    place.add_member("ada-north", "Ada North", &[]);
    let folder = place.data().join("uploads");
    std::fs::create_dir(&folder).unwrap();
    let name = format!("{:032x}-700x9.png", 1);
    place.sql(&format!(
        "INSERT INTO uploads (name, member_id, width, height, bytes, alt, created_at) \
         VALUES ('{name}', (SELECT id FROM members), 700, 9, 1, '', '2026-11-18 12:00:00')"
    ));
    std::fs::write(folder.join(&name), "a picture").unwrap();

    let output = place.run(&["doctor"]);
    let small = name.replace(".png", "-small.png");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains(&format!("wrong: The uploaded picture {small} is not in the data folder")),
        "{said}"
    );
    assert_eq!(complained(&output), "touchstone: one thing is wrong\n");

    std::fs::write(folder.join(&small), "a picture").unwrap();
    let output = place.run(&["doctor"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("the one picture in the data folder"));
}

/// What lies in the bucket: by name, its type and its bytes.
type Objects = BTreeMap<String, (String, Vec<u8>)>;

/// An S3-compatible storage on this machine: one bucket, and one key to it.
struct Bay {
    port: u16,
    objects: Arc<Mutex<Objects>>,
}

impl Bay {
    /// `failures` is how many requests are answered with 503 before it is well.
    fn start(failures: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let objects = Arc::new(Mutex::new(BTreeMap::new()));
        let (kept, mut failures) = (Arc::clone(&objects), failures);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let fails = failures > 0;
                failures = failures.saturating_sub(1);
                // A client that goes away in the middle is no failure of the server's.
                let _ = serve(client, &kept, fails);
            }
        });
        Self { port, objects }
    }

    fn storage(&self) -> Arc<dyn Storage> {
        self.storage_with("key")
    }

    fn storage_with(&self, key: &str) -> Arc<dyn Storage> {
        let site = TestSite::start();
        let mut settings = touchstone::settings::Settings::clone(&site.forum.site.settings);
        settings.storage = StorageSettings::S3(Box::new(Bucket {
            name: "pictures".to_owned(),
            prefix: "forum".to_owned(),
            endpoint: Some(format!("http://127.0.0.1:{}", self.port).parse().unwrap()),
            region: "eu-central-1".to_owned(),
            key: key.to_owned(),
            secret: "hush".to_owned(),
        }));
        storage::open(&settings).unwrap()
    }

    fn names(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }
}

fn serve(
    client: TcpStream,
    objects: &Mutex<BTreeMap<String, (String, Vec<u8>)>>,
    fails: bool,
) -> std::io::Result<()> {
    let mut out = client.try_clone()?;
    let mut reader = BufReader::new(client);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let (method, path) = line.trim_end_matches(" HTTP/1.1\r\n").split_once(' ').unwrap_or_default();
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body)?;

    let mut objects = objects.lock().unwrap();
    let about = "ETag: \"1\"\r\nLast-Modified: Wed, 18 Nov 2026 12:00:00 GMT\r\n";
    let (status, about, sent): (_, String, Vec<u8>) = if fails {
        ("503 Slow Down", String::new(), Vec::new())
    } else if signature(method, path, &headers, &body).is_none_or(|own| own != header("authorization")) {
        ("403 Forbidden", String::new(), b"<Error><Code>AccessDenied</Code></Error>".to_vec())
    } else {
        match (method, objects.get(path)) {
            ("PUT", _) => {
                objects.insert(path.to_owned(), (header("content-type"), body));
                ("200 OK", about.to_owned(), Vec::new())
            }
            ("DELETE", found) => {
                let status = if found.is_some() { "204 No Content" } else { "404 Not Found" };
                objects.remove(path);
                (status, String::new(), Vec::new())
            }
            ("GET" | "HEAD", Some((kind, bytes))) => {
                ("200 OK", format!("{about}Content-Type: {kind}\r\n"), bytes.clone())
            }
            _ => ("404 Not Found", String::new(), b"<Error><Code>NoSuchKey</Code></Error>".to_vec()),
        }
    };
    let length = sent.len();
    write!(out, "HTTP/1.1 {status}\r\n{about}Content-Length: {length}\r\nConnection: close\r\n\r\n")?;
    if method != "HEAD" {
        out.write_all(&sent)?;
    }
    out.flush()
}

/// What the owner of the key would have signed this request with.
fn signature(method: &str, path: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> Option<String> {
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let hash = headers.get("x-amz-content-sha256")?;
    let (_, signed) = headers.get("authorization")?.split_once("SignedHeaders=")?;
    let (signed, _) = signed.split_once(',')?;
    let lines: Option<Vec<String>> =
        signed.split(';').map(|name| Some(format!("{name}:{}\n", headers.get(name)?))).collect();
    let request = format!("{method}\n{path}\n\n{}\n{signed}\n{hash}", lines?.concat());
    let moment = headers.get("x-amz-date")?;
    let scope = format!("{}/eu-central-1/s3/aws4_request", &moment[..8]);
    let text = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}", hex(&Sha256::digest(request)));
    let key = scope.split('/').fold(b"AWS4hush".to_vec(), |key, word| keyed(&key, word.as_bytes()));
    let is_whole = *hash == hex(&Sha256::digest(body)) && signed.split(';').any(|name| name == "host");
    let signature = hex(&keyed(&key, text.as_bytes()));
    is_whole.then(|| {
        format!("AWS4-HMAC-SHA256 Credential=key/{scope}, SignedHeaders={signed}, Signature={signature}")
    })
}

/// HMAC with SHA-256.
fn keyed(key: &[u8], text: &[u8]) -> Vec<u8> {
    let pad = |with: u8| {
        let mut block = key.to_vec();
        block.resize(64, 0);
        block.iter().map(|byte| byte ^ with).collect::<Vec<u8>>()
    };
    let inner = Sha256::digest([pad(0x36), text.to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}

#[actix_web::test]
async fn pictures_can_be_kept_in_a_bucket() {
    let bay = Bay::start(0);
    let mut site = TestSite::start();
    site.forum = site.forum.with_storage(bay.storage());
    let ada = site.member("ada-north");

    let (name, _) = made(&site, &ada, &png(700, 20, 1)).await;
    let small = name.replace(".png", "-small.png");
    assert_eq!(bay.names(), [format!("/pictures/forum/{small}"), format!("/pictures/forum/{name}")]);
    assert!(bay.objects.lock().unwrap().values().all(|(kind, _)| kind == "image/png"));
    assert!(files(&site).is_empty());
    let page = site.get(&Person::visitor(), &format!("/uploads/{name}")).await.expect(200);
    assert_eq!(image::load_from_memory(&page.bytes).unwrap().width(), 700);
    site.get(&Person::visitor(), &format!("/uploads/{:032x}-9x9.png", 1)).await.expect(404);
    let checked = actions::check(&site.db, &site.forum.pictures).await.unwrap();
    assert_eq!((checked.pictures, checked.missing.len()), (1, 0));

    site.clock.advance(TimeDelta::hours(25));
    sweep(&site).await;
    assert!(bay.names().is_empty() && rows(&site).is_empty());
}

#[actix_web::test]
async fn a_bucket_that_fails_for_a_moment_is_asked_again_and_one_that_refuses_is_not() {
    let bay = Bay::start(2);
    let storage = bay.storage();
    storage.put("a-9x9.png".to_owned(), "image/png", vec![1, 2, 3]).await.unwrap();
    assert!(storage.has("a-9x9.png".to_owned()).await.unwrap());

    let stranger = bay.storage_with("stranger");
    let why = stranger.put("b-9x9.png".to_owned(), "image/png", vec![1]).await.unwrap_err();
    assert!(!why.to_string().contains("hush"), "{why}");
    assert!(stranger.get("a-9x9.png".to_owned()).await.is_err());
    assert_eq!(bay.names(), ["/pictures/forum/a-9x9.png"]);
}

#[actix_web::test]
async fn a_storage_that_fails_is_our_fault_and_leaves_no_picture_for_good() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let bay = Bay { port: closed, objects: Arc::default() };
    let mut site = TestSite::start();
    let working = site.forum.pictures.storage().clone();
    site.forum = site.forum.with_storage(bay.storage());
    let ada = site.member("ada-north");

    let page = upload(&site, &ada, &png(20, 20, 1), "A quay").await.expect(500);
    assert!(!page.body.contains("127.0.0.1"), "{}", page.body);

    site.forum = site.forum.with_storage(working);
    site.clock.advance(TimeDelta::hours(25));
    sweep(&site).await;
    assert!(rows(&site).is_empty());
}
