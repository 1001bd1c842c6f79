//! Gathering charges on draft bills, once each.

use kernel::Money;
use platform::cx::{Cx, select, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::{Body, Meta, Record};
use platform::seal::Sealed;
use sea_query::{ExprTrait, Order};

use crate::bill::Bill;
use crate::bill_item::{BillItem, SourceKind};
use crate::bill_status::BillStatus;
use crate::book;
use crate::ledger::EntryKind;
use crate::minor_unit;

/// Drafts of one patient that gather at a time and are looked at.
const GATHERING: u64 = 50;
/// The name under which charges of one patient take turns.
const TURN: &str = "billing-gather";

/// Something that is charged.
pub(crate) struct Charge {
    /// What it is charged for.
    pub(crate) kind: SourceKind,
    /// The id of that record.
    pub(crate) source: i64,
    /// The record that it is a part of, such as a laboratory order.
    pub(crate) parent: Option<i64>,
    /// The patient who is charged.
    pub(crate) patient: i64,
    /// The encounter that it belongs to.
    pub(crate) encounter: Option<i64>,
    /// The service, if it is one of the catalogue.
    pub(crate) service: Option<i64>,
    /// What the line says.
    pub(crate) description: String,
    /// Unit price; none until the service or item has one.
    pub(crate) unit_price: Option<Money>,
    /// How many.
    pub(crate) quantity: i64,
}

/// Makes what follows about a patient's charges happen one after the other, and answers the record in use.
pub(crate) async fn turn(cx: &mut Cx, patient: i64) -> Result<i64, Error> {
    let patient = survivor(cx, patient).await?;
    cx.take_turn(&[(TURN, patient)]).await?;
    Ok(patient)
}

/// The record in use of a patient who may have been merged since the event.
async fn survivor(cx: &mut Cx, patient: i64) -> Result<i64, Error> {
    let mut current = patient;
    // A chain of mergings is as long as there were records of one person.
    for _ in 0..16 {
        let into: Option<(Option<i64>,)> = cx
            .unscoped("which record of a person is in use")
            .optional(Statement::raw(
                "SELECT merged_into FROM patient WHERE id = $1",
                values([&current]),
            ))
            .await?;
        match into {
            Some((Some(into),)) => current = into,
            _ => break,
        }
    }
    Ok(current)
}

/// Notes that something is charged; `false` when it was charged or cancelled before. Events come at least once and
/// in any order: whichever comes first decides, in the database.
async fn first_heard(
    cx: &mut Cx,
    kind: &str,
    source: i64,
    parent: Option<i64>,
    cancelled: bool,
) -> Result<bool, Error> {
    let noted = cx
        .unscoped("what was charged is noted by the program")
        .execute(Statement::raw(
            "INSERT INTO charge_source (kind, source, parent, cancelled) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (kind, source) DO NOTHING",
            values([&kind, &source, &parent, &cancelled]),
        ))
        .await?;
    Ok(noted == 1)
}

/// Notes that something will never be charged again; `true` when that is new.
pub(crate) async fn cancel(cx: &mut Cx, kind: &str, source: i64) -> Result<bool, Error> {
    if first_heard(cx, kind, source, None, true).await? {
        return Ok(true);
    }
    let cancelled = cx
        .unscoped("what was charged is noted by the program")
        .execute(Statement::raw(
            "UPDATE charge_source SET cancelled = TRUE WHERE kind = $1 AND source = $2 AND NOT cancelled",
            values([&kind, &source]),
        ))
        .await?;
    Ok(cancelled == 1)
}

/// Whether something was cancelled.
pub(crate) async fn is_cancelled(cx: &mut Cx, kind: &str, source: i64) -> Result<bool, Error> {
    let found: Option<(bool,)> = cx
        .unscoped("what was charged is noted by the program")
        .optional(Statement::raw(
            "SELECT cancelled FROM charge_source WHERE kind = $1 AND source = $2",
            values([&kind, &source]),
        ))
        .await?;
    Ok(found == Some((true,)))
}

/// The sources of a kind that are parts of another record.
pub(crate) async fn parts_of(cx: &mut Cx, kind: &str, parent: i64) -> Result<Vec<i64>, Error> {
    let rows: Vec<(i64,)> = cx
        .unscoped("what was charged is noted by the program")
        .few(Statement::raw(
            "SELECT source FROM charge_source WHERE kind = $1 AND parent = $2 ORDER BY source",
            values([&kind, &parent]),
        ))
        .await?;
    Ok(rows.into_iter().map(|(source,)| source).collect())
}

/// Puts charges of one patient and encounter on their draft; what was heard of before is left out. The caller has
/// taken its [turn].
pub(crate) async fn charge(cx: &mut Cx, charges: Vec<Charge>) -> Result<(), Error> {
    let mut fresh = Vec::with_capacity(charges.len());
    for charge in charges {
        let kind = charge.kind.as_str();
        if first_heard(cx, kind, charge.source, charge.parent, false).await? {
            fresh.push(charge);
        }
    }
    let Some(first) = fresh.first() else {
        return Ok(());
    };
    let draft = draft(cx, first.patient, first.encounter).await?;
    let mut items = Vec::with_capacity(fresh.len());
    for charge in &fresh {
        let price = charge.unit_price.unwrap_or_default();
        let exact = price.checked_mul(charge.quantity);
        let exact = exact.map_err(Error::internal)?;
        let total = exact.rounded_to(minor_unit::of(cx));
        let total = total.map_err(Error::internal)?;
        // A price with decimals from before they were refused: the line is one unit of the rounded total.
        let (price, quantity) = match total == exact {
            true => (price, charge.quantity),
            false => (total, 1),
        };
        items.push(BillItem {
            meta: Meta::unstored(),
            bill: Ref::new(draft.meta.id),
            service: charge.service.map(Ref::new),
            description: Sealed::new(Blank::cut(&charge.description)),
            amount: price,
            quantity,
            discount: Money::ZERO,
            discount_reason: Sealed::new(Blank::default()),
            patient: draft.patient,
            line_total: total,
            source_type: Some(charge.kind),
            source_id: Some(charge.source),
            credit_of: None,
            unpriced: charge.unit_price.is_none(),
        });
    }
    cx.insert_all(&mut items).await?;
    book::retotal(cx, draft, None, EntryKind::Charge).await?;
    Ok(())
}

/// The draft that gathers an encounter's charges. What belongs to no encounter, such as a stay, joins the newest draft that
/// gathers for the patient, and the first encounter joins what was gathered without one: whoever comes to pay for one visit
/// pays one bill.
async fn draft(cx: &mut Cx, patient: i64, encounter: Option<i64>) -> Result<Bill, Error> {
    let own = encounter.map(|encounter| format!("encounter:{encounter}"));
    let loose = format!("patient:{patient}");
    let mut query = select::<Bill>();
    query
        .and_where(Bill::patient.eq(patient))
        .and_where(Bill::gather_key.is_not_null())
        .and_where(platform::cx::column("bill", "voided_at").is_null())
        .order_by(("bill", "id"), Order::Desc)
        .limit(GATHERING);
    let gathering: Vec<Bill> = cx
        .unscoped("the drafts that the program gathers charges on")
        .records(query)
        .await?;
    let keyed = |key: &str| {
        let is = |bill: &&Bill| bill.gather_key.as_ref().is_some_and(|own| &**own == key);
        gathering.iter().find(is)
    };
    let found = match &own {
        Some(own) => keyed(own),
        None => gathering.first(),
    };
    if let Some(draft) = found {
        return cx.hold(draft.meta.id).await;
    }
    if let (Some(own), Some(joined)) = (&own, keyed(&loose)) {
        let held: Bill = cx.hold(joined.meta.id).await?;
        let mut draft = held.clone();
        draft.encounter = encounter.map(Ref::new);
        draft.gather_key = Some(Line::cut(own));
        draft.service_date = None;
        book::attribute(cx, &mut draft).await?;
        if draft.insurance.is_none() {
            draft.insurance = policy(cx, &draft).await?;
        }
        cx.update(&mut draft, &held).await?;
        return Ok(draft);
    }
    let key = own.unwrap_or(loose);
    let mut body = Body::default();
    body.0.insert("patient".to_owned(), patient.into());
    let mut bill = <Bill as Record>::create(&body)?;
    bill.status = BillStatus::Draft;
    bill.encounter = encounter.map(Ref::new);
    bill.date_issued = cx.today();
    bill.age_from = cx.today();
    bill.gather_key = Some(Line::cut(&key));
    book::attribute(cx, &mut bill).await?;
    bill.insurance = policy(cx, &bill).await?;
    cx.insert(&mut bill).await?;
    Ok(bill)
}

/// The policy of a patient who has exactly one that is valid on the day of the services; who has several chooses when the
/// bill is reviewed.
async fn policy(
    cx: &mut Cx,
    draft: &Bill,
) -> Result<Option<Ref<crate::insurance::InsuranceDetail>>, Error> {
    let (patient, day) = (
        draft.patient.get(),
        draft.service_date.unwrap_or(cx.today()),
    );
    let found: Vec<(i64,)> = cx
        .unscoped("the policies of a patient who is charged")
        .few(Statement::raw(
            "SELECT id FROM insurance_detail WHERE patient = $1 AND voided_at IS NULL \
             AND (valid_until IS NULL OR valid_until >= $2) ORDER BY id LIMIT 2",
            values([&patient, &day]),
        ))
        .await?;
    Ok(match found[..] {
        [(only,)] => Some(Ref::new(only)),
        _ => None,
    })
}

/// Takes a charge back: off a draft, and as a credit from a bill that was opened. A void bill charges nothing.
pub(crate) async fn take_back(cx: &mut Cx, kind: SourceKind, source: i64) -> Result<(), Error> {
    let mut query = select::<BillItem>();
    query
        .and_where(BillItem::source_type.eq(kind.as_str()))
        .and_where(BillItem::source_id.eq(source))
        .and_where(BillItem::credit_of.is_null())
        .and_where(platform::cx::column("bill_item", "voided_at").is_null())
        .order_by(("bill_item", "id"), Order::Asc);
    let found: Option<BillItem> = cx
        .unscoped("the line of a charge that is taken back")
        .record(query)
        .await?;
    let Some(item) = found else { return Ok(()) };
    let bill: Bill = cx.hold(item.bill.get()).await?;
    match bill.status {
        BillStatus::Void => return Ok(()),
        BillStatus::Draft => {
            cx.remove(&item).await?;
            book::retotal(cx, bill, None, EntryKind::Charge).await?;
        }
        BillStatus::Open | BillStatus::PartiallyPaid | BillStatus::Paid => {
            let mut credit = BillItem {
                meta: Meta::unstored(),
                line_total: item.line_total.neg(),
                credit_of: Some(Ref::new(item.meta.id)),
                ..item
            };
            cx.insert(&mut credit).await?;
            book::retotal(cx, bill, None, EntryKind::Credit).await?;
        }
    }
    Ok(())
}
