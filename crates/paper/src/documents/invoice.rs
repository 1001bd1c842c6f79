//! The invoice of a bill.

use jiff::civil::Date;
use kernel::Money;

use super::{Form, Patient};
use crate::{Column, Error, Printed, Row, Sheet, Table, format};

/// A bill as it is handed to the patient.
#[derive(Clone, Debug, Default)]
pub struct Invoice {
    /// Its number.
    pub number: String,
    /// Who is billed.
    pub patient: Patient,
    /// The day on which it was issued; `None` while it is a draft.
    pub date: Option<Date>,
    /// Until when it is to be paid.
    pub due: Option<Date>,
    /// ISO 4217 code.
    pub currency: String,
    /// Insurer and policy, in one line; empty without insurance.
    pub insurer: String,
    /// The items.
    pub items: Vec<InvoiceItem>,
    /// The sum of the items.
    pub total: Money,
    /// The insurer’s part, whether it was paid or not.
    pub insurance: Money,
    /// What the insurer has paid of its part; not in `paid`.
    pub insurer_paid: Money,
    /// What the patient paid, less what was refunded.
    pub paid: Money,
    /// What is still to be paid by the patient.
    pub balance: Money,
    /// The payments so far.
    pub payments: Vec<PastPayment>,
    /// Printed large where it may not be taken for a bill to pay.
    pub standing: Standing,
    /// A remark below.
    pub note: String,
}

/// A line of an invoice.
#[derive(Clone, Debug, Default)]
pub struct InvoiceItem {
    /// What was done or given.
    pub description: String,
    /// Number of units, 1 or more.
    pub quantity: i64,
    /// The price of one.
    pub unit_price: Money,
    /// Taken off the line.
    pub discount: Money,
    /// Quantity times price, less the discount.
    pub total: Money,
}

/// A payment that an invoice mentions.
#[derive(Clone, Debug)]
pub struct PastPayment {
    /// The day.
    pub date: Date,
    /// How it was paid, in the reader's words.
    pub method: String,
    /// The transfer's or card's reference.
    pub reference: String,
    /// How much; negative for a refund.
    pub amount: Money,
}

/// What an invoice is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It may still change; nothing is due.
    #[default]
    Draft,
    /// It counts.
    Issued,
    /// It counts no longer.
    Void,
}

impl Invoice {
    /// The invoice as PDF.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn print(&self, form: &Form) -> Result<Printed, Error> {
        let words = form.words();
        let price = |amount| format::price(amount, &self.currency, form.language);
        let mut document = form.start(words.invoice, &self.number);
        match self.standing {
            Standing::Draft => document.heading(2, words.draft),
            Standing::Issued => {}
            Standing::Void => document.heading(2, words.void),
        }
        let date = self.date.map(|date| form.date(date)).unwrap_or_default();
        let due = self.due.map(|date| form.date(date)).unwrap_or_default();
        self.patient.pairs(
            form,
            &mut document,
            &[
                (words.date, &date),
                (words.due, &due),
                (words.insurer, &self.insurer),
            ],
        );
        document.table(&self.items(form));
        let mut sums = vec![(words.total, price(self.total), self.insurance.is_zero())];
        if !self.insurance.is_zero() {
            let own = self.total.checked_sub(self.insurance).unwrap_or_default();
            sums.push((words.insurance, price(self.insurance), false));
            sums.push((words.insurer_paid, price(self.insurer_paid), false));
            sums.push((words.to_pay, price(own), true));
        }
        sums.push((words.paid, price(self.paid), false));
        sums.push((words.balance, price(self.balance), true));
        document.totals(&sums);
        if !self.payments.is_empty() {
            document.heading(2, words.payments);
            document.table(&self.past(form));
        }
        document.note(&self.note);
        document.verification(form.verification.as_ref());
        document.finish()
    }

    /// The payments so far; on a roll, what would be columns stands below each other.
    fn past(&self, form: &Form) -> Table {
        let words = form.words();
        let money = |amount| format::money(amount, &self.currency, form.language);
        let narrow = form.sheet == Sheet::Roll80;
        let columns = match narrow {
            true => vec![
                Column::text(words.method, 1.0),
                Column::number(words.amount),
            ],
            false => vec![
                Column::fit(words.date),
                Column::text(words.method, 1.0),
                Column::text(words.reference, 1.0),
                Column::number(words.amount),
            ],
        };
        let cells = |payment: &PastPayment| {
            let (date, amount) = (form.date(payment.date), money(payment.amount));
            let (method, reference) = (payment.method.clone(), payment.reference.clone());
            match narrow {
                true => vec![
                    format!("{date}\n{method} {reference}")
                        .trim_end()
                        .to_owned(),
                    amount,
                ],
                false => vec![date, method, reference, amount],
            }
        };
        let rows = self.payments.iter().map(|payment| Row::of(cells(payment)));
        Table {
            columns,
            rows: rows.collect(),
        }
    }

    /// The items on a roll, which has room for two columns: quantity, price and discount stand below the description.
    fn narrow(&self, form: &Form) -> Table {
        let words = form.words();
        let money = |amount| format::money(amount, &self.currency, form.language);
        let row = |item: &InvoiceItem| {
            let mut text = item.description.clone();
            if item.quantity != 1 || !item.discount.is_zero() {
                text.push_str(&format!("\n{} × {}", item.quantity, money(item.unit_price)));
            }
            if !item.discount.is_zero() {
                text.push_str(&format!(" − {}", money(item.discount)));
            }
            Row::of(vec![text, money(item.total)])
        };
        Table {
            columns: vec![
                Column::text(words.description, 1.0),
                Column::number(words.amount),
            ],
            rows: self.items.iter().map(row).collect(),
        }
    }

    fn items(&self, form: &Form) -> Table {
        if form.sheet == Sheet::Roll80 {
            return self.narrow(form);
        }
        let words = form.words();
        let money = |amount| format::money(amount, &self.currency, form.language);
        let discounts = self.items.iter().any(|item| !item.discount.is_zero());
        let mut columns = vec![
            Column::text(words.description, 1.0),
            Column::number(words.quantity),
            Column::number(words.unit_price),
        ];
        if discounts {
            columns.push(Column::number(words.discount));
        }
        columns.push(Column::number(words.amount));
        let rows = self
            .items
            .iter()
            .map(|item| {
                let mut cells = vec![
                    item.description.clone(),
                    item.quantity.to_string(),
                    money(item.unit_price),
                ];
                if discounts {
                    cells.push(money(item.discount));
                }
                cells.push(money(item.total));
                Row::of(cells)
            })
            .collect();
        Table { columns, rows }
    }
}
