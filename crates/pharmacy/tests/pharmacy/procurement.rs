//! `purchase-orders/` and `goods-received-notes/`.

use serde_json::{Value as Json, json};

use crate::shop::{LATE, Shop, differences, list};

fn line(item: i64, batch: &str, quantity: i64) -> Json {
    json!({ "medication_item": item, "batch_number": batch, "expiry_date": LATE, "quantity_received": quantity, "unit_cost": 0.5, "selling_price": 1.25 })
}

async fn order(shop: &Shop, supplier: i64, items: Json) -> i64 {
    let body = json!({ "supplier": supplier, "items": items });
    let reply = shop.pharmacist.post("purchase-orders/", body).await;
    reply.is(201);
    let id = reply.id();
    shop.pharmacist
        .post(&format!("purchase-orders/{id}/submit/"), json!({}))
        .await
        .is(200);
    id
}

testkit::on_both! {
    async fn an_order_is_written_with_its_items(world: &World) {
        let shop = Shop::new(world).await;
        let (item, other) = (shop.medication("Paracetamol", json!({})).await, shop.medication("Aspirin", json!({})).await);
        let supplier = shop.supplier("Banjul Pharma").await;
        let items = json!([{ "medication_item": item, "quantity_ordered": 100, "unit_cost_estimated": 0.5 }, { "medication_item_id": other, "quantity": 10, "unit_cost": "1.25" }]);
        let reply = shop.pharmacist.post("purchase-orders/", json!({ "supplier": supplier, "items": items })).await;
        let row = reply.is(201);
        assert_eq!((&row["status"], &row["supplier_name"], &row["total_estimated_cost"]), (&json!("Draft"), &json!("Banjul Pharma"), &json!(62.5)));
        let line = &row["items"][1];
        assert_eq!((&line["medication_name"], &line["name"], &line["quantity"], &line["unit_cost"], &line["total_cost"]),
            (&json!("Aspirin"), &json!("Aspirin"), &json!(10), &json!(1.25), &json!(12.5)));
        let path = format!("purchase-orders/{}/", reply.id());
        // A draft's items are replaced; those of an order are not.
        let changed = shop.pharmacist.patch(&path, json!({ "items": [{ "medication_item": item, "quantity_ordered": 4, "unit_cost": 1 }] })).await;
        assert_eq!((changed.is(200)["items"].as_array().unwrap().len(), &changed.json["total_estimated_cost"]), (1, &json!(4.0)));
        // What was read is sent back and changes nothing; other items that come to the same are others.
        let back = shop.pharmacist.put(&path, changed.json.clone()).await;
        assert_eq!((&back.is(200)["version"], &back.json["items"]), (&changed.json["version"], &changed.json["items"]));
        let halved = shop.pharmacist.patch(&path, json!({ "items": [{ "medication_item": item, "quantity_ordered": 2, "unit_cost": 2 }] })).await;
        assert_eq!((&halved.is(200)["items"][0]["quantity"], &halved.json["total_estimated_cost"]), (&json!(2), &json!(4.0)));
        // So whoever read the ones before does not overwrite them, nor a line that was changed by itself.
        let line = format!("purchase-order-items/{}/", halved.json["items"][0]["id"]);
        shop.pharmacist.patch(&line, json!({ "quantity_ordered": 1, "unit_cost": 4 })).await.is(200);
        for read in [&changed, &halved] {
            let version = format!("\"{}\"", read.json["version"]);
            let stale = shop.pharmacist.request("PUT", &path).header("if-match", &version).json(&read.json);
            stale.send().await.refuses(412, "stale_version");
        }
        assert_eq!(shop.pharmacist.get(&path).await.is(200)["items"][0]["quantity"], 1);
        let admin = world.admin().await;
        let trail = admin.get(&format!("audit_logs/?object_type=PurchaseOrderItem&object_id={}", changed.json["items"][0]["id"])).await;
        assert_eq!(trail.is(200)[0]["action"], "delete");
        assert_eq!(shop.pharmacist.post(&format!("{path}submit/"), json!({})).await.is(200)["status"], "Ordered");
        shop.pharmacist.patch(&path, json!({ "items": [] })).await.refuses(409, "state_conflict");
        shop.pharmacist.patch(&path, json!({ "status": "Received" })).await.refuses(409, "state_conflict");
        let read = shop.pharmacist.get(&path).await;
        let written = shop.pharmacist.put(&path, read.is(200).clone()).await;
        assert_eq!(written.is(200)["version"], read.json["version"]);
        let item = read.json["items"][0]["id"].clone();
        shop.pharmacist.delete(&format!("purchase-order-items/{item}/")).await.refuses(409, "state_conflict");
        assert_eq!(shop.pharmacist.post(&format!("{path}cancel/"), json!({})).await.is(200)["status"], "Cancelled");
        shop.pharmacist.post(&format!("{path}submit/"), json!({})).await.refuses(409, "state_conflict");
    }

    async fn items_are_complained_about_one_by_one(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let supplier = shop.supplier("Banjul Pharma").await;
        let items = json!([{ "medication_item": item, "quantity_ordered": 1 }, { "medication_item": 9_999, "quantity_ordered": 1 }, { "medication_item": item, "quantity_ordered": 0 }]);
        let reply = shop.pharmacist.post("purchase-orders/", json!({ "supplier": supplier, "items": items })).await;
        let faults = reply.complains_about("items")["items"].clone();
        assert_eq!(faults[0], json!({}));
        assert!(faults[1]["medication_item"].is_array() && faults[2]["quantity_ordered"].is_array(), "{faults}");
        shop.pharmacist.post("purchase-orders/", json!({ "supplier": supplier, "items": "none" })).await.complains_about("items");
        let empty = shop.pharmacist.post("purchase-orders/", json!({ "supplier": supplier })).await;
        assert_eq!(empty.is(201)["items"], json!([]));
        shop.pharmacist.post(&format!("purchase-orders/{}/submit/", empty.id()), json!({})).await.complains_about("non_field_errors");
    }

    async fn a_delivery_fills_batches_and_the_order(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let supplier = shop.supplier("Banjul Pharma").await;
        let id = order(&shop, supplier, json!([{ "medication_item": item, "quantity_ordered": 100 }])).await;
        let note = json!({ "supplier": supplier, "purchase_order": id, "invoice_number": "INV-7", "items": [line(item, "A", 30), line(item, "B", 10)] });
        let reply = shop.pharmacist.post("goods-received-notes/", note).await;
        let row = reply.is(201);
        assert_eq!((&row["supplier_name"], &row["items"][0]["medication_name"], &row["items"][0]["total_cost"], &row["items"][0]["grn_id"]),
            (&json!("Banjul Pharma"), &json!("Paracetamol"), &json!(15.0), &row["id"]));
        let path = format!("purchase-orders/{id}/");
        let read = shop.pharmacist.get(&path).await;
        assert_eq!((&read.is(200)["status"], &read.json["items"][0]["quantity_received"]), (&json!("Partially Received"), &json!(40)));
        shop.pharmacist.post(&format!("{path}cancel/"), json!({})).await.refuses(409, "state_conflict");
        // The same batch again is extended, at the average cost.
        let mut dearer = line(item, "A", 60);
        dearer["unit_cost"] = json!(0.8);
        shop.pharmacist.post("goods-received-notes/", json!({ "purchase_order_id": id, "items": [dearer] })).await.is(201);
        assert_eq!(shop.pharmacist.get(&path).await.is(200)["status"], "Received");
        let batches = list(&shop.pharmacist.get(&format!("stock-batches/?medication_item={item}&ordering=id")).await);
        assert_eq!((&batches[0]["current_quantity"], &batches[0]["quantity_received"], &batches[0]["cost_price_per_unit"]), (&json!(90), &json!(90), &json!(0.7)));
        assert_eq!(batches[0]["supplier_name"], "Banjul Pharma");
        assert_eq!(shop.total(item).await, 100);
        assert_eq!(list(&shop.pharmacist.get(&format!("grn-items/?grn={}", reply.id())).await).len(), 2);
        assert_eq!(differences(world).await, []);
    }

    async fn more_than_ordered_is_accepted_only_in_so_many_words(world: &World) {
        let shop = Shop::new(world).await;
        let (item, other) = (shop.medication("Paracetamol", json!({})).await, shop.medication("Aspirin", json!({})).await);
        let supplier = shop.supplier("Banjul Pharma").await;
        let id = order(&shop, supplier, json!([{ "medication_item": item, "quantity_ordered": 100 }])).await;
        // Each line is within the order; their sum is not.
        let note = json!({ "purchase_order": id, "items": [line(item, "A", 60), line(item, "B", 60), line(other, "C", 1)] });
        let refused = shop.pharmacist.post("goods-received-notes/", note.clone()).await;
        let body = refused.refuses(409, "over_delivery");
        assert_eq!((&body["over_delivered"][0]["outstanding"], &body["over_delivered"][0]["delivered"]), (&json!(100), &json!(120)));
        assert_eq!(body["not_ordered"][0]["medication_name"], "Aspirin");
        assert_eq!(shop.total(item).await, 0);
        let mut taken = note;
        taken["accept_over_delivery"] = json!(true);
        shop.pharmacist.post("goods-received-notes/", taken).await.is(201);
        assert_eq!((shop.total(item).await, shop.total(other).await), (120, 1));
        assert_eq!(shop.pharmacist.get(&format!("purchase-orders/{id}/")).await.is(200)["status"], "Received");
    }

    async fn a_return_to_the_supplier_does_not_reopen_the_order(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let supplier = shop.supplier("Banjul Pharma").await;
        let id = order(&shop, supplier, json!([{ "medication_item": item, "quantity_ordered": 500 }])).await;
        let note = json!({ "supplier": supplier, "purchase_order": id, "items": [line(item, "A", 500)] });
        let note = shop.pharmacist.post("goods-received-notes/", note).await;
        let batch = note.is(201)["items"][0]["stock_batch"].clone();
        shop.adjust(json!({ "stock_batch": batch, "adjustment_type": "Returned to Supplier", "quantity": -100 })).await.is(201);
        assert_eq!(shop.total(item).await, 400);
        let order = shop.pharmacist.get(&format!("purchase-orders/{id}/")).await;
        let line = &order.is(200)["items"][0];
        assert_eq!((&order.json["status"], &line["quantity_ordered"], &line["quantity_received"]), (&json!("Received"), &json!(500), &json!(500)));
    }

    async fn a_note_without_an_order_names_its_supplier(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let supplier = shop.supplier("Banjul Pharma").await;
        shop.pharmacist.post("goods-received-notes/", json!({ "items": [line(item, "A", 5)] })).await.complains_about("supplier");
        shop.pharmacist.post("goods-received-notes/", json!({ "supplier": supplier })).await.complains_about("items");
        let note = shop.pharmacist.post("goods-received-notes/", json!({ "supplier": supplier, "items": [line(item, "A", 5)] })).await;
        note.is(201);
        let path = format!("goods-received-notes/{}/", note.id());
        assert_eq!(shop.pharmacist.patch(&path, json!({ "invoice_number": "INV-8" })).await.is(200)["invoice_number"], "INV-8");
        assert_eq!(shop.total(item).await, 5);
        // A known batch has one expiry date.
        let mut other = line(item, "A", 5);
        other["expiry_date"] = json!("2027-01-01");
        shop.pharmacist.post("goods-received-notes/", json!({ "supplier": supplier, "items": [other] })).await.complains_about("expiry_date");
        assert_eq!(shop.total(item).await, 5);
    }
}
