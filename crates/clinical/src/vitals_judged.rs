//! What vital signs mean for the patient whose they are: flags, body mass index, early warning, danger
//! signs, growth.

use jiff::civil::Date;
use kernel::HospitalZone;
use patients::Patient;
use platform::fault::Faults;
use platform::texts::Text;
use schemars::JsonSchema;
use serde::Serialize;

use crate::rules::bounds::{self, AbnormalFlag, Level, Measure};
use crate::rules::danger::{self, DangerSign};
use crate::rules::growth::{self, Growth, Indicator};
use crate::rules::news2::{self, Score};
use crate::rules::{Milli, Person, bmi};
use crate::vitals::{Measured, Vitals};

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct VitalsExtra {
    /// Body mass index in kg/m², weight / (height/100)², to two decimals; null without both.
    pub bmi: Option<f64>,
    /// Some value lies outside the usual range for age, sex and pregnancy.
    pub is_abnormal: bool,
    /// The values outside their usual range.
    pub abnormal_flags: Vec<AbnormalFlag>,
    /// National Early Warning Score 2; null under 16 years, in pregnancy, and when nothing of it was measured.
    pub early_warning: Option<Score>,
    /// Danger signs of a child under 16 years that follow from the measurements.
    pub danger_signs: Vec<DangerSign>,
    /// z-scores of a child under 19 years by the WHO growth tables.
    pub growth: Vec<Growth>,
}

impl Vitals {
    /// Whether something was measured by which an early-warning score or a danger sign judges: a weight says nothing of how
    /// somebody is.
    pub fn has_signs(&self) -> bool {
        use Measure::{HeartRate, OxygenSaturation, RespiratoryRate, SystolicBp, Temperature};
        let signs = [
            HeartRate,
            OxygenSaturation,
            RespiratoryRate,
            SystolicBp,
            Temperature,
        ];
        self.consciousness.is_some() || self.measures().any(|(measure, _)| signs.contains(&measure))
    }

    /// The measured values.
    pub fn measures(&self) -> impl Iterator<Item = (Measure, Milli)> {
        let whole = |value: Option<i64>| value.map(|value| value.saturating_mul(1000));
        let exact = |value: Option<Measured>| value.map(Measured::steps);
        let all = [
            (Measure::SystolicBp, whole(self.systolic_bp)),
            (Measure::DiastolicBp, whole(self.diastolic_bp)),
            (Measure::HeartRate, whole(self.heart_rate)),
            (Measure::RespiratoryRate, whole(self.respiratory_rate)),
            (Measure::Temperature, exact(self.temperature)),
            (Measure::OxygenSaturation, exact(self.oxygen_saturation)),
            (Measure::Height, exact(self.height)),
            (Measure::Weight, exact(self.weight)),
            (Measure::HeadCircumference, exact(self.head_circumference)),
            (Measure::Muac, exact(self.muac)),
            (Measure::BloodGlucose, exact(self.blood_glucose)),
            (Measure::CapillaryRefill, exact(self.capillary_refill)),
            (Measure::Pain, whole(self.pain)),
            (Measure::Gcs, whole(self.gcs)),
        ];
        all.into_iter()
            .filter_map(|(measure, value)| value.map(|value| (measure, value)))
    }

    fn value(&self, wanted: Measure) -> Option<Milli> {
        self.measures()
            .find(|(measure, _)| *measure == wanted)
            .map(|(_, value)| value)
    }

    /// Whose they are, as of the day on which they were taken.
    pub fn person(&self, patient: &Patient, zone: &HospitalZone) -> Person {
        let day: Date = zone.today(self.recorded_at);
        let birth = *patient.date_of_birth.open();
        Person::on(day, birth, patient.gender, self.pregnant == Some(true))
    }

    /// The values outside their usual range, and those that no child of this age has.
    pub fn flags(&self, person: &Person) -> Vec<AbnormalFlag> {
        let flags = self
            .measures()
            .filter_map(|(measure, value)| bounds::flag(measure, value, person));
        let mut flags: Vec<AbnormalFlag> = flags.collect();
        let growth = self.growth(person);
        let by_age = |growth: &Growth| growth.indicator == Indicator::WeightForAge;
        let weighed = growth.iter().any(by_age);
        for beyond in growth.iter().filter(|growth| growth.implausible) {
            let measure = match beyond.indicator {
                Indicator::WeightForAge => Measure::Weight,
                // From ten years on there is no weight for age.
                Indicator::BmiForAge if !weighed => Measure::Weight,
                Indicator::HeightForAge => Measure::Height,
                Indicator::HeadForAge => Measure::HeadCircumference,
                Indicator::MuacForAge => Measure::Muac,
                _ => continue,
            };
            if flags.iter().all(|flag| flag.measure != measure) {
                flags.push(AbnormalFlag {
                    measure,
                    level: match beyond.z < 0.0 {
                        true => Level::CriticalLow,
                        false => Level::CriticalHigh,
                    },
                    usual_low: None,
                    usual_high: None,
                    group: "implausible for the age (WHO child growth standards)",
                });
            }
        }
        flags
    }

    /// The early-warning score.
    pub fn early_warning(&self, person: &Person) -> Option<Score> {
        let observed = news2::Observed {
            respiratory_rate: self.value(Measure::RespiratoryRate),
            oxygen_saturation: self.value(Measure::OxygenSaturation),
            scale_2: self.saturation_scale_2,
            breathing: self.breathing,
            systolic_bp: self.value(Measure::SystolicBp),
            heart_rate: self.value(Measure::HeartRate),
            consciousness: self.consciousness,
            temperature: self.value(Measure::Temperature),
        };
        news2::score(person, &observed)
    }

    /// The danger signs of a child.
    pub fn danger_signs(&self, person: &Person) -> Vec<DangerSign> {
        danger_signs(std::slice::from_ref(self), person)
    }

    /// The growth of a child.
    pub fn growth(&self, person: &Person) -> Vec<Growth> {
        let measured = growth::Measured {
            weight: self.value(Measure::Weight),
            height: self.value(Measure::Height),
            position: self.height_position,
            head: self.value(Measure::HeadCircumference),
            muac: self.value(Measure::Muac),
        };
        growth::assess(person, &measured)
    }

    /// All of it.
    pub fn judged(&self, person: &Person) -> VitalsExtra {
        let flags = self.flags(person);
        let index = bmi::hundredths(self.value(Measure::Weight), self.value(Measure::Height));
        VitalsExtra {
            bmi: index.map(|hundredths| hundredths as f64 / 100.0),
            is_abnormal: !flags.is_empty(),
            abnormal_flags: flags,
            early_warning: self.early_warning(person),
            danger_signs: self.danger_signs(person),
            growth: self.growth(person),
        }
    }
}

/// The danger signs of a child by the newest value of each measure; the newest measurement comes first.
pub fn danger_signs(rows: &[Vitals], person: &Person) -> Vec<DangerSign> {
    let newest = |measure| rows.iter().find_map(|row| row.value(measure));
    let observed = danger::Observed {
        respiratory_rate: newest(Measure::RespiratoryRate),
        temperature: newest(Measure::Temperature),
        oxygen_saturation: newest(Measure::OxygenSaturation),
        consciousness: rows.iter().find_map(|row| row.consciousness),
        muac: newest(Measure::Muac),
        capillary_refill: newest(Measure::CapillaryRefill),
    };
    danger::signs(person, &observed)
}

/// What no living person has is refused, each under its field.
pub(crate) fn check(row: &Vitals) -> Result<(), Faults> {
    let mut faults = Faults::new();
    if row.measures().next().is_none() {
        faults.say("non_field_errors", Text::new("clinical-no-measure"));
    }
    for (measure, value) in row.measures() {
        if let Some(range) = bounds::impossible(measure, value) {
            faults.say(measure.as_str(), remedy(measure, value, range));
        }
    }
    if let (Some(systolic), Some(diastolic)) = (row.systolic_bp, row.diastolic_bp)
        && diastolic >= systolic
    {
        faults.say("diastolic_bp", Text::new("clinical-diastolic"));
    }
    faults.into_result()
}

/// The usual mistakes are named: Fahrenheit, metres, grams, centimetres.
fn remedy(measure: Measure, value: Milli, (low, high): (f64, f64)) -> Text {
    let plain = value as f64 / 1000.0;
    let rounded = |value: f64| (value * 10.0).round() / 10.0;
    match measure {
        Measure::Temperature if (75_200..=113_000).contains(&value) => {
            Text::new("clinical-fahrenheit")
                .with("value", plain)
                .with("celsius", rounded((plain - 32.0) / 1.8))
        }
        Measure::Height if (200..=2_600).contains(&value) => Text::new("clinical-metres")
            .with("value", plain)
            .with("centimetres", rounded(plain * 100.0)),
        Measure::Weight if value > 500_000 => Text::new("clinical-grams")
            .with("value", plain)
            .with("kilograms", plain / 1000.0),
        Measure::Muac if (5_000..=65_000).contains(&value) => Text::new("clinical-centimetres")
            .with("value", plain)
            .with("millimetres", plain * 10.0),
        _ => Text::new("clinical-impossible")
            .with("low", low)
            .with("high", high),
    }
}
