//! What a test reports.

use kernel::Code;
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Line, List, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::texts::Text;

use crate::catalogue::{self, LabTest, ascending};
use crate::flag::Flag;
use crate::measured::Measured;

platform::choice! {
    /// What kind of value a parameter has.
    pub enum ParameterKind {
        /// A number with a unit.
        Numeric = "numeric",
        /// One of a list of words.
        Choice = "choice",
        /// Free text.
        FreeText = "text",
    }
}

platform::record! {
    /// A value that a test reports, such as haemoglobin of a blood count.
    pub struct LabParameter in "lab_parameter" {
        client {
            /// The test that reports it.
            test: Ref<LabTest>,
            /// Short code, unique in its test; the same code means the same quantity in every test and in reference ranges.
            code: Line<64>,
            /// Name as shown to people.
            name: Line<255>,
            /// Position in the test's report.
            sort: i64 = 0,
            /// Kind of value: `numeric` with a unit, one of `choices`, or free `text`.
            kind: ParameterKind = ParameterKind::Numeric,
            /// Unit of stored values (UCUM, such as `mmol/L`); results in other units are converted on entry. It stays once reference ranges or results are in it.
            units: Blank<50>,
            /// Decimal places in which values are usually shown: 0 to 4.
            decimals: Option<i64>,
            /// The words that a result of kind `choice` may be.
            choices: List<Line<100>>,
            /// Those of the choices that are flagged `normal`.
            normal_choices: List<Line<100>>,
            /// Those of the choices that are flagged `abnormal`.
            abnormal_choices: List<Line<100>>,
            /// Those of the choices that are flagged `critical`.
            critical_choices: List<Line<100>>,
            /// LOINC code of the quantity.
            loinc: Option<Line<20>>,
            /// Values below are refused as impossible.
            plausible_low: Option<Measured>,
            /// Values above are refused as impossible.
            plausible_high: Option<Measured>,
            /// Notes for those who enter results.
            notes: Blank<1000>,
        }
    }
}

impl LabParameter {
    /// The choice as the catalogue writes it, whatever its case.
    pub fn choice(&self, text: &str) -> Option<&str> {
        let mut choices = self.choices.0.iter();
        choices
            .find(|choice| same(choice, text))
            .map(|choice| &**choice)
    }

    /// What a choice means; `None` when it means nothing, such as an invalid test.
    pub fn choice_flag(&self, choice: &str) -> Option<Flag> {
        let among = |list: &List<Line<100>>| list.0.iter().any(|one| same(one, choice));
        if among(&self.critical_choices) {
            Some(Flag::Critical)
        } else if among(&self.abnormal_choices) {
            Some(Flag::Abnormal)
        } else if among(&self.normal_choices) {
            Some(Flag::Normal)
        } else {
            None
        }
    }
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

impl Resource for LabParameter {
    const PATH: &'static str = "lab_tests/parameters";
    const CALLED: &'static [Column<Self>] = &[LabParameter::code, LabParameter::test];
    const FILTERS: &'static [Column<Self>] = &[
        LabParameter::test,
        LabParameter::code,
        LabParameter::kind,
        LabParameter::loinc,
    ];
    const ORDERING: &'static [Column<Self>] =
        &[LabParameter::sort, LabParameter::code, LabParameter::name];
    const SEARCH: &'static [Column<Self>] = &[LabParameter::code, LabParameter::name];
    const LIST: &'static [Column<Self>] = &[
        LabParameter::test,
        LabParameter::code,
        LabParameter::name,
        LabParameter::kind,
        LabParameter::units,
        LabParameter::sort,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "",
            &[
                LabParameter::test,
                LabParameter::code,
                LabParameter::name,
                LabParameter::loinc,
                LabParameter::sort,
                LabParameter::notes,
            ],
        ),
        (
            "group-values",
            &[
                LabParameter::kind,
                LabParameter::units,
                LabParameter::decimals,
                LabParameter::plausible_low,
                LabParameter::plausible_high,
            ],
        ),
        (
            "group-choices",
            &[
                LabParameter::choices,
                LabParameter::normal_choices,
                LabParameter::abnormal_choices,
                LabParameter::critical_choices,
            ],
        ),
    ];
    type Extra = ();

    fn access() -> Access {
        catalogue::access()
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    fn scope(grant: &Grant) -> Scope {
        catalogue::scope(grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if let Some(before) = change.before
            && before.units != change.row.units
        {
            check_unmeasured(cx, before).await?;
        }
        let row = &*change.row;
        let mut faults = Faults::new();
        ascending(
            &mut faults,
            ("plausible_low", row.plausible_low),
            ("plausible_high", row.plausible_high),
        );
        if row
            .decimals
            .is_some_and(|places| !(0..=4).contains(&places))
        {
            faults.say("decimals", Text::new("laboratory-decimals"));
        }
        if row.kind == ParameterKind::Choice && row.choices.0.len() < 2 {
            faults.say("choices", Text::new("laboratory-choices-needed"));
        }
        for (field, list) in [
            ("normal_choices", &row.normal_choices),
            ("abnormal_choices", &row.abnormal_choices),
            ("critical_choices", &row.critical_choices),
        ] {
            if let Some(stray) = list.0.iter().find(|one| row.choice(one).is_none()) {
                let text = Text::new("laboratory-choice-unknown").with("choice", stray);
                faults.say(field, text);
            }
        }
        Ok(faults.into_result()?)
    }
}

/// Limits and values are numbers in the parameter's unit: in another they would mean something else.
///
/// # Errors
/// 409 `state_conflict`.
async fn check_unmeasured(cx: &mut Cx, before: &LabParameter) -> Result<(), Error> {
    let found: Option<(i64,)> = cx
        .unscoped("whether a parameter is in use says nothing of a patient")
        .optional(Statement::raw(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM lab_reference_range WHERE parameter = $1 AND (test IS NULL OR test = $2)) \
             OR EXISTS (SELECT 1 FROM lab_result_value WHERE parameter = $3)",
            values([&&*before.code, &before.test.get(), &before.meta.id]),
        ))
        .await?;
    match found {
        None => Ok(()),
        Some(_) => {
            let text = Text::new("laboratory-units-settled").with("unit", &before.units);
            Err(Error::refuse(Code::StateConflict, text).with("field", "units"))
        }
    }
}
