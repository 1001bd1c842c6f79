//! What the pharmacy needs to know of a medication.

use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::texts::Text;

/// A medication, in brief.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) controlled: bool,
    pub(crate) total: i64,
    /// The strength as written, such as `500 mg`.
    pub(crate) strength: String,
    /// What stock is counted in, such as `Tablet`.
    pub(crate) unit: String,
    /// The form, such as `Tablet`.
    pub(crate) formulation: String,
}

/// One medication.
///
/// # Errors
/// 400 under `medication_item` when there is none.
pub(crate) async fn find(cx: &mut Cx, id: i64) -> Result<Item, Error> {
    let found: Option<(String, bool, i64, String, String, String)> = cx
        .unscoped("the formulary is open to everybody who works with stock")
        .optional(Statement::raw(
            "SELECT generic_name, is_controlled_substance, total_quantity, strength, unit_of_measure, formulation FROM medication_item WHERE id = $1",
            values([&id]),
        ))
        .await?;
    let (name, controlled, total, strength, unit, formulation) =
        found.ok_or_else(|| unknown(id))?;
    Ok(Item {
        id,
        name,
        controlled,
        total,
        strength,
        unit,
        formulation,
    })
}

/// The medication that a batch or a prescription is of.
pub(crate) async fn meant(
    cx: &mut Cx,
    batch: Option<i64>,
    prescription: Option<i64>,
) -> Result<i64, Error> {
    let (sql, id) = match (batch, prescription) {
        (Some(batch), _) => (
            "SELECT medication_item FROM stock_batch WHERE id = $1",
            batch,
        ),
        (None, Some(prescription)) => (
            "SELECT medication_item FROM prescription WHERE id = $1",
            prescription,
        ),
        (None, None) => return Err(Error::field("medication_item", Text::new("required"))),
    };
    let found: Option<(Option<i64>,)> = cx
        .unscoped("which medication is meant follows from batch or prescription")
        .optional(Statement::raw(sql, values([&id])))
        .await?;
    match found {
        Some((Some(item),)) => Ok(item),
        Some((None,)) => Err(Error::field("medication_item", Text::new("required"))),
        None if batch.is_some() => Err(no_such("stock_batch", id)),
        None => Err(no_such("prescription", id)),
    }
}

/// A reference to a medication that does not exist.
pub(crate) fn unknown(id: i64) -> Error {
    no_such("medication_item", id)
}

/// A reference to a record that does not exist.
pub(crate) fn no_such(field: &str, id: i64) -> Error {
    Error::field(field, Text::new("pharmacy-unknown").with("id", id))
}
