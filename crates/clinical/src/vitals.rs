//! Vital signs, taken during an encounter.

use std::collections::HashMap;

use contracts::CircumstancesChanged;
use identity::user::User;
use jiff::Timestamp;
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Patient as PatientRole};
use kernel::Decimal;
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, among, select};
use platform::error::Error;
use platform::field::{Field, Ref};
use platform::record::{Column, Record};
use platform::resource::{Change, Resource, Said};
use platform::texts::Text;
use sea_query::{Condition, Expr, ExprTrait, Order};

use crate::alert;
use crate::encounter::{Encounter, hold_open, is_open};
use crate::guideline;
use crate::rules::growth::{Position, mark_crossings};
use crate::rules::news2::{Breathing, Consciousness};
use crate::vitals_alert;
use crate::vitals_judged::{VitalsExtra, check};

/// A measured value with at most three decimals; its smallest steps are the thousandths of [`crate::rules`].
pub type Measured = Decimal<3>;

platform::record! {
    /// Vital signs and body measures, taken during an encounter. Every measure is optional, at least one must
    /// be there. Values that no living person can have are refused.
    pub struct Vitals in "vitals" for patient {
        client {
            /// The encounter during which they were taken.
            encounter: Ref<Encounter>,
            /// Systolic blood pressure in mmHg, 20 to 320.
            systolic_bp: Option<i64>,
            /// Diastolic blood pressure in mmHg, 5 to 220, lower than the systolic.
            diastolic_bp: Option<i64>,
            /// Heart rate in beats per minute, 10 to 350.
            heart_rate: Option<i64>,
            /// Respiratory rate in breaths per minute, 1 to 160.
            respiratory_rate: Option<i64>,
            /// Temperature in °C, 24 to 45.
            temperature: Option<Measured>,
            /// Oxygen saturation in %, 20 to 100.
            oxygen_saturation: Option<Measured>,
            /// Height or length in cm, 20 to 260.
            height: Option<Measured>,
            /// Weight in kg, 0.3 to 500.
            weight: Option<Measured>,
            /// Head circumference in cm, 15 to 75.
            head_circumference: Option<Measured>,
            /// Mid-upper-arm circumference in mm, 50 to 650.
            muac: Option<Measured>,
            /// Blood glucose at the bedside in mmol/L, 0.1 to 60.
            blood_glucose: Option<Measured>,
            /// Capillary refill time in seconds, 0 to 20.
            capillary_refill: Option<Measured>,
            /// Pain score, 0 to 10.
            pain: Option<i64>,
            /// Glasgow coma score, 3 to 15.
            gcs: Option<i64>,
            /// How the height was measured; lying under 2 years and standing from then on when it is left out.
            height_position: Option<Position>,
            /// Level of consciousness: alert, new confusion, responds to voice, to pain, unresponsive.
            consciousness: Option<Consciousness>,
            /// Whether the patient breathes room air or oxygen.
            breathing: Option<Breathing>,
            /// Score oxygen saturation by scale 2 of NEWS2: for hypercapnic respiratory failure, by a clinician's decision.
            saturation_scale_2: bool = false,
            /// The patient is pregnant, so that the limits of pregnancy hold; null when it is not known.
            pregnant: Option<bool>,
        }
        server {
            /// The encounter's patient.
            patient: Ref<Patient> = Ref::new(0),
            /// When they were recorded.
            recorded_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// The user who recorded them.
            recorded_by: Option<Ref<User>> = None,
        }
    }
}

impl Resource for Vitals {
    const PATH: &'static str = "vitals";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[
        ("temperature_celsius", Vitals::temperature),
        ("blood_pressure_systolic", Vitals::systolic_bp),
        ("blood_pressure_diastolic", Vitals::diastolic_bp),
        ("heart_rate_bpm", Vitals::heart_rate),
        ("respiratory_rate_bpm", Vitals::respiratory_rate),
        ("oxygen_saturation_percent", Vitals::oxygen_saturation),
    ];
    const FILTERS: &'static [Column<Self>] =
        &[Vitals::encounter, Vitals::patient, Vitals::recorded_at];
    const ORDERING: &'static [Column<Self>] = &[Vitals::recorded_at];
    const LIST: &'static [Column<Self>] = &[
        Vitals::recorded_at,
        Vitals::patient,
        Vitals::systolic_bp,
        Vitals::diastolic_bp,
        Vitals::heart_rate,
        Vitals::respiratory_rate,
        Vitals::temperature,
        Vitals::oxygen_saturation,
        Vitals::recorded_by,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        ("", &[Vitals::encounter]),
        (
            "group-vital-signs",
            &[
                Vitals::systolic_bp,
                Vitals::diastolic_bp,
                Vitals::heart_rate,
                Vitals::respiratory_rate,
                Vitals::oxygen_saturation,
                Vitals::saturation_scale_2,
                Vitals::breathing,
                Vitals::temperature,
                Vitals::capillary_refill,
            ],
        ),
        (
            "group-consciousness",
            &[Vitals::consciousness, Vitals::gcs, Vitals::pain],
        ),
        (
            "group-measures",
            &[
                Vitals::weight,
                Vitals::height,
                Vitals::height_position,
                Vitals::head_circumference,
                Vitals::muac,
            ],
        ),
        (
            "group-circumstances",
            &[Vitals::blood_glucose, Vitals::pregnant],
        ),
    ];
    type Extra = VitalsExtra;

    fn access() -> Access {
        Access::nobody()
            .roles(&[Admin, Doctor], "crud")
            .role(Nurse, "cr")
            .role(PatientRole, "r")
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Kind, Said::Moment(self.recorded_at)]
    }

    fn scope(grant: &Grant) -> Scope {
        reach("vitals", "patient", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if let Some(before) = change.before {
            if change.row.changes(before).is_empty() {
                return Ok(());
            }
            hold_open(cx, before.encounter.get()).await?;
            if before.encounter != change.row.encounter {
                return Err(Error::field(
                    "encounter",
                    Text::new("clinical-vitals-encounter"),
                ));
            }
        } else {
            let encounter = hold_open(cx, change.row.encounter.get()).await?;
            change.row.patient = encounter.patient;
            change.row.recorded_at = cx.now();
            change.row.recorded_by = cx.actor.user_id().map(Ref::new);
            check_patient(change)?;
        }
        Ok(check(change.row)?)
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let patient = change.row.patient.get();
        guideline::refresh(cx, patient)?;
        let known = |row: &Vitals| (row.weight, row.pregnant);
        if change.before.map_or((None, None), known) != known(change.row) {
            cx.emit(&CircumstancesChanged { patient })?;
        }
        vitals_alert::follow(cx, change.row, change.before).await
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        hold_open(cx, row.encounter.get()).await?;
        let patient = row.patient.get();
        cx.emit(&CircumstancesChanged { patient })?;
        alert::withdraw(cx, Self::NAME, row.meta.id).await
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<VitalsExtra>, Error> {
        let patients = patients_of(cx, rows).await?;
        let zone = cx.app.zone.clone();
        let mut extras: Vec<VitalsExtra> = rows
            .iter()
            .map(|row| match patients.get(&row.patient.get()) {
                Some(patient) => row.judged(&row.person(patient, &zone)),
                None => VitalsExtra::default(),
            })
            .collect();
        let before = match (rows, extras.as_slice()) {
            ([row], [extra]) if !extra.growth.is_empty() => measured_before(cx, row).await?,
            _ => None,
        };
        if let (Some(before), [row], [extra]) = (before, rows, extras.as_mut_slice())
            && let Some(patient) = patients.get(&row.patient.get())
        {
            let earlier = before.growth(&before.person(patient, &zone));
            mark_crossings(&earlier, &mut extra.growth);
        }
        mark_within(rows, &mut extras);
        Ok(extras)
    }

    async fn changeable(cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        is_open(cx, row.encounter.get()).await
    }

    async fn removable(cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        is_open(cx, row.encounter.get()).await
    }
}

/// A body that names another patient than the encounter's is a mistake, also one below `patients/{id}/`.
fn check_patient(change: &Change<'_, Vitals>) -> Result<(), Error> {
    let named = change
        .body
        .0
        .get("patient")
        .map(<Option<Ref<Patient>>>::parse);
    match named {
        Some(Ok(Some(patient))) if patient != change.row.patient => {
            Err(Error::field("encounter", Text::new("other-patient")))
        }
        _ => Ok(()),
    }
}

/// The patients of a page, with one statement.
async fn patients_of(cx: &mut Cx, rows: &[Vitals]) -> Result<HashMap<i64, Patient>, Error> {
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let mut ids: Vec<i64> = rows.iter().map(|row| row.patient.get()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut query = select::<Patient>();
    query.and_where(among(cx.dialect(), Patient::id, &ids));
    let patients: Vec<Patient> = cx
        .unscoped("age and sex decide what vital signs mean")
        .records(query)
        .await?;
    Ok(patients
        .into_iter()
        .map(|patient| (patient.meta.id, patient))
        .collect())
}

/// The body measures before these.
async fn measured_before(cx: &mut Cx, row: &Vitals) -> Result<Option<Vitals>, Error> {
    let some = Condition::any()
        .add(Vitals::weight.is_not_null())
        .add(Vitals::height.is_not_null());
    let mut query = select::<Vitals>();
    query
        .and_where(Vitals::patient.eq(row.patient.get()))
        .and_where(Expr::col((Vitals::TABLE, "id")).lt(row.meta.id))
        .and_where(Expr::col((Vitals::TABLE, "voided_at")).is_null())
        .cond_where(some)
        .order_by((Vitals::TABLE, "id"), Order::Desc)
        .limit(1);
    cx.unscoped("growth compares with the measurement before, of the same patient")
        .record(query)
        .await
}

/// The last measured weight in kg and when it was measured, for whoever checks a dose.
///
/// # Errors
/// When the database fails.
pub async fn last_weight(
    cx: &mut Cx,
    patient: i64,
) -> Result<Option<(Measured, Timestamp)>, Error> {
    let mut query = select::<Vitals>();
    query
        .and_where(Vitals::patient.eq(patient))
        .and_where(Vitals::weight.is_not_null())
        .and_where(Expr::col((Vitals::TABLE, "voided_at")).is_null())
        .order_by((Vitals::TABLE, "id"), Order::Desc)
        .limit(1);
    let last: Option<Vitals> = cx
        .unscoped("whoever dispenses checks the dose by the weight, and learns nothing else")
        .record(query)
        .await?;
    Ok(last.and_then(|row| Some((row.weight?, row.recorded_at))))
}

/// Marks crossed lines between measurements of the same patient on one page, whatever its order.
fn mark_within(rows: &[Vitals], extras: &mut [VitalsExtra]) {
    let mut order: Vec<usize> = (0..rows.len())
        .filter(|&at| !extras[at].growth.is_empty())
        .collect();
    order.sort_by_key(|&at| {
        (
            rows[at].patient.get(),
            rows[at].recorded_at,
            rows[at].meta.id,
        )
    });
    for pair in order.windows(2) {
        let (earlier, later) = (pair[0], pair[1]);
        if rows[earlier].patient == rows[later].patient {
            let before = extras[earlier].growth.clone();
            mark_crossings(&before, &mut extras[later].growth);
        }
    }
}
