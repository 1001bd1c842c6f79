//! `cash-sessions/{id}/takings/`: what a cashier took and gave back during a session, by method.

use kernel::Money;
use platform::access::Right;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::module::Module;
use platform::operation::Without;
use platform::route::Route;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cash_session::{CashSession, SessionStatus};
use crate::payment_method::PaymentMethod;

/// What was taken and given back in one way.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Taking {
    /// How it was paid.
    pub(crate) method: &'static str,
    /// How many payments.
    pub(crate) payments: i64,
    /// How many refunds.
    pub(crate) refunds: i64,
    /// What came in; null for cash until the drawer was counted.
    pub(crate) received: Option<Money>,
    /// What was given back; null for cash until the drawer was counted.
    pub(crate) paid_out: Option<Money>,
    /// What came in less what was given back; null for cash until the drawer was counted.
    pub(crate) net: Option<Money>,
}

/// Adds the route to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module.route(
        Route::get("cash-sessions", "cash-sessions/{id}/takings/", |cx, call| {
            Box::pin(show(cx, call))
        })
        .with::<CashSession>(Right::Read, Without::Nothing)
        .answers::<Vec<Taking>>(200)
        .summary("What was taken and given back during a session, by method")
        .description("Cash is what went through the session's drawer; of other methods, what its cashier took while it was open. Sums of cash are told only after the drawer was counted.")
        .done(),
    )
}

async fn show(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let session: CashSession = cx.load(call.id()?).await?;
    Reply::ok(&of(cx, &session).await?)
}

/// A method, its payments and refunds, its refunds, what came in and what went out.
type Row = (String, i64, i64, i64, i64);

/// By method, in the order of their names.
pub(crate) async fn of(cx: &mut Cx, session: &CashSession) -> Result<Vec<Taking>, Error> {
    let until = session.counted_at.unwrap_or_else(|| cx.now());
    let (id, cashier) = (session.meta.id, session.cashier.get());
    let rows: Vec<Row> = cx
        .unscoped("what was taken during a session that the caller sees")
        .few(Statement::raw(
            "SELECT method, COUNT(*), COUNT(refund_of), \
             CAST(SUM(CASE WHEN refund_of IS NULL THEN amount ELSE 0 END) AS bigint), \
             CAST(SUM(CASE WHEN refund_of IS NULL THEN 0 ELSE amount END) AS bigint) \
             FROM payment WHERE (method = 'Cash' AND cash_session = $1) \
             OR (method <> 'Cash' AND received_by = $2 AND payment_date >= $3 AND payment_date <= $4) \
             GROUP BY method ORDER BY method",
            values([&id, &cashier, &session.opened_at, &until]),
        ))
        .await?;
    let taking = |(name, all, refunds, received, paid_out): Row| {
        let method = PaymentMethod::from_text(&name).unwrap_or(PaymentMethod::Other);
        let told = method != PaymentMethod::Cash || session.status != SessionStatus::Open;
        let sum = |minor| Money::from_minor(minor).map_err(Error::internal);
        Ok(Taking {
            method: method.as_str(),
            payments: all - refunds,
            refunds,
            net: told.then(|| sum(received - paid_out)).transpose()?,
            received: told.then(|| sum(received)).transpose()?,
            paid_out: told.then(|| sum(paid_out)).transpose()?,
        })
    };
    rows.into_iter().map(taking).collect()
}
