//! Doses against the highest usual ones.

use formulary::safety::{
    Amount, Answer, Circumstances, DoseUnit, Dosing, Kind, Medicine, Pack, Question, Route,
    Severity,
};

/// Somebody of an age in years and a weight in kilograms.
fn person(years: f64, kilograms: Option<i64>) -> Circumstances {
    Circumstances {
        age_days: Some(years * 365.25),
        weight_grams: kilograms.map(|kilograms| kilograms * 1_000),
        ..Circumstances::default()
    }
}

fn taken(name: &str, milligrams: i64, per_day: Option<i64>, patient: Circumstances) -> Answer {
    let single = Amount {
        unit: DoseUnit::Mass,
        steps: milligrams * 1_000_000,
    };
    Pack::starter().check(&Question {
        medicine: Medicine {
            written: name,
            route: Some(Route::Oral),
        },
        patient,
        dosing: Some(Dosing { single, per_day }),
        ..Question::default()
    })
}

#[test]
fn every_row_of_the_table_can_be_used() {
    let rows = include_str!("../../data/max_dose.csv").lines().count() - 1;
    assert_eq!(Pack::starter().dose_limit_count(), rows);
}

#[test]
fn a_dose_above_the_highest_usual_one_is_found() {
    let (adult, child) = (person(40.0, None), person(5.0, Some(18)));
    let (moderate, severe) = (Some(Severity::Moderate), Some(Severity::Severe));
    for (name, milligrams, per_day, patient, found) in [
        ("Paracetamol", 1_000, Some(4), adult, None),
        ("Paracetamol", 1_001, Some(1), adult, moderate),
        ("Paracetamol", 1_000, Some(5), adult, moderate),
        ("Paracetamol", 1_000, Some(6), adult, severe),
        ("Paracetamol", 10_000, None, adult, severe),
        ("Panadol", 1_000, Some(6), adult, severe),
        // By weight: 15 mg/kg at once and 60 a day for 18 kg.
        ("Paracetamol", 270, Some(4), child, None),
        ("Paracetamol", 280, Some(4), child, moderate),
        ("Paracetamol", 500, Some(4), child, severe),
        // Without a weight only what no child has is too much.
        ("Paracetamol", 500, Some(4), person(5.0, None), None),
        ("Paracetamol", 2_000, Some(4), person(5.0, None), severe),
        // No child's row: what is too much for an adult is for a child.
        ("Diclofenac", 100, Some(1), child, moderate),
        // Nothing is known of it, or it has several ingredients.
        ("Vitamin C", 100_000, Some(4), adult, None),
        ("Co-amoxiclav 625 mg", 100_000, Some(3), adult, None),
    ] {
        let answer = taken(name, milligrams, per_day, patient);
        assert_eq!(
            answer.highest(Kind::Dose),
            found,
            "{name} {milligrams} mg, {per_day:?}"
        );
    }
}

#[test]
fn the_sentence_says_what_is_given_and_what_is_usual() {
    let answer = taken("Paracetamol", 1_500, Some(4), person(40.0, None));
    assert_eq!(
        answer.findings[0].effect,
        "6000 mg a day: the highest usual daily dose is 4000 mg."
    );
    let answer = taken("Paracetamol", 500, Some(2), person(5.0, Some(18)));
    assert_eq!(
        answer.findings[0].effect,
        "500 mg at once: the highest usual single dose for 18 kg is 270 mg."
    );
}

#[test]
fn methotrexate_every_day_is_never_right() {
    let adult = person(60.0, None);
    let daily = taken("Methotrexate", 10, Some(1), adult);
    assert_eq!(daily.highest(Kind::Dose), Some(Severity::Contraindicated));
    assert_eq!(
        taken("Methotrexate", 10, None, adult).highest(Kind::Dose),
        None
    );
}

#[test]
fn a_route_that_no_row_has_is_not_compared() {
    let single = Amount {
        unit: DoseUnit::Mass,
        steps: 10_000_000_000,
    };
    let question = |route| Question {
        medicine: Medicine {
            written: "Diclofenac",
            route,
        },
        dosing: Some(Dosing {
            single,
            per_day: None,
        }),
        ..Question::default()
    };
    let of = |route| Pack::starter().check(&question(route)).highest(Kind::Dose);
    assert_eq!(of(Some(Route::Local)), None);
    assert_eq!(of(None), Some(Severity::Severe));
    // Units are compared with units only.
    let units = Amount {
        unit: DoseUnit::Units,
        steps: 10_000_000_000,
    };
    let asked = Question {
        dosing: Some(Dosing {
            single: units,
            per_day: None,
        }),
        ..question(Some(Route::Oral))
    };
    assert_eq!(Pack::starter().check(&asked).highest(Kind::Dose), None);
}
