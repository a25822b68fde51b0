//! Forms that carry a file.

use std::collections::HashMap;

use actix_multipart::{Multipart, MultipartError};
use futures_util::TryStreamExt;

use crate::error::Error;

/// The longest field that is read, in bytes.
const LONGEST_FIELD: usize = 8 * 1024;

/// A form with a file.
#[derive(Default)]
pub struct FileForm {
    /// The file, as far as it may be kept.
    pub file: Vec<u8>,
    /// Whether there was more of it.
    pub is_too_large: bool,
    /// The other fields.
    fields: HashMap<String, String>,
}

impl FileForm {
    /// Reads a form whose file is in this field and may have so many bytes. All of the form is read, so that its
    /// answer is read as well; of a file that is too large no more than may be is kept. Of a form four times as
    /// large the rest is not even waited for.
    ///
    /// # Errors
    /// When it breaks off, or is far too large.
    pub async fn read(parts: &mut Multipart, field: &str, largest: usize) -> Result<Self, Error> {
        let broken = |cause: MultipartError| {
            tracing::debug!(%cause, "an upload broke off");
            Error::Refused("The file did not arrive whole. Choose it once more.".to_owned())
        };
        let (mut form, mut total) = (Self::default(), 0_usize);
        while let Some(mut part) = parts.try_next().await.map_err(broken)? {
            let about = part.content_disposition().and_then(|about| about.get_name());
            let name = about.unwrap_or_default().to_owned();
            let limit = if name == field { largest } else { LONGEST_FIELD };
            let (mut bytes, mut length) = (Vec::new(), 0_usize);
            while let Some(chunk) = part.try_next().await.map_err(broken)? {
                (length, total) = (length + chunk.len(), total + chunk.len());
                if total > 4 * largest {
                    return Err(Error::TooLarge(
                        "The file is far too large. Save it smaller and try again.".into(),
                    ));
                }
                if length <= limit {
                    bytes.extend_from_slice(&chunk);
                }
            }
            if name == field {
                (form.file, form.is_too_large) = (bytes, length > limit);
            } else {
                form.fields.insert(name, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        Ok(form)
    }

    /// What was typed into a field.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}
