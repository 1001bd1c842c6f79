//! The reader's drawer: opened, counted note by note before anybody is told what should be in it, handed over.

use kernel::Money;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Decimals, Kind, Page};

use super::parts::{Head, method, money, price, table};
use crate::cash_session::{CashSession, SessionStatus};
use crate::count::worth;
use crate::payment_method::PaymentMethod;
use crate::takings::{self, Taking};

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let user = cx.user_id()?;
    let last: Vec<CashSession> = resource::rows(cx, 1, |query| {
        query
            .and_where(CashSession::cashier.eq(user))
            .order_by(("cash_session", "id"), Order::Desc);
    })
    .await?;
    let body = match last.first() {
        Some(session) if session.status == SessionStatus::Open => {
            let taken = takings::of(cx, session).await?;
            html! { (opened(ask, session)) (sums(ask, &taken)) (count(ask, session)) }
        }
        Some(session) => {
            let taken = takings::of(cx, session).await?;
            html! { (counted(ask, session)) (sums(ask, &taken)) (hand_over(ask, session)) (begin(ask)) }
        }
        None => html! { (ui::empty(&ask.t("billing-drawer-never"), None)) (begin(ask)) },
    };
    Ok(Page::new(ask.t("billing-drawer"), body))
}

/// A new session.
fn begin(ask: &Ask) -> Markup {
    if !ask.may_do("cash_sessions_create") {
        return html! {};
    }
    let form = ask
        .form("cash_sessions_create")
        .then("/cash")
        .done("done-drawer-opened");
    ui::panel(
        &ask.t("billing-drawer-begin"),
        form.show(html! {
            (form.field("opening_float").label("billing-drawer-float").kind(Kind::Number(Decimals::Some)).hint("billing-drawer-float-hint").focus())
            (form.field("drawer").label("billing-drawer-name").hint("billing-drawer-name-hint"))
            div.actions { (form.button("billing-drawer-begin")) }
        }),
    )
}

fn opened(ask: &Ask, session: &CashSession) -> Markup {
    let mut facts = vec![
        (
            ask.t("billing-drawer-opened-at"),
            ask.moment(session.opened_at),
        ),
        (
            ask.t("billing-drawer-float"),
            html! { (price(ask, session.opening_float)) },
        ),
    ];
    let name = session.drawer.to_string();
    if !name.is_empty() {
        facts.push((ask.t("billing-drawer-name"), html! { (name) }));
    }
    ui::facts(&facts)
}

/// What came in and went out by method. What cash came to is told when the drawer was counted.
fn sums(ask: &Ask, taken: &[Taking]) -> Markup {
    let heads: [Head; 6] = [
        ("billing-method", false),
        ("billing-drawer-number", true),
        ("billing-drawer-taken", true),
        ("billing-refunds-count", true),
        ("billing-given-back", true),
        ("billing-money-net", true),
    ]
    .map(|(key, number)| (ask.t(key), number));
    let told = |sum: Option<Money>| match sum {
        Some(sum) => html! { (money(ask, sum)) },
        None => html! { small { (ask.t("billing-drawer-later")) } },
    };
    let rows: Vec<Vec<Markup>> = taken
        .iter()
        .map(|taking| {
            let how = PaymentMethod::from_text(taking.method).unwrap_or(PaymentMethod::Other);
            vec![
                html! { (method(ask, how)) },
                html! { (taking.payments) },
                told(taking.received),
                html! { (taking.refunds) },
                told(taking.paid_out),
                told(taking.net),
            ]
        })
        .collect();
    html! {
        h2 { (ask.t("billing-drawer-taken")) }
        @if rows.is_empty() { p.hint { (ask.t("billing-drawer-nothing")) } } @else { (table(&heads, &rows)) }
    }
}

/// The count, note by note or as one sum.
fn count(ask: &Ask, session: &CashSession) -> Markup {
    if !ask.may_do("cash_sessions_count") {
        return html! {};
    }
    let form = ask
        .form("cash_sessions_count")
        .on(session.meta.id)
        .version(session.meta.version)
        .done("done-drawer-counted");
    let pieces = worth(&ask.app().settings.currency);
    ui::panel(
        &ask.t("billing-drawer-count"),
        form.show(html! {
            p.hint { (ask.t("billing-drawer-count-hint")) }
            div.notes {
                @for (at, minor) in pieces.iter().enumerate() {
                    @let value = Money::from_minor(*minor).unwrap_or_default();
                    @let name = |field: &str| ["pieces.", &at.to_string(), ".", field].concat();
                    (form.hidden(&name("value"), value))
                    (form.field(name("number")).labelled([&whole(ask, value), " ×"].concat()).kind(Kind::Number(Decimals::None)))
                }
            }
            details open[form.sent().is_some()] {
                summary { (ask.t("billing-drawer-whole")) }
                (form.field("counted_amount").label("billing-drawer-counted").kind(Kind::Number(Decimals::Some)))
            }
            div.actions { (form.button("billing-drawer-close")) }
        }),
    )
}

/// What a note is worth, without cents where it has none.
fn whole(ask: &Ask, value: Money) -> String {
    let written = money(ask, value);
    match value.minor() % 100 {
        0 => written.chars().take(written.chars().count() - 3).collect(),
        _ => written,
    }
}

/// What was counted, what should have been there, and what is between them.
fn counted(ask: &Ask, session: &CashSession) -> Markup {
    let sum = |sum: Option<Money>| price(ask, sum.unwrap_or_default());
    let difference = session.difference.unwrap_or_default();
    let (tone, words) = if difference.is_zero() {
        (Tone::Good, "billing-drawer-exact")
    } else if difference.is_negative() {
        (Tone::Bad, "billing-drawer-missing")
    } else {
        (Tone::Warning, "billing-drawer-over")
    };
    let closed = session.counted_at.map(|at| ask.moment(at));
    ui::panel(
        &ask.t("billing-drawer-closed"),
        html! {
            p.hint { (ask.moment(session.opened_at)) @if let Some(at) = closed { " – " (at) } }
            table.sums {
                tr { th scope="row" { (ask.t("billing-drawer-float")) } td { (price(ask, session.opening_float)) } }
                tr { th scope="row" { (ask.t("billing-drawer-expected")) } td { (sum(session.expected_amount)) } }
                tr { th scope="row" { (ask.t("billing-drawer-counted")) } td { (sum(session.counted_amount)) } }
                tr.total { th scope="row" { (ask.t("billing-drawer-difference")) } td { (price(ask, difference)) } }
            }
            p { (ui::pill(tone, &ask.t(words))) }
        },
    )
}

/// To whom the counted drawer goes.
fn hand_over(ask: &Ask, session: &CashSession) -> Markup {
    if session.status != SessionStatus::Counted || !ask.may_do("cash_sessions_hand_over") {
        return html! {};
    }
    let form = ask
        .form("cash_sessions_hand_over")
        .on(session.meta.id)
        .version(session.meta.version)
        .done("done-drawer-handed-over");
    html! {
        details open[form.sent().is_some()] {
            summary { (ask.t("billing-drawer-hand-over")) }
            (form.show(html! {
                (form.field("to").label("billing-drawer-to"))
                div.actions { button { (ask.t("billing-drawer-hand-over")) } }
            }))
        }
    }
}
