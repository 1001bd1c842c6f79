//! What verification says.

use std::fmt;
use std::path::PathBuf;

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Its content is not what was written, or it was not written by this program.
    Changed,
    /// There is no record of this number, but there are later ones.
    Removed,
    /// Its number is none that this program gives.
    Inserted,
    /// It is authentic, but not the record that was linked at this place.
    Reordered,
    /// An anchor promised records up to the number given; they are gone.
    CutTail {
        /// The number that was promised.
        promised: i64,
    },
    /// The chain was made anew: an anchor knows another record of this number. Every record since the
    /// head before may have been exchanged.
    Relinked,
    /// A line of an anchor is not one that this program wrote.
    AnchorForged {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: u64,
    },
    /// There are linked records, but no anchor.
    AnchorMissing,
    /// The index of whom records are about is not what the records say: some would not be found.
    Index {
        /// The part of the index, from 1.
        segment: i64,
    },
}

/// The first record that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// Its number in the chain, as far as it has one.
    pub sequence: Option<i64>,
    /// Its row, if there is one.
    pub id: Option<i64>,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Linked rows that were verified.
    pub linked: u64,
    /// Rows that wait to be linked and were verified.
    pub waiting: u64,
    /// The number of the last row of the chain.
    pub last: i64,
    /// The highest number that an anchor knows; rows after it could be cut off unnoticed.
    pub anchored: Option<i64>,
    /// The first record that is not as it should be; none when all is well.
    pub bad: Option<Bad>,
}

impl Verdict {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.bad.is_none()
    }
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.sequence, &self.problem) {
            (_, Problem::AnchorForged { file, line }) => {
                return write!(f, "line {line} of the anchor {} is forged", file.display());
            }
            (_, Problem::Index { segment }) => {
                return write!(
                    f,
                    "part {segment} of the index does not say what the records say, so that questions about a patient may miss some; the records themselves are intact"
                );
            }
            (_, Problem::AnchorMissing) => return f.write_str("the anchor file is gone"),
            (Some(sequence), _) => write!(f, "record {sequence}")?,
            (None, _) => f.write_str("a record without number")?,
        }
        if let Some(id) = self.id {
            write!(f, " (audit_log id {id})")?;
        }
        match &self.problem {
            Problem::Changed => f.write_str(" was changed"),
            Problem::Removed => f.write_str(" was removed"),
            Problem::Inserted => f.write_str(" was inserted"),
            Problem::Reordered => f.write_str(" is not the one that was linked at this place"),
            Problem::CutTail { promised } => {
                write!(f, " and those up to {promised} were cut off the end")
            }
            Problem::Relinked => f.write_str(
                " is not the one the anchor knows; it or one since the anchor's line before was exchanged and the chain made anew",
            ),
            Problem::AnchorForged { .. } | Problem::AnchorMissing | Problem::Index { .. } => Ok(()),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.bad {
            None => write!(
                f,
                "The audit trail is intact: {} linked records, {} waiting, anchored up to {}.",
                self.linked,
                self.waiting,
                self.anchored.unwrap_or(0)
            ),
            Some(bad) => write!(
                f,
                "The audit trail has been tampered with: {bad}. {} records before it are intact.",
                self.linked
            ),
        }
    }
}
