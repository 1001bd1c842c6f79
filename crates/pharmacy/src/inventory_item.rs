//! The simple inventory that older clients use: a name and a quantity, without batches.

use kernel::Code;
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line};
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::texts::Text;

use crate::access;

platform::record! {
    /// An item of the simple inventory, such as gloves or paper: a quantity without batches and expiry dates.
    pub struct InventoryItem in "inventory_item" {
        client {
            /// Name of the item, unique, at most 255 characters.
            name: Line<255>,
            /// Further description, at most 2,000 characters.
            description: Blank<2000>,
            /// Whole units that are there, 0 or more; 0 by default.
            quantity: i64 = 0,
            /// What is counted, such as `Box` or `Each`, at most 50 characters.
            unit: Blank<50>,
        }
    }
}

impl Resource for InventoryItem {
    const PATH: &'static str = "inventory";
    const CALLED: &'static [Column<Self>] = &[InventoryItem::name];
    const ORDERING: &'static [Column<Self>] = &[InventoryItem::name, InventoryItem::quantity];
    const SEARCH: &'static [Column<Self>] = &[InventoryItem::name];
    const LIST: &'static [Column<Self>] = &[
        InventoryItem::name,
        InventoryItem::quantity,
        InventoryItem::unit,
        InventoryItem::description,
    ];
    type Extra = ();

    fn access() -> Access {
        access::stock()
    }

    fn scope(grant: &Grant) -> Scope {
        crate::everything(grant)
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    async fn prepare(_cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let most = crate::MOST_UNITS;
        if !(0..=most).contains(&change.row.quantity) {
            let text = Text::new("pharmacy-quantity")
                .with("min", 0)
                .with("max", most);
            return Err(Error::field("quantity", text));
        }
        Ok(())
    }
}

/// Adds units, or takes them when the amount is negative.
///
/// # Errors
/// 409 when fewer are there.
pub(crate) async fn add(cx: &mut Cx, id: i64, amount: i64) -> Result<(), Error> {
    let held: InventoryItem = cx.hold(id).await?;
    added(cx, held, amount).await.map(|_| ())
}

/// The same for an item that is locked already.
pub(crate) async fn added(
    cx: &mut Cx,
    held: InventoryItem,
    amount: i64,
) -> Result<InventoryItem, Error> {
    let there = held.quantity;
    let after = there.checked_add(amount).filter(|after| *after >= 0);
    let Some(after) = after else {
        let text = Text::new("pharmacy-beyond-stock")
            .with("quantity", -amount)
            .with("available", there);
        let error = Error::refuse(Code::InsufficientStock, text);
        return Err(error.with("requested", -amount).with("available", there));
    };
    platform::resource::change_by(cx, held, |row| row.quantity = after).await
}
