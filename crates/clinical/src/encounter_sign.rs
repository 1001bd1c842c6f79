//! Signing an encounter: from then on it is final.

use contracts::EncounterSigned;
use kernel::BuiltinRole::{Admin, Doctor};
use kernel::Code;
use kernel::Reach;
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::Ref;
use platform::record::{Body, Column, Record, tidy};
use platform::resource::{Resource, change, change_by};
use platform::texts::Text;
use platform::verb::{Input, One, Verb};
use scheduling::{Appointment, AppointmentStatus};
use serde_json::Value as Json;

use crate::encounter::{Encounter, EncounterStatus, signed};
use crate::known_since;

platform::input! {
    /// What happens together with the signature.
    pub struct SignOptions {
        /// Also completes the encounter's appointment, in the same transaction; the encounter must have one.
        complete_appointment: bool = false,
    }
}

/// What a signature may still change of the encounter.
const WRITTEN: [Column<Encounter>; 7] = [
    Encounter::chief_complaint,
    Encounter::presenting_illness_history,
    Encounter::physical_examination,
    Encounter::notes,
    Encounter::diagnosis,
    Encounter::diagnosis_code,
    Encounter::treatment_plan,
];

/// What happens together with the signature, and the last words that it is put under.
pub struct SignInput {
    options: SignOptions,
    written: Body,
}

impl Input for SignInput {
    fn parse(body: &Body) -> Result<SignInput, Faults> {
        let mut written = body.clone();
        written
            .0
            .retain(|name, _| WRITTEN.iter().any(|column| column.name == name));
        Ok(SignInput {
            options: SignOptions::parse(body)?,
            written,
        })
    }

    fn schema() -> Option<Json> {
        let mut schema = SignOptions::schema()?;
        let fields = Encounter::FIELDS.iter();
        for field in fields.filter(|field| WRITTEN.iter().any(|column| column.name == field.name)) {
            let mut property = (field.schema)();
            property["description"] = tidy(field.doc).into();
            schema["properties"][field.name] = property;
        }
        Some(schema)
    }
}

/// Signs an encounter as the caller.
pub struct Sign;

impl Verb for Sign {
    type On = Encounter;
    type Input = SignInput;
    type Answer = One<Encounter>;
    const NAME: &'static str = "sign";
    const SUMMARY: &'static str = "Sign the encounter as the caller";
    const DESCRIPTION: &'static str = "What is sent of the note is stored first. A signed encounter is final: neither it nor its vitals, prescriptions and \
        orders change any more (409 `encounter_signed`). What is to be added is an addendum. 409 \
        `override_reason_required` names a prescription of the visit against which something grave became known since, \
        until it is changed, cancelled or has an `override_reason`.";
    const GRAVE: bool = true;

    fn access() -> Access {
        Access::may(&[Admin, Doctor])
    }

    fn offered(row: &Encounter) -> bool {
        row.status == EncounterStatus::Open
    }

    fn not_offered(row: &Encounter) -> Error {
        signed(row)
    }

    async fn run(cx: &mut Cx, held: Encounter, input: SignInput) -> Result<One<Encounter>, Error> {
        // Who signs answers for what is written: nobody does that in another's name.
        identity::as_oneself(cx)?;
        let (signer, now) = (cx.user_id()?, cx.now());
        let held = write(cx, held, &input.written).await?;
        if held.is_blank() {
            let text = Text::new("clinical-nothing-written");
            return Err(Error::field(Encounter::chief_complaint.name, text));
        }
        known_since::check_signed(cx, &held).await?;
        let appointment = held.appointment;
        let row = change_by(cx, held, |row| {
            row.status = EncounterStatus::Signed;
            row.signed_at = Some(now);
            row.signed_by = Some(Ref::new(signer));
        })
        .await?;
        if input.options.complete_appointment {
            let appointment = appointment.ok_or_else(no_appointment)?;
            complete(cx, appointment.get()).await?;
        }
        cx.emit(&EncounterSigned {
            encounter: row.meta.id,
            patient: row.patient.get(),
            doctor: signer,
            signed_at: now,
        })?;
        Ok(One(row))
    }
}

/// The last words, with the right to write them.
async fn write(cx: &mut Cx, held: Encounter, written: &Body) -> Result<Encounter, Error> {
    if written.0.is_empty() {
        return Ok(held);
    }
    if cx.grant_of(Encounter::UPDATE).reach == Reach::None {
        return Err(Error::denied());
    }
    change(cx, held, written, None).await
}

fn no_appointment() -> Error {
    Error::field("complete_appointment", Text::new("clinical-no-appointment"))
}

/// Completes the appointment by its own rules; one that is completed already stays so.
async fn complete(cx: &mut Cx, appointment: i64) -> Result<(), Error> {
    if cx.grant_of(Appointment::UPDATE).reach == Reach::None {
        return Err(Error::refuse(
            Code::PermissionDenied,
            Text::new("permission-denied"),
        ));
    }
    let held: Appointment = cx.hold(appointment).await?;
    if held.status != AppointmentStatus::Completed {
        change_by(cx, held, |row| row.status = AppointmentStatus::Completed).await?;
    }
    Ok(())
}
