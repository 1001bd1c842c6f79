//! The receipt of a payment, on a page or on a till roll.

use jiff::civil::DateTime;
use kernel::Money;

use super::{Form, Patient};
use crate::{Column, Error, Printed, Row, Table, format};

/// A payment as it is handed to the patient.
#[derive(Clone, Debug, Default)]
pub struct Receipt {
    /// The receipt's own number.
    pub number: String,
    /// The bill that was paid.
    pub bill: String,
    /// Who paid or was paid for.
    pub patient: Patient,
    /// When.
    pub at: DateTime,
    /// ISO 4217 code.
    pub currency: String,
    /// How it was paid, in the reader's words.
    pub method: String,
    /// The transfer's or card's reference.
    pub reference: String,
    /// What the bill is for; may be empty.
    pub lines: Vec<ReceiptLine>,
    /// How much was paid; negative for a refund.
    pub amount: Money,
    /// The cash handed over, where change was given.
    pub tendered: Option<Money>,
    /// What is still to be paid.
    pub balance: Money,
    /// Who took the payment.
    pub cashier: String,
}

/// A line of the bill on its receipt.
#[derive(Clone, Debug, Default)]
pub struct ReceiptLine {
    /// What was done or given.
    pub description: String,
    /// Number of units, 1 or more.
    pub quantity: i64,
    /// The line's amount.
    pub amount: Money,
}

impl Receipt {
    /// The receipt as PDF.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn print(&self, form: &Form) -> Result<Printed, Error> {
        let words = form.words();
        let money = |amount| format::money(amount, &self.currency, form.language);
        let price = |amount| format::price(amount, &self.currency, form.language);
        let mut document = form.start(words.receipt, &self.number);
        let at = form.moment(self.at);
        document.pairs(
            form.columns(),
            &[
                (words.date, &at),
                (words.invoice, &self.bill),
                (words.patient, &self.patient.name),
                (words.patient_number, &self.patient.number),
                (words.method, &self.method),
                (words.reference, &self.reference),
                (words.cashier, &self.cashier),
            ],
        );
        if !self.lines.is_empty() {
            document.table(&Table {
                columns: vec![
                    Column::text(words.description, 1.0),
                    Column::number(words.quantity),
                    Column::number(words.amount),
                ],
                rows: self
                    .lines
                    .iter()
                    .map(|line| {
                        Row::of(vec![
                            line.description.clone(),
                            line.quantity.to_string(),
                            money(line.amount),
                        ])
                    })
                    .collect(),
            });
        }
        // The word says which way the money went.
        let paid = match self.amount.is_negative() {
            true => (words.refunded, price(self.amount.neg()), true),
            false => (words.paid, price(self.amount), true),
        };
        let mut sums = vec![paid];
        if let Some(tendered) = self.tendered {
            let change = tendered.checked_sub(self.amount).unwrap_or_default();
            sums.push((words.tendered, price(tendered), false));
            sums.push((words.change, price(change), false));
        }
        sums.push((words.still_to_pay, price(self.balance), false));
        document.totals(&sums);
        document.verification(form.verification.as_ref());
        document.finish()
    }
}
