//! Purchase orders, written and read together with their items.

use formulary::Supplier;
use jiff::civil::Date;
use kernel::{Code, Money};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::NON_FIELD;
use platform::field::{Blank, Ref};
use platform::record::Column;
use platform::resource::{Besides, Change, Resource, Said, change_by};
use platform::texts::Text;
use platform::verb::{One, Verb};
use schemars::JsonSchema;
use serde::Serialize;

use crate::access;
use crate::names;
use crate::purchase_order_item::{self as items, OrderItemView};
use crate::rules::order_state::{allowed, editable};

platform::choice! {
    /// How far an order is.
    pub enum OrderStatus {
        /// Being written.
        Draft = "Draft",
        /// Waiting for approval.
        Pending = "Pending",
        /// Sent to the supplier.
        Ordered = "Ordered",
        /// A part was delivered.
        PartiallyReceived = "Partially Received",
        /// Everything was delivered.
        Received = "Received" | "Completed",
        /// Not wanted any more.
        Cancelled = "Cancelled" | "Canceled",
    }
}

platform::record! {
    /// An order to a supplier. A create takes `items` (each with `medication_item`, `quantity_ordered` and `unit_cost_estimated`), and a change with `items` replaces them while the order is a draft.
    pub struct PurchaseOrder in "purchase_order" {
        client {
            /// The supplier from whom it is ordered.
            supplier: Ref<Supplier>,
            /// When the delivery is expected (`YYYY-MM-DD`).
            expected_delivery_date: Option<Date>,
            /// How far the order is. Received states follow from goods received notes.
            status: OrderStatus = OrderStatus::Draft,
            /// Notes to the order, at most 2,000 characters.
            notes: Blank<2000>,
        }
        server {
            /// The day on which the order was written, at the hospital.
            order_date: Date = Date::ZERO,
            /// Sum of the items' quantities times their estimated unit costs.
            total_estimated_cost: Money = Money::ZERO,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct OrderExtra {
    /// Name of the supplier.
    pub supplier_name: String,
    /// The order's items.
    pub items: Vec<OrderItemView>,
}

impl Resource for PurchaseOrder {
    const PATH: &'static str = "purchase-orders";
    const BESIDES: &'static [Besides] = &[Besides {
        name: "items",
        verbs: "cu",
        schema: || {
            platform::resource::items::<items::PurchaseOrderItem>(
                "purchase_order",
                "What is ordered. A change with items replaces those that there are while the order is a draft.",
            )
        },
    }];
    const FILTERS: &'static [Column<Self>] = &[
        PurchaseOrder::supplier,
        PurchaseOrder::status,
        PurchaseOrder::order_date,
    ];
    const ORDERING: &'static [Column<Self>] = &[PurchaseOrder::order_date];
    const LIST: &'static [Column<Self>] = &[
        PurchaseOrder::order_date,
        PurchaseOrder::supplier,
        PurchaseOrder::status,
        PurchaseOrder::expected_delivery_date,
        PurchaseOrder::total_estimated_cost,
    ];
    type Extra = OrderExtra;

    fn access() -> Access {
        access::stock()
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Numbered, Said::Day(self.order_date)]
    }

    fn scope(grant: &Grant) -> Scope {
        crate::everything(grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let sent = change.body.0.contains_key("items");
        let drafts = items::parse(cx, change.body).await?;
        let row = &mut *change.row;
        match change.before {
            None => {
                row.order_date = cx.today();
                let fresh = editable(row.status) || row.status == OrderStatus::Ordered;
                if !fresh {
                    return Err(not_from(OrderStatus::Draft, row.status));
                }
            }
            Some(before) => {
                if !allowed(before.status, row.status) {
                    return Err(not_from(before.status, row.status));
                }
                if row.supplier != before.supplier && !editable(before.status) {
                    return Err(settled(before.status));
                }
                if sent
                    && !editable(before.status)
                    && !items::same(cx, before.meta.id, &drafts).await?
                {
                    return Err(settled(before.status));
                }
            }
        }
        if sent
            && (change.before.is_none()
                || change.before.is_some_and(|before| editable(before.status)))
        {
            row.total_estimated_cost = items::total(&drafts)?;
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let open = change.before.is_none_or(|before| editable(before.status));
        if !change.body.0.contains_key("items") || !open {
            return Ok(());
        }
        let drafts = items::parse(cx, change.body).await?;
        let others = items::replace(cx, change.row.meta.id, drafts).await?;
        if let Some(before) = change.before.filter(|_| others) {
            cx.renew(&*change.row, before).await?;
        }
        Ok(())
    }

    async fn removing(_cx: &mut Cx, row: &Self) -> Result<(), Error> {
        if editable(row.status) || row.status == OrderStatus::Cancelled {
            Ok(())
        } else {
            Err(settled(row.status))
        }
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<OrderExtra>, Error> {
        let suppliers = names::suppliers(cx, rows.iter().map(|row| row.supplier.get())).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
        let mut views = items::of_orders(cx, &ids).await?;
        let extra = |row: &PurchaseOrder| OrderExtra {
            supplier_name: names::of(&suppliers, row.supplier.get()),
            items: views.remove(&row.meta.id).unwrap_or_default(),
        };
        Ok(rows.iter().map(extra).collect())
    }

    async fn removable(_cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        Ok(editable(row.status) || row.status == OrderStatus::Cancelled)
    }
}

fn not_from(from: OrderStatus, to: OrderStatus) -> Error {
    let text = Text::new("pharmacy-order-step")
        .with("from", from.as_str())
        .with("to", to.as_str());
    Error::refuse(Code::StateConflict, text).with("status", from.as_str())
}

/// The order is no draft any more.
pub(crate) fn settled(status: OrderStatus) -> Error {
    let text = Text::new("pharmacy-order-settled").with("status", status.as_str());
    Error::refuse(Code::StateConflict, text).with("status", status.as_str())
}

/// `purchase-orders/{id}/submit/`.
#[derive(Debug)]
pub struct SubmitOrder;

impl Verb for SubmitOrder {
    type On = PurchaseOrder;
    type Input = ();
    type Answer = One<PurchaseOrder>;
    const NAME: &'static str = "submit";
    const SUMMARY: &'static str = "Send a purchase order to the supplier";

    fn access() -> Access {
        access::pharmacist()
    }

    fn offered(row: &PurchaseOrder) -> bool {
        editable(row.status)
    }

    fn not_offered(row: &PurchaseOrder) -> Error {
        not_from(row.status, OrderStatus::Ordered)
    }

    async fn run(cx: &mut Cx, held: PurchaseOrder, (): ()) -> Result<One<PurchaseOrder>, Error> {
        if items::of_orders(cx, &[held.meta.id]).await?.is_empty() {
            return Err(Error::field(NON_FIELD, Text::new("pharmacy-order-empty")));
        }
        let row = change_by(cx, held, |row| row.status = OrderStatus::Ordered).await?;
        Ok(One(row))
    }
}

/// `purchase-orders/{id}/cancel/`.
#[derive(Debug)]
pub struct CancelOrder;

impl Verb for CancelOrder {
    type On = PurchaseOrder;
    type Input = ();
    type Answer = One<PurchaseOrder>;
    const NAME: &'static str = "cancel";
    const SUMMARY: &'static str = "Cancel a purchase order of which nothing was delivered";
    const GRAVE: bool = true;

    fn access() -> Access {
        access::pharmacist()
    }

    fn offered(row: &PurchaseOrder) -> bool {
        row.status != OrderStatus::Cancelled && allowed(row.status, OrderStatus::Cancelled)
    }

    fn not_offered(row: &PurchaseOrder) -> Error {
        not_from(row.status, OrderStatus::Cancelled)
    }

    async fn run(cx: &mut Cx, held: PurchaseOrder, (): ()) -> Result<One<PurchaseOrder>, Error> {
        let row = change_by(cx, held, |row| row.status = OrderStatus::Cancelled).await?;
        Ok(One(row))
    }
}
