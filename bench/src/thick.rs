//! One patient with a thick chart: ten thousand records of the past years, as rows of Chelal's tables.

use std::sync::Arc;

use clinical::encounter::{Encounter, EncounterStatus};
use clinical::medical_condition::MedicalCondition;
use clinical::prescription::{Prescription, PrescriptionStatus, SafetyOutcome};
use clinical::vaccination::Vaccination;
use clinical::vitals::Vitals;
use documents::PatientDocument;
use jiff::{SignedDuration, Timestamp};
use laboratory::{LabOrder, LabOrderItem, LabOrderStatus, LabResultValue};
use platform::field::{Line, Ref};
use platform::record::Record;
use platform::seal::{KeyRing, Sealed};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use scheduling::{Appointment, AppointmentStatus};
use serde_json::{Value as Json, json};

use crate::Outcome;
use crate::calendar::FIRST_DOCTOR;
use crate::rows::{Past, add, stored, uid, written};
use crate::shelf::MEDICATIONS;
use crate::sink::Sink;

/// Tables filled with ids of our own.
pub(crate) const TABLES: [&str; 10] = [
    Encounter::TABLE,
    Vitals::TABLE,
    Prescription::TABLE,
    LabOrder::TABLE,
    LabOrderItem::TABLE,
    LabResultValue::TABLE,
    Appointment::TABLE,
    MedicalCondition::TABLE,
    Vaccination::TABLE,
    PatientDocument::TABLE,
];

/// The patient.
pub(crate) const PATIENT: usize = 1;
/// Records: each of these, a third of them being an order with its test and its value.
const VISITS: usize = 2000;
const ORDERS: usize = 1000;
const APPOINTMENTS: usize = 500;
const FEW: usize = 500;

/// The sections of the chart as the floor has them: how many records there are, and how long each is.
pub(crate) const KINDS: [(&str, usize, usize); 7] = [
    ("encounters", VISITS, 700),
    ("vitals", VISITS, 100),
    ("prescriptions", VISITS, 100),
    ("lab_orders", ORDERS, 100),
    ("appointments", APPOINTMENTS, 50),
    ("medical_conditions", FEW / 5, 250),
    ("vaccinations", FEW / 5, 50),
];

/// The test that is ordered.
pub(crate) const TEST: &str = "SELECT id FROM lab_test WHERE test_code = 'HB'";
const NOTE: &str = "Comes for control. Feels better than last time, sleeps well, takes the medicine as prescribed. \
    No fever, no cough, no pain in the chest. Chest clear, heart sounds regular, abdomen soft.";

/// Makes the records.
pub(crate) struct Thick {
    pub(crate) seed: u64,
    pub(crate) past: Past,
}

impl Thick {
    /// Adds all.
    pub(crate) async fn fill(&self, sink: &mut Sink, ring: &Arc<KeyRing>) -> Outcome<()> {
        let test = sink.number(TEST).await?;
        self.of::<Encounter>(sink, ring, VISITS, encounter).await?;
        self.of::<Vitals>(sink, ring, VISITS, vitals).await?;
        self.of::<Prescription>(sink, ring, VISITS, prescription)
            .await?;
        self.of::<LabOrder>(sink, ring, ORDERS, order).await?;
        self.of::<LabOrderItem>(sink, ring, ORDERS, |at, _| item(at, test))
            .await?;
        self.of::<LabResultValue>(sink, ring, ORDERS, value).await?;
        self.of::<Appointment>(sink, ring, APPOINTMENTS, appointment)
            .await?;
        self.of::<MedicalCondition>(sink, ring, FEW / 5, condition)
            .await?;
        self.of::<Vaccination>(sink, ring, FEW / 5, vaccination)
            .await?;
        self.of::<PatientDocument>(sink, ring, FEW * 3 / 5, document)
            .await
    }

    /// Adds so many records of a kind, spread over the years.
    async fn of<R: Record>(
        &self,
        sink: &mut Sink,
        ring: &KeyRing,
        count: usize,
        make: impl Fn(usize, Timestamp) -> (Json, fn(&mut R, i64, Timestamp)),
    ) -> Outcome<()> {
        let mut rng = SmallRng::seed_from_u64(self.seed ^ count as u64);
        let mut rows = Vec::with_capacity(count);
        for at in 0..count {
            let moment = self.past.moment(at, count);
            let (body, complete) = make(at, moment);
            let mut row: R = written(body, uid(&mut rng, moment), moment)?;
            complete(&mut row, i64::try_from(at)?, moment);
            rows.push((at + 1, row));
        }
        add::<R>(sink, &stored(rows.into_iter(), ring)?).await
    }
}

fn doctor() -> i64 {
    FIRST_DOCTOR as i64
}

fn patient<R>() -> Ref<R> {
    Ref::new(PATIENT as i64)
}

fn encounter(at: usize, moment: Timestamp) -> (Json, fn(&mut Encounter, i64, Timestamp)) {
    let body = json!({
        "patient": PATIENT, "doctor": FIRST_DOCTOR, "encounter_date": moment.to_string(), "chief_complaint": "Control",
        "presenting_illness_history": NOTE, "physical_examination": NOTE, "notes": NOTE,
        "diagnosis": "Essential hypertension", "diagnosis_code": if at.is_multiple_of(3) { "E11" } else { "I10" },
        "treatment_plan": "Goes on with the same medicine; comes again in a month.",
    });
    (body, |row, _, moment| {
        row.status = EncounterStatus::Signed;
        row.signed_at = Some(moment);
        row.signed_by = Some(Ref::new(doctor()));
    })
}

fn vitals(at: usize, _: Timestamp) -> (Json, fn(&mut Vitals, i64, Timestamp)) {
    let body = json!({
        "encounter": at + 1, "systolic_bp": 118 + at % 40, "diastolic_bp": 70 + at % 20, "heart_rate": 60 + at % 30,
        "respiratory_rate": 14 + at % 4, "temperature": 36.6, "oxygen_saturation": 98, "weight": 71.5,
    });
    (body, |row, _, moment| {
        row.patient = patient();
        row.recorded_at = moment;
        row.recorded_by = Some(Ref::new(1));
    })
}

fn prescription(at: usize, _: Timestamp) -> (Json, fn(&mut Prescription, i64, Timestamp)) {
    let last = at + 5 >= VISITS;
    let body = json!({
        "encounter": at + 1, "medication_item": 1 + at % MEDICATIONS, "medication_name": "Amlodipine 5 mg",
        "dosage": "1 tablet", "frequency": "once a day", "duration": "30 days", "quantity": 30,
        "status": if last { PrescriptionStatus::Active } else { PrescriptionStatus::Completed }.as_str(),
        "notes": "",
    });
    (body, |row, _, moment| {
        row.patient = patient();
        row.prescribed_by = Some(Ref::new(doctor()));
        row.prescribed_at = moment;
        row.safety_outcome = SafetyOutcome::NothingFound;
    })
}

fn order(at: usize, _: Timestamp) -> (Json, fn(&mut LabOrder, i64, Timestamp)) {
    let body = json!({ "encounter": 1 + 2 * at, "test_name": "", "specimen_type": "", "result_details": "" });
    (body, |row, _, moment| {
        let done = moment + SignedDuration::from_hours(2);
        row.status = LabOrderStatus::Reviewed;
        row.patient = patient();
        row.ordered_by = Some(Ref::new(doctor()));
        row.order_date = moment;
        (row.collected_at, row.completed_at) = (Some(moment), Some(done));
        (row.reviewed_by, row.reviewed_at) = (Some(Ref::new(doctor())), Some(done));
    })
}

fn item(at: usize, test: i64) -> (Json, fn(&mut LabOrderItem, i64, Timestamp)) {
    let body = json!({ "lab_order": at + 1, "lab_test": test, "notes_for_lab": "" });
    (body, |row, _, _| row.patient = patient())
}

fn value(at: usize, _: Timestamp) -> (Json, fn(&mut LabResultValue, i64, Timestamp)) {
    let body = json!({
        "lab_order_item": at + 1, "parameter_name": "Haemoglobin", "value_numeric": (110 + at % 30) as f64 / 10.0,
        "value_text": "", "units": "g/dL", "reference_range_low": 12, "reference_range_high": 16, "correction_reason": "",
    });
    (body, |row, at, moment| {
        row.patient = patient();
        row.lab_order = Ref::new(at + 1);
        row.result_timestamp = moment;
        row.entered_by = Some(Ref::new(1));
        // Below nothing, as of a quantity that the catalogue does not know.
        row.quantity = -1;
    })
}

fn appointment(_: usize, moment: Timestamp) -> (Json, fn(&mut Appointment, i64, Timestamp)) {
    let at = jiff::tz::TimeZone::UTC.to_datetime(minute(moment));
    let body = json!({
        "patient": PATIENT, "doctor": FIRST_DOCTOR, "date": at.date().to_string(), "time": at.time().to_string(),
        "duration_minutes": 15, "status": AppointmentStatus::Completed.as_str(), "reason": "Control",
    });
    (body, |row, _, moment| {
        let moment = minute(moment);
        (row.starts_at, row.ends_at) = (moment, moment + SignedDuration::from_mins(15));
        row.checked_in_at = Some(moment);
        (row.started_at, row.completed_at) = (Some(moment), Some(row.ends_at));
    })
}

/// Appointments begin with a minute.
fn minute(moment: Timestamp) -> Timestamp {
    moment - SignedDuration::from_micros(moment.as_microsecond() % 60_000_000)
}

fn condition(at: usize, moment: Timestamp) -> (Json, fn(&mut MedicalCondition, i64, Timestamp)) {
    let day = jiff::tz::TimeZone::UTC.to_datetime(moment).date();
    let body = json!({
        "patient": PATIENT, "name": format!("Complaint {at}"), "code": "I10", "notes": NOTE, "diagnosed_at": day.to_string(),
    });
    (body, |_, _, _| {})
}

fn vaccination(at: usize, moment: Timestamp) -> (Json, fn(&mut Vaccination, i64, Timestamp)) {
    let day = jiff::tz::TimeZone::UTC.to_datetime(moment).date();
    let body = json!({
        "patient": PATIENT, "vaccine_name": "Influenza", "date_administered": day.to_string(),
        "dose_number": at.to_string(), "administered_by": "Nurse",
    });
    (body, |_, _, _| {})
}

fn document(_: usize, _: Timestamp) -> (Json, fn(&mut PatientDocument, i64, Timestamp)) {
    let body = json!({ "patient": PATIENT, "description": "A letter" });
    (body, |row, at, moment| {
        row.file_name = Sealed::new(Line::cut("letter.txt"));
        row.size = 1000 + at;
        row.uploaded_at = moment;
        row.uploaded_by = Some(Ref::new(1));
        row.file = Line::cut(&row.meta.uid.to_string());
    })
}
