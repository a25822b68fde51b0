//! What a member is shown of their own: receipts, and who opened their case.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, ContentType, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::members::rules::Role;
use crate::verification::evidence::receipts::{Receipt, Signed, file};
use crate::verification::evidence::store::looks::{self, subject};
use crate::verification::evidence::store::{self, Summary, log};
use crate::web::{Crumb, Day, Frame, Site, When, page};

/// Receipts, or looks, on a page.
const SHOWN: i64 = 20;

#[derive(Debug, Default, Deserialize)]
pub(super) struct From {
    /// What stands before this one.
    before: Option<String>,
}

impl From {
    fn number(&self) -> i64 {
        self.before.as_deref().and_then(|text| text.parse().ok()).unwrap_or(i64::MAX)
    }
}

/// Takes the one that is too many away: then there are more.
fn cut<T>(found: &mut Vec<T>) -> bool {
    let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
    let is_more = found.len() > shown;
    found.truncate(shown);
    is_more
}

fn private(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn frame(site: &Site, member: &Member, title: &str, path: &str) -> Frame {
    let way = vec![Crumb::new("Verification", "/verification"), Crumb::new(title, "")];
    Frame::new(site, member.account(), title).with_crumbs(way).at(path)
}

struct Row {
    receipt: Receipt,
    file: String,
}

impl Row {
    fn destroyed(&self) -> When {
        When(self.receipt.destroyed)
    }

    fn uploaded(&self) -> When {
        When(self.receipt.uploaded)
    }
}

#[derive(Template)]
#[template(path = "verification/receipts.html")]
struct ReceiptsPage {
    frame: Frame,
    summary: Summary,
    rows: Vec<Row>,
    older: Option<String>,
}

impl ReceiptsPage {
    fn until(&self) -> Option<Day> {
        self.summary.until.map(Day)
    }
}

pub(super) async fn receipts(
    site: web::Data<Site>,
    member: Member,
    from: web::Query<From>,
) -> Result<HttpResponse, Error> {
    let (id, before) = (member.id, from.number());
    let loading = site
        .db
        .read(move |conn| Ok((store::summary_of(conn, id)?, log::of_member(conn, id, before, SHOWN + 1)?)));
    let (summary, mut leaves) = loading.await?;
    let is_more = cut(&mut leaves);
    let last = leaves.last().map(|leaf| leaf.place).filter(|_| is_more);
    let rows: Result<Vec<Row>, Error> = leaves
        .iter()
        .map(|leaf| {
            let file = file(&leaf.receipt, &leaf.signature);
            let signed = Signed::parse(&file)
                .map_err(|_| Error::internal(format!("receipt {} cannot be read", leaf.place)))?;
            Ok(Row { receipt: signed.receipt, file })
        })
        .collect();
    Ok(private(page(&ReceiptsPage {
        frame: frame(&site, &member, "Your receipts", "/verification/receipts"),
        summary,
        rows: rows?,
        older: last.map(|last| format!("/verification/receipts?before={last}")),
    })?))
}

/// One receipt, as a file to save.
pub(super) async fn receipt(
    site: web::Data<Site>,
    member: Member,
    place: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let place = place.parse().map_err(|_| Error::NotFound)?;
    let found = site.db.read(move |conn| Ok(log::leaf(conn, place)?)).await?;
    let (_, leaf) = found.filter(|(owner, _)| *owner == member.id).ok_or(Error::NotFound)?;
    let saved = format!("attachment; filename=\"receipt-{place}.json\"");
    let answer = HttpResponse::Ok()
        .insert_header(ContentType::json())
        .insert_header((CONTENT_DISPOSITION, saved))
        .body(file(&leaf.receipt, &leaf.signature));
    Ok(private(answer))
}

struct Look {
    at: When,
    role: &'static str,
    /// Which of the member's cases it was, the first being 1.
    case: usize,
}

#[derive(Template)]
#[template(path = "verification/opened.html")]
struct OpenedPage {
    frame: Frame,
    looks: Vec<Look>,
    older: Option<String>,
}

pub(super) async fn opened(
    site: web::Data<Site>,
    member: Member,
    from: web::Query<From>,
) -> Result<HttpResponse, Error> {
    let (id, before) = (member.id, from.number());
    let loading = site.db.read(move |conn| {
        let cases = looks::cases_of(conn, id)?;
        let looks = looks::looks(conn, &cases, before, SHOWN + 1)?;
        Ok((cases, looks))
    });
    let (cases, mut looks) = loading.await?;
    let is_more = cut(&mut looks);
    let last = looks.last().map(|look| look.0).filter(|_| is_more);
    let looks = looks.into_iter().map(|(_, case, at, role)| Look {
        at: When(at),
        role: Role::parse(&role).map_or("Staff", Role::title),
        case: cases.iter().position(|own| subject(*own) == case).map_or(0, |place| place + 1),
    });
    Ok(private(page(&OpenedPage {
        frame: frame(&site, &member, "Who opened your case", "/verification/opened"),
        looks: looks.collect(),
        older: last.map(|last| format!("/verification/opened?before={last}")),
    })?))
}
