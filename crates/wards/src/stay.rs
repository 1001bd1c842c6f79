//! Which bed a patient lay in and for how long: the history of admissions and of beds.

use std::collections::HashMap;

use identity::user::User;
use jiff::Timestamp;
use kernel::BuiltinRole::{Admin, Cashier, Doctor, Nurse, Receptionist};
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, select};
use platform::error::Error;
use platform::field::Ref;
use platform::record::{Column, Meta};
use platform::resource::{Resource, Said};
use schemars::JsonSchema;
use sea_query::{Condition, ExprTrait};
use serde::Serialize;

use crate::admission::Admission;
use crate::bed::Bed;
use crate::ward::{self, Ward};

platform::record! {
    /// A part of an admission that was spent in one bed. A transfer ends one and begins another.
    pub struct BedStay in "bed_stay" for patient {
        client {}
        server {
            /// The admission that it is a part of.
            admission: Ref<Admission> = Ref::new(0),
            /// The patient whose stay it is.
            patient: Ref<Patient> = Ref::new(0),
            /// The bed that the patient lay in.
            bed: Ref<Bed> = Ref::new(0),
            /// The ward in which the bed stood then; null for a bed outside of wards.
            ward: Option<Ref<Ward>> = None,
            /// When the patient came into the bed.
            started_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// When the patient left it; null while they lie there.
            ended_at: Option<Timestamp> = None,
            /// The user who put the patient into the bed.
            moved_by: Option<Ref<User>> = None,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct StayExtra {
    /// The patient's given and family name.
    pub patient_name: String,
    /// The ward's name; empty for a bed outside of wards.
    pub ward_name: String,
}

impl Resource for BedStay {
    const PATH: &'static str = "bed-stays";
    const VERBS: &'static str = "r";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        BedStay::admission,
        BedStay::patient,
        BedStay::bed,
        BedStay::ward,
        BedStay::started_at,
        BedStay::ended_at,
    ];
    const ORDERING: &'static [Column<Self>] = &[BedStay::started_at, BedStay::ended_at];
    const FOLLOWS: &'static [Column<Self>] = &[BedStay::admission];
    const LIST: &'static [Column<Self>] = &[
        BedStay::admission,
        BedStay::patient,
        BedStay::ward,
        BedStay::bed,
        BedStay::started_at,
        BedStay::ended_at,
    ];
    type Extra = StayExtra;

    fn access() -> Access {
        Access::nobody().roles(&[Admin, Doctor, Receptionist, Nurse, Cashier], "r")
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Kind, Said::Moment(self.started_at)]
    }

    fn scope(grant: &Grant) -> Scope {
        reach("bed_stay", "patient", grant)
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<StayExtra>, Error> {
        let patients = patients::names(cx, rows.iter().map(|row| row.patient.get())).await?;
        let wards = rows
            .iter()
            .filter_map(|row| row.ward)
            .map(|ward| ward.get());
        let wards = ward::names(cx, wards).await?;
        let of = |names: &HashMap<i64, String>, id| names.get(&id).cloned().unwrap_or_default();
        let extras = rows.iter().map(|row| StayExtra {
            patient_name: of(&patients, row.patient.get()),
            ward_name: row
                .ward
                .map(|ward| of(&wards, ward.get()))
                .unwrap_or_default(),
        });
        Ok(extras.collect())
    }
}

impl BedStay {
    /// The beginning of a stay of an admission in a bed.
    pub(crate) fn beginning(cx: &Cx, admission: &Admission, bed: &Bed, at: Timestamp) -> BedStay {
        BedStay {
            meta: Meta::unstored(),
            admission: Ref::new(admission.meta.id),
            patient: admission.patient,
            bed: Ref::new(bed.meta.id),
            ward: bed.ward,
            started_at: at,
            ended_at: None,
            moved_by: cx.actor.user_id().map(Ref::new),
        }
    }

    /// The stay that lasts. Its admission is held, so nobody else ends it meanwhile.
    pub(crate) async fn current(cx: &mut Cx, admission: i64) -> Result<Option<BedStay>, Error> {
        let mut query = select::<BedStay>();
        query.cond_where(
            Condition::all()
                .add(BedStay::admission.eq(admission))
                .add(BedStay::ended_at.is_null())
                .add(platform::cx::column("bed_stay", "voided_at").is_null()),
        );
        cx.unscoped("the stay of a held admission")
            .record(query)
            .await
    }

    /// Ends the stay that lasts.
    pub(crate) async fn end(cx: &mut Cx, admission: i64, at: Timestamp) -> Result<(), Error> {
        if let Some(before) = Self::current(cx, admission).await? {
            let mut stay = before.clone();
            stay.ended_at = Some(at);
            cx.update(&mut stay, &before).await?;
        }
        Ok(())
    }
}
