//! `touchstone member add`: a member from the command line, also beside a running server.

use std::io::Read;

use super::{Outcome, open_ready, say};
use crate::accounts::actions::{self, Added};
use crate::accounts::passwords;
use crate::accounts::rules::{Email, check_password};
use crate::clock::Clock;
use crate::members::rules::{Role, Tier};
use crate::settings::Settings;
use crate::text::names::{DisplayName, Handle};

/// What `member add` is given.
#[derive(Clone, Debug, clap::Args)]
pub struct Add {
    /// Name in addresses
    #[arg(long)]
    pub handle: String,
    /// Name that people read
    #[arg(long)]
    pub name: String,
    /// E-mail address; it counts as confirmed
    #[arg(long)]
    pub email: String,
    /// A role; can be given several times
    #[arg(long = "role")]
    pub roles: Vec<String>,
    /// The tier
    #[arg(long)]
    pub tier: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// A sentence for whoever ran it.
pub fn add(settings: &Settings, add: &Add) -> Outcome {
    let handle = Handle::parse(&add.handle).map_err(|problem| format!("--handle: {problem}"))?;
    let name = DisplayName::parse(&add.name).map_err(|problem| format!("--name: {problem}"))?;
    let email = Email::parse(&add.email).map_err(|problem| format!("--email: {problem}"))?;
    let roles = read_roles(&add.roles)?;
    let tier = add.tier.as_deref().map(read_tier).transpose()?;
    let password = read_password()?;
    check_password(&password, &[&add.handle, &add.name, &add.email])
        .map_err(|problem| format!("password: {problem}"))?;
    let password_hash = passwords::hash_now(&password).map_err(|cause| cause.cause())?;
    let clock = Clock::system();
    let (db, keys) = open_ready(settings, &clock)?;
    let (now, shown) = (clock.now(), handle.as_str().to_owned());
    let added = Added { handle, name, email, roles, tier, password_hash };
    db.write_now(move |conn| actions::add(conn, &keys, &added, now)).map_err(|cause| cause.cause())?;
    say(&format!("Added {shown}."));
    Ok(())
}

fn read_roles(codes: &[String]) -> Result<Vec<Role>, String> {
    let known = Role::ALL.map(Role::code).join(", ");
    codes
        .iter()
        .map(|code| {
            Role::parse(code).ok_or_else(|| format!("--role: {code:?} is no role. There are {known}."))
        })
        .collect()
}

fn read_tier(code: &str) -> Result<Tier, String> {
    let known = Tier::ALL.map(Tier::code).join(", ");
    Tier::parse(code).ok_or_else(|| format!("--tier: {code:?} is no tier. There are {known}."))
}

/// The first line of standard input: a password on the command line could be read by others.
fn read_password() -> Result<String, String> {
    let mut text = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(|cause| format!("the password cannot be read from standard input: {cause}"))?;
    let password = text.lines().next().unwrap_or_default().to_owned();
    if password.is_empty() { Err("give the password on standard input".to_owned()) } else { Ok(password) }
}
