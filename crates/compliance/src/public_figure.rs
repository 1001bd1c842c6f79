//! `public-figures/`: patients in whom people are curious.

use kernel::BuiltinRole::Admin;
use kernel::Reach;
use patients::Patient;
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::seal::Sealed;

platform::record! {
    /// A patient in whom people are curious, such as a minister or a singer: who opens the record without treating them is asked why.
    pub struct PublicFigure in "public_figure" for patient {
        client {
            /// The patient in whom people are curious.
            patient: Ref<Patient>,
            /// Why people are curious, for other Admins; may be empty.
            note: Sealed<Blank<500>>,
        }
        server {}
        hidden {}
    }
}

/// Only Admins know of it.
impl Resource for PublicFigure {
    const PATH: &'static str = "public-figures";
    const PATIENT_DATA: bool = true;
    const FILTERS: &'static [Column<Self>] = &[PublicFigure::patient];
    const OPEN_REFERENCES: &'static [Column<Self>] = &[PublicFigure::patient];
    const FOLLOWS: &'static [Column<Self>] = &[PublicFigure::patient];
    const LIST: &'static [Column<Self>] = &[PublicFigure::patient, PublicFigure::note];
    type Extra = ();

    fn access() -> Access {
        Access::nobody().role(Admin, "crud")
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => patients::reach("public_figure", "patient", grant),
            _ => Scope::Nothing,
        }
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if change.is_new() {
            patients::check_current(cx, change.row.patient.get()).await?;
        }
        Ok(())
    }
}
