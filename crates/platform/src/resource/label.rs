//! What a link, a picker or a title says of a record.

use super::{Resource, draft};
use crate::cx::Cx;
use crate::resource::Visible;

/// The most characters of a running text that stand for its record.
const FEW: usize = 80;

/// What a caller is told a record is called: its own label, or its kind and number when it has none, or
/// none that this caller may read.
pub fn label_for<R: Resource>(cx: &Cx, row: &R) -> String {
    if R::NAMED_BY.is_empty() {
        return or_number(row, row.label());
    }
    let visible = Visible::to::<R>(cx, &cx.grant_of(R::READ));
    if R::NAMED_BY.iter().any(|named| visible.withheld(named.name)) {
        return numbered(row);
    }
    or_number(row, row.label())
}

/// The kind and the number of a record, such as `Lab order 7`.
pub(super) fn numbered<R: Resource>(row: &R) -> String {
    format!("{} {}", draft::spoken(R::NAME), row.meta().id)
}

fn or_number<R: Resource>(row: &R, label: String) -> String {
    let shown = label.trim();
    if shown.is_empty() {
        numbered(row)
    } else if shown.len() == label.len() {
        label
    } else {
        shown.to_owned()
    }
}

/// The beginning of a running text: its first line, at most 80 characters, cut between words.
#[must_use]
pub fn in_a_few_words(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default().trim_end();
    let Some((end, _)) = line.char_indices().nth(FEW) else {
        return line.to_owned();
    };
    let whole = line[..end].rfind(' ').unwrap_or(end);
    format!("{}…", line[..whole].trim_end())
}

#[cfg(test)]
mod tests {
    use super::in_a_few_words;

    #[test]
    fn a_long_text_is_cut_between_words() {
        let long = "Potassium 6.9 mmol/L ".repeat(9);
        let cases = [
            ("", "".to_owned()),
            ("  Chest pain\nsince noon", "Chest pain".to_owned()),
            (&"é".repeat(80), "é".repeat(80)),
            (&"é".repeat(81), format!("{}…", "é".repeat(80))),
            (
                &long,
                format!("{}Potassium 6.9…", "Potassium 6.9 mmol/L ".repeat(3)),
            ),
        ];
        for (text, short) in cases {
            assert_eq!(in_a_few_words(text), short);
        }
    }
}
