//! Doctors who book somebody with themselves to see the record: listed for a person to judge.

use contracts::BookedWithOneself;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Meta;
use platform::seal::Sealed;

use crate::review::AccessReview;

/// What an Admin reads as the reason.
const REASON: &str = "own_booking";

/// Asks a person, unless they are asked about these two already.
pub(crate) async fn list(cx: &mut Cx, told: BookedWithOneself) -> Result<(), Error> {
    let open = r#"SELECT id FROM access_review WHERE "user" = $1 AND patient = $2 AND verdict IS NULL LIMIT 1"#;
    let open: Option<(i64,)> = cx
        .unscoped("whether a person was asked already")
        .optional(Statement::raw(open, values([&told.doctor, &told.patient])))
        .await?;
    if open.is_some() {
        return Ok(());
    }
    let booked = "SELECT id FROM audit_log WHERE object_type = 'Appointment' AND object_id = $1 ORDER BY id DESC LIMIT 1";
    let booked: Option<(i64,)> = cx
        .unscoped("the row of the trail that says so")
        .optional(Statement::raw(booked, values([&told.appointment])))
        .await?;
    let mut row = AccessReview {
        meta: Meta::unstored(),
        user: Ref::new(told.doctor),
        patient: told.patient,
        seen_at: told.at,
        audit_log: booked.map(|(id,)| id).unwrap_or_default(),
        reasons: Blank::cut(REASON),
        verdict: None,
        decided_at: None,
        decided_by: None,
        notes: Sealed::new(None),
        breach: None,
    };
    cx.insert(&mut row).await
}
