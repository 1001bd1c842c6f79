//! What the stock is worth.

use kernel::Money;
use platform::cx::Cx;
use platform::db::Statement;
use platform::error::Error;
use platform::module::Module;
use platform::report::{DefaultPeriod, Report};
use schemars::JsonSchema;
use serde::Serialize;

use crate::access;

pub(super) fn declare(module: Module) -> Module {
    module
        .report(
            Report::one(
                "medications/stock_valuation/",
                DefaultPeriod::Today,
                |cx, _| Box::pin(total(cx)),
            )
            .may(access::reader())
            .summary("What the stock on the shelf cost"),
        )
        .report(
            Report::table(
                "medications/valuation_by_item/",
                None,
                DefaultPeriod::Today,
                |cx, _| Box::pin(by_item(cx)),
            )
            .may(access::reader())
            .summary("What the stock of each medication cost"),
        )
}

/// Units times a price, in minor units. Far more than a batch may be worth is told as 10^16, so that no sum of a report
/// exceeds 64 bits, whatever was counted.
macro_rules! worth {
    ($units:literal, $price:literal) => {
        concat!(
            "CASE WHEN ABS(",
            $units,
            ") > 10000000000000000 / NULLIF(",
            $price,
            ", 0) \
             THEN CASE WHEN ",
            $units,
            " < 0 THEN -10000000000000000 ELSE 10000000000000000 END \
             ELSE ",
            $units,
            " * ",
            $price,
            " END"
        )
    };
}
pub(super) use worth;

/// What the stock is worth now.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Valuation {
    /// Current quantities times unit costs, over all batches.
    total_stock_valuation: Money,
}

async fn total(cx: &mut Cx) -> Result<Valuation, Error> {
    let found: Option<(i64,)> = cx
        .unscoped("a total names no record")
        .optional(Statement::raw(
            concat!(
                "SELECT CAST(COALESCE(SUM(",
                worth!("current_quantity", "cost_price_per_unit"),
                "), 0) AS bigint) \
                 FROM stock_batch WHERE current_quantity > 0"
            ),
            Vec::new(),
        ))
        .await?;
    Ok(Valuation {
        total_stock_valuation: money(found.map_or(0, |(minor,)| minor))?,
    })
}

/// What one medication's stock is worth now.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct ItemValuation {
    /// The medication.
    medication_item: i64,
    /// Generic name of the medication.
    medication_name: String,
    /// Units on the shelf.
    quantity: i64,
    /// Current quantities times unit costs.
    cost: Money,
    /// Current quantities times selling prices.
    selling_value: Money,
}

async fn by_item(cx: &mut Cx) -> Result<Vec<ItemValuation>, Error> {
    let rows: Vec<(i64, String, i64, i64, i64)> = cx
        .unscoped("stock has no owner: who may ask sees all of it")
        .all(Statement::raw(
            concat!(
                "SELECT m.id, m.generic_name, CAST(SUM(b.current_quantity) AS bigint), \
                 CAST(SUM(", worth!("b.current_quantity", "b.cost_price_per_unit"), ") AS bigint), \
                 CAST(SUM(", worth!("b.current_quantity", "b.selling_price_per_unit"), ") AS bigint) \
                 FROM stock_batch AS b JOIN medication_item AS m ON m.id = b.medication_item \
                 WHERE b.current_quantity > 0 GROUP BY m.id, m.generic_name ORDER BY m.generic_name, m.id"
            ),
            Vec::new(),
        ))
        .await?;
    rows.into_iter()
        .map(|(id, name, quantity, cost, selling)| {
            Ok(ItemValuation {
                medication_item: id,
                medication_name: name,
                quantity,
                cost: money(cost)?,
                selling_value: money(selling)?,
            })
        })
        .collect()
}

/// An amount that was summed up in minor units.
pub(super) fn money(minor: i64) -> Result<Money, Error> {
    Money::from_minor(minor).map_err(Error::internal)
}
