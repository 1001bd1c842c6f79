//! Renewing a prescription: the same medicine once more, in place of the earlier one.

use http::StatusCode;
use kernel::BuiltinRole::{Admin, Doctor};
use kernel::Code;
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::{Body, Meta};
use platform::resource::{Change, Resource, change_by};
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::{One, Verb};

use crate::encounter::Encounter;
use crate::prescription::{Prescription, PrescriptionStatus};

platform::input! {
    /// What differs from the earlier prescription.
    pub struct RenewInput {
        /// The open encounter during which it is renewed; the earlier one's when it is left out.
        encounter: Option<Ref<Encounter>>,
        /// Another dose.
        dosage: Option<Line<100>>,
        /// Another frequency.
        frequency: Option<Line<100>>,
        /// Another duration.
        duration: Option<Line<100>>,
        /// Another quantity, in units.
        quantity: Option<i64>,
        /// Why it is renewed in spite of a severe alert; required then.
        override_reason: Option<Line<2000>>,
    }
}

/// Prescribes the same again and ends the earlier prescription.
pub struct Renew;

impl Verb for Renew {
    type On = Prescription;
    type Input = RenewInput;
    type Answer = One<Prescription>;
    const NAME: &'static str = "renew";
    const SUMMARY: &'static str = "Prescribe the same again";
    const DESCRIPTION: &'static str = "Makes a new prescription and completes the earlier one, whose medicine does not \
        count as taken twice. Allergies and interactions are checked as for every prescription.";
    const STATUS: StatusCode = StatusCode::CREATED;

    fn access() -> Access {
        Access::may(&[Admin, Doctor])
    }

    fn offered(row: &Prescription) -> bool {
        row.status != PrescriptionStatus::Cancelled
    }

    fn not_offered(row: &Prescription) -> Error {
        let text = Text::new("state-conflict").with("state", row.status.as_str());
        Error::refuse(Code::StateConflict, text).with("status", row.status.as_str())
    }

    async fn run(
        cx: &mut Cx,
        held: Prescription,
        input: RenewInput,
    ) -> Result<One<Prescription>, Error> {
        let mut renewed = renewal(&held, input);
        let mut change = Change {
            row: &mut renewed,
            before: None,
            body: &Body::default(),
        };
        Prescription::prepare(cx, &mut change).await?;
        if change.row.patient != held.patient {
            return Err(Error::field("encounter", Text::new("other-patient")));
        }
        cx.insert(change.row).await?;
        Prescription::stored(cx, &change).await?;
        if held.status.is_current() {
            change_by(cx, held, |row| row.status = PrescriptionStatus::Completed).await?;
        }
        let id = renewed.meta.id;
        cx.load(id).await.map(One)
    }
}

fn renewal(held: &Prescription, input: RenewInput) -> Prescription {
    let duration = input
        .duration
        .map(|duration| Sealed::new(Blank::cut(&duration)));
    Prescription {
        meta: Meta::unstored(),
        encounter: input.encounter.unwrap_or(held.encounter),
        dosage: input
            .dosage
            .map_or_else(|| held.dosage.clone(), Sealed::new),
        frequency: input
            .frequency
            .map_or_else(|| held.frequency.clone(), Sealed::new),
        duration: duration.unwrap_or_else(|| held.duration.clone()),
        // What the pharmacy settled for a medication at hand, and what was counted, is counted or settled anew.
        quantity: input.quantity.or_else(|| {
            let written = held.quantity_by.is_none() && !held.quantity_counted;
            held.quantity.filter(|_| written)
        }),
        quantity_by: None,
        status: PrescriptionStatus::Active,
        override_reason: Sealed::new(input.override_reason),
        quantity_dispensed: 0,
        renewed_from: Some(Ref::new(held.meta.id)),
        ..held.clone()
    }
}
