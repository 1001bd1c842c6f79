//! `inventory/{id}/adjust_stock/`: adds to the simple inventory or takes from it.

use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::record::Meta;
use platform::texts::Text;
use platform::verb::{One, Verb};

use crate::access;
use crate::inventory_item::{InventoryItem, added};
use crate::rules::adjusting::{self, Direction};
use crate::stock_adjustment::{AdjustmentType, StockAdjustment};

platform::input! {
    /// What is added or taken.
    pub struct AmountInput {
        /// Whole units: positive adds, negative takes; not 0.
        amount: i64,
        /// The reason, at most 500 characters.
        reason: Option<Line<500>>,
    }
}

/// `inventory/{id}/adjust_stock/`.
#[derive(Debug)]
pub struct AdjustInventory;

impl Verb for AdjustInventory {
    type On = InventoryItem;
    type Input = AmountInput;
    type Answer = One<InventoryItem>;
    const NAME: &'static str = "adjust_stock";
    const SUMMARY: &'static str = "Add units to an inventory item, or take them";

    fn access() -> Access {
        access::pharmacist()
    }

    async fn run(
        cx: &mut Cx,
        held: InventoryItem,
        input: AmountInput,
    ) -> Result<One<InventoryItem>, Error> {
        adjusting::check(input.amount, Direction::Either, crate::MOST_UNITS)
            .map_err(|text: Text| Error::field("amount", text))?;
        let mut adjustment = StockAdjustment {
            meta: Meta::unstored(),
            medication_item: None,
            inventory_item: Some(Ref::new(held.meta.id)),
            stock_batch: None,
            adjustment_type: AdjustmentType::Other,
            quantity: input.amount,
            reason: input.reason.unwrap_or_else(|| Line::cut("-")),
            to_location: None,
            adjusted_by: cx.actor.user_id().map(Ref::new),
            adjustment_date: cx.now(),
            witness_required: false,
            witness: None,
            witnessed_at: None,
            reversed_by: None,
            reversed_at: None,
            reversal_reason: None,
            reversal_witness_required: false,
            reversal_witness: None,
            reversal_witnessed_at: None,
        };
        let item = added(cx, held, input.amount).await?;
        cx.insert(&mut adjustment).await?;
        Ok(One(item))
    }
}
