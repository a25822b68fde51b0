//! What is signed: the receipt of one destroyed image, and the head of the tree of all of them. Each is one line of
//! JSON whose fields stand in one order, so that the same words are always the same bytes.

use data_encoding::HEXLOWER;
use serde::Deserialize;

use super::merkle::Hash;
use super::rules::End;
use crate::clock::{Time, rfc3339};
use crate::sealing::{Keys, is_signed};
use crate::verification::CaseId;
use crate::verification::document::rules::Side;

/// What every receipt begins with.
const RECEIPT: &str = "touchstone-destruction-receipt-1";
/// What every head begins with.
const HEAD: &str = "touchstone-destruction-head-1";

/// What was destroyed, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its place among the leaves.
    pub place: i64,
    /// The case, under a name that says nothing.
    pub case: String,
    /// Which side of the document it showed.
    pub side: Side,
    /// SHA-256 of the sealed bytes.
    pub object: String,
    /// When it was uploaded.
    pub uploaded: Time,
    /// When it was destroyed.
    pub destroyed: Time,
    /// Why.
    pub reason: End,
}

/// How receipts call a case: the same on all of its receipts, and nothing to whoever has no key of the site.
#[must_use]
pub fn case_name(keys: &Keys, case: CaseId) -> String {
    keys.index("case on receipts", &case.0.to_string()).chars().take(32).collect()
}

impl Receipt {
    /// The one line that is signed, and that is the leaf.
    #[must_use]
    pub fn line(&self) -> String {
        format!(
            r#"{{"format":"{RECEIPT}","place":{},"case":"{}","side":"{}","object":"{}","uploaded":"{}","destroyed":"{}","reason":"{}"}}"#,
            self.place,
            self.case,
            self.side.code(),
            self.object,
            rfc3339(self.uploaded),
            rfc3339(self.destroyed),
            self.reason.code()
        )
    }
}

/// A receipt with its signature, as members save it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What is signed.
    pub receipt: Receipt,
    /// The signature, in hexadecimal digits.
    pub signature: String,
}

/// Why a text is no receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReceipt {
    /// Nothing was pasted.
    #[error("Paste a receipt: everything from the first brace to the last.")]
    Empty,
    /// It is not JSON, or something else.
    #[error(
        "This is not a whole receipt. Paste everything that the file holds, from the first brace to the last, and change nothing."
    )]
    Damaged,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    receipt: Line,
    signature: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    format: String,
    place: i64,
    case: String,
    side: String,
    object: String,
    uploaded: String,
    destroyed: String,
    reason: String,
}

impl Line {
    fn read(self) -> Option<Receipt> {
        let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let moment = |text: &str| Time::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.fZ").ok();
        if self.format != RECEIPT || !is_plain(&self.case) || !is_plain(&self.object) {
            return None;
        }
        Some(Receipt {
            place: self.place,
            side: Side::parse(&self.side)?,
            uploaded: moment(&self.uploaded)?,
            destroyed: moment(&self.destroyed)?,
            reason: End::parse(&self.reason)?,
            case: self.case,
            object: self.object,
        })
    }
}

impl Signed {
    /// The file that members save.
    #[must_use]
    pub fn file(&self) -> String {
        file(&self.receipt.line(), &self.signature)
    }

    /// Reads a file that was pasted.
    ///
    /// # Errors
    /// What to paste instead.
    pub fn parse(text: &str) -> Result<Self, NoReceipt> {
        if text.trim().is_empty() {
            return Err(NoReceipt::Empty);
        }
        let file: File = serde_json::from_str(text).map_err(|_| NoReceipt::Damaged)?;
        let receipt = file.receipt.read().ok_or(NoReceipt::Damaged)?;
        Ok(Self { receipt, signature: file.signature })
    }

    /// Whether the key with this public half signed these words.
    #[must_use]
    pub fn is_by(&self, public_key: &[u8]) -> bool {
        is_by(public_key, &self.receipt.line(), &self.signature)
    }
}

/// The state of the whole tree at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many leaves it has.
    pub size: i64,
    /// The hash over all of them.
    pub root: Hash,
    /// When it was signed.
    pub signed_at: Time,
}

impl Head {
    /// The one line that is signed.
    #[must_use]
    pub fn line(&self) -> String {
        let (root, signed) = (HEXLOWER.encode(&self.root), rfc3339(self.signed_at));
        format!(r#"{{"format":"{HEAD}","size":{},"root":"{root}","signed":"{signed}"}}"#, self.size)
    }

    /// Whether the key with this public half signed it.
    #[must_use]
    pub fn is_by(&self, public_key: &[u8], signature: &str) -> bool {
        is_by(public_key, &self.line(), signature)
    }
}

/// The file that members save, of a receipt's line and its signature.
#[must_use]
pub fn file(line: &str, signature: &str) -> String {
    format!("{{\"receipt\":{line},\"signature\":\"{signature}\"}}\n")
}

/// Signs a line.
#[must_use]
pub fn sign(keys: &Keys, line: &str) -> String {
    HEXLOWER.encode(&keys.sign(line.as_bytes()))
}

fn is_by(public_key: &[u8], line: &str, signature: &str) -> bool {
    HEXLOWER.decode(signature.as_bytes()).is_ok_and(|bytes| is_signed(public_key, line.as_bytes(), &bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt() -> Receipt {
        let day = |day| {
            let date = chrono::NaiveDate::from_ymd_opt(2026, 6, day).unwrap();
            date.and_hms_micro_opt(10, 12, 0, 250_000).unwrap()
        };
        Receipt {
            place: 12,
            case: "0f3a".to_owned(),
            side: Side::Front,
            object: "ab12".to_owned(),
            uploaded: day(1),
            destroyed: day(9),
            reason: End::Decided,
        }
    }

    #[test]
    fn a_receipt_is_always_the_same_bytes() {
        let line = r#"{"format":"touchstone-destruction-receipt-1","place":12,"case":"0f3a","side":"front","object":"ab12","uploaded":"2026-06-01T10:12:00.250Z","destroyed":"2026-06-09T10:12:00.250Z","reason":"decided"}"#;
        assert_eq!(receipt().line(), line);
        let signed = Signed { receipt: receipt(), signature: "00ff".to_owned() };
        assert_eq!(Signed::parse(&signed.file()), Ok(signed.clone()));
        // Spaces and the order of fields are the reader's business; the words are not.
        let laid_out =
            signed.file().replace(',', ",\n  ").replace(':', ": ").replace("10: 12: 00", "10:12:00");
        assert_eq!(Signed::parse(&laid_out).unwrap().receipt.line(), line);
    }

    #[test]
    fn what_is_no_receipt_is_refused_in_words() {
        let file = Signed { receipt: receipt(), signature: "00ff".to_owned() }.file();
        assert_eq!(Signed::parse(" \n"), Err(NoReceipt::Empty));
        for damaged in [
            "nonsense".to_owned(),
            receipt().line(),
            file[..file.len() - 3].to_owned(),
            file.replace("receipt-1", "receipt-2"),
            file.replace("front", "inside"),
            file.replace("decided", "because"),
            file.replace("0f3a", "0f\\\"3a"),
            file.replace("2026-06-09", "2026-13-09"),
            file.replace("\"place\"", "\"extra\":1,\"place\""),
        ] {
            assert_eq!(Signed::parse(&damaged), Err(NoReceipt::Damaged), "{damaged}");
        }
    }
}
