//! Stock as of any past day, at any length of history.

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

use super::valuation::{money, worth};
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

/// What did not move since holds what it holds now. What moved before and since held what its last movement before left, and
/// such batches are few: most were used up before, or came later.
const AS_OF: &str = concat!(
    "SELECT m.id, m.generic_name, b.id, b.batch_number, b.expiry_date, stood.units, ",
    worth!("stood.units", "b.cost_price_per_unit"),
    " FROM (\
    SELECT s.id AS batch, s.current_quantity AS units FROM stock_batch AS s JOIN stock_span AS p ON p.account = s.id \
    WHERE s.current_quantity > 0 AND p.last_at < $1 \
    UNION ALL SELECT p.account, (SELECT v.balance_after FROM stock_movement AS v WHERE v.stock_batch = p.account AND v.at < $1 \
    ORDER BY v.at DESC, v.id DESC LIMIT 1) FROM stock_span AS p WHERE p.last_at >= $1 AND p.first_at < $1\
    ) AS stood JOIN stock_batch AS b ON b.id = stood.batch JOIN medication_item AS m ON m.id = b.medication_item \
    WHERE stood.units > 0 ORDER BY m.generic_name, m.id, b.expiry_date, b.id"
);

async fn as_of(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<Stood>, Error> {
    let day = day(asked.call)?.unwrap_or_else(|| cx.today());
    let (_, end) = cx
        .app
        .zone
        .day_bounds(day)
        .map_err(|_| Error::field("date", platform::texts::Text::new("pharmacy-day")))?;
    let rows: Vec<(i64, String, i64, String, Date, i64, i64)> = cx
        .unscoped("stock has no owner: who may ask sees all of it")
        .all(Statement::raw(AS_OF, values([&end])))
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
