//! What came in and went out today, by method: in numbers, and as bars of what is left of it.

use kernel::{Money, Reach};
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::report::Period;
use sea_query::ExprTrait;
use web::{Ask, ui};

use super::parts::{Head, method, money, table};
use crate::cash_session::{CashSession, SessionStatus};
use crate::figures::DAILY_CASH;
use crate::ledger::turnover::{self, By, Turnover};
use crate::payment_method::PaymentMethod;

/// The panel, for those who may see the day's cash. Cash is told after the reader's drawer was counted.
pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Markup, Error> {
    if cx.grant_of(DAILY_CASH).reach == Reach::None {
        return Ok(html! {});
    }
    let user = cx.user_id()?;
    let open: Vec<CashSession> = platform::resource::rows(cx, 1, |query| {
        query
            .and_where(CashSession::cashier.eq(user))
            .and_where(CashSession::status.eq(SessionStatus::Open.as_str()));
    })
    .await?;
    let day = Some(cx.today());
    let period = Period {
        start: day,
        end: day,
    };
    let found = turnover::of(cx, By::Method, &period, None).await?;
    let rows: Vec<(PaymentMethod, Option<Turnover>)> = found
        .into_iter()
        .map(|(key, sums)| {
            let how = PaymentMethod::from_text(&key).unwrap_or(PaymentMethod::Other);
            let told = how != PaymentMethod::Cash || open.is_empty();
            (how, told.then_some(sums))
        })
        .collect();
    Ok(ui::panel(
        &ask.t("billing-today"),
        html! {
            @if rows.is_empty() { p.hint { (ask.t("billing-today-none")) } }
            @else { (bars(ask, &rows)) (numbers(ask, &rows)) }
        },
    ))
}

fn numbers(ask: &Ask, rows: &[(PaymentMethod, Option<Turnover>)]) -> Markup {
    let heads: [Head; 4] = [
        ("billing-method", false),
        ("billing-money-in", true),
        ("billing-money-out", true),
        ("billing-money-net", true),
    ]
    .map(|(key, number)| (ask.t(key), number));
    let told = |sum: Option<Money>| match sum {
        Some(sum) => html! { (money(ask, sum)) },
        None => html! { small { (ask.t("billing-drawer-later")) } },
    };
    let rows: Vec<Vec<Markup>> = rows
        .iter()
        .map(|(how, sums)| {
            vec![
                html! { (method(ask, *how)) },
                told(sums.map(|sums| sums.received)),
                told(sums.map(|sums| sums.refunded)),
                told(sums.map(|sums| sums.net())),
            ]
        })
        .collect();
    table(&heads, &rows)
}

/// The same numbers stand in the table, which is what is read aloud.
fn bars(ask: &Ask, rows: &[(PaymentMethod, Option<Turnover>)]) -> Markup {
    let net = |sums: &Turnover| Ord::max(sums.net().minor(), 0);
    let told: Vec<(PaymentMethod, &Turnover)> = rows
        .iter()
        .filter_map(|(how, sums)| Some((*how, sums.as_ref()?)))
        .collect();
    let most = told.iter().map(|(_, sums)| net(sums)).max().unwrap_or(0);
    html! {
        @if most > 0 && told.len() > 1 {
            figure.bars aria-hidden="true" {
                figcaption { (ask.t("billing-money-net")) ", " (ask.app().settings.currency) }
                @for (how, sums) in &told {
                    div {
                        span { (method(ask, *how)) }
                        svg width="100%" height="14" { rect width={ (net(sums) * 100 / most) "%" } height="14" rx="3"; }
                        b { (money(ask, sums.net())) }
                    }
                }
            }
        }
    }
}
