//! Items of purchase orders.

use std::collections::HashMap;

use formulary::MedicationItem;
use kernel::Money;
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, among, select};
use platform::error::Error;
use platform::field::Ref;
use platform::record::{Body, Column, Record};
use platform::resource::{Change, Resource};
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{ExprTrait, Order};
use serde::Serialize;

use crate::access;
use crate::names;
use crate::nested;
use crate::purchase_order::{PurchaseOrder, settled};
use crate::rules::order_state::editable;

platform::record! {
    /// Units of one medication on a purchase order.
    pub struct PurchaseOrderItem in "purchase_order_item" {
        client {
            /// The order that the line is on.
            purchase_order: Ref<PurchaseOrder>,
            /// The medication.
            medication_item: Ref<MedicationItem>,
            /// Whole units ordered, at least 1.
            quantity_ordered: i64,
            /// Estimated cost of one unit, in the hospital's currency; null when unknown.
            unit_cost_estimated: Option<Money>,
        }
        server {
            /// Whole units delivered so far.
            quantity_received: i64 = 0,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct OrderItemExtra {
    /// Generic name of the medication.
    pub name: String,
    /// Name of the medication; another name of `name`.
    pub medication_name: String,
    /// Units ordered times the estimated unit cost.
    pub total_cost: Money,
}

impl Resource for PurchaseOrderItem {
    const PATH: &'static str = "purchase-order-items";
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[
        ("quantity", PurchaseOrderItem::quantity_ordered),
        ("unit_cost", PurchaseOrderItem::unit_cost_estimated),
    ];
    const FILTERS: &'static [Column<Self>] = &[
        PurchaseOrderItem::purchase_order,
        PurchaseOrderItem::medication_item,
    ];
    const LIST: &'static [Column<Self>] = &[
        PurchaseOrderItem::purchase_order,
        PurchaseOrderItem::medication_item,
        PurchaseOrderItem::quantity_ordered,
        PurchaseOrderItem::quantity_received,
        PurchaseOrderItem::unit_cost_estimated,
    ];
    type Extra = OrderItemExtra;

    fn access() -> Access {
        access::stock()
    }

    fn scope(grant: &Grant) -> Scope {
        crate::everything(grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        check(change.row)?;
        let moved = change
            .before
            .is_some_and(|before| before.purchase_order != change.row.purchase_order);
        if moved {
            return Err(Error::field(
                "purchase_order",
                Text::new("pharmacy-item-stays"),
            ));
        }
        hold_editable(cx, change.row.purchase_order.get()).await
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        refresh_total(cx, change.row.purchase_order.get(), None).await
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        hold_editable(cx, row.purchase_order.get()).await?;
        refresh_total(cx, row.purchase_order.get(), Some(row.meta.id)).await
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<OrderItemExtra>, Error> {
        let items =
            names::medications(cx, rows.iter().map(|row| row.medication_item.get())).await?;
        let extra = |row: &PurchaseOrderItem| OrderItemExtra {
            name: names::of(&items, row.medication_item.get()),
            medication_name: names::of(&items, row.medication_item.get()),
            total_cost: cost(row).unwrap_or_default(),
        };
        Ok(rows.iter().map(extra).collect())
    }

    async fn changeable(cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        is_editable(cx, row.purchase_order.get()).await
    }

    async fn removable(cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        is_editable(cx, row.purchase_order.get()).await
    }
}

/// Locks the order; its items change only while it is a draft.
async fn hold_editable(cx: &mut Cx, order: i64) -> Result<(), Error> {
    let order: PurchaseOrder = cx.hold(order).await?;
    if editable(order.status) {
        Ok(())
    } else {
        Err(settled(order.status))
    }
}

/// Whether the order whose line is shown is still a draft.
async fn is_editable(cx: &mut Cx, order: i64) -> Result<bool, Error> {
    let mut query = select::<PurchaseOrder>();
    query.and_where(PurchaseOrder::id.eq(order));
    let found: Option<PurchaseOrder> = cx
        .unscoped("the state of the order whose line is shown")
        .record(query)
        .await?;
    Ok(found.is_some_and(|order| editable(order.status)))
}

fn check(row: &PurchaseOrderItem) -> Result<(), Error> {
    let most = crate::MOST_UNITS;
    if !(1..=most).contains(&row.quantity_ordered) {
        let text = Text::new("pharmacy-quantity")
            .with("min", 1)
            .with("max", most);
        return Err(Error::field("quantity_ordered", text));
    }
    if row.unit_cost_estimated.is_some_and(Money::is_negative) {
        return Err(Error::field(
            "unit_cost_estimated",
            Text::new("pharmacy-price"),
        ));
    }
    cost(row).map(|_| ())
}

fn cost(row: &PurchaseOrderItem) -> Result<Money, Error> {
    let unit = row.unit_cost_estimated.unwrap_or_default();
    unit.checked_mul(row.quantity_ordered)
        .map_err(|_| Error::field("unit_cost_estimated", Text::new("not-money")))
}

/// What the items come to.
pub(crate) fn total(rows: &[PurchaseOrderItem]) -> Result<Money, Error> {
    let mut costs = Vec::with_capacity(rows.len());
    for row in rows {
        costs.push(cost(row)?);
    }
    Money::sum(costs)
        .and_then(Money::within_limit)
        .map_err(|_| Error::field("items", Text::new("not-money")))
}

/// The items of an order's body, as they are to be stored.
pub(crate) async fn parse(cx: &mut Cx, body: &Body) -> Result<Vec<PurchaseOrderItem>, Error> {
    let names = [
        ("quantity", "quantity_ordered"),
        ("unit_cost", "unit_cost_estimated"),
        ("medication_item_id", "medication_item"),
    ];
    nested::parse(
        cx,
        body,
        &names,
        "purchase_order",
        |row: &PurchaseOrderItem| {
            check(row)?;
            Ok(row.medication_item.get())
        },
    )
    .await
}

/// Replaces an order's items, and answers whether they were others.
pub(crate) async fn replace(
    cx: &mut Cx,
    order: i64,
    mut rows: Vec<PurchaseOrderItem>,
) -> Result<bool, Error> {
    if same(cx, order, &rows).await? {
        return Ok(false);
    }
    let stored = rows_of(cx, &[order]).await?;
    cx.remove_all(&stored).await?;
    for row in &mut rows {
        row.purchase_order = Ref::new(order);
    }
    cx.insert_all(&mut rows).await?;
    Ok(true)
}

/// Whether an order has exactly these items: a client that sends back what it read changes nothing.
pub(crate) async fn same(
    cx: &mut Cx,
    order: i64,
    drafts: &[PurchaseOrderItem],
) -> Result<bool, Error> {
    let stored = rows_of(cx, &[order]).await?;
    let told = |row: &PurchaseOrderItem| {
        (
            row.medication_item.get(),
            row.quantity_ordered,
            row.unit_cost_estimated,
        )
    };
    Ok(stored.iter().map(told).eq(drafts.iter().map(told)))
}

/// The items of orders, by their ids.
pub(crate) async fn rows_of(cx: &mut Cx, orders: &[i64]) -> Result<Vec<PurchaseOrderItem>, Error> {
    let mut query = select::<PurchaseOrderItem>();
    query
        .and_where(among(
            cx.dialect(),
            PurchaseOrderItem::purchase_order,
            orders,
        ))
        .order_by(PurchaseOrderItem::id, Order::Asc);
    cx.unscoped("an order is shown with its items")
        .records(query)
        .await
}

async fn refresh_total(cx: &mut Cx, order: i64, without: Option<i64>) -> Result<(), Error> {
    let rows = rows_of(cx, &[order]).await?;
    let rows: Vec<_> = rows
        .into_iter()
        .filter(|row| Some(row.meta.id) != without)
        .collect();
    let before: PurchaseOrder = cx.hold(order).await?;
    let mut after = before.clone();
    after.total_estimated_cost = total(&rows)?;
    cx.update(&mut after, &before).await?;
    cx.renew(&after, &before).await
}

/// An item as it is shown with its order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderItemView {
    /// The item's id.
    pub id: i64,
    /// The medication.
    pub medication_item: i64,
    /// Another name of `medication_item`.
    pub medication_item_id: i64,
    /// Generic name of the medication.
    pub medication_name: String,
    /// Another name of `medication_name`.
    pub name: String,
    /// Whole units ordered.
    pub quantity_ordered: i64,
    /// Another name of `quantity_ordered`.
    pub quantity: i64,
    /// Whole units delivered so far.
    pub quantity_received: i64,
    /// Estimated cost of one unit, or null.
    pub unit_cost_estimated: Option<Money>,
    /// Another name of `unit_cost_estimated`.
    pub unit_cost: Option<Money>,
    /// Units ordered times the estimated unit cost.
    pub total_cost: Money,
}

/// The items of a page of orders, by order.
pub(crate) async fn of_orders(
    cx: &mut Cx,
    orders: &[i64],
) -> Result<HashMap<i64, Vec<OrderItemView>>, Error> {
    let rows = rows_of(cx, orders).await?;
    let named = names::medications(cx, rows.iter().map(|row| row.medication_item.get())).await?;
    let mut found: HashMap<i64, Vec<OrderItemView>> = HashMap::new();
    for row in rows {
        let item = row.medication_item.get();
        let name = names::of(&named, item);
        found
            .entry(row.purchase_order.get())
            .or_default()
            .push(OrderItemView {
                id: row.meta().id,
                medication_item: item,
                medication_item_id: item,
                medication_name: name.clone(),
                name,
                quantity_ordered: row.quantity_ordered,
                quantity: row.quantity_ordered,
                quantity_received: row.quantity_received,
                unit_cost_estimated: row.unit_cost_estimated,
                unit_cost: row.unit_cost_estimated,
                total_cost: cost(&row).unwrap_or_default(),
            });
    }
    Ok(found)
}
