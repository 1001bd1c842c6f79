//! The engine gives the answers that the pack's own cases expect, and those of the reference implementation.

use std::collections::BTreeSet;

use formulary::safety::{
    Answer, Circumstances, Medicine, Pack, Pregnancy, Question, ReportedAllergy, Route,
};

const CASES: &str = include_str!("../../../data/cases.csv");
const SAFE_PAIRS: &str = include_str!("../../../data/safe_pairs.csv");
const REFERENCE: &str = include_str!("reference/answers.csv");

fn rows(text: &'static str) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    reader.records().map(Result::unwrap).collect()
}

fn list(text: &str) -> Vec<&str> {
    text.split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

fn days(age: &str) -> f64 {
    let (number, unit) = age.split_at(age.len() - 1);
    let length = match unit {
        "d" => 1.0,
        "w" => 7.0,
        "m" => 30.4375,
        "y" => 365.25,
        other => panic!("unit {other}"),
    };
    number.parse::<f64>().unwrap() * length
}

fn circumstances(text: &str) -> Circumstances {
    let mut patient = Circumstances::default();
    for part in list(text) {
        match part.split_once('=').unwrap() {
            ("age", age) => patient.age_days = Some(days(age)),
            ("pregnancy", stage) => {
                patient.pregnancy = Some(match stage {
                    "1" => Pregnancy::First,
                    "2" => Pregnancy::Second,
                    "3" => Pregnancy::Third,
                    "unknown" => Pregnancy::Unknown,
                    other => panic!("pregnancy {other}"),
                });
            }
            ("breastfeeding", "yes") => patient.breastfeeding = true,
            ("could-become-pregnant", "yes") => patient.could_become_pregnant = true,
            ("g6pd-deficiency", "yes") => patient.g6pd_deficiency = true,
            other => panic!("{other:?}"),
        }
    }
    patient
}

/// The words of the reference implementation: the highest severity of each kind, and whether something was unknown.
fn words(answer: &Answer) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for finding in &answer.findings {
        let highest = answer.highest(finding.kind).unwrap();
        words.insert(format!("found({},{highest})", finding.kind));
    }
    if !answer.unknown.is_empty() {
        words.insert("could_not_check".to_owned());
    }
    if words.is_empty() {
        words.insert("none".to_owned());
    }
    words
}

fn check(allergies: &str, current: &str, new: &str, patient: &str, routes: bool) -> Answer {
    let medicine = |written| Medicine {
        written,
        route: routes.then(|| Route::written(written)).flatten(),
    };
    let taking: Vec<_> = list(current).into_iter().map(medicine).collect();
    let allergies: Vec<_> = list(allergies)
        .into_iter()
        .map(|written| ReportedAllergy {
            written,
            ..ReportedAllergy::default()
        })
        .collect();
    Pack::starter().check(&Question {
        medicine: medicine(new),
        taking: &taking,
        allergies: &allergies,
        patient: circumstances(patient),
        dosing: None,
        allergies_unasked: false,
    })
}

fn expected(text: &str) -> BTreeSet<String> {
    list(text).into_iter().map(str::to_owned).collect()
}

#[test]
fn every_case_of_the_pack_is_answered_as_expected() {
    let cases = rows(CASES);
    assert_eq!(cases.len(), CASES_AND_MENDS);
    for case in &cases {
        for routes in [false, true] {
            let answer = check(&case[1], &case[2], &case[3], &case[4], routes);
            assert_eq!(words(&answer), expected(&case[5]), "{case:?}");
        }
    }
}

/// 220 of the starter pack and those that were added with what was mended in it.
const CASES_AND_MENDS: usize = 240;

#[test]
fn pairs_that_are_often_given_together_stay_silent_in_both_orders() {
    let pairs = rows(SAFE_PAIRS);
    assert_eq!(pairs.len(), 573);
    for pair in &pairs {
        for (new, current) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
            let answer = check("", current, new, "", false);
            assert_eq!(
                words(&answer),
                expected("none"),
                "{new} beside {current}: {answer:?}"
            );
        }
        let together =
            Pack::starter().check_together(&[Medicine::new(&pair[0]), Medicine::new(&pair[1])]);
        assert_eq!(together, Answer::default());
    }
}

#[test]
fn the_reference_implementation_gives_the_same_answers_to_ten_thousand_random_lists() {
    let lists = rows(REFERENCE);
    assert_eq!(lists.len(), 10_000);
    for list in &lists {
        let answer = check(&list[0], &list[1], &list[2], &list[3], false);
        assert_eq!(words(&answer), decode(&list[4]), "{list:?}");
    }
}

/// The fixture writes `allergy,severe` as `as`, and so on; see `reference/generate.py`.
fn decode(short: &str) -> BTreeSet<String> {
    let words = short.split_whitespace().map(|word| match word.split_at(1) {
        ("?", "") => "could_not_check".to_owned(),
        ("-", "") => "none".to_owned(),
        (kind, severity) => {
            let kind = match kind {
                "a" => "allergy",
                "i" => "interaction",
                "d" => "duplicate",
                "p" => "pregnancy",
                "w" => "could-become-pregnant",
                "b" => "breastfeeding",
                "y" => "age",
                "g" => "g6pd-deficiency",
                other => panic!("kind {other}"),
            };
            let severity = match severity {
                "i" => "inform",
                "m" => "moderate",
                "s" => "severe",
                "c" => "contraindicated",
                other => panic!("severity {other}"),
            };
            format!("found({kind},{severity})")
        }
    });
    words.collect()
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the figures are for whoever asks for them"
)]
fn a_list_of_twenty_medicines_is_checked_in_less_than_five_milliseconds() {
    let ward = [
        "Warfarin 5 mg",
        "Aspirin 75 mg",
        "Furosemide 40 mg",
        "Spironolactone 25 mg",
        "Enalapril 5 mg",
        "Digoxin 250 mcg",
        "Metformin 500 mg BD",
        "Insulin Mixtard",
        "Atorvastatin 20 mg",
        "Omeprazole 20 mg",
        "RHZE",
        "TLD",
        "Septrin 960 mg",
        "Prednisolone 5 mg",
        "Salbutamol nebs",
        "Ceftriaxone 1 g IV",
        "Flagyl 400 mg",
        "Tramadol 50 mg",
        "Amitriptyline 25 mg",
        "Paracetamol 1 g",
    ];
    let medicines: Vec<_> = ward.into_iter().map(Medicine::new).collect();
    let pack = Pack::starter();
    let ward = &medicines;
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let started = std::time::Instant::now();
            let answer = pack.check_together(ward);
            let took = started.elapsed();
            assert!(
                answer.findings.len() > 20 && answer.unknown.is_empty(),
                "{:?}",
                answer.unknown
            );
            took
        })
        .collect();
    times.sort_unstable();
    let [p50, p99] = [ROUNDS / 2, ROUNDS * 99 / 100].map(|at| times[at]);
    println!("a list of 20 medicines against each other: p50 {p50:?}, p99 {p99:?}");
    // Most rounds are shorter than the time for which another process gets the processor.
    assert!(p50 < FIVE_MILLISECONDS, "{p50:?}");
}

const ROUNDS: usize = 200;
const FIVE_MILLISECONDS: std::time::Duration = std::time::Duration::from_millis(5);

#[test]
fn the_starter_pack_is_ready_in_milliseconds() {
    let started = std::time::Instant::now();
    let pack = Pack::with(&[], "0").unwrap();
    // Unoptimised and on a busy machine this still has room.
    let took = started.elapsed();
    assert!(took.as_secs() < 5, "{took:?}");
    assert_eq!(pack.ingredient_count(), 1141);
    assert_eq!(pack.version(), "2026.11+0");
}
