//! Every case of the drug-safety pack, and every pair that must stay silent, through the public API.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

const CASES: &str = include_str!("../../../../formulary/data/cases.csv");
const SAFE_PAIRS: &str = include_str!("../../../../formulary/data/safe_pairs.csv");

fn rows(text: &'static str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(text.as_bytes())
        .records()
        .map(Result::unwrap)
        .collect()
}

fn list(text: &str) -> Vec<&str> {
    text.split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

/// The question that a case asks.
fn question(case: &csv::StringRecord) -> Json {
    let mut body = json!({ "medication_name": &case[3], "allergies": list(&case[1]), "medications": list(&case[2]) });
    for fact in list(&case[4]) {
        let (name, value) = fact.split_once('=').unwrap();
        match name {
            "age" => {
                let (number, unit) = value.split_at(value.len() - 1);
                let each = match unit {
                    "d" => 1.0,
                    "w" => 7.0,
                    "m" => 30.4375,
                    "y" => 365.25,
                    other => panic!("{other}"),
                };
                body["age_days"] = json!((number.parse::<f64>().unwrap() * each).ceil() as i64);
            }
            "pregnancy" => body["pregnancy"] = json!(value),
            flag => body[flag.replace('-', "_")] = json!(value == "yes"),
        }
    }
    body
}

/// The highest severity of each kind, in the words of the cases.
fn answered(reply: &Json) -> BTreeSet<String> {
    let rank = ["inform", "moderate", "severe", "contraindicated"];
    let alerts = reply["alerts"].as_array().unwrap();
    let mut words = BTreeSet::new();
    for alert in alerts {
        let of_kind = alerts.iter().filter(|other| other["kind"] == alert["kind"]);
        let severity = of_kind.map(|other| other["severity"].as_str().unwrap());
        let highest = severity
            .max_by_key(|word| rank.iter().position(|known| known == word))
            .unwrap();
        let kind = match alert["kind"].as_str().unwrap() {
            "duplicate_therapy" => "duplicate".to_owned(),
            kind => kind.replace('_', "-"),
        };
        words.insert(format!("found({kind},{highest})"));
    }
    if !reply["could_not_check"].as_array().unwrap().is_empty() {
        words.insert("could_not_check".to_owned());
    }
    if words.is_empty() {
        assert_eq!(reply["outcome"], "nothing_found");
        words.insert("none".to_owned());
    }
    words
}

testkit::on_both! {
    async fn every_case_of_the_pack_is_answered_as_expected(world: &World) {
        let doctor = world.doctor().await;
        let cases = rows(CASES);
        assert!(cases.len() >= 220);
        for case in &cases {
            let reply = doctor.post("prescriptions/check_safety/", question(case)).await;
            let expected: BTreeSet<String> = list(&case[5]).into_iter().map(str::to_owned).collect();
            assert_eq!(answered(reply.is(200)), expected, "{case:?}");
        }
    }

    async fn pairs_that_are_often_given_together_stay_silent_in_both_orders(world: &World) {
        let doctor = world.doctor().await;
        let pairs = rows(SAFE_PAIRS);
        assert_eq!(pairs.len(), 573);
        for pair in &pairs {
            for names in [[&pair[0], &pair[1]], [&pair[1], &pair[0]]] {
                let reply = doctor.post("prescriptions/check_drug_interaction/", json!({ "medications": names })).await;
                let reply = reply.is(200);
                assert_eq!((&reply["interactions"], &reply["duplicates"]), (&json!([]), &json!([])), "{names:?}");
                assert_eq!(reply["outcome"], "nothing_found", "{names:?}");
            }
        }
    }
}
