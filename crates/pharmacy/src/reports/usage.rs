//! What was used and what was lost.

use kernel::Money;
use platform::cx::Cx;
use platform::db::Statement;
use platform::error::Error;
use platform::module::Module;
use platform::report::{DefaultPeriod, Report, ReportRequest};
use schemars::JsonSchema;
use sea_query::{Expr, ExprTrait, Order, Query};
use serde::Serialize;

use super::valuation::money;
use crate::access;
use crate::rules::planning::classes;
use crate::stock_batch::StockBatch;
use crate::stock_movement::{MovementKind, StockMovement};

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

async fn left(
    cx: &mut Cx,
    asked: ReportRequest<'_>,
    kind: MovementKind,
) -> Result<Vec<Left>, Error> {
    // By batch first, along an index that holds all it takes: there are many movements, and few batches.
    let mut moved = Query::select();
    moved
        .column(StockMovement::stock_batch)
        .expr_as(Expr::cust(r#"SUM("stock_movement"."delta")"#), "units")
        .from("stock_movement")
        .and_where(StockMovement::kind.eq(kind.as_str()))
        .cond_where(asked.period.moments(cx, StockMovement::at))
        .group_by_col(StockMovement::stock_batch);
    let mut query = Query::select();
    query
        .column(StockBatch::medication_item)
        .expr(Expr::cust(r#"MAX("medication_item"."generic_name")"#))
        .expr(Expr::cust(r#"CAST(-SUM("moved"."units") AS bigint)"#))
        .expr(Expr::cust(
            r#"CAST(-SUM("moved"."units" * "stock_batch"."cost_price_per_unit") AS bigint)"#,
        ))
        .from_subquery(moved, "moved")
        .inner_join(
            "stock_batch",
            Expr::col(StockBatch::id).equals(("moved", "stock_batch")),
        )
        .inner_join(
            "medication_item",
            Expr::col(formulary::MedicationItem::id).equals(StockBatch::medication_item),
        )
        .group_by_col(StockBatch::medication_item)
        .order_by(StockBatch::medication_item, Order::Asc);
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, String, i64, i64)> = cx
        .unscoped("stock has no owner: who may ask sees all of it")
        .all(statement)
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
