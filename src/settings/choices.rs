//! How strict the site is: a share, and a yes or no.

use super::{BadSetting, Name, Sources};

pub(super) const WEBHOOKS_PRIVATE: Name =
    Name { key: "webhooks_private", variable: "TOUCHSTONE_WEBHOOKS_PRIVATE" };
pub(super) const SECOND_LOOKS: Name = Name { key: "second_looks", variable: "TOUCHSTONE_SECOND_LOOKS" };

/// A percentage.
pub(super) fn second_looks(sources: &Sources<'_>) -> Result<u8, BadSetting> {
    let Some(found) = sources.find(None, &SECOND_LOOKS)? else { return Ok(5) };
    let share = found.value.parse().ok().filter(|share: &u8| *share <= 100);
    share.ok_or_else(|| found.refuse("a percentage from 0 to 100"))
}

/// A yes or no; no where nothing is said.
pub(super) fn webhooks_private(sources: &Sources<'_>) -> Result<bool, BadSetting> {
    let Some(found) = sources.find(None, &WEBHOOKS_PRIVATE)? else { return Ok(false) };
    match found.value.as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(found.refuse("yes or no")),
    }
}
