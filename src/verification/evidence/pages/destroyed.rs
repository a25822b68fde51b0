//! What was destroyed, in the open: the tree's head, how much in each month, and a form that checks a receipt.

use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Days, Months, NaiveDate, NaiveTime};
use data_encoding::HEXLOWER;
use serde::Deserialize;

use crate::accounts::viewer::Viewer;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::verification::evidence::actions::{Proven, Verdict, look_up, prove};
use crate::verification::evidence::merkle::{Hash, empty};
use crate::verification::evidence::receipts::{Head, Signed};
use crate::verification::evidence::store::log;
use crate::web::{Account, Crumb, Frame, Site, When, page, page_with};

/// How many months are counted.
const MONTHS: u32 = 12;
/// Bytes of a receipt that somebody pastes; a real one has about 500.
const LONGEST: usize = 8 * 1024;

#[derive(Template)]
#[template(path = "verification/destroyed.html")]
struct DestroyedPage {
    frame: Frame,
    leaves: i64,
    root: String,
    signed: Option<When>,
    signature: String,
    key: String,
    months: Vec<(String, i64)>,
    typed: String,
    problem: Option<String>,
    answer: Option<Answer>,
}

/// What is said of a receipt that was pasted.
struct Answer {
    holds: bool,
    title: &'static str,
    words: String,
    facts: Vec<(&'static str, String)>,
    proof: Vec<String>,
}

impl Answer {
    fn no(title: &'static str, words: &str) -> Self {
        Self { holds: false, title, words: words.to_owned(), facts: Vec::new(), proof: Vec::new() }
    }

    fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::NotSigned => Self::no(
                "This site did not sign these words",
                "The signature is not of this site's key over this receipt. Either something in it was changed, or it comes from another site.",
            ),
            Verdict::NoLeaf => Self::no(
                "The receipt is signed, and the log has no such leaf",
                "That must never be: the log has lost a leaf. Please keep the receipt and tell us and others about it.",
            ),
            Verdict::OtherLeaf => Self::no(
                "The receipt is signed, and the log says something else",
                "That must never be: another leaf stands at its place. Please keep the receipt and tell us and others about it.",
            ),
            Verdict::NoProof => Self::no(
                "The receipt is signed, and its proof does not lead to the root",
                "That must never be: the log was changed. Please keep the receipt and tell us and others about it.",
            ),
            Verdict::Holds(proven) => Self::yes(&proven),
        }
    }

    fn yes(proven: &Proven) -> Self {
        let hex = |hash: &Hash| HEXLOWER.encode(hash);
        let (place, size) = (proven.place, proven.head.size);
        Self {
            holds: true,
            title: "The receipt holds",
            words: format!(
                "It is signed by this site's key, and it is leaf {place} of {size}, counted from 0: the inclusion proof leads to the signed root."
            ),
            facts: vec![("Hash of the leaf", hex(&proven.leaf)), ("Root", hex(&proven.head.root))],
            proof: proven.proof.iter().map(hex).collect(),
        }
    }
}

/// What the page shows beside the form.
struct Overview {
    head: Option<(Head, String)>,
    months: Vec<(String, i64)>,
}

fn overview(conn: &mut Conn, now: Time) -> Result<Overview, Error> {
    let since = now.date().checked_sub_months(Months::new(MONTHS - 1)).unwrap_or(now.date());
    let since = since - Days::new(u64::from(chrono::Datelike::day0(&since)));
    let months = log::by_month(conn, since.and_time(NaiveTime::MIN))?;
    Ok(Overview { head: log::head(conn)?, months })
}

/// `2026-06` as `June 2026`.
fn in_words(month: &str) -> String {
    let first = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d");
    first.map_or_else(|_| month.to_owned(), |first| first.format("%B %Y").to_string())
}

fn shown(site: &Site, account: Account, overview: Overview, typed: String) -> DestroyedPage {
    let frame = Frame::new(site, account, "What was destroyed")
        .described("Every image of a document that was destroyed here: a public, signed log in which anybody can check a receipt.")
        .with_crumbs(vec![Crumb::new("What was destroyed", "")])
        .at("/openness/destroyed");
    let (leaves, root, signed, signature) = match overview.head {
        None => (0, HEXLOWER.encode(&empty()), None, String::new()),
        Some((head, signature)) => {
            (head.size, HEXLOWER.encode(&head.root), Some(When(head.signed_at)), signature)
        }
    };
    let months = overview.months.into_iter().map(|(month, count)| (in_words(&month), count)).collect();
    let key = HEXLOWER.encode(&site.keys.public_key());
    DestroyedPage { frame, leaves, root, signed, signature, key, months, typed, problem: None, answer: None }
}

pub(super) async fn show(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    let now = site.clock.now();
    let overview = site.db.read(move |conn| overview(conn, now)).await?;
    page(&shown(&site, viewer.account(), overview, String::new()))
}

#[derive(Deserialize)]
pub(super) struct Pasted {
    #[serde(default)]
    receipt: String,
}

pub(super) async fn check(
    site: web::Data<Site>,
    viewer: Viewer,
    web::Form(pasted): web::Form<Pasted>,
) -> Result<HttpResponse, Error> {
    let (now, key) = (site.clock.now(), site.keys.public_key());
    let signed = match pasted.receipt.len() {
        0..=LONGEST => Signed::parse(&pasted.receipt).map_err(|why| why.to_string()),
        _ => Err("This is longer than any receipt. Paste one receipt at a time.".to_owned()),
    };
    let asked = signed.as_ref().ok().cloned();
    let looking = site.db.read(move |conn| {
        let verdict = asked.map(|signed| look_up(conn, &key, &signed)).transpose()?;
        Ok((overview(conn, now)?, verdict))
    });
    let (overview, verdict) = looking.await?;
    let mut shown = shown(&site, viewer.account(), overview, pasted.receipt);
    shown.problem = signed.err();
    shown.answer = verdict.map(Answer::of);
    let status = if shown.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page_with(status, &shown)
}

fn json(body: String) -> HttpResponse {
    HttpResponse::Ok().insert_header(ContentType::json()).body(body)
}

/// The signed head, for programs.
pub(super) async fn head(site: web::Data<Site>) -> Result<HttpResponse, Error> {
    let head = site.db.read(|conn| Ok(log::head(conn)?)).await?;
    let key = HEXLOWER.encode(&site.keys.public_key());
    let (head, signature) = match head {
        None => ("null".to_owned(), "null".to_owned()),
        Some((head, signature)) => (head.line(), format!("\"{signature}\"")),
    };
    Ok(json(format!("{{\"head\":{head},\"signature\":{signature},\"public_key\":\"{key}\"}}\n")))
}

/// The proof that a leaf is in the tree, for programs.
pub(super) async fn proof(site: web::Data<Site>, place: web::Path<String>) -> Result<HttpResponse, Error> {
    let place = place.parse().map_err(|_| Error::NotFound)?;
    let proven = site.db.read(move |conn| prove(conn, place)).await?.ok_or(Error::NotFound)?;
    let key = HEXLOWER.encode(&site.keys.public_key());
    let hashes: Vec<String> =
        proven.proof.iter().map(|hash| format!("\"{}\"", HEXLOWER.encode(hash))).collect();
    Ok(json(format!(
        "{{\"place\":{place},\"leaf\":\"{}\",\"proof\":[{}],\"head\":{},\"signature\":\"{}\",\"public_key\":\"{key}\"}}\n",
        HEXLOWER.encode(&proven.leaf),
        hashes.join(","),
        proven.head.line(),
        proven.signature,
    )))
}
