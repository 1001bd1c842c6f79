//! The second person of controlled substances: whoever moved units cannot confirm it themselves, neither that they went
//! nor that they came back.

use identity::user::User;
use kernel::Code;
use platform::cx::{Cx, column};
use platform::error::Error;
use platform::field::Ref;
use platform::texts::Text;
use sea_query::{Condition, Expr, ExprTrait};

/// What of a record a second person confirms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// That it was done.
    Done,
    /// That it was reversed, and the units are back.
    Reversed,
}

impl Deed {
    /// Which of the two is open: for each whether it has to be confirmed and by whom it was. What was reversed needs no
    /// witness any more of having been done.
    pub(crate) fn open(
        is_reversed: bool,
        done: (bool, Option<Ref<User>>),
        reversed: (bool, Option<Ref<User>>),
    ) -> Option<Deed> {
        let (deed, (required, witness)) = match is_reversed {
            false => (Deed::Done, done),
            true => (Deed::Reversed, reversed),
        };
        (required && witness.is_none()).then_some(deed)
    }
}

/// The rows of a table of which a deed is open, in the words of its indexes: a value that is bound would not find them.
pub(crate) fn awaiting(table: &'static str) -> Condition {
    let required = |name: &str| Expr::cust(format!("\"{table}\".\"{name}\""));
    let done = Condition::all()
        .add(required("witness_required"))
        .add(column(table, "witness").is_null())
        .add(column(table, "reversed_at").is_null());
    let reversed = Condition::all()
        .add(required("reversal_witness_required"))
        .add(column(table, "reversal_witness").is_null());
    Condition::any().add(done).add(reversed)
}

/// The caller, who confirms what somebody else did, and is there in person: whoever stands in for another could be the
/// one who did it.
pub(crate) fn second_person(cx: &Cx, did: Option<Ref<User>>) -> Result<Ref<User>, Error> {
    identity::in_person(cx)?;
    let user = cx.user_id()?;
    if did.is_some_and(|by| by.get() == user) {
        let text = Text::new("pharmacy-second-person");
        return Err(Error::refuse(Code::SecondPersonRequired, text));
    }
    Ok(Ref::new(user))
}
