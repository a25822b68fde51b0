//! Shifts: entered and taken out at the desk.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::overview::desk;
use crate::accounts::agent::Agent;
use crate::clock::Time;
use crate::error::Error;
use crate::verification::desk::rules::{WrongShift, span};
use crate::verification::desk::store::Shift;
use crate::verification::desk::{ShiftId, actions};
use crate::web::{Problems, Site, see_other};

/// The form for a shift, as it was typed.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ShiftForm {
    pub day: String,
    pub from: String,
    pub to: String,
}

/// A shift that is not over.
pub(super) struct ShiftRow {
    pub id: i64,
    pub day: String,
    pub hours: String,
    pub is_now: bool,
}

impl ShiftRow {
    pub fn new(shift: &Shift, now: Time) -> Self {
        let span = shift.span;
        let over = if span.starts.date() == span.ends.date() { "" } else { " on the next day" };
        Self {
            id: shift.id.0,
            day: span.starts.format("%A, %b %-d").to_string(),
            hours: format!("{} to {}{over}", span.starts.format("%H:%M"), span.ends.format("%H:%M")),
            is_now: span.starts <= now,
        }
    }
}

/// Beside which field a refusal stands.
fn field(why: &str) -> &'static str {
    match why {
        _ if why == WrongShift::Hour.to_string() || why == WrongShift::TooLong.to_string() => "to",
        _ => "day",
    }
}

pub(super) async fn enter(
    site: web::Data<Site>,
    agent: Agent,
    form: web::Form<ShiftForm>,
) -> Result<HttpResponse, Error> {
    let (form, who, now) = (form.into_inner(), agent.0.id, site.clock.now());
    let outcome = match span(&form.day, &form.from, &form.to) {
        Ok(span) => site.db.write(move |conn| actions::enter_shift(conn, who, span, now)).await,
        Err(why) => Err(Error::refused(why)),
    };
    match outcome {
        Ok(()) => see_other("/agent?told=shift#shifts"),
        Err(Error::Refused(why)) => {
            let problems = Problems::one(field(&why), why);
            desk(&site, &agent, StatusCode::UNPROCESSABLE_ENTITY, None, (form, problems)).await
        }
        Err(other) => Err(other),
    }
}

pub(super) async fn remove(
    site: web::Data<Site>,
    agent: Agent,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, who, now) = (ShiftId(*id), agent.0.id, site.clock.now());
    site.db.write(move |conn| actions::remove_shift(conn, id, who, now)).await?;
    see_other("/agent?told=no-shift#shifts")
}
