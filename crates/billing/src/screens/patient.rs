//! A patient's bills: all of them, and on the patient's own page what is owed.

use kernel::Money;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use sea_query::{Condition, ExprTrait, Order};
use web::{Ask, Page, ui};

use super::parts::{Head, address, money, named, price, state, table};
use crate::bill::Bill;
use crate::bill_status::BillStatus;

/// Bills that are shown, newest first.
const MOST: u64 = 100;
/// Of what is owed, on the patient's page.
const OWED: u64 = 5;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let head = patients::head(cx, ask, id).await?;
    let bills: Vec<Bill> = resource::rows(cx, MOST, |query| {
        query
            .and_where(Bill::patient.eq(id))
            .order_by(("bill", "id"), Order::Desc);
    })
    .await?;
    let opened = bills.iter().filter(|bill| bill.is_opened());
    let owed = Money::sum(opened.map(|bill| bill.balance_due)).unwrap_or_default();
    let may = ask.may_do("bills_create");
    let body = html! {
        @if may { div.actions { (begin(ask, id)) } }
        @if bills.is_empty() {
            (ui::empty(&ask.t("billing-bills-none"), None))
        } @else {
            p { (ask.t("billing-owes")) (ask.colon()) b { (price(ask, owed)) } }
            (list(ask, &bills))
        }
    };
    Ok(head.page(ask.t("billing-bills"), &body))
}

/// Begins a bill for services that are not charged by themselves.
pub(super) fn begin(ask: &Ask, patient: i64) -> Markup {
    let form = ask.form("bills_create").then("/bills/{id}/");
    form.show(html! {
        (form.hidden("patient", patient))
        (form.hidden("status", "Draft"))
        button data-key="b" { (ask.t("billing-begin")) kbd aria-hidden="true" { "b" } }
    })
}

/// What is owed, on the patient's page; nothing to show where nothing is.
pub(super) async fn panel(cx: &mut Cx, ask: &Ask, id: i64) -> Result<Option<Markup>, Error> {
    let owed = owed(cx, id, 0).await?;
    let inner = html! {
        @if owed.is_empty() { p.hint { (ask.t("billing-owes-nothing")) } }
        (short(ask, &owed))
    };
    Ok(Some(ui::panel(&ask.t("billing-owed-bills"), inner)))
}

/// What the patient of a bill owes on others, so that nobody is sent back to the cash desk for the rest.
pub(super) async fn others(cx: &mut Cx, ask: &Ask, bill: &Bill) -> Result<Markup, Error> {
    let owed = owed(cx, bill.patient.get(), bill.meta.id).await?;
    Ok(html! {
        @if !owed.is_empty() { (ui::panel(&ask.t("billing-others"), short(ask, &owed))) }
    })
}

/// Drafts and bills of a patient on which something is owed, but for one. What has gathered and is not charged yet is owed
/// soon: nobody leaves by mistake.
async fn owed(cx: &mut Cx, patient: i64, but: i64) -> Result<Vec<Bill>, Error> {
    let open = [BillStatus::Open, BillStatus::PartiallyPaid].map(BillStatus::as_str);
    let drafts: Vec<Bill> = resource::rows(cx, OWED, |query| {
        query
            .and_where(Bill::patient.eq(patient))
            .and_where(Bill::id.ne(but))
            .and_where(Bill::status.eq(BillStatus::Draft.as_str()))
            .cond_where(
                Condition::any()
                    .add(Bill::total_amount.gt(0))
                    .add(Bill::gather_key.is_not_null()),
            )
            .order_by(("bill", "id"), Order::Desc);
    })
    .await?;
    let bills: Vec<Bill> = resource::rows(cx, OWED, |query| {
        query
            .and_where(Bill::patient.eq(patient))
            .and_where(Bill::id.ne(but))
            .and_where(Bill::status.is_in(open))
            .and_where(Bill::balance_due.gt(0))
            .order_by(("bill", "id"), Order::Desc);
    })
    .await?;
    Ok(drafts.into_iter().chain(bills).collect())
}

fn short(ask: &Ask, owed: &[Bill]) -> Markup {
    let sum = |bill: &Bill| match bill.status {
        BillStatus::Draft => bill.total_amount,
        _ => bill.balance_due,
    };
    html! {
        ul.entries { @for bill in owed { li data-row {
            span { a href=(address(bill.meta.id)) { (named(ask, bill.meta.id)) } " · " (ask.day(bill.date_issued)) " · " (state(ask, bill.status)) }
            b.sum { (price(ask, sum(bill))) }
        } } }
    }
}

fn list(ask: &Ask, bills: &[Bill]) -> Markup {
    let heads: [Head; 6] = [
        ("billing-bill", false),
        ("billing-issued", false),
        ("billing-state", false),
        ("billing-total", true),
        ("billing-insurer-part", true),
        ("billing-due", true),
    ]
    .map(|(key, number)| (ask.t(key), number));
    let rows: Vec<Vec<Markup>> = bills.iter().map(|bill| row(ask, bill)).collect();
    table(&heads, &rows)
}

fn row(ask: &Ask, bill: &Bill) -> Vec<Markup> {
    vec![
        ui::link(&address(bill.meta.id), &named(ask, bill.meta.id)),
        ask.day(bill.date_issued),
        state(ask, bill.status),
        html! { (money(ask, bill.total_amount)) },
        html! { (money(ask, bill.insurance_amount)) },
        html! { (money(ask, bill.balance_due)) },
    ]
}
