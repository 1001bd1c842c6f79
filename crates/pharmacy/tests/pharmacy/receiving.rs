//! What makes one doubt a delivery: `goods-received-notes/` and `stock-batches/`.

use serde_json::{Value as Json, json};
use testkit::races::at_once;

use crate::shop::{LATE, SOON, Shop, TODAY, YESTERDAY, batch, differences, list};

fn line(item: i64, batch: &str, expiry: &str, quantity: i64, price: f64) -> Json {
    json!({ "medication_item": item, "batch_number": batch, "expiry_date": expiry, "quantity_received": quantity, "unit_cost": 0.5, "selling_price": price })
}

fn note(supplier: i64, invoice: &str, lines: Json) -> Json {
    json!({ "supplier": supplier, "invoice_number": invoice, "items": lines })
}

testkit::on_both! {
    async fn what_has_expired_is_received_knowingly_and_into_quarantine(world: &World) {
        let shop = Shop::new(world).await;
        let (item, supplier) = (shop.medication("Morphine", json!({})).await, shop.supplier("Banjul Pharma").await);
        let mut body = note(supplier, "INV-1", json!([line(item, "A", LATE, 10, 1.5), line(item, "B", YESTERDAY, 5, 1.5)]));
        let refused = shop.pharmacist.post("goods-received-notes/", body.clone()).await;
        let faults = refused.complains_about("items")["items"].clone();
        assert_eq!(faults[0], json!({}));
        assert!(faults[1]["expiry_date"][0].as_str().unwrap().contains("accept_expired"), "{faults}");
        assert_eq!(shop.total(item).await, 0);
        body["accept_expired"] = json!(true);
        shop.pharmacist.post("goods-received-notes/", body).await.is(201);
        let batches = list(&shop.pharmacist.get(&format!("stock-batches/?medication_item={item}&ordering=id")).await);
        assert_eq!((&batches[0]["status"], &batches[1]["status"], &batches[1]["current_quantity"]), (&json!("active"), &json!("quarantined"), &json!(5)));
        // The last day is a good one.
        shop.pharmacist.post("goods-received-notes/", note(supplier, "INV-2", json!([line(item, "C", TODAY, 1, 1.5)]))).await.is(201);
        // A batch that is written down is asked the same.
        shop.pharmacist.post("stock-batches/", batch(item, "D", YESTERDAY, 3)).await.complains_about("expiry_date");
        let mut blocked = batch(item, "D", YESTERDAY, 3);
        blocked["status"] = json!("quarantined");
        assert_eq!(shop.pharmacist.post("stock-batches/", blocked).await.is(201)["current_quantity"], 3);
        assert_eq!(differences(world).await, []);
    }

    async fn a_later_day_of_expiry_is_given_with_its_reason(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Morphine", json!({})).await;
        let id = shop.batch(item, "A", SOON, 10).await;
        let path = format!("stock-batches/{id}/");
        shop.pharmacist.patch(&path, json!({ "expiry_date": LATE })).await.complains_about("expiry_reason");
        shop.pharmacist.patch(&path, json!({ "expiry_date": LATE, "expiry_reason": null })).await.complains_about("expiry_reason");
        let reason = json!({ "expiry_date": LATE, "expiry_reason": "The package says January 2028" });
        assert_eq!(shop.pharmacist.patch(&path, reason).await.is(200)["expiry_date"], LATE);
        // An earlier day makes nothing usable; the reason of one correction is not that of the next.
        shop.pharmacist.patch(&path, json!({ "expiry_date": SOON })).await.is(200);
        shop.pharmacist.patch(&path, json!({ "expiry_date": LATE })).await.complains_about("expiry_reason");
        let trail = world.admin().await.get(&format!("audit_logs/?object_type=StockBatch&object_id={id}&action=edit")).await;
        let trail = list(&trail);
        assert!(trail.iter().any(|entry| entry.to_string().contains("expiry_reason") && entry.to_string().contains("January 2028")), "{trail:?}");
        // Nothing was received of this one yet.
        let empty = shop.batch(item, "B", SOON, 0).await;
        shop.pharmacist.patch(&format!("stock-batches/{empty}/"), json!({ "expiry_date": LATE })).await.is(200);
    }

    async fn an_invoice_is_received_once_unless_it_is_said_to_be_another_delivery(world: &World) {
        let shop = Shop::new(world).await;
        let (item, supplier, other) = (shop.medication("Morphine", json!({})).await, shop.supplier("Banjul Pharma").await, shop.supplier("Serekunda Med").await);
        let body = note(supplier, "INV-7", json!([line(item, "A", LATE, 10, 1.5)]));
        let first = shop.pharmacist.post("goods-received-notes/", body.clone()).await;
        first.is(201);
        let mut again = body.clone();
        again["invoice_number"] = json!("inv-7");
        let refused = shop.pharmacist.post("goods-received-notes/", again.clone()).await;
        let said = refused.refuses(409, "already_recorded");
        assert_eq!((&said["goods_received_note"], &said["grn_date"]), (&json!(first.id()), &json!(TODAY)));
        assert_eq!(shop.total(item).await, 10);
        again["accept_same_invoice"] = json!(true);
        shop.pharmacist.post("goods-received-notes/", again).await.is(201);
        assert_eq!(shop.total(item).await, 20);
        // Another supplier counts by itself, and notes without a number are not one invoice.
        shop.pharmacist.post("goods-received-notes/", note(other, "INV-7", json!([line(item, "A", LATE, 1, 1.5)]))).await.is(201);
        for _ in 0..2 {
            shop.pharmacist.post("goods-received-notes/", note(supplier, "", json!([line(item, "A", LATE, 1, 1.5)]))).await.is(201);
        }
        // A number that is corrected is looked at as well; read and written back, a note is as it was.
        let last = shop.pharmacist.post("goods-received-notes/", note(supplier, "INV-8", json!([line(item, "A", LATE, 1, 1.5)]))).await;
        last.is(201);
        let path = format!("goods-received-notes/{}/", last.id());
        shop.pharmacist.patch(&path, json!({ "invoice_number": "INV-7" })).await.refuses(409, "already_recorded");
        let read = shop.pharmacist.get(&path).await;
        shop.pharmacist.put(&path, read.is(200).clone()).await.is(200);
    }

    async fn of_two_who_book_one_delivery_at_once_one_is_told(world: &World) {
        let shop = Shop::new(world).await;
        let counter = shop.pharmacist.over(world.listen().await);
        let (item, supplier) = (shop.medication("Morphine", json!({})).await, shop.supplier("Banjul Pharma").await);
        for round in 0..3 {
            let body = note(supplier, &format!("INV-{round}"), json!([line(item, "A", LATE, 10, 1.5)]));
            let requests = (0..6).map(|_| counter.request("POST", "goods-received-notes/").json(&body)).collect();
            let replies = at_once(requests).await;
            let won = replies.iter().filter(|reply| reply.status.as_u16() == 201).count();
            assert_eq!(won, 1, "{:?}", replies.iter().map(|reply| reply.text()).collect::<Vec<_>>());
            assert_eq!(shop.total(item).await, 10 * (round + 1));
        }
        world.settle().await;
    }

    async fn a_batch_is_one_however_its_number_is_written(world: &World) {
        let shop = Shop::new(world).await;
        let (item, supplier) = (shop.medication("Morphine", json!({})).await, shop.supplier("Banjul Pharma").await);
        let id = shop.batch(item, "MO-2", LATE, 10).await;
        shop.pharmacist.post("stock-batches/", batch(item, "mo-2", LATE, 1)).await.complains_about("batch_number");
        let received = shop.pharmacist.post("goods-received-notes/", note(supplier, "", json!([line(item, "mo-2", LATE, 5, 1.25)]))).await;
        assert_eq!(received.is(201)["items"][0]["stock_batch"], id);
        assert_eq!(shop.holds(id).await, 15);
        shop.pharmacist.post("goods-received-notes/", note(supplier, "", json!([line(item, "Mo-2", SOON, 5, 1.25)]))).await.complains_about("expiry_date");
        let next = shop.batch(item, "MO-3", LATE, 1).await;
        shop.pharmacist.patch(&format!("stock-batches/{next}/"), json!({ "batch_number": "mO-2" })).await.complains_about("batch_number");
        // Its own number may be written otherwise.
        shop.pharmacist.patch(&format!("stock-batches/{id}/"), json!({ "batch_number": "mo-2" })).await.is(200);
        // Units that were moved before are recalled however the number is written in the other place.
        let ward = shop.pharmacist.post("stock-locations/", json!({ "name": "Ward" })).await.id();
        shop.adjust(json!({ "stock_batch": id, "adjustment_type": "Internal Transfer", "quantity": -5, "to_location": ward })).await.is(201);
        shop.pharmacist.patch(&format!("stock-batches/{id}/"), json!({ "batch_number": "MO-2" })).await.is(200);
        let recalled = shop.pharmacist.post(&format!("stock-batches/{id}/recall/"), json!({ "reason": "Notice" })).await;
        assert_eq!(recalled.is(200)["stock_batches"].as_array().unwrap().len(), 2);
    }

    async fn what_is_on_the_shelf_is_repriced_only_when_it_is_said(world: &World) {
        let shop = Shop::new(world).await;
        let (item, supplier) = (shop.medication("Morphine", json!({})).await, shop.supplier("Banjul Pharma").await);
        let price = async || list(&shop.pharmacist.get(&format!("stock-batches/?medication_item={item}&ordering=id")).await)[0]["selling_price_per_unit"].clone();
        shop.pharmacist.post("goods-received-notes/", note(supplier, "1", json!([line(item, "A", LATE, 10, 1.5)]))).await.is(201);
        let mut dearer = note(supplier, "2", json!([line(item, "a", LATE, 600, 150.0), line(item, "B", LATE, 1, 150.0)]));
        let refused = shop.pharmacist.post("goods-received-notes/", dearer.clone()).await;
        let said = refused.refuses(409, "confirmation_required")["prices"].clone();
        assert_eq!(said, json!([{ "medication_item": item, "medication_name": "Morphine", "batch_number": "a", "selling_price": 1.5, "new_selling_price": 150.0 }]));
        assert_eq!((shop.total(item).await, price().await), (10, json!(1.5)));
        // Without a price the old one stays.
        let mut kept = line(item, "A", LATE, 5, 0.0);
        kept.as_object_mut().unwrap().remove("selling_price");
        shop.pharmacist.post("goods-received-notes/", note(supplier, "3", json!([kept]))).await.is(201);
        assert_eq!((shop.total(item).await, price().await), (15, json!(1.5)));
        dearer["accept_new_prices"] = json!(true);
        shop.pharmacist.post("goods-received-notes/", dearer).await.is(201);
        assert_eq!((shop.total(item).await, price().await), (616, json!(150.0)));
        // What comes to an empty shelf has its own price.
        let only = shop.medication("Aspirin", json!({})).await;
        let id = shop.batch(only, "A", LATE, 1).await;
        shop.adjust(json!({ "stock_batch": id, "adjustment_type": "Damaged", "quantity": -1 })).await.is(201);
        shop.pharmacist.post("goods-received-notes/", note(supplier, "4", json!([line(only, "A", LATE, 1, 9.0)]))).await.is(201);
    }

    async fn a_transfer_neither_reprices_nor_releases_what_is_there(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Morphine", json!({})).await;
        let id = shop.batch(item, "A", LATE, 10).await;
        let ward = shop.pharmacist.post("stock-locations/", json!({ "name": "Ward" })).await.id();
        let move_two = || shop.adjust(json!({ "stock_batch": id, "adjustment_type": "Internal Transfer", "quantity": -2, "to_location": ward }));
        move_two().await.is(201);
        let moved = list(&shop.pharmacist.get(&format!("stock-batches/?medication_item={item}&location={ward}")).await)[0]["id"].clone();
        let path = format!("stock-batches/{id}/");
        shop.pharmacist.patch(&path, json!({ "selling_price_per_unit": 9, "status": "quarantined" })).await.is(200);
        move_two().await.is(201);
        let there = shop.pharmacist.get(&format!("stock-batches/{moved}/")).await;
        assert_eq!((&there.is(200)["selling_price_per_unit"], &there.json["status"], &there.json["current_quantity"]), (&json!(1.25), &json!("quarantined"), &json!(4)));
    }
}
