//! The invoice of a bill: `print/invoice/{id}/`.

use kernel::{Language, Money};
use paper::Sheet;
use paper::documents::{Invoice, InvoiceItem, PastPayment, Standing};
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use print::{Issue, PrintedKind};

use crate::bill::Bill;
use crate::bill_status::BillStatus;
use crate::bill_view::{self, BillLine, BillPayment};
use crate::insurance::InsuranceDetail;
use crate::payment_method::PaymentMethod;

pub(super) const WHAT: &str = "invoice";
pub(super) const SHEETS: &[Sheet] = &[Sheet::A4, Sheet::A5, Sheet::Roll80];

pub(super) async fn print(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: Bill = cx.load(print::id_of(call)?).await?;
    cx.saw_record(&row);
    let (patient, reader) = print::about(cx, row.patient.get()).await?;
    let shown = bill_view::extras(cx, std::slice::from_ref(&row))
        .await?
        .pop();
    let shown = shown.unwrap_or_default();
    let insurer = insurer(cx, &row).await?;
    let issue = Issue {
        kind: PrintedKind::Invoice,
        object: row.meta.id,
        patient: Some(row.patient.get()),
    };
    let form = print::form(cx, call, issue, SHEETS, reader).await?;
    let paid = row.paid_amount.checked_sub(row.refunded_amount);
    let invoice = Invoice {
        number: row.meta.id.to_string(),
        patient: print::patient(&patient, form.language),
        date: (row.status != BillStatus::Draft).then_some(row.date_issued),
        due: row.due_date,
        currency: cx.app.settings.currency.clone(),
        insurer,
        items: shown.items.iter().map(item).collect(),
        total: row.total_amount,
        insurance: row.insurance_amount,
        insurer_paid: row.insurance_paid_amount,
        paid: paid.unwrap_or(Money::ZERO),
        balance: row.balance_due,
        payments: shown
            .payments
            .iter()
            .map(|payment| past(cx, payment, form.language))
            .collect(),
        standing: match row.status {
            BillStatus::Draft => Standing::Draft,
            BillStatus::Void => Standing::Void,
            BillStatus::Open | BillStatus::PartiallyPaid | BillStatus::Paid => Standing::Issued,
        },
        note: row.notes.open().to_string(),
    };
    print::answer(cx, WHAT, row.meta.id, move || invoice.print(&form)).await
}

/// Insurer and policy, where the caller may read them.
async fn insurer(cx: &mut Cx, bill: &Bill) -> Result<String, Error> {
    let Some(insurance) = bill.insurance else {
        return Ok(String::new());
    };
    match cx.find::<InsuranceDetail>(insurance.get()).await {
        Ok(policy) => Ok(format!(
            "{}, {}",
            policy.provider,
            policy.policy_number.open()
        )),
        Err(Error::Refused(_)) => Ok(String::new()),
        Err(error) => Err(error),
    }
}

fn item(line: &BillLine) -> InvoiceItem {
    InvoiceItem {
        description: super::description(line),
        quantity: line.quantity,
        unit_price: line.unit_price,
        discount: line.discount,
        total: line.line_total,
    }
}

fn past(cx: &Cx, payment: &BillPayment, language: Language) -> PastPayment {
    let method = PaymentMethod::from_text(payment.method).unwrap_or(PaymentMethod::Other);
    PastPayment {
        date: cx.app.zone.today(payment.payment_date),
        method: super::method(method, language).to_owned(),
        reference: payment.reference.clone(),
        amount: match payment.refund_of {
            Some(_) => Money::ZERO.checked_sub(payment.amount).unwrap_or_default(),
            None => payment.amount,
        },
    }
}
