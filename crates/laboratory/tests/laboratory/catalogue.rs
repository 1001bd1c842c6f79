//! `lab_tests/…`.

use crate::support::{Lab, count};
use serde_json::json;

testkit::on_both! {
    async fn the_starter_catalogue_is_there(world: &World) {
        let lab = Lab::new(world).await;
        let tests = lab.tech.get("lab_tests/catalog/?ordering=test_code").await;
        assert_eq!(count(&tests), 101);
        let cbc = lab.tech.get("lab_tests/catalog/?test_code=CBC").await.is(200)[0].clone();
        assert_eq!(cbc["test_name"], "Complete blood count with differential");
        assert_eq!(cbc["loinc"], "57021-8");
        let cbc = cbc["id"].as_i64().unwrap();
        let parameters = lab.tech.get(&format!("lab_tests/parameters/?test={cbc}&ordering=sort")).await;
        assert_eq!(count(&parameters), 23);
        assert_eq!(parameters.json[0]["code"], "WBC");
        assert_eq!(parameters.json[0]["units"], "10*9/L");
        let ranges = lab.tech.get("lab_tests/reference_ranges/?parameter=K&ordering=age_from").await;
        assert_eq!(count(&ranges), 4);
        assert_eq!(ranges.json[3]["critical_high"], 6.2);
        assert_eq!(ranges.json[3]["age_to"], json!(null));
        assert!(ranges.json[3]["source"].as_str().unwrap().starts_with("PH"));
        assert_eq!(count(&lab.tech.get("lab_tests/catalog/?search=potassium").await), 1);
        world.settle().await;
    }

    async fn a_test_of_ones_own_can_be_added(world: &World) {
        let lab = Lab::new(world).await;
        let body = json!({ "test_code": "ZINC", "test_name": "Zinc", "specimen_type": "serum", "department": "chemistry",
            "critical_range_low": 3.5, "critical_range_high": "30.25", "turnaround_minutes": 90 });
        let made = lab.tech.post("lab_tests/catalog/", body.clone()).await;
        made.is(201);
        assert_eq!(made.json["critical_range_low"], 3.5);
        assert_eq!(made.json["critical_range_high"], 30.25);
        lab.tech.post("lab_tests/catalog/", body).await.complains_about("test_code");
        let zinc = made.id();
        for (change, field) in [
            (json!({ "critical_range_low": 31 }), "critical_range_low"),
            (json!({ "critical_range_low": "3,5" }), "critical_range_low"),
            (json!({ "critical_range_low": 3.50001 }), "critical_range_low"),
            (json!({ "turnaround_minutes": 0 }), "turnaround_minutes"),
        ] {
            lab.tech.patch(&format!("lab_tests/catalog/{zinc}/"), change).await.complains_about(field);
        }
        let parameter = json!({ "test": zinc, "code": "ZN", "name": "Zinc", "units": "umol/L" });
        lab.tech.post("lab_tests/parameters/", parameter.clone()).await.is(201);
        lab.tech.post("lab_tests/parameters/", parameter).await.is(400);
        let range = |change: serde_json::Value| {
            let mut body = json!({ "parameter": "ZN", "low": 10, "high": 18 });
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            body
        };
        let made = lab.tech.post("lab_tests/reference_ranges/", range(json!({}))).await;
        assert_eq!(made.is(201)["units"], "umol/L");
        for (change, field) in [
            (json!({ "low": 18 }), "low"),
            (json!({ "low": null, "high": null }), "low"),
            (json!({ "units": "ug/dL" }), "units"),
            (json!({ "parameter": "NOPE" }), "parameter"),
            (json!({ "age_from": 30, "age_to": 30 }), "age_from"),
            (json!({ "pregnancy": "2" }), "sex"),
            (json!({ "critical_high": 17 }), "high"),
        ] {
            lab.tech.post("lab_tests/reference_ranges/", range(change)).await.complains_about(field);
        }
        world.settle().await;
    }

    async fn a_choice_needs_its_words(world: &World) {
        let lab = Lab::new(world).await;
        let test = lab.test("SICKLE").await;
        let body = |choices: serde_json::Value, abnormal: serde_json::Value| json!({ "test": test, "code": "X", "name": "X",
            "kind": "choice", "choices": choices, "abnormal_choices": abnormal });
        lab.tech.post("lab_tests/parameters/", body(json!(["yes"]), json!([]))).await.complains_about("choices");
        lab.tech.post("lab_tests/parameters/", body(json!(["yes", "no"]), json!(["maybe"]))).await.complains_about("abnormal_choices");
        lab.tech.post("lab_tests/parameters/", body(json!(["yes", "no"]), json!(["YES"]))).await.is(201);
        world.settle().await;
    }

    async fn a_unit_stays_once_limits_or_values_are_in_it(world: &World) {
        let lab = Lab::new(world).await;
        let test = lab.test("SICKLE").await;
        let body = json!({ "test": test, "code": "ZN", "name": "Zinc", "units": "umol/l" });
        let made = lab.tech.post("lab_tests/parameters/", body).await.id();
        let path = format!("lab_tests/parameters/{made}/");
        lab.tech.patch(&path, json!({ "units": "umol/L" })).await.is(200);
        lab.tech.post("lab_tests/reference_ranges/", json!({ "parameter": "ZN", "low": 10, "high": 18 })).await.is(201);
        lab.tech.patch(&path, json!({ "units": "mmol/L" })).await.refuses(409, "state_conflict");
        lab.tech.patch(&path, json!({ "name": "Zinc in serum" })).await.is(200);
        // A value stands in the way as a limit does.
        let body = json!({ "test": test, "code": "CU", "name": "Copper", "units": "umol/L" });
        let copper = lab.tech.post("lab_tests/parameters/", body).await.id();
        let order = lab.order(&["SICKLE"], json!({})).await;
        lab.enter(&order, json!([{ "code": "SICKLE", "parameter_name": "CU", "value_numeric": 15 }])).await.is(200);
        lab.tech.patch(&format!("lab_tests/parameters/{copper}/"), json!({ "units": "mmol/L" })).await.refuses(409, "state_conflict");
        world.settle().await;
    }
}
