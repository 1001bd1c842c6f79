//! The cash desk: what is to be paid, the drawer, drafts to finish, refunds to decide.

use std::collections::HashMap;

use maud::{Markup, html};
use platform::cx::{Cx, among};
use platform::db::ToValue;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::{Expr, ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::parts::{address, method, named, price};
use super::payments::decide;
use super::today;
use crate::bill::Bill;
use crate::bill_status::BillStatus;
use crate::cash_session::{CashSession, SessionStatus};
use crate::payment::Payment;
use crate::refund_request::{RefundRequest, RefundStatus};

/// Bills to be paid that are shown; the patient's page has all of theirs.
const MOST: u64 = 100;
/// Drafts that are shown.
const DRAFTS: u64 = 30;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    cx.saw_nothing();
    let open = bills(cx, &[BillStatus::Open, BillStatus::PartiallyPaid], MOST).await?;
    let drafts = bills(cx, &[BillStatus::Draft], DRAFTS).await?;
    let refunds: Vec<RefundRequest> = resource::rows(cx, DRAFTS, |query| {
        query
            .and_where(RefundRequest::status.eq(RefundStatus::Pending.as_str()))
            .order_by(("refund_request", "id"), Order::Asc);
    })
    .await?;
    let decided = decided(cx).await?;
    let owed = owed(cx).await?;
    let payments = payments(cx, refunds.iter().chain(&decided)).await?;
    let all = open.iter().chain(&drafts).map(|bill| bill.patient.get());
    let of_refunds = refunds.iter().map(|request| request.patient.get());
    let of_decided = decided.iter().map(|request| request.patient.get());
    let of_owed = owed.iter().map(|bill| bill.patient.get());
    let all = all.chain(of_refunds).chain(of_decided).chain(of_owed);
    let names = patients::names(cx, all).await?;
    let today = today::show(cx, ask).await?;
    let drawer = drawer(cx, ask).await?;
    let first = open.first();
    let body = html! {
        @if let Some(first) = first {
            div.actions {
                (ui::primary(&address(first.meta.id), &next(ask, name(&names, first)), "n"))
            }
        }
        (drawer)
        (told(ask, &decided, &payments, &names))
        section.panel {
            h2 { (ask.t("billing-to-pay")) " " span.count { (open.len()) } }
            @if open.is_empty() { (ui::empty(&ask.t("billing-to-pay-none"), None)) }
            (list(ask, &open, &names, true))
        }
        div.grid {
            section.panel {
                h2 { (ask.t("billing-drafts")) " " span.count { (drafts.len()) } }
                @if drafts.is_empty() { p.hint { (ask.t("billing-drafts-none")) } }
                (list(ask, &drafts, &names, false))
            }
            section.panel {
                h2 { (ask.t("billing-refunds")) " " span.count { (refunds.len()) } }
                @if refunds.is_empty() { p.hint { (ask.t("billing-refunds-none")) } }
                ul.entries { @for request in &refunds { li data-row {
                    span {
                        a href=(address(request.bill.get())) { (names.get(&request.patient.get()).map_or("", String::as_str)) }
                        " · " (price(ask, request.amount))
                        @if let Some(payment) = payments.get(&request.payment.get()) { " · " (method(ask, payment.method)) }
                        " · " (request.reason.open().to_string())
                    }
                    (decide(cx, ask, request))
                } } }
            }
        }
        @if !owed.is_empty() {
            section.panel {
                h2 { (ask.t("billing-owed-back")) " " span.count { (owed.len()) } }
                ul.entries { @for bill in &owed { li data-row {
                    span { a href=(address(bill.meta.id)) { (name(&names, bill)) " · " (named(ask, bill.meta.id)) } }
                    b.sum { (price(ask, bill.sums().patient_credit())) }
                } } }
            }
        }
        (today)
    };
    Ok(Page::new(ask.t("nav-cash"), body))
}

/// Bills of which the hospital owes the patient something back: paid, and then lowered.
async fn owed(cx: &mut Cx) -> Result<Vec<Bill>, Error> {
    resource::rows(cx, DRAFTS, |query| {
        query
            // In the words of the partial index: a bound value would not match it.
            .and_where(Expr::cust(r#""bill"."credit_due" > 0"#))
            // Otherwise it is the insurer's.
            .and_where(Expr::cust(
                r#""bill"."paid_amount" > "bill"."refunded_amount""#,
            ))
            .order_by(("bill", "id"), Order::Desc);
    })
    .await
}

/// The payments that are to be given back, by their ids.
async fn payments(
    cx: &mut Cx,
    requests: impl Iterator<Item = &RefundRequest>,
) -> Result<HashMap<i64, Payment>, Error> {
    let mut ids = Vec::new();
    for request in requests {
        ids.push(request.payment.get());
        ids.extend(request.refund.map(|refund| refund.get()));
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let dialect = cx.dialect();
    let rows: Vec<Payment> = resource::rows(cx, ids.len() as u64, |query| {
        query.and_where(among(dialect, Payment::id, &ids));
    })
    .await?;
    Ok(rows.into_iter().map(|row| (row.meta.id, row)).collect())
}

/// Those of today first, in the order in which they came; of earlier days the newest first.
async fn bills(cx: &mut Cx, states: &[BillStatus], most: u64) -> Result<Vec<Bill>, Error> {
    let states: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    let draft = states.contains(&BillStatus::Draft.as_str());
    resource::rows(cx, most, |query| {
        query
            .and_where(Bill::status.is_in(states))
            .order_by(("bill", "date_issued"), Order::Desc)
            .order_by(("bill", "id"), Order::Asc);
        if !draft {
            query.and_where(Bill::balance_due.gt(0));
        }
    })
    .await
}

/// What the reader asked to be given back and somebody else decided about today.
async fn decided(cx: &mut Cx) -> Result<Vec<RefundRequest>, Error> {
    let user = cx.user_id()?;
    let (since, _) = cx
        .app
        .zone
        .day_bounds(cx.today())
        .map_err(Error::internal)?;
    resource::rows(cx, DRAFTS, |query| {
        query
            .and_where(RefundRequest::requested_by.eq(user))
            .and_where(RefundRequest::decided_by.ne(user))
            .and_where(RefundRequest::decided_at.gte(since.to_value()))
            .order_by(("refund_request", "id"), Order::Desc);
    })
    .await
}

/// How a refund that was approved is paid out: what came from an insurer was never the patient's.
fn way(ask: &Ask, request: &RefundRequest, payments: &HashMap<i64, Payment>) -> Markup {
    let refund = request
        .refund
        .and_then(|refund| payments.get(&refund.get()));
    html! {
        @match refund {
            Some(refund) if refund.by_insurer => { (ui::pill(Tone::Plain, &ask.t("billing-decided-insurer"))) },
            Some(refund) => {
                (ui::pill(Tone::Good, &ask.t("billing-decided-yes"))) " " (method(ask, refund.method))
                @if refund.is_outside_drawers() { " · " (ask.t("billing-refund-no-drawer")) }
            },
            None => { (ui::pill(Tone::Good, &ask.t("billing-decided-yes"))) },
        }
    }
}

/// Whom to give money back to, and to whom not.
fn told(
    ask: &Ask,
    decided: &[RefundRequest],
    payments: &HashMap<i64, Payment>,
    names: &HashMap<i64, String>,
) -> Markup {
    html! {
        @if !decided.is_empty() {
            section.panel {
                h2 { (ask.t("billing-decided")) " " span.count { (decided.len()) } }
                ul.entries { @for request in decided { li data-row {
                    span {
                        @if request.status == RefundStatus::Approved { (way(ask, request, payments)) }
                        @else { (ui::pill(Tone::Plain, &ask.t("billing-decided-no"))) }
                        " " a href=(address(request.bill.get())) { (names.get(&request.patient.get()).map_or("", String::as_str)) }
                    }
                    b.sum { (price(ask, request.amount)) }
                    @if let Some(refund) = request.refund {
                        a href={ "/print/receipt/" (refund.get()) ".pdf" } target="_blank" { (ask.t("billing-print-refund")) }
                    }
                } } }
            }
        }
    }
}

/// Whether cash that is taken goes into a drawer.
async fn drawer(cx: &mut Cx, ask: &Ask) -> Result<Markup, Error> {
    let user = cx.user_id()?;
    let open: Vec<CashSession> = resource::rows(cx, 1, |query| {
        query
            .and_where(CashSession::cashier.eq(user))
            .and_where(CashSession::status.eq(SessionStatus::Open.as_str()));
    })
    .await?;
    Ok(match open.first() {
        Some(open) => ui::notice(
            Tone::Good,
            html! { p {
                (ask.t("billing-drawer-open")) " " b { (open.drawer.to_string()) } " " (ask.moment(open.opened_at)) " · "
                a href="/drawer" data-key="d" { (ask.t("billing-drawer-count")) kbd aria-hidden="true" { "d" } }
            } },
        ),
        None => ui::notice(
            Tone::Warning,
            html! { p {
                "! " (ask.t("billing-drawer-none")) " "
                a href="/drawer" data-key="d" { (ask.t("billing-drawer-begin")) kbd aria-hidden="true" { "d" } }
            } },
        ),
    })
}

fn name<'a>(names: &'a HashMap<i64, String>, bill: &Bill) -> &'a str {
    names.get(&bill.patient.get()).map_or("", String::as_str)
}

fn next(ask: &Ask, name: &str) -> String {
    ask.say(&Text::new("billing-next").with("name", name.to_owned()))
}

fn list(ask: &Ask, bills: &[Bill], names: &HashMap<i64, String>, owed: bool) -> Markup {
    html! {
        ul.entries { @for bill in bills { li data-row {
            span {
                a href=(address(bill.meta.id)) { (name(names, bill)) }
                " · " (named(ask, bill.meta.id)) " · " (ask.day(bill.date_issued))
                @if bill.status == BillStatus::PartiallyPaid { " · " (ask.t("billing-status-partly")) }
            }
            b.sum { (price(ask, if owed { bill.balance_due } else { bill.total_amount })) }
        } } }
    }
}
