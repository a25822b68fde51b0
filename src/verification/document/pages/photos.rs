//! Sending the images: a card for each side. The phone's page is made of the same parts.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{case_or_way, frame, unkept};
use crate::accounts::viewer::Member;
use crate::db::Conn;
use crate::error::Error;
use crate::uploads::actions::Pictures;
use crate::uploads::rules::LARGEST_FILE;
use crate::verification::EvidenceId;
use crate::verification::document::actions::{self, Sent, Stopped, is_complete};
use crate::verification::document::countries;
use crate::verification::document::handover::actions::takes_images;
use crate::verification::document::rules::{FileProblem, Hint, Kind, Reason, Side, State};
use crate::verification::document::store::{self, Case};
use crate::verification::evidence::Vault;
use crate::verification::evidence::store::{Image, of_case};
use crate::web::multipart::FileForm;
use crate::web::{Frame, Site, When, see_other};

#[derive(Template)]
#[template(path = "verification/document/photos.html")]
struct PhotosPage {
    frame: Frame,
    document: String,
    reason: Option<&'static str>,
    cards: Vec<Card>,
    is_complete: bool,
    missing: String,
    action: &'static str,
    refusal: Option<String>,
}

/// One side of the document.
pub(in crate::verification::document) struct Card {
    pub(in crate::verification::document) side: &'static str,
    pub(in crate::verification::document) title: &'static str,
    pub(in crate::verification::document) about: &'static str,
    pub(in crate::verification::document) shots: Vec<Shot>,
    pub(in crate::verification::document) problem: Option<String>,
    pub(in crate::verification::document) is_needed: bool,
}

/// An image that was received.
pub(in crate::verification::document) struct Shot {
    pub(in crate::verification::document) id: i64,
    pub(in crate::verification::document) at: When,
    pub(in crate::verification::document) size: String,
    pub(in crate::verification::document) hints: Vec<&'static str>,
}

/// `1600` as `1,600`.
fn grouped(number: i64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

/// What a case needs to be shown: its images, and what might be better about each.
pub(in crate::verification::document) fn images_of(conn: &mut Conn, case: &Case) -> Result<Images, Error> {
    let there = of_case(conn, case.id)?.into_iter().filter(|image| image.destroyed_at.is_none()).collect();
    Ok(Images { there, hints: store::hints(conn, case.id)? })
}

/// The images of a case.
#[derive(Default)]
pub(in crate::verification::document) struct Images {
    pub(in crate::verification::document) there: Vec<Image>,
    hints: Vec<(EvidenceId, Vec<Hint>)>,
}

impl Images {
    /// Whether every side is there.
    pub(in crate::verification::document) fn are_complete(&self, kind: Option<Kind>) -> bool {
        is_complete(kind, &self.there)
    }

    /// The sides that are missing, in words.
    pub(in crate::verification::document) fn missing(&self, kind: Kind) -> String {
        let missing = kind.sides().iter().filter(|side| !self.there.iter().any(|image| image.side == **side));
        missing
            .map(|side| format!("the {}", about(kind, *side).0.to_lowercase()))
            .collect::<Vec<_>>()
            .join(" and ")
    }

    /// The cards of a document of this kind; beside a side stands what was wrong with what was sent for it.
    pub(in crate::verification::document) fn cards(
        &self,
        kind: Kind,
        wrong: Option<&(Side, String)>,
    ) -> Vec<Card> {
        let sides = kind.sides().iter().chain([&Side::Other]);
        let card = |side: &Side| {
            let (title, about) = about(kind, *side);
            let shots = self.there.iter().filter(|image| image.side == *side).map(|image| self.shot(image));
            Card {
                side: side.code(),
                title,
                about,
                shots: shots.collect(),
                problem: wrong.filter(|wrong| wrong.0 == *side).map(|wrong| wrong.1.clone()),
                is_needed: *side != Side::Other,
            }
        };
        sides.map(card).collect()
    }

    fn shot(&self, image: &Image) -> Shot {
        let hints = self.hints.iter().find(|(id, _)| *id == image.id);
        Shot {
            id: image.id.0,
            at: When(image.uploaded_at),
            size: format!("{} × {}", grouped(image.width), grouped(image.height)),
            hints: hints.map_or_else(Vec::new, |(_, hints)| hints.iter().map(|hint| hint.words()).collect()),
        }
    }
}

/// How a side is called on a document of this kind, and what has to be seen.
fn about(kind: Kind, side: Side) -> (&'static str, &'static str) {
    match (kind, side) {
        (Kind::Passport, Side::Front) => (
            "Page with your photograph",
            "The whole page, with the two lines of letters and < at its bottom and all four corners.",
        ),
        (_, Side::Front) => ("Front", "The side with your photograph, with all four corners."),
        (_, Side::Back) => ("Back", "The other side, with all four corners."),
        (_, Side::Other) => (
            "Something else, if it helps",
            "Only if it is needed: a page with an extension, say, or a note on a changed name.",
        ),
    }
}

/// The document in a few words.
pub(in crate::verification::document) fn called(case: &Case) -> String {
    let country = case.country.as_deref().and_then(countries::find).map_or("", |country| country.name);
    format!("{}, {country}", case.kind.map_or("Document", Kind::title))
}

pub(super) async fn form(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    show(&site, &member, StatusCode::OK, None, None).await
}

async fn show(
    site: &Site,
    member: &Member,
    status: StatusCode,
    wrong: Option<(Side, String)>,
    refusal: Option<String>,
) -> Result<HttpResponse, Error> {
    let id = member.id;
    let loading = site.db.read(move |conn| {
        let case = case_or_way(conn, id, takes_images)?;
        let images = case.as_ref().map_or_else(|_| Ok(Images::default()), |case| images_of(conn, case))?;
        Ok((case, images))
    });
    let (case, images) = match loading.await? {
        (Ok(case), images) => (case, images),
        (Err(way), _) => return see_other(way),
    };
    let kind = case.kind.ok_or(Error::NotFound)?;
    let photos = PhotosPage {
        frame: frame(site, member.account(), "Photographs", "/verification/document/photos"),
        document: called(&case),
        reason: case.reason.filter(|_| case.place.0 == State::Resubmit).map(Reason::told),
        cards: images.cards(kind, wrong.as_ref()),
        is_complete: images.are_complete(Some(kind)),
        missing: images.missing(kind),
        action: "/verification/document/photos",
        refusal,
    };
    unkept(status, &photos)
}

/// What is said of an image that was not taken, and with which status: beside its card, or above all.
pub(in crate::verification::document) struct Refused {
    pub(in crate::verification::document) status: StatusCode,
    pub(in crate::verification::document) wrong: Option<(Side, String)>,
    pub(in crate::verification::document) refusal: Option<String>,
}

/// Reads the form and takes the image in. What cannot be shown beside the form is an error.
pub(in crate::verification::document) async fn receive(
    site: &Site,
    vault: &Vault,
    pictures: &Pictures,
    case: &Case,
    form: FileForm,
) -> Result<Result<(), Refused>, Error> {
    let shown = Side::parse(form.field("side")).ok_or(Error::NotFound)?;
    let file = match form.is_too_large {
        true => Err(FileProblem::TooLarge),
        false if form.file.is_empty() => Err(FileProblem::Missing),
        false => Ok(form.file),
    };
    let sent = Sent { case: case.id, member: case.member, side: shown };
    let taking = actions::take_in(&site.db, vault, pictures, sent, file, site.clock.now());
    let Err(stopped) = taking.await else {
        return Ok(Ok(()));
    };
    let whole = |status, why: String| Ok(Err(Refused { status, wrong: None, refusal: Some(why) }));
    match stopped {
        Stopped::File(why) => Ok(Err(Refused {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            wrong: Some((shown, why.to_string())),
            refusal: None,
        })),
        Stopped::Other(Error::Refused(why)) => whole(StatusCode::UNPROCESSABLE_ENTITY, why),
        Stopped::Other(error @ Error::TooMany { .. }) => {
            whole(StatusCode::TOO_MANY_REQUESTS, error.to_string())
        }
        Stopped::Other(error @ Error::Busy) => whole(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
        Stopped::Other(other) => Err(other),
    }
}

pub(super) async fn send(
    site: web::Data<Site>,
    vault: web::Data<Vault>,
    pictures: web::Data<Pictures>,
    member: Member,
    mut parts: Multipart,
) -> Result<HttpResponse, Error> {
    let form = match FileForm::read(&mut parts, "image", LARGEST_FILE).await {
        Err(Error::Refused(why)) => {
            return show(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, None, Some(why)).await;
        }
        other => other?,
    };
    let id = member.id;
    let case = match site.db.read(move |conn| case_or_way(conn, id, takes_images)).await? {
        Ok(case) => case,
        Err(way) => return see_other(way),
    };
    match receive(&site, &vault, &pictures, &case, form).await? {
        Ok(()) => see_other("/verification/document/photos"),
        Err(refused) => show(&site, &member, refused.status, refused.wrong, refused.refusal).await,
    }
}

#[derive(serde::Deserialize)]
pub(super) struct RemoveForm {
    image: i64,
}

pub(super) async fn remove(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<RemoveForm>,
) -> Result<HttpResponse, Error> {
    let (id, image, now) = (member.id, EvidenceId(form.image), site.clock.now());
    let keys = std::sync::Arc::clone(&site.keys);
    let removing = site.db.write(move |conn| {
        let case = store::newest_of(conn, id)?.ok_or(Error::NotFound)?;
        actions::remove(conn, &keys, case.id, image, now)
    });
    removing.await?;
    see_other("/verification/document/photos")
}
