//! The register of a controlled substance: every movement with the running balance, and who received, gave and
//! witnessed.

use std::collections::HashMap;

use identity::user::User;
use platform::access::Access;
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::field::Ref;
use platform::module::Module;
use platform::record::Record;
use platform::report::{DefaultPeriod, Report, ReportRequest};
use platform::serde_json::json;
use schemars::JsonSchema;
use sea_query::{ExprTrait, Order};
use serde::Serialize;

use super::movement::medication;
use crate::dispensing_log::DispensingLog;
use crate::names;
use crate::stock_adjustment::StockAdjustment;
use crate::stock_movement::StockMovement;

/// The most lines of one answer.
const MOST: u64 = 10_000;

pub(super) fn declare(module: Module) -> Module {
    module.report(
        Report::table(
            "medications/controlled_register/",
            None,
            DefaultPeriod::Year,
            |cx, asked| Box::pin(register(cx, asked)),
        )
        .may(Access::may(&[
            kernel::BuiltinRole::Admin,
            kernel::BuiltinRole::Pharmacist,
        ]))
        .patient_data()
        .query(
            "medication_id",
            json!({ "type": "integer", "minimum": 1, "x-references": "medication_item" }),
            "The medication; required.",
        )
        .summary("The register of a controlled substance, with its running balance"),
    )
}

/// One line of the register.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct RegisterLine {
    /// When it took effect, in UTC.
    at: String,
    /// Kind of movement, such as `dispense` or `receipt`.
    kind: String,
    /// Units added (positive) or taken (negative).
    delta: i64,
    /// Units of the medication after it, over all batches.
    balance: i64,
    /// Batch number as printed on the package.
    batch_number: String,
    /// The patient who received the units; null for other movements.
    patient: Option<i64>,
    /// Name of the patient; empty for other movements.
    patient_name: String,
    /// Name of the user who moved the units.
    user_name: String,
    /// Name of the second person who confirmed that the units went, or, of what was reversed, that they are back; empty until then.
    witness_name: String,
}

async fn register(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<RegisterLine>, Error> {
    let item = medication(cx, asked.call).await?;
    let mut query = select::<StockMovement>();
    query
        .and_where(StockMovement::medication_item.eq(item.id))
        .cond_where(asked.period.moments(cx, StockMovement::at))
        .order_by(StockMovement::id, Order::Asc)
        .limit(MOST);
    let rows: Vec<StockMovement> = cx
        .unscoped("the register shows every movement of the substance")
        .records(query)
        .await?;
    let logs = logs(cx, &rows).await?;
    let adjustments = witnessed(cx, &rows).await?;
    let batches = names::batches(cx, rows.iter().map(|row| row.stock_batch.get())).await?;
    let patients = patients::names(cx, logs.iter().map(|log| log.patient.get())).await?;
    let users = rows.iter().filter_map(|row| Some(row.user?.get()));
    let mut witnesses: Vec<[Option<Ref<User>>; 2]> = adjustments.values().copied().collect();
    witnesses.extend(logs.iter().map(confirmed));
    let witnesses = witnesses.into_iter().flatten().flatten();
    let users = identity::names(cx, users.chain(witnesses.map(|user| user.get()))).await?;
    for log in &logs {
        cx.saw_record(log);
    }
    if logs.is_empty() {
        cx.saw("MedicationItem", item.id, None);
    }
    let by_id: HashMap<i64, &DispensingLog> = logs.iter().map(|log| (log.meta.id, log)).collect();
    let line = |row: &StockMovement| {
        let log = by_id.get(&row.source_id).filter(|_| is_dispense(row));
        RegisterLine {
            at: row.at.to_string(),
            kind: row.kind.as_str().to_owned(),
            delta: row.delta,
            balance: row.item_balance_after,
            batch_number: names::of(&batches, row.stock_batch.get()),
            patient: log.map(|log| log.patient.get()),
            patient_name: log.map_or(String::new(), |log| names::of(&patients, log.patient.get())),
            user_name: row
                .user
                .map_or(String::new(), |user| names::of(&users, user.get())),
            // Who confirmed that the units went out did not confirm that they came back.
            witness_name: log
                .map(|log| confirmed(log))
                .or_else(|| {
                    let of_adjustment = adjustments.get(&row.source_id).copied();
                    of_adjustment.filter(|_| is_adjustment(row))
                })
                .and_then(|[went, back]| if row.reverses.is_none() { went } else { back })
                .map_or(String::new(), |user| names::of(&users, user.get())),
        }
    };
    Ok(rows.iter().map(line).collect())
}

/// Who confirmed that the units went, and that they are back.
fn confirmed(log: &DispensingLog) -> [Option<Ref<User>>; 2] {
    [log.witness, log.reversal_witness]
}

fn is_dispense(row: &StockMovement) -> bool {
    &*row.source_type == DispensingLog::NAME
}

async fn logs(cx: &mut Cx, rows: &[StockMovement]) -> Result<Vec<DispensingLog>, Error> {
    let ids: Vec<i64> = rows
        .iter()
        .filter(|row| is_dispense(row))
        .map(|row| row.source_id)
        .collect();
    let mut query = select::<DispensingLog>();
    query.and_where(platform::cx::among(
        cx.dialect(),
        column("dispensing_log", "id"),
        &ids,
    ));
    cx.unscoped("the register shows who received the substance")
        .records(query)
        .await
}

fn is_adjustment(row: &StockMovement) -> bool {
    &*row.source_type == StockAdjustment::NAME
}

/// Who confirmed the adjustments and their reversals, by their ids.
async fn witnessed(
    cx: &mut Cx,
    rows: &[StockMovement],
) -> Result<HashMap<i64, [Option<Ref<User>>; 2]>, Error> {
    let ids: Vec<i64> = rows
        .iter()
        .filter(|row| is_adjustment(row))
        .map(|row| row.source_id)
        .collect();
    let mut query = select::<StockAdjustment>();
    query.and_where(platform::cx::among(
        cx.dialect(),
        column("stock_adjustment", "id"),
        &ids,
    ));
    let rows: Vec<StockAdjustment> = cx
        .unscoped("the register shows who confirmed a change of the substance")
        .records(query)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.meta.id, [row.witness, row.reversal_witness]))
        .collect())
}
