//! The decision about a call: the checklist, and what follows from it.

use actix_web::{HttpResponse, web};

use super::agent::{Loaded, Sent, field, load, render};
use super::seated::Seated;
use crate::error::Error;
use crate::verification::call::CallId;
use crate::verification::call::actions;
use crate::verification::call::rules::checks::{Answers, Reason, Ruling, challenges, lines};
use crate::verification::call::rules::{Outcome, State};
use crate::web::{Problems, Site, see_other};

/// Reads a decision and its grounds.
fn read(loaded: &Loaded, sent: &Sent) -> Result<Ruling, Problems> {
    let mut problems = Problems::none();
    let lines = lines(&challenges(&loaded.call.challenges));
    let given = |code: &str| sent.get(&format!("answer-{code}")).map(String::as_str);
    let answers = Answers::read(&lines, |line| given(line.code()));
    if let Err(open) = answers {
        let many = if open == 1 { "1 line is".to_owned() } else { format!("{open} lines are") };
        problems.add("answers", format!("{many} not answered yet. Answer every line before you decide."));
    }
    let outcome = Outcome::parse(field(sent, "outcome"));
    if outcome.is_none() {
        problems.add("outcome", "Choose what you decide.");
    }
    let (Ok(answers), Some(outcome)) = (answers, outcome) else { return Err(problems) };
    let reason = Reason::parse(field(sent, "reason"));
    Ok(Ruling { outcome, reason, answers, is_flagged: !field(sent, "flag").is_empty() })
}

pub(super) async fn decide(
    site: web::Data<Site>,
    Seated(agent): Seated,
    id: web::Path<i64>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let loaded = load(&site, &agent, *id).await?;
    if loaded.call.state != State::InCall {
        return Err(Error::Conflict("This call is not under way, so nothing was decided.".into()));
    }
    let ruling = match read(&loaded, &form) {
        Ok(ruling) => ruling,
        Err(problems) => return render(&site, &agent, &loaded, &form, problems),
    };
    let (call, who, now) = (CallId(*id), agent.0.id, site.clock.now());
    let share = site.settings.second_looks;
    match site.db.write(move |conn| actions::decide(conn, call, who, &ruling, share, now)).await {
        Ok(state) => see_other(&format!("/agent/calls?told={}", state.code())),
        Err(Error::Refused(why)) => render(&site, &agent, &loaded, &form, Problems::one("outcome", why)),
        Err(other) => Err(other),
    }
}
