//! What a page needs to hold the pictures of a call.

/// The stage of a call: its pictures, chat and the state of the connection.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The call.
    pub call: i64,
    /// Whose page it is: `member` or `agent`.
    pub side: &'static str,
}

impl Stage {
    /// Of a call, as this side sees it.
    #[must_use]
    pub fn new(call: i64, side: &'static str) -> Self {
        Self { call, side }
    }
}
