//! The form for a picture, and what becomes of it. Scripts ask for JSON instead of pages.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use futures_util::TryStreamExt;

use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::text::images::ImageName;
use crate::uploads::actions::{self, Pictures};
use crate::uploads::rules::{Alt, ImageProblem, LARGEST_FILE, SHOWN};
use crate::uploads::store::{self, Upload};
use crate::web::{Crumb, Frame, Problems, Site, When, page_with, see_other};

/// The longest field that is read, in bytes: more than any description.
const LONGEST_FIELD: usize = 8 * 1024;
/// Of a form that is larger the rest is not even waited for.
const LARGEST_FORM: usize = 4 * LARGEST_FILE;

#[derive(Template)]
#[template(path = "uploads/new.html")]
struct NewPage {
    frame: Frame,
    /// The picture that was just uploaded.
    made: Option<Row>,
    rows: Vec<Row>,
    alt: String,
    decorative: bool,
    problems: Problems,
    refusal: Option<String>,
}

/// A picture of one's own.
struct Row {
    path: String,
    thumbnail: String,
    width: u32,
    height: u32,
    alt: String,
    markdown: String,
    at: When,
}

impl From<&Upload> for Row {
    fn from(upload: &Upload) -> Self {
        let (width, height) = upload.name.shown();
        Self {
            path: upload.name.path(),
            thumbnail: upload.name.thumbnail_path(),
            width,
            height,
            alt: upload.alt.clone(),
            markdown: upload.name.markdown(&upload.alt),
            at: When(upload.at),
        }
    }
}

/// What the page is asked with.
#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    made: String,
}

pub(super) async fn new(
    site: web::Data<Site>,
    member: Member,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let refusal = if member.email_confirmed { None } else { Some(UNCONFIRMED.to_owned()) };
    let made = ImageName::parse(&asked.made);
    show(&site, &member, StatusCode::OK, Sent::default(), made, Problems::none(), refusal).await
}

const UNCONFIRMED: &str = "Confirm your e-mail address first; your settings send you the mail again.";

async fn show(
    site: &Site,
    member: &Member,
    status: StatusCode,
    sent: Sent,
    made: Option<ImageName>,
    problems: Problems,
    refusal: Option<String>,
) -> Result<HttpResponse, Error> {
    let id = member.id;
    let own = site.db.read(move |conn| Ok(store::newest_of(conn, id, SHOWN)?)).await?;
    let is_made = |upload: &&Upload| made.as_ref() == Some(&upload.name);
    let frame = Frame::new(site, member.account(), "Add an image")
        .with_crumbs(vec![Crumb::new("Add an image", "")])
        .at("/uploads/new");
    let new_page = NewPage {
        frame,
        made: own.iter().find(is_made).map(Row::from),
        rows: own.iter().filter(|upload| !is_made(upload)).map(Row::from).collect(),
        alt: sent.alt,
        decorative: sent.decorative,
        problems,
        refusal,
    };
    page_with(status, &new_page)
}

/// Why a picture was not taken, and with which status that is said.
enum Refused {
    Field(&'static str, String),
    Whole(StatusCode, String),
}

pub(super) async fn upload(
    site: web::Data<Site>,
    pictures: web::Data<Pictures>,
    member: Member,
    request: HttpRequest,
    mut parts: Multipart,
) -> Result<HttpResponse, Error> {
    let wants_json = accepts_json(request.headers());
    let mut sent = Sent::default();
    let outcome = take(&site, &pictures, &member, &mut parts, &mut sent).await;
    match outcome {
        Ok((name, alt)) if wants_json => Ok(made(&name, &alt)),
        Ok((name, _)) => see_other(&format!("/uploads/new?made={}", name.file_name())),
        Err(error) => {
            let refused = refused(error)?;
            if wants_json {
                return Ok(refused.json());
            }
            let (status, problems, refusal) = refused.parts();
            show(&site, &member, status, sent, None, problems, refusal).await
        }
    }
}

/// Why something was not taken, before it is known how that is said.
enum Stopped {
    Alt(String),
    Image(ImageProblem),
    Other(Error),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

async fn take(
    site: &Site,
    pictures: &Pictures,
    member: &Member,
    parts: &mut Multipart,
    sent: &mut Sent,
) -> Result<(ImageName, Alt), Stopped> {
    if !member.email_confirmed {
        return Err(Error::Forbidden(UNCONFIRMED.into()).into());
    }
    let (id, now) = (member.id, site.clock.now());
    let file = sent.read(parts).await?;
    // The count stands whatever follows, so it is a transaction of its own.
    site.db.write(move |conn| actions::count_try(conn, id, now)).await?;
    site.db.read(move |conn| actions::may_upload(conn, id, now)).await?;
    // Both are looked at, but only one is said; the file would have to be chosen again anyway.
    let alt = Alt::parse(&sent.alt, sent.decorative).map_err(|why| Stopped::Alt(why.to_string()));
    let prepared = pictures.develop(file.map_err(Stopped::Image)?).await.map_err(Stopped::Image)?;
    let (alt, name) = (alt?, prepared.name.clone());
    actions::keep(&site.db, pictures, id, prepared, alt.clone(), now).await?;
    Ok((name, alt))
}

fn refused(stopped: Stopped) -> Result<Refused, Error> {
    Ok(match stopped {
        Stopped::Alt(why) => Refused::Field("alt", why),
        Stopped::Image(why) => Refused::Field("image", why.to_string()),
        Stopped::Other(Error::Refused(why)) => Refused::Whole(StatusCode::UNPROCESSABLE_ENTITY, why),
        Stopped::Other(Error::Forbidden(why)) => Refused::Whole(StatusCode::FORBIDDEN, why.into_owned()),
        Stopped::Other(error @ Error::TooMany { .. }) => {
            Refused::Whole(StatusCode::TOO_MANY_REQUESTS, error.to_string())
        }
        Stopped::Other(Error::Busy) => {
            Refused::Whole(StatusCode::SERVICE_UNAVAILABLE, Error::Busy.to_string())
        }
        Stopped::Other(other) => return Err(other),
    })
}

impl Refused {
    fn parts(self) -> (StatusCode, Problems, Option<String>) {
        match self {
            Self::Field(field, why) => (StatusCode::UNPROCESSABLE_ENTITY, Problems::one(field, why), None),
            Self::Whole(status, why) => (status, Problems::none(), Some(why)),
        }
    }

    fn json(self) -> HttpResponse {
        let (status, field, why) = match self {
            Self::Field(field, why) => (StatusCode::UNPROCESSABLE_ENTITY, field, why),
            Self::Whole(status, why) => (status, "", why),
        };
        HttpResponse::build(status).json(serde_json::json!({ "field": field, "problem": why }))
    }
}

fn made(name: &ImageName, alt: &Alt) -> HttpResponse {
    let (width, height) = name.size();
    HttpResponse::Created().json(serde_json::json!({
        "name": name.file_name(),
        "markdown": name.markdown(alt.as_str()),
        "width": width,
        "height": height,
    }))
}

fn accepts_json(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json"))
}

/// What was typed.
#[derive(Default)]
struct Sent {
    alt: String,
    decorative: bool,
}

impl Sent {
    /// Reads the form, and answers with the file. All of the form is read, so that its answer is read as well; of a
    /// file that is too large no more than may be is kept.
    async fn read(&mut self, parts: &mut Multipart) -> Result<Result<Vec<u8>, ImageProblem>, Error> {
        let broken = |cause: actix_multipart::MultipartError| {
            tracing::debug!(%cause, "an upload broke off");
            Error::Refused("The picture did not arrive whole. Choose it once more.".to_owned())
        };
        let (mut file, mut total) = (Err(ImageProblem::Missing), 0_usize);
        while let Some(mut part) = parts.try_next().await.map_err(broken)? {
            let about = part.content_disposition().and_then(|about| about.get_name());
            let name = about.unwrap_or_default().to_owned();
            let limit = if name == "image" { LARGEST_FILE } else { LONGEST_FIELD };
            let (mut bytes, mut length) = (Vec::new(), 0_usize);
            while let Some(chunk) = part.try_next().await.map_err(broken)? {
                (length, total) = (length + chunk.len(), total + chunk.len());
                if total > LARGEST_FORM {
                    return Err(Error::TooLarge(ImageProblem::TooLarge.to_string().into()));
                }
                if length <= limit {
                    bytes.extend_from_slice(&chunk);
                }
            }
            match name.as_str() {
                "image" if length > limit => file = Err(ImageProblem::TooLarge),
                "image" if length > 0 => file = Ok(bytes),
                "alt" => self.alt = String::from_utf8_lossy(&bytes).into_owned(),
                "decorative" => self.decorative = true,
                _ => {}
            }
        }
        Ok(file)
    }
}
