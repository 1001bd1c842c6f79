//! Entering results: what is known of the order, its tests and its patient, and the rules that follow from it.

use std::collections::HashMap;

use kernel::Code;
use patients::Patient;
use patients::patient::Gender;
use platform::cx::{Cx, among, column, select};
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Line, Ref};
use platform::record::Record;
use platform::seal::Sealed;
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use serde_json::{Map, Value as Json};

use crate::catalogue::{LabTest, ascending};
use crate::flag::{flag, settle};
use crate::in_words;
use crate::items::{self, LabOrderItem};
use crate::measured::Measured;
use crate::naming;
use crate::order::{LabOrder, not_from};
use crate::parameter::{LabParameter, ParameterKind};
use crate::range::LabReferenceRange;
use crate::reference::{Limits, Sex, Subject, choose};
use crate::result::LabResultValue;
use crate::state::LabOrderStatus;
use crate::units::{UnitFault, convert};

/// Everything that results of an order are checked against, read once.
pub(crate) struct Entering {
    order: i64,
    patient: Ref<Patient>,
    items: HashMap<i64, LabOrderItem>,
    tests: HashMap<i64, LabTest>,
    parameters: Vec<LabParameter>,
    /// What the catalogue reports in tests that were not ordered.
    elsewhere: Vec<LabParameter>,
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

    fn test_of(&self, item: i64) -> Option<&LabTest> {
        let item = self.items.get(&item)?;
        self.tests.get(&item.lab_test.get())
    }

    fn parameter(&self, test: &LabTest, written: &str) -> Option<&LabParameter> {
        let of_test: Vec<&LabParameter> = self
            .parameters
            .iter()
            .filter(|row| row.test.get() == test.meta.id)
            .collect();
        let pairs = of_test.iter().map(|row| (&*row.code, &*row.name));
        let at = naming::find(pairs, (&test.test_code, &test.test_name), written)?;
        of_test.get(at).copied()
    }

    /// A slip of the pen in a parameter's name, or a parameter of another test, would leave its value unjudged.
    fn check_name(&self, test: &LabTest, written: &str) -> Result<(), Faults> {
        let of_test = self.parameters.iter();
        let mut of_test = of_test.filter(|row| row.test.get() == test.meta.id);
        let meant = of_test.find(|row| naming::is_nearly(&row.code, &row.name, written));
        let reported = self
            .parameters
            .iter()
            .any(|row| row.test.get() == test.meta.id);
        let others = self.elsewhere.iter().chain(&self.parameters);
        let pairs = others.map(|row| (&*row.code, &*row.name));
        match meant {
            None if reported && naming::find(pairs, ("", ""), written).is_some() => {
                let text = Text::new("laboratory-parameter-elsewhere")
                    .with("written", written)
                    .with("test", &test.test_name);
                Err(Faults::one("parameter_name", text))
            }
            None => Ok(()),
            Some(meant) => {
                let text = Text::new("laboratory-parameter-nearly")
                    .with("written", written)
                    .with("name", &meant.name)
                    .with("code", &meant.code);
                Err(Faults::one("parameter_name", text))
            }
        }
    }

    fn quantity(&self, test: &LabTest, written: &str) -> String {
        let known = self.parameter(test, written);
        known.map_or_else(
            || naming::fold(written),
            |parameter| parameter.code.to_string(),
        )
    }

    /// Checks a value, converts it, chooses its range and flags it.
    ///
    /// # Errors
    /// What is wrong with it, by field.
    pub(crate) fn judge(
        &self,
        cx: &Cx,
        row: &mut LabResultValue,
        flag_sent: bool,
    ) -> Result<(), Faults> {
        self.check(cx, row, flag_sent, [None, None])
    }

    /// `kept` is the lower and the upper end of a range that stands already, in the catalogue's unit.
    fn check(
        &self,
        cx: &Cx,
        row: &mut LabResultValue,
        flag_sent: bool,
        kept: [Option<Measured>; 2],
    ) -> Result<(), Faults> {
        let item = row.lab_order_item.get();
        let Some(test) = self.test_of(item) else {
            let text = Text::new("laboratory-other-order").with("order", self.order);
            return Err(Faults::one("lab_order_item", text));
        };
        let name = row.parameter_name.open().to_string();
        let parameter = self.parameter(test, &name);
        if parameter.is_none() {
            self.check_name(test, &name)?;
        }
        row.patient = self.patient;
        row.lab_order = Ref::new(self.order);
        row.parameter = parameter.map(|parameter| Ref::new(parameter.meta.id));
        row.quantity = parameter.map_or_else(|| tag(cx, &name), |parameter| parameter.meta.id);
        row.result_timestamp = cx.now();
        row.entered_by = cx.actor.user_id().map(Ref::new);
        row.entered_value = None;
        row.entered_units = Sealed::new(None);
        // Whoever was told, was told of another value.
        row.told_to = Sealed::new(Blank::default());
        (row.told_at, row.told_by) = (None, None);
        let sent = row.abnormal_flag.filter(|_| flag_sent);
        if row.value_numeric.is_none() && row.value_text.open().is_empty() {
            return Err(Faults::one(
                "value_numeric",
                Text::new("laboratory-value-needed"),
            ));
        }
        let computed = match parameter.map(|parameter| (parameter, parameter.kind)) {
            Some((parameter, ParameterKind::Numeric)) => self.number(test, parameter, row, kept)?,
            Some((parameter, ParameterKind::Choice)) => choice(parameter, row)?,
            Some((_, ParameterKind::FreeText)) => None,
            None => self.unknown(test, row, kept)?,
        };
        row.abnormal_flag = settle(computed, sent);
        Ok(())
    }

    /// As [`Entering::judge`], for a value that takes the place of an earlier one. What is not mentioned stays, in the
    /// catalogue's unit: only what is sent is converted.
    ///
    /// # Errors
    /// What is wrong with it, by field.
    pub(crate) fn correct(
        &self,
        cx: &Cx,
        row: &mut LabResultValue,
        before: &LabResultValue,
        body: &Map<String, Json>,
    ) -> Result<(), Faults> {
        let test = self.test_of(row.lab_order_item.get());
        let quantity =
            |row: &LabResultValue| test.map(|test| self.quantity(test, row.parameter_name.open()));
        let same = quantity(row) == quantity(before);
        if !same && before.parameter.is_some() {
            let text = Text::new("laboratory-order-fixed");
            return Err(Faults::one("parameter_name", text));
        }
        let stands = |field: &str, value: &mut Option<Measured>| {
            let unsaid = !body.contains_key(field);
            unsaid.then(|| value.take().filter(|_| same)).flatten()
        };
        let kept = [
            stands("reference_range_low", &mut row.reference_range_low),
            stands("reference_range_high", &mut row.reference_range_high),
        ];
        // A value sent as text takes the place of the number that was there.
        let unsaid = |field: &str| body.get(field).is_none_or(Json::is_null);
        if unsaid("value_numeric")
            && !unsaid("value_text")
            && in_words::begins_with_number(row.value_text.open())
        {
            row.value_numeric = None;
            if unsaid("comparator") {
                row.comparator = None;
            }
        }
        self.check(cx, row, body.contains_key("abnormal_flag"), kept)?;
        // The reason of an earlier correction is not this one's.
        if !body.contains_key("correction_reason") || row.correction_reason.open().is_empty() {
            let text = Text::new("laboratory-correction-reason");
            return Err(Faults::one("correction_reason", text));
        }
        if row.value_numeric == before.value_numeric && row.units.open() == before.units.open() {
            row.entered_value = before.entered_value;
            row.entered_units = before.entered_units.clone();
        }
        Ok(())
    }

    fn number(
        &self,
        test: &LabTest,
        parameter: &LabParameter,
        row: &mut LabResultValue,
        kept: [Option<Measured>; 2],
    ) -> Result<Option<crate::flag::Flag>, Faults> {
        in_words::settle(parameter, row)?;
        let entered = (row.value_numeric, row.units.open().to_string());
        let mut faults = Faults::new();
        for (field, value) in [
            ("value_numeric", &mut row.value_numeric),
            ("reference_range_low", &mut row.reference_range_low),
            ("reference_range_high", &mut row.reference_range_high),
        ] {
            let Some(number) = *value else { continue };
            match convert(&parameter.code, &parameter.units, &entered.1, number) {
                Ok(converted) => *value = Some(converted),
                Err(UnitFault::TooLarge) => faults.say(field, Text::new("laboratory-too-large")),
                Err(fault) => {
                    faults.say("units", unit_text(parameter, &entered.1, fault));
                    return Err(faults);
                }
            }
        }
        faults.into_result()?;
        row.units = Sealed::new(parameter.units.clone());
        if row.value_numeric != entered.0 {
            row.entered_value = entered.0;
            row.entered_units = Sealed::new(Some(Line::cut(&entered.1)));
        }
        let limits = self.limits(test, Some(parameter), row, kept)?;
        let Some(value) = row.value_numeric else {
            in_words::check_words(parameter, row, &limits)?;
            return Ok(None);
        };
        plausible(parameter, value)?;
        Ok(flag(value, row.comparator, &limits))
    }

    /// A quantity that the catalogue does not know: only what was sent and the test's own critical limits say anything.
    fn unknown(
        &self,
        test: &LabTest,
        row: &mut LabResultValue,
        kept: [Option<Measured>; 2],
    ) -> Result<Option<crate::flag::Flag>, Faults> {
        let limits = self.limits(test, None, row, kept)?;
        let written = in_words::read(row.value_text.open());
        let value = match (row.value_numeric, written) {
            (Some(value), _) => Some((value, row.comparator)),
            (None, written) => written.map(|it| (it.number, row.comparator.or(it.sign))),
        };
        Ok(value.and_then(|(value, sign)| flag(value, sign, &limits)))
    }

    /// The limits of a value: those that the catalogue has for the patient, with a range that was sent in the place of
    /// the catalogue's.
    fn limits(
        &self,
        test: &LabTest,
        parameter: Option<&LabParameter>,
        row: &mut LabResultValue,
        [kept_low, kept_high]: [Option<Measured>; 2],
    ) -> Result<Limits, Faults> {
        row.reference_range_low = row.reference_range_low.or(kept_low);
        row.reference_range_high = row.reference_range_high.or(kept_high);
        let mut limits = parameter
            .and_then(|parameter| self.chosen(test, parameter))
            .unwrap_or_default();
        if row.reference_range_low.is_some() || row.reference_range_high.is_some() {
            limits.low = row.reference_range_low;
            limits.high = row.reference_range_high;
        }
        (row.reference_range_low, row.reference_range_high) = (limits.low, limits.high);
        let mut faults = Faults::new();
        ascending(
            &mut faults,
            ("reference_range_low", limits.low),
            ("reference_range_high", limits.high),
        );
        faults.into_result()?;
        Ok(limits.alarmed_by(test.critical_range_low, test.critical_range_high))
    }

    fn chosen(&self, test: &LabTest, parameter: &LabParameter) -> Option<Limits> {
        let rules: Vec<_> = self
            .ranges
            .iter()
            .filter(|range| *range.parameter == *parameter.code)
            .filter(|range| range.test.is_none_or(|of| of.get() == test.meta.id))
            .map(LabReferenceRange::rule)
            .collect();
        choose(&rules, self.subject)
    }
}

const CATALOGUE: &str = "results are judged by the catalogue, whoever may read it";

/// One of the words of a parameter, as the catalogue writes it, and what it means.
fn choice(
    parameter: &LabParameter,
    row: &mut LabResultValue,
) -> Result<Option<crate::flag::Flag>, Faults> {
    let written = row.value_text.open().to_string();
    let Some(choice) = parameter.choice(&written) else {
        let choices: Vec<&str> = parameter.choices.0.iter().map(|choice| &**choice).collect();
        let text = Text::new("laboratory-not-a-choice").with("choices", choices.join(", "));
        return Err(Faults::one("value_text", text));
    };
    row.value_text = Sealed::new(Blank::cut(choice));
    row.units = Sealed::new(Blank::default());
    Ok(parameter.choice_flag(choice))
}

fn plausible(parameter: &LabParameter, value: Measured) -> Result<(), Faults> {
    let below = parameter.plausible_low.is_some_and(|low| value < low);
    let above = parameter.plausible_high.is_some_and(|high| value > high);
    if !below && !above {
        return Ok(());
    }
    let shown = |limit: Option<Measured>| limit.map_or_else(|| "…".to_owned(), |it| it.to_string());
    let text = Text::new("laboratory-implausible")
        .with("parameter", &parameter.name)
        .with("low", shown(parameter.plausible_low))
        .with("high", shown(parameter.plausible_high))
        .with("unit", &parameter.units);
    Err(Faults::one("value_numeric", text))
}

fn unit_text(parameter: &LabParameter, entered: &str, fault: UnitFault) -> Text {
    let text = match fault {
        UnitFault::Ambiguous => {
            Text::new("laboratory-unit-ambiguous").with("accepted", &parameter.units)
        }
        UnitFault::Unknown(accepted) => {
            Text::new("laboratory-unit-unknown").with("accepted", accepted.join(", "))
        }
        UnitFault::TooLarge => Text::new("laboratory-too-large"),
    };
    text.with("unit", entered)
        .with("parameter", &parameter.name)
}

/// A keyed tag of a name that the catalogue does not know, apart from all ids.
fn tag(cx: &Cx, name: &str) -> i64 {
    let (_, tag) = cx
        .app
        .ring()
        .search_tag64("lab_result_value.parameter_name", &naming::fold(name));
    tag | i64::MIN
}

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
