//! Entering results: what is known of the order, its tests and its patient.

use std::collections::HashMap;

use kernel::Code;
use patients::Patient;
use patients::patient::Gender;
use platform::cx::{Cx, among, column, select};
use platform::error::Error;
use platform::field::Ref;
use platform::record::Record;
use platform::texts::Text;
use sea_query::{ExprTrait, Order};

use crate::catalogue::LabTest;
use crate::items::{self, LabOrderItem};
use crate::naming;
use crate::order::{LabOrder, not_from};
use crate::parameter::LabParameter;
use crate::range::LabReferenceRange;
use crate::reference::{Limits, Sex, Subject, choose};
use crate::result::LabResultValue;
use crate::state::LabOrderStatus;

/// Everything that results of an order are checked against, read once.
pub(crate) struct Entering {
    pub(crate) order: i64,
    pub(crate) patient: Ref<Patient>,
    items: HashMap<i64, LabOrderItem>,
    tests: HashMap<i64, LabTest>,
    pub(crate) parameters: Vec<LabParameter>,
    /// What the catalogue reports in tests that were not ordered.
    pub(crate) elsewhere: Vec<LabParameter>,
    ranges: Vec<LabReferenceRange>,
    subject: Subject,
    current: Vec<LabResultValue>,
}

/// A value that an order asks for.
pub(crate) struct Asked<'a> {
    pub(crate) item: &'a LabOrderItem,
    pub(crate) test: &'a LabTest,
    pub(crate) parameter: Option<&'a LabParameter>,
    pub(crate) limits: Limits,
    pub(crate) is_there: bool,
}

impl Entering {
    /// Reads what results of a held order are checked against.
    ///
    /// # Errors
    /// 409 when the order takes no results.
    pub(crate) async fn open(cx: &mut Cx, order: &LabOrder) -> Result<Entering, Error> {
        if order.status == LabOrderStatus::Cancelled {
            return Err(not_from(order.status));
        }
        let items = items::of_order(cx, order.meta.id).await?;
        let mut tests: Vec<i64> = items.iter().map(|item| item.lab_test.get()).collect();
        tests.sort_unstable();
        tests.dedup();
        let mut query = select::<LabTest>();
        query.and_where(among(cx.dialect(), LabTest::id, &tests));
        let found: Vec<LabTest> = cx.unscoped(CATALOGUE).records(query).await?;
        let mut query = select::<LabParameter>();
        query.order_by(LabParameter::sort, Order::Asc);
        let all: Vec<LabParameter> = cx.unscoped(CATALOGUE).records(query).await?;
        let ordered = |row: &LabParameter| tests.contains(&row.test.get());
        let (parameters, elsewhere): (Vec<_>, Vec<_>) = all.into_iter().partition(ordered);
        let mut codes: Vec<String> = parameters.iter().map(|row| row.code.to_string()).collect();
        codes.sort_unstable();
        codes.dedup();
        let mut query = select::<LabReferenceRange>();
        query
            .and_where(LabReferenceRange::parameter.is_in(codes))
            .order_by(LabReferenceRange::id, Order::Asc);
        let ranges: Vec<LabReferenceRange> = cx.unscoped(CATALOGUE).records(query).await?;
        Ok(Entering {
            order: order.meta.id,
            patient: order.patient,
            subject: subject(cx, order).await?,
            current: current(cx, order.meta.id).await?,
            items: items.into_iter().map(|item| (item.meta.id, item)).collect(),
            tests: found.into_iter().map(|test| (test.meta.id, test)).collect(),
            parameters,
            elsewhere,
            ranges,
        })
    }

    /// What the tests of the order report, by item and by position in the report, with the patient's limits and what
    /// is there already. A test of which the catalogue says nothing reports one value of its own name.
    pub(crate) fn asked(&self) -> Vec<Asked<'_>> {
        let mut items: Vec<&LabOrderItem> = self.items.values().collect();
        items.sort_by_key(|item| item.meta.id);
        let mut all = Vec::new();
        for item in items {
            let Some(test) = self.tests.get(&item.lab_test.get()) else {
                continue;
            };
            let of_test = self.parameters.iter();
            let of_test = of_test.filter(|row| row.test.get() == test.meta.id);
            let mut known: Vec<Option<&LabParameter>> = of_test.map(Some).collect();
            if known.is_empty() {
                known.push(None);
            }
            all.extend(known.into_iter().map(|parameter| {
                let name = parameter.map_or(&*test.test_name, |parameter| &*parameter.code);
                let quantity = self.quantity(test, name);
                let limits = parameter.and_then(|parameter| self.chosen(test, parameter));
                let limits = limits.unwrap_or_default();
                Asked {
                    item,
                    test,
                    parameter,
                    limits: limits.alarmed_by(test.critical_range_low, test.critical_range_high),
                    is_there: self.current.iter().any(|value| {
                        value.lab_order_item.get() == item.meta.id
                            && self.quantity(test, value.parameter_name.open()) == quantity
                    }),
                }
            }));
        }
        all
    }

    /// Refuses a second current value of the same quantity.
    pub(crate) fn free(&self, row: &LabResultValue) -> Result<(), Error> {
        let item = row.lab_order_item.get();
        let Some(test) = self.test_of(item) else {
            return Ok(());
        };
        let quantity = self.quantity(test, row.parameter_name.open());
        let taken = self.current.iter().find(|current| {
            current.lab_order_item.get() == item
                && current.meta.id != row.meta.id
                && self.quantity(test, current.parameter_name.open()) == quantity
        });
        match taken {
            None => Ok(()),
            Some(current) => {
                let text = Text::new("laboratory-result-exists")
                    .with("parameter", &**row.parameter_name.open());
                let refusal = Error::refuse(Code::ResultExists, text);
                Err(refusal
                    .with("lab_result_value", current.meta.id)
                    .with("lab_order_item", item))
            }
        }
    }

    /// Notes a value that is stored, for those after it.
    pub(crate) fn took(&mut self, row: &LabResultValue) {
        self.current.push(row.clone());
    }

    pub(crate) fn test_of(&self, item: i64) -> Option<&LabTest> {
        let item = self.items.get(&item)?;
        self.tests.get(&item.lab_test.get())
    }

    pub(crate) fn parameter(&self, test: &LabTest, written: &str) -> Option<&LabParameter> {
        let of_test: Vec<&LabParameter> = self
            .parameters
            .iter()
            .filter(|row| row.test.get() == test.meta.id)
            .collect();
        let pairs = of_test.iter().map(|row| (&*row.code, &*row.name));
        let at = naming::find(pairs, (&test.test_code, &test.test_name), written)?;
        of_test.get(at).copied()
    }

    /// The limits that the catalogue has for the patient.
    pub(crate) fn chosen(&self, test: &LabTest, parameter: &LabParameter) -> Option<Limits> {
        let rules: Vec<_> = self
            .ranges
            .iter()
            .filter(|range| *range.parameter == *parameter.code)
            .filter(|range| range.test.is_none_or(|of| of.get() == test.meta.id))
            .map(LabReferenceRange::rule)
            .collect();
        choose(&rules, self.subject)
    }

    pub(crate) fn quantity(&self, test: &LabTest, written: &str) -> String {
        let known = self.parameter(test, written);
        known.map_or_else(
            || naming::fold(written),
            |parameter| parameter.code.to_string(),
        )
    }
}

const CATALOGUE: &str = "results are judged by the catalogue, whoever may read it";

/// The current values of an order.
async fn current(cx: &mut Cx, order: i64) -> Result<Vec<LabResultValue>, Error> {
    let mut query = select::<LabResultValue>();
    query
        .and_where(LabResultValue::lab_order.eq(order))
        .and_where(LabResultValue::replaced_by.is_null())
        .and_where(column(LabResultValue::TABLE, "voided_at").is_null());
    cx.unscoped("a second value of the same quantity is refused, whoever entered the first")
        .records(query)
        .await
}

/// Sex, age and pregnancy of an order's patient when the specimen was taken.
async fn subject(cx: &mut Cx, order: &LabOrder) -> Result<Subject, Error> {
    let mut query = select::<Patient>();
    query.and_where(Patient::id.eq(order.patient.get()));
    let patient: Option<Patient> = cx
        .unscoped("the range depends on sex and age")
        .record(query)
        .await?;
    let taken = cx.app.zone.today(order.collected_at.unwrap_or(cx.now()));
    let age = |patient: &Patient| {
        let days = (taken - *patient.date_of_birth.open()).get_days();
        (days >= 0).then_some(i64::from(days))
    };
    Ok(Subject {
        sex: patient.as_ref().and_then(|patient| match patient.gender {
            Gender::Male => Some(Sex::Male),
            Gender::Female => Some(Sex::Female),
            Gender::Other | Gender::Unknown => None,
        }),
        age_days: patient.as_ref().and_then(age),
        pregnancy: order.pregnancy,
    })
}
