//! The keys outside the database: they wrap the site's other keys, and nothing else.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::Command;

use data_encoding::{BASE64, HEXLOWER};
use zeroize::Zeroizing;

use crate::settings::KeySource;

/// Bytes of a key (XChaCha20-Poly1305).
pub(super) const KEY: usize = 32;

/// A key in memory, wiped when it goes.
pub(super) type Secret = Zeroizing<[u8; KEY]>;

/// The wrapping keys, the newest last: one line each, with its name and its 32 bytes in Base64.
pub struct Masters(Vec<(String, Secret)>);

/// How the wrapping key was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The key of this name was added to the file.
    Added(String),
    /// The keys come from a command, whose newest key has this name.
    FromCommand(String),
}

impl Masters {
    /// Reads keys from the text of a file or a command.
    ///
    /// # Errors
    /// What is wrong with it, without a word of any key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut keys: Vec<(String, Secret)> = Vec::new();
        let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
        for (at, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            let (name, key) = line
                .split_once(char::is_whitespace)
                .ok_or_else(|| format!("line {at} is not a name and a key"))?;
            let bytes = Zeroizing::new(
                BASE64.decode(key.trim().as_bytes()).map_err(|_| format!("line {at} is not Base64"))?,
            );
            let bytes: [u8; KEY] = bytes
                .as_slice()
                .try_into()
                .map_err(|_| format!("the key of line {at} is not {KEY} bytes"))?;
            if keys.iter().any(|(known, _)| known == name) {
                return Err(format!("line {at} repeats the name {name}"));
            }
            keys.push((name.to_owned(), Zeroizing::new(bytes)));
        }
        if keys.is_empty() { Err("there is no key in it".to_owned()) } else { Ok(Self(keys)) }
    }

    /// The names of all, the oldest first.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The name and the bytes of the newest.
    pub(super) fn newest(&self) -> Option<(&str, &Secret)> {
        self.0.last().map(|(name, key)| (name.as_str(), key))
    }

    /// The key of this name.
    pub(super) fn find(&self, name: &str) -> Option<&Secret> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, key)| key)
    }
}

/// Reads the keys from where they are kept; `None` where there is no such file yet.
///
/// # Errors
/// What is wrong, in a sentence that names the place and no key.
pub(super) fn load(source: &KeySource) -> Result<Option<Masters>, String> {
    match source {
        KeySource::File(path) => read_file(path),
        KeySource::Command(command) => ask_command(command).map(Some),
    }
}

fn read_file(path: &Path) -> Result<Option<Masters>, String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(missing) if missing.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(format!("the key file {} cannot be read: {cause}", path.display())),
    };
    refuse_if_shared(path)?;
    let masters = Masters::parse(&text);
    masters.map(Some).map_err(|what| format!("the key file {} is damaged: {what}", path.display()))
}

#[cfg(unix)]
fn refuse_if_shared(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(path)
        .map_err(|cause| format!("the key file {} cannot be looked at: {cause}", path.display()))?
        .permissions()
        .mode();
    let others = mode & 0o077;
    if others == 0 {
        return Ok(());
    }
    Err(format!(
        "the key file {} can be read by others (mode {:o}); make it yours alone with chmod 600",
        path.display(),
        mode & 0o777
    ))
}

#[cfg(not(unix))]
fn refuse_if_shared(_: &Path) -> Result<(), String> {
    Ok(())
}

fn ask_command(command: &str) -> Result<Masters, String> {
    let output = Command::new("sh")
        .args(["-c", command])
        .output()
        .map_err(|cause| format!("the key command cannot be run: {cause}"))?;
    if !output.status.success() {
        return Err(format!("the key command failed: {}", output.status));
    }
    let printed = Zeroizing::new(output.stdout);
    let text =
        std::str::from_utf8(&printed).map_err(|_| "the key command printed something that is no text")?;
    Masters::parse(text).map_err(|what| format!("what the key command printed is no list of keys: {what}"))
}

/// Adds a new key to the file, or makes the file with its first one.
///
/// # Errors
/// What went wrong, in a sentence. The file is then as it was.
pub(super) fn add(path: &Path) -> Result<String, String> {
    // Where the path is a link, the file behind it is written, not the link.
    let real = std::fs::canonicalize(path);
    let path = real.as_deref().unwrap_or(path);
    let fail = |cause: std::io::Error| format!("the key file {} cannot be written: {cause}", path.display());
    let before = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(missing) if missing.kind() == ErrorKind::NotFound => Zeroizing::new(String::new()),
        Err(cause) => return Err(fail(cause)),
    };
    let (name, line) = new_line()?;
    let mut text = before.clone();
    if text.is_empty() {
        text.push_str("# Wrapping keys. Keep this file out of every backup of the database.\n");
    } else if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&line);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    let beside = path.with_extension(format!("{name}.new"));
    write_private(&beside, &text).map_err(fail)?;
    keep_owner(path, &beside).map_err(fail)?;
    // Of two processes that make the first file at once, one wins, and both read what is there then.
    let placed = if before.is_empty() {
        std::fs::hard_link(&beside, path).and_then(|()| std::fs::remove_file(&beside))
    } else {
        std::fs::rename(&beside, path)
    };
    match placed {
        Err(there) if there.kind() == ErrorKind::AlreadyExists => {
            std::fs::remove_file(&beside).map_err(fail)?;
        }
        other => other.map_err(fail)?,
    }
    // The name of the file must outlast a power cut before anything is wrapped by the key.
    folder.map_or(Ok(()), sync_folder).map_err(fail)?;
    Ok(name)
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// Gives the new file to the owner of the old one: whoever rotates may be another than whoever serves.
#[cfg(unix)]
fn keep_owner(old: &Path, new: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::MetadataExt;

    let (Ok(old), made) = (std::fs::metadata(old), std::fs::metadata(new)?) else { return Ok(()) };
    if (old.uid(), old.gid()) == (made.uid(), made.gid()) {
        return Ok(());
    }
    std::os::unix::fs::chown(new, Some(old.uid()), Some(old.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &Path) -> std::io::Result<()> {
    Ok(())
}

fn new_line() -> Result<(String, Zeroizing<String>), String> {
    let mut bytes: Secret = Zeroizing::new([0; KEY]);
    let mut name = [0_u8; 4];
    getrandom::fill(bytes.as_mut())
        .and_then(|()| getrandom::fill(&mut name))
        .map_err(|cause| format!("no randomness: {cause}"))?;
    let name = format!("key-{}", HEXLOWER.encode(&name));
    let key = Zeroizing::new(BASE64.encode(bytes.as_ref()));
    let line = Zeroizing::new(format!("{name} {}\n", key.as_str()));
    Ok((name, line))
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY_LINE: &str = "key-1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    #[test]
    fn the_newest_key_is_the_last_line_and_older_ones_are_found_by_name() {
        let text = format!("# ours\n{KEY_LINE}\n\nkey-2 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n");
        let masters = Masters::parse(&text).unwrap();
        assert_eq!(masters.newest().map(|(name, key)| (name, key[0])), Some(("key-2", 1)));
        assert_eq!(masters.find("key-1").map(|key| key[31]), Some(0));
        assert!(masters.find("key-3").is_none());
    }

    #[test]
    fn damage_is_named_without_showing_a_key() {
        let refused = |text: &str| Masters::parse(text).err().unwrap();
        assert_eq!(refused(""), "there is no key in it");
        assert_eq!(refused("key-1"), "line 1 is not a name and a key");
        assert_eq!(refused("key-1 ????"), "line 1 is not Base64");
        assert_eq!(refused("key-1 AAAA"), "the key of line 1 is not 32 bytes");
        assert_eq!(refused(&format!("{KEY_LINE}\n{KEY_LINE}")), "line 2 repeats the name key-1");
    }

    #[test]
    fn a_file_is_made_for_its_owner_alone_and_refused_where_others_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/wrapping.keys");
        assert!(load(&KeySource::File(path.clone())).unwrap().is_none());
        let first = add(&path).unwrap();
        let second = add(&path).unwrap();
        let masters = load(&KeySource::File(path.clone())).unwrap().unwrap();
        assert_eq!(masters.newest().map(|(name, _)| name), Some(second.as_str()));
        assert!(masters.find(&first).is_some());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
            assert!(load(&KeySource::File(path)).err().unwrap().contains("chmod 600"));
        }
    }

    #[test]
    fn a_command_prints_the_keys_and_its_failure_is_told() {
        let command = |text: &str| load(&KeySource::Command(text.to_owned()));
        let masters = command(&format!("echo '{KEY_LINE}'")).unwrap().unwrap();
        assert_eq!(masters.newest().map(|(name, _)| name), Some("key-1"));
        assert!(command("exit 3").err().unwrap().contains("exit status: 3"));
        assert!(command("echo nonsense").err().unwrap().contains("no list of keys"));
    }
}
