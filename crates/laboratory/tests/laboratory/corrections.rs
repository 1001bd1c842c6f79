//! A correction keeps the earlier value visible and needs a new review.

use crate::support::{Lab, count};
use serde_json::{Value as Json, json};

testkit::on_both! {
    async fn the_earlier_value_stays_visible_and_a_new_review_is_needed(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let value = lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 5.6 }])).await.is(200)["created"][0].clone();
        assert_eq!(value["abnormal_flag"], "high");
        lab.does(&lab.doctor, &order, "review").await.is(200);
        let path = format!("lab_result_values/{}/", value["id"]);
        let corrected = lab.tech.patch(&path, json!({ "value_numeric": 4.6, "correction_reason": "Haemolysed" })).await;
        assert_eq!(corrected.is(200)["value_numeric"], 4.6);
        assert_eq!(corrected.json["id"], value["id"]);
        assert_eq!(corrected.json["abnormal_flag"], "normal");
        assert_eq!(corrected.json["earlier"][0]["value_numeric"], 5.6);
        assert_eq!(corrected.json["earlier"][0]["abnormal_flag"], "high");
        assert_eq!(corrected.json["earlier"][0]["entered_by"], lab.tech.id);
        let now = lab.now(&order).await;
        assert_eq!(now["status"], "Completed");
        assert_eq!(now["reviewed_at"], json!(null));
        assert_eq!(now["items"][0]["results"].as_array().unwrap().len(), 1);
        assert_eq!(now["items"][0]["results"][0]["earlier"][0]["value_numeric"], 5.6);
        assert_eq!(now["items"][0]["results"][0]["correction_reason"], "Haemolysed");
        // One value in lists; the earlier one is found by its id and is final.
        assert_eq!(count(&lab.tech.get("lab_result_values/").await), 1);
        let earlier = now["items"][0]["results"][0]["earlier"][0]["id"].as_i64().unwrap();
        assert_eq!(lab.tech.get(&format!("lab_result_values/{earlier}/")).await.is(200)["replaced_by"], value["id"]);
        lab.tech.patch(&format!("lab_result_values/{earlier}/"), json!({ "value_numeric": 9 })).await.is(400);
        lab.does(&lab.doctor, &order, "review").await.is(200);
        // The reason of the first correction is not the second one's, and nobody corrects without one.
        for reason in [json!({ "value_numeric": 4.5 }), json!({ "value_numeric": 4.5, "correction_reason": "  " })] {
            lab.tech.patch(&path, reason).await.complains_about("correction_reason");
        }
        let again = lab.tech.patch(&path, json!({ "value_numeric": 4.5, "correction_reason": "Read again" })).await;
        assert_eq!(again.is(200)["earlier"][0]["value_numeric"], 4.6);
        assert_eq!(again.json["earlier"][1]["value_numeric"], 5.6);
        assert_eq!(again.json["correction_reason"], "Read again");
        world.settle().await;
    }

    async fn what_was_corrected_after_it_was_read_is_not_reviewed_unread(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let value = lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.4 }])).await.is(200)["created"][0].clone();
        let reviews = async |read: &Json| {
            let version = format!("\"{}\"", read["version"]);
            let path = format!("lab_orders/{}/review/", read["id"]);
            lab.doctor.request("POST", &path).header("if-match", &version).send().await
        };
        let read = lab.now(&order).await;
        lab.tech.patch(&format!("lab_result_values/{}/", value["id"]), json!({ "value_numeric": 5.9, "correction_reason": "Another tube" })).await.is(200);
        reviews(&read).await.refuses(412, "stale_version");
        assert_eq!(lab.now(&order).await["status"], "Completed");
        reviews(&lab.now(&order).await).await.is(200);
        world.settle().await;
    }

    async fn a_value_written_back_unchanged_is_no_correction(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["GLUR"], json!({})).await;
        let sent = json!([{ "parameter_name": "Glucose", "value_numeric": 101, "units": "mg/dL" }]);
        let id = lab.enter(&order, sent).await.is(200)["created"][0]["id"].clone();
        lab.does(&lab.doctor, &order, "review").await.is(200);
        let path = format!("lab_result_values/{id}/");
        let read = lab.tech.get(&path).await.is(200).clone();
        assert_eq!(read["value_numeric"], 5.6055);
        let written = lab.tech.put(&path, read.clone()).await;
        assert_eq!(written.is(200)["version"], read["version"]);
        assert_eq!(written.json["entered_value"], 101);
        assert_eq!(written.json["earlier"], json!([]));
        assert_eq!(lab.now(&order).await["status"], "Reviewed");
        world.settle().await;
    }

    async fn a_corrected_value_in_another_unit_is_converted(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["GLUR"], json!({})).await;
        let before = lab.enter(&order, json!([{ "parameter_name": "Glucose", "value_numeric": 5 }])).await.is(200)["created"][0].clone();
        let id = &before["id"];
        let path = format!("lab_result_values/{id}/");
        let corrected = lab.tech.patch(&path, json!({ "value_numeric": 108, "units": "mg/dL", "correction_reason": "Typed wrong" })).await;
        assert_eq!(corrected.is(200)["value_numeric"], 5.994);
        assert_eq!(corrected.json["entered_value"], 108);
        // The range stands in the catalogue's unit already.
        assert_eq!(corrected.json["reference_range_high"], before["reference_range_high"]);
        assert_eq!(corrected.json["abnormal_flag"], "normal");
        let ranged = lab.tech.patch(&path, json!({ "value_numeric": 108, "units": "mg/dL", "reference_range_high": 100, "correction_reason": "Typed wrong" })).await;
        assert_eq!(ranged.is(200)["reference_range_high"], 5.55);
        assert_eq!(ranged.json["abnormal_flag"], "high");
        lab.tech.patch(&path, json!({ "parameter_name": "Sodium" })).await.complains_about("parameter_name");
        lab.tech.patch(&path, json!({ "lab_order_item": 999_999 })).await.complains_about("lab_order_item");
        lab.tech.patch(&path, json!({ "value_numeric": null })).await.complains_about("value_numeric");
        world.settle().await;
    }

    async fn a_voided_result_takes_the_review_with_it(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let id = lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200)["created"][0]["id"].clone();
        lab.does(&lab.doctor, &order, "review").await.is(200);
        lab.tech.delete(&format!("lab_result_values/{id}/")).await.is(403);
        let admin = world.admin().await;
        admin.delete(&format!("lab_result_values/{id}/")).await.is(204);
        assert_eq!(lab.now(&order).await["status"], "In Progress", "a test without a value is the laboratory's again");
        // The quantity is free again.
        lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.2 }])).await.is(200);
        world.settle().await;
    }

    async fn a_name_that_the_catalogue_did_not_know_can_be_corrected(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let id = lab.enter(&order, json!([{ "parameter_name": "Electrolyte", "value_numeric": 6.5 }])).await.is(200)["created"][0]["id"].clone();
        let corrected = lab.tech.patch(&format!("lab_result_values/{id}/"), json!({ "parameter_name": "Potassium", "correction_reason": "Typed wrong" })).await;
        assert_eq!(corrected.is(200)["abnormal_flag"], "critical");
        assert_eq!(corrected.json["earlier"][0]["parameter_name"], "Electrolyte");
        lab.enter(&order, json!([{ "parameter_name": "Electrolyte", "value_numeric": 6.5 }])).await.is(200);
        let kalium = lab.tech.get("lab_result_values/").await.is(200)[0]["id"].clone();
        lab.tech.patch(&format!("lab_result_values/{kalium}/"), json!({ "parameter_name": "K" })).await.refuses(409, "result_exists");
        world.settle().await;
    }
}
