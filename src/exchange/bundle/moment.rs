//! Dates of the bundle.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clock::Time;

/// A moment as RFC 3339 writes it, in any offset; written in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Time);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        use chrono::SubsecRound;
        let text = String::deserialize(from)?;
        let moment = DateTime::parse_from_rfc3339(&text).map_err(|_| {
            serde::de::Error::custom(format!("{text:?} is no date such as 2015-03-31T00:00:00Z"))
        })?;
        Ok(Self(moment.naive_utc().trunc_subsecs(6)))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let text = DateTime::<Utc>::from_naive_utc_and_offset(self.0, Utc)
            .to_rfc3339_opts(SecondsFormat::AutoSi, true);
        to.serialize_str(&text)
    }
}
