//! What follows from the review of an order: its alarms are acknowledged, and guideline reminders learn what was done.

use clinical::care_event::{self, CareKind};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;

use crate::critical;
use crate::order::LabOrder;

/// See the [module](self).
pub(crate) async fn follow(cx: &mut Cx, order: &LabOrder) -> Result<(), Error> {
    critical::reviewed(cx, order).await?;
    let done_on = cx
        .app
        .zone
        .today(order.collected_at.unwrap_or(order.order_date));
    let (id, patient) = (order.meta.id, order.patient.get());
    // A review after a correction notes nothing twice.
    let statement = Statement::raw(
        "SELECT DISTINCT t.test_code FROM lab_order_item i JOIN lab_test t ON t.id = i.lab_test \
         WHERE i.lab_order = $1 AND i.voided_at IS NULL \
         AND EXISTS (SELECT 1 FROM lab_result_value v WHERE v.lab_order_item = i.id AND v.voided_at IS NULL) \
         AND NOT EXISTS (SELECT 1 FROM care_event c WHERE c.patient = $2 AND c.kind = $3 AND c.code = t.test_code \
         AND c.done_on = $4 AND c.voided_at IS NULL)",
        values([&id, &patient, &CareKind::Lab.as_str(), &done_on]),
    );
    let codes: Vec<(String,)> = cx
        .unscoped("the tests of an order that the caller reviews")
        .all(statement)
        .await?;
    for (code,) in codes {
        care_event::note(cx, patient, CareKind::Lab, &code, done_on).await?;
    }
    Ok(())
}
