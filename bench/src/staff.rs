//! Whoever works in the hospital, as rows of Chelal's tables.

use identity::user::{self, User};
use jiff::Timestamp;
use kernel::BuiltinRole::{self, Cashier, Doctor, LabTechnician, Nurse, Pharmacist, Receptionist};
use platform::field::Line;
use platform::record::Record;
use platform::seal::KeyRing;
use scheduling::doctor_schedule::DoctorSchedule;
use serde_json::json;

use crate::calendar::{DOCTORS, FIRST_DOCTOR};
use crate::ledger;
use crate::rows::{add, stored, written};
use crate::sink::Sink;
use crate::{Outcome, calendar};

/// Tables filled with ids of our own.
pub(crate) const TABLES: [&str; 2] = [User::TABLE, DoctorSchedule::TABLE];

/// How many of each there are besides the doctors who have hours.
const PEOPLE: [(BuiltinRole, usize); 6] = [
    (Receptionist, 100),
    (Nurse, 120),
    (Doctor, 60),
    (LabTechnician, 50),
    (Pharmacist, 70),
    (Cashier, 60),
];

/// Everybody by role and name to sign in with; each has the password of the account that measures.
pub(crate) fn people() -> Vec<(BuiltinRole, String)> {
    let doctors = (0..DOCTORS).map(|number| (Doctor, format!("doctor{number}")));
    let others = PEOPLE.iter().flat_map(|(role, count)| {
        (0..*count).map(move |number| (*role, format!("staff{}.{number}", role.id())))
    });
    doctors.chain(others).collect()
}

/// Adds everybody.
pub(crate) async fn fill(sink: &mut Sink, ring: &KeyRing) -> Outcome<()> {
    let others = people().into_iter().skip(DOCTORS).map(|(role, name)| {
        let body = json!({
            "username": name, "first_name": "Awa", "last_name": "Jallow", "role": role.id(),
        });
        let mut user: User = written(body, uuid::Uuid::new_v4(), Timestamp::UNIX_EPOCH)?;
        user.username_fold = Line::cut(&user::fold(&name));
        Ok(user)
    });
    let others: Outcome<Vec<User>> = others.collect();
    let everybody = ledger::doctors()?.into_iter().chain(others?);
    add::<User>(sink, &stored((FIRST_DOCTOR..).zip(everybody), ring)?).await?;
    add::<DoctorSchedule>(sink, &stored((1..).zip(ledger::hours()?), ring)?).await?;
    let first = calendar::FIRST_DOCTOR - 1;
    sink.run(&format!(
        "UPDATE app_user SET password_hash = (SELECT password_hash FROM app_user WHERE id = {first}) WHERE id > {first}"
    ))
    .await
}
