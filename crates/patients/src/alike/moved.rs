//! What merging moves from one record to the other, and how it comes back.

use std::collections::{BTreeMap, BTreeSet};

use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Record;
use platform::seal::Sealed;
use sea_query::{Alias, Expr, ExprTrait, Query};
use serde::{Deserialize, Serialize};

use crate::patient::{ContactPreference, Patient};
use crate::{allergy_list, contact, scope, terms};

/// What a merging moved: the payload that undoes it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Moved {
    /// Rows by table and column.
    columns: Vec<MovedColumn>,
    /// The account that went from the record given up to the one that stays.
    user: Option<i64>,
    /// Care relationships that the record that stays gained: (user, source).
    pub(crate) care: BTreeSet<(i64, String)>,
    /// How the record that stays wanted messages, where it took over that the other wants none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preference: Option<String>,
    /// Names of fields in which only the record given up said how the person is reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    carried: Vec<String>,
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
        let ids = move_rows(cx, column.table, column.column, (from, to), None).await?;
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
    let mut stays = kept.clone();
    if let Some(user) = lost.user {
        stays.user = Some(user);
        payload.user = Some(user.get());
    }
    // Who wants no messages has said so, in whichever record it stands.
    if lost.contact_preference == ContactPreference::None {
        payload.preference = Some(kept.contact_preference.as_str().to_owned());
        stays.contact_preference = ContactPreference::None;
    }
    payload.carried = carry(&lost, &mut stays);
    cx.update(&mut stays, &kept).await?;
    terms::store(cx, &stays, Some(&kept)).await?;
    contact::spread(cx, &stays, Some(&kept))?;
    // Last, since the rows of both patients were written as they had been read.
    allergy_list::derive(cx, to, None).await?;
    refresh(cx, from).await?;
    refresh(cx, to).await?;
    Ok((payload, counts))
}

const CONTACT: &str = "contact_info";
const EMAIL: &str = "email";
const ADDRESS: &str = "address";
const EMERGENCY: &str = "emergency_contact";

/// How the person is reached where only the record given up says it: reminders still find them. Answers which fields.
fn carry(lost: &Patient, stays: &mut Patient) -> Vec<String> {
    let mut carried = Vec::new();
    let mut note = |name: &str| carried.push(name.to_owned());
    if stays.contact_info.open().is_empty() && !lost.contact_info.open().is_empty() {
        stays.contact_info = lost.contact_info.clone();
        note(CONTACT);
    }
    if stays.email.open().is_empty() && !lost.email.open().is_empty() {
        stays.email = lost.email.clone();
        note(EMAIL);
    }
    if stays.address.open().is_empty() && !lost.address.open().is_empty() {
        stays.address = lost.address.clone();
        note(ADDRESS);
    }
    if stays.emergency_contact.open().is_none() && lost.emergency_contact.open().is_some() {
        stays.emergency_contact = lost.emergency_contact.clone();
        note(EMERGENCY);
    }
    carried
}

/// Nobody else is reached by what was another's, unless it was written anew meanwhile.
fn hand_back(lost: &Patient, stays: &mut Patient, carried: &[String]) {
    let was = |name: &str| carried.iter().any(|carried| carried == name);
    if was(CONTACT) && stays.contact_info.open() == lost.contact_info.open() {
        stays.contact_info = Sealed::new(Blank::default());
    }
    if was(EMAIL) && stays.email.open() == lost.email.open() {
        stays.email = Sealed::new(Blank::default());
    }
    if was(ADDRESS) && stays.address.open() == lost.address.open() {
        stays.address = Sealed::new(Blank::default());
    }
    if was(EMERGENCY) && stays.emergency_contact.open() == lost.emergency_contact.open() {
        stays.emergency_contact = Sealed::new(None);
    }
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
        let Some(moved) = moved else { continue };
        // A statement binds only so many values.
        for ids in moved.ids.chunks(500) {
            let only = column_of(column.table, "id").is_in(ids.iter().copied());
            let way = (from, back_to);
            let ids = move_rows(cx, column.table, column.column, way, Some(only)).await?;
            if !ids.is_empty() {
                *counts.entry(column.label.to_owned()).or_default() += ids.len();
            }
        }
    }
    move_dependents_back(cx, from, back_to, &mut counts).await?;
    let account = payload
        .user
        .filter(|user| kept.user.map(|user| user.get()) == Some(*user));
    // First here, since an account belongs to one record at a time.
    let mut stays = kept.clone();
    if account.is_some() {
        stays.user = None;
    }
    let before = payload.preference.as_deref();
    if let Some(before) = before.and_then(ContactPreference::from_text)
        && kept.contact_preference == ContactPreference::None
    {
        stays.contact_preference = before;
    }
    hand_back(&lost, &mut stays, &payload.carried);
    cx.update(&mut stays, &kept).await?;
    terms::store(cx, &stays, Some(&kept)).await?;
    contact::spread(cx, &stays, Some(&kept))?;
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

/// What was recorded below a record while the two were one goes back with it: vital signs with their visit, results with
/// their order, what was dispensed with its prescription, an alert with what raised it. What names a record of one person
/// is never another's.
async fn move_dependents_back(
    cx: &mut Cx,
    from: i64,
    to: i64,
    counts: &mut BTreeMap<String, usize>,
) -> Result<(), Error> {
    let app = cx.app.clone();
    let of_patients: Vec<_> = app
        .registry
        .tables()
        .filter_map(|info| Some((info, info.patient?)))
        .filter(|(info, _)| info.table != Patient::TABLE)
        .collect();
    let theirs = |table: &'static str, column: &'static str| {
        Query::select()
            .column(Alias::new("id"))
            .from(Alias::new(table))
            .and_where(column_of(table, column).eq(to))
            .take()
    };
    let mut below = Vec::new();
    for (info, patient) in &of_patients {
        for (above, of) in &of_patients {
            let mut named: Vec<Expr> = info
                .fields
                .iter()
                .filter(|field| field.shape.reference == Some(above.table) && !field.shape.sealed)
                .map(|field| column_of(info.table, field.name).in_subquery(theirs(above.table, of)))
                .collect();
            let has = |name: &str| info.fields.iter().any(|field| field.name == name);
            if has("source_type") && has("source_id") {
                let raised =
                    column_of(info.table, "source_id").in_subquery(theirs(above.table, of));
                named.push(
                    column_of(info.table, "source_type")
                        .eq(above.name)
                        .and(raised),
                );
            }
            below.extend(named.into_iter().map(|only| (*info, *patient, only)));
        }
    }
    // Until nothing is left behind: a result is below a test of an order, which is below a visit.
    loop {
        let mut moved = 0;
        for (info, patient, only) in &below {
            let way = (from, to);
            let ids = move_rows(cx, info.table, patient, way, Some(only.clone())).await?;
            moved += ids.len();
            if !ids.is_empty() {
                let label = if info.path.is_empty() {
                    info.name
                } else {
                    info.path
                };
                *counts.entry(label.to_owned()).or_default() += ids.len();
            }
        }
        if moved == 0 {
            return Ok(());
        }
    }
}

fn column_of(table: &'static str, name: &'static str) -> Expr {
    Expr::col((Alias::new(table), Alias::new(name)))
}

/// Works out anew what follows from a patient's rows after some moved: as many statements as modules say so.
async fn refresh(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    let app = cx.app.clone();
    for refresh in app.registry.patient_refreshes() {
        refresh(cx, patient).await?;
    }
    Ok(())
}

/// Sets a column of every row that names one patient, or only of those for which a condition holds, to another; answers
/// which. Rows of declared tables count that as a change, so that caches and offline clients notice.
async fn move_rows(
    cx: &mut Cx,
    table: &'static str,
    name: &'static str,
    (from, to): (i64, i64),
    only: Option<Expr>,
) -> Result<Vec<i64>, Error> {
    let versioned = cx.app.registry.tables().any(|info| info.table == table);
    let mut update = Query::update();
    update
        .table(Alias::new(table))
        .value(Alias::new(name), Expr::val(to))
        .and_where(Expr::col(Alias::new(name)).eq(from))
        .and_where_option(only)
        .returning_col(Alias::new("id"));
    if versioned {
        update
            .value(
                Alias::new("version"),
                Expr::col(Alias::new("version")).add(1i64),
            )
            .value(Alias::new("updated_at"), Expr::val(cx.now().to_value()));
    }
    let statement = Statement::build(cx.dialect(), &update);
    let ids: Vec<(i64,)> = cx
        .unscoped("merging moves everything, whoever may see it")
        .part_of::<Patient>()
        .all(statement)
        .await?;
    let mut moved: Vec<i64> = ids.into_iter().map(|(id,)| id).collect();
    moved.sort_unstable();
    Ok(moved)
}
