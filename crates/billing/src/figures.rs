//! The numbers of dashboards and statistics.

use kernel::BuiltinRole::{Admin, Cashier, Patient};
use kernel::Money;
use platform::access::Permission;
use platform::cx::Cx;
use platform::error::Error;
use platform::figure::{self, Amount, Figure};
use platform::module::Module;
use platform::report::Period;
use platform::resource::Resource;
use sea_query::{Condition, ExprTrait};

use crate::bill::Bill;
use crate::bill_status::BillStatus;
use crate::claim::{ClaimStatus, InsuranceClaim};
use crate::ledger::turnover::{self, By};

/// Whoever may see the day's cash may see what came in today.
pub(crate) const DAILY_CASH: Permission = Permission::new("financial-reports", "daily_cash");
/// Whoever may see who pays may see what came in over all.
const PAYER_MIX: Permission = Permission::new("financial-reports", "payer_mix");

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .figure(
            Figure::new("open_bills", Bill::READ, |cx, grant| {
                Box::pin(async move {
                    let open = Condition::all().add(Bill::status.is_in([
                        BillStatus::Open.as_str(),
                        BillStatus::PartiallyPaid.as_str(),
                    ]));
                    let count = figure::count::<Bill>(cx, &grant, Some(open)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[Cashier, Patient]),
        )
        .figure(
            Figure::new("pending_claims", InsuranceClaim::READ, |cx, grant| {
                Box::pin(async move {
                    let pending = Condition::all().add(InsuranceClaim::status.is_in([
                        ClaimStatus::Draft.as_str(),
                        ClaimStatus::Submitted.as_str(),
                        ClaimStatus::Approved.as_str(),
                    ]));
                    let count = figure::count::<InsuranceClaim>(cx, &grant, Some(pending)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[Cashier]),
        )
        .figure(
            Figure::new("revenue_today", DAILY_CASH, |cx, _| {
                Box::pin(async move {
                    let today = Some(cx.today());
                    revenue(
                        cx,
                        Period {
                            start: today,
                            end: today,
                        },
                    )
                    .await
                })
            })
            .on_dashboards(&[Admin, Cashier])
            .in_statistics(),
        )
        .figure(
            Figure::new("totalRevenue", PAYER_MIX, |cx, _| {
                Box::pin(revenue(cx, Period::default()))
            })
            .in_statistics(),
        )
}

/// Payments less refunds.
async fn revenue(cx: &mut Cx, period: Period) -> Result<Amount, Error> {
    let found = turnover::of(cx, By::Payer, &period, None).await?;
    let sum = Money::sum(found.into_iter().map(|(_, turnover)| turnover.net()));
    sum.map(Amount::Money).map_err(Error::internal)
}
