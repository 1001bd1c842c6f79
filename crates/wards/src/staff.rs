//! Who works on which ward, and so has its patients in their care while they lie there.
//!
//! The care follows: it begins with the admission or the transfer into the ward, or with the work there, and ends with
//! the first of them that ends. Whoever admitted a patient keeps theirs.

use identity::user::User;
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Receptionist};
use kernel::Reach;
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::Ref;
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::texts::Text;

use crate::ward::Ward;

platform::record! {
    /// Somebody who works on a ward. Its patients are in their care while they lie there: whoever sees only patients in their care sees these too, and so does everybody who treats a patient whose record is confined to those who do.
    pub struct WardStaff in "ward_staff" {
        client {
            /// Where they work: the `id` of a ward, whose patients are in their care while they lie there.
            ward: Ref<Ward>,
            /// Who works there.
            user: Ref<User>,
        }
    }
}

impl Resource for WardStaff {
    const PATH: &'static str = "ward-staff";
    const VERBS: &'static str = "crd";
    const FILTERS: &'static [Column<Self>] = &[WardStaff::ward, WardStaff::user];
    const FOLLOWS: &'static [Column<Self>] = &[WardStaff::ward];
    const LIST: &'static [Column<Self>] = &[WardStaff::ward, WardStaff::user];
    type Extra = ();

    /// Whoever says who works on a ward says who reads its patients' records.
    fn access() -> Access {
        Access::nobody()
            .role(Admin, "crd")
            .roles(&[Doctor, Nurse, Receptionist], "r")
            .in_person()
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All | Reach::Assigned => Scope::All,
            Reach::Own | Reach::None => Scope::Nothing,
        }
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let (ward, user) = (change.row.ward.get(), change.row.user.get());
        turn(cx, &[ward]).await?;
        let sql = r#"SELECT id FROM ward_staff WHERE ward = $1 AND "user" = $2"#;
        let found: Option<(i64,)> = cx
            .unscoped("who works where is no secret to whoever says so")
            .optional(Statement::raw(sql, values([&ward, &user])))
            .await?;
        match found {
            Some(_) => Err(Error::field("user", Text::new("wards-works-there"))),
            None => Ok(()),
        }
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        in_ward(cx, change.row.ward.get())
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        turn(cx, &[row.ward.get()]).await?;
        in_ward(cx, row.ward.get())
    }
}

/// Who lies on a ward and who works there change one after the other.
async fn turn(cx: &mut Cx, wards: &[i64]) -> Result<(), Error> {
    let wards: Vec<(&str, i64)> = wards.iter().map(|ward| ("ward_care", *ward)).collect();
    cx.take_turn(&wards).await
}

/// Makes the care of a patient what it should be, with the commit: whoever discharges a patient still sees that they
/// did. `wards` are those of the beds that were left and taken.
pub(crate) async fn of_patient(
    cx: &mut Cx,
    patient: i64,
    wards: &[Option<Ref<Ward>>],
) -> Result<(), Error> {
    let wards: Vec<i64> = wards.iter().flatten().map(|ward| ward.get()).collect();
    turn(cx, &wards).await?;
    refresh(cx, patient)
}

/// As [`of_patient`], after records were merged or came apart.
pub(crate) fn refresh(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    settle(cx, [ENDED_OF_PATIENT, BEGUN_OF_PATIENT], patient)
}

/// Makes the care of those who lie on a ward what it should be.
fn in_ward(cx: &mut Cx, ward: i64) -> Result<(), Error> {
    settle(cx, [ENDED_IN_WARD, BEGUN_IN_WARD], ward)
}

fn settle(cx: &mut Cx, statements: [&'static str; 2], id: i64) -> Result<(), Error> {
    for sql in statements {
        cx.unscoped("who lies and works where decides who cares for whom")
            .at_end(Statement::raw(sql, values([&id])))?;
    }
    Ok(())
}

/// The care of those whose ward it is not, or no longer, and who did not admit the patient.
macro_rules! ended {
    ($whose:literal) => {
        concat!(
            "DELETE FROM care_relationship WHERE source = 'admission' AND ",
            $whose,
            r#" AND NOT EXISTS (SELECT 1 FROM admission a WHERE a.patient = care_relationship.patient
                AND a.admitted_by = care_relationship."user" AND a.voided_at IS NULL)
              AND NOT EXISTS (SELECT 1 FROM admission a JOIN bed b ON b.id = a.bed JOIN ward_staff s ON s.ward = b.ward
                WHERE a.patient = care_relationship.patient AND s."user" = care_relationship."user"
                AND a.discharged_at IS NULL AND a.voided_at IS NULL)"#
        )
    };
}

/// The care of those whose ward it is.
macro_rules! begun {
    ($whose:literal) => {
        concat!(
            r#"INSERT INTO care_relationship (patient, "user", source, since)
               SELECT a.patient, s."user", 'admission', a.admitted_at FROM admission a
               JOIN bed b ON b.id = a.bed JOIN ward_staff s ON s.ward = b.ward
               WHERE a.discharged_at IS NULL AND a.voided_at IS NULL AND "#,
            $whose,
            " ON CONFLICT DO NOTHING"
        )
    };
}

const ENDED_OF_PATIENT: &str = ended!("patient = $1");
const BEGUN_OF_PATIENT: &str = begun!("a.patient = $1");
const ENDED_IN_WARD: &str = ended!(
    "patient IN (SELECT i.patient FROM admission i JOIN bed ib ON ib.id = i.bed WHERE ib.ward = $1 \
     AND i.discharged_at IS NULL AND i.voided_at IS NULL)"
);
const BEGUN_IN_WARD: &str = begun!("b.ward = $1");
