//! A hospital adds its own names and rules, and every faulty row is named.

use formulary::safety::{
    Addition, Answer, Kind, Medicine, Outcome, Pack, Question, Severity, Table,
};
use proptest::prelude::*;

fn with(table: Table, csv: &str) -> Pack {
    Pack::with(&[Addition { table, csv }], "1").unwrap()
}

fn beside(pack: &Pack, new: &str, taking: &str) -> Answer {
    let taking = [Medicine::new(taking)];
    pack.check(&Question {
        medicine: Medicine::new(new),
        taking: &taking,
        ..Question::default()
    })
}

#[test]
fn a_local_brand_is_known_after_it_was_added() {
    let starter = beside(Pack::starter(), "Kilimadol", "tramadol");
    assert_eq!(starter.outcome(), Outcome::CouldNotCheck);
    let pack = with(
        Table::Synonyms,
        "alias,ingredients\nKilimadol,paracetamol;tramadol\n",
    );
    let answer = beside(&pack, "Kilimadol 325/37.5", "Tramadol 50 mg");
    assert_eq!(answer.highest(Kind::Duplicate), Some(Severity::Severe));
    assert!(answer.unknown.is_empty());
    assert_eq!(pack.version(), "2026.11+1");
}

#[test]
fn a_brand_that_means_something_else_here_is_what_the_hospital_says() {
    let pack = with(Table::Synonyms, "alias,ingredients\nPanadol,ibuprofen\n");
    assert_eq!(pack.ingredients_of("Panadol 500"), ["ibuprofen"]);
}

#[test]
fn a_new_ingredient_takes_part_in_the_rules_of_its_classes() {
    let ingredients = Addition {
        table: Table::Ingredients,
        csv: "ingredient,classes\ntestastatin,nsaid\n",
    };
    // The order of the files does not matter.
    let synonyms = Addition {
        table: Table::Synonyms,
        csv: "alias,ingredients\nTestor,testastatin\n",
    };
    let pack = Pack::with(&[synonyms, ingredients], "1").unwrap();
    let answer = beside(&pack, "Testor 20 mg", "ibuprofen");
    assert_eq!(answer.highest(Kind::Duplicate), Some(Severity::Severe));
}

#[test]
fn a_rule_of_the_hospital_goes_before_the_starter_packs_and_none_silences_it() {
    let header = "a,b,severity,effect\n";
    let raised = with(
        Table::Interactions,
        &format!("{header}warfarin,paracetamol,severe,Our patients bled.\n"),
    );
    let finding = &beside(&raised, "paracetamol", "warfarin").findings[0];
    assert_eq!(
        (
            finding.severity,
            finding.effect.as_str(),
            finding.source.as_str()
        ),
        (Severity::Severe, "Our patients bled.", "site")
    );

    let silenced = with(
        Table::Interactions,
        &format!("{header}warfarin,paracetamol,none,Looked at every week.\n"),
    );
    assert_eq!(
        beside(&silenced, "paracetamol", "warfarin").outcome(),
        Outcome::NothingFound
    );
    assert_eq!(
        beside(&silenced, "ibuprofen", "warfarin").highest(Kind::Interaction),
        Some(Severity::Severe)
    );
}

#[test]
fn an_exception_of_the_hospital_ends_a_false_alarm() {
    let starter = beside(Pack::starter(), "ibuprofen", "diclofenac");
    assert_eq!(starter.highest(Kind::Duplicate), Some(Severity::Severe));
    let pack = with(
        Table::Duplicates,
        "kind,a,b,severity,message\nexception,ibuprofen,diclofenac,none,Eye drops\n",
    );
    assert_eq!(
        beside(&pack, "ibuprofen", "diclofenac").highest(Kind::Duplicate),
        None
    );
}

#[test]
fn every_faulty_row_is_named_with_its_line_and_the_remedy() {
    let csv = "alias,ingredients\nGood,paracetamol\n,paracetamol\nBad,paracetmol\nParacetamol,ibuprofen\nEmpty,\n";
    let faults = Pack::with(
        &[Addition {
            table: Table::Synonyms,
            csv,
        }],
        "1",
    )
    .unwrap_err();
    let lines: Vec<_> = faults.iter().map(|fault| fault.to_string()).collect();
    assert_eq!(
        lines,
        [
            "synonyms, line 3: `alias` must not be empty".to_owned(),
            "synonyms, line 4: `paracetmol` is no ingredient that is known (nearest: paracetamol); add it to `ingredients` first".to_owned(),
            "synonyms, line 5: `Paracetamol` is the name of an ingredient and cannot mean anything else".to_owned(),
            "synonyms, line 6: `ingredients` must not be empty".to_owned(),
        ]
    );
    for (table, csv, fault) in [
        (
            Table::Synonyms,
            "name\nx\n",
            "the column `alias` is missing from the header",
        ),
        (
            Table::Interactions,
            "a,b,severity,effect\nwarfarin,aspirin,bad,x\n",
            "`aspirin` is no ingredient",
        ),
        (
            Table::Interactions,
            "a,b,severity,effect\nwarfarin,ibuprofen,bad,x\n",
            "`severity` is `bad`",
        ),
        (
            Table::Interactions,
            "a,b,severity,effect\nwarfarin,class:nonsense,severe,x\n",
            "`nonsense` is no class",
        ),
        (
            Table::PregnancyAndAge,
            "subject,context,when,severity,message\nwarfarin,age,12,severe,x\n",
            "`when` is `12`",
        ),
        (
            Table::IgnoredWords,
            "word,where\nwarfarin,any\n",
            "`warfarin` names a medicine",
        ),
        (
            Table::AllergyTerms,
            "written,allergen\nx,nonsense\n",
            "`nonsense` is no allergen",
        ),
        (
            Table::Ingredients,
            "ingredient\nwarfarin\n",
            "`warfarin` is known already",
        ),
        (
            Table::Synonyms,
            "alias,ingredients\nx,paracetamol,y\n",
            "this line is not CSV as expected",
        ),
    ] {
        let faults = Pack::with(&[Addition { table, csv }], "1").unwrap_err();
        assert!(faults[0].to_string().contains(fault), "{csv}: {faults:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_written_brings_the_check_down(text in "\\PC{0,80}", other in "[a-z .0-9/+-]{0,40}") {
        let answer = beside(Pack::starter(), &text, &other);
        // What names no ingredient is never an all-clear.
        if Pack::starter().ingredients_of(&text).is_empty() {
            prop_assert!(!answer.unknown.is_empty());
        }
    }

    #[test]
    fn no_file_brings_the_loader_down(csv in "\\PC{0,200}", at in 0..Table::ALL.len()) {
        let _ = Pack::with(&[Addition { table: Table::ALL[at], csv: &csv }], "1");
    }
}
