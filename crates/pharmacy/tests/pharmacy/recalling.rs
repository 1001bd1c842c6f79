//! `stock-batches/{id}/recall/`.

use serde_json::json;

use crate::shop::{LATE, SOON, Shop, taken};

testkit::on_both! {
    async fn a_recall_blocks_a_batch_everywhere_and_names_who_received_it(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let bad = shop.batch(item, "BAD", SOON, 50).await;
        shop.batch(item, "GOOD", LATE, 50).await;
        let ward = shop.pharmacist.post("stock-locations/", json!({ "name": "Ward" })).await.id();
        shop.adjust(json!({ "stock_batch": bad, "adjustment_type": "Internal Transfer", "quantity": -20, "to_location": ward })).await.is(201);
        shop.dispense(item, 5, json!({})).await.is(201);
        let undone = shop.dispense(item, 3, json!({})).await.is(201)["logs"][0]["id"].clone();
        shop.pharmacist.post(&format!("dispensing-logs/{undone}/reverse/"), json!({ "reason": "By mistake" })).await.is(200);
        shop.dispense(item, 2, json!({ "location": ward })).await.is(201);
        let path = format!("stock-batches/{bad}/recall/");
        shop.pharmacist.post(&path, json!({})).await.complains_about("reason");
        let reply = shop.pharmacist.post(&path, json!({ "reason": "Manufacturer's notice 12" })).await;
        let body = reply.is(200);
        assert_eq!((&body["status"], &body["quantity_blocked"]), (&json!("recalled"), &json!(43)));
        assert_eq!(body["stock_batches"].as_array().unwrap().len(), 2);
        let recipients = body["recipients"].as_array().unwrap();
        let units: Vec<_> = recipients.iter().map(|one| one["quantity_dispensed"].as_i64().unwrap()).collect();
        assert_eq!(units, [2, 5]);
        assert_eq!(recipients[0]["patient_name"], "Jane Doe");
        // Nothing of it leaves any more, in any place.
        assert_eq!(taken(&shop.dispense(item, 1, json!({})).await), [("GOOD".to_owned(), 1)]);
        shop.dispense(item, 1, json!({ "location": ward })).await.refuses(409, "insufficient_stock");
        shop.dispense(item, 1, json!({ "stock_batch": bad })).await.refuses(409, "batch_blocked");
        shop.pharmacist.patch(&format!("stock-batches/{bad}/"), json!({ "status": "active" })).await.refuses(409, "state_conflict");
        assert_eq!(shop.pharmacist.post(&path, json!({ "reason": "Again" })).await.is(200)["recipients"].as_array().unwrap().len(), 2);
        world.nurse().await.post(&path, json!({ "reason": "x" })).await.is(403);
        world.settle().await;
    }
}
