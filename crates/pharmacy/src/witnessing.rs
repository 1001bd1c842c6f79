//! Witnesses of controlled substances: the user who dispensed, adjusted or reversed does not confirm their own entry.

use identity::user::User;
use kernel::Code;
use platform::cx::{Cx, column};
use platform::error::Error;
use platform::field::Ref;
use platform::texts::Text;
use sea_query::{Condition, Expr, ExprTrait};

/// The rows of a table that await a witness, of the entry or of its reversal. In the words of the partial indexes, which
/// bound values would not match.
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

/// The caller as witness of what another user did. Delegates and API keys are refused: they could be the same person.
///
/// # Errors
/// 409 `second_person_required` for the user who did it, 403 for delegates and API keys.
pub(crate) fn second_person(cx: &Cx, did: Option<Ref<User>>) -> Result<Ref<User>, Error> {
    identity::in_person(cx)?;
    let user = cx.user_id()?;
    if did.is_some_and(|by| by.get() == user) {
        let text = Text::new("pharmacy-second-person");
        return Err(Error::refuse(Code::SecondPersonRequired, text));
    }
    Ok(Ref::new(user))
}
