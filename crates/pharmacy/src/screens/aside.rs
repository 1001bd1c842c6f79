//! Setting a prescription aside, and taking it up again.

use clinical::Prescription;
use maud::{Markup, html};
use platform::cx::{Cx, among};
use platform::error::Error;
use platform::resource;
use sea_query::Order;
use web::ui::{self, Tone};
use web::{Ask, Kind};

use super::dispense::Sheet;
use crate::set_aside::{AsideKind, SetAside};

/// Those of some prescriptions that were set aside.
pub(super) async fn of(cx: &mut Cx, prescriptions: &[i64]) -> Result<Vec<SetAside>, Error> {
    let most = u64::try_from(prescriptions.len()).unwrap_or(u64::MAX);
    let dialect = cx.dialect();
    resource::rows(cx, most, |query| {
        query
            .and_where(among(dialect, SetAside::prescription, prescriptions))
            .order_by(("set_aside", "id"), Order::Asc);
    })
    .await
}

/// What becomes of what is not dispensed.
pub(super) fn word(ask: &Ask, kind: AsideKind) -> String {
    ask.t(match kind {
        AsideKind::Later => "pharmacy-aside-later",
        AsideKind::Elsewhere => "pharmacy-aside-elsewhere",
        AsideKind::NotDispensed => "pharmacy-aside-not",
    })
}

/// Below what is owed: why it was set aside, or the way to do so.
pub(super) fn show(ask: &Ask, sheet: &Sheet, row: &Prescription) -> Markup {
    let own = |aside: &&SetAside| aside.prescription.get() == row.meta.id;
    match sheet.asides.iter().find(own) {
        Some(aside) => html! {
            (ui::notice(Tone::Plain, html! { p {
                (word(ask, aside.kind)) (ask.colon()) (aside.reason.open().to_string())
            } }))
            (take_up(ask, aside))
        },
        None => form(ask, row),
    }
}

fn form(ask: &Ask, row: &Prescription) -> Markup {
    if !ask.may_do("set_asides_create") {
        return html! {};
    }
    let form = ask
        .form("set_asides_create")
        .apart(["aside-", &row.meta.id.to_string()].concat())
        .done("done-set-aside");
    let kinds = [
        AsideKind::Elsewhere,
        AsideKind::Later,
        AsideKind::NotDispensed,
    ]
    .map(|kind| (kind.as_str().to_owned(), word(ask, kind)));
    html! {
        details open[form.sent().is_some()] {
            summary { (ask.t("pharmacy-set-aside")) }
            (form.show(html! {
                p.hint { (ask.t("pharmacy-set-aside-hint")) }
                (form.hidden("prescription", row.meta.id))
                (form.field("kind").label("pharmacy-aside-kind").kind(Kind::Choice(kinds.into())).required(true))
                (form.field("reason").label("pharmacy-aside-reason").kind(Kind::Text).required(true))
                div.actions { button { (ask.t("pharmacy-set-aside")) } }
            }))
        }
    }
}

/// The way back into the queue.
fn take_up(ask: &Ask, aside: &SetAside) -> Markup {
    if !ask.may_do("set_asides_delete") {
        return html! {};
    }
    let form = ask
        .form("set_asides_delete")
        .on(aside.meta.id)
        .version(aside.meta.version)
        .done("done-taken-up");
    form.only_button("pharmacy-take-up")
}
