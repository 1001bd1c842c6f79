//! The names of many patients at once, for lists of what belongs to them.

use std::collections::HashMap;

use platform::cx::{Cx, among};
use platform::db::{DbError, FromRow, Row, Statement};
use platform::error::Error;
use platform::record::{self, SEALED_COLUMN};
use platform::seal::{Envelope, SealError};
use sea_query::Query;

use crate::patient::Patient;

struct Named(i64, String);

impl FromRow for Named {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let id: i64 = row.get(0)?;
        let bytes: Vec<u8> = row.get(2)?;
        let sealed = Envelope::open(row.keys()?, &record::aad::<Patient>(row.get(1)?), &bytes);
        let sealed = sealed.map_err(|error| match error {
            SealError::UnknownKey(key) => DbError::UnknownKey(key),
            error => DbError::Decode(format!("patient {id} {SEALED_COLUMN}: {error}")),
        })?;
        let part = |name: &str| {
            let text = sealed.get(name).and_then(|json| json.as_str());
            text.unwrap_or_default().to_owned()
        };
        Ok(Named(
            id,
            format!("{} {}", part("first_name"), part("last_name")),
        ))
    }
}

/// Given and family names by patient, with one statement whatever the number of patients. Whoever may see
/// a record that is about a patient may see the patient's name on it; voided patients keep theirs.
///
/// # Errors
/// When the database fails or an envelope does not open.
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
    Ok(rows.into_iter().map(|Named(id, name)| (id, name)).collect())
}
