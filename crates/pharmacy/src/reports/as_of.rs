//! Stock as of any past day: one look into an index for each batch, at any length of history.

use jiff::civil::Date;
use kernel::Money;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::Field;
use platform::http::call::Call;
use platform::module::Module;
use platform::report::{DefaultPeriod, Report, ReportRequest};
use platform::serde_json::{Value as Json, json};
use schemars::JsonSchema;
use serde::Serialize;

use super::valuation::money;
use crate::access;

pub(super) fn declare(module: Module) -> Module {
    module.report(
        Report::table(
            "medications/stock_as_of/",
            None,
            DefaultPeriod::Today,
            |cx, asked| Box::pin(as_of(cx, asked)),
        )
        .may(access::reader())
        .query(
            "date",
            json!({ "type": "string", "format": "date" }),
            "The day at whose end stock is told, at the hospital; today when it is left out.",
        )
        .summary("Stock of each batch at the end of a day"),
    )
}

/// A batch at the end of a day.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Stood {
    /// The `id` of the medication.
    medication_id: i64,
    /// Generic name of the medication.
    medication_name: String,
    /// The `id` of the batch.
    stock_batch: i64,
    /// Batch number as printed on the package.
    batch_number: String,
    /// The last day on which units may be used.
    expiry_date: String,
    /// Units on the shelf at the end of the day.
    quantity: i64,
    /// The quantity times the batch's unit cost.
    cost: Money,
}

async fn as_of(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<Stood>, Error> {
    let day = day(asked.call)?.unwrap_or_else(|| cx.today());
    let (_, end) = cx
        .app
        .zone
        .day_bounds(day)
        .map_err(|_| Error::field("date", platform::texts::Text::new("pharmacy-day")))?;
    let rows: Vec<(i64, String, i64, String, Date, i64, i64)> = cx
        .unscoped("stock has no owner: who may ask sees all of it")
        .all(Statement::raw(
            "SELECT item, name, batch, number, expiry, units, units * price FROM (\
             SELECT m.id AS item, m.generic_name AS name, b.id AS batch, b.batch_number AS number, b.expiry_date AS expiry, \
             b.cost_price_per_unit AS price, (SELECT v.balance_after FROM stock_movement AS v WHERE v.stock_batch = b.id AND v.at < $1 \
             ORDER BY v.at DESC, v.id DESC LIMIT 1) AS units \
             FROM stock_batch AS b JOIN medication_item AS m ON m.id = b.medication_item) AS stood \
             WHERE units > 0 ORDER BY name, item, expiry, batch",
            values([&end]),
        ))
        .await?;
    rows.into_iter()
        .map(|(item, name, batch, number, expiry, units, cost)| {
            Ok(Stood {
                medication_id: item,
                medication_name: name,
                stock_batch: batch,
                batch_number: number,
                expiry_date: expiry.to_string(),
                quantity: units,
                cost: money(cost)?,
            })
        })
        .collect()
}

fn day(call: &Call) -> Result<Option<Date>, Error> {
    let Some(text) = call
        .query("date")
        .map(str::trim)
        .filter(|text| !text.is_empty())
    else {
        return Ok(None);
    };
    let mut faults = Faults::new();
    let day = faults.note("date", Date::parse(&Json::from(text)));
    faults.into_result()?;
    Ok(day)
}
