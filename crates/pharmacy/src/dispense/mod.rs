//! Dispensing: units leave batches for a patient.
//!
//! The medication's turn in the ledger is taken before anything is decided, so that what the rule reads
//! stays true until the commit; the ledger's guarded update and the table's checks hold whatever happens.

mod answer;
mod checks;
mod confirm;
mod entry;
mod prescribed;
mod reverse;
mod total;

use contracts::Dispensed;
use kernel::Money;
use ledger::{Line, Posting, Source};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::{Meta, Record};
use platform::seal::Sealed;
use platform::texts::Text;

pub use answer::{DispenseAnswer, DispensedLog};
pub(crate) use checks::asks;
pub use confirm::Witness;
pub use entry::{DispenseInput, LogInput};
pub(crate) use entry::{item_route, log_route};
pub(crate) use prescribed::overridden;
pub use reverse::{ReverseDispense, ReverseInput};

use crate::dispensing_log::DispensingLog;
use crate::item::{self, Item};
use crate::rules::fefo::{self, Taken};
use crate::set_aside;
use crate::shelf;
use crate::stock_batch::StockBatch;
use crate::stock_location::MAIN;
use crate::stock_movement::{MovementKind, Stock};

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) item: i64,
    pub(crate) patient: Option<i64>,
    pub(crate) prescription: Option<i64>,
    pub(crate) quantity: i64,
    pub(crate) batch: Option<i64>,
    pub(crate) location: Option<i64>,
    pub(crate) reason: Blank<500>,
    pub(crate) override_reason: Blank<500>,
    /// What was seen as dispensed of the prescription.
    pub(crate) already: Option<i64>,
    /// The version of the prescription that was read.
    pub(crate) prescription_version: Option<i64>,
    /// What the pharmacist says that the prescription comes to.
    pub(crate) prescription_quantity: Option<i64>,
}

/// Dispenses, from as many batches as needed.
pub(crate) async fn dispense(cx: &mut Cx, wanted: &Wanted) -> Result<DispenseAnswer, Error> {
    if wanted.quantity < 1 || wanted.quantity > crate::MOST_UNITS {
        let text = Text::new("pharmacy-quantity")
            .with("min", 1)
            .with("max", crate::MOST_UNITS);
        return Err(Error::field("quantity", text));
    }
    let item = item::find(cx, wanted.item).await?;
    if item.controlled {
        identity::as_oneself(cx)?;
    }
    let order = prescribed::hold(cx, &item, wanted).await?;
    let patient = order.patient();
    patients::check_current(cx, patient).await?;
    order.check(wanted.quantity)?;
    let overridden =
        checks::at_the_counter(cx, &item, patient, &order, &wanted.override_reason).await?;

    let turn = ledger::turn::<Stock>(cx, &[item.id]).await?;
    let named = match wanted.batch {
        Some(id) => Some(checks::named_batch(cx, &item, id).await?),
        None => None,
    };
    let place = named
        .as_ref()
        .map_or(wanted.location.unwrap_or(MAIN), |batch| {
            batch.location.get()
        });
    let shelf = shelf::batches(cx, item.id, Some(place)).await?;
    let taken = checks::allocate(cx, &item, &shelf, named.as_ref(), wanted)?;

    let mut logs = Vec::new();
    for one in &taken {
        let batch = of(&shelf, one)?;
        let log = log(cx, &turn, wanted, &item, patient, batch, one.quantity).await?;
        announce(cx, &log, &order, batch.selling_price_per_unit)?;
        logs.push((log, batch));
    }
    if let Some(prescription) = wanted.prescription {
        set_aside::take_up(cx, prescription).await?;
    }
    let owed = order.progress(cx, wanted.quantity).await?;
    let held: Vec<_> = shelf.iter().map(StockBatch::held).collect();
    let remaining = fefo::available(&held, cx.today()) - wanted.quantity;
    for (log, _) in &logs {
        cx.saw_record(log);
    }
    if let (Some(checked), Some((log, _))) = (overridden, logs.first()) {
        let source = (DispensingLog::NAME, log.meta.id);
        checked
            .note_overridden(cx, patient, source, &wanted.override_reason)
            .await?;
    }
    Ok(DispenseAnswer::of(&item, &logs, remaining, owed))
}

fn of<'a>(shelf: &'a [StockBatch], taken: &Taken) -> Result<&'a StockBatch, Error> {
    let found = shelf.iter().find(|batch| batch.meta.id == taken.batch);
    found.ok_or_else(|| Error::internal("a batch that is not on the shelf"))
}

async fn log(
    cx: &mut Cx,
    turn: &ledger::Turn<Stock>,
    wanted: &Wanted,
    item: &Item,
    patient: i64,
    batch: &StockBatch,
    quantity: i64,
) -> Result<DispensingLog, Error> {
    let mut log = DispensingLog {
        meta: Meta::unstored(),
        patient: Ref::new(patient),
        prescription: wanted.prescription.map(Ref::new),
        medication_item: Ref::new(item.id),
        stock_batch: Ref::new(batch.meta.id),
        quantity_dispensed: quantity,
        dispensed_by: cx.actor.user_id().map(Ref::new),
        dispense_date: cx.now(),
        reason: Sealed::new(wanted.reason.clone()),
        override_reason: Sealed::new(wanted.override_reason.clone()),
        witness_required: item.controlled,
        witness: None,
        witnessed_at: None,
        reversed_by: None,
        reversed_at: None,
        reversal_reason: Sealed::new(Blank::default()),
        reversal_witness_required: false,
        reversal_witness: None,
        reversal_witnessed_at: None,
    };
    cx.insert(&mut log).await?;
    let posting = Posting {
        kind: MovementKind::Dispense,
        source: Source::of::<DispensingLog>(log.meta.id),
        lines: &[Line::new(batch.meta.id, -quantity)],
    };
    ledger::post::<Stock, DispensingLog>(cx, turn, &posting)
        .await
        .map_err(|error| error.say(|_| checks::insufficient(item, quantity, 0, Some(batch))))?;
    Ok(log)
}

/// Other modules, such as billing, learn of it; of a controlled substance only once it is witnessed.
fn announce(
    cx: &mut Cx,
    log: &DispensingLog,
    order: &prescribed::Order,
    price: Money,
) -> Result<(), Error> {
    if log.witness_required && log.witness.is_none() {
        return Ok(());
    }
    let amount = price
        .checked_mul(log.quantity_dispensed)
        .map_err(Error::internal)?;
    cx.emit(&Dispensed {
        dispensing_log: log.meta.id,
        patient: log.patient.get(),
        prescription: log.prescription.map(|prescription| prescription.get()),
        encounter: order.encounter(),
        medication_item: log.medication_item.get(),
        quantity: log.quantity_dispensed,
        amount,
        at: log.dispense_date,
    })
}
