//! Where uploaded pictures are kept.

use std::fmt;

use url::Url;

use super::{BadSetting, Found, Name, Sources, hide_password};

pub(super) const STORAGE: Name = Name { key: "storage", variable: "TOUCHSTONE_STORAGE" };
pub(super) const ENDPOINT: Name = Name { key: "storage_endpoint", variable: "TOUCHSTONE_STORAGE_ENDPOINT" };
pub(super) const REGION: Name = Name { key: "storage_region", variable: "TOUCHSTONE_STORAGE_REGION" };
pub(super) const KEY: Name = Name { key: "storage_key", variable: "TOUCHSTONE_STORAGE_KEY" };
pub(super) const SECRET: Name = Name { key: "storage_secret", variable: "TOUCHSTONE_STORAGE_SECRET" };

/// Where uploaded pictures are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorageSettings {
    /// In the data folder.
    Data,
    /// In a bucket.
    S3(Box<Bucket>),
}

/// A bucket of an S3-compatible storage, and the way to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The folder in it; empty for none.
    pub prefix: String,
    /// Where it is; nothing for Amazon's own.
    pub endpoint: Option<Url>,
    /// In which region.
    pub region: String,
    /// The access key.
    pub key: String,
    /// What belongs to the key, and to nobody else.
    pub secret: String,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.name, self.prefix)
    }
}

/// Reads the storage's settings. Only an address asks for the others.
pub(super) fn read(sources: &Sources<'_>) -> Result<StorageSettings, BadSetting> {
    let Some(address) = sources.find(None, &STORAGE)?.filter(|found| !found.value.is_empty()) else {
        return Ok(StorageSettings::Data);
    };
    let (name, prefix) = bucket(&address)?;
    let endpoint = sources.find(None, &ENDPOINT)?.map(|found| endpoint(&found)).transpose()?;
    let region = match sources.find(None, &REGION)? {
        None => "us-east-1".to_owned(),
        Some(found) => region(&found)?,
    };
    let (key, secret) = (needed(sources, &KEY)?, needed(sources, &SECRET)?);
    Ok(StorageSettings::S3(Box::new(Bucket { name, prefix, endpoint, region, key, secret })))
}

fn bucket(found: &Found) -> Result<(String, String), BadSetting> {
    let shown = Found { value: hide_password(&found.value), place: found.place.clone() };
    let wrong = || shown.refuse("empty, or an address such as s3://bucket/folder");
    let url = Url::parse(&found.value).map_err(|_| wrong())?;
    let name = url.host_str().unwrap_or_default();
    let is_name = (3..=63).contains(&name.len())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'));
    let prefix = url.path().trim_matches('/');
    let is_plain =
        prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/'));
    let is_bare = url.username().is_empty()
        && url.port().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if url.scheme() == "s3" && is_name && is_plain && is_bare {
        Ok((name.to_owned(), prefix.to_owned()))
    } else {
        Err(wrong())
    }
}

fn endpoint(found: &Found) -> Result<Url, BadSetting> {
    let shown = Found { value: hide_password(&found.value), place: found.place.clone() };
    let wrong = || shown.refuse("an address such as https://storage.example, without a path");
    let url = Url::parse(&found.value).map_err(|_| wrong())?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty();
    if is_web && url.path() == "/" && url.query().is_none() { Ok(url) } else { Err(wrong()) }
}

fn region(found: &Found) -> Result<String, BadSetting> {
    let is_region = (1..=40).contains(&found.value.len())
        && found.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_region { Ok(found.value.clone()) } else { Err(found.refuse("a region such as eu-central-1")) }
}

/// A key or its secret, which no message shows.
fn needed(sources: &Sources<'_>, name: &Name) -> Result<String, BadSetting> {
    let found = sources.find(None, name)?;
    let place = found.as_ref().map_or(name.variable.to_owned(), |found| found.place.clone());
    match found.map(|found| found.value) {
        Some(value) if !value.is_empty() && value.chars().all(|c| c.is_ascii_graphic()) => Ok(value),
        Some(value) if !value.is_empty() => {
            Err(Found { value: "…".to_owned(), place }.refuse("a key without spaces or unusual letters"))
        }
        _ => Err(Found { value: String::new(), place }.refuse("the key that storage asks for")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Given, Settings};

    fn read(file: &str) -> Result<StorageSettings, String> {
        let settings = Settings::from_sources(&Given::default(), &|_| None, file);
        settings.map(|settings| settings.storage).map_err(|bad| bad.to_string())
    }

    #[test]
    fn pictures_are_kept_in_the_data_folder_unless_a_bucket_is_named() {
        assert_eq!(read("").unwrap(), StorageSettings::Data);
        assert_eq!(read("storage = ''\nstorage_key = 'x'").unwrap(), StorageSettings::Data);
        let keys = "storage_key = 'key'\nstorage_secret = 'hush'";
        let StorageSettings::S3(bucket) = read(&format!("storage = 's3://pictures/forum/'\n{keys}")).unwrap()
        else {
            panic!("not a bucket");
        };
        assert_eq!((bucket.name.as_str(), bucket.prefix.as_str()), ("pictures", "forum"));
        assert_eq!((bucket.region.as_str(), bucket.endpoint.as_ref()), ("us-east-1", None));
        assert!(!format!("{bucket:?}").contains("hush"));
        let full = format!(
            "storage = 's3://pictures'\nstorage_endpoint = 'http://127.0.0.1:9000'\nstorage_region = 'eu-central-1'\n{keys}"
        );
        assert!(matches!(read(&full).unwrap(), StorageSettings::S3(bucket) if bucket.endpoint.is_some()));
    }

    #[test]
    fn a_bad_storage_says_what_would_be_right_and_shows_no_secret() {
        let wrong = |file: &str| read(file).unwrap_err();
        for address in
            ["pictures", "s3://", "s3://UPPER", "https://pictures", "s3://a:b@pictures", "s3://pictures?x"]
        {
            assert!(wrong(&format!("storage = '{address}'")).contains("s3://bucket/folder"), "{address}");
        }
        assert!(wrong("storage = 's3://pictures'").contains("TOUCHSTONE_STORAGE_KEY"));
        let keys = "storage = 's3://pictures'\nstorage_key = 'key'\nstorage_secret = 'hu sh'";
        assert!(
            wrong(keys).starts_with("storage_secret in touchstone.toml") && !wrong(keys).contains("hu sh")
        );
        let keys = "storage = 's3://pictures'\nstorage_key = 'key'\nstorage_secret = 'hush'";
        assert!(wrong(&format!("{keys}\nstorage_endpoint = 'ftp://x'")).contains("https://storage.example"));
        assert!(wrong(&format!("{keys}\nstorage_region = 'eu central'")).contains("eu-central-1"));
    }
}
