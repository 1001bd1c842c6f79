//! People who book somebody with themselves, or record a visit or an admission of somebody, to see the record: listed for
//! a person to judge.

use contracts::TookIntoOwnCare;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Meta;
use platform::seal::Sealed;

use crate::review::AccessReview;

/// What an Admin reads as the reason begins with this.
pub(crate) const OWN: &str = "own_";

/// Asks a person, unless they are asked about these two already.
pub(crate) async fn list(cx: &mut Cx, told: TookIntoOwnCare) -> Result<(), Error> {
    let reason = match told.object_type.as_str() {
        "Appointment" => "own_booking",
        "Admission" => "own_admission",
        _ => "own_visit",
    };
    let open = r#"SELECT id FROM access_review WHERE "user" = $1 AND patient = $2 AND verdict IS NULL LIMIT 1"#;
    let open: Option<(i64,)> = cx
        .unscoped("whether a person was asked already")
        .optional(Statement::raw(open, values([&told.user, &told.patient])))
        .await?;
    if open.is_some() {
        return Ok(());
    }
    let booked = "SELECT id FROM audit_log WHERE object_type = $1 AND object_id = $2 ORDER BY id DESC LIMIT 1";
    let booked: Option<(i64,)> = cx
        .unscoped("the row of the trail that says so")
        .optional(Statement::raw(
            booked,
            values([&told.object_type, &told.object_id]),
        ))
        .await?;
    let mut row = AccessReview {
        meta: Meta::unstored(),
        user: Ref::new(told.user),
        patient: told.patient,
        seen_at: told.at,
        audit_log: booked.map(|(id,)| id).unwrap_or_default(),
        reasons: Blank::cut(reason),
        verdict: None,
        decided_at: None,
        decided_by: None,
        notes: Sealed::new(None),
        breach: None,
    };
    cx.insert(&mut row).await
}
