//! What an insurer says and pays on a claim.

use kernel::{BuiltinRole, Code, Money};
use platform::access::Access;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::module::Module;
use platform::record::Meta;
use platform::resource::change_by;
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::{One, Verb};

use crate::bill::Bill;
use crate::book::{self, difference, sum};
use crate::claim::{self, InsuranceClaim, note_times};
use crate::claim_state::{ClaimStatus, settled};
use crate::ledger::{EntryKind, Posting, post};
use crate::minor_unit;
use crate::payment::{self, Payment};
use crate::payment_method::PaymentMethod;

/// Adds the verbs to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .verb::<Submit>()
        .verb::<Approve>()
        .verb::<Reject>()
        .verb::<Remit>()
        .verb::<Appeal>()
}

fn access() -> Access {
    use BuiltinRole::{Admin, Cashier};
    Access::may(&[Admin, Cashier])
}

macro_rules! step {
    ($(#[doc = $doc:literal])* $verb:ident => $to:ident, $name:literal, $summary:literal) => {
        $(#[doc = $doc])*
        pub struct $verb;

        impl Verb for $verb {
            type On = InsuranceClaim;
            type Input = RemarkInput;
            type Answer = One<InsuranceClaim>;
            const NAME: &'static str = $name;
            const SUMMARY: &'static str = $summary;
            // The patient owes what was rejected, and is asked for it.
            const GRAVE: bool = matches!(ClaimStatus::$to, ClaimStatus::Rejected);

            fn access() -> Access {
                access()
            }

            fn offered(row: &InsuranceClaim) -> bool {
                crate::claim_state::step(row.status, ClaimStatus::$to)
            }

            fn not_offered(row: &InsuranceClaim) -> Error {
                row.refused()
            }

            /// Not for a bill that was withdrawn.
            async fn of_use(cx: &mut Cx, row: &InsuranceClaim) -> Result<bool, Error> {
                claim::is_owed(cx, row.bill.get()).await
            }

            async fn run(
                cx: &mut Cx,
                held: InsuranceClaim,
                input: RemarkInput,
            ) -> Result<One<InsuranceClaim>, Error> {
                change_by(cx, held, |row| {
                    row.status = ClaimStatus::$to;
                    if !input.remark.is_empty() {
                        row.remark = Sealed::new(input.remark);
                    }
                })
                .await
                .map(One)
            }
        }
    };
}

platform::input! {
    /// What is remarked.
    pub struct RemarkInput {
        /// A remark; empty keeps the one there is.
        remark: Blank<2000>,
    }
}

step!(
    /// The claim goes to the insurer.
    Submit => Submitted, "submit", "Submit a claim to the insurer"
);
step!(
    /// The insurer will pay.
    Approve => Approved, "approve", "Record that the insurer approved a claim"
);
step!(
    /// The insurer pays nothing more: what is left of the claim becomes the patient's.
    Reject => Rejected, "reject", "Record that the insurer rejected what is left of a claim; the patient owes it"
);

platform::input! {
    /// What an insurer paid, and what it rejected.
    pub struct RemitInput {
        /// What was paid, in the hospital's currency.
        paid_amount: Money = Money::ZERO,
        /// What was rejected, in the hospital's currency; the patient owes it.
        rejected_amount: Money = Money::ZERO,
        /// The reference of the transfer.
        reference: Blank<255>,
        /// A remark; empty keeps the one there is.
        remark: Blank<2000>,
    }
}

/// `POST insurance-claims/{id}/remittance/`.
pub struct Remit;

impl Verb for Remit {
    type On = InsuranceClaim;
    type Input = RemitInput;
    type Answer = One<InsuranceClaim>;
    const NAME: &'static str = "remittance";
    const SUMMARY: &'static str = "Record what the insurer paid and rejected of a claim";
    const DESCRIPTION: &'static str = "A claim is paid in any number of parts. Each part is a payment on the bill with the method Insurance. Once nothing is left, the claim is `paid`, or `rejected` when nothing was paid. The same amount with the same reference is one transfer: on the same claim it is 409 `already_recorded`, unless what was recorded was refunded.";
    const GRAVE: bool = true;

    fn access() -> Access {
        access()
    }

    fn offered(row: &InsuranceClaim) -> bool {
        matches!(row.status, ClaimStatus::Submitted | ClaimStatus::Approved)
    }

    fn not_offered(row: &InsuranceClaim) -> Error {
        row.refused()
    }

    async fn run(
        cx: &mut Cx,
        held: InsuranceClaim,
        input: RemitInput,
    ) -> Result<One<InsuranceClaim>, Error> {
        let (paid, rejected) = (input.paid_amount, input.rejected_amount);
        if paid.is_negative() || rejected.is_negative() || (paid.is_zero() && rejected.is_zero()) {
            return Err(Error::field(
                "paid_amount",
                Text::new("billing-not-positive"),
            ));
        }
        let both = paid.checked_add(rejected);
        if both.is_err() || both.is_ok_and(|both| both > held.left()) {
            let text = Text::new("billing-claim-amount").with("open", held.left());
            return Err(Error::field("paid_amount", text));
        }
        not_twice(cx, &held, paid, &input.reference).await?;
        let mut claim = held.clone();
        settle(cx, &mut claim, paid, rejected, &input.reference).await?;
        claim.status = settled(claim.left().is_positive(), claim.paid_amount.is_positive());
        if !input.remark.is_empty() {
            claim.remark = Sealed::new(input.remark);
        }
        note_times(&mut claim, cx.now());
        cx.update(&mut claim, &held).await?;
        Ok(One(claim))
    }
}

platform::input! {
    /// What an insurer is asked for once more.
    pub struct AppealInput {
        /// How much of what was rejected, in the hospital's currency; as much of it as can be asked for when it is left out.
        amount: Option<Money>,
        /// A remark, such as the reason of the appeal; empty keeps the one there is.
        remark: Blank<2000>,
    }
}

/// `POST insurance-claims/{id}/appeal/`.
pub struct Appeal;

impl Verb for Appeal {
    type On = InsuranceClaim;
    type Input = AppealInput;
    type Answer = One<InsuranceClaim>;
    const NAME: &'static str = "appeal";
    const SUMMARY: &'static str = "Ask the insurer again for what it rejected of a claim";
    const DESCRIPTION: &'static str = "The claim is `submitted` again, and the patient does not owe that part while it is. What the patient has paid of it is refunded first: only what is still owed can be asked for, and no more than the policy's share and its annual limit leave.";
    const GRAVE: bool = true;

    fn access() -> Access {
        access()
    }

    fn offered(row: &InsuranceClaim) -> bool {
        row.rejected_amount.is_positive()
    }

    fn not_offered(row: &InsuranceClaim) -> Error {
        row.refused()
    }

    /// Not for a bill that was withdrawn.
    async fn of_use(cx: &mut Cx, row: &InsuranceClaim) -> Result<bool, Error> {
        claim::is_owed(cx, row.bill.get()).await
    }

    async fn run(
        cx: &mut Cx,
        held: InsuranceClaim,
        input: AppealInput,
    ) -> Result<One<InsuranceClaim>, Error> {
        let bill: Bill = cx.hold(held.bill.get()).await?;
        bill.check_opened()?;
        if held.insurance != bill.insurance {
            return Err(Error::field("insurance", Text::new("billing-claim-policy")));
        }
        let part = book::insurers_part(cx, &bill, bill.total_amount).await?;
        let left = part.checked_sub(bill.insurance_amount);
        let most = held
            .rejected_amount
            .min(bill.balance_due)
            .min(left.unwrap_or_default().max(Money::ZERO));
        let amount = input.amount.unwrap_or(most);
        if !amount.is_positive() || amount > most {
            let text = Text::new("billing-claim-appeal").with("open", most);
            return Err(Error::field("amount", text));
        }
        if amount != most {
            minor_unit::check(cx, "amount", amount)?;
        }
        let mut claim = held.clone();
        claim.rejected_amount = difference(held.rejected_amount, amount)?;
        claim.status = ClaimStatus::Submitted;
        claim.decided_at = None;
        if !input.remark.is_empty() {
            claim.remark = Sealed::new(input.remark);
        }
        note_times(&mut claim, cx.now());
        cx.update(&mut claim, &held).await?;
        book::apply(cx, bill, EntryKind::Rejection, |sums| sums.appeal(amount)).await?;
        Ok(One(claim))
    }
}

/// Refuses to record the same transfer twice on a claim: same amount, same reference, not refunded. The claim is locked, so
/// that of two concurrent requests the second sees the first.
async fn not_twice(
    cx: &mut Cx,
    claim: &InsuranceClaim,
    paid: Money,
    reference: &str,
) -> Result<(), Error> {
    let reference = reference.trim();
    if reference.is_empty() || !paid.is_positive() {
        return Ok(());
    }
    let statement = Statement::raw(
        "SELECT id FROM payment WHERE claim = $1 AND amount = $2 AND upper(reference) = upper($3) \
         AND refund_of IS NULL AND refunded_amount = 0 ORDER BY id LIMIT 1",
        values([&claim.meta.id, &paid.minor(), &reference.to_owned()]),
    );
    let found: Option<(i64,)> = cx
        .unscoped("what was paid on a claim that the caller settles")
        .optional(statement)
        .await?;
    let Some((payment,)) = found else {
        return Ok(());
    };
    let text = Text::new("billing-transfer-recorded").with("reference", reference);
    Err(Error::refuse(Code::AlreadyRecorded, text).with("payment", payment))
}

/// Takes from a held claim what was booked to be paid on it: it is to be paid, or rejected, anew, but for what nobody owes
/// any more.
pub(crate) async fn take_back(
    cx: &mut Cx,
    held: &InsuranceClaim,
    amount: Money,
    lapsed: Money,
) -> Result<(), Error> {
    let mut claim = held.clone();
    claim.paid_amount = difference(held.paid_amount, amount)?;
    claim.lapsed_amount = sum(held.lapsed_amount, lapsed)?;
    // One that was asked for again is still to be answered.
    if matches!(claim.status, ClaimStatus::Paid | ClaimStatus::Rejected) {
        claim.status = settled(claim.left().is_positive(), claim.paid_amount.is_positive());
    }
    cx.update(&mut claim, held).await
}

/// Books on the bill what an insurer paid and rejected, and notes it in the claim, which the caller stores.
pub(crate) async fn settle(
    cx: &mut Cx,
    claim: &mut InsuranceClaim,
    paid: Money,
    rejected: Money,
    reference: &str,
) -> Result<(), Error> {
    let before: Bill = cx.hold(claim.bill.get()).await?;
    let mut current = before;
    if paid.is_positive() {
        let (mut bill, transfers) = book::changed(&current, |sums| sums.pay_by_insurer(paid))?;
        cx.update(&mut bill, &current).await?;
        let mut payment = Payment {
            meta: Meta::unstored(),
            tendered: None,
            bill: Ref::new(bill.meta.id),
            amount: paid,
            method: PaymentMethod::Insurance,
            reference: Blank::cut(reference),
            patient: bill.patient,
            payment_date: cx.now(),
            receipt_number: 0,
            received_by: None,
            refund_of: None,
            refunded_amount: Money::ZERO,
            by_insurer: true,
            claim: Some(Ref::new(claim.meta.id)),
            cash_session: None,
            refund_pending: Money::ZERO,
        };
        payment::complete(cx, &mut payment, &bill).await?;
        cx.insert(&mut payment).await?;
        let posting = Posting {
            kind: EntryKind::Payment,
            bill: &bill,
            payment: Some(&payment),
            transfers,
        };
        post(cx, posting).await?;
        current = bill;
    }
    // A credit since the claim left less to the insurer; nobody owes the rest.
    let owed = rejected.min(current.sums().insurer_due());
    if owed.is_positive() {
        book::apply(cx, current, EntryKind::Rejection, |sums| sums.reject(owed)).await?;
    }
    claim.paid_amount = sum(claim.paid_amount, paid)?;
    claim.rejected_amount = sum(claim.rejected_amount, owed)?;
    claim.lapsed_amount = sum(claim.lapsed_amount, difference(rejected, owed)?)?;
    Ok(())
}
