//! Money that came in for a bill, and money that was given back.

use identity::user::User;
use jiff::Timestamp;
use kernel::{Code, Money};
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, select};
use platform::db::Statement;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource, Said};
use platform::serde_json::json;
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{ExprTrait, Order};
use serde::Serialize;

use crate::bill::Bill;
use crate::book;
use crate::cash_session::{self, CashSession};
use crate::claim::{self, InsuranceClaim};
use crate::ledger::{Account, EntryKind, Posting, Transfer, post};
use crate::minor_unit;
use crate::payment_method::PaymentMethod;
use crate::sums::{Refusal, Sums};

platform::record! {
    /// Money that was paid on a bill, or given back. Payments are never changed or deleted: what was wrong is refunded.
    pub struct Payment in "payment" for patient {
        client {
            /// The bill that is paid.
            bill: Ref<Bill>,
            /// Amount in the hospital's currency; more than 0.
            amount: Money,
            /// How it was paid.
            method: PaymentMethod = PaymentMethod::Cash,
            /// The reference of the transfer, such as a mobile money transaction; unique for card and mobile money payments.
            reference: Blank<255>,
            /// What was handed over in cash, where change was given: the amount or more. Null otherwise.
            tendered: Option<Money>,
        }
        server {
            /// The patient whose bill it is.
            patient: Ref<Patient> = Ref::new(0),
            /// When it was made, in UTC.
            payment_date: Timestamp = Timestamp::UNIX_EPOCH,
            /// Number of its receipt: 1, 2, 3 and so on, without gaps.
            receipt_number: i64 = 0,
            /// The user who took it, or paid it out; null when the program did.
            received_by: Option<Ref<User>> = None,
            /// The payment that it gives back; null unless it is a refund.
            refund_of: Option<Ref<Payment>> = None,
            /// What was given back of it until now.
            refunded_amount: Money = Money::ZERO,
            /// Whether it settles the insurer's part of the bill; the patient's part otherwise.
            by_insurer: bool = false,
            /// The claim that the insurer paid by it; null for what patients pay, and for what an insurer paid without a claim.
            claim: Option<Ref<InsuranceClaim>> = None,
            /// The cash session in whose drawer it lies; null for other methods, and without an open session.
            cash_session: Option<Ref<CashSession>> = None,
        }
        hidden {
            /// What is requested to be given back and not decided.
            refund_pending: Money = Money::ZERO,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct PaymentExtra {
    /// `payment` for money that came in, `refund` for money that was given back.
    pub kind: &'static str,
    /// The amount, below 0 for a refund: these add up to what the hospital has.
    pub signed_amount: Money,
    /// A warning for the cashier: cash that no drawer's count includes. Null otherwise.
    pub notice: Option<String>,
}

impl Payment {
    /// Cash that was taken, or given back, while the cashier had no drawer open: no count includes it.
    pub(crate) fn is_outside_drawers(&self) -> bool {
        self.method == PaymentMethod::Cash && self.cash_session.is_none()
    }

    /// What is said of cash that lies in no drawer's count.
    pub(crate) fn outside_drawers(&self, cx: &Cx) -> Option<String> {
        let key = match self.refund_of {
            None => "billing-no-drawer",
            Some(_) => "billing-refund-no-drawer",
        };
        let said = || cx.app.texts.render(cx.origin.language, &Text::new(key));
        self.is_outside_drawers().then(said)
    }
}

impl Resource for Payment {
    const PATH: &'static str = "payments";
    const VERBS: &'static str = "cru";
    const PATIENT_DATA: bool = true;
    const CLIENT_UID: bool = true;
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[
        ("amount_paid", Payment::amount),
        ("payment_method", Payment::method),
        ("reference_number", Payment::reference),
    ];
    const FILTERS: &'static [Column<Self>] = &[
        Payment::bill,
        Payment::patient,
        Payment::method,
        Payment::reference,
        Payment::payment_date,
        Payment::received_by,
        Payment::receipt_number,
        Payment::cash_session,
    ];
    const ORDERING: &'static [Column<Self>] = &[
        Payment::payment_date,
        Payment::amount,
        Payment::receipt_number,
    ];
    const LIST: &'static [Column<Self>] = &[
        Payment::payment_date,
        Payment::receipt_number,
        Payment::patient,
        Payment::bill,
        Payment::method,
        Payment::amount,
        Payment::refunded_amount,
        Payment::received_by,
    ];
    type Extra = PaymentExtra;

    fn access() -> Access {
        use kernel::BuiltinRole::{Admin, Cashier, Doctor, Patient};
        Access::nobody()
            .roles(&[Admin, Cashier], "cru")
            .roles(&[Doctor, Patient], "r")
    }

    fn called(&self) -> Vec<Said> {
        vec![
            Said::Words(format!("#{}", self.receipt_number)),
            Said::Amount(self.amount),
        ]
    }

    fn scope(grant: &Grant) -> Scope {
        reach("payment", "patient", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        match change.before {
            None => take(cx, change.row).await,
            // Only a mistyped reference can be mended.
            Some(_) if change.changed(|row| (row.bill, row.amount, row.method, row.tendered)) => {
                Err(Error::refuse(
                    Code::StateConflict,
                    Text::new("billing-payment-final"),
                ))
            }
            Some(_) => Ok(()),
        }
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        if !change.is_new() {
            return Ok(());
        }
        let payment = &*change.row;
        let bill: Bill = cx.load(payment.bill.get()).await?;
        let transfers = Transfer::of(
            Account::Money(payment.method),
            match payment.by_insurer {
                true => Account::InsurerReceivable,
                false => Account::Receivable,
            },
            payment.amount,
        );
        let posting = Posting {
            kind: EntryKind::Payment,
            bill: &bill,
            payment: Some(payment),
            transfers: transfers.into_iter().collect(),
        };
        post(cx, posting).await
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<PaymentExtra>, Error> {
        let extra = |row: &Payment| {
            let (kind, signed_amount) = match row.refund_of {
                None => ("payment", row.amount),
                Some(_) => ("refund", row.amount.neg()),
            };
            PaymentExtra {
                kind,
                signed_amount,
                notice: row.outside_drawers(cx),
            }
        };
        Ok(rows.iter().map(extra).collect())
    }
}

/// Takes a payment on its bill, which is locked until the end: what the bill still owes is decided by one payment at
/// a time, and the database refuses a bill on which more was paid than was owed.
async fn take(cx: &mut Cx, payment: &mut Payment) -> Result<(), Error> {
    if !payment.amount.is_positive() {
        return Err(Error::field("amount", Text::new("billing-not-positive")));
    }
    check_tendered(payment)?;
    let before: Bill = cx.hold(payment.bill.get()).await?;
    before.check_opened()?;
    check_minor_unit(cx, &before, payment)?;
    check_method(&before, payment)?;
    let mut sums = before.sums();
    payment.by_insurer = match enter(&mut sums, payment) {
        Ok(by_insurer) => by_insurer,
        Err(why) => return Err(too_much(cx, &before, why).await?),
    };
    if payment.by_insurer {
        // What is claimed is paid on its claim, which would wait for it for ever otherwise.
        let claims = claim::standing(cx, &before).await?;
        if let Some(claim) = claims.short(&sums) {
            return Err(claim::pays(claim));
        }
    }
    let mut bill = before.clone();
    bill.set_sums(sums, true);
    cx.update(&mut bill, &before).await?;
    complete(cx, payment, &bill).await
}

/// Change is given for cash, and never more than was handed over.
pub(crate) fn check_tendered(payment: &Payment) -> Result<(), Faults> {
    let text = match payment.tendered {
        Some(_) if payment.method != PaymentMethod::Cash => "billing-tendered-cash",
        Some(tendered) if tendered < payment.amount => "billing-tendered-less",
        _ => return Ok(()),
    };
    Err(Faults::one("tendered", Text::new(text)))
}

/// Refuses an amount that is no multiple of the minor unit, unless it settles a bill from before that was required.
pub(crate) fn check_minor_unit(cx: &Cx, bill: &Bill, payment: &Payment) -> Result<(), Faults> {
    if payment.amount == bill.balance_due {
        return Ok(());
    }
    minor_unit::check(cx, "amount", payment.amount)
}

/// An insurer pays only on a bill that names a policy.
pub(crate) fn check_method(bill: &Bill, payment: &Payment) -> Result<(), Faults> {
    if payment.method == PaymentMethod::Insurance && bill.insurance.is_none() {
        return Err(Faults::one(
            "method",
            Text::new("billing-insurer-no-policy"),
        ));
    }
    Ok(())
}

/// Enters a payment in the sums of its bill; answers whether it settles the insurer's part.
pub(crate) fn enter(sums: &mut Sums, payment: &Payment) -> Result<bool, Refusal> {
    let by_insurer = payment.method == PaymentMethod::Insurance;
    match by_insurer {
        true => sums.pay_by_insurer(payment.amount)?,
        false => sums.pay(payment.amount, payment.method)?,
    };
    Ok(by_insurer)
}

/// Fills in what the program keeps of a payment or a refund.
pub(crate) async fn complete(cx: &mut Cx, payment: &mut Payment, bill: &Bill) -> Result<(), Error> {
    payment.patient = bill.patient;
    payment.payment_date = cx.now();
    payment.received_by = cx.actor.user_id().map(Ref::new);
    // Cash that is given back has left its drawer before.
    if payment.method == PaymentMethod::Cash && payment.refund_of.is_none() {
        payment.cash_session = cash_session::put(cx, cx.actor.user_id(), payment.amount).await?;
    }
    payment.receipt_number = next_receipt(cx).await?;
    Ok(())
}

/// The next number of a receipt. The counter is one row, raised in one statement: payments wait for each other there,
/// and one that fails afterwards gives its number back.
async fn next_receipt(cx: &mut Cx) -> Result<i64, Error> {
    let statement = Statement::raw(
        "UPDATE receipt_counter SET last = last + 1 WHERE one = 1 RETURNING last",
        Vec::new(),
    );
    let next: Option<(i64,)> = cx
        .unscoped("the counter of receipts belongs to nobody")
        .optional(statement)
        .await?;
    next.map(|(number,)| number)
        .ok_or_else(|| Error::internal("the counter of receipts gave no number"))
}

/// The refusal of a payment of more than is owed, which names the payment before it.
pub(crate) async fn too_much(cx: &mut Cx, bill: &Bill, why: Refusal) -> Result<Error, Error> {
    let refused = book::refusal(bill, why);
    name_earlier(cx, bill, refused).await
}

/// The refusal of a payment by somebody who was told that something else is owed.
pub(crate) async fn owed_otherwise(cx: &mut Cx, bill: &Bill) -> Result<Error, Error> {
    let text = Text::new("billing-owed-otherwise").with("owed", bill.balance_due);
    let refused = Error::refuse(Code::Conflict, text).with("balance_due", json!(bill.balance_due));
    name_earlier(cx, bill, refused).await
}

/// A refusal with the last payment of the bill.
async fn name_earlier(cx: &mut Cx, bill: &Bill, refused: Error) -> Result<Error, Error> {
    let mut query = select::<Payment>();
    query
        .and_where(Payment::bill.eq(bill.meta.id))
        .and_where(Payment::refund_of.is_null())
        .order_by(("payment", "id"), Order::Desc)
        .limit(1);
    let earlier: Option<Payment> = cx
        .unscoped("the payments of a bill that the caller pays")
        .record(query)
        .await?;
    Ok(match earlier {
        None => refused,
        Some(earlier) => refused.with(
            "payment",
            json!({
                "id": earlier.meta.id,
                "amount": earlier.amount,
                "method": earlier.method,
                "payment_date": earlier.payment_date,
                "receipt_number": earlier.receipt_number,
            }),
        ),
    })
}
