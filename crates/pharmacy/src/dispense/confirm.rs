//! A second person confirms that a controlled substance was dispensed.

use contracts::Dispensed;
use kernel::Code;
use platform::access::Access;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::resource::change_by;
use platform::texts::Text;
use platform::verb::{One, Verb};

use crate::access;
use crate::dispensing_log::DispensingLog;
use crate::shelf;
use crate::witnessing::second_person;

/// `dispensing-logs/{id}/witness/`.
#[derive(Debug)]
pub struct Witness;

impl Verb for Witness {
    type On = DispensingLog;
    type Input = ();
    type Answer = One<DispensingLog>;
    const NAME: &'static str = "witness";
    const SUMMARY: &'static str =
        "Confirm the dispense of a controlled substance, or its reversal, as second person";
    const DESCRIPTION: &'static str = "The caller becomes the witness, and must be another user than the one who dispensed, who is there in person: neither standing in for another nor with an API key. Of a dispense that was reversed it is confirmed that the units are back, by another user than the one who reversed it.";
    const GRAVE: bool = true;

    fn access() -> Access {
        access::witness()
    }

    fn offered(row: &DispensingLog) -> bool {
        row.awaits_witness()
    }

    fn not_offered(_row: &DispensingLog) -> Error {
        Error::refuse(Code::StateConflict, Text::new("pharmacy-no-witness-needed"))
    }

    async fn refusal(cx: &mut Cx, row: &DispensingLog) -> Result<Error, Error> {
        let text = Text::new("pharmacy-witnessed-before");
        let (by, at) = match row.reversal_witness {
            Some(by) => (Some(by), row.reversal_witnessed_at),
            None => (row.witness, row.witnessed_at),
        };
        identity::done_before(cx, Self::not_offered(row), text, by, at).await
    }

    async fn run(cx: &mut Cx, held: DispensingLog, (): ()) -> Result<One<DispensingLog>, Error> {
        let witness = second_person(cx, held.entered_by())?;
        let now = cx.now();
        if held.reversed_at.is_some() {
            let log = change_by(cx, held, |row| {
                row.reversal_witness = Some(witness);
                row.reversal_witnessed_at = Some(now);
            });
            return Ok(One(log.await?));
        }
        let log = change_by(cx, held, |row| {
            row.witness = Some(witness);
            row.witnessed_at = Some(now);
        })
        .await?;
        announce(cx, &log).await?;
        Ok(One(log))
    }
}

async fn announce(cx: &mut Cx, log: &DispensingLog) -> Result<(), Error> {
    let batch = shelf::batch(cx, log.stock_batch.get())
        .await?
        .ok_or_else(|| Error::internal("a log without its batch"))?;
    let encounter: Option<(i64,)> = match log.prescription {
        Some(prescription) => {
            cx.unscoped("whoever confirms need not read the prescription")
                .optional(Statement::raw(
                    "SELECT encounter FROM prescription WHERE id = $1",
                    values([&prescription.get()]),
                ))
                .await?
        }
        None => None,
    };
    let amount = batch
        .selling_price_per_unit
        .checked_mul(log.quantity_dispensed);
    cx.emit(&Dispensed {
        dispensing_log: log.meta.id,
        patient: log.patient.get(),
        prescription: log.prescription.map(|prescription| prescription.get()),
        encounter: encounter.map(|(encounter,)| encounter),
        medication_item: log.medication_item.get(),
        quantity: log.quantity_dispensed,
        amount: amount.map_err(Error::internal)?,
        at: log.dispense_date,
    })
}
