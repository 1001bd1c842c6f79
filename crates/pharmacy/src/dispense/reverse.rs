//! Reversing a dispense: the units return to exactly the batch they came from, once.

use clinical::Prescription;
use contracts::DispenseReversed;
use kernel::Code;
use ledger::Source;
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::resource::change_by;
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::{One, Verb};

use super::prescribed;
use crate::access;
use crate::dispensing_log::DispensingLog;
use crate::stock_movement::{MovementKind, Stock};

platform::input! {
    /// Why a dispense is reversed.
    pub struct ReverseInput {
        /// Why, at most 500 characters.
        reason: Line<500>,
    }
}

/// `dispensing-logs/{id}/reverse/`.
#[derive(Debug)]
pub struct ReverseDispense;

impl Verb for ReverseDispense {
    type On = DispensingLog;
    type Input = ReverseInput;
    type Answer = One<DispensingLog>;
    const NAME: &'static str = "reverse";
    const SUMMARY: &'static str = "Reverse a dispense";
    const DESCRIPTION: &'static str = "The units return to the batch that they came from, and the prescription owes them again. A log is reversed at most once; of a controlled substance a second person confirms with `witness/` that the units are back.";
    const GRAVE: bool = true;

    fn access() -> Access {
        access::pharmacist()
    }

    fn offered(row: &DispensingLog) -> bool {
        row.reversed_at.is_none()
    }

    fn not_offered(_row: &DispensingLog) -> Error {
        Error::refuse(Code::StateConflict, Text::new("pharmacy-reversed-before"))
    }

    async fn refusal(cx: &mut Cx, row: &DispensingLog) -> Result<Error, Error> {
        let text = Text::new("pharmacy-reversed-by");
        let (by, at) = (row.reversed_by, row.reversed_at);
        identity::done_before(cx, Self::not_offered(row), text, by, at).await
    }

    async fn run(
        cx: &mut Cx,
        held: DispensingLog,
        input: ReverseInput,
    ) -> Result<One<DispensingLog>, Error> {
        if held.witness_required {
            identity::as_oneself(cx)?;
        }
        if let Some(prescription) = held.prescription {
            let prescription: Prescription = cx.hold(prescription.get()).await?;
            prescribed::add(cx, prescription, -held.quantity_dispensed, None).await?;
        }
        let turn = ledger::turn::<Stock>(cx, &[held.medication_item.get()]).await?;
        let source = Source::of::<DispensingLog>(held.meta.id);
        ledger::reverse::<Stock, DispensingLog>(cx, &turn, MovementKind::Dispense, source, source)
            .await?;
        let announced = !held.witness_required || held.witness.is_some();
        let (user, now) = (cx.actor.user_id().map(Ref::new), cx.now());
        let log = change_by(cx, held, |row| {
            row.reversed_by = user;
            row.reversed_at = Some(now);
            row.reversal_reason = Sealed::new(Blank::cut(&input.reason));
            row.reversal_witness_required = row.witness_required;
        })
        .await?;
        if announced {
            cx.emit(&DispenseReversed {
                dispensing_log: log.meta.id,
                patient: log.patient.get(),
            })?;
        }
        Ok(One(log))
    }
}
