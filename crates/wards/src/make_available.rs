//! A bed can be assigned again: `beds/{id}/make_available/`.

use kernel::BuiltinRole::{Admin, Doctor, Nurse, Receptionist};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::change_by;
use platform::verb::{One, Verb};

use crate::bed::{self, Bed, BedStatus};

/// `POST beds/{id}/make_available/`: for those who work with beds but do not set them up.
pub(crate) struct MakeAvailable;

impl Verb for MakeAvailable {
    type On = Bed;
    type Input = ();
    type Answer = One<Bed>;
    const NAME: &'static str = "make_available";
    const SUMMARY: &'static str = "Say that the bed is clean and can be assigned";
    const DESCRIPTION: &'static str =
        "Ends `cleaning` or `maintenance`. 409 `bed_occupied` while a patient lies in the bed.";

    fn access() -> Access {
        Access::may(&[Admin, Doctor, Receptionist, Nurse])
    }

    fn offered(row: &Bed) -> bool {
        row.status != BedStatus::Occupied
    }

    fn not_offered(row: &Bed) -> Error {
        bed::occupied(row)
    }

    async fn of_use(_cx: &mut Cx, row: &Bed) -> Result<bool, Error> {
        Ok(row.status != BedStatus::Available)
    }

    async fn run(cx: &mut Cx, held: Bed, _input: ()) -> Result<One<Bed>, Error> {
        change_by(cx, held, |bed| bed.status = BedStatus::Available)
            .await
            .map(One)
    }
}
