//! Reference ranges as the laboratory keeps them.

use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, select};
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Line, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::texts::Text;
use sea_query::ExprTrait;

use crate::catalogue::{self, LabTest, ascending};
use crate::measured::Measured;
use crate::parameter::LabParameter;
use crate::reference::{Limits, Pregnancy, Range, Sex};

platform::record! {
    /// The normal range and the critical limits of a parameter, for patients of a sex and an age. Limits belong to normal; critical limits belong to critical.
    pub struct LabReferenceRange in "lab_reference_range" {
        client {
            /// The test that the range is for; every test that reports the parameter when null.
            test: Option<Ref<LabTest>>,
            /// Code of the parameter.
            parameter: Line<64>,
            /// Sex of the patients: `M` or `F`; both when null.
            sex: Option<Sex>,
            /// First age of the patients, in days since birth; from birth when null.
            age_from: Option<i64>,
            /// First age for which the range holds no more, in days since birth; no upper end when null.
            age_to: Option<i64>,
            /// Trimester of a pregnancy (`1`, `2`, `3`) or `any`; not pregnant or not known when null.
            pregnancy: Option<Pregnancy>,
            /// Lowest normal value.
            low: Option<Measured>,
            /// Highest normal value.
            high: Option<Measured>,
            /// A value at or below is critical.
            critical_low: Option<Measured>,
            /// A value at or above is critical.
            critical_high: Option<Measured>,
            /// Unit of the limits: the parameter's own, which is filled in when left out.
            units: Blank<50>,
            /// Where the limits come from.
            source: Blank<500>,
        }
    }
}

impl LabReferenceRange {
    /// As the rule that chooses needs it.
    pub fn rule(&self) -> Range {
        Range {
            of_test: self.test.is_some(),
            sex: self.sex,
            age_from_days: self.age_from.unwrap_or(0),
            age_to_days: self.age_to,
            pregnancy: self.pregnancy,
            limits: Limits {
                low: self.low,
                high: self.high,
                critical_low: self.critical_low,
                critical_high: self.critical_high,
            },
        }
    }
}

impl Resource for LabReferenceRange {
    const PATH: &'static str = "lab_tests/reference_ranges";
    const FILTERS: &'static [Column<Self>] = &[
        LabReferenceRange::test,
        LabReferenceRange::parameter,
        LabReferenceRange::sex,
        LabReferenceRange::pregnancy,
    ];
    const ORDERING: &'static [Column<Self>] =
        &[LabReferenceRange::parameter, LabReferenceRange::age_from];
    const LIST: &'static [Column<Self>] = &[
        LabReferenceRange::parameter,
        LabReferenceRange::test,
        LabReferenceRange::sex,
        LabReferenceRange::age_from,
        LabReferenceRange::age_to,
        LabReferenceRange::pregnancy,
        LabReferenceRange::low,
        LabReferenceRange::high,
        LabReferenceRange::units,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "group-applies-to",
            &[
                LabReferenceRange::parameter,
                LabReferenceRange::test,
                LabReferenceRange::sex,
                LabReferenceRange::age_from,
                LabReferenceRange::age_to,
                LabReferenceRange::pregnancy,
            ],
        ),
        (
            "group-limits",
            &[
                LabReferenceRange::low,
                LabReferenceRange::high,
                LabReferenceRange::critical_low,
                LabReferenceRange::critical_high,
                LabReferenceRange::units,
                LabReferenceRange::source,
            ],
        ),
    ];
    type Extra = ();

    fn access() -> Access {
        catalogue::access()
    }

    fn label(&self) -> String {
        let limit = |limit: &Option<Measured>| limit.as_ref().map(ToString::to_string);
        let low = limit(&self.low).unwrap_or_default();
        let high = limit(&self.high).unwrap_or_default();
        format!("{} {low}–{high} {}", self.parameter, self.units)
    }

    fn scope(grant: &Grant) -> Scope {
        catalogue::scope(grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let mut faults = check(change.row);
        // A range in another unit than the values would flag them wrongly.
        match unit_of(cx, change.row).await? {
            None => faults.say("parameter", Text::new("laboratory-parameter-unknown")),
            Some(unit) if change.row.units.is_empty() => change.row.units = unit,
            Some(unit) if unit != change.row.units => {
                let text = Text::new("laboratory-range-unit").with("unit", unit);
                faults.say("units", text);
            }
            Some(_) => {}
        }
        Ok(faults.into_result()?)
    }
}

fn check(row: &LabReferenceRange) -> Faults {
    let mut faults = Faults::new();
    ascending(&mut faults, ("low", row.low), ("high", row.high));
    ascending(
        &mut faults,
        ("critical_low", row.critical_low),
        ("critical_high", row.critical_high),
    );
    ascending(
        &mut faults,
        ("critical_low", row.critical_low),
        ("low", row.low),
    );
    ascending(
        &mut faults,
        ("high", row.high),
        ("critical_high", row.critical_high),
    );
    if row.rule().limits.is_empty() {
        faults.say("low", Text::new("laboratory-limits-needed"));
    }
    let from = row.age_from.unwrap_or(0);
    if from < 0 || row.age_to.is_some_and(|to| to <= from) {
        faults.say("age_from", Text::new("laboratory-ages-order"));
    }
    if row.pregnancy.is_some() && row.sex != Some(Sex::Female) {
        faults.say("sex", Text::new("laboratory-pregnancy-sex"));
    }
    faults
}

/// The unit of the parameter that a range is for; `None` when no test reports such a parameter.
async fn unit_of(cx: &mut Cx, row: &LabReferenceRange) -> Result<Option<Blank<50>>, Error> {
    let mut query = select::<LabParameter>();
    query
        .and_where(LabParameter::code.eq(&*row.parameter))
        .limit(1);
    if let Some(test) = row.test {
        query.and_where(LabParameter::test.eq(test.get()));
    }
    let found: Option<LabParameter> = cx
        .unscoped("the catalogue is no secret to those who keep it")
        .record(query)
        .await?;
    Ok(found.map(|parameter| parameter.units))
}
