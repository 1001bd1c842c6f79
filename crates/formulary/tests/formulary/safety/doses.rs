//! Doses against the highest usual ones.

use formulary::safety::{
    Addition, Amount, Answer, Circumstances, DoseCheck, DoseUnit, Dosing, Kind, Medicine,
    NotCompared, Often, Outcome, Pack, Question, Route, Severity, Table,
};

/// Somebody of an age in years and a weight in kilograms.
fn person(years: f64, kilograms: Option<i64>) -> Circumstances {
    Circumstances {
        age_days: Some(years * 365.25),
        weight_grams: kilograms.map(|kilograms| kilograms * 1_000),
        ..Circumstances::default()
    }
}

fn milligrams(milligrams: i64) -> Amount {
    Amount {
        unit: DoseUnit::Mass,
        steps: milligrams * 1_000_000,
    }
}

fn often(per_day: Option<i64>) -> Often {
    per_day.map_or(Often::Seldom, Often::PerDay)
}

fn taken(name: &str, single: i64, per_day: Option<i64>, patient: Circumstances) -> Answer {
    let dosing = Dosing::of(milligrams(single), often(per_day));
    asked(Pack::starter(), name, &dosing, patient)
}

fn asked(pack: &Pack, name: &str, dosing: &Dosing, patient: Circumstances) -> Answer {
    pack.check(&Question {
        medicine: Medicine {
            written: name,
            route: Some(Route::Oral),
        },
        patient,
        dosing: Some(dosing),
        ..Question::default()
    })
}

/// The reasons why doses were not compared.
fn gaps(answer: &Answer) -> Vec<NotCompared> {
    match &answer.dose {
        DoseCheck::NotCompared(gaps) => gaps.iter().map(|gap| gap.why).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_row_of_the_table_can_be_used() {
    let rows = include_str!("../../../data/max_dose.csv").lines().count() - 1;
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
        // Nothing is known of it.
        ("Vitamin C", 100_000, Some(4), adult, None),
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
fn without_a_weight_the_heaviest_children_of_the_age_count() {
    let toddler = Circumstances {
        heaviest_grams: Some(17_000),
        ..person(2.0, None)
    };
    for (milligrams, found) in [
        (255, None),
        (260, Some(Severity::Moderate)),
        (1_000, Some(Severity::Severe)),
    ] {
        let answer = taken("Paracetamol", milligrams, Some(2), toddler);
        assert_eq!(answer.highest(Kind::Dose), found, "{milligrams} mg");
        // What is not too much for them may be for this child.
        let unsaid = found.is_none().then_some(NotCompared::Weight);
        assert_eq!(gaps(&answer), Vec::from_iter(unsaid), "{milligrams} mg");
    }
    let answer = taken("Paracetamol", 1_000, Some(2), toddler);
    assert_eq!(
        answer.findings[0].effect,
        "1000 mg at once: the highest usual single dose for 17 kg, as the heaviest children of this age weigh, is 255 mg."
    );
    // Whoever was weighed is who counts.
    let weighed = Circumstances {
        weight_grams: Some(10_000),
        ..toddler
    };
    let answer = taken("Paracetamol", 160, Some(2), weighed);
    assert_eq!(
        answer.findings[0].effect,
        "160 mg at once: the highest usual single dose for 10 kg is 150 mg."
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
    let (much, units) = (
        milligrams(10_000),
        Amount {
            unit: DoseUnit::Units,
            steps: 10_000_000_000,
        },
    );
    let check = |route, amount| {
        let dosing = Dosing::of(amount, Often::Seldom);
        Pack::starter().check(&Question {
            medicine: Medicine {
                written: "Diclofenac",
                route,
            },
            dosing: Some(&dosing),
            ..Question::default()
        })
    };
    // A cream has no dose, so that nothing of it is left unchecked.
    let local = check(Some(Route::Local), much);
    assert_eq!(
        (&local.dose, local.outcome()),
        (&DoseCheck::NotAsked, Outcome::NothingFound)
    );
    assert_eq!(
        check(None, much).highest(Kind::Dose),
        Some(Severity::Severe)
    );
    // Units are compared with units only.
    let other = check(Some(Route::Oral), units);
    assert_eq!(
        (other.highest(Kind::Dose), gaps(&other)),
        (None, vec![NotCompared::Unit])
    );
}

#[test]
fn nothing_found_is_said_of_a_dose_that_was_compared_and_of_no_other() {
    use NotCompared::{Amount as Unread, Frequency, NoChildLimit, NoLimit, Weight};
    let (adult, child) = (person(40.0, None), person(5.0, Some(18)));
    let one = |often| Dosing::of(milligrams(100), often);
    let unread = Dosing::unread(Often::PerDay(3));
    let thrice = one(Often::PerDay(3));
    for (name, dosing, patient, why) in [
        ("Paracetamol", &thrice, adult, None),
        ("Paracetamol", &thrice, child, None),
        ("Paracetamol", &one(Often::Seldom), adult, None),
        ("Paracetamol", &unread, adult, Some(Unread)),
        ("Paracetamol", &one(Often::Unread), adult, Some(Frequency)),
        ("Paracetamol", &thrice, person(5.0, None), Some(Weight)),
        ("Omeprazole", &one(Often::Seldom), adult, None),
        (
            "Diclofenac",
            &Dosing::of(milligrams(25), Often::PerDay(2)),
            child,
            Some(NoChildLimit),
        ),
        ("Vitamin C", &thrice, adult, Some(NoLimit)),
        ("Gentamicin", &thrice, adult, Some(NoLimit)),
    ] {
        let answer = asked(Pack::starter(), name, dosing, patient);
        let found = gaps(&answer);
        if name == "Omeprazole" {
            // Too much of it, which says that it was compared.
            assert_eq!(answer.outcome(), Outcome::Found, "{name}");
            continue;
        }
        assert_eq!(found, Vec::from_iter(why), "{name} {dosing:?}");
        let outcome = match why {
            None => Outcome::NothingFound,
            Some(_) => Outcome::CouldNotCheck,
        };
        assert_eq!(answer.outcome(), outcome, "{name}");
    }
    // Methotrexate every day is found also where the amount could not be read.
    let daily = asked(Pack::starter(), "Methotrexate", &unread, adult);
    assert_eq!(daily.highest(Kind::Dose), Some(Severity::Contraindicated));
}

/// Amounts as written, at once so many of them.
fn several(each: &[i64], pieces: i64, per_day: i64) -> Dosing {
    Dosing {
        each: each.iter().map(|mg| milligrams(*mg)).collect(),
        times: Some((pieces, 1)),
        often: Often::PerDay(per_day),
        unitless: false,
    }
}

#[test]
fn each_ingredient_of_a_product_is_compared() {
    let adult = person(40.0, Some(60));
    let (clear, unknown) = (Ok(None), Err(NotCompared::Strengths));
    let found = |severity| Ok(Some(severity));
    let unitless = |dosing: Dosing| Dosing {
        unitless: true,
        ..dosing
    };
    for (name, dosing, expected) in [
        ("Co-amoxiclav", several(&[875, 125], 1, 2), clear),
        ("Augmentin", several(&[125, 875], 1, 2), clear),
        ("Co-amoxiclav", several(&[625], 1, 3), clear),
        // Two tablets of 625 mg are 250 mg of clavulanic acid at once.
        (
            "Co-amoxiclav",
            several(&[625], 2, 3),
            found(Severity::Severe),
        ),
        ("Co-amoxiclav", several(&[700], 1, 3), unknown),
        ("Co-trimoxazole", several(&[960], 1, 2), clear),
        ("Septrin", several(&[480], 8, 4), found(Severity::Severe)),
        ("Septrin", unitless(several(&[960], 1, 2)), clear),
        ("Septrin", unitless(several(&[950], 1, 2)), unknown),
        ("Coartem", unitless(several(&[20, 120], 4, 2)), clear),
        ("Artemether lumefantrine", several(&[80, 480], 1, 2), clear),
        (
            "Artemether lumefantrine",
            several(&[80, 480], 2, 2),
            found(Severity::Severe),
        ),
        ("Lopinavir/ritonavir", several(&[200, 50], 2, 2), clear),
        (
            "Lopinavir/ritonavir",
            several(&[200, 50], 5, 2),
            found(Severity::Moderate),
        ),
        ("RHZE", several(&[150, 75, 400, 275], 4, 1), clear),
        (
            "RHZE",
            several(&[150, 75, 400, 275], 6, 1),
            found(Severity::Severe),
        ),
        // The only product that there is.
        ("TLD", several(&[], 1, 1), clear),
        ("TLD", several(&[], 3, 1), found(Severity::Severe)),
        ("Coartem", several(&[], 4, 2), unknown),
        // No product that is known: the order is that of the names.
        (
            "Paracetamol 400 mg + codeine 20 mg",
            several(&[400, 20], 1, 4),
            clear,
        ),
        (
            "Paracetamol 400 mg + codeine 90 mg",
            several(&[400, 90], 1, 2),
            found(Severity::Severe),
        ),
        ("Co-codamol", several(&[400, 20], 1, 4), unknown),
    ] {
        let answer = asked(Pack::starter(), name, &dosing, adult);
        let got = match gaps(&answer).first() {
            Some(why) => Err(*why),
            None => Ok(answer.highest(Kind::Dose)),
        };
        assert_eq!(got, expected, "{name} {dosing:?}: {:?}", answer.findings);
    }
    let answer = asked(
        Pack::starter(),
        "Co-amoxiclav",
        &several(&[625], 2, 3),
        adult,
    );
    let said = "750 mg of clavulanic acid a day: the highest usual daily dose is 375 mg.";
    assert!(
        answer.findings.iter().any(|one| one.effect == said),
        "{answer:?}"
    );
}

#[test]
fn a_hospitals_own_limit_takes_the_place_of_the_starter_packs() {
    let header = "ingredient,route,population,max_single,max_daily,unit\n";
    let with = |table, csv: &str| Pack::with(&[Addition { table, csv }], "1");
    let pack = with(
        Table::MaxDose,
        &format!(
            "{header}paracetamol,oral,adult,500,2000,mg\nascorbic acid,oral,adult,1000,2000,mg\n"
        ),
    )
    .unwrap();
    let adult = person(40.0, None);
    let dose = |milligrams_at_once| Dosing::of(milligrams(milligrams_at_once), Often::PerDay(2));
    let stricter = asked(&pack, "Paracetamol", &dose(1_000), adult);
    assert_eq!(stricter.highest(Kind::Dose), Some(Severity::Severe));
    assert_eq!(stricter.findings[0].source, "site");
    let added = asked(&pack, "Vitamin C", &dose(4_000), adult);
    assert_eq!(added.highest(Kind::Dose), Some(Severity::Severe));
    // The child's row of the starter pack stands.
    let child = asked(&pack, "Paracetamol", &dose(500), person(5.0, Some(18)));
    assert!(child.findings[0].effect.contains("for 18 kg"), "{child:?}");

    for (row, fault) in [
        (
            "paracetmol,oral,adult,500,,mg",
            "`paracetmol` is no ingredient",
        ),
        ("paracetamol,nose,adult,500,,mg", "`route` is `nose`"),
        ("paracetamol,oral,elder,500,,mg", "`population` is `elder`"),
        ("paracetamol,oral,adult,much,,mg", "`max_single` is `much`"),
        ("paracetamol,oral,adult,500,,spoon", "`unit` is `spoon`"),
    ] {
        let faults = with(Table::MaxDose, &format!("{header}{row}\n")).unwrap_err();
        assert!(faults[0].to_string().contains(fault), "{row}: {faults:?}");
    }
    let products = "ingredients,strengths,unit,label\nparacetamol;caffeine citrate,500;65,mg,\n";
    assert!(with(Table::Strengths, products).is_ok());
    for (row, fault) in [
        ("paracetamol;codeine,500,mg,", "`strengths` is `500`"),
        (
            "paracetamol;codeine,500;8;1,mg,",
            "`strengths` is `500;8;1`",
        ),
        ("paracetamol,500,mg,", "`strengths` is `500`"),
        ("paracetamol;codeine,500;8,mg,big", "`label` is `big`"),
    ] {
        let csv = format!("ingredients,strengths,unit,label\n{row}\n");
        let faults = with(Table::Strengths, &csv).unwrap_err();
        assert!(faults[0].to_string().contains(fault), "{row}: {faults:?}");
    }
}
