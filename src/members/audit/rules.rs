//! How the rows of the audit hang together.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::clock::Time;
use crate::members::MemberId;

/// A row of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its number.
    pub id: i64,
    /// When it happened.
    pub at: Time,
    /// Who did it.
    pub actor: Option<MemberId>,
    /// What was done.
    pub act: String,
    /// To what.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// The hash of the row before; empty on the first of the chain, missing on rows from before it.
    pub previous: Option<String>,
    /// The hash of this row.
    pub hash: Option<String>,
}

impl Link {
    /// The hash that this row has to carry: over all of it and the hash of the row before. Each part stands
    /// behind its length, so that no two rows read alike.
    #[must_use]
    pub fn expected(&self) -> String {
        let moment = self.at.and_utc().timestamp_micros();
        let actor = self.actor.map_or_else(String::new, |actor| actor.0.to_string());
        let previous = self.previous.as_deref().unwrap_or_default();
        let mut hasher = Sha256::new();
        let (id, moment) = (self.id.to_string(), moment.to_string());
        for part in [&*id, &*moment, &*actor, &*self.act, &*self.subject, &*self.reason, previous] {
            hasher.update(format!("{}:{part}", part.len()));
        }
        HEXLOWER.encode(&hasher.finalize())
    }
}

/// Walks along a chain, row by row in their order.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    last: Option<(i64, String)>,
    rows: i64,
}

impl Walk {
    /// How many rows were walked along.
    #[must_use]
    pub fn rows(&self) -> i64 {
        self.rows
    }

    /// Goes on to the next row.
    ///
    /// # Errors
    /// A sentence that names the row, where it does not follow from those before it.
    pub fn step(&mut self, link: &Link) -> Result<(), String> {
        self.rows += 1;
        let (Some(hash), Some(previous)) = (&link.hash, &link.previous) else {
            // Rows from before the chain began stand before it and nowhere else.
            return match self.last {
                None => Ok(()),
                Some(_) => Err(format!("The audit is broken at row {}: it has no hash.", link.id)),
            };
        };
        if let Some((last, before)) = &self.last
            && (before != previous || last + 1 != link.id)
        {
            return Err(format!("The audit is broken at row {}: it does not follow row {last}.", link.id));
        }
        if self.last.is_none() && !previous.is_empty() {
            return Err(format!("The audit is broken at row {}: rows before it are missing.", link.id));
        }
        if *hash != link.expected() {
            return Err(format!("The audit is broken at row {}: it was changed.", link.id));
        }
        self.last = Some((link.id, hash.clone()));
        Ok(())
    }

    /// Whether the walk ended where the chain ends.
    ///
    /// # Errors
    /// A sentence, where rows at the end are missing.
    pub fn end(&self, last: i64, hash: &str) -> Result<(), String> {
        let arrived = match &self.last {
            None => hash.is_empty(),
            Some(here) => (here.0, here.1.as_str()) == (last, hash),
        };
        if arrived { Ok(()) } else { Err(format!("The audit is broken: it should end with row {last}.")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(count: i64) -> Vec<Link> {
        let at = chrono::NaiveDate::from_ymd_opt(2026, 6, 3).unwrap().and_hms_opt(10, 12, 0).unwrap();
        let mut links: Vec<Link> = Vec::new();
        for id in 1..=count {
            let previous = links.last().and_then(|link| link.hash.clone()).unwrap_or_default();
            let mut link = Link {
                id,
                at,
                actor: Some(MemberId(id)),
                act: "remove".to_owned(),
                subject: format!("act {id}"),
                reason: "off topic".to_owned(),
                previous: Some(previous),
                hash: None,
            };
            link.hash = Some(link.expected());
            links.push(link);
        }
        links
    }

    fn walk(links: &[Link]) -> Result<Walk, String> {
        let mut walk = Walk::default();
        links.iter().try_for_each(|link| walk.step(link))?;
        Ok(walk)
    }

    #[test]
    fn a_whole_chain_holds_to_its_end() {
        let links = chain(3);
        let walk = walk(&links).unwrap();
        assert_eq!(walk.end(3, links[2].hash.as_ref().unwrap()), Ok(()));
        assert!(walk.end(4, "").is_err());
        assert_eq!(Walk::default().end(0, ""), Ok(()));
    }

    #[test]
    fn whatever_is_changed_is_named_by_its_row() {
        let change: [fn(&mut Link); 5] = [
            |link| link.reason = "spam".to_owned(),
            |link| link.actor = None,
            |link| link.at += chrono::TimeDelta::microseconds(1),
            |link| link.subject.push('1'),
            |link| link.hash = Some(String::new()),
        ];
        for change in change {
            let mut links = chain(3);
            change(&mut links[1]);
            assert!(walk(&links).unwrap_err().contains("row 2"));
        }
    }

    #[test]
    fn a_missing_row_is_seen_wherever_it_was() {
        let links = chain(4);
        assert!(walk(&links[1..]).unwrap_err().contains("row 2"));
        assert!(walk(&[links[0].clone(), links[2].clone()]).unwrap_err().contains("row 3"));
        let cut = walk(&links[..3]).unwrap();
        assert!(cut.end(4, links[3].hash.as_ref().unwrap()).is_err());
    }

    #[test]
    fn rows_without_a_hash_stand_only_at_the_beginning() {
        let mut links = chain(2);
        let old = Link { id: 0, previous: None, hash: None, ..links[0].clone() };
        assert!(walk(&[old.clone(), links[0].clone(), links[1].clone()]).is_ok());
        links.push(Link { id: 3, ..old });
        assert!(walk(&links).unwrap_err().contains("row 3"));
    }
}
