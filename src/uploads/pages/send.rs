//! Sends pictures. What stands at an address never changes, so that everybody may keep it for good.

use actix_web::body::SizedStream;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH,
};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::error::Error;
use crate::text::images::ImageName;
use crate::uploads::actions::Pictures;

const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Whatever a picture holds, nothing in it runs or loads.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'");

pub(super) async fn picture(
    pictures: web::Data<Pictures>,
    name: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let (image, _) = ImageName::parse_file(&name).ok_or(Error::NotFound)?;
    let tag = format!("\"{name}\"");
    let known = request.headers().get(IF_NONE_MATCH).is_some_and(|sent| knows(sent, &tag));
    if known {
        return Ok(HttpResponse::NotModified()
            .insert_header((CACHE_CONTROL, FOR_GOOD))
            .insert_header((ETAG, tag))
            .finish());
    }
    let found = pictures.storage().get(name.into_inner()).await;
    let found = found.map_err(|cause| Error::internal(format!("a picture cannot be read: {cause}")))?;
    let found = found.ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static(image.kind().content_type())))
        .insert_header((CACHE_CONTROL, FOR_GOOD))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((ETAG, tag))
        .body(SizedStream::new(found.bytes, found.pieces)))
}

/// Whether a browser that sent this has the picture: its tag may stand among others, and as a weak one.
fn knows(sent: &HeaderValue, tag: &str) -> bool {
    let sent = sent.to_str().unwrap_or_default();
    sent.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}
