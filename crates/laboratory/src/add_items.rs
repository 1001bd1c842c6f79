//! `POST lab_orders/{id}/add_items/`: further tests for an order that the laboratory has not finished.

use clinical::encounter::{hold_open, is_open};
use http::StatusCode;
use kernel::BuiltinRole::{Admin, Doctor, LabTechnician};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::record::Body;
use platform::texts::Text;
use platform::verb::{Input, Verb};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::items;
use crate::order::{LabOrder, not_from};
use crate::view::{self, ItemView};

/// The tests to be added; each is checked against the catalogue before it is stored.
pub struct AddItemsInput {
    items: Json,
}

impl Input for AddItemsInput {
    fn parse(body: &Body) -> Result<Self, Faults> {
        match body.0.get("items") {
            Some(items) if items.as_array().is_some_and(|items| !items.is_empty()) => {
                Ok(AddItemsInput {
                    items: items.clone(),
                })
            }
            _ => Err(Faults::one(
                "items",
                Text::new("laboratory-items").with("max", items::MOST),
            )),
        }
    }

    fn schema() -> Option<Json> {
        Some(json!({
            "type": "object",
            "properties": { "items": items_schema() },
            "required": ["items"],
        }))
    }
}

/// Tests as clients name them, for the document.
fn items_schema() -> Json {
    json!({
        "type": "array",
        "minItems": 1,
        "maxItems": items::MOST,
        "description": "Tests of the catalogue to be added.",
        "items": {
            "type": "object",
            "properties": {
                "lab_test_id": { "type": "integer", "format": "int64", "description": "Id of the test in the catalogue." },
                "notes_for_lab": { "type": "string", "maxLength": 2000, "description": "Notes for the laboratory." },
            },
            "required": ["lab_test_id"],
        },
    })
}

/// What adding tests answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AddedItems {
    /// The tests that were added.
    created: Vec<ItemView>,
}

/// Adds tests to an order.
pub struct AddItems;

impl Verb for AddItems {
    type On = LabOrder;
    type Input = AddItemsInput;
    type Answer = AddedItems;
    const NAME: &'static str = "add_items";
    const SUMMARY: &'static str = "Add tests to the order";
    const STATUS: StatusCode = StatusCode::CREATED;

    fn access() -> Access {
        Access::may(&[Admin, Doctor, LabTechnician])
    }

    fn offered(row: &LabOrder) -> bool {
        row.status.is_open()
    }

    fn not_offered(row: &LabOrder) -> Error {
        not_from(row.status)
    }

    /// Not to an order of an encounter that is signed.
    async fn of_use(cx: &mut Cx, row: &LabOrder) -> Result<bool, Error> {
        is_open(cx, row.encounter.get()).await
    }

    async fn run(cx: &mut Cx, held: LabOrder, input: AddItemsInput) -> Result<AddedItems, Error> {
        hold_open(cx, held.encounter.get()).await?;
        let wanted = items::wanted(cx, Some(&input.items)).await?;
        let stored = items::store(cx, &held, wanted).await?;
        let order = items::added(cx, held.clone(), &stored).await?;
        cx.renew(&order, &held).await?;
        let created = view::of_items(cx, &stored).await?;
        Ok(AddedItems { created })
    }
}
