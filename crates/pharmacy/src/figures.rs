//! What the pharmacy contributes to dashboards.

use kernel::BuiltinRole::{Nurse, Pharmacist};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::figure::{self, Amount, Figure};
use platform::module::Module;
use platform::resource::Resource;
use sea_query::{Condition, ExprTrait};

use crate::dispensing_log::DispensingLog;
use crate::reports::{short_of, soon};
use crate::stock_adjustment::StockAdjustment;
use crate::stock_batch::StockBatch;

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .figure(
            Figure::new("low_stock_alerts", StockBatch::READ, |cx, _| {
                Box::pin(async move { Ok(Amount::Count(short(cx).await?)) })
            })
            .on_dashboards(&[Pharmacist]),
        )
        .figure(
            Figure::new("near_expiry_items", StockBatch::READ, |cx, _| {
                Box::pin(async move { Ok(Amount::Count(expiring(cx).await?)) })
            })
            .on_dashboards(&[Pharmacist]),
        )
        .figure(
            Figure::new(
                "pending_prescriptions",
                clinical::Prescription::READ,
                |cx, grant| {
                    Box::pin(async move {
                        use clinical::{Prescription, PrescriptionStatus as Status};
                        let open = [Status::Active, Status::PendingDispense].map(Status::as_str);
                        let open = Condition::all().add(Prescription::status.is_in(open));
                        let count = figure::count::<Prescription>(cx, &grant, Some(open)).await?;
                        Ok(Amount::Count(count))
                    })
                },
            )
            .on_dashboards(&[Pharmacist]),
        )
        .figure(
            Figure::new("awaiting_witness", DispensingLog::READ, |cx, grant| {
                Box::pin(async move {
                    let awaiting = DispensingLog::awaiting_witness();
                    let count = figure::count::<DispensingLog>(cx, &grant, Some(awaiting)).await?;
                    let grant = cx.grant_of(StockAdjustment::READ);
                    let awaiting = StockAdjustment::awaiting_witness();
                    let adjusted =
                        figure::count::<StockAdjustment>(cx, &grant, Some(awaiting)).await?;
                    Ok(Amount::Count(count + adjusted))
                })
            })
            .on_dashboards(&[Pharmacist, Nurse]),
        )
}

/// Medications of which too little can be dispensed.
async fn short(cx: &mut Cx) -> Result<i64, Error> {
    let sql = concat!("SELECT COUNT(*) FROM (", short_of!(), ") AS short");
    let today = cx.today();
    let found: Option<(i64,)> = cx
        .unscoped("a figure names no record")
        .optional(Statement::raw(sql, values([&today])))
        .await?;
    Ok(found.map_or(0, |(count,)| count))
}

/// Batches on the shelf that expire within 30 days.
async fn expiring(cx: &mut Cx) -> Result<i64, Error> {
    let (today, until) = (cx.today(), soon(cx.today(), 30));
    let found: Option<(i64,)> = cx
        .unscoped("a figure names no record")
        .optional(Statement::raw(
            "SELECT COUNT(*) FROM stock_batch \
             WHERE current_quantity > 0 AND status <> 'recalled' AND expiry_date >= $1 AND expiry_date <= $2",
            values([&today, &until]),
        ))
        .await?;
    Ok(found.map_or(0, |(count,)| count))
}
