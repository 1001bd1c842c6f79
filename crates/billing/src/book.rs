//! Changing what a bill comes to, with everything that belongs to the change.

use jiff::Timestamp;
use jiff::civil::Date;
use kernel::{Code, Money};
use platform::cx::{Cx, column, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::field::Ref;
use platform::texts::Text;
use sea_query::{Alias, Expr, ExprTrait, Func, Query};

use crate::bill::Bill;
use crate::bill_status::BillStatus;
use crate::claim;
use crate::insurance::InsuranceDetail;
use crate::ledger::{EntryKind, Posting, Transfer, post};
use crate::minor_unit;
use crate::sums::{Refusal, Sums, Transfers};

/// What people are told when the sums of a bill do not allow something.
pub(crate) fn refusal(bill: &Bill, refusal: Refusal) -> Error {
    match refusal {
        Refusal::MoreThanOwed(owed) => Error::refuse(
            Code::Overpayment,
            Text::new("billing-more-than-owed").with("owed", owed),
        )
        .with("balance_due", platform::serde_json::json!(owed)),
        Refusal::MoreThanPaid(paid) => Error::refuse(
            Code::RefundExceedsPayment,
            Text::new("billing-more-than-paid").with("paid", paid),
        )
        .with("refundable", platform::serde_json::json!(paid)),
        Refusal::BelowPaid => Error::refuse(Code::StateConflict, Text::new("billing-below-paid")),
        Refusal::HoldsMoney => Error::refuse(Code::StateConflict, Text::new("billing-holds-money"))
            .with("status", bill.status.as_str()),
        Refusal::TooLarge => Error::field("total_amount", Text::new("billing-too-large")),
    }
}

/// Fills in what follows from a bill's encounter: its doctor, and the day of the services.
pub(crate) async fn attribute(cx: &mut Cx, bill: &mut Bill) -> Result<(), Error> {
    let found: Option<(i64, Timestamp)> = match bill.encounter {
        None => None,
        Some(encounter) => {
            cx.unscoped("whose revenue a bill is, and the day of its services")
                .optional(Statement::raw(
                    "SELECT doctor, encounter_date FROM encounter WHERE id = $1",
                    values([&encounter.get()]),
                ))
                .await?
        }
    };
    bill.doctor = found.map(|(doctor, _)| Ref::new(doctor));
    if bill.service_date.is_none() {
        let seen = found.map(|(_, at)| cx.app.zone.today(at));
        bill.service_date = Some(seen.unwrap_or(cx.today()));
    }
    Ok(())
}

/// Locks the bill's policy and checks that it is still the patient's: it may have been given to another one since the
/// reference was validated.
pub(crate) async fn check_policy(cx: &mut Cx, bill: &Bill) -> Result<(), Error> {
    let Some(insurance) = bill.insurance else {
        return Ok(());
    };
    let policy: InsuranceDetail = cx.hold(insurance.get()).await?;
    if policy.patient == bill.patient {
        return Ok(());
    }
    Err(Error::field("insurance", Text::new("other-patient")))
}

/// Gives a bill another total, and works out the insurer's part of it anew.
///
/// The policy is locked while that is done: two bills that share what is left of a year's limit are split one after
/// the other. What the insurer rejected before stays the patient's.
///
/// # Errors
/// 409 `state_conflict` with the `claim` when less would be left for the insurer than is claimed; a credit is booked all
/// the same, and the claim is settled with less.
pub(crate) async fn recharge(
    cx: &mut Cx,
    bill: &mut Bill,
    total: Money,
    has_lines: bool,
    credit: bool,
) -> Result<(), Error> {
    let claims = claim::standing(cx, bill).await?;
    let part = insurers_part(cx, bill, total).await?;
    let insurer = part.checked_sub(claims.rejected).unwrap_or_default();
    let mut sums = bill.sums();
    sums.charge(total, insurer.max(Money::ZERO), credit)
        .map_err(|why| refusal(bill, why))?;
    if let Some(claim) = claims.short(&sums).filter(|_| !credit) {
        return Err(claim::conflict(claim));
    }
    bill.set_sums(sums, has_lines);
    Ok(())
}

/// The part of a total that the bill's policy pays. The policy is locked from then on.
pub(crate) async fn insurers_part(cx: &mut Cx, bill: &Bill, total: Money) -> Result<Money, Error> {
    let Some(insurance) = bill.insurance else {
        return Ok(Money::ZERO);
    };
    let policy: InsuranceDetail = cx.hold(insurance.get()).await?;
    let service = bill.service_date.unwrap_or(cx.today());
    let used = match policy.annual_limit {
        None => Money::ZERO,
        Some(_) => used(cx, insurance.get(), service, bill.meta.id).await?,
    };
    Ok(policy.policy(minor_unit::of(cx)).part(service, total, used))
}

/// What a policy's other bills of the same calendar year take up of its limit.
async fn used(cx: &mut Cx, insurance: i64, service: Date, but: i64) -> Result<Money, Error> {
    let (first, last) = (service.first_of_year(), service.last_of_year());
    let mut query = Query::select();
    query
        .from("bill")
        .expr(Func::sum(column("bill", "insurance_amount")).cast_as(Alias::new("bigint")))
        .and_where(column("bill", "insurance").eq(insurance))
        .and_where(column("bill", "service_date").gte(first.to_value()))
        .and_where(column("bill", "service_date").lte(last.to_value()))
        .and_where(column("bill", "id").ne(but))
        .and_where(column("bill", "voided_at").is_null())
        .and_where(
            column("bill", "status")
                .is_not_in([BillStatus::Draft.as_str(), BillStatus::Void.as_str()]),
        );
    let statement = Statement::build(cx.dialect(), &query);
    let used: Option<(Option<i64>,)> = cx
        .unscoped("what is left of a policy's limit is no secret to those who bill on it")
        .optional(statement)
        .await?;
    let minor = used.and_then(|(sum,)| sum).unwrap_or_default();
    Money::from_minor(minor).map_err(Error::internal)
}

/// Whether a bill has lines, and so comes to their sum.
pub(crate) async fn has_lines(cx: &mut Cx, bill: i64) -> Result<bool, Error> {
    let (lines, _) = lines(cx, bill, None).await?;
    Ok(lines > 0)
}

/// How many lines a bill has, and what they come to; without one that is about to go.
pub(crate) async fn lines(
    cx: &mut Cx,
    bill: i64,
    without: Option<i64>,
) -> Result<(i64, Money), Error> {
    let mut query = Query::select();
    query
        .from("bill_item")
        .expr(Func::count(Expr::cust("1")))
        .expr(Func::sum(column("bill_item", "line_total")).cast_as(Alias::new("bigint")))
        .and_where(column("bill_item", "bill").eq(bill))
        .and_where(column("bill_item", "voided_at").is_null());
    if let Some(without) = without {
        query.and_where(column("bill_item", "id").ne(without));
    }
    let statement = Statement::build(cx.dialect(), &query);
    let found: Option<(i64, Option<i64>)> = cx
        .unscoped("the lines of a bill that the caller writes")
        .optional(statement)
        .await?;
    let (count, sum) = found.unwrap_or_default();
    let sum = Money::from_minor(sum.unwrap_or_default()).and_then(Money::within_limit);
    Ok((
        count,
        sum.map_err(|_| Error::field("total_amount", Text::new("billing-too-large")))?,
    ))
}

/// After a bill's lines changed: its total is their sum.
pub(crate) async fn retotal(
    cx: &mut Cx,
    before: Bill,
    without: Option<i64>,
    kind: EntryKind,
) -> Result<(), Error> {
    let (count, total) = lines(cx, before.meta.id, without).await?;
    let mut bill = before.clone();
    // Credits may leave nothing, and never less.
    let total = total.max(Money::ZERO);
    recharge(cx, &mut bill, total, count > 0, kind == EntryKind::Credit).await?;
    let bill = save(cx, before.clone(), bill, kind).await?;
    // Other lines may add up to the same total.
    cx.renew(&bill, &before).await
}

/// Stores a bill whose sums changed, and posts what belongs to that.
pub(crate) async fn save(
    cx: &mut Cx,
    before: Bill,
    mut bill: Bill,
    kind: EntryKind,
) -> Result<Bill, Error> {
    cx.update(&mut bill, &before).await?;
    post_difference(cx, Some(&before), &bill, kind).await?;
    Ok(bill)
}

/// Posts what a bill is charged now and was not before. A draft is not in the ledger.
pub(crate) async fn post_difference(
    cx: &mut Cx,
    before: Option<&Bill>,
    bill: &Bill,
    kind: EntryKind,
) -> Result<(), Error> {
    if !bill.is_opened() {
        return Ok(());
    }
    let before = before.filter(|before| before.is_opened());
    let mut sums = before.map(Bill::sums).unwrap_or_default();
    let transfers = sums
        .charge(bill.total_amount, bill.insurance_amount, true)
        .map_err(|why| refusal(bill, why))?;
    let posting = Posting {
        kind,
        bill,
        payment: None,
        transfers,
    };
    post(cx, posting).await
}

/// Withdraws an opened bill.
pub(crate) fn void(bill: &mut Bill) -> Result<Vec<Transfer>, Error> {
    let mut sums = bill.sums();
    let transfers = match bill.is_opened() {
        true => sums.void().map_err(|why| refusal(bill, why))?,
        false => Transfers::new(),
    };
    bill.status = BillStatus::Void;
    bill.gather_key = None;
    bill.set_sums(sums, true);
    Ok(transfers)
}

/// Applies a change of sums to a held bill and stores it with its entry.
pub(crate) async fn apply(
    cx: &mut Cx,
    before: Bill,
    kind: EntryKind,
    change: impl FnOnce(&mut Sums) -> Result<Transfers, Refusal>,
) -> Result<Bill, Error> {
    let (bill, transfers) = changed(&before, change)?;
    let mut bill = bill;
    cx.update(&mut bill, &before).await?;
    let posting = Posting {
        kind,
        bill: &bill,
        payment: None,
        transfers,
    };
    post(cx, posting).await?;
    Ok(bill)
}

/// A bill after a change of its sums, and the transfers that belong to it.
pub(crate) fn changed(
    before: &Bill,
    change: impl FnOnce(&mut Sums) -> Result<Transfers, Refusal>,
) -> Result<(Bill, Transfers), Error> {
    let mut sums = before.sums();
    let transfers = change(&mut sums).map_err(|why| refusal(before, why))?;
    let mut bill = before.clone();
    // Whoever pays, writes off or rejects changes nothing about its lines: a total of nothing stays as it is.
    bill.set_sums(sums, before.status == BillStatus::Paid);
    Ok((bill, transfers))
}

/// Two amounts of records together.
pub(crate) fn sum(one: Money, other: Money) -> Result<Money, Error> {
    one.checked_add(other).map_err(Error::internal)
}

/// An amount of a record less another.
pub(crate) fn difference(one: Money, other: Money) -> Result<Money, Error> {
    one.checked_sub(other).map_err(Error::internal)
}
