//! Other names of medications: brands and what they are called locally.

use kernel::names::fold;
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource};

use crate::access;
use crate::medication::MedicationItem;

platform::choice! {
    /// What kind of name it is.
    pub enum NameKind {
        /// A brand.
        Brand = "brand",
        /// What people here call it.
        Local = "local",
        /// Any other name.
        Other = "other",
    }
}

platform::record! {
    /// Another name under which a medication is found.
    pub struct MedicationName in "medication_name" {
        client {
            /// The medication that has the name.
            medication_item: Ref<MedicationItem>,
            /// The name; unique for the medication, whatever its case.
            name: Line<255>,
            /// What kind of name it is.
            kind: NameKind = NameKind::Brand,
        }
        hidden {
            /// The name as it is compared.
            name_fold: Blank<1000> = Blank::default(),
        }
    }
}

impl Resource for MedicationName {
    const PATH: &'static str = "medication-names";
    const FILTERS: &'static [Column<Self>] =
        &[MedicationName::medication_item, MedicationName::kind];
    const ORDERING: &'static [Column<Self>] = &[MedicationName::name];
    const SEARCH: &'static [Column<Self>] = &[MedicationName::name];
    const LIST: &'static [Column<Self>] = &[
        MedicationName::medication_item,
        MedicationName::name,
        MedicationName::kind,
    ];
    type Extra = ();

    fn access() -> Access {
        access::medications()
    }

    fn scope(_grant: &Grant) -> Scope {
        Scope::All
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    async fn prepare(_cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        change.row.name_fold = Blank::cut(&fold(&change.row.name));
        Ok(())
    }
}
