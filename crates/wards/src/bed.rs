//! Beds, and what state they are in.

use std::collections::HashMap;

use jiff::Timestamp;
use kernel::{Code, Reach};
use patients::Patient;
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::record::{Column, Record};
use platform::resource::{Change, Resource};
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{Condition, ExprTrait};
use serde::Serialize;

use crate::ward::{self, Ward};

platform::choice! {
    /// What state a bed is in.
    pub enum BedStatus {
        /// Can be assigned.
        Available = "available",
        /// A patient lies in it. Set by assigning and ended by discharging or transferring, never by hand.
        Occupied = "occupied",
        /// The patient has left; to be cleaned before it can be assigned again.
        Cleaning = "cleaning",
        /// Out of use.
        Maintenance = "maintenance",
    }
}

platform::record! {
    /// A bed. A patient is put into it with `assign_patient/`, and leaves it with `discharge_patient/` or `transfer/`; then it is `cleaning` until it is set `available`.
    pub struct Bed in "bed" {
        client {
            /// The ward; null for a bed that stands elsewhere.
            ward: Option<Ref<Ward>>,
            /// Number or name of the bed, unique in its ward; at most 10 characters. Also accepted and returned as `name`.
            number: Line<10>,
            /// State of the bed. `occupied` cannot be written; while a patient lies in the bed the state cannot be changed.
            status: BedStatus = BedStatus::Available,
        }
        server {
            /// The patient who lies in it; null when nobody does.
            assigned_patient: Option<Ref<Patient>> = None,
            /// When a patient was last put into it.
            last_assigned: Option<Timestamp> = None,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct BedExtra {
    /// The ward's name; empty for a bed outside of wards.
    pub ward_name: String,
    /// The given and family name of the patient who lies in it; null when nobody does.
    pub patient_name: Option<String>,
}

impl Resource for Bed {
    const PATH: &'static str = "beds";
    const CALLED: &'static [Column<Self>] = &[Bed::number, Bed::ward];
    const PATIENT_DATA: bool = true;
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[("name", Bed::number)];
    const FILTERS: &'static [Column<Self>] =
        &[Bed::ward, Bed::number, Bed::status, Bed::assigned_patient];
    const ORDERING: &'static [Column<Self>] =
        &[Bed::number, Bed::ward, Bed::status, Bed::last_assigned];
    const SEARCH: &'static [Column<Self>] = &[Bed::number];
    const LIST: &'static [Column<Self>] =
        &[Bed::ward, Bed::number, Bed::status, Bed::assigned_patient];
    type Extra = BedExtra;

    fn access() -> Access {
        ward::access()
    }

    /// Who sees only patients in their care sees empty beds as well: one of them may be needed.
    fn scope(grant: &Grant) -> Scope {
        match (
            grant.reach,
            patients::reach("bed", "assigned_patient", grant),
        ) {
            (Reach::Assigned, Scope::Where(theirs)) => Scope::Where(
                Condition::any()
                    .add(theirs)
                    .add(Bed::assigned_patient.is_null()),
            ),
            (Reach::Own, _) => Scope::Nothing,
            (_, scope) => scope,
        }
    }

    fn label(&self) -> String {
        self.number.to_string()
    }

    async fn prepare(_cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        // Assigning, moving and discharging come without a body and keep their own rules.
        if change.body.0.is_empty() || !change.changed(|row| row.status) {
            return Ok(());
        }
        if change.row.status == BedStatus::Occupied {
            return Err(Error::field(
                "status",
                Text::new("wards-bed-occupied-by-hand"),
            ));
        }
        if change.row.assigned_patient.is_some() {
            return Err(occupied(change.row));
        }
        Ok(())
    }

    /// A bed that is pushed to another ward takes who lies in it along.
    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let Some((before, patient)) = change.before.zip(change.row.assigned_patient) else {
            return Ok(());
        };
        if before.ward == change.row.ward {
            return Ok(());
        }
        crate::staff::of_patient(cx, patient.get(), &[before.ward, change.row.ward]).await
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<BedExtra>, Error> {
        let wards = rows
            .iter()
            .filter_map(|row| row.ward)
            .map(|ward| ward.get());
        let wards = ward::names(cx, wards).await?;
        let lying = |row: &Self| row.assigned_patient.map(|patient| patient.get());
        let patients = patients::names(cx, rows.iter().filter_map(lying)).await?;
        // The bed's record is not the patient's, but who lies where is about the patient.
        for row in rows {
            if let Some(patient) = lying(row) {
                cx.saw(Self::NAME, row.meta.id, Some(patient));
            }
        }
        let of = |names: &HashMap<i64, String>, id: i64| names.get(&id).cloned();
        let extras = rows.iter().map(|row| BedExtra {
            ward_name: row
                .ward
                .and_then(|ward| of(&wards, ward.get()))
                .unwrap_or_default(),
            patient_name: lying(row).and_then(|patient| of(&patients, patient)),
        });
        Ok(extras.collect())
    }

    async fn removable(_cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        Ok(row.assigned_patient.is_none())
    }
}

/// The refusal that a patient lies in the bed.
pub(crate) fn occupied(bed: &Bed) -> Error {
    Error::refuse(
        Code::BedOccupied,
        Text::new("wards-bed-occupied").with("bed", bed.number.to_string()),
    )
    .with("bed", bed.meta.id)
}

/// Refuses a bed that cannot take a patient now.
pub(crate) fn refuse_unless_available(bed: &Bed) -> Result<(), Error> {
    match bed.status {
        BedStatus::Available => Ok(()),
        BedStatus::Occupied => Err(occupied(bed)),
        BedStatus::Cleaning | BedStatus::Maintenance => {
            let text = Text::new("wards-bed-not-available")
                .with("bed", bed.number.to_string())
                .with("status", bed.status.as_str());
            Err(Error::refuse(Code::BedNotAvailable, text)
                .with("bed", bed.meta.id)
                .with("status", bed.status.as_str()))
        }
    }
}
