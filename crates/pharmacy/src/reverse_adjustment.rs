//! Reversing an adjustment: its movements are undone, once.

use kernel::Code;
use ledger::{PostError, Source};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::resource::change_by;
use platform::texts::Text;
use platform::verb::{One, Verb};

use crate::access;
use crate::inventory_item;
use crate::shelf;
use crate::stock_adjustment::{StockAdjustment, beyond_stock};
use crate::stock_movement::Stock;

platform::input! {
    /// Why an adjustment is reversed.
    pub struct ReverseAdjustmentInput {
        /// Why, at most 500 characters.
        reason: Line<500>,
    }
}

/// `stock-adjustments/{id}/reverse/`.
#[derive(Debug)]
pub struct ReverseAdjustment;

impl Verb for ReverseAdjustment {
    type On = StockAdjustment;
    type Input = ReverseAdjustmentInput;
    type Answer = One<StockAdjustment>;
    const NAME: &'static str = "reverse";
    const SUMMARY: &'static str = "Reverse a stock adjustment";
    const DESCRIPTION: &'static str = "Every movement of the adjustment is undone. An adjustment is reversed at most once, and only while the units that it added are still there; of a controlled substance a second person confirms it with `witness/`.";
    const GRAVE: bool = true;

    fn access() -> Access {
        access::pharmacist()
    }

    fn offered(row: &StockAdjustment) -> bool {
        row.reversed_at.is_none()
    }

    fn not_offered(_row: &StockAdjustment) -> Error {
        Error::refuse(Code::StateConflict, Text::new("pharmacy-reversed-before"))
    }

    async fn refusal(cx: &mut Cx, row: &StockAdjustment) -> Result<Error, Error> {
        let text = Text::new("pharmacy-reversed-by");
        let (by, at) = (row.reversed_by, row.reversed_at);
        identity::done_before(cx, Self::not_offered(row), text, by, at).await
    }

    async fn run(
        cx: &mut Cx,
        held: StockAdjustment,
        input: ReverseAdjustmentInput,
    ) -> Result<One<StockAdjustment>, Error> {
        if held.witness_required {
            identity::as_oneself(cx)?;
        }
        match (held.medication_item, held.inventory_item) {
            (Some(item), _) => {
                let turn = ledger::turn::<Stock>(cx, &[item.get()]).await?;
                let source = Source::of::<StockAdjustment>(held.meta.id);
                let kind = held.adjustment_type.kind();
                let reversed =
                    ledger::reverse::<Stock, StockAdjustment>(cx, &turn, kind, source, source);
                match reversed.await {
                    Ok(_) => {}
                    Err(PostError::Refused(ledger::Refused::NotAllowed { account })) => {
                        let batch = shelf::batch(cx, account).await?;
                        let there = batch.as_ref().map_or(0, |batch| batch.current_quantity);
                        return Err(beyond_stock(batch.as_ref(), held.quantity.abs(), there));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            (None, Some(item)) => inventory_item::add(cx, item.get(), -held.quantity).await?,
            (None, None) => {}
        }
        let (user, now) = (cx.actor.user_id().map(Ref::new), cx.now());
        let row = change_by(cx, held, |row| {
            row.reversed_by = user;
            row.reversed_at = Some(now);
            row.reversal_reason = Some(input.reason);
            row.reversal_witness_required = row.witness_required;
        });
        Ok(One(row.await?))
    }
}
