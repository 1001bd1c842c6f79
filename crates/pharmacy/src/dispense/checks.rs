//! Whether units may be dispensed: the shelf's rules, and the patient's safety once more at the counter.

use clinical::prescription_alert::SafetyAlert;
use clinical::prescription_drug::Drug;
use clinical::prescription_safety::{self, Checked};
use formulary::safety::Severity;
use jiff::civil::Date;
use kernel::Code;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Blank;
use platform::serde_json::json;
use platform::texts::Text;

use super::Wanted;
use super::prescribed::Order;
use crate::item::{Item, no_such};
use crate::rules::fefo::{self, Held, Taken};
use crate::shelf;
use crate::stock_batch::{BatchStatus, StockBatch};

/// The batch that was named, if it is one of the medication.
pub(super) async fn named_batch(cx: &mut Cx, item: &Item, id: i64) -> Result<StockBatch, Error> {
    let batch = shelf::batch(cx, id).await?;
    let batch = batch.ok_or_else(|| no_such("stock_batch", id))?;
    if batch.medication_item.get() != item.id {
        let text = Text::new("pharmacy-batch-of-other")
            .with("batch", &batch.batch_number)
            .with("medication", &item.name);
        return Err(Error::field("stock_batch", text));
    }
    Ok(batch)
}

/// Which batches the units are taken from.
pub(super) fn allocate(
    cx: &Cx,
    item: &Item,
    shelf: &[StockBatch],
    named: Option<&StockBatch>,
    wanted: &Wanted,
) -> Result<Vec<Taken>, Error> {
    let today = cx.today();
    let held: Vec<Held> = shelf.iter().map(StockBatch::held).collect();
    let Some(batch) = named else {
        return fefo::allocate(&held, wanted.quantity, today)
            .map_err(|short| insufficient(item, wanted.quantity, short.available, shelf.first()));
    };
    check_usable(batch, today)?;
    if batch.current_quantity < wanted.quantity {
        return Err(insufficient(
            item,
            wanted.quantity,
            batch.current_quantity,
            Some(batch),
        ));
    }
    if let Some(earlier) = fefo::passed_over(&held, batch.meta.id, today)
        && wanted.reason.is_empty()
    {
        let earlier = shelf.iter().find(|batch| batch.meta.id == earlier.batch);
        return Err(reason_required(earlier));
    }
    Ok(vec![Taken {
        batch: batch.meta.id,
        quantity: wanted.quantity,
    }])
}

fn check_usable(batch: &StockBatch, today: Date) -> Result<(), Error> {
    let refuse = |code, key| {
        let text = Text::new(key)
            .with("batch", &batch.batch_number)
            .with("date", batch.expiry_date);
        Err(Error::refuse(code, text)
            .with("stock_batch", batch.meta.id)
            .with("batch_number", batch.batch_number.to_string()))
    };
    match batch.status {
        BatchStatus::Recalled => refuse(Code::BatchBlocked, "pharmacy-batch-recalled"),
        BatchStatus::Quarantined => refuse(Code::BatchBlocked, "pharmacy-batch-quarantined"),
        BatchStatus::Active if batch.expiry_date < today => {
            refuse(Code::BatchExpired, "pharmacy-batch-expired")
        }
        BatchStatus::Active => Ok(()),
    }
}

fn reason_required(earlier: Option<&StockBatch>) -> Error {
    let number = earlier.map_or(String::new(), |batch| batch.batch_number.to_string());
    let date = earlier.map_or(String::new(), |batch| batch.expiry_date.to_string());
    let text = Text::new("pharmacy-reason-required")
        .with("batch", &number)
        .with("date", &date);
    Error::refuse(Code::ReasonRequired, text)
        .with("field", "reason")
        .with(
            "expires_first",
            json!({ "batch_number": number, "expiry_date": date }),
        )
}

/// Less is there than is asked for; names the batch and what is left.
pub(super) fn insufficient(
    item: &Item,
    wanted: i64,
    available: i64,
    batch: Option<&StockBatch>,
) -> Error {
    let number = batch.map_or(String::new(), |batch| batch.batch_number.to_string());
    let text = Text::new("pharmacy-insufficient")
        .with("medication", &item.name)
        .with("quantity", wanted)
        .with("available", available);
    Error::refuse(Code::InsufficientStock, text)
        .with("medication_item", item.id)
        .with("batch_number", number)
        .with("requested", wanted)
        .with("available", available)
}

/// Allergies, interactions and duplicates are checked again where the medicine is handed over: what was
/// learnt since it was prescribed counts, and so does what is dispensed without a prescription. An alert that
/// the prescriber overrode with a reason is not asked about again. Answers what was overridden here.
pub(super) async fn at_the_counter(
    cx: &mut Cx,
    item: &Item,
    patient: i64,
    order: &Order,
    override_reason: &Blank<500>,
) -> Result<Option<Checked>, Error> {
    let Some(drug) = Drug::item(cx, item.id).await? else {
        return Ok(None);
    };
    let except: Vec<i64> = order
        .prescription()
        .map(|row| row.meta.id)
        .into_iter()
        .collect();
    let checked = prescription_safety::check(cx, patient, &drug, &except).await?;
    if !asks(&checked.found(), &order.overridden()?) {
        return Ok(None);
    }
    if override_reason.is_empty() {
        return Err(checked.refusal(cx));
    }
    Ok(Some(checked))
}

/// Whether something was found that asks for a reason: it weighs much, and the prescriber did not override it.
pub(crate) fn asks(found: &[SafetyAlert], known: &[SafetyAlert]) -> bool {
    let interrupts =
        |alert: &SafetyAlert| Severity::parse(&alert.severity).is_some_and(Severity::interrupts);
    let is_known = |alert: &SafetyAlert| {
        let same = |other: &SafetyAlert| {
            other.kind == alert.kind && other.ingredients == alert.ingredients
        };
        known.iter().any(same)
    };
    found
        .iter()
        .any(|alert| interrupts(alert) && !is_known(alert))
}
