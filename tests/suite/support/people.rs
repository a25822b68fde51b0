//! People who look at pages.

/// Somebody, signed in or not.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub handle: String,
    pub cookie: Option<String>,
}

impl Person {
    /// Somebody who is not signed in.
    pub fn visitor() -> Self {
        Self::default()
    }

    /// The hash of the token in their session's cookie.
    pub fn token_hash(&self) -> Vec<u8> {
        let cookie = self.cookie.as_deref().expect("somebody who is signed in");
        touchstone::tokens::hash(cookie.split_once('=').unwrap().1)
    }
}
