//! Which rows contain a text.

use sea_query::{Condition, Expr, ExprTrait, Func, LikeExpr};

use super::Resource;

/// Rows where one of the search columns contains the text, whatever its case.
pub fn contains<R: Resource>(text: &str) -> Condition {
    let escaped = text
        .to_lowercase()
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let pattern = format!("%{escaped}%");
    R::SEARCH.iter().fold(Condition::any(), |any, column| {
        any.add(
            Expr::expr(Func::lower(Expr::col(*column)))
                .like(LikeExpr::new(pattern.clone()).escape('\\')),
        )
    })
}
