//! Judging a value that is entered: its parameter, its unit, its range, and the flag that follows.

use platform::cx::Cx;
use platform::fault::Faults;
use platform::field::{Blank, Line, Ref};
use platform::seal::Sealed;
use platform::texts::Text;
use serde_json::{Map, Value as Json};

use crate::catalogue::{LabTest, ascending};
use crate::entering::Entering;
use crate::flag::{Flag, flag, settle};
use crate::in_words;
use crate::measured::Measured;
use crate::naming;
use crate::parameter::{LabParameter, ParameterKind};
use crate::reference::Limits;
use crate::result::LabResultValue;
use crate::units::{UnitFault, convert};

impl Entering {
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
    ) -> Result<Option<Flag>, Faults> {
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
    ) -> Result<Option<Flag>, Faults> {
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
}

/// One of the words of a parameter, as the catalogue writes it, and what it means.
fn choice(parameter: &LabParameter, row: &mut LabResultValue) -> Result<Option<Flag>, Faults> {
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
