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
}
