//! Adding an app that makes codes: the picture, the secret as text, and the code that shows that it works.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use qrcode::QrCode;
use zeroize::Zeroizing;

use super::list::{PATH, frame};
use super::{asks_who, office, private_page, status, who};
use crate::accounts::factors::{actions, rules};
use crate::accounts::viewer::Member;
use crate::clock::Time;
use crate::error::Error;
use crate::web::{Frame, Problems, Site, see_other};

/// The form as it was sent.
#[derive(Default, serde::Deserialize)]
pub(super) struct AppForm {
    /// The secret, sealed, with the time when it was made.
    #[serde(default)]
    setup: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    who: String,
}

#[derive(Template)]
#[template(path = "accounts/factors/app.html")]
struct AppPage {
    frame: Frame,
    setup: String,
    name: String,
    asks_who: bool,
    /// The secret as one types it.
    secret: String,
    /// The address for an app on the same device.
    address: String,
    picture: Picture,
    problems: Problems,
}

/// A square picture of dark fields.
struct Picture {
    /// Fields along a side, with the quiet zone.
    side: usize,
    /// The dark fields as the path of an SVG.
    path: String,
}

impl Picture {
    /// The picture that a camera reads as `text` (ISO/IEC 18004), with the four quiet fields around it.
    fn of(text: &str) -> Result<Self, Error> {
        const QUIET: usize = 4;
        let code = QrCode::new(text).map_err(|cause| Error::internal(format!("no picture: {cause}")))?;
        let width = code.width();
        let dark =
            code.to_colors().into_iter().enumerate().filter(|(_, colour)| *colour == qrcode::Color::Dark);
        let squares = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET));
        Ok(Self { side: width + 2 * QUIET, path: squares.collect() })
    }
}

/// The context in which a secret waits in its form: one session's.
fn context(member: &Member) -> String {
    format!("second factor setup {} {}", member.id.0, member.session.0)
}

fn sealed(site: &Site, member: &Member, secret: &[u8], now: Time) -> Result<String, Error> {
    let encoded = data_encoding::BASE32_NOPAD.encode(secret);
    site.keys.seal_text(&context(member), &format!("{} {encoded}", now.and_utc().timestamp()))
}

/// The secret of a form that came back, while it is not too old.
fn opened(site: &Site, member: &Member, setup: &str, now: Time) -> Option<Zeroizing<Vec<u8>>> {
    let text = Zeroizing::new(site.keys.unseal_text(&context(member), setup).ok()?);
    let (made, encoded) = text.split_once(' ')?;
    let age = now.and_utc().timestamp() - made.parse::<i64>().ok()?;
    let secret = data_encoding::BASE32_NOPAD.decode(encoded.as_bytes()).ok()?;
    (age <= rules::SETUP.num_seconds()).then_some(Zeroizing::new(secret))
}

pub(super) async fn form(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let secret = actions::new_secret()?;
    respond(&site, &member, &secret, AppForm::default(), Problems::none()).await
}

async fn respond(
    site: &Site,
    member: &Member,
    secret: &[u8],
    form: AppForm,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let address = rules::setup_address(secret, &site.settings.name, &member.handle)
        .ok_or_else(|| Error::internal("a secret has no address"))?;
    let is_known = !form.setup.is_empty();
    let setup = if is_known { form.setup } else { sealed(site, member, secret, site.clock.now())? };
    private_page(
        status(!problems.is_empty()),
        &AppPage {
            frame: frame(site, member, "Add an app"),
            setup,
            name: form.name,
            asks_who: asks_who(site, member).await?,
            secret: rules::typed_secret(secret),
            picture: Picture::of(&address)?,
            address,
            problems,
        },
    )
}

pub(super) async fn add(
    site: web::Data<Site>,
    member: Member,
    request: HttpRequest,
    form: web::Form<AppForm>,
) -> Result<HttpResponse, Error> {
    let (mut form, now) = (form.into_inner(), site.clock.now());
    let mut problems = Problems::none();
    let Some(secret) = opened(&site, &member, &form.setup, now) else {
        form.setup = String::new();
        let why = "This took more than an hour, so there is a new picture. Read it with the app, and type its code.";
        problems.add("code", why);
        return respond(&site, &member, &actions::new_secret()?, form, problems).await;
    };
    let name = problems.check("name", rules::name(&form.name));
    if let Some(problem) = who(&site, &member, &request, std::mem::take(&mut form.who)).await? {
        problems.add("who", problem);
    }
    let Some(name) = name.filter(|_| problems.is_empty()) else {
        return respond(&site, &member, &secret, form, problems).await;
    };
    let (office, whose, code, own) =
        (office(&site), (member.id, member.session), form.code.clone(), secret.clone());
    let adding = site.db.write(move |conn| actions::add_app(conn, &office, whose, &name, &own, &code, now));
    match adding.await {
        Ok(()) => {
            site.mail_queued.notify_one();
            see_other(&format!("{PATH}?saved=app"))
        }
        Err(Error::Refused(why)) => respond(&site, &member, &secret, form, Problems::one("code", why)).await,
        Err(other) => Err(other),
    }
}
