//! Names for lists, with one statement whatever the number of rows.

use std::collections::HashMap;

use platform::cx::{Cx, among, column};
use platform::db::Statement;
use platform::error::Error;
use sea_query::Query;

/// Names by id.
pub(crate) type Names = HashMap<i64, String>;

/// Generic names of medications.
pub(crate) async fn medications(cx: &mut Cx, ids: impl Iterator<Item = i64>) -> Result<Names, Error> {
    named(cx, "medication_item", "generic_name", ids).await
}

/// Names of suppliers.
pub(crate) async fn suppliers(cx: &mut Cx, ids: impl Iterator<Item = i64>) -> Result<Names, Error> {
    named(cx, "supplier", "name", ids).await
}

/// Names of places.
pub(crate) async fn locations(cx: &mut Cx, ids: impl Iterator<Item = i64>) -> Result<Names, Error> {
    named(cx, "stock_location", "name", ids).await
}

/// Batch numbers.
pub(crate) async fn batches(cx: &mut Cx, ids: impl Iterator<Item = i64>) -> Result<Names, Error> {
    named(cx, "stock_batch", "batch_number", ids).await
}

/// The name of one, or nothing.
pub(crate) fn of(names: &Names, id: i64) -> String {
    names.get(&id).cloned().unwrap_or_default()
}

async fn named(
    cx: &mut Cx,
    table: &'static str,
    name: &'static str,
    ids: impl Iterator<Item = i64>,
) -> Result<Names, Error> {
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Names::new());
    }
    let mut query = Query::select();
    query
        .columns(["id", name])
        .from(table)
        .and_where(among(cx.dialect(), column(table, "id"), &ids));
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, String)> = cx
        .unscoped("what medicines, suppliers and places are called is no secret among staff")
        .all(statement)
        .await?;
    Ok(rows.into_iter().collect())
}
