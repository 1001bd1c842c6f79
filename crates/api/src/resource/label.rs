//! What a link, a picker or a title says of a record.

use super::Resource;
use crate::resource::Visible;
use engine::cx::Cx;
use engine::resource::numbered;

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
