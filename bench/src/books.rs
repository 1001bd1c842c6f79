//! Bills, what was paid on them and the ledger of it, as rows of Chelal's tables.
//!
//! A bill has one line. Debts are so many at any size, spread over the years; everything else is settled, a tenth with an
//! insurer. Entries of the ledger and the sums by day are what the program would have written.

use std::ops::Range;
use std::sync::Arc;

use billing::bill_status::BillStatus;
use billing::insurance::InsuranceDetail;
use billing::payment_method::PaymentMethod;
use billing::service_catalog::ServiceCatalog;
use billing::{Bill, BillItem, Payment};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::Money;
use platform::db::{ToValue, Value};
use platform::field::{Blank, Ref};
use platform::record::Record;
use platform::seal::KeyRing;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use crate::Outcome;
use crate::calendar::{DOCTORS, FIRST_DOCTOR};
use crate::maker::AHEAD;
use crate::rows::{Past, RUN, Sums, add, meta, stored, uid, written};
use crate::sink::Sink;

/// Tables filled with ids of our own.
pub(crate) const TABLES: [&str; 7] = [
    ServiceCatalog::TABLE,
    InsuranceDetail::TABLE,
    Bill::TABLE,
    BillItem::TABLE,
    Payment::TABLE,
    "ledger_entry",
    "ledger_line",
];

/// Bills that are owed, but no more than every fifth.
const DEBTS: usize = 20_000;
const SERVICES: usize = 60;
/// Policies of the first patients, each of one of eight insurers.
const POLICIES: usize = 2000;
/// One of so many bills has an insurer, who pays 80 %.
const INSURED: usize = 10;
/// Patients of neighbouring bills are so far apart in the register.
const APART: usize = 7919;
const CASHIER: i64 = 1;

/// The ledger's entries follow from bills and payments: charges under the bills' numbers, payments after them. Accounts
/// 1 to 6 are what money is received on, 7 and 8 what patients and insurers owe, 10 is revenue.
const LEDGER: [&str; 5] = [
    "INSERT INTO ledger_entry (id, kind, bill, posted_by, at, day) \
     SELECT id, 'charge', id, 1, created_at, date_issued FROM bill ORDER BY id",
    "INSERT INTO ledger_entry (id, kind, bill, payment, posted_by, at, day) \
     SELECT (SELECT max(id) FROM bill) + p.id, 'payment', p.bill, p.id, p.received_by, p.created_at, b.date_issued \
     FROM payment AS p JOIN bill AS b ON b.id = p.bill ORDER BY p.id",
    "INSERT INTO ledger_line (entry, debit, credit, amount, item_key) \
     SELECT id, 7, 10, total_amount - insurance_amount, '' FROM bill WHERE total_amount > insurance_amount ORDER BY id",
    "INSERT INTO ledger_line (entry, debit, credit, amount, item_key) \
     SELECT id, 8, 10, insurance_amount, '' FROM bill WHERE insurance_amount > 0 ORDER BY id",
    "INSERT INTO ledger_line (entry, debit, credit, amount, item_key) \
     SELECT (SELECT max(id) FROM bill) + p.id, CASE p.method WHEN 'Cash' THEN 1 WHEN 'Card' THEN 2 \
     WHEN 'Mobile Money' THEN 3 ELSE 5 END, CASE WHEN p.by_insurer THEN 8 ELSE 7 END, p.amount, CAST(i.service AS text) \
     FROM payment AS p JOIN bill_item AS i ON i.bill = p.bill ORDER BY p.id",
];

/// So many bills of the past years, of so many patients.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Books {
    pub(crate) seed: u64,
    pub(crate) bills: usize,
    pub(crate) patients: usize,
    pub(crate) past: Past,
}

/// Rows of a run, ready to store.
#[derive(Default)]
struct Rows {
    bills: Vec<(usize, Bill)>,
    items: Vec<(usize, BillItem)>,
    /// Each with the service that was paid for.
    payments: Vec<(Payment, i64)>,
}

impl Books {
    /// Adds all.
    pub(crate) async fn fill(self, sink: &mut Sink, ring: &Arc<KeyRing>) -> Outcome<()> {
        add::<ServiceCatalog>(sink, &stored((1..).zip(self.services()?), ring)?).await?;
        add::<InsuranceDetail>(sink, &stored((1..).zip(self.policies()?), ring)?).await?;
        let mut runs = stream::iter((0..self.bills).step_by(RUN))
            .map(|from| {
                let ring = ring.clone();
                let run = from..self.bills.min(from + RUN);
                tokio::task::spawn_blocking(move || {
                    let rows = self.rows(run)?;
                    let bills = stored(rows.bills.into_iter(), &ring)?;
                    let items = stored(rows.items.into_iter(), &ring)?;
                    Outcome::Ok((bills, items, rows.payments))
                })
            })
            .buffered(AHEAD);
        let (mut sums, mut receipts) = (Sums::new(), 0);
        while let Some(made) = runs.try_next().await? {
            let (bills, items, mut payments) = made?;
            add::<Bill>(sink, &bills).await?;
            add::<BillItem>(sink, &items).await?;
            let first = usize::try_from(receipts)? + 1;
            for (payment, service) in &mut payments {
                receipts += 1;
                payment.receipt_number = receipts;
                self.count(&mut sums, payment, *service)?;
            }
            let payments = payments.into_iter().map(|(payment, _)| payment);
            add::<Payment>(sink, &stored((first..).zip(payments), ring)?).await?;
        }
        for sql in LEDGER {
            sink.run(sql).await?;
        }
        sink.run(&format!("UPDATE receipt_counter SET last = {receipts}"))
            .await?;
        self.turnover(sink, sums).await
    }

    fn services(self) -> Outcome<Vec<ServiceCatalog>> {
        let service = |at: usize| {
            let body = json!({
                "name": format!("Service {at}"), "code": format!("S{at:02}"), "price": price(at)?,
            });
            written(body, uuid::Uuid::new_v4(), self.past.moment(0, 1))
        };
        (0..SERVICES).map(service).collect()
    }

    fn policies(self) -> Outcome<Vec<InsuranceDetail>> {
        let policy = |at: usize| {
            let body = json!({
                "patient": at + 1, "provider": format!("Insurer {}", at % 8), "policy_number": format!("P{at:06}"),
                "coverage_details": "Outpatient care", "coverage_percent": 80,
            });
            written(body, uuid::Uuid::new_v4(), self.past.moment(0, 1))
        };
        (0..POLICIES.min(self.patients)).map(policy).collect()
    }

    fn rows(self, run: Range<usize>) -> Outcome<Rows> {
        let mut rng = SmallRng::seed_from_u64(self.seed ^ 0xB111 ^ run.start as u64);
        let mut rows = Rows::default();
        for at in run {
            let (bill, item) = self.bill(&mut rng, at)?;
            let id = i64::try_from(at + 1)?;
            let service = item.service.map_or(0, |service| service.get());
            if bill.insurance_paid_amount.is_positive() {
                rows.payments
                    .push((payment(&mut rng, &bill, id, true), service));
            }
            if bill.paid_amount.is_positive() {
                rows.payments
                    .push((payment(&mut rng, &bill, id, false), service));
            }
            rows.bills.push((at + 1, bill));
            rows.items.push((at + 1, item));
        }
        Ok(rows)
    }

    fn bill(self, rng: &mut SmallRng, at: usize) -> Outcome<(Bill, BillItem)> {
        let owed = at.is_multiple_of(apart(self.bills));
        let policy = (at % INSURED == 1).then(|| at / INSURED % POLICIES.min(self.patients));
        let patient = policy.unwrap_or(at * APART % self.patients) + 1;
        let (moment, day) = (
            self.past.moment(at, self.bills),
            self.past.day(at, self.bills),
        );
        let service = rng.random_range(0..SERVICES);
        let total = price(service)?;
        let body = json!({
            "patient": patient, "insurance": policy.map(|policy| policy + 1), "service_date": day.to_string(),
            "total_amount": total, "notes": "",
        });
        let mut bill: Bill = written(body, uid(rng, moment), moment)?;
        bill.date_issued = day;
        bill.age_from = day;
        bill.doctor = Some(Ref::new(i64::try_from(FIRST_DOCTOR + at % DOCTORS)?));
        if policy.is_some() {
            bill.insurance_amount = total.percent(80)?;
        }
        let own = total.checked_sub(bill.insurance_amount)?;
        if owed {
            (bill.status, bill.balance_due, bill.outstanding) = (BillStatus::Open, own, total);
        } else {
            bill.status = BillStatus::Paid;
            (bill.paid_amount, bill.insurance_paid_amount) = (own, bill.insurance_amount);
        }
        let body = json!({
            "bill": at + 1, "service": service + 1, "description": format!("Service {service}"),
            "amount": total, "quantity": 1, "discount_reason": "",
        });
        let mut item: BillItem = written(body, uid(rng, moment), moment)?;
        (item.patient, item.line_total) = (bill.patient, total);
        Ok((bill, item))
    }

    /// Adds a payment to the sums of its day.
    fn count(self, sums: &mut Sums, payment: &Payment, service: i64) -> Outcome<()> {
        let at = usize::try_from(payment.bill.get())? - 1;
        let day = self.past.day(at, self.bills);
        let payer = match payment.by_insurer {
            true => "Insurance",
            false => "Self-Pay",
        };
        let doctor = FIRST_DOCTOR + at % DOCTORS;
        let keys = [
            ("payer", payer.to_owned()),
            ("method", payment.method.as_str().to_owned()),
            ("doctor", doctor.to_string()),
            ("service", service.to_string()),
        ];
        for (kind, key) in keys {
            let sum = sums.entry((kind, day, key)).or_default();
            *sum = (sum.0 + payment.amount.minor(), sum.1 + 1);
        }
        Ok(())
    }

    async fn turnover(self, sink: &mut Sink, sums: Sums) -> Outcome<()> {
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_unstable();
        let row = |((kind, day, key), (received, receipts)): (
            (&str, jiff::civil::Date, String),
            (i64, i64),
        )| {
            vec![
                kind.to_owned().to_value(),
                day.to_value(),
                key.to_value(),
                received.to_value(),
                0_i64.to_value(),
                receipts.to_value(),
            ]
        };
        let rows: Vec<Vec<Value>> = sums.into_iter().map(row).collect();
        let columns = [
            "kind", "day", "item_key", "received", "refunded", "receipts",
        ];
        sink.add("turnover_day", &columns, &rows).await
    }
}

/// How far bills that are owed are apart, from the first on.
pub(crate) fn apart(bills: usize) -> usize {
    bills / DEBTS.min(bills / 5).max(1)
}

fn price(service: usize) -> Outcome<Money> {
    Ok(Money::from_minor(
        10_000 + (service as i64 * 7_300) % 190_000,
    )?)
}

fn payment(rng: &mut SmallRng, bill: &Bill, id: i64, by_insurer: bool) -> Payment {
    let at = bill.meta.created_at;
    let method = match rng.random_range(0..10) {
        _ if by_insurer => PaymentMethod::Insurance,
        0..7 => PaymentMethod::Cash,
        7..9 => PaymentMethod::MobileMoney,
        _ => PaymentMethod::Card,
    };
    Payment {
        meta: meta(uid(rng, at), at),
        bill: Ref::new(id),
        amount: match by_insurer {
            true => bill.insurance_paid_amount,
            false => bill.paid_amount,
        },
        method,
        reference: Blank::default(),
        tendered: None,
        patient: bill.patient,
        payment_date: at,
        receipt_number: 0,
        received_by: Some(Ref::new(CASHIER)),
        refund_of: None,
        refunded_amount: Money::ZERO,
        by_insurer,
        claim: None,
        cash_session: None,
        refund_pending: Money::ZERO,
    }
}
