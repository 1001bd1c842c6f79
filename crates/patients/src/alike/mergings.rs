//! The open mergings that led to one record, and what the others keep when one of them is undone.
//!
//! Records are merged one into the other and the result into a third: A into B, B into C. What was A's then
//! moved twice, and both mergings have it on their lists. When A comes out again, the second one must forget
//! what was A's, or undoing it later would take from A what has nothing to do with B.

use std::collections::BTreeSet;

use platform::cx::{Cx, select};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::field::Doc;
use platform::record::Record;
use platform::seal::Sealed;
use sea_query::{Alias, Expr, ExprTrait, Order, Query};

use crate::link::PatientLink;
use crate::moved::Moved;
use crate::patient::Patient;

/// A merging that was not undone.
#[derive(Debug)]
pub(crate) struct Merging {
    /// The record that was given up.
    patient: i64,
    /// The record that it was merged into, which may have been given up later.
    into: i64,
    pub(crate) moved: Moved,
    pub(crate) link: PatientLink,
}

/// Who has whom in care, and why: patient, user, source.
type Care = (i64, i64, String);

/// Takes a merging out of those that led to the record that stays, with the care relationships that nothing
/// else brought; `None` when there is none. The caller holds both patients, and whoever undoes another of
/// these mergings needs the one that stays as well.
pub(crate) async fn take_out(cx: &mut Cx, lost: i64, kept: i64) -> Result<Option<Merging>, Error> {
    let mut open = leading_to(cx, kept).await?;
    let care = Statement::raw(
        "SELECT patient, \"user\", source FROM care_relationship \
         WHERE patient IN (SELECT id FROM patient WHERE merged_into = $1)",
        vec![kept.to_value()],
    );
    let care: Vec<Care> = cx.unscoped("care follows the person").all(care).await?;
    let Some((undone, gone)) = undo(&mut open, lost, &care.into_iter().collect()) else {
        return Ok(None);
    };
    end_care(cx, &gone).await?;
    for other in open {
        let mut link = other.link.clone();
        link.payload = Sealed::new(Doc(platform::serde_json::to_value(&other.moved)?));
        cx.update(&mut link, &other.link).await?;
    }
    Ok(Some(undone))
}

async fn leading_to(cx: &mut Cx, kept: i64) -> Result<Vec<Merging>, Error> {
    let mut given_up = Query::select();
    given_up
        .column(Alias::new("id"))
        .from(Alias::new(Patient::TABLE))
        .and_where(Expr::col(Alias::new("merged_into")).eq(kept));
    let mut query = select::<PatientLink>();
    query
        .and_where(PatientLink::patient.in_subquery(given_up))
        .and_where(PatientLink::undone_at.is_null())
        .order_by(
            (Alias::new(PatientLink::TABLE), Alias::new("id")),
            Order::Asc,
        );
    let links: Vec<PatientLink> = cx
        .unscoped("the mergings into a patient that the caller holds")
        .records(query)
        .await?;
    let mergings = links.into_iter().map(|link| {
        Ok(Merging {
            patient: link.patient,
            into: link.merged_into,
            moved: platform::serde_json::from_value(link.payload.open().0.clone())?,
            link,
        })
    });
    mergings.collect()
}

async fn end_care(cx: &mut Cx, gone: &[Care]) -> Result<(), Error> {
    // A statement binds only so many values.
    for part in gone.chunks(500) {
        let mut delete = Query::delete();
        let rows = part
            .iter()
            .map(|(patient, user, source)| (*patient, *user, source.clone()));
        delete
            .from_table(Alias::new("care_relationship"))
            .and_where(
                Expr::tuple(["patient", "user", "source"].map(|name| Expr::col(Alias::new(name))))
                    .in_tuples(rows),
            );
        let statement = Statement::build(cx.dialect(), &delete);
        cx.unscoped("care follows the person")
            .execute(statement)
            .await?;
    }
    Ok(())
}

/// Takes the merging of a record out of the open ones; answers it, and the care relationships that end with it
/// on the way to the record that stays.
fn undo(open: &mut Vec<Merging>, lost: i64, care: &BTreeSet<Care>) -> Option<(Merging, Vec<Care>)> {
    // The latest, as far as there are several.
    let undone = open.iter().rposition(|merging| merging.patient == lost)?;
    let undone = open.remove(undone);
    let mut leaving = undone.moved.care.clone();
    let mut gone = Vec::new();
    let (mut from, mut into) = (lost, undone.into);
    loop {
        // What another record would have brought to the same one, had it not been there already, stays and
        // is from now on what that one brought.
        let others = open.iter_mut();
        for other in others.filter(|other| other.into == into && other.patient != from) {
            leaving.retain(|(user, source)| {
                let theirs = care.contains(&(other.patient, *user, source.clone()));
                if theirs {
                    other.moved.care.insert((*user, source.clone()));
                }
                !theirs
            });
        }
        gone.extend(
            leaving
                .iter()
                .map(|(user, source)| (into, *user, source.clone())),
        );
        let Some(next) = open.iter_mut().find(|next| next.patient == into) else {
            return Some((undone, gone));
        };
        next.moved.forget(&undone.moved, lost);
        leaving.retain(|care| next.moved.care.remove(care));
        (from, into) = (into, next.into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::field::{Blank, List};
    use platform::record::Meta;
    use platform::serde_json::{Value as Json, json};

    fn merging(patient: i64, into: i64, moved: Json) -> Merging {
        let link = PatientLink {
            meta: Meta::unstored(),
            patient,
            merged_into: into,
            score: 0,
            reasons: List(Vec::new()),
            reason: Sealed::new(Blank::default()),
            decided_by: None,
            payload: Sealed::new(Doc::default()),
            undone_at: None,
            undone_by: None,
        };
        Merging {
            patient,
            into,
            moved: platform::serde_json::from_value(moved).unwrap(),
            link,
        }
    }

    /// A merging that brought the record that stays into these users' care.
    fn bringing(patient: i64, into: i64, users: &[i64]) -> Merging {
        let care: Vec<(i64, &str)> = users.iter().map(|user| (*user, "assigned")).collect();
        merging(
            patient,
            into,
            json!({ "columns": [], "user": null, "care": care }),
        )
    }

    #[test]
    fn care_ends_where_nothing_else_brought_it() {
        const A: i64 = 1;
        const B: i64 = 2;
        const C: i64 = 3;
        const OTHER: i64 = 4;
        const DOCTOR: i64 = 9;
        let with = |brought: &[i64]| brought.to_vec();
        // Mergings with whom they brought along; who has the doctor; where the doctor's care ends when A is
        // undone; and which of the mergings left then have brought it.
        type Case = (Vec<(i64, i64, Vec<i64>)>, Vec<i64>, Vec<i64>, Vec<i64>);
        let cases: Vec<Case> = vec![
            (vec![(A, B, with(&[]))], vec![A], vec![], vec![]),
            (vec![(A, B, with(&[DOCTOR]))], vec![A], vec![B], vec![]),
            // All along the way, as far as it had been brought.
            (
                vec![(A, B, with(&[DOCTOR])), (B, C, with(&[DOCTOR]))],
                vec![A, B],
                vec![B, C],
                vec![],
            ),
            (
                vec![(A, B, with(&[DOCTOR])), (B, C, with(&[]))],
                vec![A, B],
                vec![B],
                vec![],
            ),
            (
                vec![(A, B, with(&[])), (B, C, with(&[DOCTOR]))],
                vec![A, B],
                vec![],
                vec![B],
            ),
            // Another one would have brought it as well.
            (
                vec![(A, C, with(&[DOCTOR])), (OTHER, C, with(&[]))],
                vec![A, OTHER],
                vec![],
                vec![OTHER],
            ),
            (
                vec![
                    (A, B, with(&[DOCTOR])),
                    (B, C, with(&[DOCTOR])),
                    (OTHER, C, with(&[])),
                ],
                vec![A, B, OTHER],
                vec![B],
                vec![OTHER],
            ),
            (
                vec![(A, C, with(&[DOCTOR])), (OTHER, C, with(&[]))],
                vec![A],
                vec![C],
                vec![],
            ),
        ];
        for (mergings, has, ends, brought) in cases {
            let mut open: Vec<Merging> = mergings
                .iter()
                .map(|(patient, into, users)| bringing(*patient, *into, users))
                .collect();
            let care = has.iter().map(|id| (*id, DOCTOR, "assigned".to_owned()));
            let (undone, gone) = undo(&mut open, A, &care.collect()).unwrap();
            assert_eq!(undone.patient, A);
            let gone: Vec<i64> = gone.into_iter().map(|(patient, ..)| patient).collect();
            assert_eq!(gone, ends, "{mergings:?}");
            let bring = open.iter().filter(|other| !other.moved.care.is_empty());
            let bring: Vec<i64> = bring.map(|other| other.patient).collect();
            assert_eq!(bring, brought, "{mergings:?}");
        }
        assert!(undo(&mut Vec::new(), A, &BTreeSet::new()).is_none());
    }

    #[test]
    fn later_mergings_forget_what_came_out_again() {
        let allergies =
            |ids: &[i64]| json!({ "table": "allergy", "column": "patient", "ids": ids });
        let records =
            |ids: &[i64]| json!({ "table": "patient", "column": "merged_into", "ids": ids });
        // Record 1, into which 7 had been merged, into 2, and that into 3.
        let first =
            json!({ "columns": [allergies(&[10, 11]), records(&[7])], "user": 5, "care": [] });
        let second = json!({
            "columns": [allergies(&[10, 11, 20]), records(&[1, 6, 7])], "user": 5, "care": [],
        });
        let mut open = vec![merging(1, 2, first), merging(2, 3, second)];
        undo(&mut open, 1, &BTreeSet::new()).unwrap();
        assert_eq!(
            json!(open[0].moved),
            json!({ "columns": [allergies(&[20]), records(&[6])], "user": null, "care": [] })
        );
    }
}
