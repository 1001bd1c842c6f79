//! Goods received notes: what a delivery brought, batch by batch.

use formulary::Supplier;
use identity::user::User;
use jiff::civil::Date;
use kernel::Code;
use ledger::{Line, Posting, Source};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Column;
use platform::resource::{Besides, Change, Resource, Said, items};
use platform::serde_json::json;
use platform::texts::Text;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access;
use crate::grn_doubts;
use crate::grn_item::{self, GrnItem, GrnItemView};
use crate::names;
use crate::nested;
use crate::purchase_order::{OrderStatus, PurchaseOrder};
use crate::purchase_order_item::{self, PurchaseOrderItem};
use crate::receive::{self, Delivery};
use crate::rules::receiving::{self, Beyond, Ordered};
use crate::stock_batch::BatchStatus;
use crate::stock_location::MAIN;
use crate::stock_movement::{MovementKind, Stock};

/// Its table.
pub(crate) const TABLE: &str = "goods_received_note";

/// What takes more than was ordered.
const ACCEPT_MORE: &str = "accept_over_delivery";

platform::record! {
    /// What a delivery brought. A create takes `items` (each with `medication_item`, `batch_number`, `expiry_date`, `quantity_received`, `unit_cost` and `selling_price`) and puts their units on the shelf. A note is not changed afterwards, except for its invoice number: use stock adjustments.
    pub struct GoodsReceivedNote in "goods_received_note" {
        client {
            /// The purchase order that the delivery belongs to; null when there was none.
            purchase_order: Option<Ref<PurchaseOrder>>,
            /// The supplier; the order's supplier by default.
            supplier: Option<Ref<Supplier>>,
            /// The supplier's invoice number, at most 100 characters.
            invoice_number: Blank<100>,
        }
        server {
            /// The day on which the delivery was received, at the hospital.
            grn_date: Date = Date::ZERO,
            /// The user who received it.
            received_by: Option<Ref<User>> = None,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct NoteExtra {
    /// Name of the supplier.
    pub supplier_name: String,
    /// What was delivered.
    pub items: Vec<GrnItemView>,
}

impl Resource for GoodsReceivedNote {
    const PATH: &'static str = "goods-received-notes";
    const VERBS: &'static str = "cru";
    const BESIDES: &'static [Besides] = &[
        Besides {
            name: "items",
            verbs: "c",
            schema: || items::<GrnItem>("grn", "What was delivered."),
        },
        Besides {
            name: ACCEPT_MORE,
            verbs: "c",
            schema: || json!({ "type": "boolean", "description": "True to take what was delivered beyond the order, or was not ordered." }),
        },
        Besides {
            name: grn_item::ACCEPT_EXPIRED,
            verbs: "c",
            schema: || json!({ "type": "boolean", "description": "True to take units that have expired already, or of a batch that was recalled; they are kept apart and not handed out." }),
        },
        Besides {
            name: grn_doubts::ACCEPT_INVOICE,
            verbs: "cu",
            schema: || json!({ "type": "boolean", "description": "True for another delivery on an invoice that a note of the supplier bears already." }),
        },
        Besides {
            name: grn_doubts::ACCEPT_PRICES,
            verbs: "c",
            schema: || json!({ "type": "boolean", "description": "True to ask the new selling price for the units of the batch that are on the shelf as well." }),
        },
    ];
    const FILTERS: &'static [Column<Self>] = &[
        GoodsReceivedNote::purchase_order,
        GoodsReceivedNote::supplier,
        GoodsReceivedNote::grn_date,
    ];
    const ORDERING: &'static [Column<Self>] = &[GoodsReceivedNote::grn_date];
    const LIST: &'static [Column<Self>] = &[
        GoodsReceivedNote::grn_date,
        GoodsReceivedNote::supplier,
        GoodsReceivedNote::purchase_order,
        GoodsReceivedNote::invoice_number,
        GoodsReceivedNote::received_by,
    ];
    type Extra = NoteExtra;

    fn access() -> Access {
        access::stock()
    }

    fn called(&self) -> Vec<Said> {
        vec![
            Said::Kind,
            Said::words(&self.invoice_number),
            Said::Day(self.grn_date),
        ]
    }

    fn scope(grant: &Grant) -> Scope {
        crate::everything(grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let row = &mut *change.row;
        if let Some(before) = change.before {
            if row.purchase_order != before.purchase_order || row.supplier != before.supplier {
                let text = Text::new("pharmacy-note-settled");
                return Err(Error::refuse(Code::StateConflict, text));
            }
            if row.invoice_number != before.invoice_number {
                grn_doubts::check_invoice(cx, row, change.body).await?;
            }
            return Ok(());
        }
        let items = grn_item::parse(cx, change.body).await?;
        if items.is_empty() {
            return Err(Error::field("items", Text::new("required")));
        }
        row.grn_date = cx.today();
        row.received_by = cx.actor.user_id().map(Ref::new);
        if let Some(order) = row.purchase_order {
            let order: PurchaseOrder = cx.hold(order.get()).await?;
            if order.status == OrderStatus::Cancelled {
                let text = Text::new("pharmacy-order-cancelled");
                return Err(Error::refuse(Code::StateConflict, text));
            }
            let supplier = *row.supplier.get_or_insert(order.supplier);
            if supplier != order.supplier {
                return Err(Error::field(
                    "supplier",
                    Text::new("pharmacy-other-supplier"),
                ));
            }
            agree(cx, &order, &items, nested::flag(change.body, ACCEPT_MORE)).await?;
        }
        if row.supplier.is_none() {
            return Err(Error::field("supplier", Text::new("required")));
        }
        grn_doubts::check_invoice(cx, row, change.body).await
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        if change.before.is_some() {
            return Ok(());
        }
        let items = grn_item::parse(cx, change.body).await?;
        let delivered = units(&items);
        let medications: Vec<i64> = delivered.iter().map(|(item, _)| *item).collect();
        let turn = ledger::turn::<Stock>(cx, &medications).await?;
        grn_doubts::check_recalled(cx, &items, change.body).await?;
        grn_doubts::check_prices(cx, &items, change.body).await?;
        for item in items {
            put_away(cx, &turn, change.row, item).await?;
        }
        match change.row.purchase_order {
            Some(order) => update_order(cx, order.get(), &delivered).await,
            None => Ok(()),
        }
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<NoteExtra>, Error> {
        let suppliers = rows.iter().filter_map(|row| Some(row.supplier?.get()));
        let suppliers = names::suppliers(cx, suppliers).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
        let mut views = grn_item::of_notes(cx, &ids).await?;
        let extra = |row: &GoodsReceivedNote| NoteExtra {
            supplier_name: row.supplier.map_or(String::new(), |supplier| {
                names::of(&suppliers, supplier.get())
            }),
            items: views.remove(&row.meta.id).unwrap_or_default(),
        };
        Ok(rows.iter().map(extra).collect())
    }
}

fn units(items: &[GrnItem]) -> Vec<(i64, i64)> {
    let units = items
        .iter()
        .map(|item| (item.medication_item.get(), item.quantity_received));
    units.collect()
}

async fn lines(cx: &mut Cx, order: i64) -> Result<(Vec<PurchaseOrderItem>, Vec<Ordered>), Error> {
    let rows = purchase_order_item::rows_of(cx, &[order]).await?;
    let lines = rows.iter().map(|row| Ordered {
        line: row.meta.id,
        item: row.medication_item.get(),
        ordered: row.quantity_ordered,
        received: row.quantity_received,
    });
    let lines = lines.collect();
    Ok((rows, lines))
}

/// Compares the delivery with the order, by the sum of its lines.
async fn agree(
    cx: &mut Cx,
    order: &PurchaseOrder,
    items: &[GrnItem],
    accepted: bool,
) -> Result<(), Error> {
    let (_, lines) = lines(cx, order.meta.id).await?;
    let beyond = receiving::beyond(&lines, &units(items));
    if beyond.is_nothing() || accepted {
        return Ok(());
    }
    Err(over_delivery(cx, &beyond).await?)
}

/// Names what is beyond the order.
async fn over_delivery(cx: &mut Cx, beyond: &Beyond) -> Result<Error, Error> {
    let ids = beyond.over.iter().map(|(item, _, _)| *item);
    let ids: Vec<i64> = ids.chain(beyond.unordered.iter().copied()).collect();
    let named = names::medications(cx, ids.iter().copied()).await?;
    let list: Vec<String> = ids.iter().map(|id| names::of(&named, *id)).collect();
    let over = beyond.over.iter().map(|(item, open, delivered)| {
        json!({ "medication_item": item, "medication_name": names::of(&named, *item), "outstanding": open, "delivered": delivered })
    });
    let over: Vec<_> = over.collect();
    let unordered = beyond.unordered.iter().map(
        |item| json!({ "medication_item": item, "medication_name": names::of(&named, *item) }),
    );
    let unordered: Vec<_> = unordered.collect();
    let text = Text::new("pharmacy-over-delivery").with("medications", list.join(", "));
    Ok(Error::refuse(Code::OverDelivery, text)
        .with("over_delivered", over)
        .with("not_ordered", unordered))
}

/// Puts the units of one line on the shelf.
async fn put_away(
    cx: &mut Cx,
    turn: &ledger::Turn<Stock>,
    note: &GoodsReceivedNote,
    mut item: GrnItem,
) -> Result<(), Error> {
    // What has expired was taken knowingly, and is not to be handed out.
    let status = match item.expiry_date < cx.today() {
        true => BatchStatus::Quarantined,
        false => BatchStatus::Active,
    };
    let delivery = Delivery {
        item: item.medication_item.get(),
        batch_number: item.batch_number.clone(),
        expiry_date: item.expiry_date,
        quantity: item.quantity_received,
        unit_cost: item.unit_cost,
        selling_price: item.selling_price,
        location: MAIN,
        supplier: note.supplier.map(|supplier| supplier.get()),
        status,
        reprices: true,
    };
    let batch = receive::place(cx, turn, &delivery).await?;
    item.grn = Ref::new(note.meta.id);
    item.stock_batch = Some(Ref::new(batch.meta.id));
    cx.insert(&mut item).await?;
    let posting = Posting {
        kind: MovementKind::Receipt,
        source: Source::of::<GrnItem>(item.meta.id),
        lines: &[Line::new(batch.meta.id, item.quantity_received)],
    };
    ledger::post::<Stock, GrnItem>(cx, turn, &posting).await?;
    Ok(())
}

/// Notes on the order what came. What goes back to the supplier later does not reopen it.
async fn update_order(cx: &mut Cx, order: i64, delivered: &[(i64, i64)]) -> Result<(), Error> {
    let (rows, mut lines) = lines(cx, order).await?;
    for (id, units) in receiving::spread(&lines, delivered) {
        if let Some(before) = rows.iter().find(|row| row.meta.id == id) {
            let mut row = before.clone();
            row.quantity_received = row.quantity_received.saturating_add(units);
            cx.update(&mut row, before).await?;
        }
        for line in lines.iter_mut().filter(|line| line.line == id) {
            line.received = line.received.saturating_add(units);
        }
    }
    let before: PurchaseOrder = cx.hold(order).await?;
    let mut row = before.clone();
    row.status = if receiving::complete(&lines) {
        OrderStatus::Received
    } else {
        OrderStatus::PartiallyReceived
    };
    cx.update(&mut row, &before).await
}
