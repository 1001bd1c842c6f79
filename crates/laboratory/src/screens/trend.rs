//! How quantities went that were measured more than once: the newest numbers, and the same numbers as a line.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::record::Record;
use platform::resource;
use sea_query::{ExprTrait, Order};
use web::{Ask, ui};

use crate::called::Names;
use crate::flag::Flag;
use crate::result::LabResultValue;
use crate::written::{measured, unit};

/// Values that are looked through, the newest first.
const MOST: u64 = 300;
/// Quantities that are shown.
const QUANTITIES: usize = 15;
/// Values of each that are shown.
const VALUES: usize = 6;

/// A table of them; nothing when nothing was measured twice.
pub(super) async fn show(cx: &mut Cx, ask: &Ask, patient: i64) -> Result<Markup, Error> {
    let rows: Vec<LabResultValue> = resource::rows(cx, MOST, |query| {
        query
            .and_where(LabResultValue::patient.eq(patient))
            .and_where(LabResultValue::value_numeric.is_not_null())
            .and_where(LabResultValue::parameter.is_not_null())
            .order_by((LabResultValue::TABLE, "id"), Order::Desc);
    })
    .await?;
    let mut quantities: Vec<Vec<&LabResultValue>> = Vec::new();
    for row in &rows {
        match quantities.iter_mut().find(|values| {
            values
                .first()
                .is_some_and(|first| first.quantity == row.quantity)
        }) {
            Some(values) => values.push(row),
            None => quantities.push(vec![row]),
        }
    }
    quantities.retain(|values| values.len() > 1);
    quantities.truncate(QUANTITIES);
    if quantities.is_empty() {
        return Ok(html! {});
    }
    let heads = [
        "laboratory-parameter",
        "laboratory-trend",
        "laboratory-trend-values",
    ]
    .map(|key| ask.t(key));
    let newest = quantities.iter().filter_map(|values| values.first());
    let names = Names::of(cx, newest.copied()).await?;
    let lines = quantities.iter().map(|values| line(ask, values, &names));
    let lines: Vec<Vec<Markup>> = lines.collect();
    Ok(ui::panel(
        &ask.t("laboratory-trend"),
        ui::table(&heads, &lines),
    ))
}

/// A quantity, its newest values last in the line and first in words.
fn line(ask: &Ask, values: &[&LabResultValue], names: &Names) -> Vec<Markup> {
    let values = values.get(..VALUES).unwrap_or(values);
    let drawn: Vec<i64> = values
        .iter()
        .rev()
        .filter_map(|row| row.value_numeric.map(crate::measured::Measured::steps))
        .collect();
    let name = values.first().map(|row| {
        let units = unit(row.units.open());
        let name = names.name(row);
        if units.is_empty() {
            name
        } else {
            [&name, " (", &units, ")"].concat()
        }
    });
    vec![
        html! { (name.unwrap_or_default()) },
        ui::sparkline(&drawn),
        html! { span { @for (at, row) in values.iter().enumerate() { @if at > 0 { " · " } (value(ask, row)) } } },
    ]
}

fn value(ask: &Ask, row: &LabResultValue) -> Markup {
    let number = measured(row.value_numeric, row.comparator, "", "", ask.reader());
    let day = ask.app().zone.to_local(row.result_timestamp).date();
    let (sign, key) = match row.abnormal_flag {
        Some(Flag::Critical) => ("‼ ", Some("laboratory-flag-critical")),
        Some(Flag::Low) => ("↓ ", Some("laboratory-flag-low")),
        Some(Flag::High) => ("↑ ", Some("laboratory-flag-high")),
        _ => ("", None),
    };
    html! {
        b { (sign) (number) } @if let Some(key) = key { span.sr { " " (ask.t(key)) } }
        " " small { (ask.day(day)) }
    }
}
