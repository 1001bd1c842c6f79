//! Units that come: into the batch that they belong to, or into a new one.

use jiff::civil::Date;
use kernel::Money;
use ledger::Turn;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Line as Text100, Ref};
use platform::record::Meta;
use platform::texts::Text;

use crate::rules::planning::average_cost;
use crate::shelf;
use crate::stock_batch::{BatchStatus, StockBatch, check_worth};
use crate::stock_movement::Stock;

/// Units of one batch that come to a place.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) item: i64,
    pub(crate) batch_number: Text100<100>,
    pub(crate) expiry_date: Date,
    pub(crate) quantity: i64,
    pub(crate) unit_cost: Option<Money>,
    pub(crate) selling_price: Option<Money>,
    pub(crate) location: i64,
    pub(crate) supplier: Option<i64>,
    /// Blocked units block the batch that they are put to.
    pub(crate) status: BatchStatus,
    /// The selling price counts for what is on the shelf already as well.
    pub(crate) reprices: bool,
}

/// Finds or makes the batch for a delivery, with its prices: the cost becomes the average over what is on
/// the shelf and what comes; whether the selling price counts for what is there the delivery says. The units are posted
/// by the caller.
///
/// # Errors
/// 400 under `expiry_date` when the batch is known with another expiry date.
pub(crate) async fn place(
    cx: &mut Cx,
    _turn: &Turn<Stock>,
    delivery: &Delivery,
) -> Result<StockBatch, Error> {
    let known =
        shelf::numbered(cx, delivery.item, &delivery.batch_number, delivery.location).await?;
    let Some(before) = known else {
        return create(cx, delivery).await;
    };
    if before.expiry_date != delivery.expiry_date {
        let text = Text::new("pharmacy-other-expiry")
            .with("batch", &before.batch_number)
            .with("date", before.expiry_date);
        return Err(Error::field("expiry_date", text));
    }
    let mut row = before.clone();
    row.quantity_received = row.quantity_received.saturating_add(delivery.quantity);
    if let Some(price) = delivery.unit_cost {
        let held = (before.current_quantity, before.cost_price_per_unit);
        row.cost_price_per_unit =
            average_cost(held, (delivery.quantity, price)).map_err(Error::internal)?;
    }
    if let Some(price) = delivery.selling_price
        && (delivery.reprices || !is_priced(&before))
    {
        row.selling_price_per_unit = price;
    }
    if delivery.status == BatchStatus::Quarantined && before.status == BatchStatus::Active {
        row.status = BatchStatus::Quarantined;
    }
    check_worth(&row)?;
    cx.update(&mut row, &before).await?;
    Ok(row)
}

/// Units are on the shelf at a price, so that another price is one for them too.
fn is_priced(batch: &StockBatch) -> bool {
    batch.current_quantity > 0 && batch.selling_price_per_unit != Money::ZERO
}

async fn create(cx: &mut Cx, delivery: &Delivery) -> Result<StockBatch, Error> {
    let supplier = match delivery.supplier {
        Some(supplier) => Some(Ref::new(supplier)),
        None => supplier_of(cx, delivery.item).await?,
    };
    let mut row = StockBatch {
        meta: Meta::unstored(),
        medication_item: Ref::new(delivery.item),
        batch_number: delivery.batch_number.clone(),
        expiry_date: delivery.expiry_date,
        quantity_received: delivery.quantity,
        cost_price_per_unit: delivery.unit_cost.unwrap_or_default(),
        selling_price_per_unit: delivery.selling_price.unwrap_or_default(),
        status: delivery.status,
        location: Ref::new(delivery.location),
        current_quantity: 0,
        received_date: cx.today(),
        supplier,
        expiry_reason: None,
    };
    check_worth(&row)?;
    cx.insert(&mut row).await?;
    Ok(row)
}

/// The usual supplier of a medication.
pub(crate) async fn supplier_of(
    cx: &mut Cx,
    item: i64,
) -> Result<Option<Ref<formulary::Supplier>>, Error> {
    let found: Option<(Option<i64>,)> = cx
        .unscoped("who usually supplies a medication is part of the formulary")
        .optional(Statement::raw(
            "SELECT supplier FROM medication_item WHERE id = $1",
            values([&item]),
        ))
        .await?;
    Ok(found.and_then(|(supplier,)| supplier).map(Ref::new))
}
