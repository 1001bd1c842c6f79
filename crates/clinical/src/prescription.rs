//! Prescriptions, checked for safety before they are stored.

use identity::user::User;
use jiff::Timestamp;
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Patient as PatientRole, Pharmacist, Receptionist};
use kernel::Reach;
use patients::{Patient, reach};
use platform::access::{Access, Grant, Permission, Scope};
use platform::chart::{dated, newest};
use platform::cx::{Cx, column};
use platform::error::Error;
use platform::field::{Blank, Doc, Line, Ref};
use platform::module::Module;
use platform::record::{Body, Column, Record};
use platform::resource::{Change, Resource, list};
use platform::route::Route;
use platform::seal::Sealed;
use platform::texts::Text;
use sea_query::Condition;
use serde_json::{Value as Json, json};

use crate::alert;
use crate::drug_check_allergy::CheckDrugAllergy;
use crate::drug_check_interaction::CheckDrugInteraction;
use crate::drug_check_safety::CheckSafety;
use crate::encounter::{Encounter, hold_open, is_open};
use crate::prescription_change::{
    begin, check_quantity, comes_back, count, dispensed, is_new_course, is_new_dose, is_new_drug,
    permit, settle,
};
use crate::prescription_course::{Course, course};
use crate::prescription_drug::Drug;
use crate::prescription_renew::Renew;
use crate::prescription_safety as safety;
use crate::{prescription_drug, prescription_key, prescription_report};
use formulary::MedicationItem;

/// The most units of one prescription.
pub(crate) const MOST: i64 = 100_000;

/// Days for which something that was handed out is taken, when nothing says for how long.
const HANDED_OUT: i64 = 30;

/// Prescriptions in a chart.
const CHARTED: u64 = 50;

/// To see what is prescribed. Without it a prescription shows only that there is one.
pub const READ_DRUG: Permission = Permission::new("prescriptions", "clinical_text");

platform::choice! {
    /// How far a prescription is.
    pub enum PrescriptionStatus {
        /// To be taken.
        Active = "Active",
        /// Dispensed in part, or waiting at the pharmacy.
        PendingDispense = "Pending Dispense" | "pending_dispense" | "pending",
        /// Taken to the end, fully dispensed, or renewed.
        Completed = "Completed",
        /// Not to be taken.
        Cancelled = "Cancelled" | "canceled",
    }
}

impl PrescriptionStatus {
    /// The patient takes it, or is about to.
    pub fn is_current(self) -> bool {
        matches!(
            self,
            PrescriptionStatus::Active | PrescriptionStatus::PendingDispense
        )
    }
}

platform::choice! {
    /// What the safety check of a prescription came to.
    pub enum SafetyOutcome {
        /// Allergies, interactions, duplicate therapy and the dose were all checked, and nothing speaks against it.
        NothingFound = "nothing_found",
        /// Something speaks against it; see `safety_alerts`.
        Found = "found",
        /// Nothing was found, but not everything could be checked; see `safety_not_checked`.
        CouldNotCheck = "could_not_check",
    }
}

platform::record! {
    /// A medicine that a doctor prescribes during an encounter. Creating one, and changing its drug, checks it against the patient's allergies, medicines and circumstances.
    pub struct Prescription in "prescription" for patient {
        client {
            /// The encounter during which it is prescribed; it must be open.
            encounter: Ref<Encounter>,
            /// The medication of the formulary, when it is known.
            medication_item: Option<Ref<MedicationItem>>,
            /// The medicine's name as written, with strength and form if wanted; the medication's own when it is left out with `medication_item`.
            medication_name: Sealed<Line<255>>,
            /// The dose, such as `500 mg` or `1 tablet`.
            dosage: Sealed<Line<100>>,
            /// How often, such as `3 times a day`.
            frequency: Sealed<Line<100>>,
            /// How long, such as `5 days`. When it says a length, the medicine counts as taken until then.
            duration: Sealed<Blank<100>>,
            /// Units to dispense, 1 to 100000. When a new one is left out it is counted from dose, frequency and duration where these say pieces, times a day and days, such as `1 tablet`, `3 times a day` and `5 days`; else null. What was counted is counted anew when these change; what was written stays.
            quantity: Option<i64>,
            /// Further instructions.
            notes: Sealed<Blank<65536>>,
            /// How far it is. The status may still change after the encounter was signed.
            status: PrescriptionStatus = PrescriptionStatus::Active,
            /// Why it is prescribed in spite of a severe alert; required then (409 `override_reason_required`), and given anew for another drug.
            override_reason: Sealed<Option<Line<2000>>>,
        }
        server {
            /// The encounter's patient.
            patient: Ref<Patient> = Ref::new(0),
            /// The user who prescribed it.
            prescribed_by: Option<Ref<User>> = None,
            /// When it was prescribed.
            prescribed_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// Units dispensed until now.
            quantity_dispensed: i64 = 0,
            /// The user who settled the quantity when the medicine was dispensed, since the prescriber stated none; null otherwise.
            quantity_by: Option<Ref<User>> = None,
            /// The prescription that this one renews.
            renewed_from: Option<Ref<Prescription>> = None,
            /// What the safety check came to.
            safety_outcome: SafetyOutcome = SafetyOutcome::CouldNotCheck,
            /// What the safety check found when it was prescribed, most severe first.
            safety_alerts: Sealed<Doc> = Sealed::new(Doc(json!([]))),
            /// Names that could not be checked: each as written, its unknown words, and known names that look alike.
            safety_unknown: Sealed<Doc> = Sealed::new(Doc(json!([]))),
            /// Every part of the check that could not be done: `part` (`name`, `allergies`, `dose`), `reason`, and `what` it concerns. Null for what was prescribed before this was kept.
            safety_not_checked: Sealed<Doc> = Sealed::new(Doc(Json::Null)),
            /// The version of the drug-safety pack that was asked.
            safety_pack: Blank<64> = Blank::default(),
        }
        hidden {
            /// A keyed hash of the normalised name, for counting without opening.
            medication_key: i64 = 0,
            /// The program calculated the quantity from dose, frequency and duration, and recalculates it when they change.
            quantity_counted: bool = false,
        }
    }
}

impl Prescription {
    /// The units to dispense, where they are settled: stated by the prescriber, or at a dispense that stands.
    pub fn settled_quantity(&self) -> Option<i64> {
        let open = self.quantity_by.is_some() && self.quantity_dispensed == 0;
        self.quantity.filter(|_| !open)
    }

    /// The patient takes it at a moment, or is about to: what says how long it is taken, until then.
    pub fn is_taken(&self, at: Timestamp) -> bool {
        self.course(at) == Course::Running
    }

    /// Where its course is. What was handed out completely is taken from then on: its course ends by its words, or
    /// after [`HANDED_OUT`] days where they say nothing.
    pub(crate) fn course(&self, at: Timestamp) -> Course {
        match self.status {
            status if status.is_current() => {
                course(self.prescribed_at, self.duration.open(), at, None)
            }
            PrescriptionStatus::Completed if self.is_handed_out() => course(
                self.prescribed_at,
                self.duration.open(),
                at,
                Some(HANDED_OUT),
            ),
            _ => Course::Over,
        }
    }

    /// As many units as were prescribed were dispensed: nothing is owed any more.
    fn is_handed_out(&self) -> bool {
        self.quantity
            .is_some_and(|quantity| quantity > 0 && self.quantity_dispensed >= quantity)
    }

    /// Those that may be taken: not stopped, and not completed without having been handed out.
    pub fn may_be_taken() -> Condition {
        use sea_query::ExprTrait;

        let current = [
            PrescriptionStatus::Active,
            PrescriptionStatus::PendingDispense,
        ];
        let handed_out = Condition::all()
            .add(Prescription::status.eq(PrescriptionStatus::Completed.as_str()))
            .add(Prescription::quantity.gt(0))
            .add(
                column(Prescription::TABLE, "quantity_dispensed")
                    .gte(column(Prescription::TABLE, "quantity")),
            );
        Condition::any()
            .add(Prescription::status.is_in(current.map(PrescriptionStatus::as_str)))
            .add(handed_out)
    }
}

/// Adds prescriptions to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    let readers = Access::may(&[Admin, Doctor, Nurse, Pharmacist, PatientRole]);
    module
        .permission(READ_DRUG, readers)
        .resource::<Prescription>()
        .verb::<Renew>()
        .command::<CheckDrugAllergy>()
        .command::<CheckDrugInteraction>()
        .command::<CheckSafety>()
        .nested::<Encounter, Prescription>("prescriptions", "lc")
        .nested::<Patient, Prescription>("prescriptions", "l")
        .route(
            Route::get(
                "patient-portal",
                "patient-portal/prescriptions/",
                |cx, call| Box::pin(list::<Prescription>(cx, call)),
            )
            .may(
                Permission::new("patient-portal", "prescriptions"),
                Access::own("x"),
            )
            .patient_data()
            .answers_list::<Prescription>()
            .summary("The caller's own prescriptions")
            .done(),
        )
        .chart("prescriptions", |cx, patient| {
            Box::pin(newest::<Prescription>(cx, patient, None, CHARTED))
        })
        .timeline(|cx, asked| Box::pin(dated(cx, asked, Prescription::prescribed_at)))
        .report(prescription_report::top_prescribed())
        .reindex(|cx, after| Box::pin(prescription_key::reindex(cx, after)))
}

impl Resource for Prescription {
    const PATH: &'static str = "prescriptions";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        Prescription::encounter,
        Prescription::patient,
        Prescription::medication_item,
        Prescription::status,
        Prescription::prescribed_by,
        Prescription::prescribed_at,
        Prescription::safety_outcome,
    ];
    const ORDERING: &'static [Column<Self>] = &[Prescription::prescribed_at, Prescription::status];
    const FOLLOWS: &'static [Column<Self>] = &[Prescription::renewed_from];
    const LIST: &'static [Column<Self>] = &[
        Prescription::prescribed_at,
        Prescription::patient,
        Prescription::medication_name,
        Prescription::dosage,
        Prescription::frequency,
        Prescription::duration,
        Prescription::quantity,
        Prescription::quantity_dispensed,
        Prescription::status,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "group-medicine",
            &[
                Prescription::encounter,
                Prescription::medication_item,
                Prescription::medication_name,
                Prescription::status,
            ],
        ),
        (
            "group-dosage",
            &[
                Prescription::dosage,
                Prescription::frequency,
                Prescription::duration,
                Prescription::quantity,
                Prescription::notes,
            ],
        ),
        ("group-safety", &[Prescription::override_reason]),
    ];
    const NAMED_BY: &'static [Column<Self>] =
        &[Prescription::medication_name, Prescription::dosage];
    type Extra = ();

    fn access() -> Access {
        Access::nobody()
            .roles(&[Admin, Doctor], "crud")
            .roles(&[Receptionist, Nurse, Pharmacist, PatientRole], "r")
    }

    fn label(&self) -> String {
        format!("{} {}", self.medication_name.open(), self.dosage.open())
    }

    fn scope(grant: &Grant) -> Scope {
        reach("prescription", "patient", grant)
    }

    fn hidden_from(cx: &Cx) -> &'static [Column<Self>] {
        if cx.grant_of(READ_DRUG).reach == Reach::None {
            &[
                Prescription::medication_item,
                Prescription::medication_name,
                Prescription::dosage,
                Prescription::frequency,
                Prescription::duration,
                Prescription::notes,
                Prescription::override_reason,
                Prescription::safety_outcome,
                Prescription::safety_alerts,
                Prescription::safety_unknown,
                Prescription::safety_not_checked,
            ]
        } else {
            &[]
        }
    }

    async fn fold(cx: &mut Cx, body: &mut Body) -> Result<(), Error> {
        prescription_drug::fill_name(cx, body).await
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        match change.before {
            None => begin(cx, change).await?,
            Some(before) if change.row.changes(before).is_empty() => return Ok(()),
            Some(before) => permit(cx, change, before).await?,
        }
        if change.body.0.contains_key("quantity") {
            change.row.quantity_by = None;
            change.row.quantity_counted = change.is_new() && change.row.quantity_counted;
        } else if change.row.quantity_counted && is_new_course(change) {
            count(change.row);
        }
        check_quantity(change.row)?;
        if comes_back(change) && change.row.is_handed_out() {
            return Err(Error::field(
                "status",
                Text::new("clinical-prescription-given"),
            ));
        }
        let new_drug = is_new_drug(change);
        if !new_drug && !comes_back(change) && !is_new_dose(change) {
            return Ok(());
        }
        let drug = Drug::of(cx, change.row).await?;
        change.row.medication_key =
            prescription_key::key(&cx.app.ring(), change.row.medication_name.open());
        if change.row.status.is_current() {
            let patient = change.row.patient.get();
            let own = change.before.map(|before| before.meta.id);
            let others = own
                .into_iter()
                .chain(change.row.renewed_from.map(|renewed| renewed.get()));
            let checked = safety::check(cx, patient, &drug, &others.collect::<Vec<_>>()).await?;
            settle(cx, change, &checked)?;
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let row = &*change.row;
        if change.changed(|row| row.status) && row.status == PrescriptionStatus::Cancelled {
            alert::withdraw(cx, Self::NAME, row.meta.id).await?;
        }
        let reasoned = is_new_dose(change) && change.body.0.contains_key("override_reason");
        let checked =
            row.status.is_current() && (is_new_drug(change) || comes_back(change) || reasoned);
        match row.override_reason.open() {
            Some(reason) if checked => safety::note_overridden(cx, row, reason).await,
            _ => Ok(()),
        }
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        if row.quantity_dispensed > 0 {
            return Err(dispensed());
        }
        hold_open(cx, row.encounter.get()).await.map(drop)
    }

    async fn removable(cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        Ok(row.quantity_dispensed == 0 && is_open(cx, row.encounter.get()).await?)
    }
}
