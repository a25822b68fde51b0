//! What programs elsewhere fetch to check a credential: the keys, and the status lists.

use std::sync::Arc;

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use actix_web::{HttpResponse, web};
use serde_json::Value;

use super::issuer;
use crate::credentials::actions;
use crate::credentials::document::Purpose;
use crate::credentials::store::public_keys;
use crate::error::Error;
use crate::web::Site;

/// How long others may keep a key set: a new key is made long before the old one is gone.
const KEEP_KEYS: &str = "public, max-age=300";
/// How long others may keep a status list.
const KEEP_LIST: &str = "public, max-age=30";
/// Programs elsewhere may read it in a browser too.
const OPEN: (&str, &str) = ("cross-origin-resource-policy", "cross-origin");

fn open(kind: &'static str, keep: &'static str, body: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CACHE_CONTROL, keep))
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header(OPEN)
        .body(body)
}

fn document(kind: &'static str, value: &Value) -> HttpResponse {
    open(kind, KEEP_KEYS, value.to_string())
}

pub(super) async fn did(site: web::Data<Site>) -> Result<HttpResponse, Error> {
    let keys = site.db.read(|conn| Ok(public_keys(conn)?)).await?;
    Ok(document("application/did+json", &issuer(&site).did_document(&keys)))
}

pub(super) async fn key_set(site: web::Data<Site>) -> Result<HttpResponse, Error> {
    let keys = site.db.read(|conn| Ok(public_keys(conn)?)).await?;
    Ok(document("application/jwk-set+json", &issuer(&site).key_set(&keys)))
}

pub(super) async fn revoked(site: web::Data<Site>, list: web::Path<i64>) -> Result<HttpResponse, Error> {
    status(&site, *list, Purpose::Revocation).await
}

pub(super) async fn suspended(site: web::Data<Site>, list: web::Path<i64>) -> Result<HttpResponse, Error> {
    status(&site, *list, Purpose::Suspension).await
}

async fn status(site: &Site, list: i64, purpose: Purpose) -> Result<HttpResponse, Error> {
    let (keys, issuer, now) = (Arc::clone(&site.keys), issuer(site), site.clock.now());
    let making = site.db.read(move |conn| actions::status_list(conn, &keys, &issuer, (list, purpose), now));
    Ok(open("application/vc+jwt", KEEP_LIST, making.await?))
}
