//! The keys outside the database: they can be changed while the forum runs, and what is wrong with them is said.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use data_encoding::BASE64;
use touchstone::db::Conn;
use touchstone::outside::mail::{Mail, TRIES};
use touchstone::outside::store as mails;

use crate::support::program::{complained, said};
use crate::support::site::PASSWORD;
use crate::support::{Client, Installation, TestSite, tables};

fn key_file(place: &Installation) -> PathBuf {
    place.data().join("keys/wrapping.keys")
}

/// The lines of the key file that are keys.
fn lines(place: &Installation) -> Vec<String> {
    let text = fs::read_to_string(key_file(place)).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn name(line: &str) -> String {
    line.split_whitespace().next().unwrap().to_owned()
}

/// The names of the keys that wrap the site's keys.
fn wrapped_by(place: &Installation) -> Vec<String> {
    let mut conn = Conn::open(&place.database.url).unwrap();
    tables::lines(&mut conn, "SELECT DISTINCT wrapped_by AS line FROM sealing_keys")
}

#[test]
fn keys_are_rotated_beside_a_running_server() {
    let place = Installation::new();
    place.add_member("ada-north", "Ada North", &[]);
    let server = place.serve();
    let old = lines(&place);

    let rotated = place.run(&["keys", "rotate"]);

    assert!(rotated.status.success(), "{}", complained(&rotated));
    let new = lines(&place);
    assert_eq!((new.len(), &new[0]), (2, &old[0]));
    let (was, is) = (name(&new[0]), name(&new[1]));
    assert_eq!(wrapped_by(&place), std::slice::from_ref(&is));
    let told = said(&rotated);
    assert!(told.contains(&format!("Added {is} to the key file {}.", key_file(&place).display())), "{told}");
    assert!(told.contains(&format!("Wrapped 3 keys anew: everything is wrapped by {is} now.")), "{told}");
    let mode = fs::metadata(key_file(&place)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    Client::new(&server).sign_in("ada-north@example.org", PASSWORD);
    server.terminate();
    let doctor = said(&place.run(&["doctor"]));
    assert!(doctor.contains(&format!("keys: 3 keys wrapped by {is}, the newest")), "{doctor}");
    assert!(doctor.contains(&format!("keys: {was} wraps nothing here")), "{doctor}");
    assert!(doctor.ends_with("Nothing is wrong.\n"), "{doctor}");

    // The old line can go, and nothing that was sealed before needs it.
    fs::write(key_file(&place), format!("{}\n", new[1])).unwrap();
    let server = place.serve();
    Client::new(&server).sign_in("ada-north@example.org", PASSWORD);
}

#[test]
fn two_who_rotate_at_once_lose_no_key() {
    let place = Installation::new();
    assert!(place.run(&["migrate"]).status.success());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let rotated = place.run(&["keys", "rotate"]);
                assert!(rotated.status.success(), "{}", complained(&rotated));
            });
        }
    });
    let names: Vec<String> = lines(&place).iter().map(|line| name(line)).collect();
    assert_eq!(names.len(), 5);
    assert_eq!(wrapped_by(&place), [names[4].clone()]);
}

#[test]
fn an_older_key_that_still_wraps_is_named_and_a_command_can_keep_the_keys() {
    let place = Installation::new();
    assert!(place.run(&["migrate"]).status.success());
    let old = lines(&place);
    let added = format!("key-new {}", BASE64.encode(&[7; 32]));
    fs::write(key_file(&place), format!("{}\n{added}\n", old[0])).unwrap();
    let doctor = said(&place.run(&["doctor"]));
    let sentence = format!("wrong: {} still wraps 3 keys: run touchstone keys rotate.", name(&old[0]));
    assert!(doctor.contains(&sentence), "{doctor}");

    let elsewhere = place.database.folder.path().join("elsewhere");
    fs::rename(key_file(&place), &elsewhere).unwrap();
    let mut rotate = place.command(&["keys", "rotate"]);
    rotate
        .env("PATH", "/usr/bin:/bin")
        .env("TOUCHSTONE_KEYS_COMMAND", format!("cat {}", elsewhere.display()));
    let rotated = rotate.output().unwrap();
    assert!(rotated.status.success(), "{}", complained(&rotated));
    let told = said(&rotated);
    assert!(told.contains("The newest key that the command prints is key-new"), "{told}");
    assert_eq!(wrapped_by(&place), ["key-new"]);
}

#[test]
fn a_start_says_in_one_line_what_is_wrong_with_the_key_file() {
    let place = Installation::new();
    assert!(place.run(&["migrate"]).status.success());
    let (good, file) = (lines(&place)[0].clone(), key_file(&place));
    let (shown, by) = (file.display().to_string(), name(&good));
    let refused = |what: &str, doctor_says: &str| {
        let output = place.run(&["--listen", "127.0.0.1:0", "serve"]);
        let told = complained(&output);
        let told: Vec<&str> = told.lines().filter(|line| line.starts_with("touchstone: ")).collect();
        assert!(!output.status.success() && told.len() == 1 && told[0].contains(what), "{what}: {told:?}");
        let doctor = place.run(&["doctor"]);
        let found = said(&doctor);
        assert!(!doctor.status.success() && found.contains(doctor_says), "{doctor_says}: {found}");
        // A refused start makes no key of its own.
        assert_eq!(wrapped_by(&place), std::slice::from_ref(&by));
    };

    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    refused(
        "can be read by others (mode 644); make it yours alone with chmod 600",
        "wrong: The keys cannot be read",
    );
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();

    fs::write(&file, format!("{by} {}\n", BASE64.encode(&[7; 32]))).unwrap();
    refused(
        &format!("the wrapping key {by} is not the one"),
        &format!("the wrapping key {by} is not the one"),
    );

    fs::write(&file, format!("key-other {}\n", BASE64.encode(&[7; 32]))).unwrap();
    refused(&format!("the wrapping key {by} is missing"), &format!("the wrapping key {by} is missing"));

    fs::remove_file(&file).unwrap();
    refused(&format!("the key file {shown} is missing"), &format!("wrong: The key file {shown} is missing"));
    assert!(!file.exists(), "no new file takes its place");

    fs::write(&file, format!("{good}\n")).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    assert!(said(&place.run(&["doctor"])).ends_with("Nothing is wrong.\n"));
}

#[actix_web::test]
async fn a_mail_that_does_not_open_holds_no_other_up_and_words_reach_no_other_address() {
    let site = TestSite::start();
    let (now, keys) = (site.clock.now(), site.keys());
    site.write(move |conn| {
        let mails =
            [Mail::new("nora@members.example", "Hello", "A link"), Mail::new("eve@x.example", "Hi", "B")];
        Ok(mails::queue_all(conn, &keys, &mails, now)?)
    });
    // Somebody who writes to the database, and has no key, wants the first mail's words.
    site.write(|conn| {
        use diesel::connection::SimpleConnection;
        let eve = "(SELECT recipient FROM mails WHERE id = (SELECT max(id) FROM mails))";
        let swap = format!("UPDATE mails SET recipient = {eve} WHERE id = (SELECT min(id) FROM mails)");
        Ok(conn.batch_execute(&swap)?)
    });
    let mailer = crate::jobs::Told::to([]);
    let (jobs, mailer_of_jobs) = crate::jobs::at_work(&site, &mailer);

    assert!(jobs.send_one(&mailer_of_jobs).await.unwrap());
    assert!(jobs.send_one(&mailer_of_jobs).await.unwrap());
    assert!(!jobs.send_one(&mailer_of_jobs).await.unwrap());

    let handed: Vec<String> = mailer.handed().into_iter().map(|(_, mail)| mail.body).collect();
    assert_eq!(handed, ["B"]);
    let keys = site.keys();
    let left = site.read(|conn| Ok(mails::failing(conn, &keys, 9)?));
    assert_eq!(left.len(), 1);
    assert!(!left[0].opens && left[0].tries == TRIES);
    assert_eq!(left[0].failure.as_deref(), Some("It does not open with the site's keys."));
}
