//! What makes one doubt a delivery: an invoice that was received before, and a price that would change what is on the
//! shelf. Both are taken when it is said that they are meant.

use std::collections::{BTreeSet, HashMap, HashSet};

use kernel::{Code, Money};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::record::Body;
use platform::serde_json::json;
use platform::texts::Text;

use crate::goods_received_note::GoodsReceivedNote;
use crate::grn_item::{ACCEPT_EXPIRED, GrnItem};
use crate::stock_location::MAIN;
use crate::{names, nested, shelf};

/// What takes another delivery on the same invoice.
pub(crate) const ACCEPT_INVOICE: &str = "accept_same_invoice";
/// What takes another selling price for what is on the shelf.
pub(crate) const ACCEPT_PRICES: &str = "accept_new_prices";

/// The same delivery is not booked twice: a form that was filled in again, or two people at one delivery. Those who
/// receive from one supplier take turns, so that of two at once the second sees the first.
///
/// # Errors
/// 409 `already_recorded` with the earlier note.
pub(crate) async fn check_invoice(
    cx: &mut Cx,
    row: &GoodsReceivedNote,
    body: &Body,
) -> Result<(), Error> {
    let Some(supplier) = row.supplier.map(|supplier| supplier.get()) else {
        return Ok(());
    };
    let number = row.invoice_number.to_string();
    if number.is_empty() || nested::flag(body, ACCEPT_INVOICE) {
        return Ok(());
    }
    cx.take_turn(&[("delivery", supplier)]).await?;
    let earlier: Option<(i64, jiff::civil::Date)> = cx
        .unscoped("an invoice of a supplier is received once, whoever received it")
        .optional(Statement::raw(
            "SELECT id, grn_date FROM goods_received_note \
             WHERE supplier = $1 AND upper(invoice_number) = upper($2) AND id <> $3 ORDER BY id DESC LIMIT 1",
            values([&supplier, &number, &row.meta.id]),
        ))
        .await?;
    let Some((id, day)) = earlier else {
        return Ok(());
    };
    let text = Text::new("pharmacy-invoice-received")
        .with("invoice", number)
        .with("date", day)
        .with("id", id);
    Err(Error::refuse(Code::AlreadyRecorded, text)
        .with("goods_received_note", id)
        .with("grn_date", day.to_string()))
}

/// Units of a recalled batch go back to the supplier. Whoever takes them all the same says so; they join the batch, and
/// are not handed out.
///
/// # Errors
/// 409 `confirmation_required` with what was `recalled`.
pub(crate) async fn check_recalled(
    cx: &mut Cx,
    items: &[GrnItem],
    body: &Body,
) -> Result<(), Error> {
    if nested::flag(body, ACCEPT_EXPIRED) {
        return Ok(());
    }
    let recalled = shelf::recalled(cx, &medications(items)).await?;
    let recalled: HashSet<(i64, String)> = recalled
        .iter()
        .map(|batch| key(batch.medication_item.get(), &batch.batch_number))
        .collect();
    let is_recalled =
        |item: &&GrnItem| recalled.contains(&key(item.medication_item.get(), &item.batch_number));
    let found: Vec<String> = items
        .iter()
        .filter(is_recalled)
        .map(|item| item.batch_number.to_string())
        .collect();
    if found.is_empty() {
        return Ok(());
    }
    let text = Text::new("pharmacy-received-recalled").with("batches", found.join(", "));
    Err(Error::refuse(Code::ConfirmationRequired, text).with("recalled", json!(found)))
}

/// What was delivered, each medication once.
fn medications(items: &[GrnItem]) -> Vec<i64> {
    let all = items.iter().map(|item| item.medication_item.get());
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

/// A price that a line would change.
#[derive(Debug, PartialEq, Eq)]
struct Repriced {
    item: i64,
    batch: String,
    was: Money,
    becomes: Money,
}

/// One batch has one price, for what is on the shelf and for what comes: a line with another price changes both.
///
/// # Errors
/// 409 `confirmation_required` with the old and the new price of each batch.
pub(crate) async fn check_prices(cx: &mut Cx, items: &[GrnItem], body: &Body) -> Result<(), Error> {
    if nested::flag(body, ACCEPT_PRICES) {
        return Ok(());
    }
    let held = shelf::priced(cx, &medications(items), MAIN).await?;
    let prices = held.iter().map(|batch| {
        let key = key(batch.medication_item.get(), &batch.batch_number);
        (key, batch.selling_price_per_unit)
    });
    let lines = items.iter().filter_map(|item| {
        let batch = item.batch_number.to_string();
        Some((item.medication_item.get(), batch, item.selling_price?))
    });
    let changed = repriced(prices.collect(), lines);
    if changed.is_empty() {
        return Ok(());
    }
    let named = names::medications(cx, changed.iter().map(|one| one.item)).await?;
    let said = changed.iter().map(|one| {
        let name = names::of(&named, one.item);
        format!("{name} {}: {} → {}", one.batch, one.was, one.becomes)
    });
    let text = Text::new("pharmacy-new-prices").with("prices", said.collect::<Vec<_>>().join("; "));
    let prices = changed.iter().map(|one| {
        json!({
            "medication_item": one.item, "medication_name": names::of(&named, one.item), "batch_number": one.batch,
            "selling_price": one.was, "new_selling_price": one.becomes,
        })
    });
    let prices: Vec<_> = prices.collect();
    Err(Error::refuse(Code::ConfirmationRequired, text).with("prices", prices))
}

fn key(item: i64, number: &str) -> (i64, String) {
    (item, number.to_uppercase())
}

/// The prices that lines change, each line after the one above it: two lines of one batch have one price as well.
fn repriced(
    mut prices: HashMap<(i64, String), Money>,
    lines: impl Iterator<Item = (i64, String, Money)>,
) -> Vec<Repriced> {
    let mut changed = Vec::new();
    for (item, batch, becomes) in lines {
        match prices.insert(key(item, &batch), becomes) {
            Some(was) if was != becomes => changed.push(Repriced {
                item,
                batch,
                was,
                becomes,
            }),
            _ => {}
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_price_for_a_known_batch_is_told_and_a_first_price_is_not() {
        let money = |units| Money::from_minor(units).unwrap_or_default();
        let prices = HashMap::from([(key(7, "MO-2"), money(150))]);
        let lines = [
            (7, "mo-2".to_owned(), money(15_000)),
            (7, "MO-3".to_owned(), money(200)),
            (7, "mo-3".to_owned(), money(200)),
            (7, "MO-3".to_owned(), money(300)),
        ];
        let changed = repriced(prices, lines.into_iter());
        let said: Vec<_> = changed.iter().map(|one| (one.was, one.becomes)).collect();
        assert_eq!(
            said,
            [(money(150), money(15_000)), (money(200), money(300))]
        );
    }
}
