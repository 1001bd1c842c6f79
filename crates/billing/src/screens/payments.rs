//! What was paid on a bill and given back, and the wishes to give back.

use kernel::Money;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use sea_query::{ExprTrait, Order};
use web::{Ask, Decimals, Kind, ui};

use super::parts::{Head, method, money, price, table};
use crate::bill::Bill;
use crate::payment::Payment;
use crate::refund_request::{RefundRequest, RefundStatus};

/// Requests of one bill that are shown.
const MOST: u64 = 50;

pub(super) async fn show(
    cx: &mut Cx,
    ask: &Ask,
    bill: &Bill,
    paid: &[Payment],
) -> Result<Markup, Error> {
    if paid.is_empty() {
        return Ok(match bill.is_opened() {
            true => html! { p.hint { (ask.t("billing-payments-none")) } },
            false => html! {},
        });
    }
    let waiting: Vec<RefundRequest> = resource::rows(cx, MOST, |query| {
        query
            .and_where(RefundRequest::bill.eq(bill.meta.id))
            .and_where(RefundRequest::status.eq(RefundStatus::Pending.as_str()))
            .order_by(("refund_request", "id"), Order::Asc);
    })
    .await?;
    let by = paid.iter().filter_map(|payment| payment.received_by);
    let asked = waiting.iter().filter_map(|request| request.requested_by);
    let names = identity::names(cx, by.chain(asked).map(|user| user.get())).await?;
    let heads: [Head; 6] = [
        ("billing-receipt", false),
        ("billing-when", false),
        ("billing-method", false),
        ("billing-taken-by", false),
        ("billing-amount", true),
        ("billing-on-paper", false),
    ]
    .map(|(key, number)| (ask.t(key), number));
    let rows: Vec<Vec<Markup>> = paid
        .iter()
        .map(|payment| {
            let by = payment.received_by.and_then(|user| names.get(&user.get()));
            row(ask, payment, by.map_or("", String::as_str))
        })
        .collect();
    Ok(html! {
        h2 { (ask.t("billing-payments")) }
        (table(&heads, &rows))
        @if !waiting.is_empty() {
            (ui::panel(&ask.t("billing-refunds"), html! {
                ul.entries { @for request in &waiting { li {
                    span {
                        b { (price(ask, request.amount)) } " · " (request.reason.open().to_string())
                        @if let Some(name) = request.requested_by.and_then(|user| names.get(&user.get())) { " · " (name) }
                    }
                    (decide(cx, ask, request))
                } } }
            }))
        }
    })
}

fn row(ask: &Ask, payment: &Payment, by: &str) -> Vec<Markup> {
    let reference: &str = &payment.reference;
    let back = payment.refund_of.is_some();
    let words = ask.t(if back {
        "billing-print-refund"
    } else {
        "billing-print-receipt"
    });
    vec![
        html! { (payment.receipt_number) @if back { " · " (ask.t("billing-refund-of")) } },
        ask.moment(payment.payment_date),
        html! { (method(ask, payment.method)) @if !reference.is_empty() { " · " (reference) } },
        html! { (by) },
        html! { div {
            @if back { "− " } (money(ask, payment.amount))
            @if payment.refunded_amount.is_positive() { p.hint { (ask.t("billing-given-back")) (ask.colon()) (money(ask, payment.refunded_amount)) } }
        } },
        html! {
            div {
                a href={ "/print/receipt/" (payment.meta.id) ".pdf" } target="_blank" { (words) }
                (refund(ask, payment))
            }
        },
    ]
}

/// The wish to give a payment back, or a part of it.
fn refund(ask: &Ask, payment: &Payment) -> Markup {
    let left =
        payment.amount.minor() - payment.refunded_amount.minor() - payment.refund_pending.minor();
    let left = Money::from_minor(left).unwrap_or_default();
    let form = ask
        .form("payments_refund")
        .on(payment.meta.id)
        .apart(payment.meta.id)
        .version(payment.meta.version)
        .done("done-refund-asked");
    let offered = payment.refund_of.is_none() && left.is_positive();
    if !ask.may_do("payments_refund") || !(offered || form.sent().is_some()) {
        return html! {};
    }
    html! {
        details open[form.sent().is_some()] {
            summary { (ask.t("billing-refund")) }
            (form.show(html! {
                p.hint { (ask.t("billing-refund-hint")) }
                (form.field("amount").label("billing-amount").kind(Kind::Number(Decimals::Some)).value(left))
                (form.field("reason").label("billing-reason").kind(Kind::Text))
                div.actions { button { (ask.t("billing-refund-ask")) } }
            }))
        }
    }
}

/// Deciding about a wish: by another than who asked.
pub(super) fn decide(cx: &Cx, ask: &Ask, request: &RefundRequest) -> Markup {
    let own = request.requested_by.map(|user| user.get()) == cx.actor.user_id();
    let approve = ask
        .form("refund_requests_approve")
        .on(request.meta.id)
        .version(request.meta.version)
        .done("done-refunded");
    let reject = ask
        .form("refund_requests_reject")
        .on(request.meta.id)
        .apart(request.meta.id)
        .version(request.meta.version)
        .done("done-refund-rejected");
    html! {
        @if !own && ask.may_do("refund_requests_approve") { (approve.only_button("billing-refund-approve")) }
        @if own { small { (ask.t("billing-refund-by-other")) } }
        @if ask.may_do("refund_requests_reject") {
            (reject.only_button(if own { "billing-refund-withdraw" } else { "billing-refund-reject" }))
        }
    }
}
