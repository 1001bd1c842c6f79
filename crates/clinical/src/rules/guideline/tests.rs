use super::*;
use jiff::civil::date;
use proptest::prelude::*;

const TODAY: Date = date(2027, 5, 27);

fn rule(id: &str) -> &'static Rule {
    rules().iter().find(|rule| rule.id == id).unwrap()
}

fn woman(birth: Date) -> Facts {
    Facts {
        birth,
        person: Person {
            age_days: days_between(birth, TODAY),
            sex: Some(Sex::Female),
            pregnant: false,
        },
        conditions: Vec::new(),
        done: Vec::new(),
    }
}

fn with(mut facts: Facts, code: &str, since: Option<Date>) -> Facts {
    facts.conditions.push((code.to_owned(), since));
    facts
}

fn did(mut facts: Facts, kind: Kind, code: &str, on: Date) -> Facts {
    facts.done.push(Done {
        kind,
        code: code.to_owned(),
        on,
    });
    facts
}

fn pregnant(mut facts: Facts) -> Facts {
    facts.person.pregnant = true;
    facts
}

#[test]
fn every_rule_is_read_with_its_texts_and_source() {
    assert_eq!(rules().len(), data::count(TABLE));
    for rule in rules() {
        assert!(!rule.source.is_empty(), "{}", rule.id);
        assert!(
            ["en", "fr", "sw"]
                .iter()
                .all(|language| !rule.text(language).is_empty())
        );
        assert!(rule.interval.is_some() || !rule.offsets.is_empty());
    }
}

#[test]
fn who_is_due_since_when() {
    let born = date(1990, 1, 1);
    let since =
        |id: &str, facts: Facts| rule(id).due(&facts, TODAY).map(|due| due.since.to_string());
    let diabetic = || with(woman(born), "E11.9", Some(date(2027, 1, 10)));
    let cases = [
        // Blood pressure: a year after the last, and by another rule with hypertension.
        (
            "bp-adult-yearly",
            did(woman(born), Kind::Vital, "systolic_bp", date(2026, 6, 1)),
            None,
        ),
        (
            "bp-adult-yearly",
            did(woman(born), Kind::Vital, "systolic_bp", date(2026, 5, 27)),
            Some("2027-05-27"),
        ),
        (
            "bp-adult-yearly",
            did(woman(born), Kind::Vital, "weight", date(2027, 5, 1)),
            Some("2008-01-01"),
        ),
        ("bp-adult-yearly", with(woman(born), "I10", None), None),
        (
            "htn-review",
            did(
                with(woman(born), "I10", None),
                Kind::Vital,
                "systolic_bp",
                date(2027, 1, 1),
            ),
            Some("2027-04-02"),
        ),
        ("bp-adult-yearly", woman(date(2020, 1, 1)), None),
        // Diabetes: due since the diagnosis.
        ("dm-foot", diabetic(), Some("2027-01-10")),
        (
            "dm-foot",
            did(diabetic(), Kind::Procedure, "foot_exam", date(2027, 1, 11)),
            None,
        ),
        ("dm-foot", woman(born), None),
        // Antenatal visits, only while pregnant.
        ("anc-visit", woman(born), None),
        (
            "anc-visit",
            did(
                pregnant(woman(born)),
                Kind::Encounter,
                "any",
                date(2027, 5, 1),
            ),
            None,
        ),
        (
            "anc-visit",
            did(
                pregnant(woman(born)),
                Kind::Encounter,
                "any",
                date(2027, 4, 1),
            ),
            Some("2027-04-29"),
        ),
        // Cervical screening: a smear counts for three years, an HPV test for five.
        (
            "cervix-screen",
            did(woman(born), Kind::Lab, "PAP", date(2025, 1, 1)),
            None,
        ),
        (
            "cervix-screen",
            did(woman(born), Kind::Lab, "PAP", date(2024, 1, 1)),
            Some("2027-01-01"),
        ),
        (
            "cervix-screen",
            did(woman(born), Kind::Lab, "HPVDNA", date(2024, 1, 1)),
            None,
        ),
        ("cervix-screen", woman(date(2005, 1, 1)), None),
        // Counted from an event that the records do not hold: never guessed.
        ("anc-contacts", pregnant(woman(born)), None),
    ];
    for (id, facts, expected) in cases {
        assert_eq!(
            since(id, facts.clone()).as_deref(),
            expected,
            "{id} {facts:?}"
        );
    }
}

#[test]
fn a_newborns_contacts_are_not_made_up_for() {
    let visits = |age: i64, done: &[i64]| {
        let birth = later(TODAY, -age);
        let mut facts = woman(birth);
        for day in done {
            facts = did(facts, Kind::Encounter, "pnc", later(birth, *day));
        }
        rule("newborn-contacts")
            .due(&facts, TODAY)
            .map(|due| days_between(birth, due.since))
    };
    assert_eq!(visits(0, &[]), None);
    assert_eq!(visits(1, &[]), Some(1));
    assert_eq!(visits(2, &[1]), None);
    assert_eq!(visits(12, &[1]), Some(10));
    assert_eq!(visits(12, &[1, 9]), None);
    assert_eq!(visits(50, &[]), Some(42), "the last one only");
    assert_eq!(visits(50, &[43]), None, "no interval: done for good");
}

#[test]
fn late_is_overdue_after_the_grace_days() {
    let measured = |on| {
        did(
            with(woman(date(1970, 1, 1)), "I10", None),
            Kind::Vital,
            "systolic_bp",
            on,
        )
    };
    let overdue = |on| {
        rule("htn-review")
            .due(&measured(on), TODAY)
            .map(|due| due.overdue)
    };
    assert_eq!(overdue(later(TODAY, -91)), Some(false));
    assert_eq!(overdue(later(TODAY, -105)), Some(false));
    assert_eq!(overdue(later(TODAY, -106)), Some(true));
}

proptest! {
    /// Doing what a rule asks for today ends it, at least for today, whatever came before.
    #[test]
    fn done_today_is_not_due_today(
        at in 0_usize..100, age in 0_i64..30_000, pregnant: bool, code in "[A-Z][0-9]{2}",
        earlier in prop::collection::vec(0_i64..4_000, 0..4),
    ) {
        let rule = &rules()[at % rules().len()];
        let birth = later(TODAY, -age);
        let mut facts = woman(birth);
        facts.person.pregnant = pregnant;
        facts.conditions.push((rule.conditions.first().cloned().unwrap_or(code), Some(TODAY)));
        let asked = rule.codes[0].0.clone();
        for days in earlier {
            facts = did(facts, rule.kind, &asked, later(TODAY, -days));
        }
        let facts = did(facts, rule.kind, &asked, TODAY);
        prop_assert_eq!(rule.due(&facts, TODAY), None);
    }
}
