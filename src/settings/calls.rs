//! Servers that help the two browsers of a call to reach each other. The relay's secret comes from the environment or
//! a file and never from the command line, and is shown nowhere.

use std::fmt;

use super::{BadSetting, Found, Name, Sources};

pub(super) const STUN: Name = Name { key: "stun", variable: "TOUCHSTONE_STUN" };
pub(super) const TURN: Name = Name { key: "turn", variable: "TOUCHSTONE_TURN" };
pub(super) const SECRET: Name = Name { key: "turn_secret", variable: "TOUCHSTONE_TURN_SECRET" };
pub(super) const SECRET_FILE: Name =
    Name { key: "turn_secret_file", variable: "TOUCHSTONE_TURN_SECRET_FILE" };

/// What is shared with the relay.
#[derive(Clone, PartialEq, Eq)]
pub struct TurnSecret(String);

impl TurnSecret {
    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TurnSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TurnSecret(…)")
    }
}

/// Servers for calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallServers {
    /// Servers that tell a browser its own address.
    pub stun: Vec<String>,
    /// Relays.
    pub turn: Vec<String>,
    /// What is shared with the relays; always there where they are.
    pub secret: Option<TurnSecret>,
}

/// Reads the settings.
pub(super) fn read(sources: &Sources<'_>) -> Result<CallServers, BadSetting> {
    let stun = addresses(sources, &STUN, &["stun:", "stuns:"], "addresses such as stun:turn.example:3478")?;
    let turn = addresses(sources, &TURN, &["turn:", "turns:"], "addresses such as turn:turn.example:3478")?;
    let secret = secret(sources)?;
    if let (false, None) = (turn.is_empty(), &secret) {
        let missing = Found { value: String::new(), place: SECRET.variable.to_owned() };
        return Err(missing.refuse("the secret that is shared with the relay"));
    }
    Ok(CallServers { stun, turn, secret })
}

/// A list with commas between.
fn addresses(
    sources: &Sources<'_>,
    name: &Name,
    schemes: &[&str],
    right: &str,
) -> Result<Vec<String>, BadSetting> {
    let Some(found) = sources.find(None, name)? else { return Ok(Vec::new()) };
    let list: Vec<String> =
        found.value.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
    let is_right = |one: &String| {
        let host = schemes.iter().find_map(|scheme| one.strip_prefix(scheme));
        host.is_some_and(|host| {
            !host.is_empty()
                && !host.contains('@')
                && host.chars().all(|letter| letter.is_ascii_graphic() && !"\"'<>\\".contains(letter))
        })
    };
    if list.iter().all(is_right) { Ok(list) } else { Err(found.refuse(right)) }
}

/// The secret itself, or the file that holds it alone. No message shows it.
fn secret(sources: &Sources<'_>) -> Result<Option<TurnSecret>, BadSetting> {
    let given = sources.find(None, &SECRET)?.filter(|found| !found.value.is_empty());
    let file = sources.find(None, &SECRET_FILE)?.filter(|found| !found.value.is_empty());
    let (place, text) = match (given, file) {
        (None, None) => return Ok(None),
        (Some(_), Some(file)) => return Err(file.refuse("left out where turn_secret is set")),
        (Some(given), None) => (given.place, given.value),
        (None, Some(file)) => match std::fs::read_to_string(&file.value) {
            Ok(text) => (file.place, text.trim().to_owned()),
            Err(_) => return Err(file.refuse("a file that can be read and holds the secret alone")),
        },
    };
    if !text.is_empty() && text.chars().all(|letter| letter.is_ascii_graphic()) {
        return Ok(Some(TurnSecret(text)));
    }
    Err(Found { value: "…".to_owned(), place }.refuse("a secret without spaces or unusual letters"))
}

#[cfg(test)]
mod tests {
    use super::super::{Given, Settings};
    use super::*;

    fn read(file: &str) -> Result<CallServers, String> {
        let settings = Settings::from_sources(&Given::default(), &|_| None, file);
        settings.map(|settings| settings.call_servers).map_err(|bad| bad.to_string())
    }

    #[test]
    fn servers_are_lists_with_commas_between() {
        assert_eq!(read("").unwrap(), CallServers::default());
        let read =
            read("stun = 'stun:a, stuns:b:5349'\nturn = 'turn:c?transport=udp'\nturn_secret = 's'").unwrap();
        assert_eq!(read.stun, ["stun:a", "stuns:b:5349"]);
        assert_eq!(read.turn, ["turn:c?transport=udp"]);
        assert_eq!(read.secret.map(|secret| secret.reveal().to_owned()).as_deref(), Some("s"));
    }

    #[test]
    fn a_secret_may_lie_in_a_file() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "from-a-file\n").unwrap();
        let file = format!("turn = 'turn:c'\nturn_secret_file = '{}'", path.display());
        assert_eq!(read(&file).unwrap().secret.unwrap().reveal(), "from-a-file");
        assert!(read(&format!("{file}\nturn_secret = 'x'")).unwrap_err().contains("left out"));
        let missing = read("turn = 'turn:c'\nturn_secret_file = '/nowhere/at/all'").unwrap_err();
        assert!(missing.contains("turn_secret_file") && missing.contains("can be read"), "{missing}");
    }

    #[test]
    fn a_bad_server_says_what_would_be_right_and_no_secret_is_shown() {
        for wrong in ["turn:", "https://a", "turn:u@a", "turn:a b"] {
            let message = read(&format!("turn = '{wrong}'\nturn_secret = 'hush'")).unwrap_err();
            assert!(message.contains("turn:turn.example:3478") && !message.contains("hush"), "{message}");
        }
        assert!(read("turn = 'turn:a'").unwrap_err().contains("TOUCHSTONE_TURN_SECRET"));
        assert!(!read("turn_secret = 'hu sh'").unwrap_err().contains("hu sh"));
        let settings = read("turn = 'turn:a'\nturn_secret = 'hush'").unwrap();
        assert!(!format!("{settings:?}").contains("hush"));
    }
}
