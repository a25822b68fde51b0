//! A form of the desk that came too late: it stays in the page that asks for the second factor, and is sent again
//! after. Nothing of it is in an address, and nothing is stored.

use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;

use super::private_page;
use super::show::respond;
use crate::accounts::factors::rules::is_desk_form;
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::web::{Frame, Site};

/// What comes before the names of fields that are kept, so that none is taken for one of the page's own.
const KEPT: &str = "kept-";

/// A form as it was sent to the desk.
#[derive(Clone)]
pub(super) struct Kept {
    /// Where it was sent.
    pub to: String,
    /// Its fields, in their order.
    pub fields: Vec<(String, String)>,
}

impl Kept {
    /// What the page that asks for the second factor sent back, if it is for the desk.
    pub fn come_back(form: &[(String, String)]) -> Option<Self> {
        let to = form.iter().find(|(name, _)| name == "to").map(|(_, to)| to.clone())?;
        let fields = form
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(KEPT)?.to_owned(), value.clone())));
        is_desk_form(&to).then(|| Self { to, fields: fields.collect() })
    }

    /// The page that leads on where it is not sent.
    fn back(&self) -> &'static str {
        if self.to.starts_with("/admin/") { "/admin/badges" } else { "/agent" }
    }
}

#[derive(Template)]
#[template(path = "accounts/factors/again.html")]
struct AgainPage {
    frame: Frame,
    back: &'static str,
    kept: Kept,
}

/// Asks for the second factor, with the form that was refused for the lack of it.
pub(in crate::accounts) async fn ask_and_keep(
    request: &HttpRequest,
    body: &[u8],
) -> Result<HttpResponse, Error> {
    let member = Member::extract(request).await?;
    let site = request.app_data::<web::Data<Site>>().ok_or_else(|| Error::internal("there is no site"))?;
    let fields = url::form_urlencoded::parse(body).into_owned().collect();
    let kept = Kept { to: request.path().to_owned(), fields };
    let next = kept.back();
    respond(site, &member, next, Some(kept), (StatusCode::UNAUTHORIZED, None)).await
}

/// The form that was kept, with a button that sends it.
pub(super) fn again(site: &Site, member: &Member, kept: Kept) -> Result<HttpResponse, Error> {
    let frame = Frame::new(site, member.account(), "Send it again").at("/agent/sign-in");
    private_page(StatusCode::OK, &AgainPage { frame, back: kept.back(), kept })
}
