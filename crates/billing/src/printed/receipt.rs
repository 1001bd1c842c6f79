//! The receipt of a payment or a refund: `print/receipt/{id}/`.

use kernel::Money;
use paper::Sheet;
use paper::documents::{Receipt, ReceiptLine};
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use print::{Issue, PrintedKind};

use crate::bill::Bill;
use crate::bill_view;
use crate::payment::Payment;

pub(super) const WHAT: &str = "receipt";
pub(super) const SHEETS: &[Sheet] = &[Sheet::A4, Sheet::A5, Sheet::Roll80];

pub(super) async fn print(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: Payment = cx.load(print::id_of(call)?).await?;
    cx.saw_record(&row);
    let bill: Bill = cx.find(row.bill.get()).await?;
    let (patient, reader) = print::about(cx, row.patient.get()).await?;
    let shown = bill_view::extras(cx, std::slice::from_ref(&bill))
        .await?
        .pop();
    let cashier = super::name_of(cx, row.received_by.map(|user| user.get())).await?;
    let issue = Issue {
        kind: PrintedKind::Receipt,
        object: row.meta.id,
        patient: Some(row.patient.get()),
    };
    let form = print::form(cx, call, issue, SHEETS, reader).await?;
    let lines = shown.unwrap_or_default().items;
    let receipt = Receipt {
        number: row.receipt_number.to_string(),
        bill: bill.meta.id.to_string(),
        patient: print::patient(&patient, form.language),
        at: cx.app.zone.to_local(row.payment_date),
        currency: cx.app.settings.currency.clone(),
        method: super::method(row.method, form.language).to_owned(),
        reference: row.reference.to_string(),
        lines: lines
            .iter()
            .map(|line| ReceiptLine {
                description: super::description(line),
                quantity: line.quantity,
                amount: line.line_total,
            })
            .collect(),
        amount: match row.refund_of {
            Some(_) => Money::ZERO.checked_sub(row.amount).unwrap_or_default(),
            None => row.amount,
        },
        tendered: row.tendered,
        balance: bill.balance_due,
        cashier,
    };
    print::answer(cx, WHAT, row.meta.id, move || receipt.print(&form)).await
}
