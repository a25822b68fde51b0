//! Hashing passwords with argon2id: slow on purpose, so away from the workers and few at a time.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::error::Error;

/// Each hash takes 19 MiB for its time (argon2id's defaults, as OWASP advises); more at once would starve
/// the machine.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// A hash that no password has, verified when there is no account, so that both answers take equal time.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| {
    let password = crate::tokens::Token::new().ok()?;
    hash_now(password.as_str()).ok()
});

/// Hashes a password into a PHC string.
///
/// # Errors
/// When the system has no randomness or memory to give.
pub async fn hash(password: String) -> Result<String, Error> {
    slowly(move || hash_now(&password)).await
}

/// Whether `password` is the one that `stored` was made of. Without a stored hash the answer is no, after
/// the same work.
///
/// # Errors
/// When the work could not be done.
pub async fn verify(password: String, stored: Option<String>) -> Result<bool, Error> {
    slowly(move || {
        let (against, counts) = match (&stored, &*NOBODY) {
            (Some(stored), _) => (stored.as_str(), true),
            (None, Some(nobody)) => (nobody.as_str(), false),
            (None, None) => return Ok(false),
        };
        let parsed = PasswordHash::new(against)
            .map_err(|cause| Error::internal(format!("a stored password hash cannot be read: {cause}")))?;
        let is_right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(is_right && counts)
    })
    .await
}

/// [`hash`] for whoever may block: the command line.
///
/// # Errors
/// When the system has no randomness or memory to give.
pub fn hash_now(password: &str) -> Result<String, Error> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|cause| Error::internal(format!("hashing failed: {cause}")))
}

async fn slowly<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let _turn = AT_ONCE.acquire().await.map_err(|_| Error::Busy)?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|cause| Error::internal(format!("hashing broke off: {cause}")))?
}
