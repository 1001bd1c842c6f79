//! The names of many patients at once, for lists of what belongs to them.

use std::collections::HashMap;

use platform::cx::Cx;
use platform::db::{DbError, Dialect, FromRow, Row, Statement, ToValue};
use platform::error::Error;
use platform::record::{self, SEALED_COLUMN};
use platform::seal::{Envelope, SealError};
use platform::serde_json::json;

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
    // One text for any number of ids, so that it is prepared once.
    let sql = match cx.dialect() {
        Dialect::Sqlite => {
            "SELECT id, uid, sealed FROM patient WHERE id IN (SELECT value FROM json_each($1))"
        }
        Dialect::Postgres => {
            "SELECT id, uid, sealed FROM patient WHERE id IN (SELECT value::bigint FROM jsonb_array_elements_text($1::jsonb))"
        }
    };
    let statement = Statement::raw(sql, vec![json!(ids).to_value()]).with_keys(cx.app.ring());
    let rows: Vec<Named> = cx
        .unscoped("whoever sees a record about a patient sees whose it is")
        .all(statement)
        .await?;
    Ok(rows.into_iter().map(|Named(id, name)| (id, name)).collect())
}
