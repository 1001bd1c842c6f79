//! Taking what is owed, in one or several ways; and what is said when it is taken: the change, and the receipts.

use kernel::Money;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::serde_json::Value as Json;
use platform::texts::Text;
use web::ui::{self, Tone};
use web::{Ask, Decimals, Form, Kind};

use super::parts::{method, methods, price};
use crate::bill::Bill;
use crate::payment::Payment;
use crate::payment_method::PaymentMethod;

/// Ways of paying that the form has room for, unless more are asked for.
const ROWS: usize = 2;
/// As many as the operation takes.
const MOST: usize = 10;

/// The form, where something is owed and the reader may take it.
pub(super) fn form(ask: &Ask, bill: &Bill, paid: &[Payment]) -> Markup {
    let form = ask
        .form("bills_pay")
        .on(bill.meta.id)
        .then("/bills/{bill}/?paid={first}")
        .done("done-paid")
        .prints("/print/receipt/{first}.pdf", "");
    let owed = bill.is_opened() && bill.balance_due.is_positive();
    if !ask.may_do("bills_pay") || !(owed || form.sent().is_some()) {
        return html! {};
    }
    let rows = ask.query("rows").and_then(|text| text.parse().ok());
    let rows: usize = rows.unwrap_or(ROWS).clamp(ROWS, MOST);
    let several = ask.query("rows").is_some() || form.sent().is_some();
    let inner = html! {
        (refused(ask, &form, paid))
        @if owed { (form.show(html! {
            // Who presses twice, or in another window, is told instead of paying again.
            (form.hidden("balance_due", bill.balance_due))
            // Beside a choice, what was not chosen is not cash.
            (form.hidden("methods_said", true))
            (row(ask, &form, 0, Some(bill.balance_due), bill))
            details open[several] {
                summary { (ask.t("billing-another-way")) }
                @for at in 1..rows { (row(ask, &form, at, None, bill)) }
                @if rows < MOST { p { a href={ (ask.here(&[("rows", &(rows + 2).to_string())])) "#pay" } { (ask.t("billing-more-ways")) } } }
            }
            div.actions {
                button.primary data-final { (ask.t("billing-take")) kbd aria-hidden="true" { "Ctrl+⇧+↵" } }
            }
        })) }
    };
    html! { div #pay { (ui::panel(&ask.t("billing-pay"), inner)) } }
}

/// One way of paying. The first is in cash unless something else is chosen; the others are left out when empty.
fn row(ask: &Ask, form: &Form<'_>, at: usize, owed: Option<Money>, bill: &Bill) -> Markup {
    let name = |field: &str| ["payments.", &at.to_string(), ".", field].concat();
    // An insurer pays on a bill that names its policy.
    let mut methods = methods(ask);
    methods.retain(|(method, _)| {
        bill.insurance.is_some() || method != PaymentMethod::Insurance.as_str()
    });
    let methods = Kind::Choice(methods);
    let first = owed.is_some();
    let amount = form
        .field(name("amount"))
        .label("billing-amount")
        .kind(Kind::Number(Decimals::Some))
        .required(first);
    let amount = match owed {
        Some(owed) => amount.value(owed),
        None => amount,
    };
    let way = form
        .field(name("method"))
        .label("billing-method")
        .kind(methods)
        .required(first);
    let way = if first {
        way.value(PaymentMethod::Cash.as_str())
    } else {
        way
    };
    let given = form
        .field(name("tendered"))
        .label("billing-tendered")
        .kind(Kind::Number(Decimals::Some));
    html! {
        div.pair {
            (amount)
            (way)
            @if first { (given.hint("billing-tendered-hint").focus()) } @else { (given) }
            (form.field(name("reference")).label("billing-reference").kind(Kind::Text))
        }
    }
}

/// After a refusal, because less is owed than was paid or something else than was seen: the payment that was booked before, and taking only what is owed.
fn refused(ask: &Ask, form: &Form<'_>, paid: &[Payment]) -> Markup {
    let Some(sent) = form
        .sent()
        .filter(|sent| matches!(sent.code(), Some("overpayment" | "conflict")))
    else {
        return html! {};
    };
    let earlier = sent
        .fact("payment")
        .and_then(|fact| fact.get("id")?.as_i64());
    let earlier = earlier.and_then(|id| paid.iter().find(|payment| payment.meta.id == id));
    let owed = sent.fact("balance_due").and_then(Json::as_f64);
    let owed: Option<Money> = owed.and_then(|owed| owed.to_string().parse().ok());
    let owed = owed.filter(|owed| owed.is_positive());
    let typed = sent
        .typed("payments.0.amount")
        .and_then(|text| text.parse::<Money>().ok());
    let only = sent
        .typed("payments.1.amount")
        .unwrap_or_default()
        .is_empty();
    let cash = sent.typed("payments.0.method") == Some(PaymentMethod::Cash.as_str());
    let less = ask
        .form("bills_pay")
        // Told from the form below, which shows the refusal.
        .param("way", "owed")
        .on(sent_bill(ask))
        .then("/bills/{bill}/?paid={first}")
        .done("done-paid");
    html! {
        (ui::notice(Tone::Warning, html! {
            @if let Some(earlier) = earlier {
                p {
                    "! " (ask.t("billing-earlier")) (ask.colon()) b { (price(ask, earlier.amount)) } ", "
                    (method(ask, earlier.method)) ", " (ask.moment(earlier.payment_date)) ", "
                    (receipt(ask, earlier))
                }
            }
            @match (owed, typed) {
                (Some(owed), Some(typed)) if only && cash && typed > owed => {
                    (less.show(html! {
                        (less.hidden("balance_due", owed))
                        (less.hidden("payments.0.amount", owed))
                        (less.hidden("payments.0.method", PaymentMethod::Cash.as_str()))
                        (less.hidden("payments.0.tendered", typed))
                        button { (ask.say(&Text::new("billing-take-owed").with("amount", price(ask, owed))
                            .with("change", price(ask, typed.checked_sub(owed).unwrap_or_default())))) }
                    }))
                },
                (Some(owed), _) => { p { (ask.t("billing-due")) (ask.colon()) b { (price(ask, owed)) } } },
                (None, _) => { p { (ask.t("billing-nothing-due")) } },
            }
        }))
    }
}

fn sent_bill(ask: &Ask) -> i64 {
    ask.id().unwrap_or_default()
}

/// `receipt 12`.
fn receipt(ask: &Ask, payment: &Payment) -> String {
    ask.say(&Text::new("billing-receipt-named").with("number", payment.receipt_number.to_string()))
}

/// What was taken a moment ago: change, receipts, and the way to the next bill.
pub(super) fn just_paid(cx: &Cx, ask: &Ask, paid: &[Payment]) -> Option<Markup> {
    let first = ask.query("paid").and_then(|text| text.parse::<i64>().ok());
    let first = paid.iter().find(|payment| Some(payment.meta.id) == first)?;
    if first.received_by.map(|user| user.get()) != cx.actor.user_id() {
        return None;
    }
    // What was taken at once has one moment.
    let together = || {
        paid.iter().filter(|payment| {
            payment.payment_date == first.payment_date && payment.refund_of.is_none()
        })
    };
    let change =
        together().filter_map(|payment| payment.tendered?.checked_sub(payment.amount).ok());
    let change = Money::sum(change).unwrap_or_default();
    Some(ui::notice(
        Tone::Good,
        html! {
            ul.entries { @for payment in together() {
                li { span { (receipt(ask, payment)) " · " (method(ask, payment.method)) } b.sum { (price(ask, payment.amount)) } }
            } }
            @if together().any(Payment::is_outside_drawers) { p { "! " (ask.t("billing-no-drawer")) } }
            @if change.is_positive() { p.change { (ask.t("billing-change")) " " b.ticket { (price(ask, change)) } } }
            div.actions {
                @for (at, payment) in together().enumerate() {
                    @let first = at == 0;
                    a.button.primary[first] href={ "/print/receipt/" (payment.meta.id) ".pdf" } target="_blank"
                        data-key=[first.then_some("p")] autofocus[first] {
                        (ask.t("billing-print")) " " (receipt(ask, payment))
                        @if first { kbd aria-hidden="true" { "p" } }
                    }
                }
                a.button href="/cash" data-key="n" { (ask.t("billing-back-to-cash")) kbd aria-hidden="true" { "n" } }
            }
        },
    ))
}
