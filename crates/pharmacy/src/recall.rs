//! `stock-batches/{id}/recall/`: blocks a batch in every place, and names the patients who received it.

use jiff::Timestamp;
use platform::access::Access;
use platform::cx::{Cx, select, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::Line;
use platform::record::Record;
use platform::verb::Verb;
use schemars::JsonSchema;
use sea_query::{ExprTrait, Order};
use serde::Serialize;

use crate::access;
use crate::dispensing_log::DispensingLog;
use crate::names;
use crate::shelf;
use crate::stock_batch::{BatchStatus, StockBatch};
use crate::stock_movement::Stock;

/// The most patients that one answer names.
const MOST: i64 = 10_000;

platform::input! {
    /// Why a batch is recalled.
    pub struct RecallInput {
        /// The reason, for instance the manufacturer's notice; at most 500 characters.
        reason: Line<500>,
    }
}

/// What was recalled.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Recalled {
    /// Always `recalled`.
    pub status: &'static str,
    /// Batch number as printed on the package.
    pub batch_number: String,
    /// The batch in every place that it was in.
    pub stock_batches: Vec<i64>,
    /// Units on the shelf that are blocked now.
    pub quantity_blocked: i64,
    /// Who received units of the batch, the latest first.
    pub recipients: Vec<Recipient>,
}

/// A patient who received units of the batch.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Recipient {
    /// The `id` of the dispensing log.
    pub dispensing_log: i64,
    /// The patient who received the units.
    pub patient: i64,
    /// Another name of `patient`.
    pub patient_id: i64,
    /// Name of the patient.
    pub patient_name: String,
    /// Whole units that the patient received.
    pub quantity_dispensed: i64,
    /// When they were dispensed.
    pub dispense_date: String,
}

/// `POST stock-batches/{id}/recall/`.
pub struct Recall;

impl Verb for Recall {
    type On = StockBatch;
    type Input = RecallInput;
    type Answer = Recalled;
    const NAME: &'static str = "recall";
    const SUMMARY: &'static str = "Recall a batch everywhere and list who received it";
    const DESCRIPTION: &'static str = "Every batch of the medication with the same number is blocked in every place, at once and for good. A second call answers the same list.";
    const GRAVE: bool = true;
    const PATIENT_DATA: bool = true;
    // The medication's turn in the ledger is taken before its batches: whoever has the turn may be changing them.
    const HOLDS: bool = false;

    fn access() -> Access {
        access::pharmacist()
    }

    async fn run(cx: &mut Cx, named: StockBatch, input: RecallInput) -> Result<Recalled, Error> {
        let item = named.medication_item.get();
        // Within the turn nobody dispenses: everybody who received units is on the list.
        ledger::turn::<Stock>(cx, &[item]).await?;
        let batches = everywhere(cx, item, &named.batch_number).await?;
        for before in batches
            .iter()
            .filter(|batch| batch.status != BatchStatus::Recalled)
        {
            let mut row = before.clone();
            row.status = BatchStatus::Recalled;
            cx.update(&mut row, before).await?;
        }
        let recipients = recipients(cx, item, &named.batch_number).await?;
        cx.seen_as(platform::audit::Action::Other, &input.reason);
        Ok(Recalled {
            status: BatchStatus::Recalled.as_str(),
            batch_number: named.batch_number.to_string(),
            stock_batches: batches.iter().map(|batch| batch.meta.id).collect(),
            quantity_blocked: batches.iter().map(|batch| batch.current_quantity).sum(),
            recipients,
        })
    }
}

/// The batch in every place that it is in.
async fn everywhere(cx: &mut Cx, item: i64, number: &str) -> Result<Vec<StockBatch>, Error> {
    let mut query = select::<StockBatch>();
    query
        .and_where(StockBatch::medication_item.eq(item))
        .and_where(shelf::numbered_as(number))
        .order_by(StockBatch::id, Order::Asc);
    cx.unscoped("a recall concerns the batch in every place")
        .records(query)
        .await
}

async fn recipients(cx: &mut Cx, item: i64, number: &str) -> Result<Vec<Recipient>, Error> {
    let rows: Vec<(i64, i64, i64, Timestamp)> = cx
        .unscoped("whoever recalls a batch has to reach everybody who received it")
        .all(Statement::raw(
            "SELECT l.id, l.patient, l.quantity_dispensed, l.dispense_date FROM dispensing_log AS l \
             JOIN stock_batch AS b ON b.id = l.stock_batch \
             WHERE b.medication_item = $1 AND upper(b.batch_number) = upper($2) AND l.reversed_at IS NULL AND l.voided_at IS NULL \
             ORDER BY l.id DESC LIMIT $3",
            values([&item, &number.to_owned(), &MOST]),
        ))
        .await?;
    let named = patients::names(cx, rows.iter().map(|(_, patient, _, _)| *patient)).await?;
    let mut recipients = Vec::with_capacity(rows.len());
    for (log, patient, quantity, at) in rows {
        cx.saw(DispensingLog::NAME, log, Some(patient));
        recipients.push(Recipient {
            dispensing_log: log,
            patient,
            patient_id: patient,
            patient_name: names::of(&named, patient),
            quantity_dispensed: quantity,
            dispense_date: at.to_string(),
        });
    }
    Ok(recipients)
}
