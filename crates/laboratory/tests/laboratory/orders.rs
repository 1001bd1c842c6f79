//! `lab_orders/` and `lab_order_items/`.

use crate::support::{Lab, count, encounter};
use serde_json::json;

testkit::on_both! {
    async fn an_order_from_the_encounter_as_old_clients_send_it(world: &World) {
        let lab = Lab::new(world).await;
        let path = format!("encounters/{}/add_lab_order/", lab.encounter);
        let made = lab.doctor.post(&path, json!({ "test_name": "CBC", "specimen_type": "Blood" })).await;
        made.is(201);
        assert_eq!(made.json["status"], "Ordered");
        assert_eq!(made.json["items"], json!([]));
        assert_eq!(made.json["test_name"], "CBC");
        assert_eq!(made.json["encounter"], lab.encounter);
        assert_eq!(made.json["encounter_id"], lab.encounter);
        assert_eq!(made.json["patient_id"], lab.patient);
        assert_eq!(made.json["patient_name"], "Jane Doe");
        assert_eq!(made.json["ordered_by"], lab.doctor.id);
        assert_eq!(made.json["order_date"], testkit::MORNING);
        for path in [
            format!("encounters/{}/lab_orders/", lab.encounter),
            format!("patients/{}/laborders/", lab.patient),
            format!("patients/{}/lab_history/", lab.patient),
            format!("lab_orders/?encounter={}", lab.encounter),
            format!("lab_orders/?patient_id={}&status=ordered", lab.patient),
        ] {
            assert_eq!(count(&lab.doctor.get(&path).await), 1, "{path}");
        }
        let order = made.id();
        let items = json!({ "items": [{ "lab_test_id": lab.test("CBC").await, "notes_for_lab": "" }] });
        let added = lab.doctor.post(&format!("lab_orders/{order}/add_items/"), items).await;
        assert_eq!(added.is(201)["created"][0]["lab_test"]["test_code"], "CBC");
        assert_eq!(added.json["created"][0]["lab_order"], order);
        world.settle().await;
    }

    async fn items_come_with_the_order(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["CBC", "UE"], json!({ "priority": "stat" })).await;
        assert_eq!(order["items"].as_array().unwrap().len(), 2);
        assert_eq!(order["items"][1]["lab_test"]["test_name"], "Urea, electrolytes and creatinine");
        assert_eq!(order["items"][1]["notes_for_lab"], "fasting");
        assert_eq!(order["items"][1]["results"], json!([]));
        let items = lab.tech.get(&format!("lab_order_items/?lab_order={}", order["id"])).await;
        assert_eq!(count(&items), 2);
        assert_eq!(items.json[0]["lab_test"]["test_code"], "UE");
        assert_eq!(items.json[0]["lab_test_id"], lab.test("UE").await);
        let body = json!({ "lab_order": order["id"], "lab_test_id": lab.test("CRP").await });
        lab.doctor.post("lab_order_items/", body).await.is(201);
        assert_eq!(lab.now(&order).await["items"].as_array().unwrap().len(), 3);
        world.settle().await;
    }

    async fn all_items_are_stored_or_none(world: &World) {
        let lab = Lab::new(world).await;
        let cbc = lab.test("CBC").await;
        let items = json!([{ "lab_test_id": cbc }, { "lab_test_id": 999_999 }, {}]);
        let refused = lab.doctor.post("lab_orders/", json!({ "encounter": lab.encounter, "items": items })).await;
        refused.complains_about("items");
        let items = json!([{ "lab_test_id": cbc }, { "lab_test_id": 999_999 }]);
        let refused = lab.doctor.post("lab_orders/", json!({ "encounter": lab.encounter, "items": items })).await;
        refused.complains_about("items");
        assert_eq!(refused.json["items"][0], json!({}));
        assert!(refused.json["items"][1]["lab_test_id"].is_array(), "{}", refused.text());
        lab.tech.patch(&format!("lab_tests/catalog/{cbc}/"), json!({ "is_active": false })).await.is(200);
        let items = json!([{ "lab_test_id": cbc }]);
        lab.doctor.post("lab_orders/", json!({ "encounter": lab.encounter, "items": items })).await.complains_about("items");
        // Of nothing there is no order, unless it is asked for in words.
        lab.doctor.post("lab_orders/", json!({ "encounter": lab.encounter, "items": [] })).await.complains_about("items");
        lab.doctor.post("lab_orders/", json!({ "encounter": lab.encounter, "items": [], "test_name": "Biopsy" })).await.is(201);
        assert_eq!(count(&lab.doctor.get("lab_orders/").await), 1, "the biopsy and nothing else");
        lab.doctor.post("lab_orders/", json!({ "test_name": "CBC" })).await.complains_about("encounter");
        world.settle().await;
    }

    async fn an_order_goes_its_way(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let collected = lab.does(&lab.tech, &order, "collect").await;
        assert_eq!(collected.is(200)["status"], "Collected");
        assert_eq!(collected.json["collected_at"], testkit::MORNING);
        assert_eq!(collected.json["due_at"], "2026-11-23T10:00:00Z");
        lab.does(&lab.tech, &order, "collect").await.refuses(409, "state_conflict");
        lab.does(&lab.doctor, &order, "review").await.refuses(409, "state_conflict");
        lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200);
        assert_eq!(lab.now(&order).await["status"], "Completed");
        lab.does(&lab.doctor, &order, "cancel").await.refuses(409, "state_conflict");
        let reviewed = lab.does(&lab.doctor, &order, "review").await;
        assert_eq!(reviewed.is(200)["status"], "Reviewed");
        assert_eq!(reviewed.json["reviewed_by"], lab.doctor.id);
        assert!(reviewed.json["reviewed_at"].is_string());
        lab.does(&lab.doctor, &order, "review").await.refuses(409, "state_conflict");
        let path = format!("lab_orders/{}/add_items/", order["id"]);
        let items = json!({ "items": [{ "lab_test_id": lab.test("CBC").await }] });
        lab.doctor.post(&path, items).await.refuses(409, "state_conflict");
        world.settle().await;
    }

    async fn writing_the_status_runs_the_rule_of_the_verb(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let path = format!("lab_orders/{}/", order["id"]);
        lab.doctor.patch(&path, json!({ "status": "Reviewed" })).await.refuses(409, "state_conflict");
        let collected = lab.tech.patch(&path, json!({ "status": "Collected" })).await;
        assert!(collected.is(200)["collected_at"].is_string());
        lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200);
        lab.tech.patch(&path, json!({ "status": "Reviewed" })).await.refuses(403, "permission_denied");
        assert_eq!(lab.doctor.patch(&path, json!({ "status": "Reviewed" })).await.is(200)["reviewed_by"], lab.doctor.id);
        world.settle().await;
    }

    async fn nothing_is_ordered_in_a_signed_encounter_but_results_still_come(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let path = format!("lab_orders/{}/", order["id"]);
        lab.doctor.patch(&path, json!({ "pregnancy": "1" })).await.is(200);
        lab.doctor.post(&format!("encounters/{}/sign/", lab.encounter), json!({})).await.is(200);
        let body = json!({ "encounter": lab.encounter, "test_name": "CBC" });
        lab.doctor.post("lab_orders/", body).await.refuses(409, "encounter_signed");
        let items = json!({ "items": [{ "lab_test_id": lab.test("CBC").await }] });
        lab.doctor.post(&format!("lab_orders/{}/add_items/", order["id"]), items).await.refuses(409, "encounter_signed");
        // What was ordered stays as it was signed; what was left open the laboratory may still say.
        for change in [json!({ "test_name": "Something else" }), json!({ "priority": "Stat" }), json!({ "pregnancy": null })] {
            for who in [&lab.doctor, &lab.tech] {
                who.patch(&path, change.clone()).await.refuses(409, "encounter_signed");
            }
        }
        world.admin().await.delete(&path).await.refuses(409, "encounter_signed");
        let item = format!("lab_order_items/{}/", order["items"][0]["id"]);
        lab.doctor.patch(&item, json!({ "notes_for_lab": "not fasting" })).await.refuses(409, "encounter_signed");
        lab.tech.patch(&path, json!({ "specimen_type": "serum" })).await.is(200);
        lab.tech.patch(&path, json!({ "specimen_type": "plasma" })).await.refuses(409, "encounter_signed");
        lab.tech.patch(&path, json!({ "result_details": "see values" })).await.is(200);
        lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200);
        lab.does(&lab.doctor, &order, "review").await.is(200);
        world.settle().await;
    }

    /// An order that was a mistake goes with its tests; one that has a result stays.
    async fn an_order_without_results_is_removed_with_its_tests(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["CBC", "UE"], json!({})).await;
        let path = format!("lab_orders/{}/", order["id"]);
        lab.doctor.delete(&path).await.is(403);
        let admin = world.admin().await;
        admin.delete(&path).await.is(204);
        for gone in ["lab_orders", "lab_order_items"] {
            assert_eq!(count(&lab.doctor.get(&format!("{gone}/?patient={}", lab.patient)).await), 0, "{gone}");
        }
        admin.delete(&path).await.is(404);
        let trail = admin.get("audit_logs/?object_type=LabOrderItem&action=delete").await;
        assert_eq!(count(&trail), 2);
        world.settle().await;
    }

    async fn what_was_ordered_stays(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({ "test_name": "Potassium" })).await;
        let path = format!("lab_orders/{}/", order["id"]);
        let other = encounter(&lab.doctor, lab.patient).await;
        lab.doctor.patch(&path, json!({ "encounter": other })).await.complains_about("encounter");
        lab.doctor.patch(&path, json!({ "test_name": "Sodium", "priority": "urgent" })).await.is(200);
        lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200);
        lab.doctor.patch(&path, json!({ "test_name": "Chloride" })).await.refuses(409, "state_conflict");
        let item = order["items"][0]["id"].as_i64().unwrap();
        lab.doctor.patch(&format!("lab_order_items/{item}/"), json!({ "notes_for_lab": "x" })).await.refuses(409, "state_conflict");
        lab.doctor.delete(&format!("lab_order_items/{item}/")).await.is(405);
        let admin = world.admin().await;
        admin.delete(&path).await.refuses(409, "in_use");
        world.settle().await;
    }

    async fn text_that_was_completed_stays_visible_when_it_changes(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&[], json!({ "test_name": "Ultrasound-guided biopsy" })).await;
        let path = format!("lab_orders/{}/", order["id"]);
        lab.tech.patch(&path, json!({ "result_details": "Benign", "status": "Completed" })).await.is(200);
        lab.does(&lab.doctor, &order, "review").await.is(200);
        let changed = lab.tech.patch(&path, json!({ "result_details": "Atypical cells" })).await;
        assert_eq!(changed.is(200)["status"], "Completed");
        assert_eq!(changed.json["reviewed_at"], json!(null));
        assert!(changed.json["earlier_result_details"].as_str().unwrap().contains("Benign"));
        world.settle().await;
    }

    async fn the_chart_and_the_timeline_show_orders_and_reminders_learn_of_reviewed_tests(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["HBA1C"], json!({})).await;
        let value = lab.enter(&order, json!([{ "parameter_name": "HbA1c", "value_numeric": 6.1 }])).await.is(200)["created"][0]["id"].clone();
        let chart = lab.doctor.get(&format!("patients/{}/chart/", lab.patient)).await.is(200).clone();
        assert_eq!(chart["lab_orders"][0]["id"], order["id"]);
        assert_eq!(chart["lab_orders"][0]["items"][0]["results"][0]["parameter_code"], "A1C");
        let desk = lab.desk.get(&format!("patients/{}/chart/", lab.patient)).await.is(200).clone();
        assert_eq!(desk["lab_orders"], json!([]));
        let timeline = lab.doctor.get(&format!("patients/{}/timeline/", lab.patient)).await.is(200).clone();
        assert!(timeline.to_string().contains("\"lab_orders\""), "{timeline}");
        let done = || lab.doctor.get("care-events/?kind=lab");
        assert_eq!(count(&done().await), 0);
        lab.does(&lab.doctor, &order, "review").await.is(200);
        assert_eq!(done().await.is(200)[0]["code"], "HBA1C");
        lab.tech.patch(&format!("lab_result_values/{value}/"), json!({ "value_numeric": 6.2, "correction_reason": "Typed wrong" })).await.is(200);
        lab.does(&lab.doctor, &order, "review").await.is(200);
        assert_eq!(count(&done().await), 1);
        world.settle().await;
    }

    async fn an_order_placed_as_collected_knows_when_it_is_due(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({ "status": "Collected", "priority": "stat" })).await;
        assert_eq!(order["due_at"], "2026-11-23T08:30:00Z");
        world.settle().await;
    }

    async fn what_is_urgent_is_due_from_the_moment_it_is_ordered(world: &World) {
        let lab = Lab::new(world).await;
        let at = |order: &serde_json::Value| order["due_at"].clone();
        assert_eq!(at(&lab.order(&["K"], json!({})).await), json!(null), "routine: the patient may come another day");
        let stat = lab.order(&["K"], json!({ "priority": "stat" })).await;
        assert_eq!(at(&stat), "2026-11-23T08:30:00Z", "the catalogue's time for what is done at once");
        // Nothing in the catalogue says how long it takes: the priority does.
        for (priority, due) in [("stat", "2026-11-23T09:00:00Z"), ("urgent", "2026-11-23T12:00:00Z")] {
            let order = lab.order(&[], json!({ "test_name": "Biopsy", "priority": priority })).await;
            assert_eq!(at(&order), due, "{priority}");
        }
        // Taken twenty minutes later, it counts from then; what becomes urgent is due as well.
        world.pass(jiff::SignedDuration::from_mins(20));
        let taken = lab.does(&lab.tech, &stat, "collect").await;
        assert_eq!(at(taken.is(200)), "2026-11-23T08:50:00Z");
        let usual = lab.order(&["K"], json!({})).await;
        let path = format!("lab_orders/{}/", usual["id"]);
        let urgent = lab.doctor.patch(&path, json!({ "priority": "stat" })).await;
        assert_eq!(at(urgent.is(200)), "2026-11-23T08:50:00Z");
        // A test added later that takes longer is waited for.
        let items = json!({ "items": [{ "lab_test_id": lab.test("FILM").await }] });
        lab.doctor.post(&format!("{path}add_items/"), items).await;
        assert!(at(&lab.now(&usual).await).as_str().unwrap() >= "2026-11-23T08:50:00Z");
        world.settle().await;
    }
}
