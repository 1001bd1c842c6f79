//! Why a posting is refused.

use kernel::Code;
use platform::error::Error;
use platform::texts::Text;

/// A rule of the ledger that a posting breaks. Nothing of it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There are no lines.
    #[error("a posting without lines")]
    Empty,
    /// A line moves nothing.
    #[error("a line of zero")]
    Zero,
    /// The lines of a balanced book do not add up to zero.
    #[error("the lines differ by {difference}")]
    Unbalanced {
        /// What they add up to.
        difference: i64,
    },
    /// Beyond 64 bits.
    #[error("an amount out of range")]
    OutOfRange,
    /// The account does not exist, or its balance would leave the allowed range.
    #[error("account {account} does not allow this balance")]
    NotAllowed {
        /// The account.
        account: i64,
    },
    /// There is nothing to reverse.
    #[error("nothing was posted")]
    NothingPosted,
    /// What was to be reversed has been reversed before.
    #[error("reversed before")]
    ReversedBefore,
}

/// A posting that did not take place. Let it end the unit of work: lines before the refused one are undone
/// with the transaction.
#[derive(Debug)]
pub enum PostError {
    /// A rule of the ledger says no.
    Refused(Refused),
    /// The database failed.
    Failed(Error),
}

impl PostError {
    /// The error for clients, with the module's own words for a refusal.
    pub fn say(self, words: impl FnOnce(Refused) -> Error) -> Error {
        match self {
            PostError::Refused(refused) => words(refused),
            PostError::Failed(error) => error,
        }
    }
}

impl From<Refused> for PostError {
    fn from(refused: Refused) -> PostError {
        PostError::Refused(refused)
    }
}

impl From<Error> for PostError {
    fn from(error: Error) -> PostError {
        PostError::Failed(error)
    }
}

/// A refusal that a module has no words for is a conflict, or a defect where no client can cause it.
impl From<PostError> for Error {
    fn from(error: PostError) -> Error {
        error.say(|refused| match refused {
            Refused::NotAllowed { .. } | Refused::ReversedBefore | Refused::OutOfRange => {
                Error::refuse(Code::Conflict, Text::new("conflict"))
            }
            defect => Error::internal(defect),
        })
    }
}
