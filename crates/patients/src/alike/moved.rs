//! What merging moves from one record to the other, and how it comes back.

use std::collections::{BTreeMap, BTreeSet};

use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::field::Ref;
use platform::record::Record;
use sea_query::{Alias, Expr, ExprTrait, Query};
use serde::{Deserialize, Serialize};

use crate::patient::Patient;
use crate::{allergy_list, scope, terms};

/// What a merging moved: the payload that undoes it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Moved {
    /// Rows by table and column.
    columns: Vec<MovedColumn>,
    /// The account that went from the record given up to the one that stays.
    user: Option<i64>,
    /// Care relationships that the record that stays gained: (user, source).
    pub(crate) care: BTreeSet<(i64, String)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct MovedColumn {
    table: String,
    column: String,
    /// Ascending.
    ids: Vec<i64>,
}

impl Moved {
    /// Forgets what an earlier merging of this patient had brought along: that was undone.
    pub(crate) fn forget(&mut self, undone: &Moved, patient: i64) {
        for moved in &mut self.columns {
            let same =
                |other: &&MovedColumn| other.table == moved.table && other.column == moved.column;
            let theirs = undone.columns.iter().find(same);
            let theirs = theirs.map(|other| &*other.ids).unwrap_or_default();
            // The record itself is among those that had been merged before.
            let of_records = moved.table == Patient::TABLE;
            moved
                .ids
                .retain(|id| theirs.binary_search(id).is_err() && !(of_records && *id == patient));
        }
        if self.user == undone.user {
            self.user = None;
        }
    }
}

/// Moves every declared column, the account and the care relationships.
pub(crate) async fn move_all(
    cx: &mut Cx,
    lost: Patient,
    kept: Patient,
) -> Result<(Moved, BTreeMap<String, usize>), Error> {
    let (from, to) = (lost.meta.id, kept.meta.id);
    let mut payload = Moved::default();
    let mut counts = BTreeMap::new();
    let app = cx.app.clone();
    for column in app.registry.patient_columns() {
        let ids = move_rows(cx, column.table, column.column, from, to, None).await?;
        if !ids.is_empty() {
            *counts.entry(column.label.to_owned()).or_default() += ids.len();
            payload.columns.push(MovedColumn {
                table: column.table.to_owned(),
                column: column.column.to_owned(),
                ids,
            });
        }
    }
    let care = Statement::raw(
        "INSERT INTO care_relationship (patient, \"user\", source, since, until) \
         SELECT $2, \"user\", source, since, until FROM care_relationship WHERE patient = $1 \
         ON CONFLICT DO NOTHING RETURNING \"user\", source",
        vec![from.to_value(), to.to_value()],
    );
    let care: Vec<(i64, String)> = cx.unscoped("care follows the person").all(care).await?;
    payload.care = care.into_iter().collect();
    let mut given_up = lost.clone();
    given_up.merged_into = Some(Ref::new(to));
    given_up.user = None;
    cx.update(&mut given_up, &lost).await?;
    if let Some(user) = lost.user {
        let mut stays = kept.clone();
        stays.user = Some(user);
        cx.update(&mut stays, &kept).await?;
        payload.user = Some(user.get());
    }
    // Last, since the rows of both patients were written as they had been read.
    allergy_list::derive(cx, to, None).await?;
    refresh(cx, from).await?;
    refresh(cx, to).await?;
    Ok((payload, counts))
}

/// Moves back what a merging moved, apart from care relationships, and works out anew for both what follows
/// from their rows: who has them in care as well.
pub(crate) async fn move_back(
    cx: &mut Cx,
    payload: &Moved,
    lost: Patient,
    kept: Patient,
) -> Result<BTreeMap<String, usize>, Error> {
    let (back_to, from) = (lost.meta.id, kept.meta.id);
    let mut counts = BTreeMap::new();
    let app = cx.app.clone();
    for column in app.registry.patient_columns() {
        let moved = payload
            .columns
            .iter()
            .find(|moved| moved.table == column.table && moved.column == column.column);
        if let Some(moved) = moved {
            let ids = move_rows(
                cx,
                column.table,
                column.column,
                from,
                back_to,
                Some(&moved.ids),
            )
            .await?;
            if !ids.is_empty() {
                *counts.entry(column.label.to_owned()).or_default() += ids.len();
            }
        }
    }
    let account = payload
        .user
        .filter(|user| kept.user.map(|user| user.get()) == Some(*user));
    if account.is_some() {
        // First here, since an account belongs to one record at a time.
        let mut stays = kept.clone();
        stays.user = None;
        cx.update(&mut stays, &kept).await?;
    }
    let mut restored = lost.clone();
    restored.merged_into = None;
    restored.user = account.map(Ref::new);
    cx.update(&mut restored, &lost).await?;
    terms::rewrite(cx, &restored)?;
    // What was on its list when it was merged, it has; the other's list held both.
    allergy_list::complete(cx, &restored).await?;
    for patient in [back_to, from] {
        allergy_list::derive(cx, patient, None).await?;
    }
    refresh(cx, back_to).await?;
    scope::end_derived_care(cx, from, back_to).await?;
    refresh(cx, from).await?;
    Ok(counts)
}

/// Works out anew what follows from a patient's rows after some moved: as many statements as modules say so.
async fn refresh(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    let app = cx.app.clone();
    for refresh in app.registry.patient_refreshes() {
        refresh(cx, patient).await?;
    }
    Ok(())
}

/// Sets a column of every row that names one patient, or only of some rows, to another; answers which.
/// Rows of declared tables count that as a change, so that caches and offline clients notice.
async fn move_rows(
    cx: &mut Cx,
    table: &'static str,
    name: &'static str,
    from: i64,
    to: i64,
    only: Option<&[i64]>,
) -> Result<Vec<i64>, Error> {
    let versioned = cx.app.registry.tables().any(|info| info.table == table);
    let mut moved = Vec::new();
    // A statement binds only so many values.
    let parts: Vec<Option<&[i64]>> = match only {
        None => vec![None],
        Some(ids) => ids.chunks(500).map(Some).collect(),
    };
    for part in parts {
        let mut update = Query::update();
        update
            .table(Alias::new(table))
            .value(Alias::new(name), Expr::val(to))
            .and_where(Expr::col(Alias::new(name)).eq(from))
            .returning_col(Alias::new("id"));
        if versioned {
            update
                .value(
                    Alias::new("version"),
                    Expr::col(Alias::new("version")).add(1i64),
                )
                .value(Alias::new("updated_at"), Expr::val(cx.now().to_value()));
        }
        if let Some(ids) = part {
            update.and_where(Expr::col(Alias::new("id")).is_in(ids.iter().copied()));
        }
        let statement = Statement::build(cx.dialect(), &update);
        let ids: Vec<(i64,)> = cx
            .unscoped("merging moves everything, whoever may see it")
            .part_of::<Patient>()
            .all(statement)
            .await?;
        moved.extend(ids.into_iter().map(|(id,)| id));
    }
    moved.sort_unstable();
    Ok(moved)
}
