//! Where services tell what became of a text. Each address ends with a key that only we can make.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{is_signed, read_receipt_key, store};
use crate::error::Error;
use crate::settings::TextService;
use crate::web::Site;

/// The addresses of receipts.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/texts/receipts/twilio/{key}", web::post().to(twilio))
        .route("/texts/receipts/kannel/{key}", web::get().to(kannel))
        .route("/texts/receipts/kannel/{key}", web::post().to(kannel));
}

async fn twilio(
    site: web::Data<Site>,
    key: web::Path<String>,
    request: HttpRequest,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let Some(TextService::Twilio(account)) = &site.settings.texts else { return Err(Error::NotFound) };
    let id = read_receipt_key(&site.keys, &key).ok_or(Error::NotFound)?;
    let signature = request.headers().get("x-twilio-signature").and_then(|value| value.to_str().ok());
    let address = format!("{}{}", site.settings.origin(), request.uri());
    let holds = |token: &String| is_signed(token, &address, &form, signature.unwrap_or_default());
    if !account.signing.as_ref().is_some_and(holds) {
        return Err(Error::Forbidden("This receipt is not signed.".into()));
    }
    let told = |name: &str| form.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let became = match told("MessageStatus").or_else(|| told("CallStatus")) {
        Some("delivered" | "read" | "completed") => Some(true),
        Some("failed" | "undelivered" | "busy" | "no-answer" | "canceled") => Some(false),
        _ => None,
    };
    write_down(&site, id, became).await
}

#[derive(serde::Deserialize)]
struct Told {
    #[serde(default)]
    status: i64,
}

async fn kannel(
    site: web::Data<Site>,
    key: web::Path<String>,
    told: web::Query<Told>,
) -> Result<HttpResponse, Error> {
    if !matches!(site.settings.texts, Some(TextService::Kannel(_))) {
        return Err(Error::NotFound);
    }
    let id = read_receipt_key(&site.keys, &key).ok_or(Error::NotFound)?;
    let became = match told.status {
        1 => Some(true),
        2 | 16 => Some(false),
        _ => None,
    };
    write_down(&site, id, became).await
}

/// Writes down what became of a text; what is no end of it says nothing yet.
async fn write_down(site: &Site, id: i64, became: Option<bool>) -> Result<HttpResponse, Error> {
    if let Some(delivered) = became {
        site.db.write(move |conn| Ok(store::note_delivery(conn, id, delivered)?)).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}
