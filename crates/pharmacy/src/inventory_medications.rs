//! `inventory/medications/`: medications in the shape of the simple inventory.

use platform::access::Permission;
use platform::cx::Cx;
use platform::db::Statement;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::operation::Operation;
use platform::resource::Resource;
use platform::route::Route;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access;
use crate::inventory_item::InventoryItem;

/// A medication as the simple inventory shows it.
#[derive(Debug, Serialize, JsonSchema)]
struct Shown {
    /// The medication.
    id: i64,
    /// Generic name of the medication.
    name: String,
    /// Further description.
    description: String,
    /// Units over all batches.
    quantity: i64,
    /// The unit that is counted.
    unit: String,
}

/// The route.
pub(crate) fn route() -> Operation {
    Route::get(InventoryItem::PATH, "inventory/medications/", |cx, call| {
        Box::pin(medications(cx, call))
    })
    .may(Permission::new(InventoryItem::PATH, "medications"), access::reader())
    .answers::<Vec<Shown>>(200)
    .summary("List medications in the shape of the simple inventory")
    .description("At most 1,000, by name. Their stock is changed at `stock-batches/` and the other pharmacy paths.")
    .done()
}

async fn medications(cx: &mut Cx, _call: &Call) -> Result<Reply, Error> {
    let rows: Vec<(i64, String, String, i64, String)> = cx
        .unscoped("the formulary is open to everybody who works with stock")
        .all(Statement::raw(
            "SELECT id, generic_name, description, total_quantity, unit_of_measure FROM medication_item \
             ORDER BY generic_name, id LIMIT 1000",
            Vec::new(),
        ))
        .await?;
    let rows: Vec<Shown> = rows
        .into_iter()
        .map(|(id, name, description, quantity, unit)| Shown {
            id,
            name,
            description,
            quantity,
            unit,
        })
        .collect();
    Reply::ok(&rows)
}
