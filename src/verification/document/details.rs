//! What a member types of a document. Stand-in: sealed and opened.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::rules::Kind;
use crate::error::Error;
use crate::sealing::Keys;
use crate::verification::CaseId;

/// What was typed.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Details {
    /// The surname, as it is printed.
    pub surname: String,
    /// The given names, as they are printed.
    pub given_names: String,
    /// The date of birth.
    pub birth_date: NaiveDate,
    /// The number, as it is printed.
    pub number: String,
    /// Until when it is valid; some never end.
    pub expiry: Option<NaiveDate>,
    /// The nationality, as two letters.
    pub nationality: String,
    /// The lines of the machine-readable zone, where it has one.
    pub mrz: Option<String>,
}

fn context(case: CaseId) -> String {
    format!("document_cases.details {}", case.0)
}

impl Details {
    /// Seals them for the row of this case.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn seal(&self, keys: &Keys, case: CaseId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).map_err(|cause| Error::internal(cause.to_string()))?;
        keys.seal(&context(case), &plain)
    }

    /// Opens what was sealed for this case.
    ///
    /// # Errors
    /// When it was sealed elsewhere, or changed.
    pub fn open(keys: &Keys, case: CaseId, sealed: &[u8]) -> Result<Self, Error> {
        let plain = keys.unseal(&context(case), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| Error::internal("the details of a case cannot be read"))
    }

    /// The blind index of the document's number.
    #[must_use]
    pub fn index(&self, keys: &Keys, country: &str, kind: Kind) -> String {
        keys.index("document number", &format!("{country}|{}|{}", kind.code(), self.number))
    }
}
