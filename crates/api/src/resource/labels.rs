//! What records are called, for links, pickers and titles that know only their ids.

use futures_util::future::BoxFuture;
use sea_query::SelectStatement;

use super::{Found, Resource, label_for};
use engine::audit::Action;
use engine::cx::{Cx, among, column};
use engine::inside::InsideUnit;
use records::error::Error;

/// So many are looked up at once.
const MOST: usize = 500;

/// One query for all of them. A label that shows a patient's data is on record as a reading.
pub(crate) fn labels<R: Resource>(
    cx: &mut Cx,
    mut ids: Vec<i64>,
) -> BoxFuture<'_, Result<Vec<(i64, String)>, Error>> {
    Box::pin(async move {
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(MOST);
        let grant = cx.grant_of(R::READ);
        let Some(mut query) = cx.in_reach::<R>(&grant) else {
            return Ok(Vec::new());
        };
        query.and_where(among(cx.dialect(), column(R::TABLE, "id"), &ids));
        let rows: Vec<R> = cx.few_to_show(query).await?;
        noted(cx, &rows);
        Ok(rows
            .iter()
            .map(|row| (row.meta().id, label_for(cx, row)))
            .collect())
    })
}

/// Rows that the caller may read, at most so many: `narrow` says which, and in what order. They are on record as
/// readings where they show patient data. Rows that lists leave out are left out, and so are those that cannot be read;
/// a page says so by itself.
///
/// # Errors
/// When the database fails.
pub async fn rows<R: Resource>(
    cx: &mut Cx,
    most: u64,
    narrow: impl FnOnce(&mut SelectStatement) + Send,
) -> Result<Vec<R>, Error> {
    let grant = cx.grant_of(R::READ);
    let Some(mut query) = cx.in_reach::<R>(&grant) else {
        cx.saw_nothing();
        return Ok(Vec::new());
    };
    if let Some(listed) = R::listed() {
        query.cond_where(listed);
    }
    narrow(&mut query);
    query.limit(most);
    let rows: Vec<R> = cx.rows_to_show(query).await?;
    noted(cx, &rows);
    Ok(rows)
}

/// Rows that the caller may read and that a search finds, best first, at most so many; on record as a search.
///
/// # Errors
/// When the database fails.
pub async fn search<R: Resource>(cx: &mut Cx, text: &str, most: u64) -> Result<Vec<R>, Error> {
    cx.seen_as(Action::Search, R::PATH);
    match R::search(cx, text).await? {
        None => Ok(Vec::new()),
        Some(Found::Where(condition)) => {
            let narrow = |query: &mut SelectStatement| {
                query.cond_where(condition);
            };
            rows::<R>(cx, most, narrow).await
        }
        Some(Found::Ranked(mut ids)) => {
            // Some of those found may be out of reach.
            ids.truncate(MOST);
            let dialect = cx.dialect();
            let narrow = |query: &mut SelectStatement| {
                query.and_where(among(dialect, column(R::TABLE, "id"), &ids));
            };
            let mut found: Vec<R> = rows::<R>(cx, MOST as u64, narrow).await?;
            found.sort_by_key(|row| ids.iter().position(|id| *id == row.meta().id));
            found.truncate(usize::try_from(most).unwrap_or(MOST));
            Ok(found)
        }
    }
}

fn noted<R: Resource>(cx: &mut Cx, rows: &[R]) {
    if !R::PATIENT_DATA || rows.is_empty() {
        cx.saw_nothing();
        return;
    }
    rows.iter().for_each(|row| cx.saw_record(row));
}
