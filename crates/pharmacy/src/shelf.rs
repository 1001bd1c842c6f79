//! What is on the shelf: batches of one medication, read within the medication's turn.

use platform::cx::{Cx, among, select, values};
use platform::db::Statement;
use platform::error::Error;
use sea_query::{Expr, ExprTrait, Order};

use crate::rules::fefo::Held;
use crate::stock_batch::{BatchStatus, StockBatch};

/// Batches of several medications that are looked at together.
const MOST: u64 = 2000;

/// As the indexes of the shelf have it: SQLite uses those for these words only, not for a value that is bound.
pub(crate) const ON_THE_SHELF: &str = r#""stock_batch"."current_quantity" > 0"#;

impl StockBatch {
    /// The batch as the rules see it.
    pub(crate) fn held(&self) -> Held {
        Held {
            batch: self.meta.id,
            expiry_date: self.expiry_date,
            quantity: self.current_quantity,
            released: self.status == BatchStatus::Active,
        }
    }
}

/// Batches of a medication that hold units, in one place or in all, those that expire first before others.
pub(crate) async fn batches(
    cx: &mut Cx,
    item: i64,
    location: Option<i64>,
) -> Result<Vec<StockBatch>, Error> {
    let mut query = select::<StockBatch>();
    query
        .and_where(StockBatch::medication_item.eq(item))
        .and_where(Expr::cust(ON_THE_SHELF))
        .order_by(StockBatch::expiry_date, Order::Asc)
        .order_by(StockBatch::id, Order::Asc);
    if let Some(location) = location {
        query.and_where(StockBatch::location.eq(location));
    }
    cx.unscoped("the rule looks at every batch of the medication")
        .records(query)
        .await
}

/// The same of several medications, in every place.
pub(crate) async fn of_items(cx: &mut Cx, items: &[i64]) -> Result<Vec<StockBatch>, Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = select::<StockBatch>();
    query
        .and_where(among(cx.dialect(), StockBatch::medication_item, items))
        .and_where(Expr::cust(ON_THE_SHELF))
        .order_by(StockBatch::expiry_date, Order::Asc)
        .order_by(StockBatch::id, Order::Asc)
        .limit(MOST);
    cx.unscoped("whoever dispenses sees what is on the shelf")
        .records(query)
        .await
}

/// Batches in a place that hold units at a price, of several medications.
pub(crate) async fn priced(
    cx: &mut Cx,
    items: &[i64],
    location: i64,
) -> Result<Vec<StockBatch>, Error> {
    let mut query = select::<StockBatch>();
    query
        .and_where(among(cx.dialect(), StockBatch::medication_item, items))
        .and_where(Expr::cust(ON_THE_SHELF))
        .and_where(StockBatch::location.eq(location))
        .and_where(StockBatch::selling_price_per_unit.gt(0));
    cx.unscoped("whoever receives sees the price of what is on the shelf")
        .records(query)
        .await
}

/// Recalled batches of several medications, in every place.
pub(crate) async fn recalled(cx: &mut Cx, items: &[i64]) -> Result<Vec<StockBatch>, Error> {
    let mut query = select::<StockBatch>();
    query
        .and_where(among(cx.dialect(), StockBatch::medication_item, items))
        .and_where(StockBatch::status.eq(BatchStatus::Recalled.as_str()));
    cx.unscoped("whoever receives is told what was recalled")
        .records(query)
        .await
}

/// One batch by its id.
pub(crate) async fn batch(cx: &mut Cx, id: i64) -> Result<Option<StockBatch>, Error> {
    let mut query = select::<StockBatch>();
    query.and_where(StockBatch::id.eq(id));
    cx.unscoped("the operation on the batch was permitted")
        .record(query)
        .await
}

/// The words of a statement that find a number however its letters are written: what is printed on a package is typed
/// in capitals by one and in small letters by another, and is one batch.
pub(crate) fn numbered_as(number: &str) -> Expr {
    let written = Expr::from(sea_query::Func::upper(Expr::col(StockBatch::batch_number)));
    written.eq(sea_query::Func::upper(Expr::val(number)))
}

/// The batch with a number in a place; of two that were told apart by their letters before, the one written so.
pub(crate) async fn numbered(
    cx: &mut Cx,
    item: i64,
    number: &str,
    location: i64,
) -> Result<Option<StockBatch>, Error> {
    let mut query = select::<StockBatch>();
    query
        .and_where(StockBatch::medication_item.eq(item))
        .and_where(numbered_as(number))
        .and_where(StockBatch::location.eq(location))
        .order_by(StockBatch::id, Order::Asc);
    let found: Vec<StockBatch> = cx
        .unscoped("units are added to the batch that they belong to")
        .records(query)
        .await?;
    let written = found.iter().find(|batch| *batch.batch_number == *number);
    Ok(written.or(found.first()).cloned())
}

/// Whether a medication has a batch of this number in any place.
pub(crate) async fn known(cx: &mut Cx, item: i64, number: &str) -> Result<bool, Error> {
    let found: Option<(i64,)> = cx
        .unscoped("batch numbers are unique for a medication")
        .optional(Statement::raw(
            "SELECT id FROM stock_batch WHERE medication_item = $1 AND upper(batch_number) = upper($2) LIMIT 1",
            values([&item, &number.to_owned()]),
        ))
        .await?;
    Ok(found.is_some())
}
