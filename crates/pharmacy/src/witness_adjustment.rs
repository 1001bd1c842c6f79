//! A second person confirms that stock of a controlled substance was adjusted.

use kernel::Code;
use platform::access::{Access, Permission};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{Resource, change_by};
use platform::texts::Text;
use platform::verb::{One, Verb};

use crate::access;
use crate::stock_adjustment::StockAdjustment;
use crate::witnessing::second_person;

/// `stock-adjustments/{id}/witness/`.
#[derive(Debug)]
pub struct WitnessAdjustment;

impl Verb for WitnessAdjustment {
    type On = StockAdjustment;
    type Input = ();
    type Answer = One<StockAdjustment>;
    const NAME: &'static str = "witness";
    const SUMMARY: &'static str =
        "Confirm an adjustment of a controlled substance, or its reversal, as second person";
    const DESCRIPTION: &'static str = "The caller becomes the witness, and must be another user than the one who adjusted, who is there in person: neither standing in for another nor with an API key. Of an adjustment that was reversed it is confirmed that its movements are undone, by another user than the one who reversed it.";
    const GRAVE: bool = true;
    const PERMISSION: Permission = Permission::new(StockAdjustment::PATH, "witness");

    fn access() -> Access {
        access::witness()
    }

    fn offered(row: &StockAdjustment) -> bool {
        row.awaits_witness()
    }

    fn not_offered(_row: &StockAdjustment) -> Error {
        Error::refuse(Code::StateConflict, Text::new("pharmacy-no-witness-needed"))
    }

    async fn refusal(cx: &mut Cx, row: &StockAdjustment) -> Result<Error, Error> {
        let text = Text::new("pharmacy-witnessed-before");
        let (by, at) = match row.reversal_witness {
            Some(by) => (Some(by), row.reversal_witnessed_at),
            None => (row.witness, row.witnessed_at),
        };
        identity::done_before(cx, Self::not_offered(row), text, by, at).await
    }

    async fn run(
        cx: &mut Cx,
        held: StockAdjustment,
        (): (),
    ) -> Result<One<StockAdjustment>, Error> {
        let witness = second_person(cx, held.entered_by())?;
        let now = cx.now();
        let row = change_by(cx, held, |row| match row.reversed_at {
            Some(_) => {
                row.reversal_witness = Some(witness);
                row.reversal_witnessed_at = Some(now);
            }
            None => {
                row.witness = Some(witness);
                row.witnessed_at = Some(now);
            }
        });
        Ok(One(row.await?))
    }
}
