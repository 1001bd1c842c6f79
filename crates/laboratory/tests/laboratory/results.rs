//! `lab_orders/{id}/add_results/` and `lab_result_values/`.

use crate::support::{Lab, count};
use serde_json::{Value as Json, json};

/// The flag of a potassium value in a range that was sent.
async fn flag_of(lab: &Lab, value: Json) -> Json {
    let order = lab.order(&["K"], json!({})).await;
    let result = json!([{ "parameter_name": "Potassium", "value_numeric": value, "units": "mmol/L",
        "reference_range_low": 3.5, "reference_range_high": 5.1, "abnormal_flag": "normal" }]);
    lab.enter(&order, result).await.is(200)["created"][0]["abnormal_flag"].clone()
}

testkit::on_both! {
    async fn limits_belong_to_normal(world: &World) {
        let lab = Lab::new(world).await;
        for (value, flag) in [
            (json!(3.5), "normal"),
            (json!(5.1), "normal"),
            (json!(3.4999), "low"),
            (json!(5.1001), "high"),
            (json!("5.1001"), "high"),
            (json!(6.2), "critical"),
            (json!(2.8), "critical"),
        ] {
            assert_eq!(flag_of(&lab, value.clone()).await, flag, "{value}");
        }
        world.settle().await;
    }

    async fn the_range_is_chosen_by_sex_age_and_pregnancy(world: &World) {
        let entered = |lab: Lab, change: Json, value: f64| async move {
            let order = lab.order(&["HB"], change).await;
            let results = json!([{ "parameter_name": "Hemoglobin", "value_numeric": value }]);
            let reply = lab.enter(&order, results).await;
            let created = &reply.is(200)["created"][0];
            json!([created["reference_range_low"], created["reference_range_high"], created["abnormal_flag"]])
        };
        for (born, gender, order, value, expected) in [
            ("1990-01-01", "Male", json!({}), 12.5, json!([13, 17, "low"])),
            ("1990-01-01", "Female", json!({}), 12.5, json!([12, 15, "normal"])),
            ("1990-01-01", "Female", json!({ "pregnancy": "2" }), 10.5, json!([10.5, 14.8, "normal"])),
            ("1990-01-01", "Unknown", json!({}), 12.5, json!([13, 15, "low"])),
            ("2026-11-21", "Male", json!({}), 14.0, json!([14.5, 22.5, "low"])),
            ("2025-01-01", "Female", json!({}), 10.4, json!([10.5, 14.1, "low"])),
        ] {
            let lab = Lab::with(world, born, gender).await;
            assert_eq!(entered(lab, order, value).await, expected, "{born} {gender}");
        }
        world.settle().await;
    }

    async fn units_are_converted_and_what_was_entered_is_kept(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["GLUR"], json!({})).await;
        let created = lab.enter(&order, json!([{ "parameter_name": "Glucose", "value_numeric": 100, "units": "mg/dl",
            "reference_range_high": 140 }])).await.is(200)["created"][0].clone();
        assert_eq!(created["value_numeric"], 5.55);
        assert_eq!(created["units"], "mmol/L");
        assert_eq!(created["reference_range_high"], 7.77);
        assert_eq!(created["entered_value"], 100);
        assert_eq!(created["entered_units"], "mg/dl");
        assert_eq!(created["parameter_code"], "GLU");
        let order = lab.order(&["UE"], json!({})).await;
        let refused = lab.enter(&order, json!([{ "parameter_name": "Urea", "value_numeric": 40, "units": "mg/dL" }])).await;
        assert!(refused.is(400)["results"][0]["units"].is_array(), "{}", refused.text());
        let refused = lab.enter(&order, json!([{ "parameter_name": "Potassium", "value_numeric": 4, "units": "g/L" }])).await;
        assert!(refused.is(400)["results"][0]["units"][0].as_str().unwrap().contains("mmol/L"), "{}", refused.text());
        world.settle().await;
    }

    async fn impossible_values_are_refused_and_a_decimal_comma_is_not_misread(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        for (value, field) in [
            (json!({ "value_numeric": 412 }), "value_numeric"),
            (json!({ "value_numeric": "4,1" }), "value_numeric"),
            (json!({ "value_numeric": 4.12345 }), "value_numeric"),
            (json!({ "value_numeric": "high" }), "value_numeric"),
            (json!({}), "value_numeric"),
            (json!({ "value_numeric": 4, "reference_range_low": 5, "reference_range_high": 4 }), "reference_range_low"),
            (json!({ "value_numeric": 4, "lab_order_item": 999_999 }), "lab_order_item"),
        ] {
            let mut result = json!({ "parameter_name": "K" });
            result.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
            let refused = lab.enter(&order, json!([result])).await;
            assert!(refused.is(400)["results"][0][field].is_array(), "{value} {}", refused.text());
        }
        let all_or_none = json!([{ "parameter_name": "K", "value_numeric": 4.1 }, { "parameter_name": "K2", "value_numeric": "x" }]);
        lab.enter(&order, all_or_none).await.is(400);
        assert_eq!(lab.now(&order).await["status"], "Ordered");
        let path = format!("lab_orders/{}/add_results/", order["id"]);
        for body in [json!({}), json!({ "results": [] }), json!({ "results": 7 }), json!({ "results": [7] })] {
            lab.tech.put(&path, body).await.is(400);
        }
        world.settle().await;
    }

    async fn words_are_flagged_like_numbers(world: &World) {
        let lab = Lab::new(world).await;
        for (test, parameter, written, stored, flag) in [
            ("SICKLE", "Sickling or solubility test", "NEGATIVE", "negative", json!("normal")),
            ("SICKLE", "SICKLE", "positive", "positive", json!("abnormal")),
            ("BCULT", "Blood culture result", "growth", "growth", json!("critical")),
            ("ABORH", "ABO", "ab", "AB", json!(null)),
        ] {
            let order = lab.order(&[test], json!({})).await;
            let results = json!([{ "parameter_name": parameter, "value_text": written }]);
            let created = lab.enter(&order, results).await.is(200)["created"][0].clone();
            assert_eq!(created["value_text"], stored, "{test}");
            assert_eq!(created["abnormal_flag"], flag, "{test}");
        }
        let order = lab.order(&["SICKLE"], json!({})).await;
        let refused = lab.enter(&order, json!([{ "parameter_name": "SICKLE", "value_text": "maybe" }])).await;
        assert!(refused.is(400)["results"][0]["value_text"][0].as_str().unwrap().contains("negative, positive"));
        world.settle().await;
    }

    async fn a_number_written_as_text_raises_the_same_alarm(world: &World) {
        let lab = Lab::new(world).await;
        for (written, units, sign) in [("8.9", "", json!(null)), ("8.9 mmol/L", "", json!(null)), (">8.9", "mmol/L", json!(">"))] {
            let order = lab.order(&["K"], json!({})).await;
            let results = json!([{ "parameter_name": "K+", "value_text": written, "units": units }]);
            let created = lab.enter(&order, results).await.is(200)["created"][0].clone();
            assert_eq!(created["abnormal_flag"], "critical", "{written}");
            assert_eq!((&created["value_numeric"], &created["value_text"], &created["comparator"]), (&json!(8.9), &json!(""), &sign));
            let alarms = lab.doctor.get("alerts/").await;
            assert!(alarms.text().contains("8.9"), "{}", alarms.text());
        }
        let order = lab.order(&["K"], json!({})).await;
        for (result, field) in [
            (json!({ "parameter_name": "K", "value_text": "8,9" }), "value_text"),
            (json!({ "parameter_name": "K", "value_text": "8.9 (haemolysed)" }), "value_text"),
            (json!({ "parameter_name": "K", "value_text": "repeated: 8.9" }), "value_text"),
            (json!({ "parameter_name": "K", "value_text": "8.9", "value_numeric": 4 }), "value_text"),
            (json!({ "parameter_name": "K", "value_text": "8.9 mmol/L", "units": "mg/dL" }), "value_text"),
            (json!({ "parameter_name": "Potasium", "value_numeric": 8.9 }), "parameter_name"),
            (json!({ "parameter_name": "Sodium", "value_numeric": 180 }), "parameter_name"),
            (json!({ "parameter_name": "K", "value_text": "HI" }), "value_text"),
            (json!({ "parameter_name": "K", "value_text": "Critically high, called" }), "value_text"),
        ] {
            let refused = lab.enter(&order, json!([result])).await;
            assert!(refused.is(400)["results"][0][field].is_array(), "{result} {}", refused.text());
        }
        // A word for any value is the one that the test reports.
        let order_of_one = lab.order(&["K"], json!({})).await;
        let created = lab.enter(&order_of_one, json!([{ "parameter_name": "Result", "value_numeric": 8.9 }])).await.is(200)["created"][0].clone();
        assert_eq!(created["abnormal_flag"], "critical");
        // Given a value, when it is corrected by a text, then the text is the value; and a remark stays one.
        let stored = lab.enter(&order, json!([{ "parameter_name": "K", "value_text": "4.1" }])).await.is(200)["created"][0].clone();
        let path = format!("lab_result_values/{}/", stored["id"]);
        let corrected = lab.tech.patch(&path, json!({ "value_text": "8.9", "correction_reason": "read again" })).await;
        assert_eq!((&corrected.is(200)["value_numeric"], &corrected.json["abnormal_flag"]), (&json!(8.9), &json!("critical")));
        let order = lab.order(&["K"], json!({})).await;
        let remark = lab.enter(&order, json!([{ "parameter_name": "K", "value_text": "haemolysed, second taken at 10:30" }])).await;
        assert_eq!(remark.is(200)["created"][0]["abnormal_flag"], json!(null));
        world.settle().await;
    }

    async fn a_sign_before_the_number_is_kept(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let results = json!([{ "parameter_name": "K", "value_numeric": 3.5, "comparator": "<" }]);
        let created = lab.enter(&order, results).await.is(200)["created"][0].clone();
        assert_eq!(created["comparator"], "<");
        assert_eq!(created["abnormal_flag"], "low");
        world.settle().await;
    }

    async fn what_the_catalogue_does_not_know_is_kept_unchecked_and_says_so(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let results = json!([
            { "parameter_name": "Haemolysis index", "value_numeric": 7 },
            { "parameter_name": "Icterus index", "value_numeric": 7, "reference_range_high": 5 },
            { "parameter_name": "Lipaemia index", "value_numeric": 7, "abnormal_flag": "high" },
        ]);
        let created = lab.enter(&order, results).await.is(200)["created"].clone();
        for (at, flag) in [(0, json!(null)), (1, json!("high")), (2, json!("high"))] {
            assert_eq!(created[at]["parameter"], json!(null));
            assert_eq!(created[at]["abnormal_flag"], flag, "{at}");
        }
        world.settle().await;
    }

    async fn an_order_is_complete_when_each_test_has_a_result(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K", "CRP"], json!({})).await;
        lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200);
        let now = lab.now(&order).await;
        assert_eq!(now["status"], "In Progress");
        assert_eq!(now["collected_at"], testkit::MORNING);
        let body = json!({ "lab_order_item_id": order["items"][1]["id"], "parameter_name": "CRP", "value_numeric": "3" });
        let made = lab.tech.post("lab_result_values/", body).await;
        made.is(201);
        assert_eq!(made.json["entered_by"], lab.tech.id);
        assert_eq!(made.json["value_numeric"], 3);
        assert_eq!(made.json["abnormal_flag"], "normal");
        let now = lab.now(&order).await;
        assert_eq!(now["status"], "Completed");
        assert_eq!(now["items"][1]["results"][0]["parameter_code"], "CRP");
        assert_eq!(count(&lab.doctor.get(&format!("lab_result_values/?patient={}", lab.patient)).await), 2);
        assert_eq!(count(&lab.doctor.get("lab_result_values/?parameter_code=CRP").await), 1);
        world.settle().await;
    }

    async fn a_quantity_has_one_result(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["CBC"], json!({})).await;
        let twice = json!([{ "parameter_name": "HGB", "value_numeric": 13 }, { "parameter_name": "Haemoglobin", "value_numeric": 13 }]);
        lab.enter(&order, twice).await.refuses(409, "result_exists");
        assert_eq!(lab.now(&order).await["status"], "Ordered");
        let stored = lab.enter(&order, json!([{ "parameter_name": "HGB", "value_numeric": 13 }])).await.is(200)["created"][0]["id"].clone();
        let refused = lab.enter(&order, json!([{ "parameter_name": "Hemoglobin", "value_numeric": 14 }])).await;
        assert_eq!(refused.refuses(409, "result_exists")["lab_result_value"], stored);
        let body = json!({ "lab_order_item": order["items"][0]["id"], "parameter_name": "Hb", "value_numeric": 14 });
        lab.tech.post("lab_result_values/", body).await.refuses(409, "result_exists");
        // Another quantity of the same test may still come.
        lab.enter(&order, json!([{ "parameter_name": "WBC", "value_numeric": 7.5, "units": "10^3/uL" }])).await.is(200);
        world.settle().await;
    }

    async fn a_cancelled_order_takes_no_results(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        assert_eq!(lab.does(&lab.doctor, &order, "cancel").await.is(200)["status"], "Cancelled");
        lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.refuses(409, "state_conflict");
        let body = json!({ "lab_order_item": order["items"][0]["id"], "parameter_name": "K", "value_numeric": 4.1 });
        lab.tech.post("lab_result_values/", body).await.refuses(409, "state_conflict");
        assert_eq!(count(&lab.doctor.get("lab_result_values/").await), 0);
        lab.does(&lab.doctor, &order, "collect").await.refuses(409, "state_conflict");
        world.settle().await;
    }

    async fn a_number_may_begin_with_the_sign_that_the_analyser_prints(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let entered = lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": "< 3.5" }])).await;
        let value = &entered.is(200)["created"][0];
        assert_eq!((&value["value_numeric"], &value["comparator"], &value["abnormal_flag"]), (&json!(3.5), &json!("<"), &json!("low")));
        let order = lab.order(&["K"], json!({})).await;
        lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": "<" }])).await.is(400);
        lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": "é4" }])).await.is(400);
        world.settle().await;
    }
}
