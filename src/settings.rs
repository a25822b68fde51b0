//! Every setting: where it came from, and why it was refused. The only reader of the environment.
//!
//! The command line wins over the environment, the environment over `touchstone.toml`, and that over the
//! default.

mod calls;
mod choices;
mod given;
mod keys;
mod storage;
#[cfg(test)]
mod tests;
mod texts;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use url::Url;

pub use calls::{CallServers, TurnSecret};
pub use given::Given;
pub use keys::KeySource;
pub use storage::{Bucket, StorageSettings};
pub use texts::{Kannel, TextService, Twilio};

use crate::colours::{Colour, DARK_PAGE, LIGHT_PAGE, READABLE};
use crate::db::DatabaseUrl;

/// The file that is read from the folder where the program starts.
pub const FILE: &str = "touchstone.toml";

/// The settings, read and checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Under which address people reach the forum; no path, no slash at the end.
    pub url: Url,
    /// Which database.
    pub database: DatabaseUrl,
    /// Folder for keys and, on SQLite, the database.
    pub data: PathBuf,
    /// The community's name.
    pub name: String,
    /// The community's accent colours, where it has its own.
    pub accent: Accent,
    /// How mail leaves, where a server is set.
    pub smtp: Option<Url>,
    /// Who mail is from.
    pub mail_from: String,
    /// How texts and calls leave, where a service is set.
    pub texts: Option<TextService>,
    /// Where uploaded pictures are kept.
    pub storage: StorageSettings,
    /// Where the keys that wrap the site's keys are kept.
    pub keys: KeySource,
    /// How many proxies add to `X-Forwarded-For`.
    pub proxies: usize,
    /// What is logged, as a filter.
    pub log: String,
    /// Servers that help the two browsers of a call to reach each other.
    pub call_servers: CallServers,
    /// How many of a hundred badges a second agent looks at before they are shown, beside every flagged one.
    pub second_looks: u8,
    /// Whether webhooks may lead into private networks.
    pub webhooks_private: bool,
}

/// Accent colours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accent {
    /// On light pages.
    pub light: Option<Colour>,
    /// On dark pages.
    pub dark: Option<Colour>,
}

/// A refused setting: which, which value, what would be right.
#[derive(Debug, PartialEq, Eq)]
pub struct BadSetting {
    setting: String,
    value: String,
    right: String,
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {:?}, but must be {}", self.setting, self.value, self.right)
    }
}

impl std::error::Error for BadSetting {}

/// One setting's names: in the file, and in the environment.
struct Name {
    key: &'static str,
    variable: &'static str,
}

const LISTEN: Name = Name { key: "listen", variable: "TOUCHSTONE_LISTEN" };
const URL: Name = Name { key: "url", variable: "TOUCHSTONE_URL" };
const DATABASE: Name = Name { key: "database", variable: "TOUCHSTONE_DATABASE" };
const DATA: Name = Name { key: "data", variable: "TOUCHSTONE_DATA" };
const NAME: Name = Name { key: "name", variable: "TOUCHSTONE_NAME" };
const ACCENT: Name = Name { key: "accent", variable: "TOUCHSTONE_ACCENT" };
const ACCENT_DARK: Name = Name { key: "accent_dark", variable: "TOUCHSTONE_ACCENT_DARK" };
const SMTP_URL: Name = Name { key: "smtp_url", variable: "TOUCHSTONE_SMTP_URL" };
const MAIL_FROM: Name = Name { key: "mail_from", variable: "TOUCHSTONE_MAIL_FROM" };
const PROXIES: Name = Name { key: "proxies", variable: "TOUCHSTONE_PROXIES" };
const LOG: Name = Name { key: "log", variable: "TOUCHSTONE_LOG" };
const ALL: [Name; 25] = [
    LISTEN,
    URL,
    DATABASE,
    DATA,
    NAME,
    ACCENT,
    ACCENT_DARK,
    SMTP_URL,
    MAIL_FROM,
    storage::STORAGE,
    storage::ENDPOINT,
    storage::REGION,
    storage::KEY,
    storage::SECRET,
    keys::KEYS,
    keys::KEYS_COMMAND,
    texts::TEXTS_URL,
    PROXIES,
    LOG,
    calls::STUN,
    calls::TURN,
    calls::SECRET,
    calls::SECRET_FILE,
    choices::SECOND_LOOKS,
    choices::WEBHOOKS_PRIVATE,
];

/// Where values are looked up, in order of weight.
struct Sources<'a> {
    environment: &'a dyn Fn(&str) -> Option<String>,
    file: toml::Table,
}

/// A value and the name of the place it came from, for the message when it is wrong.
struct Found {
    value: String,
    place: String,
}

impl Found {
    fn refuse(&self, right: &str) -> BadSetting {
        BadSetting { setting: self.place.clone(), value: self.value.clone(), right: right.to_owned() }
    }
}

impl Settings {
    /// Reads the settings from the command line, this process's environment, `touchstone.toml` and the
    /// defaults.
    ///
    /// # Errors
    /// The first setting that is wrong.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn read(given: &Given) -> Result<Self, BadSetting> {
        let file = match std::fs::read_to_string(FILE) {
            Ok(text) => text,
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(cause) => return Err(bad_file(&cause.to_string(), "a file that can be read")),
        };
        Self::from_sources(given, &|name| std::env::var(name).ok(), &file)
    }

    /// Reads the settings from what is handed in.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn from_sources(
        given: &Given,
        environment: &dyn Fn(&str) -> Option<String>,
        file: &str,
    ) -> Result<Self, BadSetting> {
        let file = read_file(file)?;
        let sources = Sources { environment, file };

        let listen = sources
            .find(given.listen.as_ref(), &LISTEN)?
            .map(|found| {
                found.value.parse().map_err(|_| found.refuse("an address and port such as 127.0.0.1:8080"))
            })
            .transpose()?
            .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)));
        let url = match sources.find(given.url.as_ref(), &URL)? {
            Some(found) => public_address(&found)?,
            None => public_address(&Found { value: format!("http://{listen}"), place: URL.key.to_owned() })?,
        };
        let data = sources
            .find(given.data.as_ref(), &DATA)?
            .map_or_else(|| PathBuf::from("data"), |f| f.value.into());
        let database = sources
            .find(given.database.as_ref(), &DATABASE)?
            .map(|found| {
                let shown = Found { value: hide_password(&found.value), place: found.place.clone() };
                DatabaseUrl::parse(&found.value)
                    .ok_or_else(|| shown.refuse("sqlite:PATH or postgres://user:password@host/database"))
            })
            .transpose()?
            .unwrap_or_else(|| DatabaseUrl::Sqlite(data.join("touchstone.db")));
        let name = sources
            .find(given.name.as_ref(), &NAME)?
            .map(|found| community_name(&found))
            .transpose()?
            .unwrap_or_else(|| "Touchstone".to_owned());
        let accent = Accent {
            light: sources
                .find(given.accent.as_ref(), &ACCENT)?
                .map(|found| colour(&found, LIGHT_PAGE))
                .transpose()?,
            dark: sources
                .find(given.accent_dark.as_ref(), &ACCENT_DARK)?
                .map(|found| colour(&found, DARK_PAGE))
                .transpose()?,
        };
        let smtp =
            sources.find(given.smtp_url.as_ref(), &SMTP_URL)?.map(|found| mail_server(&found)).transpose()?;
        let mail_from = sources
            .find(given.mail_from.as_ref(), &MAIL_FROM)?
            .map(|found| sender(&found))
            .transpose()?
            .unwrap_or_else(|| default_sender(&url));
        let storage = storage::read(&sources)?;
        let keys = keys::read(&sources, &data)?;
        let texts = texts::read(&sources)?;
        let proxies = sources
            .find(given.proxies.as_ref(), &PROXIES)?
            .map(|found| found.value.parse().map_err(|_| found.refuse("a number of proxies such as 0 or 1")))
            .transpose()?
            .unwrap_or(0);
        let log = sources
            .find(given.log.as_ref(), &LOG)?
            .map(|found| log_filter(&found))
            .transpose()?
            .unwrap_or_else(|| "info,actix_server=warn".to_owned());
        let call_servers = calls::read(&sources)?;
        Ok(Self {
            listen,
            url,
            database,
            data,
            name,
            accent,
            smtp,
            mail_from,
            texts,
            storage,
            keys,
            proxies,
            log,
            call_servers,
            second_looks: choices::second_looks(&sources)?,
            webhooks_private: choices::webhooks_private(&sources)?,
        })
    }

    /// Whether people reach the forum over https: then cookies are bound to it.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The public address, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

impl Sources<'_> {
    fn find(&self, given: Option<&String>, name: &Name) -> Result<Option<Found>, BadSetting> {
        if let Some(value) = given {
            let place = format!("--{}", name.key.replace('_', "-"));
            return Ok(Some(Found { value: value.clone(), place }));
        }
        if let Some(value) = (self.environment)(name.variable) {
            return Ok(Some(Found { value, place: name.variable.to_owned() }));
        }
        let Some(value) = self.file.get(name.key) else {
            return Ok(None);
        };
        let place = format!("{} in {FILE}", name.key);
        match value {
            toml::Value::String(text) => Ok(Some(Found { value: text.clone(), place })),
            toml::Value::Integer(number) => Ok(Some(Found { value: number.to_string(), place })),
            other => Err(BadSetting {
                setting: place,
                value: other.to_string(),
                right: "a text in quotes".to_owned(),
            }),
        }
    }
}

fn read_file(text: &str) -> Result<toml::Table, BadSetting> {
    let table: toml::Table = text
        .parse()
        .map_err(|cause: toml::de::Error| bad_file(cause.message(), "valid TOML, one setting a line"))?;
    match table.keys().find(|key| ALL.iter().all(|name| name.key != key.as_str())) {
        None => Ok(table),
        Some(unknown) => {
            let known: Vec<&str> = ALL.iter().map(|name| name.key).collect();
            Err(bad_file(unknown, &format!("a setting that exists: {}", known.join(", "))))
        }
    }
}

fn bad_file(value: &str, right: &str) -> BadSetting {
    BadSetting { setting: FILE.to_owned(), value: value.to_owned(), right: right.to_owned() }
}

fn public_address(found: &Found) -> Result<Url, BadSetting> {
    let wrong = || found.refuse("an address such as https://forum.example, without a path");
    let url = Url::parse(&found.value).map_err(|_| wrong())?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    if is_bare && is_web && url.username().is_empty() { Ok(url) } else { Err(wrong()) }
}

fn community_name(found: &Found) -> Result<String, BadSetting> {
    let name = found.value.trim();
    if (1..=40).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(found.refuse("a name of 1 to 40 characters"))
    }
}

fn colour(found: &Found, page: Colour) -> Result<Colour, BadSetting> {
    let colour = Colour::parse(&found.value).ok_or_else(|| found.refuse("a colour such as #0b6e4f"))?;
    let contrast = colour.contrast(page);
    if contrast >= READABLE {
        return Ok(colour);
    }
    let page = page.code();
    Err(found.refuse(&format!(
        "a colour that can be read on {page}: a contrast of {READABLE} or more, and this one has {contrast:.1}"
    )))
}

fn mail_server(found: &Found) -> Result<Url, BadSetting> {
    let shown = Found { value: hide_password(&found.value), place: found.place.clone() };
    match Url::parse(&found.value) {
        Ok(url) if matches!(url.scheme(), "smtp" | "smtps") && url.has_host() => Ok(url),
        _ => {
            Err(shown.refuse("an address such as smtps://user:password@mail.example or smtp://localhost:25"))
        }
    }
}

fn log_filter(found: &Found) -> Result<String, BadSetting> {
    match tracing_subscriber::EnvFilter::try_new(&found.value) {
        Ok(_) => Ok(found.value.clone()),
        Err(_) => Err(found.refuse("a level such as warn, or a filter such as touchstone=debug")),
    }
}

fn sender(found: &Found) -> Result<String, BadSetting> {
    match found.value.split_once('@') {
        Some((local, host))
            if !local.is_empty() && !host.is_empty() && !found.value.contains(char::is_whitespace) =>
        {
            Ok(found.value.clone())
        }
        _ => Err(found.refuse("an address such as forum@example.org")),
    }
}

fn default_sender(url: &Url) -> String {
    format!("touchstone@{}", url.host_str().unwrap_or("localhost"))
}

/// A refused value is shown; a password in it is not.
fn hide_password(value: &str) -> String {
    match (value.find("://"), value.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 < at => format!("{}://…{}", &value[..scheme], &value[at..]),
        _ => value.to_owned(),
    }
}
