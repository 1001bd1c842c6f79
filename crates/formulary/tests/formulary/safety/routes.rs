//! Rules that depend on where a medicine goes.

use formulary::safety::{
    Kind, Medicine, Pack, Question, Reaction, ReportedAllergy, Route, Severity,
};

fn highest(new: &str, taking: &str, kind: Kind) -> Option<Severity> {
    let medicine = |written| Medicine {
        written,
        route: Route::written(written),
    };
    let taking = [medicine(taking)];
    let question = Question {
        medicine: medicine(new),
        taking: &taking,
        ..Question::default()
    };
    Pack::starter().check(&question).highest(kind)
}

#[test]
fn the_words_of_a_prescription_say_where_it_goes() {
    for (written, route) in [
        ("Hydrocortisone cream 1%", Some(Route::Local)),
        ("Gentamicin eye drops", Some(Route::Local)),
        ("Tab. Paracetamol 500 mg", Some(Route::Oral)),
        ("Syp Amoxicillin", Some(Route::Oral)),
        ("Ceftriaxone 1 g I.V.", Some(Route::Injected)),
        ("Daktarin oral gel", None),
        ("Paracetamol 500 mg", None),
        ("Diclofenac suppository", None),
    ] {
        assert_eq!(Route::written(written), route, "{written}");
    }
}

#[test]
fn what_only_acts_on_the_skin_does_not_interact_and_doubles_no_dose() {
    assert_eq!(
        highest("Diclofenac 50 mg tabs", "Lithium", Kind::Interaction),
        Some(Severity::Severe)
    );
    assert_eq!(
        highest("Diclofenac gel", "Lithium", Kind::Interaction),
        None
    );
    assert_eq!(
        highest("Diclofenac 50 mg tabs", "Ibuprofen 400 mg", Kind::Duplicate),
        Some(Severity::Severe)
    );
    assert_eq!(
        highest("Diclofenac gel", "Ibuprofen 400 mg", Kind::Duplicate),
        Some(Severity::Moderate)
    );
}

#[test]
fn the_same_medicine_twice_is_severe_unless_its_forms_differ() {
    for (new, taking, severity) in [
        ("Ibuprofen 800 mg", "Ibuprofen 800 mg", Severity::Severe),
        ("Ibuprofen 400 mg", "Ibuprofen 800 mg", Severity::Severe),
        ("Ibuprofen gel", "Ibuprofen 800 mg", Severity::Moderate),
        (
            "Dexamethasone eye drops",
            "Dexamethasone 4 mg tabs",
            Severity::Moderate,
        ),
        ("Morphine 10 mg", "morphine  10 mg", Severity::Severe),
        (
            "Morphine 10 mg",
            "Morphine slow release 30 mg",
            Severity::Moderate,
        ),
    ] {
        assert_eq!(
            highest(new, taking, Kind::Duplicate),
            Some(severity),
            "{new} beside {taking}"
        );
    }
}

#[test]
fn binding_in_the_gut_concerns_only_what_goes_through_it() {
    assert_eq!(
        highest(
            "Tab Ciprofloxacin 500 mg",
            "Tab Ferrous sulphate",
            Kind::Interaction
        ),
        Some(Severity::Moderate)
    );
    assert_eq!(
        highest(
            "Ciprofloxacin 200 mg IV",
            "Tab Ferrous sulphate",
            Kind::Interaction
        ),
        None
    );
    // When the route is not known, the rule applies.
    assert_eq!(
        highest("Ciprofloxacin", "Ferrous sulphate", Kind::Interaction),
        Some(Severity::Moderate)
    );
}

#[test]
fn a_mild_reaction_lightens_what_may_cross_react_and_never_the_substance_itself() {
    let allergy = |new: &str, reaction| {
        let allergies = [ReportedAllergy {
            written: "penicillin",
            reaction,
        }];
        let medicine = Medicine::new(new);
        Pack::starter()
            .check(&Question {
                medicine,
                allergies: &allergies,
                ..Question::default()
            })
            .highest(Kind::Allergy)
    };
    for reaction in [
        Reaction::Unknown,
        Reaction::Mild,
        Reaction::Moderate,
        Reaction::Severe,
    ] {
        assert_eq!(
            allergy("amoxicillin", reaction),
            Some(Severity::Severe),
            "{reaction:?}"
        );
    }
    assert_eq!(
        allergy("cefalexin", Reaction::Unknown),
        Some(Severity::Severe)
    );
    assert_eq!(
        allergy("cefalexin", Reaction::Mild),
        Some(Severity::Moderate)
    );
    assert_eq!(
        allergy("ceftriaxone", Reaction::Mild),
        Some(Severity::Inform)
    );
}
