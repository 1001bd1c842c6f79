//! How vital signs went: the last measurements side by side, and the same numbers as a line.

use jiff::Timestamp;
use maud::{Markup, html};
use patients::Patient;
use platform::cx::Cx;
use platform::error::Error;
use web::{Ask, ui};

use crate::rules::Milli;
use crate::rules::bounds::{AbnormalFlag, Level, Measure};
use crate::screens::measures::{ALL, last, name, written};
use crate::vitals::Vitals;

/// Measurements that are shown side by side.
const MOST: usize = 6;

/// A measurement with what is unusual about it.
struct Taken {
    at: Timestamp,
    values: Vec<(Measure, Milli)>,
    flags: Vec<AbnormalFlag>,
}

pub(super) async fn panel(cx: &mut Cx, ask: &Ask, id: i64) -> Result<Option<Markup>, Error> {
    let patient: Patient = cx.find(id).await?;
    let rows: Vec<Vitals> = last(cx, id).await?;
    let taken: Vec<Taken> = rows
        .iter()
        .take(MOST)
        .map(|row| Taken {
            at: row.recorded_at,
            values: row.measures().collect(),
            flags: row.flags(&row.person(&patient, &cx.app.zone)),
        })
        .collect();
    let inner = html! {
        @if taken.is_empty() {
            p.hint { (ask.t("clinical-vitals-none")) }
        } @else {
            div.course { (table(ask, &taken)) }
            p.hint { (ask.t("chart-vitals-signs")) }
        }
    };
    Ok(Some(
        html! { section.panel.broad { h2 { (ask.t("clinical-vitals")) } (inner) } },
    ))
}

fn table(ask: &Ask, taken: &[Taken]) -> Markup {
    let mut heads = vec![ask.t("chart-measure"), ask.t("chart-course")];
    heads.extend(taken.iter().map(|taken| when(ask, taken.at)));
    let measured = |measure: &&Measure| taken.iter().any(|taken| value(taken, **measure).is_some());
    let rows: Vec<Vec<Markup>> = ALL
        .iter()
        .filter(measured)
        .map(|measure| {
            // Time goes from left to right.
            let line: Vec<Milli> = taken
                .iter()
                .rev()
                .filter_map(|taken| value(taken, *measure))
                .collect();
            let mut row = vec![html! { (name(ask, *measure)) }, ui::sparkline(&line)];
            row.extend(taken.iter().map(|taken| cell(ask, taken, *measure)));
            row
        })
        .collect();
    ui::table(&heads, &rows)
}

fn value(taken: &Taken, measure: Measure) -> Option<Milli> {
    let mut values = taken.values.iter();
    let found = values.find(|(known, _)| *known == measure);
    found.map(|(_, value)| *value)
}

fn when(ask: &Ask, at: Timestamp) -> String {
    let there = ask.app().zone.to_local(at);
    // Short, as the columns are narrow; all three languages write the day first.
    there.strftime("%d/%m/%y %H:%M").to_string()
}

/// A value with the sign of what is unusual about it, which is said in words as well.
fn cell(ask: &Ask, taken: &Taken, measure: Measure) -> Markup {
    let Some(value) = value(taken, measure) else {
        return html! {};
    };
    let flag = taken.flags.iter().find(|flag| flag.measure == measure);
    let value = written(ask, value);
    let Some(flag) = flag else {
        return html! { (value) };
    };
    let (class, sign, key) = match flag.level {
        Level::Low => ("pill warning", "↓ ", "clinical-level-low"),
        Level::High => ("pill warning", "↑ ", "clinical-level-high"),
        Level::CriticalLow => ("pill bad", "‼ ↓ ", "clinical-level-critical-low"),
        Level::CriticalHigh => ("pill bad", "‼ ↑ ", "clinical-level-critical-high"),
    };
    html! { span class=(class) { (sign) (value) span.sr { " " (ask.t(key)) } } }
}
