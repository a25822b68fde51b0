//! Who looks at a page. A handler that takes a [`Member`] or an [`Administrator`] cannot run without one:
//! the check is the argument. Whoever is silenced or suspended is stopped here as well, at every form but those
//! that [`rules::is_open_to_barred`] names.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::TimeDelta;

use super::store::{self, Device, State};
use super::{SessionId, factors, rules};
use crate::boards::rules::Standing;
use crate::error::Error;
use crate::members::MemberId;
use crate::members::rules::{Reader, Role, Tier, monogram};
use crate::paths;
use crate::settings::Settings;
use crate::tokens::Token;
use crate::web::frame::HeaderMember;
use crate::web::{Account, Site, address};

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub id: MemberId,
    /// By which session.
    pub session: SessionId,
    /// Name in addresses.
    pub handle: String,
    /// Name that people read.
    pub name: String,
    /// Their tier.
    pub tier: Option<Tier>,
    /// Whether their e-mail address is confirmed.
    pub email_confirmed: bool,
    /// Their roles.
    pub roles: Vec<Role>,
    /// What changes of them from page to page.
    pub state: State,
    /// Whether they are suspended: then they hold no role, and read what visitors read.
    pub suspended: bool,
}

impl Member {
    /// Whether they hold a role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether they may remove, lock and pin.
    #[must_use]
    pub fn moderates(&self) -> bool {
        self.is(Role::Moderator) || self.is(Role::Administrator)
    }

    /// Whether they may announce.
    #[must_use]
    pub fn manages(&self) -> bool {
        self.is(Role::CommunityManager) || self.is(Role::Administrator)
    }

    /// Whether they work verification cases.
    #[must_use]
    pub fn is_agent(&self) -> bool {
        self.is(Role::VerificationAgent) || self.is(Role::SeniorAgent)
    }

    /// Whether they answer for badges and policies.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.is(Role::TrustAdministrator)
    }

    /// What they are, as far as boards care.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing { is_member: !self.suspended, tier: self.tier, roles: self.roles.clone() }
    }
}

/// Whoever looks: a member or a visitor.
#[derive(Clone, Debug, Default)]
pub struct Viewer(pub Option<Member>);

impl Viewer {
    /// What they are, as far as boards care.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.0.as_ref().map_or_else(Standing::default, Member::standing)
    }

    /// What they are to the member of number `owner`.
    #[must_use]
    pub fn reader_of(&self, owner: MemberId) -> Reader {
        match &self.0 {
            None => Reader::Visitor,
            Some(member) if member.id == owner || !member.roles.is_empty() => Reader::Trusted,
            Some(_) => Reader::Member,
        }
    }

    /// What the header shows of them.
    #[must_use]
    pub fn account(&self) -> Account {
        self.0.as_ref().map_or(Account::Visitor, Member::account)
    }
}

impl Member {
    /// What the header shows of them.
    #[must_use]
    pub fn account(&self) -> Account {
        Account::Member(HeaderMember {
            name: self.name.clone(),
            path: paths::member(&self.handle),
            monogram: monogram(&self.name),
            hue: self.id.0 % 8,
            is_administrator: self.is(Role::Administrator),
            unread: self.state.unread_notifications,
            is_manager: self.manages(),
            is_agent: self.is_agent(),
            is_trusted: self.is_trusted(),
            number: self.id.0,
            audiences: self.standing().audiences().0,
            banners_dismissed: self.state.banners_dismissed,
            moderates: self.moderates(),
        })
    }
}

/// Somebody who may remove, lock and pin.
#[derive(Clone, Debug)]
pub struct Moderator(pub Member);

/// Somebody who may announce: a community manager or an administrator.
#[derive(Clone, Debug)]
pub struct Manager(pub Member);

/// Somebody who runs the site.
#[derive(Clone, Debug)]
pub struct Administrator(pub Member);

/// Somebody who drafts and approves what a badge asks for: an administrator or a trust administrator.
#[derive(Clone, Debug)]
pub struct PolicyKeeper(pub Member);

/// The future of an extractor that asks the database.
pub type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

impl FromRequest for Moderator {
    type Error = Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let member = holder(request, Member::moderates, "This is for moderators.");
        Box::pin(async move { member.await.map(Self) })
    }
}

impl FromRequest for Manager {
    type Error = Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let member = holder(request, Member::manages, "This is for community managers.");
        Box::pin(async move { member.await.map(Self) })
    }
}

impl FromRequest for Administrator {
    type Error = Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let member = holder(request, |member| member.is(Role::Administrator), "This is for administrators.");
        Box::pin(async move { member.await.map(Self) })
    }
}

impl FromRequest for PolicyKeeper {
    type Error = Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let keeps = |member: &Member| member.is(Role::Administrator) || member.is(Role::TrustAdministrator);
        let member = holder(request, keeps, "This is for administrators and trust administrators.");
        Box::pin(async move { member.await.map(Self) })
    }
}

/// The signed-in member, if they hold what the page is for.
pub(super) fn holder(
    request: &HttpRequest,
    may: fn(&Member) -> bool,
    refusal: &'static str,
) -> impl Future<Output = Result<Member, Error>> + 'static {
    let looking = look_up(request);
    async move {
        let member = looking.await?.ok_or(Error::SignInNeeded)?;
        if may(&member) { Ok(member) } else { Err(Error::Forbidden(refusal.into())) }
    }
}

impl FromRequest for Viewer {
    type Error = Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let looking = look_up(request);
        Box::pin(async move { looking.await.map(Self) })
    }
}

impl FromRequest for Member {
    type Error = Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let looking = look_up(request);
        Box::pin(async move { looking.await?.ok_or(Error::SignInNeeded) })
    }
}

/// Finds whoever the cookie belongs to. Without a cookie nothing is asked of the database.
fn look_up(request: &HttpRequest) -> impl Future<Output = Result<Option<Member>, Error>> + 'static {
    let site = request.app_data::<web::Data<Site>>().cloned();
    let seen = request.app_data::<web::Data<Seen>>().cloned();
    let writes_to = (!request.method().is_safe()).then(|| request.path().to_owned());
    let token = site.as_ref().and_then(|site| request.cookie(cookie_name(&site.settings)));
    async move {
        let (Some(site), Some(token)) = (site, token) else {
            return Ok(None);
        };
        let hash = crate::tokens::hash(token.value());
        let Some(found) = site.db.read(move |conn| Ok(store::find_session(conn, &hash)?)).await? else {
            return Ok(None);
        };
        let now = site.clock.now();
        if rules::is_over(found.seen_at, now) {
            return Ok(None);
        }
        if let Some(seen) = seen
            && now - found.seen_at > TimeDelta::minutes(10)
        {
            seen.note(found.session);
        }
        let (silenced, suspended) = (found.state.silenced_until, found.state.suspended_until);
        let barred = rules::may_write(silenced, suspended, now).err();
        if let (Some(barred), Some(path)) = (barred, writes_to)
            && !rules::is_open_to_barred(barred, &path)
        {
            return Err(Error::Forbidden(barred.to_string().into()));
        }
        let suspended = matches!(barred, Some(rules::Barred::Suspended(_)));
        Ok(Some(Member {
            id: found.member,
            session: found.session,
            handle: found.handle,
            name: found.name,
            tier: found.tier.filter(|_| !suspended),
            email_confirmed: found.email_confirmed,
            roles: if suspended { Vec::new() } else { found.roles },
            state: found.state,
            suspended,
        }))
    }
}

/// Sessions that were used, gathered until a job writes them down: reading a page writes nothing.
#[derive(Debug, Default)]
pub struct Seen(Mutex<HashSet<SessionId>>);

impl Seen {
    fn note(&self, session: SessionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(session);
    }

    /// Hands over what was gathered.
    #[must_use]
    pub fn take(&self) -> Vec<SessionId> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }
}

/// `__Host-` binds the cookie to this host and to https (RFC 6265bis); over plain http browsers refuse it.
fn cookie_name(settings: &Settings) -> &'static str {
    if settings.is_https() { "__Host-session" } else { "session" }
}

/// The same for a sign-in that waits for its second factor: another cookie, which is no session's.
fn waiting_name(settings: &Settings) -> &'static str {
    if settings.is_https() { "__Host-signing-in" } else { "signing-in" }
}

/// The cookie that holds a session's token.
#[must_use]
pub fn session_cookie(settings: &Settings, token: &Token) -> Cookie<'static> {
    let days = rules::SESSION_COOKIE.num_days();
    build_cookie(settings, cookie_name(settings), token.as_str().to_owned(), CookieDuration::days(days))
}

/// The cookie that takes the session's token away.
#[must_use]
pub fn no_cookie(settings: &Settings) -> Cookie<'static> {
    build_cookie(settings, cookie_name(settings), String::new(), CookieDuration::ZERO)
}

/// The cookie that holds the token of a sign-in that waits for its second factor.
#[must_use]
pub fn waiting_cookie(settings: &Settings, token: &Token) -> Cookie<'static> {
    let age = CookieDuration::minutes(factors::rules::PENDING.num_minutes());
    build_cookie(settings, waiting_name(settings), token.as_str().to_owned(), age)
}

/// The cookie that takes that token away.
#[must_use]
pub fn no_waiting_cookie(settings: &Settings) -> Cookie<'static> {
    build_cookie(settings, waiting_name(settings), String::new(), CookieDuration::ZERO)
}

/// The hash of the token under which a sign-in waits.
#[must_use]
pub fn waiting_hash(request: &HttpRequest, settings: &Settings) -> Option<Vec<u8>> {
    request.cookie(waiting_name(settings)).map(|token| crate::tokens::hash(token.value()))
}

fn build_cookie(
    settings: &Settings,
    name: &'static str,
    value: String,
    age: CookieDuration,
) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(settings.is_https())
        .same_site(SameSite::Lax)
        .max_age(age)
        .finish()
}

/// Where a request comes from, for the list of one's sessions.
#[must_use]
pub fn device(request: &HttpRequest, settings: &Settings) -> Device {
    let agent =
        request.headers().get(actix_web::http::header::USER_AGENT).and_then(|value| value.to_str().ok());
    Device {
        agent: agent.unwrap_or("unknown").chars().take(200).collect(),
        address: address::of(request, settings.proxies),
    }
}
