//! The names of many patients at once, for lists of what belongs to them.

use std::collections::HashMap;

use platform::cx::{Cx, among};
use platform::db::{Damage, DbError, FromRow, Row, Statement};
use platform::error::Error;
use platform::field::{Field, Line};
use platform::record;
use platform::texts::Text;
use sea_query::Query;

use crate::patient::Patient;

struct Named(i64, Result<String, Damage>);

impl FromRow for Named {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let id: i64 = row.get(0)?;
        let sealed = match record::opened::<Patient>(row, id, row.get(1)?, 2) {
            Ok(sealed) => sealed,
            Err(DbError::Damaged(damage)) => return Ok(Named(id, Err(damage))),
            Err(error) => return Err(error),
        };
        let part = |name: &str| {
            let text = sealed.get(name).map(<Line<255> as Field>::restore);
            text.and_then(Result::ok)
                .map(|text| text.to_string())
                .unwrap_or_default()
        };
        let name = format!("{} {}", part("first_name"), part("last_name"));
        Ok(Named(id, Ok(name)))
    }
}

/// Given and family names by patient, with one statement whatever the number of patients. Whoever may see
/// a record that is about a patient may see the patient's name on it; voided patients keep theirs. A patient whose
/// record is damaged has no name but these words, so that the others' are still told.
///
/// # Errors
/// When the database fails.
pub async fn names(
    cx: &mut Cx,
    patients: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, String>, Error> {
    let mut ids: Vec<i64> = patients.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = Query::select();
    query
        .columns(["id", "uid", "sealed"])
        .from("patient")
        .and_where(among(cx.dialect(), Patient::id, &ids));
    let statement = Statement::build(cx.dialect(), &query).with_keys(cx.app.ring());
    let rows: Vec<Named> = cx
        .unscoped("whoever sees a record about a patient sees whose it is")
        .all(statement)
        .await?;
    let mut names = HashMap::with_capacity(rows.len());
    for Named(id, name) in rows {
        let name = match name {
            Ok(name) => name,
            Err(damage) => {
                cx.found_damaged(damage)?;
                let words = Text::new("damaged-name").with("id", id.to_string());
                cx.app.texts.render(cx.origin.language, &words)
            }
        };
        names.insert(id, name);
    }
    Ok(names)
}
