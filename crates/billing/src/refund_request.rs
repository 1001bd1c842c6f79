//! The wish to give money back, which somebody else decides about.

use contracts::RefundDecided;
use http::StatusCode;
use identity::user::User;
use jiff::Timestamp;
use kernel::{BuiltinRole, Code, Money};
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::module::Module;
use platform::record::{Column, Meta};
use platform::resource::Resource;
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::{One, Verb};

use crate::bill::Bill;
use crate::book::{self, difference, sum};
use crate::cash_session::{self, CashSession};
use crate::claim::InsuranceClaim;
use crate::ledger::{EntryKind, Posting, post};
use crate::minor_unit;
use crate::payment::{self, Payment};
use crate::payment_method::PaymentMethod;
use crate::remittance;

platform::choice! {
    /// What became of a request.
    pub enum RefundStatus {
        /// Nobody decided yet.
        Pending = "pending",
        /// The money was given back.
        Approved = "approved",
        /// It is not given back.
        Rejected = "rejected",
    }
}

platform::record! {
    /// A request to give back a payment or a part of it. Another user than the one who asked decides.
    pub struct RefundRequest in "refund_request" for patient {
        client {}
        server {
            /// The payment that is to be given back.
            payment: Ref<Payment> = Ref::new(0),
            /// The bill on which the payment was made.
            bill: Ref<Bill> = Ref::new(0),
            /// The patient whose bill it is.
            patient: Ref<Patient> = Ref::new(0),
            /// Amount to give back, in the hospital's currency.
            amount: Money = Money::ZERO,
            /// Why it is to be given back.
            reason: Sealed<Blank<1000>> = Sealed::new(Blank::default()),
            /// `pending` until another user approves or rejects it.
            status: RefundStatus = RefundStatus::Pending,
            /// The user who asked.
            requested_by: Option<Ref<User>> = None,
            /// The user who decided; null while it is pending.
            decided_by: Option<Ref<User>> = None,
            /// When it was decided; null while it is pending.
            decided_at: Option<Timestamp> = None,
            /// The refund that came of it; null unless it was approved.
            refund: Option<Ref<Payment>> = None,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, serde::Serialize, schemars::JsonSchema)]
pub struct RefundExtra {
    /// The user who approved; null while it is pending, and when it was rejected.
    pub approved_by: Option<i64>,
    /// Another name of `approved_by`.
    pub approved_by_id: Option<i64>,
}

impl Resource for RefundRequest {
    const PATH: &'static str = "refund-requests";
    const VERBS: &'static str = "r";
    const PATIENT_DATA: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        RefundRequest::payment,
        RefundRequest::bill,
        RefundRequest::patient,
        RefundRequest::status,
        RefundRequest::requested_by,
        RefundRequest::decided_at,
    ];
    const LIST: &'static [Column<Self>] = &[
        RefundRequest::patient,
        RefundRequest::bill,
        RefundRequest::payment,
        RefundRequest::amount,
        RefundRequest::status,
        RefundRequest::requested_by,
        RefundRequest::decided_by,
    ];
    type Extra = RefundExtra;

    fn access() -> Access {
        use BuiltinRole::{Admin, Cashier};
        Access::nobody().roles(&[Admin, Cashier], "r")
    }

    fn scope(grant: &Grant) -> Scope {
        reach("refund_request", "patient", grant)
    }

    async fn extras(_cx: &mut Cx, rows: &[Self]) -> Result<Vec<RefundExtra>, Error> {
        let extra = |row: &RefundRequest| {
            let approved = row.status == RefundStatus::Approved;
            let by = row.decided_by.filter(|_| approved).map(|user| user.get());
            RefundExtra {
                approved_by: by,
                approved_by_id: by,
            }
        };
        Ok(rows.iter().map(extra).collect())
    }
}

/// Adds the verbs to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module.verb::<Refund>().verb::<Approve>().verb::<Reject>()
}

platform::input! {
    /// What is to be given back.
    pub struct RefundInput {
        /// How much, in the hospital's currency; all that is left of the payment when it is left out.
        amount: Option<Money>,
        /// The reason, in words.
        reason: Line<1000>,
    }
}

/// `POST payments/{id}/refund/`.
pub struct Refund;

impl Verb for Refund {
    type On = Payment;
    type Input = RefundInput;
    type Answer = One<RefundRequest>;
    const NAME: &'static str = "refund";
    const SUMMARY: &'static str = "Request to give a payment back";
    const DESCRIPTION: &'static str = "The money is given back once another user approves the request (`refund-requests/{id}/approve/`). Until then the requested amount is set aside, so that all requests together never exceed the payment (409 `refund_exceeds_payment`). What an insurer paid is taken back in the same way, as when it was booked on the wrong claim: the insurer owes it again, and its claim is `approved` until it is paid or rejected anew.";
    const STATUS: StatusCode = StatusCode::CREATED;

    fn access() -> Access {
        use BuiltinRole::{Admin, Cashier};
        Access::may(&[Admin, Cashier])
    }

    fn offered(row: &Payment) -> bool {
        row.refund_of.is_none()
    }

    async fn run(
        cx: &mut Cx,
        held: Payment,
        input: RefundInput,
    ) -> Result<One<RefundRequest>, Error> {
        identity::as_oneself(cx)?;
        let left = left(&held)?;
        let amount = input.amount.unwrap_or(left);
        if !amount.is_positive() && input.amount.is_some() {
            return Err(Error::field("amount", Text::new("billing-not-positive")));
        }
        if amount > left || left.is_zero() {
            return Err(Error::refuse(
                Code::RefundExceedsPayment,
                Text::new("billing-more-than-paid").with("paid", left),
            )
            .with("refundable", platform::serde_json::json!(left)));
        }
        if amount != left {
            minor_unit::check(cx, "amount", amount)?;
        }
        let mut payment = held.clone();
        payment.refund_pending = sum(held.refund_pending, amount)?;
        cx.update(&mut payment, &held).await?;
        let mut request = RefundRequest {
            meta: Meta::unstored(),
            payment: Ref::new(held.meta.id),
            bill: held.bill,
            patient: held.patient,
            amount,
            reason: Sealed::new(Blank::cut(&input.reason)),
            status: RefundStatus::Pending,
            requested_by: cx.actor.user_id().map(Ref::new),
            decided_by: None,
            decided_at: None,
            refund: None,
        };
        cx.insert(&mut request).await?;
        Ok(One(request))
    }
}

/// `POST refund-requests/{id}/approve/`.
pub struct Approve;

impl Verb for Approve {
    type On = RefundRequest;
    type Input = ();
    type Answer = One<RefundRequest>;
    const NAME: &'static str = "approve";
    const SUMMARY: &'static str = "Approve a refund, which gives the money back";
    const DESCRIPTION: &'static str = "A request cannot be approved by the user who made it, nor by somebody who stands in for another, nor with an API key. The refund has a receipt of its own. Cash leaves the open drawer of the user who asked, which must hold as much (409 `state_conflict` with `in_drawer`).";
    const GRAVE: bool = true;

    fn access() -> Access {
        Access::may(&[BuiltinRole::Admin])
    }

    fn offered(row: &RefundRequest) -> bool {
        row.status == RefundStatus::Pending
    }

    async fn refusal(cx: &mut Cx, row: &RefundRequest) -> Result<Error, Error> {
        decided_before(cx, Self::not_offered(row), row).await
    }

    async fn run(cx: &mut Cx, held: RefundRequest, _: ()) -> Result<One<RefundRequest>, Error> {
        // Whoever stands in for somebody could be the one who asked.
        identity::in_person(cx)?;
        let by = cx.user_id()?;
        if held.requested_by.is_some_and(|user| user.get() == by) {
            let text = Text::new("billing-refund-by-another");
            return Err(Error::refuse(Code::PermissionDenied, text));
        }
        let before: Payment = cx.hold(held.payment.get()).await?;
        // A claim is locked before its bill, as by whoever settles it.
        let claim: Option<InsuranceClaim> = match before.claim {
            Some(claim) => Some(cx.hold(claim.get()).await?),
            None => None,
        };
        let bill_before: Bill = cx.hold(held.bill.get()).await?;
        if let Some(claim) = &claim {
            let lapsed = held.amount.min(bill_before.sums().insurer_credit());
            remittance::take_back(cx, claim, held.amount, lapsed).await?;
        }
        let (mut bill, transfers) = book::changed(&bill_before, |sums| match before.by_insurer {
            true => sums.refund_insurer(held.amount),
            false => sums.refund(held.amount, before.method),
        })?;
        cx.update(&mut bill, &bill_before).await?;
        let mut payment = before.clone();
        payment.refund_pending = difference(before.refund_pending, held.amount)?;
        payment.refunded_amount = sum(before.refunded_amount, held.amount)?;
        cx.update(&mut payment, &before).await?;
        let drawer = give(cx, &held, &before).await?;
        let mut refund = Payment {
            meta: Meta::unstored(),
            amount: held.amount,
            refund_of: Some(Ref::new(before.meta.id)),
            refunded_amount: Money::ZERO,
            refund_pending: Money::ZERO,
            tendered: None,
            cash_session: drawer,
            ..before
        };
        payment::complete(cx, &mut refund, &bill).await?;
        cx.insert(&mut refund).await?;
        let posting = Posting {
            kind: EntryKind::Refund,
            bill: &bill,
            payment: Some(&refund),
            transfers,
        };
        post(cx, posting).await?;
        let mut request = held.clone();
        request.status = RefundStatus::Approved;
        request.decided_by = Some(Ref::new(by));
        request.decided_at = Some(cx.now());
        request.refund = Some(Ref::new(refund.meta.id));
        cx.update(&mut request, &held).await?;
        cx.emit(&decided(&request))?;
        Ok(One(request))
    }
}

/// Takes what is given back in cash out of the drawer of the cashier who asked; answers the session. Without an open drawer
/// there is only the cash that no drawer holds, which is that of payments taken without one.
async fn give(
    cx: &mut Cx,
    request: &RefundRequest,
    payment: &Payment,
) -> Result<Option<Ref<CashSession>>, Error> {
    if payment.method != PaymentMethod::Cash {
        return Ok(None);
    }
    let cashier = request.requested_by.map(|user| user.get());
    let drawer = cash_session::put(cx, cashier, request.amount.neg()).await?;
    if drawer.is_none() && payment.cash_session.is_some() {
        let text = Text::new("billing-drawer-needed");
        return Err(Error::refuse(Code::StateConflict, text));
    }
    Ok(drawer)
}

/// Who decided before, and when.
async fn decided_before(cx: &mut Cx, refused: Error, row: &RefundRequest) -> Result<Error, Error> {
    let text = Text::new("billing-refund-decided").with("state", row.status.as_str());
    identity::done_before(cx, refused, text, row.decided_by, row.decided_at).await
}

/// What whoever asked is told.
fn decided(request: &RefundRequest) -> RefundDecided {
    RefundDecided {
        refund_request: request.meta.id,
        approved: request.status == RefundStatus::Approved,
    }
}

/// `POST refund-requests/{id}/reject/`.
pub struct Reject;

impl Verb for Reject {
    type On = RefundRequest;
    type Input = ();
    type Answer = One<RefundRequest>;
    const NAME: &'static str = "reject";
    const SUMMARY: &'static str = "Reject a refund, or take back the request";

    fn access() -> Access {
        use BuiltinRole::{Admin, Cashier};
        Access::may(&[Admin, Cashier])
    }

    fn offered(row: &RefundRequest) -> bool {
        row.status == RefundStatus::Pending
    }

    async fn refusal(cx: &mut Cx, row: &RefundRequest) -> Result<Error, Error> {
        decided_before(cx, Self::not_offered(row), row).await
    }

    async fn run(cx: &mut Cx, held: RefundRequest, _: ()) -> Result<One<RefundRequest>, Error> {
        let before: Payment = cx.hold(held.payment.get()).await?;
        let mut payment = before.clone();
        payment.refund_pending = difference(before.refund_pending, held.amount)?;
        cx.update(&mut payment, &before).await?;
        let mut request = held.clone();
        request.status = RefundStatus::Rejected;
        request.decided_by = cx.actor.user_id().map(Ref::new);
        request.decided_at = Some(cx.now());
        cx.update(&mut request, &held).await?;
        cx.emit(&decided(&request))?;
        Ok(One(request))
    }
}

/// What of a payment is neither given back nor requested to be.
fn left(payment: &Payment) -> Result<Money, Error> {
    difference(
        difference(payment.amount, payment.refunded_amount)?,
        payment.refund_pending,
    )
}
