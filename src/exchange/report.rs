//! What an import did: counts by kind, and each refusal with its line.

use std::fmt;

/// Counts of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Came in.
    pub added: u64,
    /// Were here already, from an earlier run.
    pub here: u64,
    /// Were refused.
    pub refused: u64,
}

/// A line, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Counted from 1.
    pub line: u64,
    /// In words.
    pub text: String,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Members.
    pub members: Count,
    /// Boards.
    pub boards: Count,
    /// Threads.
    pub threads: Count,
    /// Posts.
    pub posts: Count,
    /// Lines that are none of these, or cannot be read.
    pub unreadable: u64,
    /// Lines that were refused, with the reason.
    pub refusals: Vec<Remark>,
    /// Lines that came in otherwise than they stand there: doubled numbers, changed names.
    pub remarks: Vec<Remark>,
}

impl Report {
    /// Notes a refusal.
    pub fn refuse(&mut self, line: u64, text: impl Into<String>) {
        self.refusals.push(Remark { line, text: text.into() });
    }

    /// Notes something that came in otherwise.
    pub fn remark(&mut self, line: u64, text: impl Into<String>) {
        self.remarks.push(Remark { line, text: text.into() });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<10} {:>9} {:>12} {:>9}", "", "came in", "here already", "refused")?;
        let kinds = [
            ("members", self.members),
            ("boards", self.boards),
            ("threads", self.threads),
            ("posts", self.posts),
            ("unreadable", Count { refused: self.unreadable, ..Count::default() }),
        ];
        for (name, count) in kinds {
            writeln!(f, "{name:<10} {:>9} {:>12} {:>9}", count.added, count.here, count.refused)?;
        }
        for (heading, list) in [("Refused", &self.refusals), ("Came in otherwise", &self.remarks)] {
            if !list.is_empty() {
                writeln!(f, "\n{heading}:")?;
            }
            for Remark { line, text } in list {
                writeln!(f, "  line {line}: {text}")?;
            }
        }
        Ok(())
    }
}
