//! Hostile files: each is refused in clear words, or comes out clean; and the program's memory stays small.

use actix_web::http::StatusCode;
use touchstone::verification::document::photo::prepare;

use super::body;
use super::files::{Fate, HIDDEN, all};
use crate::support::database::postgres;
use crate::support::{Client, Installation, Page, Program};

/// The most memory that the program may hold at any moment.
const MOST: u64 = 200 << 20;

#[test]
fn every_hostile_file_is_refused_clearly_or_comes_out_clean() {
    // Files are read long before any database is asked.
    if postgres().is_some() {
        return;
    }
    let files = all();
    assert!(files.len() >= 40);
    for (name, bytes, fate) in files {
        match (prepare(&bytes), fate) {
            (Err(why), Fate::Refused(words)) => {
                let said = why.to_string();
                assert!(said.contains(words) && said.len() > 40, "{name}: {said}");
            }
            (Ok(photo), Fate::Clean) => {
                let kept = String::from_utf8_lossy(&photo.jpeg);
                for word in [HIDDEN, "Exif", "<svg", "<script", "<?php", "ICC_PROFILE", "PK\u{3}\u{4}"] {
                    assert!(!kept.contains(word), "{name} keeps {word}");
                }
                assert!(photo.jpeg.ends_with(&[0xff, 0xd9]), "{name}");
                assert!(photo.width.max(photo.height) <= 2_400, "{name}");
            }
            (Ok(_), Fate::Refused(_)) => panic!("{name} was taken"),
            (Err(why), Fate::Clean) => panic!("{name} was refused: {why}"),
        }
    }
}

/// Sends a file to the real program.
fn send(server: &Program, client: &Client, name: &str, bytes: &[u8]) -> (u16, String) {
    let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
    let agent = ureq::Agent::from(config.build());
    let request = agent
        .post(format!("{}/verification/document/photos", server.origin))
        .header("content-type", "multipart/form-data; boundary=edge")
        .header("cookie", client.cookie().unwrap());
    let mut answer = request.send(&body("front", name, bytes)[..]).unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

fn begun(place: &Installation, server: &Program, handle: &str) -> Client {
    place.add_member(handle, "Anna E", &["--tier", "top-rated"]);
    let mut client = Client::new(server);
    client.sign_in(handle, crate::support::site::PASSWORD);
    let consent = [("version", "1"), ("agree", "yes")];
    assert_eq!(client.post("/verification/document/consent", &consent).unwrap().status, 303);
    let choice = [("kind", "passport"), ("country", "AT")];
    assert_eq!(client.post("/verification/document/choose", &choice).unwrap().status, 303);
    client
}

#[test]
fn the_program_takes_hostile_files_within_200_mebibytes() {
    // Files are read long before any database is asked.
    if postgres().is_some() {
        return;
    }
    let place = Installation::new();
    let server = place.serve();
    // Reading files is work, so one member may send thirty within a quarter of an hour.
    for (member, files) in ["anna-e", "berta-e", "clara-e"].into_iter().zip(all().chunks(29)) {
        let client = begun(&place, &server, member);
        for (name, bytes, fate) in files {
            let (status, body) = send(&server, &client, name, bytes);
            match fate {
                Fate::Clean => assert_eq!(status, 303, "{name}: {body}"),
                Fate::Refused(words) => {
                    assert_eq!(status, 422, "{name}: {body}");
                    let page =
                        Page { status: StatusCode::default(), headers: Vec::new(), body, bytes: Vec::new() };
                    assert!(page.text("#image-front-problem").contains(words), "{name}");
                }
            }
        }
    }
    let peak = server.peak();
    assert!(peak < MOST, "{} MiB", peak >> 20);
    let log = server.log();
    assert!(!log.contains(HIDDEN) && !log.contains("anna-e@"), "{log}");
}
