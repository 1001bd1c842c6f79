//! When an order should be complete.

use jiff::Timestamp;
use platform::cx::{Cx, select};
use platform::error::Error;
use sea_query::ExprTrait;

use crate::catalogue::LabTest;
use crate::items::LabOrderItem;
use crate::order::LabOrder;
use crate::turnaround::{LabPriority, Targets, due_at};

/// Counted from when the specimen was taken. What is urgent does not wait for that: until then it counts from when it was
/// ordered. A routine order has no such moment before, since its patient may come another day.
pub(crate) fn of(order: &LabOrder, targets: Vec<Targets>) -> Option<Timestamp> {
    let from = match (order.collected_at, order.priority) {
        (Some(at), _) => at,
        (None, LabPriority::Routine) => return None,
        (None, LabPriority::Urgent | LabPriority::Stat) => order.order_date,
    };
    due_at(from, order.priority, targets)
}

/// Works it out anew when the specimen was taken, or the priority is another.
pub(crate) async fn set(cx: &mut Cx, row: &mut LabOrder, before: &LabOrder) -> Result<(), Error> {
    let same = |row: &LabOrder| (row.collected_at, row.priority);
    if same(row) != same(before) {
        let targets = targets(cx, row.meta.id).await?;
        row.due_at = of(row, targets);
    }
    Ok(())
}

/// The target times of the tests of an order.
pub(crate) async fn targets(cx: &mut Cx, order: i64) -> Result<Vec<Targets>, Error> {
    let mut ordered = sea_query::Query::select();
    ordered
        .expr(LabOrderItem::lab_test)
        .from("lab_order_item")
        .and_where(LabOrderItem::lab_order.eq(order));
    let mut query = select::<LabTest>();
    query.and_where(LabTest::id.in_subquery(ordered));
    let tests: Vec<LabTest> = cx
        .unscoped("the tests of an order that the caller changes")
        .records(query)
        .await?;
    Ok(tests.iter().map(LabTest::targets).collect())
}
