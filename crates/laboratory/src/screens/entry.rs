//! Entering results: a field for every value that the order asks for and that is not there yet.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::texts::Text;
use web::{Ask, Form, Kind, ui};

use crate::entering::{Asked, Entering};
use crate::order::LabOrder;
use crate::parameter::{LabParameter, ParameterKind};
use crate::state::LabOrderStatus;
use crate::written::{range, unit};

/// Values that one page asks for; what is entered makes room for the others.
const MOST: usize = 300;

pub(super) async fn show(cx: &mut Cx, ask: &Ask, order: &LabOrder) -> Result<Markup, Error> {
    if !ask.may_do("lab_orders_add_results") || order.status == LabOrderStatus::Cancelled {
        return Ok(html! {});
    }
    let entering = Entering::open(cx, order).await?;
    let asked = entering.asked();
    // The number of a field is its place among all, so that it means the same when somebody else enters others.
    let left: Vec<(usize, &Asked<'_>)> = asked
        .iter()
        .enumerate()
        .filter(|(_, asked)| !asked.is_there)
        .take(MOST)
        .collect();
    let id = order.meta.id;
    let form = ask
        .form("lab_orders_add_results")
        .on(id)
        .then(["/lab/next?after=", &id.to_string()].concat())
        .done("done-results");
    if left.is_empty() {
        // Whoever sent what somebody else has entered meanwhile is told so.
        let refused = form.sent().is_some();
        return Ok(html! {
            @if refused { (form.show(html! { p.hint { (ask.t("laboratory-all-there")) } })) }
        });
    }
    let flags = ["normal", "low", "high", "critical"];
    let flags = flags.map(|flag| ask.word(&["laboratory-flag-", flag].concat(), flag));
    let tests = by_test(&left);
    // The fields for what is rare are there when they are asked for.
    let more = ask.query("more").is_some();
    Ok(html! {
        section.panel data-flags=(flags.join("|")) {
            h2 { (ask.t("laboratory-enter")) }
            @if !more { p { (ui::link(&ask.here(&[("more", "1")]), &ask.t("laboratory-other-unit"))) } }
            (form.show(html! {
                @for rows in &tests { (of_test(ask, &form, rows, left.first().map(|(at, _)| *at), more)) }
                (form.button("laboratory-save"))
            }))
        }
    })
}

/// The fields of each test together.
fn by_test<'a, 'b>(left: &'a [(usize, &'b Asked<'b>)]) -> Vec<&'a [(usize, &'b Asked<'b>)]> {
    left.chunk_by(|(_, one), (_, other)| one.item.meta.id == other.item.meta.id)
        .collect()
}

fn of_test(
    ask: &Ask,
    form: &Form<'_>,
    rows: &[(usize, &Asked<'_>)],
    first: Option<usize>,
    more: bool,
) -> Markup {
    let Some((_, asked)) = rows.first() else {
        return html! {};
    };
    let test = asked.test;
    let notes = asked.item.notes_for_lab.open().to_string();
    html! {
        fieldset.group {
            legend { (&*test.test_name) }
            @if !test.container.is_empty() || !notes.is_empty() {
                p.hint { (&*test.specimen_type) @if !test.container.is_empty() { ", " (&*test.container) } @if !notes.is_empty() { " · " b { (notes) } } }
            }
            div.fields {
                @for (at, asked) in rows { (field(ask, form, *at, asked, first == Some(*at))) }
            }
            @if more { (others(ask, form, rows)) }
        }
    }
}

/// The row's name in the form.
fn row(at: usize, name: &str) -> String {
    ["results.", &at.to_string(), ".", name].concat()
}

fn field(ask: &Ask, form: &Form<'_>, at: usize, asked: &Asked<'_>, first: bool) -> Markup {
    let name = asked
        .parameter
        .map_or(&*asked.test.test_name, |parameter| &*parameter.name);
    let hint = hint(ask, asked);
    let number = |units: &str| {
        let words = match unit(units).as_str() {
            "" => name.to_owned(),
            units => [name, " (", units, ")"].concat(),
        };
        let limits = asked.limits;
        let limits = [
            limits.low,
            limits.high,
            limits.critical_low,
            limits.critical_high,
        ];
        form.field(row(at, "value_numeric"))
            .kind(Kind::Measure)
            .labelled(words)
            .limits(limits.map(|limit| limit.map(|limit| limit.to_string())))
    };
    let input = match asked.parameter.map(|parameter| (parameter, parameter.kind)) {
        None => number(""),
        Some((parameter, ParameterKind::Numeric)) => number(&parameter.units),
        Some((parameter, ParameterKind::Choice)) => form
            .field(row(at, "value_text"))
            .kind(Kind::Choice(choices(ask, parameter)))
            .labelled(name),
        Some((_, ParameterKind::FreeText)) => form
            .field(row(at, "value_text"))
            .kind(Kind::Area)
            .labelled(name),
    };
    // Nothing is optional or required here: what is left empty is entered later.
    let input = input.hinted(hint).required(false).bare();
    let of = ["results.", &at.to_string()].concat();
    html! {
        div {
            (form.hidden(&row(at, "lab_order_item"), asked.item.meta.id))
            (form.hidden(&row(at, "parameter_name"), name))
            (form.given(&of, &["lab_order_item", "parameter_name"]))
            (form.row_called(&of, name))
            @if first { (input.focus()) } @else { (input) }
        }
    }
}

/// The normal range of this patient, and where it is critical.
fn hint(ask: &Ask, asked: &Asked<'_>) -> String {
    let limits = asked.limits;
    let normal = range(limits.low, limits.high, ask.reader());
    let mut parts = Vec::new();
    if !normal.is_empty() {
        parts.push(ask.say(&Text::new("laboratory-normal").with("range", normal)));
    }
    let critical: Vec<String> = [("≤ ", limits.critical_low), ("≥ ", limits.critical_high)]
        .into_iter()
        .filter_map(|(sign, limit)| Some([sign, &limit?.written(ask.reader())].concat()))
        .collect();
    if !critical.is_empty() {
        parts.push(
            ask.say(&Text::new("laboratory-critical-at").with("limits", critical.join(", "))),
        );
    }
    if parts.is_empty()
        && asked
            .parameter
            .is_none_or(|it| it.kind == ParameterKind::Numeric)
    {
        parts.push(ask.t("laboratory-no-range"));
    }
    parts.join(" · ")
}

fn choices(ask: &Ask, parameter: &LabParameter) -> Vec<(String, String)> {
    let none = (String::new(), ask.t("laboratory-not-done"));
    let known = parameter.choices.0.iter();
    let known = known.map(|choice| (choice.to_string(), choice.to_string()));
    std::iter::once(none).chain(known).collect()
}

/// For numbers in another unit than the catalogue's, and for a remark in place of a number.
fn others(ask: &Ask, form: &Form<'_>, rows: &[(usize, &Asked<'_>)]) -> Markup {
    let numbers = rows.iter().filter(|(_, asked)| {
        asked
            .parameter
            .is_none_or(|it| it.kind == ParameterKind::Numeric)
    });
    let numbers: Vec<_> = numbers.collect();
    html! {
        @if !numbers.is_empty() {
                div.fields {
                    @for (at, asked) in numbers {
                        @let name = asked.parameter.map_or(&*asked.test.test_name, |it| &*it.name);
                        (form.field(row(*at, "units")).kind(Kind::Text).labelled([name, ask.colon(), &ask.t("laboratory-unit")].concat()).required(false).bare())
                        (form.field(row(*at, "value_text")).kind(Kind::Text).labelled([name, ask.colon(), &ask.t("laboratory-remark")].concat()).required(false).bare())
                    }
                }
        }
    }
}
