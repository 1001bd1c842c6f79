//! A second person confirms that stock of a controlled substance was adjusted.

use kernel::Code;
use platform::access::{Access, Permission};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Ref;
use platform::resource::{Resource, change_by};
use platform::texts::Text;
use platform::verb::{One, Verb};

use crate::access;
use crate::stock_adjustment::StockAdjustment;

/// `stock-adjustments/{id}/witness/`.
#[derive(Debug)]
pub struct WitnessAdjustment;

impl Verb for WitnessAdjustment {
    type On = StockAdjustment;
    type Input = ();
    type Answer = One<StockAdjustment>;
    const NAME: &'static str = "witness";
    const SUMMARY: &'static str =
        "Confirm an adjustment of a controlled substance as second person";
    const DESCRIPTION: &'static str = "The caller becomes the witness, and must be another user than the one who adjusted, who is there in person: neither standing in for another nor with an API key.";
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
        let (by, at) = (row.witness, row.witnessed_at);
        identity::done_before(cx, Self::not_offered(row), text, by, at).await
    }

    async fn run(
        cx: &mut Cx,
        held: StockAdjustment,
        (): (),
    ) -> Result<One<StockAdjustment>, Error> {
        // Whoever stands in for somebody could be the one who adjusted.
        identity::in_person(cx)?;
        let user = cx.user_id()?;
        if held.adjusted_by.is_some_and(|by| by.get() == user) {
            let text = Text::new("pharmacy-second-person");
            return Err(Error::refuse(Code::SecondPersonRequired, text));
        }
        let now = cx.now();
        let row = change_by(cx, held, |row| {
            row.witness = Some(Ref::new(user));
            row.witnessed_at = Some(now);
        });
        Ok(One(row.await?))
    }
}
