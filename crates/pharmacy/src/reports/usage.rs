//! What was used and what was lost.

use kernel::Money;
use ledger::Weeks;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::module::Module;
use platform::report::{DefaultPeriod, Report, ReportRequest};
use schemars::JsonSchema;
use serde::Serialize;

use super::valuation::{money, worth};
use crate::access;
use crate::rules::planning::classes;
use crate::stock_movement::MovementKind;

pub(super) fn declare(module: Module) -> Module {
    module
        .report(
            Report::table("medications/consumption_patterns/", None, DefaultPeriod::Year, |cx, asked| {
                Box::pin(consumption(cx, asked))
            })
            .may(access::reader())
            .summary("Units of each medication that were dispensed, less what was reversed"),
        )
        .report(
            Report::table("medications/expiry_losses/", None, DefaultPeriod::Year, |cx, asked| {
                Box::pin(losses(cx, asked))
            })
            .may(access::reader())
            .summary("Expired units that were discarded, and what they had cost"),
        )
        .report(
            Report::table("medications/abc_analysis/", None, DefaultPeriod::Year, |cx, asked| {
                Box::pin(abc(cx, asked))
            })
            .may(access::reader())
            .summary("Medications by the value of what was dispensed: A makes up 80 %, B 15 %, C the rest"),
        )
}

/// Units that left for one purpose: the medication, its name, units, and what they had cost.
struct Left {
    item: i64,
    name: String,
    units: i64,
    cost: Money,
}

/// By batch first: there are many movements, and few batches.
pub(crate) const LEFT: &str = concat!(
    "SELECT b.medication_item, MAX(m.generic_name), CAST(-SUM(moved.units) AS bigint), \
    CAST(-SUM(",
    worth!("moved.units", "b.cost_price_per_unit"),
    ") AS bigint) FROM (\
    SELECT stock_batch, SUM(units) AS units FROM (\
    SELECT account AS stock_batch, total AS units FROM stock_week WHERE kind = $1 AND starts_at >= $2 AND starts_at < $3 \
    UNION ALL SELECT stock_batch, SUM(delta) FROM stock_movement WHERE kind = $1 AND at >= $4 AND at < $5 GROUP BY stock_batch \
    UNION ALL SELECT stock_batch, SUM(delta) FROM stock_movement WHERE kind = $1 AND at >= $6 AND at < $7 GROUP BY stock_batch\
    ) AS parts GROUP BY stock_batch) AS moved \
    JOIN stock_batch AS b ON b.id = moved.stock_batch JOIN medication_item AS m ON m.id = b.medication_item \
    GROUP BY b.medication_item ORDER BY b.medication_item"
);

async fn left(
    cx: &mut Cx,
    asked: ReportRequest<'_>,
    kind: MovementKind,
) -> Result<Vec<Left>, Error> {
    // Whole weeks are found as sums, and only the days at both ends as movements, along an index that holds all it takes.
    let (from, until) = asked.period.bounds(cx);
    let weeks = Weeks::of(from, until);
    let rows: Vec<(i64, String, i64, i64)> = cx
        .unscoped("stock has no owner: who may ask sees all of it")
        .all(Statement::raw(
            LEFT,
            values([
                &kind.as_str(),
                &weeks.whole[0],
                &weeks.whole[1],
                &weeks.before[0],
                &weeks.before[1],
                &weeks.after[0],
                &weeks.after[1],
            ]),
        ))
        .await?;
    rows.into_iter()
        .filter(|(_, _, units, _)| *units != 0)
        .map(|(item, name, units, cost)| {
            Ok(Left {
                item,
                name,
                units,
                cost: money(cost)?,
            })
        })
        .collect()
}

/// What was dispensed of one medication.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Consumption {
    /// The `id` of the medication.
    medication_id: i64,
    /// Generic name of the medication.
    medication_name: String,
    /// Units dispensed, less those that were reversed.
    total_dispensed: i64,
    /// What these units had cost, in the hospital's currency.
    cost: Money,
}

async fn consumption(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<Consumption>, Error> {
    let mut rows = left(cx, asked, MovementKind::Dispense).await?;
    rows.sort_by_key(|row| (std::cmp::Reverse(row.units), row.item));
    let rows = rows.into_iter().map(|row| Consumption {
        medication_id: row.item,
        medication_name: row.name,
        total_dispensed: row.units,
        cost: row.cost,
    });
    Ok(rows.collect())
}

/// What was discarded of one medication.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Loss {
    /// The `id` of the medication.
    medication_id: i64,
    /// Generic name of the medication.
    medication_name: String,
    /// Units discarded.
    quantity: i64,
    /// What these units had cost, in the hospital's currency.
    cost: Money,
}

async fn losses(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<Loss>, Error> {
    let mut rows = left(cx, asked, MovementKind::Expiry).await?;
    rows.sort_by_key(|row| (std::cmp::Reverse(row.cost), row.item));
    let rows = rows.into_iter().map(|row| Loss {
        medication_id: row.item,
        medication_name: row.name,
        quantity: row.units,
        cost: row.cost,
    });
    Ok(rows.collect())
}

/// The class of one medication.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Classified {
    /// The `id` of the medication.
    medication_id: i64,
    /// Generic name of the medication.
    medication_name: String,
    /// What the dispensed units had cost.
    value: Money,
    /// `A`, `B` or `C`.
    class: &'static str,
}

async fn abc(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<Classified>, Error> {
    let mut rows = left(cx, asked, MovementKind::Dispense).await?;
    rows.retain(|row| !row.cost.is_negative());
    rows.sort_by_key(|row| (std::cmp::Reverse(row.cost), row.item));
    let values: Vec<i64> = rows.iter().map(|row| row.cost.minor()).collect();
    let rows = rows
        .into_iter()
        .zip(classes(&values))
        .map(|(row, class)| Classified {
            medication_id: row.item,
            medication_name: row.name,
            value: row.cost,
            class: class.as_str(),
        });
    Ok(rows.collect())
}
