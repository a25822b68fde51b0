//! Where the wrapping keys are kept: never in the database.

use std::path::{Path, PathBuf};

use super::{BadSetting, Name, Sources};

pub(super) const KEYS: Name = Name { key: "keys", variable: "TOUCHSTONE_KEYS" };
pub(super) const KEYS_COMMAND: Name = Name { key: "keys_command", variable: "TOUCHSTONE_KEYS_COMMAND" };

/// Where the wrapping keys come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A file that nobody but its owner may read.
    File(PathBuf),
    /// A command that prints what would stand in the file.
    Command(String),
}

impl std::fmt::Display for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "key file {}", path.display()),
            Self::Command(_) => write!(f, "output of the key command"),
        }
    }
}

/// Reads the settings of the keys. A command wins over a file.
pub(super) fn read(sources: &Sources<'_>, data: &Path) -> Result<KeySource, BadSetting> {
    let command = sources.find(None, &KEYS_COMMAND)?.filter(|found| !found.value.trim().is_empty());
    let file = sources.find(None, &KEYS)?;
    match (command, file) {
        (Some(command), None) => Ok(KeySource::Command(command.value)),
        (Some(_), Some(file)) => Err(file.refuse("left out where keys_command is set")),
        (None, Some(file)) if file.value.is_empty() => Err(file.refuse("the path of a file")),
        (None, Some(file)) => Ok(KeySource::File(file.value.into())),
        (None, None) => Ok(KeySource::File(data.join("keys").join("wrapping.keys"))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Given, Settings};
    use super::*;

    fn read(file: &str) -> Result<KeySource, String> {
        let settings = Settings::from_sources(&Given::default(), &|_| None, file);
        settings.map(|settings| settings.keys).map_err(|bad| bad.to_string())
    }

    #[test]
    fn keys_lie_in_the_data_folder_unless_a_file_or_a_command_is_named() {
        assert_eq!(read(""), Ok(KeySource::File("data/keys/wrapping.keys".into())));
        assert_eq!(read("keys = '/etc/forum.keys'"), Ok(KeySource::File("/etc/forum.keys".into())));
        assert_eq!(read("keys_command = 'show keys'"), Ok(KeySource::Command("show keys".to_owned())));
        assert!(read("keys = ''").unwrap_err().contains("the path of a file"));
        assert!(read("keys = 'a'\nkeys_command = 'b'").unwrap_err().contains("left out"));
    }
}
