//! What can go wrong between a statement and the database, in the same words on both dialects.

use std::time::Duration;

/// A failure of the database, named so that callers can decide without knowing the dialect.
///
/// Constraint names are the same on SQLite and PostgreSQL (see [`crate::Ddl`] for the
/// convention), so that a rule can turn `patient_mrn_key` into a message about the field `mrn`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    /// A unique constraint, unique index or primary key was violated.
    #[error("unique constraint {constraint} violated")]
    Unique {
        /// `<table>_<col>_<col>_key`, `<table>_pkey`, or the name of the unique index.
        constraint: String,
    },
    /// A row refers to one that does not exist, or is still referred to.
    #[error("foreign key {} violated", constraint.as_deref().unwrap_or("(unnamed)"))]
    ForeignKey {
        /// The constraint's name; SQLite does not tell it.
        constraint: Option<String>,
    },
    /// A `CHECK` was violated.
    #[error("check constraint {constraint} violated")]
    Check {
        /// The constraint's name, such as `<table>_<col>_check`.
        constraint: String,
    },
    /// Two rows overlap: an exclusion constraint on PostgreSQL, a trigger with
    /// `RAISE(ABORT, 'constraint:<name>')` on SQLite.
    #[error("exclusion constraint {constraint} violated")]
    Exclusion {
        /// The constraint's name.
        constraint: String,
    },
    /// A column that must have a value got `NULL`.
    #[error("column {column} must not be null")]
    NotNull {
        /// The column's name, without its table.
        column: String,
    },
    /// The transaction lost against a concurrent one (serialization failure, deadlock, a group
    /// commit that failed because of a neighbour) and may be run again as a whole.
    #[error("transaction must be retried: {0}")]
    Retry(String),
    /// Another process holds the database or a lock that would not be waited for.
    #[error("database busy")]
    Busy,
    /// A limit of time was reached: waiting for a connection, a statement, or an idle transaction.
    /// The transaction has been rolled back.
    #[error("database time limit reached")]
    Timeout,
    /// The database cannot be reached, is shutting down, or cannot be written to.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// The database has no room for more: its disk is full or cannot be written, or it is out of memory.
    #[error("the database has no room: {0}")]
    Full(String),
    /// A row is not of the shape the code expects (type, number of columns, number of rows).
    #[error("unexpected row: {0}")]
    Decode(String),
    /// A row that was stored cannot be read any more.
    #[error("{0}")]
    Damaged(Damage),
    /// A bound value does not fit its place: wrong type, out of range, malformed text.
    #[error("unsuitable value: {0}")]
    Value(String),
    /// Anything else; a defect in a statement, or a failure without a name of its own.
    #[error("database error: {0}")]
    Other(String),
}

impl DbError {
    /// Whether running the whole transaction again may succeed.
    ///
    /// ```
    /// use db::DbError;
    /// assert!(DbError::Busy.is_retryable());
    /// assert!(!DbError::Timeout.is_retryable());
    /// ```
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Retry(_) | Self::Busy)
    }

    /// Whether the state of the database is to blame, and not what was asked of it: it is away, full, busy, or
    /// took too long. The same may succeed later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Retry(_) | Self::Busy | Self::Timeout | Self::Unavailable(_) | Self::Full(_)
        )
    }

    /// Whether a row needs a key that this process has not loaded: load the keys again and repeat.
    #[must_use]
    pub fn lacks_key(&self) -> bool {
        matches!(self, Self::Damaged(damage) if damage.lacks_key)
    }

    /// The name of the violated constraint, if the error is about one.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Unique { constraint }
            | Self::Check { constraint }
            | Self::Exclusion { constraint } => Some(constraint),
            Self::ForeignKey { constraint } => constraint.as_deref(),
            _ => None,
        }
    }

    /// Whether a transaction in which this happened can only be rolled back. PostgreSQL aborts a
    /// transaction at its first failed statement; SQLite transactions are held to the same rule,
    /// so that what passes on one cannot fail on the other. Misread rows harm nothing.
    pub(crate) fn aborts(&self) -> bool {
        !matches!(self, Self::Decode(_) | Self::Damaged(_))
    }

    /// A transaction in which a statement failed was used further.
    pub(crate) fn aborted() -> Self {
        Self::Other("the transaction was aborted by an earlier error".to_owned())
    }
}

/// A row that is there and cannot be read: what is sealed in it was changed, stands in another row's place, or is
/// under a key that is not loaded. Nothing of its content is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{table} {id} cannot be read: {why}")]
pub struct Damage {
    /// The table.
    pub table: &'static str,
    /// The row's id.
    pub id: i64,
    /// Its key is not loaded: another node rotated the keys a moment ago, or the key is gone.
    pub lacks_key: bool,
    /// What was found, for the log.
    pub why: String,
}

/// Lets the transaction wrapper ask any error whether the transaction should be run again.
pub trait Retryable {
    /// Whether running the whole transaction again may succeed.
    fn retryable(&self) -> bool;
}

impl Retryable for DbError {
    fn retryable(&self) -> bool {
        self.is_retryable()
    }
}

/// How long to wait before attempt `attempt` (counted from 1): 5 ms doubled each time, half of it
/// random so that those who collided do not collide again.
pub(crate) fn back_off(attempt: u32) -> Duration {
    let ceiling = 5_u64 << attempt.min(6);
    Duration::from_millis(ceiling / 2 + rand::random_range(0..=ceiling / 2))
}
