//! `touchstone serve`: the forum itself.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};
use tokio::sync::Notify;

use super::{Outcome, demo, open_ready, say};
use crate::accounts::actions::offer_first_administrator;
use crate::accounts::agent;
use crate::accounts::demo::PEOPLE;
use crate::accounts::mails::Letterhead;
use crate::accounts::viewer::Seen;
use crate::clock::Clock;
use crate::credentials::hooks::rules::Reach;
use crate::db::Db;
use crate::error::Error;
use crate::jobs::Jobs;
use crate::outside::mail::{Mailer, Outbox};
use crate::outside::smtp::Smtp;
use crate::outside::storage::{self, Folder, Storage, VAULT};
use crate::outside::texts::{self, Texter};
use crate::sealing::Keys;
use crate::settings::Settings;
use crate::threads::live::Watching;
use crate::threads::readers::Readers;
use crate::threads::reading::Reads;
use crate::threads::views::Views;
use crate::tokens::Token;
use crate::uploads::actions::Pictures;
use crate::verification::call::room::Rooms;
use crate::verification::evidence::Vault;
use crate::web::assets::Assets;
use crate::web::{Site, assets, errors, forgery, headers};
use crate::{
    accounts, acts, announcements, badges, boards, credentials, gates, members, moderation, notifications,
    outside, policies, rollouts, threads, uploads, verification,
};

/// Largest form, in bytes: a post of the greatest length in a script of four bytes a character, encoded.
const LARGEST_FORM: usize = 512 * 1024;
/// How long running requests may take to finish when the program is told to stop.
const FAREWELL: u64 = 20;

/// Everything that one process of the forum holds. Tests build it with a clock of their own.
#[derive(Clone)]
pub struct Forum {
    /// What handlers need.
    pub site: Site,
    /// Views since the last batch.
    pub views: Arc<Views>,
    /// How far members read since the last batch.
    pub reads: Arc<Reads>,
    /// Who opened which announcement, or was shown it in a list, since the last batch.
    pub readers: Arc<Readers>,
    /// Sessions used since the last batch.
    pub seen: Arc<Seen>,
    /// Threads that somebody has open.
    pub watching: Arc<Watching>,
    /// Where uploaded pictures are made and kept.
    pub pictures: Pictures,
    /// Where sealed images are.
    pub vault: Vault,
    /// Rooms of calls in which somebody sits.
    pub rooms: Arc<Rooms>,
}

impl Forum {
    /// Puts a forum together around a database, with its pictures in the data folder.
    #[must_use]
    pub fn new(settings: Settings, db: Db, keys: Arc<Keys>, clock: Clock, demo: bool) -> Self {
        let assets = Arc::new(Assets::gather(&settings.accent));
        let (settings, mail_queued) = (Arc::new(settings), Arc::new(Notify::new()));
        let texts_queued = Arc::new(Notify::new());
        let banners = Arc::default();
        let pictures = Pictures::new(Arc::new(Folder::new(&settings.data)));
        let vault = Vault::new(Arc::new(Folder::private(&settings.data, VAULT)), Arc::clone(&keys));
        let site = Site { db, clock, settings, keys, assets, demo, mail_queued, texts_queued, banners };
        Self {
            site,
            views: Arc::default(),
            reads: Arc::default(),
            readers: Arc::default(),
            seen: Arc::default(),
            watching: Arc::default(),
            pictures,
            vault,
            rooms: Arc::default(),
        }
    }

    /// The same forum with its pictures elsewhere.
    #[must_use]
    pub fn with_storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.pictures = Pictures::new(storage);
        self
    }

    /// The same forum with its sealed images elsewhere.
    #[must_use]
    pub fn with_vault(mut self, storage: Arc<dyn Storage>) -> Self {
        self.vault = Vault::new(storage, Arc::clone(&self.site.keys));
        self
    }

    /// How texts leave: by the service in the settings, into the demo's outbox, or not yet.
    fn texter(&self) -> Option<Arc<dyn Texter>> {
        if self.site.demo {
            return Some(Arc::new(texts::Outbox));
        }
        let settings = &self.site.settings;
        settings.texts.as_ref().map(|service| texts::open(service, &settings.origin()))
    }

    /// The jobs that belong to it.
    #[must_use]
    pub fn jobs(&self, mailer: Option<Arc<dyn Mailer>>) -> Jobs {
        Jobs {
            db: self.site.db.clone(),
            clock: self.site.clock.clone(),
            mailer,
            texter: self.texter(),
            keys: Arc::clone(&self.site.keys),
            texts_queued: Arc::clone(&self.site.texts_queued),
            keeps_mail: self.site.demo,
            views: Arc::clone(&self.views),
            reads: Arc::clone(&self.reads),
            readers: Arc::clone(&self.readers),
            banners: Arc::clone(&self.site.banners),
            seen: Arc::clone(&self.seen),
            mail_queued: Arc::clone(&self.site.mail_queued),
            letterhead: Letterhead {
                origin: self.site.settings.origin(),
                community: self.site.settings.name.clone(),
            },
            watching: Arc::clone(&self.watching),
            pictures: self.pictures.clone(),
            vault: self.vault.clone(),
            webhook_reach: Reach::of(self.site.settings.webhooks_private),
        }
    }

    /// The forum as one worker serves it: its addresses behind its middleware, innermost first.
    pub fn app(
        &self,
    ) -> App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<impl MessageBody + use<>>,
            Error = actix_web::Error,
            InitError = (),
        > + use<>,
    > {
        let forum = self.clone();
        App::new()
            .configure(move |config| forum.routes(config))
            .wrap(from_fn(agent::keep_typed))
            .wrap(from_fn(forgery::guard))
            .wrap(from_fn(errors::show))
            .wrap(from_fn(headers::protect))
            .wrap(from_fn(headers::log))
    }

    /// Every address of the forum, the hottest first.
    pub fn routes(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(web::Data::new(self.site.clone()))
            .app_data(web::Data::from(Arc::clone(&self.views)))
            .app_data(web::Data::from(Arc::clone(&self.reads)))
            .app_data(web::Data::from(Arc::clone(&self.readers)))
            .app_data(web::Data::from(Arc::clone(&self.seen)))
            .app_data(web::Data::from(Arc::clone(&self.watching)))
            .app_data(web::Data::new(self.pictures.clone()))
            .app_data(web::Data::new(self.vault.clone()))
            .app_data(web::Data::from(Arc::clone(&self.rooms)))
            .app_data(web::FormConfig::default().limit(LARGEST_FORM))
            // These have a word where a thread's page has a number, so they come first.
            .configure(moderation::pages::thread_routes)
            .configure(threads::pages::routes)
            .configure(threads::holding::pages::routes)
            .configure(assets::routes)
            .configure(uploads::pages::routes)
            .configure(accounts::pages::routes)
            .configure(accounts::factors::pages::routes)
            .configure(accounts::email::pages::routes)
            .configure(moderation::pages::routes)
            .configure(notifications::pages::routes)
            .configure(announcements::pages::routes)
            .configure(policies::pages::routes)
            .configure(rollouts::pages::routes)
            .configure(acts::pages::routes)
            // These have a word where a badge's page has a name, so they come first.
            .configure(credentials::pages::routes)
            .configure(badges::pages::routes)
            .configure(verification::pages::routes)
            .configure(verification::evidence::pages::routes)
            .configure(verification::phone::pages::routes)
            .configure(texts::pages::routes)
            .configure(verification::document::pages::routes)
            .configure(verification::desk::pages::routes)
            .configure(members::pages::routes)
            .configure(boards::pages::routes)
            .configure(gates::pages::routes)
            .configure(verification::call::pages::routes)
            .configure(verification::call::room::pages::routes)
            .configure(credentials::api::pages::routes)
            .configure(credentials::hooks::pages::routes)
            .configure(verification::badge::pages::routes)
            .configure(verification::appeals::pages::routes)
            .route("/healthz", web::get().to(HttpResponse::Ok))
            .route("/readyz", web::get().to(ready));
        if self.site.demo {
            config.configure(accounts::pages::demo_routes).configure(outside::pages::routes);
        }
        config.default_service(web::to(|| async { Err::<HttpResponse, Error>(Error::NotFound) }));
    }
}

/// Whether the database answers.
async fn ready(site: web::Data<Site>) -> Result<HttpResponse, Error> {
    site.db.read(|conn| conn.version().map_err(Error::from)).await?;
    Ok(HttpResponse::Ok().finish())
}

/// Runs the command.
///
/// # Errors
/// A sentence for whoever ran it.
pub fn run(settings: Settings, with_demo: bool) -> Outcome {
    let mut settings = settings;
    let clock = Clock::system();
    let (db, keys) = open_ready(&settings, &clock)?;
    if with_demo {
        demo::fill(&db, &keys, &clock)?;
        if settings.name == "Touchstone" {
            demo::COMMUNITY.clone_into(&mut settings.name);
        }
    }
    let mailer = mailer(&settings, with_demo)?;
    greet(&settings, &db, &clock, with_demo, mailer.is_some())?;
    let (storage, vault) = (storage::open(&settings)?, storage::open_vault(&settings)?);
    let forum = Forum::new(settings, db, keys, clock, with_demo).with_storage(storage).with_vault(vault);
    let system = actix_web::rt::System::new();
    if with_demo {
        let filling = demo::cases::fill(&forum.site.db, &forum.vault, forum.site.clock.now());
        system.block_on(filling).map_err(|cause| cause.cause())?;
    }
    system.block_on(listen(forum, mailer))
}

/// How mail leaves: by the server in the settings, into the demo's outbox, or not yet.
fn mailer(settings: &Settings, with_demo: bool) -> Result<Option<Arc<dyn Mailer>>, String> {
    if with_demo {
        return Ok(Some(Arc::new(Outbox)));
    }
    let Some(server) = &settings.smtp else {
        return Ok(None);
    };
    let smtp =
        Smtp::new(server, &settings.mail_from, &settings.name).map_err(|why| format!("smtp_url: {why}"))?;
    Ok(Some(Arc::new(smtp)))
}

/// Prints what whoever started the program needs: the address, and the ways in.
fn greet(settings: &Settings, db: &Db, clock: &Clock, with_demo: bool, sends_mail: bool) -> Outcome {
    let origin = settings.origin();
    say(&format!("{} is at {origin}", settings.name));
    if with_demo {
        say("This is a demo. One click signs you in as:");
        let widest = PEOPLE.iter().map(|person| person.kind.len()).max().unwrap_or(0);
        for person in PEOPLE {
            say(&format!("  {:widest$}  {origin}/demo/{}", person.kind, person.handle));
        }
        say(&format!("Mail that would have been sent: {origin}/outbox"));
        return Ok(());
    }
    if !sends_mail {
        say("No mail leaves yet: set TOUCHSTONE_SMTP_URL, so that members can confirm their addresses.");
    }
    let (token, now) = (Token::new().map_err(|cause| cause.cause())?, clock.now());
    let text = token.as_str().to_owned();
    let offered = db.write_now(move |conn| offer_first_administrator(conn, &token, now));
    if offered.map_err(|cause| cause.cause())? {
        say("There is no administrator yet. Whoever opens this link joins as the first; it works once:");
        say(&format!("  {origin}/join?first={text}"));
    }
    Ok(())
}

async fn listen(forum: Forum, mailer: Option<Arc<dyn Mailer>>) -> Outcome {
    let address = forum.site.settings.listen;
    let jobs = forum.jobs(mailer);
    let serving = forum.clone();
    let server = HttpServer::new(move || serving.app())
        .shutdown_timeout(FAREWELL)
        .bind(address)
        .map_err(|cause| format!("{address} cannot be listened on: {cause}"))?
        .run();
    let working = actix_web::rt::spawn(jobs.clone().run());
    let parting = actix_web::rt::spawn(part(Arc::clone(&forum.watching), Arc::clone(&forum.rooms)));
    tracing::info!(%address, "listening");
    let ended = server.await.map_err(|cause| format!("the server failed: {cause}"));
    working.abort();
    parting.abort();
    // What was gathered since the last batch is written before the program ends.
    jobs.flush_reads().await.map_err(|cause| cause.cause())?;
    jobs.flush().await.map_err(|cause| cause.cause())?;
    tracing::info!("stopped");
    ended
}

/// Lets those go who have a thread open or sit in a call when the program is told to end: their connections would last
/// otherwise.
async fn part(watching: Arc<Watching>, rooms: Arc<Rooms>) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut asked), Ok(mut interrupted)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::warn!("signals cannot be heard: open pages will hold the end up");
        return;
    };
    tokio::select! {
        _ = asked.recv() => {}
        _ = interrupted.recv() => {}
    }
    watching.close();
    rooms.close();
}
