//! A report as bars. The same numbers stand in the table below them, which is what is read aloud.

use maud::{Markup, html};
use serde_json::{Number, Value as Json};

use super::shown;

/// More bars than this tell nothing.
const MOST: usize = 31;
/// Columns of words that name a bar.
const NAMES: usize = 2;

/// What is drawn: a name and a number for each row, of which amounts of money say more than anything else.
#[derive(Debug, PartialEq)]
struct Bars<'a> {
    value: &'a str,
    rows: Vec<(String, f64)>,
}

/// The columns of words, and one of numbers that are no identities: what money comes to in total, else any money, else the
/// first. None where that shows nothing, such as for one row or for numbers below 0.
fn bars<'a>(columns: &'a [String], rows: &[&Json], schema: &Json) -> Option<Bars<'a>> {
    if !(2..=MOST).contains(&rows.len()) {
        return None;
    }
    let identity = |name: &str| name == "id" || name.ends_with("_id");
    let every =
        |name: &str, is: fn(&Json) -> bool| rows.iter().all(|row| row.get(name).is_some_and(is));
    let words: Vec<&String> = columns
        .iter()
        .filter(|name| every(name, Json::is_string))
        .take(NAMES)
        .collect();
    words.first()?;
    let mut numbers: Vec<&String> = columns
        .iter()
        .filter(|name| !identity(name) && every(name, Json::is_number))
        .collect();
    let money = |name: &str| shown::is_money(shown::property(schema, name));
    numbers.sort_by_key(|name| (!money(name), name.as_str() != "total"));
    let value = *numbers.first()?;
    let read = |row: &&Json| {
        let names: Vec<&str> = words
            .iter()
            .filter_map(|name| row.get(name.as_str())?.as_str())
            .collect();
        Some((names.join(" · "), row.get(value)?.as_f64()?))
    };
    let rows: Vec<(String, f64)> = rows.iter().filter_map(read).collect();
    let shows = rows.iter().all(|(_, number)| *number >= 0.0)
        && rows.iter().any(|(_, number)| *number > 0.0);
    shows.then_some(Bars { value, rows })
}

/// The figure, where the rows have one.
pub(super) fn show(
    ask: &crate::ask::Ask,
    columns: &[String],
    rows: &[&Json],
    schema: &Json,
) -> Markup {
    let Some(bars) = bars(columns, rows, schema) else {
        return html! {};
    };
    let most = bars
        .rows
        .iter()
        .map(|(_, number)| *number)
        .fold(0.0, f64::max);
    let field = shown::property(schema, bars.value);
    let written = |number: f64| match Number::from_f64(number) {
        Some(written) => shown::number(ask, field, &written),
        None => String::new(),
    };
    html! {
        figure.bars aria-hidden="true" {
            figcaption { (super::report::head(ask, schema, bars.value)) }
            @for (name, number) in &bars.rows {
                div {
                    span { (name) }
                    svg width="100%" height="14" { rect width={ (width(*number, most)) "%" } height="14" rx="3"; }
                    b { (written(*number)) }
                }
            }
        }
    }
}

/// A part of the longest bar, in per cent with one place.
fn width(number: f64, most: f64) -> String {
    format!("{:.1}", number / most * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn drawn(rows: Json) -> Option<(String, Vec<(String, f64)>)> {
        let amount = json!({ "type": "number", "multipleOf": 0.01 });
        let schema = json!({ "properties": { "total": amount, "received": amount } });
        let rows: Vec<&Json> = rows.as_array().into_iter().flatten().collect();
        let columns: Vec<String> = rows
            .first()
            .and_then(|row| row.as_object())
            .map(|row| row.keys().cloned().collect())
            .unwrap_or_default();
        bars(&columns, &rows, &schema).map(|bars| (bars.value.to_owned(), bars.rows))
    }

    #[test]
    fn words_and_numbers_are_drawn_and_nothing_else() {
        let two = json!([{ "doctor_id": 7, "name": "Awa", "total": 2.5 }, { "doctor_id": 8, "name": "Bah", "total": 0 }]);
        let expected = vec![("Awa".to_owned(), 2.5), ("Bah".to_owned(), 0.0)];
        assert_eq!(drawn(two), Some(("total".to_owned(), expected)));
        let days = json!([
            { "date": "2026-11-23", "method": "Cash", "receipts": 9, "received": 5, "total": 4 },
            { "date": "2026-11-23", "method": "Card", "receipts": 1, "received": 7, "total": 7 },
        ]);
        let expected = vec![
            ("2026-11-23 · Cash".to_owned(), 4.0),
            ("2026-11-23 · Card".to_owned(), 7.0),
        ];
        assert_eq!(drawn(days), Some(("total".to_owned(), expected)));
        for nothing in [
            json!([]),
            json!([{ "name": "Awa", "total": 1 }]),
            json!([{ "name": "Awa" }, { "name": "Bah" }]),
            json!([{ "total": 1 }, { "total": 2 }]),
            json!([{ "name": "Awa", "total": 0 }, { "name": "Bah", "total": 0 }]),
            json!([{ "name": "Awa", "total": -1 }, { "name": "Bah", "total": 2 }]),
            json!([{ "name": "Awa", "total": null }, { "name": "Bah", "total": 2 }]),
        ] {
            assert_eq!(drawn(nothing.clone()), None, "{nothing}");
        }
        assert_eq!(width(1.0, 3.0), "33.3");
    }
}
