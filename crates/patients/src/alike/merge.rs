//! Two records of one person become one, and two again if that was wrong.
//!
//! `POST patients/{id}/merge/` takes the other record either as `into` (the other stays) or as
//! `duplicate` (this one stays). Every column that any module declared as naming a patient moves, in
//! one transaction that holds both patients, the lower id first, so that two mergings never wait for
//! each other in a circle. The record given up keeps its own fields, names the other as `merged_into`,
//! can still be retrieved, and is gone from lists, searches and changes; its number still finds the
//! other. `POST patients/{id}/unmerge/` moves back exactly the rows that were moved, as far as they are
//! still where they were moved to; who has which of the two in care, and the allergies on their lists, are
//! then worked out anew.

use std::collections::BTreeMap;

use contracts::{PatientsMerged, PatientsUnmerged};
use kernel::BuiltinRole::{Admin, Receptionist};
use kernel::Code;
use platform::access::Access;
use platform::audit::{Action, AuditEntry};
use platform::cx::Cx;
use platform::db::{NoOverlap, Statement};
use platform::error::Error;
use platform::fault::NON_FIELD;
use platform::field::{Blank, Doc, Line, List};
use platform::module::PatientColumn;
use platform::record::Meta;
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::Verb;
use schemars::JsonSchema;
use sea_query::{Alias, Expr, ExprTrait, Query};
use serde::Serialize;

use crate::link::PatientLink;
use crate::moved::{move_all, move_back};
use crate::patient::Patient;
use crate::{duplicates, mergings};

platform::input! {
    /// Which other record is the same person: `into` or `duplicate`, not both.
    pub struct MergeInput {
        /// The record that stays; the one in the path is given up.
        into: Option<i64>,
        /// The record that is given up; the one in the path stays.
        duplicate: Option<i64>,
        /// Why the two are one person.
        reason: Blank<500>,
    }
}

/// The answer to a merging.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Merged {
    /// Always `merged`.
    pub status: &'static str,
    /// The record that was given up.
    pub patient: i64,
    /// The record that stays.
    pub merged_into: i64,
    /// How many rows were moved, by what they are.
    pub moved: BTreeMap<String, usize>,
}

/// The answer to an unmerging.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Unmerged {
    /// Always `unmerged`.
    pub status: &'static str,
    /// The record that stands by itself again.
    pub patient: i64,
    /// The record that it had been merged into.
    pub was_merged_into: i64,
    /// How many rows were moved back, by what they are.
    pub restored: BTreeMap<String, usize>,
}

/// A record that was merged into another is no longer worked with.
pub(crate) fn merged_away(into: i64) -> Error {
    Error::refuse(
        Code::StateConflict,
        Text::new("patients-merged-away").with("into", into),
    )
    .with("merged_into", into)
}

/// `POST patients/{id}/merge/`.
pub struct Merge;

impl Verb for Merge {
    type On = Patient;
    type Input = MergeInput;
    type Answer = Merged;
    const NAME: &'static str = "merge";
    const SUMMARY: &'static str = "Merge two records of one person";
    const DESCRIPTION: &'static str = "Everything that belongs to the retired record moves to the survivor, in one transaction. What would collide there, such as two appointments at the same time, is named and nothing moves (409). Phone, e-mail, address and emergency contact that the survivor lacks are taken over. `unmerge/` undoes it.";
    const GRAVE: bool = true;
    const HOLDS: bool = false;

    fn access() -> Access {
        Access::may(&[Admin, Receptionist])
    }

    async fn of_use(_cx: &mut Cx, row: &Patient) -> Result<bool, Error> {
        Ok(row.merged_into.is_none())
    }

    async fn run(cx: &mut Cx, here: Patient, input: MergeInput) -> Result<Merged, Error> {
        merge(cx, here.meta.id, input).await
    }
}

async fn merge(cx: &mut Cx, here: i64, input: MergeInput) -> Result<Merged, Error> {
    let (lost, kept, other, field) = match (input.into, input.duplicate) {
        (Some(into), None) => (here, into, into, "into"),
        (None, Some(duplicate)) => (duplicate, here, duplicate, "duplicate"),
        _ => return Err(Error::field(NON_FIELD, Text::new("patients-merge-one-of"))),
    };
    if lost == kept {
        return Err(Error::field(field, Text::new("patients-merge-itself")));
    }
    let (lost, kept) = hold_both(cx, lost, kept)
        .await
        .map_err(|missing| missing.explained(other, field))?;
    for patient in [&lost, &kept] {
        if let Some(into) = patient.merged_into {
            return Err(merged_away(into.get()));
        }
    }
    refuse_conflicts(cx, &lost, &kept).await?;
    let (score, reasons) = duplicates::compare(cx, &lost, &kept);
    let (payload, moved) = move_all(cx, lost.clone(), kept.clone()).await?;
    let mut link = PatientLink {
        meta: Meta::unstored(),
        patient: lost.meta.id,
        merged_into: kept.meta.id,
        score,
        reasons: List(
            reasons
                .iter()
                .map(|reason| Line::cut(reason.code()))
                .collect(),
        ),
        reason: Sealed::new(input.reason),
        decided_by: cx.actor.user_id(),
        payload: Sealed::new(Doc(platform::serde_json::to_value(&payload)?)),
        undone_at: None,
        undone_by: None,
    };
    cx.insert(&mut link).await?;
    note(cx, &kept, "merged");
    let event = PatientsMerged {
        merged: lost.meta.id,
        survivor: kept.meta.id,
    };
    cx.emit(&event)?;
    Ok(Merged {
        status: "merged",
        patient: lost.meta.id,
        merged_into: kept.meta.id,
        moved,
    })
}

/// `POST patients/{id}/unmerge/`.
pub struct Unmerge;

impl Verb for Unmerge {
    type On = Patient;
    type Input = ();
    type Answer = Unmerged;
    const NAME: &'static str = "unmerge";
    const SUMMARY: &'static str = "Undo the merging of a record into another";
    const GRAVE: bool = true;
    const HOLDS: bool = false;

    fn access() -> Access {
        Access::may(&[Admin, Receptionist])
    }

    async fn of_use(_cx: &mut Cx, row: &Patient) -> Result<bool, Error> {
        Ok(row.merged_into.is_some())
    }

    async fn run(cx: &mut Cx, lost: Patient, _input: ()) -> Result<Unmerged, Error> {
        unmerge(cx, lost).await
    }
}

async fn unmerge(cx: &mut Cx, lost: Patient) -> Result<Unmerged, Error> {
    let not_merged = || Error::refuse(Code::StateConflict, Text::new("patients-not-merged"));
    let kept = lost.merged_into.ok_or_else(not_merged)?.get();
    let (lost, kept) = hold_both(cx, lost.meta.id, kept)
        .await
        .map_err(|missing| missing.error)?;
    if lost.merged_into.map(|into| into.get()) != Some(kept.meta.id) {
        return Err(not_merged());
    }
    let undone = mergings::take_out(cx, lost.meta.id, kept.meta.id)
        .await?
        .ok_or_else(not_merged)?;
    let restored = move_back(cx, &undone.moved, lost.clone(), kept.clone()).await?;
    let mut link = undone.link.clone();
    link.undone_at = Some(cx.now());
    link.undone_by = cx.actor.user_id();
    cx.update(&mut link, &undone.link).await?;
    note(cx, &kept, "unmerged");
    let event = PatientsUnmerged {
        restored: lost.meta.id,
        survivor: kept.meta.id,
    };
    cx.emit(&event)?;
    Ok(Unmerged {
        status: "unmerged",
        patient: lost.meta.id,
        was_merged_into: kept.meta.id,
        restored,
    })
}

struct Missing {
    id: i64,
    error: Error,
}

impl Missing {
    /// The record in the path is not found; the one in the body is a complaint about its field.
    fn explained(self, other: i64, field: &str) -> Error {
        if self.id == other && self.error.code() == Some(Code::NotFound) {
            let text = Text::new("unknown-reference")
                .with("kind", "patient")
                .with("id", other);
            return Error::field(field, text);
        }
        self.error
    }
}

/// Both patients in the order of their ids; answers them in the order asked for.
async fn hold_both(cx: &mut Cx, one: i64, other: i64) -> Result<(Patient, Patient), Missing> {
    let (low, high) = (Ord::min(one, other), Ord::max(one, other));
    let first: Patient = cx
        .hold(low)
        .await
        .map_err(|error| Missing { id: low, error })?;
    let second: Patient = cx
        .hold(high)
        .await
        .map_err(|error| Missing { id: high, error })?;
    for patient in [&first, &second] {
        cx.saw(
            <Patient as platform::record::Record>::NAME,
            patient.meta.id,
            Some(patient.meta.id),
        );
    }
    Ok(if one == low {
        (first, second)
    } else {
        (second, first)
    })
}

/// What both have and only one may: named before anything is moved.
async fn refuse_conflicts(cx: &mut Cx, lost: &Patient, kept: &Patient) -> Result<(), Error> {
    let mut conflicts = Vec::new();
    if lost.user.is_some() && kept.user.is_some() {
        conflicts.push("user".to_owned());
    }
    let app = cx.app.clone();
    let several = app
        .registry
        .patient_columns()
        .filter(|column| !column.unique_with.is_empty());
    for column in several {
        let retained = app
            .registry
            .tables()
            .any(|info| info.table == column.table && info.retained);
        let statement = Statement::build(cx.dialect(), &clash(column, retained, lost, kept));
        let found: Vec<(i64,)> = cx
            .unscoped("what both patients have counts, whoever may see it")
            .all(statement)
            .await?;
        if !found.is_empty() {
            conflicts.push(column.label.to_owned());
        }
    }
    for column in app.registry.patient_columns() {
        let Some(apart) = column.apart else { continue };
        let statement = Statement::build(cx.dialect(), &overlap(column, &apart, lost, kept));
        let found: Option<(i64,)> = cx
            .unscoped("what both patients have counts, whoever may see it")
            .optional(statement)
            .await?;
        if found.is_some() {
            conflicts.push(column.label.to_owned());
        }
    }
    if conflicts.is_empty() {
        return Ok(());
    }
    conflicts.sort_unstable();
    conflicts.dedup();
    let text = Text::new("patients-merge-conflict").with("what", conflicts.join(", "));
    Err(Error::refuse(Code::MergeConflict, text).with("conflicts", conflicts))
}

/// One row where both patients have the same value of what must stay unique.
fn clash(
    unique: &PatientColumn,
    retained: bool,
    lost: &Patient,
    kept: &Patient,
) -> sea_query::SelectStatement {
    let of =
        |side: &'static str, name: &'static str| Expr::col((Alias::new(side), Alias::new(name)));
    let mut query = Query::select();
    query
        .expr(Expr::cust("1"))
        .from_as(Alias::new(unique.table), Alias::new("ours"))
        .from_as(Alias::new(unique.table), Alias::new("theirs"))
        .and_where(of("ours", unique.column).eq(lost.meta.id))
        .and_where(of("theirs", unique.column).eq(kept.meta.id))
        .limit(1);
    for name in unique.unique_with {
        query.and_where(of("ours", name).eq(of("theirs", name)));
    }
    if retained {
        query
            .and_where(of("ours", "voided_at").is_null())
            .and_where(of("theirs", "voided_at").is_null());
    }
    query
}

/// One row where both patients have something at the same time that one person cannot have.
fn overlap(
    column: &PatientColumn,
    apart: &NoOverlap,
    lost: &Patient,
    kept: &Patient,
) -> sea_query::SelectStatement {
    let of =
        |side: &'static str, name: &'static str| Expr::col((Alias::new(side), Alias::new(name)));
    let counted = |patient: &Patient| {
        let mut rows = Query::select();
        rows.columns([Alias::new(apart.from), Alias::new(apart.to)])
            .from(Alias::new(apart.table))
            .and_where(Expr::col(Alias::new(column.column)).eq(patient.meta.id))
            .and_where(Expr::cust(apart.only));
        rows
    };
    let mut query = Query::select();
    query
        .expr(Expr::cust("1"))
        .from_subquery(counted(lost), Alias::new("ours"))
        .from_subquery(counted(kept), Alias::new("theirs"))
        .and_where(of("ours", apart.from).lt(of("theirs", apart.to)))
        .and_where(of("theirs", apart.from).lt(of("ours", apart.to)))
        .limit(1);
    query
}

/// The record that stays is not always changed itself, but it is now about more, or less.
fn note(cx: &mut Cx, kept: &Patient, what: &str) {
    let entry = AuditEntry::new(Action::Edit, "Patient", Some(kept.meta.id))
        .of_patient(Some(kept.meta.id))
        .saying(what);
    cx.audit(entry);
}
