//! Proving a phone and a document with the planted particulars, up to the desk's decision and the images' end.

use actix_web::http::StatusCode;
use touchstone::accounts::factors::rules::code_at;
use touchstone::clock::Clock;
use touchstone::verification::document::mrz::check_digit;

use super::Planted;
use crate::documents::body;
use crate::documents::files::with_segment;
use crate::support::program::Answer;
use crate::support::site::PASSWORD;
use crate::support::smtp::wait_for;
use crate::support::twilio::Mock;
use crate::support::{Client, Page, Program};

/// The planted number, as its owner types it; a second one, which the gateway refuses.
const NUMBER: &str = "01512 7390561";
const REFUSED: &str = "01512 7390684";
const SURNAME: &str = "Quillfeather";
const GIVEN_NAMES: &str = "Zebulonius Osricson";
const BIRTH_DATE: &str = "1931-07-29";
const DOCUMENT: &str = "ZQ7391846";
/// What the camera wrote into the images: a place, and whose it is.
const CAMERA: &str = "Exif\0\0 48.7391N 16.9137E taken by Ottoline Quillfeather";
/// What the agent notes.
const NOTE: &str = "Spelled Zebulonius with a z on page three.";

/// Every string that is found nowhere, but what [`super::PARTS`] has.
pub(super) fn strings() -> Vec<String> {
    let zone = zone();
    let spelled = [NUMBER, REFUSED].into_iter().flat_map(|number| {
        let national = number.replace(' ', "");
        let subscriber = national[1..].to_owned();
        [number.to_owned(), number[1..].to_owned(), format!("+49{subscriber}"), subscriber, national]
    });
    let names = GIVEN_NAMES.split(' ').chain([GIVEN_NAMES, SURNAME, BIRTH_DATE, DOCUMENT]);
    let rest = ["Quillfeather<<Zebulonius", "48.7391N", "Ottoline", "on page three"];
    let rest = names.chain(rest).chain(zone.lines()).map(str::to_owned);
    spelled.chain(rest).collect()
}

/// The zone of the planted passport.
fn zone() -> String {
    let names = format!("{SURNAME}<<{GIVEN_NAMES}").replace(' ', "<").to_uppercase();
    let (number, birth, expiry) = (DOCUMENT, "310729", "310415");
    let second = format!(
        "{number}{}AUT{birth}{}M{expiry}{}{:<<14}0",
        check_digit(number),
        check_digit(birth),
        check_digit(expiry),
        ""
    );
    let all = format!("{}{}{}", &second[0..10], &second[13..20], &second[21..43]);
    format!("{:<<44}\n{second}{}", format!("P<AUT{names}"), check_digit(&all))
}

fn page(answer: Answer) -> Page {
    assert_eq!(answer.status, 200, "{}", answer.body);
    Page { status: StatusCode::OK, headers: Vec::new(), body: answer.body, bytes: Vec::new() }
}

/// Sends a form that has to be taken; answers with where it leads.
fn post(client: &Client, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = client.post(path, fields).unwrap();
    assert_eq!(answer.status, 303, "{path}: {}", answer.body);
    answer.location.unwrap()
}

/// The number is typed with a slip, then right; the code wrong, then right.
pub(super) fn prove_phone(client: &Client, texts: &Mock) {
    let asked = |number| [("country", "DE"), ("number", number), ("channel", "text")];
    let slip = client.post("/verification/phone", &asked("01512 7390561 of Zebulonius")).unwrap();
    assert_eq!(slip.status, 422);
    post(client, "/verification/phone", &asked(NUMBER));
    let text = wait_for("the text", || texts.asked.lock().unwrap().first().cloned());
    assert_eq!(text.form["To"], "+4915127390561");
    let code = text.form["Body"].split(' ').next().unwrap().to_owned();
    let wrong = client.post("/verification/phone/code", &[("code", &crate::phone::another(&code))]).unwrap();
    assert_eq!(wrong.status, 422);
    post(client, "/verification/phone/code", &[("code", &code)]);
    assert!(client.get("/verification/phone").unwrap().body.contains("Your number is verified"));
}

/// Asks for a code by a gateway that refuses the number, and repeats it.
pub(super) fn be_refused_a_text(planted: &Planted, client: &Client) {
    let asked = [("country", "DE"), ("number", REFUSED), ("channel", "text")];
    post(client, "/verification/phone", &asked);
    wait_for("the text to fail", || (planted.count("texts WHERE failure IS NOT NULL") == 1).then_some(()));
}

/// A gateway in Kannel's manner, to which words and number go in the address, and which refuses them.
pub(super) fn refusing_gateway() -> (Mock, String) {
    let mock = Mock::start();
    *mock.answer.lock().unwrap() = Some((400, "Refused: +4915127390684 (01512 7390684)".to_owned()));
    let (_, place) = mock.setting().split_once('@').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let (host, _) = place.split_once('?').unwrap();
    let setting = format!("kannel+http://forum:sesame@{host}/cgi-bin/sendsms?from=Forum");
    (mock, setting)
}

/// Sends an image whose name and whose metadata hold planted strings.
fn send_image(server: &Program, client: &Client) -> u16 {
    let bytes = with_segment(0xe1, CAMERA.as_bytes());
    let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
    let request = ureq::Agent::from(config.build())
        .post(format!("{}/verification/document/photos", server.origin))
        .header("content-type", "multipart/form-data; boundary=edge")
        .header("cookie", client.cookie().unwrap());
    request.send(&body("front", "Quillfeather-ZQ7391846.jpg", &bytes)[..]).unwrap().status().as_u16()
}

/// From agreeing to the queue, with a slip in what is typed.
pub(super) fn hand_in(server: &Program, client: &Client) {
    post(client, "/verification/document/consent", &[("version", "1"), ("agree", "yes")]);
    post(client, "/verification/document/choose", &[("kind", "passport"), ("country", "AT")]);
    assert_eq!(send_image(server, client), 303);
    let zone = zone();
    let typed = |surname| {
        let names = [("surname", surname), ("given_names", GIVEN_NAMES), ("birth_date", BIRTH_DATE)];
        let rest = [("number", DOCUMENT), ("expiry", "2031-04-15"), ("nationality", "AT"), ("mrz", &*zone)];
        [&names[..], &rest].concat()
    };
    let path = "/verification/document/details";
    assert_eq!(client.post(path, &typed("Quillfeathers")).unwrap().status, 422);
    post(client, path, &typed(SURNAME));
    let check = client.get("/verification/document/check").unwrap().body;
    assert!(check.contains(SURNAME) && check.contains(DOCUMENT), "the member sees what they typed");
    post(client, "/verification/document/check", &[]);
}

/// An agent adds an app, takes the case, looks at the image, and approves with a note.
pub(super) fn decide(server: &Program) {
    let mut agent = Client::new(server);
    agent.sign_in("vera-agent", PASSWORD);
    let path = "/settings/second-factor/app";
    let shown = page(agent.get(path).unwrap());
    let secret = shown.text(".factor-secret code").replace(' ', "");
    let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let (setup, code) =
        (shown.attribute("input[name=setup]", "value"), code_at(&secret, Clock::system().now()));
    post(&agent, path, &[("setup", &setup), ("name", "My phone"), ("code", &code), ("who", PASSWORD)]);
    let case = post(&agent, "/agent/next", &[]);
    let desk = page(agent.get(&case).unwrap());
    assert!(desk.body.contains(SURNAME) && desk.body.contains(DOCUMENT), "the agent sees what was typed");
    look(server, &agent, &desk.attribute(".desk-pane img", "src"));
    let mut fields = crate::desk::form("approve", "", &[]);
    fields.iter_mut().filter(|(name, _)| name == "note").for_each(|(_, note)| NOTE.clone_into(note));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(post(&agent, &format!("{case}/decide"), &fields), "/agent?told=approved");
}

fn look(server: &Program, agent: &Client, image: &str) {
    let request = ureq::get(format!("{}{image}", server.origin)).header("cookie", agent.cookie().unwrap());
    let mut answer = request.call().unwrap();
    assert!(answer.body_mut().read_to_vec().unwrap().starts_with(b"\xff\xd8\xff"));
}

/// The member ends the images and takes the number off.
pub(super) fn end(planted: &Planted, client: &Client) {
    post(client, "/verification/document/withdraw", &[]);
    post(client, "/verification/phone/remove", &[]);
    assert_eq!(planted.count("destruction_leaves"), 1);
    assert!(client.get("/verification/receipts").unwrap().status == 200);
}
