//! Pieces of queries.

use sea_query::{Alias, Asterisk, Expr, Query, SelectStatement};
use serde_json::json;

use db::{Dialect, ToValue, Value};
use records::record::Record;

/// A column of a table as an expression.
pub fn column(table: &'static str, name: &'static str) -> Expr {
    Expr::col((table, name))
}

/// A query over every row of a table, in the order of its declaration's columns.
pub fn select<R: Record>() -> SelectStatement {
    let mut query = Query::select();
    query.from(R::TABLE).expr(Expr::cust(R::selection()));
    query
}

/// Whether a column is among these numbers. One text for any number of them, so that it is prepared and
/// planned once.
pub fn among(dialect: Dialect, column: impl Into<Expr>, numbers: &[i64]) -> Expr {
    let text = match dialect {
        Dialect::Sqlite => "? IN (SELECT value FROM json_each(?))",
        Dialect::Postgres => {
            "$1 = ANY (ARRAY(SELECT jsonb_array_elements_text($2::jsonb)::bigint))"
        }
    };
    Expr::cust_with_exprs(text, [column.into(), Expr::val(json!(numbers).to_value())])
}

/// Counts rows; used where a figure must be exact.
pub fn count(query: &SelectStatement) -> SelectStatement {
    let mut counted = Query::select();
    counted
        .expr(sea_query::Func::count(Expr::col(Asterisk)))
        .from_subquery(query.clone(), Alias::new("counted"));
    counted
}

/// Bound values for raw statements.
pub fn values<const N: usize>(values: [&dyn ToValueDyn; N]) -> Vec<Value> {
    values.iter().map(|value| value.to_dyn()).collect()
}

/// [`ToValue`] behind a reference, so that different types fit one array.
pub trait ToValueDyn {
    /// As a bound value.
    fn to_dyn(&self) -> Value;
}

impl<T: ToValue> ToValueDyn for T {
    fn to_dyn(&self) -> Value {
        self.to_value()
    }
}
