//! The one error of every operation.
//!
//! A stable [`Code`], a translated sentence for people, and a private cause that only the log sees.
//! Whatever has no better name is [`Error::Internal`] and is logged once, under the request's id.

use kernel::Code;
use serde_json::{Map, Value as Json};

use crate::fault::Faults;
use db::{DbError, Retryable};
use seal::SealError;
use texts::Text;

/// Why an operation did not happen.
#[derive(Debug)]
pub enum Error {
    /// The body or the query is wrong: 400 by field.
    Invalid(Faults),
    /// A rule says no: the status follows from the code.
    Refused(Box<Refusal>),
    /// A constraint of the database said no, or the database could not be reached.
    Db(DbError),
    /// Our own fault; clients learn only the request id.
    Internal(Box<dyn std::error::Error + Send + Sync>),
    /// This request was answered before under the same idempotency key: start over and replay.
    AnsweredBefore,
}

/// A refusal with its stable code.
#[derive(Debug)]
pub struct Refusal {
    /// Machine-readable and stable; implies the status.
    pub code: Code,
    /// The sentence for people.
    pub text: Text,
    /// Further keys of the answer, such as the conflicting records.
    pub facts: Map<String, Json>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u64>,
}

impl Error {
    /// A refusal with the sentence that belongs to it.
    pub fn refuse(code: Code, text: Text) -> Error {
        Error::Refused(Box::new(Refusal {
            code,
            text,
            facts: Map::new(),
            retry_after: None,
        }))
    }

    /// The record does not exist, or not for this caller.
    pub fn not_found() -> Error {
        Error::refuse(Code::NotFound, Text::new("not-found"))
    }

    /// The caller may not do this.
    pub fn denied() -> Error {
        Error::refuse(Code::PermissionDenied, Text::new("permission-denied"))
    }

    /// One field is wrong.
    pub fn field(name: &str, text: Text) -> Error {
        Error::Invalid(Faults::one(name, text))
    }

    /// Adds a fact to a refusal's answer; other errors stay as they are.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Json>) -> Error {
        if let Error::Refused(refusal) = &mut self {
            refusal.facts.insert(key.to_owned(), value.into());
        }
        self
    }

    /// Says when to try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Error {
        if let Error::Refused(refusal) = &mut self {
            refusal.retry_after = Some(seconds);
        }
        self
    }

    /// Wraps a failure that is nobody's input.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        Error::Internal(cause.into())
    }

    /// The code, where the error has one.
    pub fn code(&self) -> Option<Code> {
        match self {
            Error::Refused(refusal) => Some(refusal.code),
            _ => None,
        }
    }
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Error {
        Error::Db(error)
    }
}

impl From<Faults> for Error {
    fn from(faults: Faults) -> Error {
        Error::Invalid(faults)
    }
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Error {
        Error::internal(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Error {
        Error::internal(error)
    }
}

impl Retryable for Error {
    fn retryable(&self) -> bool {
        matches!(self, Error::Db(error) if error.is_retryable())
    }
}
