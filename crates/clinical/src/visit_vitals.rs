//! Taking a patient's vital signs, whether or not somebody began to write the visit down.

use http::StatusCode;
use kernel::BuiltinRole::{Admin, Doctor, Nurse};
use patients::Patient;
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::record::{Body, Part, Record, tidy};
use platform::resource::{Change, Resource};
use platform::verb::{Input, One, Verb};
use serde_json::{Map, Value as Json, json};

use crate::visit;
use crate::vitals::Vitals;

/// The field that this verb fills in itself.
const ENCOUNTER: &str = "encounter";

/// The measures, as for `vitals/`; the encounter is found or begun.
pub struct Measures(Body);

impl Input for Measures {
    fn parse(body: &Body) -> Result<Measures, Faults> {
        Ok(Measures(body.clone()))
    }

    fn schema() -> Option<Json> {
        let mut properties = Map::new();
        let fields = Vitals::FIELDS.iter();
        for field in fields.filter(|field| field.part == Part::Client && field.name != ENCOUNTER) {
            let mut schema = (field.schema)();
            schema["description"] = tidy(field.doc).into();
            properties.insert(field.name.to_owned(), schema);
        }
        Some(json!({
            "type": "object",
            "description": "Vital signs and body measures; at least one.",
            "properties": properties,
            "required": [],
        }))
    }
}

/// `patients/{id}/record_vitals/`.
pub struct RecordVitals;

impl Verb for RecordVitals {
    type On = Patient;
    type Input = Measures;
    type Answer = One<Vitals>;
    const NAME: &'static str = "record_vitals";
    const SUMMARY: &'static str = "Record vital signs for the visit that the patient is at";
    const DESCRIPTION: &'static str = "They belong to the encounter that was begun last, less than 24 hours ago, and is \
        still open. When there is none, one begins in which nothing is written yet: for today's appointment, else with \
        the caller when they are a doctor, else with the doctor who saw the patient last. When no doctor is known, it \
        stands in the caller's name until a doctor begins the visit (`patients/{id}/begin_visit/`) and takes it over.";
    const STATUS: StatusCode = StatusCode::CREATED;

    fn access() -> Access {
        Access::may(&[Admin, Doctor, Nurse])
    }

    async fn of_use(_cx: &mut Cx, row: &Patient) -> Result<bool, Error> {
        Ok(row.merged_into.is_none())
    }

    async fn run(cx: &mut Cx, held: Patient, input: Measures) -> Result<One<Vitals>, Error> {
        let encounter = encounter(cx, held.meta.id).await?;
        let mut body = input.0;
        body.0.insert(ENCOUNTER.to_owned(), json!(encounter));
        body.0.remove("patient");
        let mut row = Vitals::create(&body)?;
        let mut change = Change {
            row: &mut row,
            before: None,
            body: &body,
        };
        Vitals::prepare(cx, &mut change).await?;
        cx.insert(change.row).await?;
        Vitals::stored(cx, &change).await?;
        Ok(One(row))
    }
}

/// The encounter during which they are taken.
async fn encounter(cx: &mut Cx, patient: i64) -> Result<i64, Error> {
    if let Some(open) = visit::open(cx, patient).await?.first() {
        return Ok(open.meta.id);
    }
    let booked = visit::booked(cx, patient, None).await?;
    let doctor = match &booked {
        Some(booked) => booked.doctor.get(),
        None => alone(cx, patient).await?,
    };
    let begun = visit::begin(cx, patient, Some(doctor), booked.as_ref()).await?;
    Ok(begun.meta.id)
}

/// The doctor of a patient without an appointment. Vital signs are never refused for want of a doctor, as of an emergency
/// at night: the encounter is then assigned to the user who records them, until a doctor takes it over.
async fn alone(cx: &mut Cx, patient: i64) -> Result<i64, Error> {
    let me = cx.user_id()?;
    let role = cx.actor.user().and_then(|user| user.role);
    if role == Some(Doctor.id()) {
        return Ok(me);
    }
    Ok(visit::last_doctor(cx, patient).await?.unwrap_or(me))
}
