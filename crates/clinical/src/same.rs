//! The same thing is not recorded twice for a patient.

use kernel::Code;
use platform::cx::{Cx, select};
use platform::error::Error;
use platform::resource::Resource;
use platform::texts::Text;
use sea_query::{Expr, ExprTrait};

/// Refuses a row when the patient has another of which `same` holds. Those who record for one patient take
/// turns, so that of two at the same moment the second sees the first.
///
/// # Errors
/// 409 `already_recorded` naming the other row.
pub(crate) async fn refuse_twice<R: Resource>(
    cx: &mut Cx,
    row: &R,
    same: impl Fn(&R) -> bool,
) -> Result<(), Error> {
    let (Some(patient), Some(column)) = (row.patient_id(), R::PATIENT) else {
        return Ok(());
    };
    cx.take_turn(&[(R::TABLE, patient)]).await?;
    let mut query = select::<R>();
    query
        .and_where(Expr::col((R::TABLE, column)).eq(patient))
        .and_where(Expr::col((R::TABLE, "voided_at")).is_null())
        .and_where(Expr::col((R::TABLE, "id")).ne(row.meta().id));
    let others: Vec<R> = cx
        .unscoped("whoever may record something is told that it is recorded already")
        .records(query)
        .await?;
    match others.iter().find(|other| same(other)) {
        None => Ok(()),
        Some(other) => {
            cx.saw_record(other);
            let text = Text::new("clinical-already-recorded").with("what", other.label());
            let refusal = Error::refuse(Code::AlreadyRecorded, text.with("id", other.meta().id));
            Err(refusal
                .with("resource", R::PATH)
                .with("id", other.meta().id))
        }
    }
}
