//! The socket of a room: the ticket first, then what the two say to each other. A message that breaks a rule ends the
//! connection, with the reason in words.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Session};
use serde::Deserialize;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::holder;
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::tokens;
use crate::verification::call::CallId;
use crate::verification::call::room::actions::{self, Passed, Stand};
use crate::verification::call::room::rules::{LARGEST, Pace, Said, Side, Told, relay_until};
use crate::verification::call::room::{Holder, Place, Presence, Rooms, turn};
use crate::verification::call::store::Call;
use crate::web::{Site, forgery};

/// How long a connection has to show its ticket.
const TICKET: Duration = Duration::from_secs(10);
/// How often it is looked for what another process took.
const LOOK: Duration = Duration::from_millis(250);
/// A connection that says nothing for so long is broken: pages ping every few seconds.
const SILENCE: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
pub(super) struct Asked {
    side: String,
}

/// Opens the socket to whoever has this seat; everybody else learns nothing of the call.
pub(super) async fn open(
    site: web::Data<Site>,
    rooms: web::Data<Rooms>,
    member: Member,
    at: web::Path<i64>,
    asked: web::Query<Asked>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Error> {
    let origin = site.settings.origin();
    if !forgery::has_own_origin(request.headers(), Some(&origin)) {
        return Err(Error::Forbidden("This connection was opened from another site.".into()));
    }
    let (call, seat, who) = (CallId(*at), Side::parse(&asked.side).ok_or(Error::NotFound)?, member.id);
    site.db.read(move |conn| actions::of(conn, call, seat, who).map(|_| ())).await?;
    let place = Place { call, side: seat, connection: tokens::request_id()? };
    let presence = rooms.enter(call).ok_or(Error::Busy)?;
    let (answer, session, stream) = actix_ws::handle(&request, body)
        .map_err(|_| Error::refused("This address is for the pages of a call."))?;
    let stream = stream.max_frame_size(LARGEST).aggregate_continuations().max_continuation_size(LARGEST);
    let now = site.clock.now();
    let line = Line {
        site: site.get_ref().clone(),
        rooms,
        place,
        holder: holder(&member),
        session,
        messages: Pace::of_messages(now),
        chat: Pace::of_chat(now),
        told: None,
        after: 0,
    };
    actix_web::rt::spawn(line.run(stream, presence));
    Ok(answer)
}

/// One connection of a side.
struct Line {
    site: Site,
    rooms: web::Data<Rooms>,
    place: Place,
    holder: Holder,
    session: Session,
    messages: Pace,
    chat: Pace,
    /// How the room stood when it was told last.
    told: Option<Stand>,
    /// Up to which number the other side was heard.
    after: i64,
}

/// Why a connection ends.
enum End {
    /// It broke, or the page was left.
    Gone,
    /// Whoever sat there went, and meant to.
    Bye,
    /// Another connection has the seat.
    Replaced,
    /// The call is over.
    Over { aborted: bool },
    /// A rule was broken, or something failed. A new ticket may help.
    Refused { why: String, again: bool },
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        if let Error::Internal(cause) = &error {
            tracing::error!(%cause, "the connection of a call failed");
        }
        let again = matches!(error, Error::Internal(_) | Error::Busy);
        Self::Refused { why: error.to_string(), again }
    }
}

fn refused(why: &str) -> End {
    End::Refused { why: why.to_owned(), again: false }
}

impl Line {
    async fn run(mut self, mut stream: AggregatedMessageStream, mut presence: Presence) {
        let end = match self.sit(&mut stream).await {
            Ok(()) => {
                self.rooms.wake(self.place.call);
                let end = self.talk(&mut stream, &mut presence).await;
                if let Err(cause) = self.leave(&end).await {
                    tracing::warn!(cause = %cause.cause(), "a seat could not be left");
                }
                self.rooms.wake(self.place.call);
                end
            }
            Err(end) => end,
        };
        self.part(end).await;
    }

    /// Takes the seat by the ticket, which is the first message.
    async fn sit(&mut self, stream: &mut AggregatedMessageStream) -> Result<(), End> {
        let Ok(first) = timeout(TICKET, stream.recv()).await else {
            return Err(refused("No ticket was shown."));
        };
        let Some(Ok(AggregatedMessage::Text(text))) = first else { return Err(End::Gone) };
        let Ok(Said::Hello { ticket }) = Said::read(&text) else {
            return Err(refused("The first message is the ticket."));
        };
        let (place, holder, now) = (self.place.clone(), self.holder, self.site.clock.now());
        let sitting = self.site.db.write(move |conn| actions::sit(conn, &place, holder, &ticket, now));
        let call: Call = sitting.await?;
        let until = relay_until(call.ends_at, now);
        let ice = turn::servers(&self.site.settings.call_servers, &tokens::request_id()?, until);
        self.tell(&Told::Seated { side: self.place.side, ice }).await
    }

    /// Passes on what is said at both sides until the connection ends.
    async fn talk(&mut self, stream: &mut AggregatedMessageStream, presence: &mut Presence) -> End {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        loop {
            let next = tokio::select! {
                message = stream.recv() => match message {
                    Some(Ok(message)) => {
                        heard = Instant::now();
                        self.take(message).await
                    }
                    // Larger than a message may be, or no message at all, or broken off.
                    Some(Err(_)) | None => Err(End::Gone),
                },
                goes_on = presence.happened() => {
                    if goes_on { self.look().await } else { Err(End::Gone) }
                }
                _ = ticks.tick() => {
                    if heard.elapsed() < SILENCE { self.look().await } else { Err(End::Gone) }
                }
            };
            if let Err(end) = next {
                return end;
            }
        }
    }

    async fn take(&mut self, message: AggregatedMessage) -> Result<(), End> {
        match message {
            AggregatedMessage::Text(text) => self.hear(&text).await,
            AggregatedMessage::Ping(bytes) => self.session.pong(&bytes).await.map_err(|_| End::Gone),
            AggregatedMessage::Pong(_) => Ok(()),
            AggregatedMessage::Close(_) => Err(End::Gone),
            AggregatedMessage::Binary(_) => Err(refused("Nothing but words is passed on here.")),
        }
    }

    /// Takes what this side says.
    async fn hear(&mut self, text: &str) -> Result<(), End> {
        let said = Said::read(text).map_err(|unfit| refused(&unfit.to_string()))?;
        let now = self.site.clock.now();
        let is_chat = matches!(said, Said::Chat { .. });
        if !self.messages.take(now) || (is_chat && !self.chat.take(now)) {
            return Err(End::Refused { why: "That was too much at once.".to_owned(), again: true });
        }
        let (place, who) = (self.place.clone(), self.holder.member);
        match said {
            Said::Hello { .. } => Err(refused("The ticket was shown already.")),
            Said::Ping { linked } => {
                let hearing = move |conn: &mut _| actions::hear(conn, (&place, who), linked, now);
                if self.site.db.write(hearing).await? {
                    self.tell(&Told::Pong {}).await
                } else {
                    self.look().await
                }
            }
            said => {
                let (keys, is_bye) = (self.site.keys.clone(), said == Said::Bye {});
                let saying = move |conn: &mut _| actions::say(conn, &keys, &place, &said, now);
                let passed = self.site.db.write(saying).await;
                if is_bye {
                    return Err(End::Bye);
                }
                self.rooms.wake(self.place.call);
                if passed? == Passed::Nowhere { self.look().await } else { Ok(()) }
            }
        }
    }

    /// Looks around, tells what changed, and hands over what the other side said.
    async fn look(&mut self) -> Result<(), End> {
        let (place, who, after) = (self.place.clone(), self.holder.member, self.after);
        let (keys, now) = (self.site.keys.clone(), self.site.clock.now());
        let looking = move |conn: &mut _| actions::look(conn, &keys, (&place, who), after, now);
        let (stand, said) = self.site.db.read(looking).await?;
        match stand {
            Stand::Open { admitted, other } => {
                if self.told.replace(stand) != Some(stand) {
                    self.tell(&Told::Room { admitted, other }).await?;
                }
            }
            Stand::Replaced => return Err(End::Replaced),
            Stand::Over { aborted } => return Err(End::Over { aborted }),
        }
        let Some((last, _)) = said.last() else { return Ok(()) };
        let last = *last;
        for (_, text) in said {
            self.session.text(text).await.map_err(|_| End::Gone)?;
        }
        self.after = last;
        let (call, side) = (self.place.call, self.place.side);
        Ok(self.site.db.write(move |conn| actions::handed_over(conn, call, side, last)).await?)
    }

    async fn tell(&mut self, told: &Told) -> Result<(), End> {
        let text = serde_json::to_string(told).map_err(|cause| Error::internal(cause.to_string()))?;
        self.session.text(text).await.map_err(|_| End::Gone)
    }

    /// Leaves the seat as the end says.
    async fn leave(&self, end: &End) -> Result<(), Error> {
        let (place, now) = (self.place.clone(), self.site.clock.now());
        let db = &self.site.db;
        match end {
            End::Gone | End::Refused { .. } => db.write(move |conn| actions::leave(conn, &place, now)).await,
            End::Bye => db.write(move |conn| actions::stand_up(conn, &place, now)).await,
            End::Over { .. } => db.write(move |conn| actions::clear_one(conn, &place)).await,
            End::Replaced => Ok(()),
        }
    }

    /// Tells why, and ends the connection.
    async fn part(mut self, end: End) {
        let (told, code) = match end {
            End::Gone | End::Bye => (None, CloseCode::Normal),
            End::Replaced => {
                let why = "You opened this call in another window. It goes on there.".to_owned();
                (Some(Told::Refused { why, again: false }), CloseCode::Policy)
            }
            End::Over { aborted } => (Some(Told::Over { aborted }), CloseCode::Normal),
            End::Refused { why, again } => (Some(Told::Refused { why, again }), CloseCode::Policy),
        };
        if let Some(told) = told {
            // Whoever is gone need not be told.
            drop(self.tell(&told).await);
        }
        drop(self.session.close(Some(CloseReason { code, description: None })).await);
    }
}
