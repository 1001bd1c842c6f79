//! `stock-adjustments/`.

use serde_json::{Value as Json, json};

use crate::shop::{LATE, SOON, Shop, YESTERDAY, differences, extend, list};

testkit::on_both! {
    async fn damaged_units_leave_with_a_reason(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let batch = shop.batch(item, "P-1", LATE, 100).await;
        let body = json!({ "medication_item": item, "stock_batch": batch, "adjustment_type": "Damaged", "quantity": -10, "reason": "Broken packaging", "adjusted_by": 2 });
        let reply = shop.pharmacist.post("stock-adjustments/", body).await;
        let row = reply.is(201);
        assert_eq!(row["quantity_adjusted"], -10);
        assert_eq!(row["adjusted_by"], shop.pharmacist.id);
        assert_eq!(row["adjusted_by_user_name"], "Fatou Ceesay");
        assert_eq!((&row["medication_name"], &row["batch_number"]), (&json!("Paracetamol"), &json!("P-1")));
        assert_eq!(row["date"], row["adjustment_date"]);
        assert_eq!(shop.holds(batch).await, 90);
        let path = format!("stock-adjustments/{}/", reply.id());
        shop.pharmacist.patch(&path, json!({ "quantity": -1 })).await.is(405);
        shop.pharmacist.delete(&path).await.is(405);
    }

    async fn older_types_and_names_are_understood(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let batch = shop.batch(item, "P-1", LATE, 100).await;
        for (kind, sent, kept, left) in [
            ("Expired", -5, -5, 95), ("Physical Count - Increase", 10, 10, 105),
            ("Physical Count - Decrease", 4, -4, 101), ("Physical Count - Decrease", -1, -1, 100), ("Other", -50, -50, 50),
        ] {
            let reply = shop.adjust(json!({ "stock_batch_id": batch, "adjustment_type": kind, "quantity_adjusted": sent })).await;
            assert_eq!(reply.is(201)["quantity"], kept, "{kind}");
            assert_eq!(shop.holds(batch).await, left, "{kind}");
        }
        for (kind, sent) in [("Physical Count - Increase", json!(-5)), ("physical count - increase", json!("-5"))] {
            let body = json!({ "stock_batch": batch, "adjustment_type": kind, "quantity": sent });
            shop.adjust(body).await.complains_about("quantity");
        }
        let text = json!({ "stock_batch": batch, "adjustment_type": "Physical Count - Decrease", "quantity": " 3 " });
        assert_eq!(shop.adjust(text).await.is(201)["quantity"], -3);
        assert_eq!(shop.holds(batch).await, 47);
        assert_eq!(differences(world).await, []);
    }

    async fn no_more_leaves_than_is_there(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let batch = shop.batch(item, "P-1", LATE, 1).await;
        let returned = shop.adjust(json!({ "stock_batch": batch, "adjustment_type": "Returned to Supplier", "quantity": -100 })).await;
        let body = returned.refuses(409, "insufficient_stock");
        assert_eq!((&body["batch_number"], &body["available"]), (&json!("P-1"), &json!(1)));
        assert_eq!(shop.holds(batch).await, 1);
        shop.adjust(json!({ "medication_item": item, "adjustment_type": "Damaged", "quantity": -2 })).await.refuses(409, "insufficient_stock");
        assert!(list(&shop.pharmacist.get("stock-adjustments/").await).is_empty());
    }

    async fn without_a_batch_the_oldest_units_leave(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let (soon, old) = (shop.batch(item, "SOON", SOON, 5).await, shop.batch(item, "OLD", YESTERDAY, 5).await);
        shop.adjust(json!({ "medication_item": item, "adjustment_type": "Damaged", "quantity": -7 })).await.is(201);
        assert_eq!((shop.holds(old).await, shop.holds(soon).await), (0, 3));
        shop.adjust(json!({ "medication_item": item, "adjustment_type": "Other", "quantity": 7 })).await.complains_about("stock_batch");
    }

    async fn what_makes_no_sense_is_refused_by_field(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let other = shop.medication("Aspirin", json!({})).await;
        let batch = shop.batch(item, "P-1", LATE, 10).await;
        let fine = json!({ "stock_batch": batch, "adjustment_type": "Damaged", "quantity": -1 });
        let cases: [(Json, &str); 9] = [
            (json!({ "quantity": 0 }), "quantity"), (json!({ "quantity": 5 }), "quantity"), (json!({ "quantity": "x" }), "quantity"),
            (json!({ "quantity": i64::MIN }), "quantity"), (json!({ "reason": "" }), "reason"), (json!({ "adjustment_type": "Stolen" }), "adjustment_type"),
            (json!({ "medication_item": other }), "stock_batch"), (json!({ "stock_batch": null }), "medication_item"),
            (json!({ "to_location": 1 }), "to_location"),
        ];
        for (change, field) in cases {
            let mut body = fine.clone();
            extend(&mut body, change);
            shop.adjust(body).await.complains_about(field);
        }
        let transfer = json!({ "stock_batch": batch, "adjustment_type": "Internal Transfer", "quantity": -1 });
        shop.adjust(transfer.clone()).await.complains_about("to_location");
        let mut nowhere = transfer;
        nowhere["to_location"] = json!(1);
        shop.adjust(nowhere).await.complains_about("to_location");
        assert_eq!(shop.holds(batch).await, 10);
    }

    async fn an_adjustment_is_reversed_once(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let batch = shop.batch(item, "P-1", LATE, 10).await;
        let added = shop.adjust(json!({ "stock_batch": batch, "adjustment_type": "Other", "quantity": 5 })).await.id();
        let path = format!("stock-adjustments/{added}/reverse/");
        // The units that it added are in use.
        shop.dispense(item, 12, json!({})).await.is(201);
        shop.pharmacist.post(&path, json!({ "reason": "By mistake" })).await.refuses(409, "insufficient_stock");
        shop.adjust(json!({ "stock_batch": batch, "adjustment_type": "Other", "quantity": 10 })).await.is(201);
        assert_eq!(shop.pharmacist.post(&path, json!({ "reason": "By mistake" })).await.is(200)["reversed_by"], shop.pharmacist.id);
        shop.pharmacist.post(&path, json!({ "reason": "By mistake" })).await.refuses(409, "state_conflict");
        assert_eq!(shop.holds(batch).await, 8);
        assert_eq!(differences(world).await, []);
        world.settle().await;
    }

    async fn a_transfer_and_its_reversal_leave_the_total(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let main = shop.batch(item, "P-1", LATE, 10).await;
        let ward = shop.pharmacist.post("stock-locations/", json!({ "name": "Ward" })).await.id();
        let body = json!({ "stock_batch": main, "adjustment_type": "Internal Transfer", "quantity": -4, "to_location": ward });
        let transfer = shop.adjust(body).await.id();
        let there = list(&shop.pharmacist.get(&format!("stock-batches/?location={ward}")).await);
        assert_eq!((&there[0]["current_quantity"], &there[0]["batch_number"], &there[0]["expiry_date"]), (&json!(4), &json!("P-1"), &json!(LATE)));
        assert_eq!((shop.holds(main).await, shop.total(item).await), (6, 10));
        shop.pharmacist.post(&format!("stock-adjustments/{transfer}/reverse/"), json!({ "reason": "By mistake" })).await.is(200);
        assert_eq!((shop.holds(main).await, shop.total(item).await), (10, 10));
        assert_eq!(differences(world).await, []);
    }
}
