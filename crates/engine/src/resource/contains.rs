//! Which rows contain a text.

use sea_query::{Condition, Expr, ExprTrait, Func, LikeExpr};

use super::Resource;
use crate::cx::Cx;
use records::column::names;

/// Rows where one of the search columns contains the text, whatever its case. Columns that are kept from the caller
/// are not looked into: a row that is found would tell what stands in them.
pub fn contains<R: Resource>(cx: &Cx, text: &str) -> Condition {
    let here = names(R::withheld(&cx.grant()));
    let there = names(R::withheld(&cx.grant_of(R::READ)));
    let kept: Vec<&str> = here.chain(there).chain(names(R::hidden_from(cx))).collect();
    let mut columns = R::SEARCH
        .iter()
        .filter(|column| !kept.contains(&column.name))
        .peekable();
    if columns.peek().is_none() {
        return Condition::all().add(Expr::val(1).eq(0));
    }
    let escaped = text
        .to_lowercase()
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let pattern = format!("%{escaped}%");
    columns.fold(Condition::any(), |any, column| {
        any.add(
            Expr::expr(Func::lower(Expr::col(*column)))
                .like(LikeExpr::new(pattern.clone()).escape('\\')),
        )
    })
}
