//! E-mail addresses as the database holds them: sealed, and beside that what finds them.

use diesel::QueryResult;

use super::Keys;
use crate::db::unsealed;
use crate::error::Error;

/// What addresses are indexed for.
const PURPOSE: &str = "email";

/// An e-mail address, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedAddress {
    /// The address as it was typed, sealed for the row that has this index.
    pub text: String,
    /// The blind index of the address in lower case.
    pub index: String,
}

/// The index is the row's own name before it has a number: what is copied into another row does not open there.
fn context(index: &str) -> String {
    format!("members.email {index}")
}

impl Keys {
    /// What an address is found by; `lower` is the address in lower case.
    #[must_use]
    pub fn address_index(&self, lower: &str) -> String {
        self.index(PURPOSE, lower)
    }

    /// Seals an address as typed; `lower` is the same in lower case.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn seal_address(&self, typed: &str, lower: &str) -> Result<SealedAddress, Error> {
        let index = self.address_index(lower);
        let text = self.seal_text(&context(&index), typed)?;
        Ok(SealedAddress { text, index })
    }

    /// Opens the address of a row from its two columns, where it has one.
    ///
    /// # Errors
    /// When it was sealed for another row, or changed.
    pub fn open_address(&self, text: Option<&str>, index: Option<&str>) -> QueryResult<Option<String>> {
        let Some(text) = text else { return Ok(None) };
        unsealed("members.email", self.unseal_text(&context(index.unwrap_or_default()), text)).map(Some)
    }
}
