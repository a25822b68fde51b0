//! Where files are kept: what that takes, and the folder of this machine.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::web::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::s3::S3;
use crate::settings::{Bucket, Settings, StorageSettings};

/// How much of a file is read at once.
const PIECE: usize = 64 * 1024;
/// The folder of what is sealed.
pub const VAULT: &str = "evidence";

/// A file, piece by piece.
pub type Pieces = BoxStream<'static, io::Result<Bytes>>;

/// A file that was found.
pub struct Found {
    /// How long it is.
    pub bytes: u64,
    /// What it holds.
    pub pieces: Pieces,
}

/// Why a file could not be kept, read or deleted. That there is none is no failure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StorageFailure(pub String);

/// Keeps files by names without slashes.
pub trait Storage: Send + Sync {
    /// Keeps a file, in the place of one of the same name. Afterwards it is there whole, or not at all.
    fn put(
        &self,
        name: String,
        kind: &'static str,
        bytes: Vec<u8>,
    ) -> BoxFuture<'_, Result<(), StorageFailure>>;

    /// The file of this name.
    fn get(&self, name: String) -> BoxFuture<'_, Result<Option<Found>, StorageFailure>>;

    /// Whether there is a file of this name.
    fn has(&self, name: String) -> BoxFuture<'_, Result<bool, StorageFailure>>;

    /// Deletes the file of this name, if there is one.
    fn delete(&self, name: String) -> BoxFuture<'_, Result<(), StorageFailure>>;

    /// The names of all files, in no order.
    fn list(&self) -> BoxFuture<'_, Result<Vec<String>, StorageFailure>>;
}

/// The storage that the settings name.
///
/// # Errors
/// What is wrong with it, in words.
pub fn open(settings: &Settings) -> Result<Arc<dyn Storage>, String> {
    match &settings.storage {
        StorageSettings::Data => Ok(Arc::new(Folder::new(&settings.data))),
        StorageSettings::S3(bucket) => {
            let s3 = S3::new(bucket).map_err(|cause| format!("storage: {cause}"))?;
            Ok(Arc::new(s3))
        }
    }
}

/// The storage of what is sealed: beside the pictures, under a name of its own.
///
/// # Errors
/// What is wrong with it, in words.
pub fn open_vault(settings: &Settings) -> Result<Arc<dyn Storage>, String> {
    match &settings.storage {
        StorageSettings::Data => Ok(Arc::new(Folder::private(&settings.data, VAULT))),
        StorageSettings::S3(bucket) => {
            let prefix = format!("{}/{VAULT}", bucket.prefix).trim_start_matches('/').to_owned();
            let s3 = S3::new(&Bucket { prefix, ..Bucket::clone(bucket) });
            Ok(Arc::new(s3.map_err(|cause| format!("storage: {cause}"))?))
        }
    }
}

/// A folder in the data folder: `uploads`, or a private one.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    is_private: bool,
}

impl Folder {
    /// In this data folder. Nothing is made yet.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self { path: data.join("uploads"), is_private: false }
    }

    /// A folder for the owner alone. A file in it is written once, under its own name and no other: what a crash
    /// cuts short is known by that name.
    #[must_use]
    pub fn private(data: &Path, name: &str) -> Self {
        Self { path: data.join(name), is_private: true }
    }

    /// Names come from [`crate::text::images::ImageName`]; nothing else leads out of the folder either.
    fn place(&self, name: &str) -> Result<PathBuf, StorageFailure> {
        let is_plain = !name.starts_with('.')
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
        if is_plain {
            Ok(self.path.join(name))
        } else {
            Err(StorageFailure(format!("{name:?} is no name of a file")))
        }
    }
}

impl Storage for Folder {
    fn put(
        &self,
        name: String,
        _kind: &'static str,
        bytes: Vec<u8>,
    ) -> BoxFuture<'_, Result<(), StorageFailure>> {
        Box::pin(async move {
            let (folder, place, is_private) = (self.path.clone(), self.place(&name)?, self.is_private);
            let write = if is_private { write_private } else { write };
            in_background(move || write(&folder, &place, &bytes)).await
        })
    }

    fn get(&self, name: String) -> BoxFuture<'_, Result<Option<Found>, StorageFailure>> {
        Box::pin(async move {
            let place = self.place(&name)?;
            let opened = in_background(move || match std::fs::File::open(&place) {
                Ok(file) => Ok(Some((file.metadata()?.len(), file))),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(cause) => Err(cause),
            });
            Ok(opened.await?.map(|(bytes, file)| Found { bytes, pieces: pieces(file) }))
        })
    }

    fn has(&self, name: String) -> BoxFuture<'_, Result<bool, StorageFailure>> {
        Box::pin(async move {
            let place = self.place(&name)?;
            in_background(move || place.try_exists()).await
        })
    }

    fn delete(&self, name: String) -> BoxFuture<'_, Result<(), StorageFailure>> {
        Box::pin(async move {
            let place = self.place(&name)?;
            let deleting = in_background(move || match std::fs::remove_file(&place) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
                _ => Ok(()),
            });
            deleting.await
        })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<String>, StorageFailure>> {
        let folder = self.path.clone();
        Box::pin(in_background(move || {
            let entries = match std::fs::read_dir(&folder) {
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                other => other?,
            };
            let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
            names.filter(|name| !name.as_ref().is_ok_and(|name| name.starts_with('.'))).collect()
        }))
    }
}

/// Writes a file beside its place first, so that a crash leaves the old one or the new one.
fn write(folder: &Path, place: &Path, bytes: &[u8]) -> io::Result<()> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    std::fs::create_dir_all(folder)?;
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let beside = folder.join(format!(".{}-{number}.part", std::process::id()));
    let written = std::fs::File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&beside, place))
        // The folder knows of the file only when it is written down itself.
        .and_then(|()| std::fs::File::open(folder)?.sync_all());
    if written.is_err() {
        // What is left of it must not stay; that it cannot be deleted changes nothing.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// Writes a file that is not there yet, for its owner alone, in a folder for its owner alone.
fn write_private(folder: &Path, place: &Path, bytes: &[u8]) -> io::Result<()> {
    let (mut builder, mut options) = (std::fs::DirBuilder::new(), std::fs::OpenOptions::new());
    builder.recursive(true);
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    builder.create(folder)?;
    let mut file = options.open(place)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::File::open(folder)?.sync_all());
    if written.is_err() {
        // What is left of it must not stay; that it cannot be deleted changes nothing.
        let _ = std::fs::remove_file(place);
    }
    written
}

/// Reads a file piece by piece, away from the worker.
fn pieces(file: std::fs::File) -> Pieces {
    let reading = stream::try_unfold(file, |mut file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let length = io::Read::read(&mut file, &mut piece)?;
            piece.truncate(length);
            Ok::<_, io::Error>((piece, file))
        });
        let (piece, file) = read.await.map_err(io::Error::other)??;
        Ok((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
    });
    reading.boxed()
}

/// Runs what waits for the disk where it holds nobody up.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StorageFailure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|cause| StorageFailure(cause.to_string())),
        Err(cause) => Err(StorageFailure(format!("it broke off: {cause}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt;

    #[actix_web::test]
    async fn a_file_is_there_whole_until_it_is_deleted() {
        let data = tempfile::TempDir::new().unwrap();
        let folder = Folder::new(data.path());
        let name = || "a-1x1.png".to_owned();
        assert!(folder.get(name()).await.unwrap().is_none());
        for length in [0, 1, PIECE, 3 * PIECE + 1] {
            let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            folder.put(name(), "image/png", bytes.clone()).await.unwrap();
            let found = folder.get(name()).await.unwrap().unwrap();
            assert_eq!(found.bytes, u64::try_from(length).unwrap());
            let pieces: Vec<Bytes> = found.pieces.try_collect().await.unwrap();
            assert_eq!(pieces.concat(), bytes);
        }
        let files = std::fs::read_dir(data.path().join("uploads")).unwrap().count();
        assert_eq!(files, 1, "nothing is left beside it");
        assert!(folder.has(name()).await.unwrap());
        folder.delete(name()).await.unwrap();
        assert!(!folder.has(name()).await.unwrap());
        folder.delete(name()).await.unwrap();
    }

    #[cfg(unix)]
    #[actix_web::test]
    async fn a_private_folder_is_its_owners_alone_and_writes_each_file_once() {
        use std::os::unix::fs::PermissionsExt;

        let data = tempfile::TempDir::new().unwrap();
        let folder = Folder::private(data.path(), VAULT);
        assert_eq!(folder.list().await.unwrap(), Vec::<String>::new());
        folder.put("a1".to_owned(), "image/jpeg", vec![1, 2]).await.unwrap();
        assert!(folder.put("a1".to_owned(), "image/jpeg", vec![3]).await.is_err());
        assert_eq!(folder.list().await.unwrap(), ["a1"]);
        let mode =
            |path: &str| std::fs::metadata(data.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("evidence"), mode("evidence/a1")), (0o700, 0o600));
        assert_eq!(std::fs::read(data.path().join("evidence/a1")).unwrap(), [1, 2]);
    }

    #[actix_web::test]
    async fn no_name_leads_out_of_the_folder() {
        let data = tempfile::TempDir::new().unwrap();
        let folder = Folder::new(data.path());
        for name in ["", ".", "..", "../a", "a/b", "/etc/passwd", ".hidden", "a\0b"] {
            assert!(folder.get(name.to_owned()).await.is_err(), "{name}");
            assert!(folder.put(name.to_owned(), "image/png", vec![1]).await.is_err(), "{name}");
        }
    }
}
