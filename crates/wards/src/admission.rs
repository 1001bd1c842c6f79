//! Admissions: a patient in a bed, from the day they come to the day they leave.
//!
//! Every way in and out leads through the hooks here: `admissions/` itself, and the verbs of beds. Who closes
//! an admission holds it before its bed, so that two ways never wait for each other.

use identity::user::User;
use jiff::Timestamp;
use kernel::BuiltinRole::{Admin, Cashier, Doctor, Nurse, Receptionist};
use patients::{Patient, reach};
use platform::access::{Access, Grant, Permission, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::module::PatientColumn;
use platform::record::{Body, Column, Meta};
use platform::resource::{Change, Resource, Said};
use platform::seal::Sealed;
use schemars::JsonSchema;
use sea_query::{Condition, ExprTrait};
use serde::Serialize;

use crate::bed::Bed;
use crate::{admit, discharge, shown};

platform::record! {
    /// A patient's stay in hospital. A patient has one open admission at most, and so has a bed.
    pub struct Admission in "admission" for patient {
        client {
            /// The patient; cannot be changed later.
            patient: Ref<Patient>,
            /// The bed in which the patient lies, or lay last; changed with `beds/{id}/transfer/`.
            bed: Ref<Bed>,
            /// When the patient was admitted: not in the future, not before birth, and at most a year before it is recorded; now when it is left out. It can be corrected while the patient lies in the first bed.
            admitted_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// Why the patient was admitted. Shown to callers with the permission `admissions:clinical_text`.
            reason: Sealed<Blank<2000>>,
            /// When the patient was discharged; null while the admission is open. Setting it discharges the patient.
            discharged_at: Option<Timestamp>,
            /// What was found and done, and what comes next. Shown to callers with the permission `admissions:clinical_text`.
            discharge_summary: Sealed<Option<Line<65536>>>,
        }
        server {
            /// The user who admitted the patient.
            admitted_by: Option<Ref<User>> = None,
            /// The user who discharged the patient; null while the admission is open.
            discharged_by: Option<Ref<User>> = None,
            /// Days to be charged, at least 1: the nights from admission to discharge, or 1 when both are on one day. Null while the admission is open.
            bed_days: Option<i64> = None,
        }
        hidden {
            /// True while the patient is in hospital, else NULL: two open admissions stand against a merging.
            open: Option<bool> = Some(true),
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct AdmissionExtra {
    /// The patient's given and family name.
    pub patient_name: String,
    /// The bed's number.
    pub bed_number: String,
    /// The ward in which the bed stands; null for a bed outside of wards.
    pub ward: Option<i64>,
    /// The same as `ward`.
    pub ward_id: Option<i64>,
    /// The ward's name; empty for a bed outside of wards.
    pub ward_name: String,
    /// `bed_days` of a closed admission; of an open one, what it would be today.
    pub length_of_stay: i64,
    /// Why the patient was admitted; only for callers with the permission `admissions:clinical_text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was found and done, and what comes next; only for callers with the permission `admissions:clinical_text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discharge_summary: Option<Option<String>>,
}

/// To read why a patient was admitted, and the discharge summary.
pub const CLINICAL_TEXT: Permission = Permission::new("admissions", "clinical_text");

impl Admission {
    /// A new one, not stored yet.
    pub(crate) fn new(patient: i64, bed: i64) -> Admission {
        Admission {
            meta: Meta::unstored(),
            patient: Ref::new(patient),
            bed: Ref::new(bed),
            admitted_at: Timestamp::UNIX_EPOCH,
            reason: Sealed::new(Blank::default()),
            discharged_at: None,
            discharge_summary: Sealed::new(None),
            admitted_by: None,
            discharged_by: None,
            bed_days: None,
            open: Some(true),
        }
    }

    /// Stores a new one through its hooks, as a client's create does.
    pub(crate) async fn store(mut self, cx: &mut Cx) -> Result<Admission, Error> {
        let mut change = Change {
            row: &mut self,
            before: None,
            body: &Body::default(),
        };
        Self::prepare(cx, &mut change).await?;
        cx.insert(change.row).await?;
        Self::stored(cx, &change).await?;
        Ok(self)
    }
}

impl Resource for Admission {
    const PATH: &'static str = "admissions";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        Admission::patient,
        Admission::bed,
        Admission::admitted_at,
        Admission::discharged_at,
        Admission::admitted_by,
    ];
    const OWN_FILTERS: &'static [&'static str] = &["open"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[(
        "open",
        "With `true` those of patients who are in hospital, with `false` those that ended.",
    )];
    const ORDERING: &'static [Column<Self>] = &[Admission::admitted_at, Admission::discharged_at];
    const REPLACED: &'static [Column<Self>] = &[Admission::reason, Admission::discharge_summary];
    const LIST: &'static [Column<Self>] = &[
        Admission::patient,
        Admission::bed,
        Admission::admitted_at,
        Admission::discharged_at,
    ];
    type Extra = AdmissionExtra;

    fn access() -> Access {
        Access::nobody()
            .role(Admin, "crud")
            .role(Doctor, "ru")
            .roles(&[Receptionist, Nurse, Cashier], "r")
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Kind, Said::Moment(self.admitted_at)]
    }

    fn scope(grant: &Grant) -> Scope {
        reach("admission", "patient", grant)
    }

    fn patient_column() -> Option<PatientColumn> {
        Some(PatientColumn {
            table: "admission",
            column: "patient",
            unique_with: &["open"],
            apart: None,
            label: Self::PATH,
        })
    }

    fn filter(_cx: &Cx, name: &str, value: &str) -> Result<Condition, Error> {
        let discharged = Admission::discharged_at;
        Ok(
            Condition::all().add(if platform::http::call::yes_or_no(name, value)? {
                discharged.is_null()
            } else {
                discharged.is_not_null()
            }),
        )
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        match change.before {
            None => admit::check(cx, change.row).await,
            Some(before) => {
                admit::check_change(cx, change.row, before).await?;
                discharge::check(cx, change.row, before).await
            }
        }
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        match change.before {
            None => admit::stored(cx, change.row).await,
            Some(before) => {
                admit::stored_change(cx, change.row, before).await?;
                discharge::stored(cx, change.row, before).await
            }
        }
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        discharge::undo_admission(cx, row).await
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<AdmissionExtra>, Error> {
        shown::extras(cx, rows).await
    }

    async fn removable(_cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        Ok(row.discharged_at.is_none())
    }
}
