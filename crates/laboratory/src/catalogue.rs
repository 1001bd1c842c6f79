//! The catalogue of tests that can be ordered.

use kernel::BuiltinRole::{Admin, Cashier, Doctor, LabTechnician, Nurse, Pharmacist, Receptionist};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Line};
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::texts::Text;

use crate::measured::Measured;
use crate::turnaround::Targets;

platform::record! {
    /// A test or panel that the laboratory offers.
    pub struct LabTest in "lab_test" named "LabTestCatalog" {
        client {
            /// Short code of the test, unique in the catalogue, such as `CBC`.
            test_code: Line<64>,
            /// Name of the test as shown to people.
            test_name: Line<255>,
            /// Specimen that the test needs, such as `whole blood`.
            specimen_type: Line<100>,
            /// Department of the laboratory that does the test, such as `haematology`.
            department: Line<100>,
            /// Container in which the specimen is taken, such as `EDTA tube`.
            container: Blank<100>,
            /// LOINC code of the test or panel.
            loinc: Option<Line<20>>,
            /// A value at or below this limit is critical, whatever the patient's age and sex; beside the critical limits of reference ranges.
            critical_range_low: Option<Measured>,
            /// A value at or above this limit is critical, whatever the patient's age and sex; beside the critical limits of reference ranges.
            critical_range_high: Option<Measured>,
            /// Target time from collection to the last result of a routine order, in minutes: 1 to 525600.
            turnaround_minutes: Option<i64>,
            /// Target time of an urgent or stat order, in minutes: 1 to 525600; the routine target when null.
            turnaround_stat_minutes: Option<i64>,
            /// Notes for those who order the test or take the specimen.
            notes: Blank<1000>,
            /// Whether the test can be ordered.
            is_active: bool = true,
        }
    }
}

impl LabTest {
    /// How long it may take.
    pub fn targets(&self) -> Targets {
        Targets {
            routine: self.turnaround_minutes,
            stat: self.turnaround_stat_minutes,
        }
    }
}

/// Who reads and who keeps the catalogue; the same for parameters and reference ranges.
pub(crate) fn access() -> Access {
    Access::nobody()
        .role(Admin, "crud")
        .role(LabTechnician, "cru")
        .roles(&[Doctor, Receptionist, Nurse, Pharmacist, Cashier], "r")
}

/// The catalogue is no patient's: whoever may read it reads all of it.
pub(crate) fn scope(grant: &Grant) -> Scope {
    match grant.reach {
        kernel::Reach::None => Scope::Nothing,
        _ => Scope::All,
    }
}

/// The longest target: a year.
const LONGEST: i64 = 525_600;

impl Resource for LabTest {
    const PATH: &'static str = "lab_tests/catalog";
    const CALLED: &'static [Column<Self>] = &[LabTest::test_code];
    const FILTERS: &'static [Column<Self>] = &[
        LabTest::test_code,
        LabTest::department,
        LabTest::specimen_type,
        LabTest::loinc,
        LabTest::is_active,
    ];
    const ORDERING: &'static [Column<Self>] =
        &[LabTest::test_code, LabTest::test_name, LabTest::department];
    const SEARCH: &'static [Column<Self>] = &[LabTest::test_code, LabTest::test_name];
    const LIST: &'static [Column<Self>] = &[
        LabTest::test_code,
        LabTest::test_name,
        LabTest::specimen_type,
        LabTest::department,
        LabTest::turnaround_minutes,
        LabTest::is_active,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "group-test",
            &[
                LabTest::test_code,
                LabTest::test_name,
                LabTest::department,
                LabTest::loinc,
                LabTest::is_active,
            ],
        ),
        (
            "group-specimen",
            &[LabTest::specimen_type, LabTest::container, LabTest::notes],
        ),
        (
            "group-turnaround",
            &[
                LabTest::turnaround_minutes,
                LabTest::turnaround_stat_minutes,
            ],
        ),
        (
            "group-limits",
            &[LabTest::critical_range_low, LabTest::critical_range_high],
        ),
    ];
    type Extra = ();

    fn access() -> Access {
        access()
    }

    fn label(&self) -> String {
        self.test_name.to_string()
    }

    fn scope(grant: &Grant) -> Scope {
        scope(grant)
    }

    async fn prepare(_cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let row = &*change.row;
        let mut faults = Faults::new();
        ascending(
            &mut faults,
            ("critical_range_low", row.critical_range_low),
            ("critical_range_high", row.critical_range_high),
        );
        for (field, minutes) in [
            ("turnaround_minutes", row.turnaround_minutes),
            ("turnaround_stat_minutes", row.turnaround_stat_minutes),
        ] {
            if minutes.is_some_and(|minutes| !(1..=LONGEST).contains(&minutes)) {
                let text = Text::new("laboratory-minutes").with("max", LONGEST);
                faults.say(field, text);
            }
        }
        Ok(faults.into_result()?)
    }
}

/// The lower limit lies below the upper one, where there are both.
pub(crate) fn ascending(
    faults: &mut Faults,
    (low_field, low): (&str, Option<Measured>),
    (_, high): (&str, Option<Measured>),
) {
    if let (Some(low), Some(high)) = (low, high)
        && low >= high
    {
        let text = Text::new("laboratory-limits-order").with("high", high);
        faults.say(low_field, text);
    }
}
