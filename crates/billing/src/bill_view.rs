//! What a bill shows besides its fields: its lines and payments, for a whole page at once.

use std::collections::HashMap;

use jiff::Timestamp;
use kernel::Money;
use platform::cx::{Cx, among, select};
use platform::error::Error;
use schemars::JsonSchema;
use sea_query::{ExprTrait, Order};
use serde::Serialize;

use crate::allocate::allocate;
use crate::bill::Bill;
use crate::bill_item::BillItem;
use crate::bill_status::BillStatus;
use crate::lines;
use crate::payment::Payment;

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct BillExtra {
    /// The patient's given and family name.
    pub patient_name: String,
    /// Whether nothing is owed any more.
    pub is_paid: bool,
    /// The lines, in the order in which they were written.
    pub items: Vec<BillLine>,
    /// The payments and refunds, in the order in which they were made.
    pub payments: Vec<BillPayment>,
}

/// A line as its bill shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BillLine {
    /// The `id` of the line.
    pub id: i64,
    /// The service; null for anything else.
    pub service: Option<i64>,
    /// The service; null for anything else.
    pub service_id: Option<i64>,
    /// Name of the service; null without one.
    pub service_name: Option<String>,
    /// What is charged.
    pub description: String,
    /// Price of one, in the hospital's currency.
    pub amount: Money,
    /// Price of one.
    pub unit_price: Money,
    /// Number of units, 1 or more.
    pub quantity: i64,
    /// What is taken off the line.
    pub discount: Money,
    /// Why a discount was given; empty without one.
    pub discount_reason: String,
    /// What the line comes to; below 0 for a credit.
    pub line_total: Money,
    /// What the line comes to; below 0 for a credit.
    pub total_price: Money,
    /// The insurer's part of it.
    pub insurance_amount: Money,
    /// What the program charged it for; null for lines that people wrote.
    pub source_type: Option<&'static str>,
    /// The id of that record.
    pub source_id: Option<i64>,
    /// The line that it takes back; null unless it is a credit.
    pub credit_of: Option<i64>,
    /// Whether its price is still to be found; the bill is not opened before.
    pub unpriced: bool,
}

/// A payment as its bill shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BillPayment {
    /// The `id` of the payment.
    pub id: i64,
    /// The bill that is paid.
    pub bill: i64,
    /// Another name of `bill`.
    pub bill_id: i64,
    /// Amount, in the hospital's currency.
    pub amount: Money,
    /// Another name of `amount`.
    pub amount_paid: Money,
    /// How it was paid.
    pub method: &'static str,
    /// How it was paid.
    pub payment_method: &'static str,
    /// The reference of the transfer; empty without one.
    pub reference: String,
    /// The reference of the transfer; empty without one.
    pub reference_number: String,
    /// What was handed over in cash; null where no change was given.
    pub tendered: Option<Money>,
    /// When it was made.
    #[schemars(with = "String")]
    pub payment_date: Timestamp,
    /// The number of its receipt.
    pub receipt_number: i64,
    /// The user who took it; null when the program did.
    pub received_by: Option<i64>,
    /// Another name of `received_by`.
    pub received_by_id: Option<i64>,
    /// The payment that it gives back; null unless it is a refund.
    pub refund_of: Option<i64>,
    /// Another name of `refund_of`.
    pub refund_of_id: Option<i64>,
}

/// For a page of bills, with four statements.
pub(crate) async fn extras(cx: &mut Cx, bills: &[Bill]) -> Result<Vec<BillExtra>, Error> {
    let ids: Vec<i64> = bills.iter().map(|bill| bill.meta.id).collect();
    let names = patients::names(cx, bills.iter().map(|bill| bill.patient.get())).await?;
    let items = items_of(cx, &ids).await?;
    let of_items = items.values().flatten().filter_map(|item| item.service);
    let services =
        lines::service_names(cx, of_items.map(|service| service.get()).collect()).await?;
    let payments = payments_of(cx, &ids).await?;
    let extra = |bill: &Bill| {
        let items = items.get(&bill.meta.id).map_or(&[][..], Vec::as_slice);
        let totals: Vec<Money> = items.iter().map(|item| item.line_total).collect();
        let parts = allocate(bill.insurance_amount, &totals);
        let paid = payments.get(&bill.meta.id).map_or(&[][..], Vec::as_slice);
        BillExtra {
            patient_name: names.get(&bill.patient.get()).cloned().unwrap_or_default(),
            is_paid: bill.status == BillStatus::Paid,
            items: items
                .iter()
                .zip(parts)
                .map(|(item, part)| line(item, part, &services))
                .collect(),
            payments: paid.iter().map(payment).collect(),
        }
    };
    Ok(bills.iter().map(extra).collect())
}

async fn items_of(cx: &mut Cx, bills: &[i64]) -> Result<HashMap<i64, Vec<BillItem>>, Error> {
    let mut query = select::<BillItem>();
    query
        .and_where(among(cx.dialect(), BillItem::bill, bills))
        .and_where(platform::cx::column("bill_item", "voided_at").is_null())
        .order_by(("bill_item", "id"), Order::Asc);
    let rows: Vec<BillItem> = cx
        .unscoped("the lines of bills that the caller sees")
        .records(query)
        .await?;
    let mut found: HashMap<i64, Vec<BillItem>> = HashMap::new();
    for row in rows {
        found.entry(row.bill.get()).or_default().push(row);
    }
    Ok(found)
}

async fn payments_of(cx: &mut Cx, bills: &[i64]) -> Result<HashMap<i64, Vec<Payment>>, Error> {
    let mut query = select::<Payment>();
    query
        .and_where(among(cx.dialect(), Payment::bill, bills))
        .order_by(("payment", "id"), Order::Asc);
    let rows: Vec<Payment> = cx
        .unscoped("the payments of bills that the caller sees")
        .records(query)
        .await?;
    let mut found: HashMap<i64, Vec<Payment>> = HashMap::new();
    for row in rows {
        found.entry(row.bill.get()).or_default().push(row);
    }
    Ok(found)
}

fn line(item: &BillItem, insurance_amount: Money, services: &HashMap<i64, String>) -> BillLine {
    let service = item.service.map(|service| service.get());
    BillLine {
        id: item.meta.id,
        service,
        service_id: service,
        service_name: service.and_then(|service| services.get(&service).cloned()),
        description: item.description.open().to_string(),
        amount: item.amount,
        unit_price: item.amount,
        quantity: item.quantity,
        discount: item.discount,
        discount_reason: item.discount_reason.open().to_string(),
        line_total: item.line_total,
        total_price: item.line_total,
        insurance_amount,
        source_type: item.source_type.map(|source| source.as_str()),
        source_id: item.source_id,
        credit_of: item.credit_of.map(|line| line.get()),
        unpriced: item.unpriced,
    }
}

pub(crate) fn payment(payment: &Payment) -> BillPayment {
    BillPayment {
        id: payment.meta.id,
        bill: payment.bill.get(),
        bill_id: payment.bill.get(),
        amount: payment.amount,
        amount_paid: payment.amount,
        method: payment.method.as_str(),
        payment_method: payment.method.as_str(),
        reference: payment.reference.to_string(),
        reference_number: payment.reference.to_string(),
        tendered: payment.tendered,
        payment_date: payment.payment_date,
        receipt_number: payment.receipt_number,
        received_by: payment.received_by.map(|user| user.get()),
        received_by_id: payment.received_by.map(|user| user.get()),
        refund_of: payment.refund_of.map(|payment| payment.get()),
        refund_of_id: payment.refund_of.map(|payment| payment.get()),
    }
}
