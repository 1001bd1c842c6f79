//! `medications/{id}/dispense/` and `dispensing-logs/`.

use kernel::BuiltinRole;
use serde_json::json;

use crate::shop::{LATE, SOON, Shop, TODAY, YESTERDAY, differences, list, taken};

testkit::on_both! {
    async fn what_expires_first_leaves_first_in_whole_units(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let late = shop.batch(item, "LATE", LATE, 10).await;
        let soon = shop.batch(item, "SOON", SOON, 10).await;
        let reply = shop.dispense(item, 14, json!({})).await;
        let body = reply.is(201);
        assert_eq!(body["status"], "dispensed");
        assert_eq!(body["remaining"], 6);
        assert_eq!(body["owed"], 0);
        assert_eq!(taken(&reply), [("SOON".to_owned(), 10), ("LATE".to_owned(), 4)]);
        assert_eq!((shop.holds(soon).await, shop.holds(late).await, shop.total(item).await), (0, 6, 6));
        let log = &list(&shop.pharmacist.get(&format!("dispensing-logs/?patient={}", shop.patient)).await)[0];
        assert_eq!(log["patient_name"], "Jane Doe");
        assert_eq!(log["medication_name"], "Paracetamol");
        assert_eq!(log["batch_number"], "LATE");
        assert_eq!(log["dispensed_by"], shop.pharmacist.id);
        assert_eq!(log["dispensed_by_user_name"], "Fatou Ceesay");
        assert_eq!(log["dispensed_date"], log["dispense_date"]);
        world.settle().await;
    }

    async fn expired_batches_are_never_dispensed_and_can_be_discarded(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let old = shop.batch(item, "OLD", YESTERDAY, 10).await;
        shop.dispense(item, 1, json!({ "stock_batch": old })).await.refuses(409, "batch_expired");
        let refused = shop.dispense(item, 1, json!({})).await;
        assert_eq!(refused.refuses(409, "insufficient_stock")["available"], 0);
        let discarded = shop.adjust(json!({ "medication_item": item, "stock_batch": old, "adjustment_type": "Expired-Discarded", "quantity": -10 })).await;
        discarded.is(201);
        assert_eq!(shop.holds(old).await, 0);
        // The last day counts.
        shop.batch(item, "LAST", TODAY, 1).await;
        assert_eq!(taken(&shop.dispense(item, 1, json!({})).await), [("LAST".to_owned(), 1)]);
        world.settle().await;
    }

    async fn blocked_batches_are_passed_over(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let soon = shop.batch(item, "SOON", SOON, 10).await;
        shop.batch(item, "LATE", LATE, 10).await;
        shop.pharmacist.patch(&format!("stock-batches/{soon}/"), json!({ "status": "quarantined" })).await.is(200);
        assert_eq!(taken(&shop.dispense(item, 3, json!({})).await), [("LATE".to_owned(), 3)]);
        shop.dispense(item, 1, json!({ "stock_batch": soon })).await.refuses(409, "batch_blocked");
        shop.pharmacist.patch(&format!("stock-batches/{soon}/"), json!({ "status": "active" })).await.is(200);
        assert_eq!(taken(&shop.dispense(item, 3, json!({})).await), [("SOON".to_owned(), 3)]);
        world.settle().await;
    }

    async fn all_units_leave_or_none(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let batch = shop.batch(item, "P-1", LATE, 10).await;
        let refused = shop.dispense(item, 11, json!({})).await;
        let body = refused.refuses(409, "insufficient_stock");
        assert_eq!((&body["available"], &body["requested"], &body["batch_number"]), (&json!(10), &json!(11), &json!("P-1")));
        let refused = shop.dispense(item, 11, json!({ "stock_batch_id": batch })).await;
        assert_eq!(refused.refuses(409, "insufficient_stock")["available"], 10);
        assert_eq!(shop.holds(batch).await, 10);
        assert!(list(&shop.pharmacist.get("dispensing-logs/").await).is_empty());
    }

    async fn another_batch_than_the_first_needs_a_reason(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        shop.batch(item, "SOON", SOON, 10).await;
        let late = shop.batch(item, "LATE", LATE, 10).await;
        let refused = shop.dispense(item, 1, json!({ "stock_batch": late })).await;
        assert_eq!(refused.refuses(409, "reason_required")["expires_first"]["batch_number"], "SOON");
        shop.dispense(item, 1, json!({ "stock_batch": late, "reason": "The patient travels for a year" })).await.is(201);
        let log = list(&shop.pharmacist.get("dispensing-logs/").await).remove(0);
        assert_eq!(log["reason"], "The patient travels for a year");
        world.settle().await;
    }

    async fn both_paths_dispense(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let batch = shop.batch(item, "P-1", LATE, 10).await;
        for (body, left) in [
            (json!({ "patient": shop.patient, "stock_batch": batch, "quantity_dispensed": 2 }), 8),
            (json!({ "patient_id": shop.patient, "medication_item_id": item, "quantity": 3 }), 5),
        ] {
            let reply = shop.pharmacist.post("dispensing-logs/", body).await;
            assert_eq!(reply.is(201)["remaining"], left);
            assert_eq!(shop.holds(batch).await, left);
        }
        shop.pharmacist.post("dispensing-logs/", json!({ "patient": shop.patient, "quantity": 1 })).await.complains_about("medication_item");
        shop.pharmacist.post("dispensing-logs/", json!({ "patient": shop.patient, "stock_batch": batch })).await.complains_about("quantity_dispensed");
        shop.pharmacist.post("dispensing-logs/", json!({ "stock_batch": batch, "quantity": 1 })).await.complains_about("patient");
        world.settle().await;
    }

    async fn what_makes_no_sense_is_refused_by_field(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let other = shop.medication("Aspirin", json!({})).await;
        shop.batch(item, "P-1", LATE, 10).await;
        let foreign = shop.batch(other, "A-1", LATE, 10).await;
        for (change, field) in [
            (json!({ "quantity": 0 }), "quantity"), (json!({ "quantity": -3 }), "quantity"), (json!({ "quantity": 0.76 }), "quantity"),
            (json!({ "quantity": i64::MAX }), "quantity"), (json!({ "stock_batch": 999 }), "stock_batch"), (json!({ "stock_batch": foreign }), "stock_batch"),
            (json!({ "prescription": 999 }), "prescription"), (json!({ "patient_id": null }), "patient"), (json!({ "patient_id": 9_999 }), "patient"),
        ] {
            shop.dispense(item, 1, change.clone()).await.complains_about(field);
        }
        shop.dispense(9_999, 1, json!({})).await.is(404);
        assert_eq!(shop.total(item).await, 10);
    }

    async fn a_reversal_returns_the_units_once_and_the_ledger_has_both(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let batch = shop.batch(item, "P-1", LATE, 50).await;
        let log = shop.dispense(item, 10, json!({})).await.is(201)["logs"][0]["id"].clone();
        assert_eq!(shop.holds(batch).await, 40);
        let path = format!("dispensing-logs/{log}/reverse/");
        let reversed = shop.pharmacist.post(&path, json!({ "reason": "Wrong patient" })).await;
        assert_eq!(reversed.is(200)["reversed_by"], shop.pharmacist.id);
        assert_eq!(reversed.json["reversal_reason"], "Wrong patient");
        shop.pharmacist.post(&path, json!({ "reason": "By mistake" })).await.refuses(409, "state_conflict");
        assert_eq!((shop.holds(batch).await, shop.total(item).await), (50, 50));
        let movements = list(&shop.pharmacist.get(&format!("stock-movements/?stock_batch={batch}&ordering=id")).await);
        let deltas: Vec<i64> = movements.iter().map(|row| row["delta"].as_i64().unwrap()).collect();
        assert_eq!(deltas, [50, -10, 10]);
        assert_eq!(movements[2]["reverses"], movements[1]["id"]);
        shop.pharmacist.patch(&format!("dispensing-logs/{log}/"), json!({ "quantity_dispensed": 1 })).await.is(405);
        shop.pharmacist.delete(&format!("dispensing-logs/{log}/")).await.is(405);
        assert_eq!(differences(world).await, []);
        world.settle().await;
    }

    async fn a_repeated_request_with_one_key_dispenses_once(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let batch = shop.batch(item, "P-1", LATE, 50).await;
        for _ in 0..3 {
            let request = shop.pharmacist.request("POST", &format!("medications/{item}/dispense/"));
            let body = json!({ "patient_id": shop.patient, "quantity": 10 });
            request.header("idempotency-key", "tap-tap").json(&body).send().await.is(201);
        }
        assert_eq!(shop.holds(batch).await, 40);
        world.settle().await;
    }

    async fn a_patient_sees_only_what_they_received(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        shop.batch(item, "P-1", LATE, 50).await;
        let log = shop.dispense(item, 1, json!({})).await.is(201)["logs"][0]["id"].clone();
        let stranger = world.caller(Some(BuiltinRole::Patient)).await;
        assert!(list(&stranger.get("dispensing-logs/").await).is_empty());
        stranger.get(&format!("dispensing-logs/{log}/")).await.is(404);
        stranger.post(&format!("dispensing-logs/{log}/reverse/"), json!({ "reason": "By mistake" })).await.is(403);
        world.receptionist().await.get(&format!("dispensing-logs/{log}/")).await.is(404);
        world.settle().await;
    }

    async fn a_place_dispenses_its_own_stock(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let main = shop.batch(item, "P-1", LATE, 50).await;
        let ward = shop.pharmacist.post("stock-locations/", json!({ "name": "Ward" })).await.id();
        let moved = shop.adjust(json!({ "stock_batch": main, "adjustment_type": "Internal Transfer", "quantity": -20, "to_location": ward })).await;
        moved.is(201);
        assert_eq!((shop.holds(main).await, shop.total(item).await), (30, 50));
        let refused = shop.dispense(item, 31, json!({})).await;
        assert_eq!(refused.refuses(409, "insufficient_stock")["available"], 30);
        assert_eq!(shop.dispense(item, 20, json!({ "location": ward })).await.is(201)["remaining"], 0);
        assert_eq!((shop.holds(main).await, shop.total(item).await), (30, 30));
        world.settle().await;
    }
}
