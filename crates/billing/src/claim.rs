//! A claim on an insurer for its part of a bill.

use jiff::Timestamp;
use kernel::{BuiltinRole, Code, Money};
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, column, select, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::seal::Sealed;
use platform::texts::Text;
use sea_query::{Alias, ExprTrait, Func, Query};

use crate::bill::Bill;
use crate::claim_state::step;
use crate::insurance::InsuranceDetail;
use crate::remittance;
use crate::sums::Sums;

pub use crate::claim_state::ClaimStatus;

platform::record! {
    /// A claim on an insurer for its part of a bill.
    pub struct InsuranceClaim in "insurance_claim" for patient {
        client {
            /// The bill whose part the insurer is to pay.
            bill: Ref<Bill>,
            /// The policy; the bill's when it is left out.
            insurance: Option<Ref<InsuranceDetail>>,
            /// How much is claimed, in the hospital's currency; all of the insurer's part that is neither paid nor claimed when it is left out.
            amount: Money = Money::ZERO,
            /// How far it is. A change is checked like the verb of the same name; `paid` and `rejected` settle all that is left of the claim.
            status: ClaimStatus = ClaimStatus::Draft,
            /// What the insurer, or the clerk, remarked.
            remark: Sealed<Blank<2000>>,
        }
        server {
            /// The patient whose bill it is.
            patient: Ref<Patient> = Ref::new(0),
            /// What the insurer has paid on it.
            paid_amount: Money = Money::ZERO,
            /// What the insurer has rejected of it; the patient owes it.
            rejected_amount: Money = Money::ZERO,
            /// What of it nobody owes any more, because something was credited on the bill after it was claimed.
            lapsed_amount: Money = Money::ZERO,
            /// When it was submitted; null until then.
            submitted_at: Option<Timestamp> = None,
            /// When the insurer decided; null until then.
            decided_at: Option<Timestamp> = None,
        }
    }
}

impl InsuranceClaim {
    /// What the insurer has still to pay, or to reject.
    pub(crate) fn left(&self) -> Money {
        let done = [self.paid_amount, self.rejected_amount, self.lapsed_amount];
        let left = self.amount.minor() - done.map(Money::minor).into_iter().sum::<i64>();
        Money::from_minor(left).unwrap_or_default()
    }

    /// Refuses what cannot be done to a claim in its state.
    pub(crate) fn refused(&self) -> Error {
        Error::refuse(
            Code::StateConflict,
            Text::new("state-conflict").with("state", self.status.as_str()),
        )
        .with("status", self.status.as_str())
    }
}

impl Resource for InsuranceClaim {
    const PATH: &'static str = "insurance-claims";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        InsuranceClaim::bill,
        InsuranceClaim::patient,
        InsuranceClaim::insurance,
        InsuranceClaim::status,
        InsuranceClaim::submitted_at,
    ];
    const ORDERING: &'static [Column<Self>] = &[
        InsuranceClaim::submitted_at,
        InsuranceClaim::decided_at,
        InsuranceClaim::status,
        InsuranceClaim::amount,
    ];
    const LIST: &'static [Column<Self>] = &[
        InsuranceClaim::submitted_at,
        InsuranceClaim::patient,
        InsuranceClaim::insurance,
        InsuranceClaim::bill,
        InsuranceClaim::status,
        InsuranceClaim::amount,
        InsuranceClaim::paid_amount,
        InsuranceClaim::rejected_amount,
    ];
    type Extra = ();

    fn access() -> Access {
        use BuiltinRole::{Admin, Cashier};
        Access::nobody().roles(&[Admin, Cashier], "crud")
    }

    fn scope(grant: &Grant) -> Scope {
        reach("insurance_claim", "patient", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        match change.before {
            None => begin(cx, change.row).await,
            Some(before) => edit(cx, before, change.row).await,
        }
    }

    async fn removing(_cx: &mut Cx, row: &Self) -> Result<(), Error> {
        match row.status {
            ClaimStatus::Draft => Ok(()),
            _ => Err(row.refused()),
        }
    }

    async fn removable(_cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        Ok(row.status == ClaimStatus::Draft)
    }
}

async fn begin(cx: &mut Cx, row: &mut InsuranceClaim) -> Result<(), Error> {
    let bill: Bill = cx.hold(row.bill.get()).await?;
    bill.check_opened()?;
    row.patient = bill.patient;
    row.insurance = row.insurance.or(bill.insurance);
    if bill.insurance.is_none() || row.insurance != bill.insurance {
        return Err(Error::field("insurance", Text::new("billing-claim-policy")));
    }
    let open = open(cx, &bill, row.meta.id).await?;
    if row.amount.is_zero() {
        row.amount = open;
    }
    check_amount(row.amount, open)?;
    match row.status {
        ClaimStatus::Draft => {}
        ClaimStatus::Submitted => row.submitted_at = Some(cx.now()),
        _ => return Err(Error::field("status", Text::new("billing-claim-new"))),
    }
    Ok(())
}

async fn edit(cx: &mut Cx, before: &InsuranceClaim, row: &mut InsuranceClaim) -> Result<(), Error> {
    if row.bill != before.bill || row.insurance != before.insurance {
        return Err(before.refused());
    }
    if row.amount != before.amount {
        if before.status != ClaimStatus::Draft {
            return Err(before.refused());
        }
        let bill: Bill = cx.hold(row.bill.get()).await?;
        let open = open(cx, &bill, row.meta.id).await?;
        check_amount(row.amount, open)?;
    }
    if row.status != before.status {
        if !step(before.status, row.status) {
            return Err(before.refused());
        }
        if matches!(row.status, ClaimStatus::Submitted | ClaimStatus::Approved) {
            let bill: Bill = cx.hold(row.bill.get()).await?;
            bill.check_opened()?;
            check_still_owed(cx, &bill, row).await?;
        }
        // What is settled by a status that a client wrote is settled as a remittance would.
        let left = before.left();
        match row.status {
            ClaimStatus::Paid => remittance::settle(cx, row, left, Money::ZERO, "").await?,
            ClaimStatus::Rejected => remittance::settle(cx, row, Money::ZERO, left, "").await?,
            _ => {}
        }
        note_times(row, cx.now());
    }
    Ok(())
}

/// The claim that the insurer has still to answer, or to pay, of a bill.
pub(crate) async fn under_way(cx: &mut Cx, bill: i64) -> Result<Option<i64>, Error> {
    let found: Option<(i64,)> = cx
        .unscoped("the claims for a bill that the caller writes")
        .optional(Statement::raw(
            "SELECT id FROM insurance_claim WHERE bill = $1 AND status IN ('submitted', 'approved') \
             AND voided_at IS NULL ORDER BY id LIMIT 1",
            values([&bill]),
        ))
        .await?;
    Ok(found.map(|(claim,)| claim))
}

/// Whether the bill of a claim is opened, and not withdrawn.
pub(crate) async fn is_owed(cx: &mut Cx, bill: i64) -> Result<bool, Error> {
    let found: Option<(i64,)> = cx
        .unscoped("the state of the bill whose claim is shown")
        .optional(Statement::raw(
            "SELECT id FROM bill WHERE id = $1 AND status NOT IN ('Draft', 'Void')",
            values([&bill]),
        ))
        .await?;
    Ok(found.is_some())
}

/// Refuses to withdraw a bill that an insurer is to pay for.
///
/// # Errors
/// 409 `state_conflict` with the `claim`.
pub(crate) async fn check_none_under_way(cx: &mut Cx, bill: i64) -> Result<(), Error> {
    under_way(cx, bill)
        .await?
        .map_or(Ok(()), |claim| Err(conflict(claim)))
}

/// Removes the drafts of claims for a bill that is withdrawn: nobody is to be asked for it any more.
pub(crate) async fn remove_drafts(cx: &mut Cx, bill: i64) -> Result<(), Error> {
    let mut query = select::<InsuranceClaim>();
    query
        .and_where(InsuranceClaim::bill.eq(bill))
        .and_where(InsuranceClaim::status.eq(ClaimStatus::Draft.as_str()))
        .and_where(column("insurance_claim", "voided_at").is_null());
    let drafts: Vec<InsuranceClaim> = cx
        .unscoped("the claims for a bill that the caller withdraws")
        .records(query)
        .await?;
    cx.remove_all(&drafts).await
}

/// The refusal of what would take from under a claim what it asks for.
pub(crate) fn conflict(claim: i64) -> Error {
    let text = Text::new("billing-claim-under-way").with("claim", claim);
    Error::refuse(Code::StateConflict, text).with("claim", claim)
}

/// The refusal of money from an insurer who pays it on a claim.
pub(crate) fn pays(claim: i64) -> Error {
    let text = Text::new("billing-claim-pays").with("claim", claim);
    Error::refuse(Code::StateConflict, text).with("claim", claim)
}

/// What the claims for a bill ask for and were refused.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// One of the claims that the insurer has still to answer, or to pay.
    pub(crate) under_way: Option<i64>,
    /// What is asked for by claims under way, and neither paid nor rejected.
    pub(crate) claimed: Money,
    /// What the insurer of the bill's policy rejected of it; the patient owes it.
    pub(crate) rejected: Money,
}

impl Standing {
    /// The claim under way for which sums would leave the insurer too little.
    pub(crate) fn short(&self, sums: &Sums) -> Option<i64> {
        self.under_way.filter(|_| sums.insurer_due() < self.claimed)
    }
}

/// Reads what the claims for a bill ask for; nothing for a bill that is not stored yet.
pub(crate) async fn standing(cx: &mut Cx, bill: &Bill) -> Result<Standing, Error> {
    if bill.meta.id == 0 {
        return Ok(Standing::default());
    }
    let insurance = bill.insurance.map(|insurance| insurance.get());
    let found: Option<(Option<i64>, i64, i64)> = cx
        .unscoped("the claims for a bill that the caller writes")
        .optional(Statement::raw(
            "SELECT MAX(CASE WHEN status IN ('submitted', 'approved') THEN id END), \
             CAST(COALESCE(SUM(CASE WHEN status IN ('submitted', 'approved') THEN amount - paid_amount - rejected_amount - lapsed_amount END), 0) AS bigint), \
             CAST(COALESCE(SUM(CASE WHEN insurance = $2 THEN rejected_amount END), 0) AS bigint) \
             FROM insurance_claim WHERE bill = $1 AND voided_at IS NULL",
            values([&bill.meta.id, &insurance]),
        ))
        .await?;
    let (under_way, claimed, rejected) = found.unwrap_or_default();
    let money = |minor| Money::from_minor(minor).map_err(Error::internal);
    Ok(Standing {
        under_way,
        claimed: money(claimed)?,
        rejected: money(rejected)?,
    })
}

/// Refuses to submit a claim that the bill, as it became since, does not leave to its policy.
async fn check_still_owed(cx: &mut Cx, bill: &Bill, row: &InsuranceClaim) -> Result<(), Error> {
    if row.insurance != bill.insurance {
        return Err(Error::field("insurance", Text::new("billing-claim-policy")));
    }
    let open = open(cx, bill, row.meta.id).await?;
    check_amount(row.left(), open)
}

/// When a claim came to its state.
pub(crate) fn note_times(row: &mut InsuranceClaim, now: Timestamp) {
    match row.status {
        ClaimStatus::Draft => {}
        ClaimStatus::Submitted => row.submitted_at = Some(now),
        ClaimStatus::Approved | ClaimStatus::Rejected | ClaimStatus::Paid => {
            row.decided_at = row.decided_at.or(Some(now));
        }
    }
}

fn check_amount(amount: Money, open: Money) -> Result<(), Error> {
    if !amount.is_positive() || amount > open {
        let text = Text::new("billing-claim-amount").with("open", open);
        return Err(Error::field("amount", text));
    }
    Ok(())
}

/// The insurer's part of a held bill that is neither paid nor claimed.
async fn open(cx: &mut Cx, bill: &Bill, but: i64) -> Result<Money, Error> {
    let of = |name| column("insurance_claim", name);
    let left = of("amount")
        .sub(of("paid_amount"))
        .sub(of("rejected_amount"))
        .sub(of("lapsed_amount"));
    let mut query = Query::select();
    query
        .from("insurance_claim")
        .expr(Func::sum(left).cast_as(Alias::new("bigint")))
        .and_where(InsuranceClaim::bill.eq(bill.meta.id))
        .and_where(InsuranceClaim::id.ne(but))
        .and_where(of("voided_at").is_null());
    let statement = Statement::build(cx.dialect(), &query);
    let claimed: Option<(Option<i64>,)> = cx
        .unscoped("the claims for a bill that the caller claims for")
        .optional(statement)
        .await?;
    let claimed = claimed.and_then(|(sum,)| sum).unwrap_or_default();
    let open = bill.sums().insurer_due().minor() - claimed;
    Ok(Money::from_minor(Ord::max(open, 0)).unwrap_or_default())
}
