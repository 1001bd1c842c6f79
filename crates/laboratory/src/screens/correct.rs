//! Correcting one value: what stands there is seen while the right one is typed, a reason is given, and what follows is
//! said before.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::texts::Text;
use web::ui::{self, Tone};
use web::{Ask, Form, Kind, Page};

use super::parts::{address, flag, value};
use crate::called;
use crate::entering::{Asked, Entering};
use crate::order::LabOrder;
use crate::parameter::{LabParameter, ParameterKind};
use crate::result::LabResultValue;
use crate::state::LabOrderStatus;
use crate::view::{self, ResultView};
use crate::written::{measured, range, unit};

/// The page on which a value is corrected.
pub(super) fn page(result: i64) -> String {
    ["/lab-results/", &result.to_string(), "/correct"].concat()
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let row: LabResultValue = cx.find(ask.id()?).await?;
    cx.saw_record(&row);
    if let Some(current) = row.replaced_by {
        return Ok(Page::go(page(current.get())));
    }
    let order: LabOrder = cx.find(row.lab_order.get()).await?;
    let head = patients::head(cx, ask, row.patient.get()).await?;
    let shown = view::of_values(cx, std::slice::from_ref(&row)).await?.pop();
    let name = called::name(cx, &row).await?;
    let title = Text::new("laboratory-correct-title").with("parameter", name);
    let title = ask.say(&title);
    let back = html! { div.actions { (ui::action(&address(order.meta.id), &ask.t("laboratory-to-order"))) } };
    if order.status == LabOrderStatus::Cancelled {
        let said = ui::notice(
            Tone::Plain,
            html! { p { (ask.t("laboratory-status-cancelled")) } },
        );
        return Ok(head.page(title, &html! { (said) (back) }));
    }
    let entering = Entering::open(cx, &order).await?;
    let asked = entering.asked();
    let asked = asked.iter().find(|asked| is_of(asked, &row));
    let reviewer = order.reviewed_by.map(|user| user.get());
    let reviewer = identity::names(cx, reviewer).await?.into_values().next();
    let form = ask
        .form("lab_result_values_patch")
        .on(row.meta.id)
        .version(row.meta.version)
        .then(address(order.meta.id))
        .done("done-corrected");
    let body = html! {
        @if order.status == LabOrderStatus::Reviewed { (reviewed(ask, reviewer.unwrap_or_default())) }
        @if let Some(shown) = &shown { (stands(ask, shown)) }
        section.panel {
            h2 { (ask.t("laboratory-correct-right")) }
            (form.show(fields(ask, &form, asked.and_then(|asked| asked.parameter), &row)))
        }
        (back)
    };
    Ok(head.page(title, &body))
}

/// Whether it is what the value answers.
fn is_of(asked: &Asked<'_>, row: &LabResultValue) -> bool {
    let parameter = asked.parameter.map(|parameter| parameter.meta.id);
    asked.item.meta.id == row.lab_order_item.get()
        && parameter == row.parameter.map(|parameter| parameter.get())
}

/// Whoever was told of what stands there: it is withdrawn from them.
fn reviewed(ask: &Ask, reviewer: String) -> Markup {
    let text = Text::new("laboratory-correct-reviewed").with("who", reviewer);
    ui::notice(Tone::Warning, html! { p { (ask.say(&text)) } })
}

/// The value as it stands, and those that stood there before.
fn stands(ask: &Ask, shown: &ResultView) -> Markup {
    let limits = range(
        shown.reference_range_low,
        shown.reference_range_high,
        ask.reader(),
    );
    let inner = html! {
        p {
            b { (value(ask, shown)) } " " (flag(ask, shown.abnormal_flag))
            @if !limits.is_empty() { " " small { (ask.say(&Text::new("laboratory-normal").with("range", limits))) } }
        }
        p.hint { (ask.moment(shown.result_timestamp)) }
        @if !shown.earlier.is_empty() {
            h3 { (ask.t("laboratory-correct-earlier")) }
            ul.entries { @for one in &shown.earlier { li {
                span.dated { (ask.moment(one.result_timestamp)) }
                span { (measured(one.value_numeric, one.comparator, &one.units, &one.value_text, ask.reader())) }
            } } }
        }
    };
    ui::panel(&ask.t("laboratory-correct-stands"), inner)
}

fn fields(
    ask: &Ask,
    form: &Form<'_>,
    parameter: Option<&LabParameter>,
    row: &LabResultValue,
) -> Markup {
    let is_number = match parameter.map(|parameter| parameter.kind) {
        Some(kind) => kind == ParameterKind::Numeric,
        None => row.value_numeric.is_some(),
    };
    html! {
        @if is_number {
            @let units = unit(row.units.open());
            div.measures {
                (form.field("comparator").label("laboratory-sign").kind(Kind::Choice(signs())).required(false).bare())
                (form.field("value_numeric").label("laboratory-value").kind(Kind::Measure).hinted(units).required(true).focus())
            }
            details {
                summary { (ask.t("laboratory-other-unit")) }
                (form.field("units").label("laboratory-unit").kind(Kind::Text).required(false))
                (form.field("value_text").label("laboratory-remark").kind(Kind::Text).required(false))
            }
        } @else if let Some(parameter) = parameter.filter(|it| it.kind == ParameterKind::Choice) {
            @let known = parameter.choices.0.iter().map(|choice| (choice.to_string(), choice.to_string()));
            (form.field("value_text").label("laboratory-value").kind(Kind::Choice(known.collect())).required(true).focus())
        } @else {
            (form.field("value_text").label("laboratory-value").kind(Kind::Area).required(true).focus())
        }
        (form.field("correction_reason").label("laboratory-correct-why").hint("laboratory-correct-why-hint").kind(Kind::Text).required(true))
        (form.button("laboratory-correct-save"))
    }
}

/// The signs before a number.
fn signs() -> Vec<(String, String)> {
    ["<", ">"]
        .map(|sign| (sign.to_owned(), sign.to_owned()))
        .into()
}
