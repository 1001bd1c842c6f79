//! Many at the same counter in the same moment, each on a connection of their own.

use serde_json::json;
use testkit::Reply;
use testkit::races::at_once;

use crate::shop::{Shop, batch, differences, list};

/// Rounds of the default run; `CHELAL_TEST_ROUNDS` asks for more.
fn rounds() -> usize {
    let asked = std::env::var("CHELAL_TEST_ROUNDS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(3)
}

testkit::on_both! {
    async fn stock_is_given_out_exactly_once(world: &World) {
        let shop = Shop::new(world).await;
        let counter = shop.pharmacist.over(world.listen().await);
        for round in 0..rounds() {
            let item = shop.medication(&format!("Paracetamol {round}"), json!({})).await;
            // Five batches, the first to expire received last: 5 + 20 + 30 + 7 + 34 = 96 units, for 32 of 64 clients.
            let mut batches = Vec::new();
            for (n, quantity) in [5, 20, 30, 7, 34].into_iter().enumerate() {
                let expiry = format!("2028-0{}-01", 6 - n);
                batches.push((expiry.clone(), shop.batch(item, &format!("B{n}"), &expiry, quantity).await, quantity));
            }
            let path = format!("medications/{item}/dispense/");
            let body = json!({ "patient_id": shop.patient, "quantity": 3 });
            let mut replies = Vec::new();
            // Who is told that the house is too busy asks again.
            while replies.len() < 64 {
                let requests = (replies.len()..64).map(|_| counter.request("POST", &path).json(&body)).collect();
                replies.extend(at_once(requests).await.into_iter().filter(|reply| reply.status.as_u16() != 503));
            }
            let won: Vec<&Reply> = replies.iter().filter(|reply| reply.status.as_u16() == 201).collect();
            assert_eq!(won.len(), 32, "{:?}", replies.iter().map(|reply| reply.status).collect::<Vec<_>>());
            for lost in replies.iter().filter(|reply| reply.status.as_u16() != 201) {
                let left = lost.refuses(409, "insufficient_stock")["available"].as_i64().unwrap();
                assert!((0..3).contains(&left), "{left}");
            }
            for (_, id, _) in &batches {
                assert_eq!(shop.holds(*id).await, 0);
            }
            assert_eq!(shop.total(item).await, 0);
            // In the order of the ledger, a batch is touched only once all that expire before it are empty.
            let path = format!("stock-movements/?medication_item={item}&kind=dispense&ordering=id");
            let movements = list(&shop.pharmacist.get(&path).await);
            assert_eq!(movements.iter().map(|row| row["delta"].as_i64().unwrap()).sum::<i64>(), -96);
            assert!(movements.iter().all(|row| row["balance_after"].as_i64().unwrap() >= 0));
            batches.sort();
            let mut given = movements.iter().map(|row| row["stock_batch"].as_i64().unwrap()).collect::<Vec<_>>();
            given.dedup();
            assert_eq!(given, batches.iter().map(|(_, id, _)| *id).collect::<Vec<_>>());
        }
        assert_eq!(differences(world).await, []);
        world.settle().await;
    }

    async fn many_count_the_same_shelf_and_each_batch_has_one_line(world: &World) {
        let shop = Shop::new(world).await;
        let counter = shop.pharmacist.over(world.listen().await);
        let item = shop.medication("Paracetamol", json!({})).await;
        let (a, b) = (shop.batch(item, "A", "2028-01-01", 50).await, shop.batch(item, "B", "2028-02-01", 50).await);
        for round in 0..rounds() {
            let take = shop.pharmacist.post("stock-takes/", json!({ "name": format!("Round {round}") })).await.id();
            let path = format!("stock-takes/{take}/count/");
            let mut requests: Vec<_> = (0..20).map(|n| {
                // In either order: nobody waits for somebody who waits for them.
                let mut lines = vec![json!({ "stock_batch": a, "counted": 40 + n }), json!({ "stock_batch": b, "counted": 50 })];
                if n % 2 == 0 {
                    lines.reverse();
                }
                counter.request("POST", &path).json(&json!({ "lines": lines }))
            }).collect();
            let dispense = format!("medications/{item}/dispense/");
            requests.extend((0..5).map(|_| counter.request("POST", &dispense).json(&json!({ "patient_id": shop.patient, "quantity": 1 }))));
            let replies = at_once(requests).await;
            assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 200 | 201)), "{:?}", replies.iter().map(Reply::text).collect::<Vec<_>>());
            let lines = list(&shop.pharmacist.get(&format!("stock-takes/{take}/lines/")).await);
            assert_eq!(lines.len(), 2, "{lines:?}");
        }
        assert_eq!(differences(world).await, []);
        world.settle().await;
    }

    async fn a_dispense_is_reversed_once(world: &World) {
        let shop = Shop::new(world).await;
        let counter = shop.pharmacist.over(world.listen().await);
        let item = shop.medication("Paracetamol", json!({})).await;
        let batch = shop.batch(item, "P-1", "2028-01-01", 50).await;
        for _ in 0..rounds() {
            let log = shop.dispense(item, 10, json!({})).await.is(201)["logs"][0]["id"].clone();
            let path = format!("dispensing-logs/{log}/reverse/");
            let replies = at_once((0..20).map(|_| counter.request("POST", &path).json(&json!({ "reason": "By mistake" }))).collect()).await;
            assert_eq!(replies.iter().filter(|reply| reply.status.as_u16() == 200).count(), 1);
            assert!(replies.iter().filter(|reply| reply.status.as_u16() != 200).all(|reply| reply.json["code"] == "state_conflict"));
            assert_eq!((shop.holds(batch).await, shop.total(item).await), (50, 50));
        }
        assert_eq!(differences(world).await, []);
        world.settle().await;
    }

    async fn a_prescription_that_many_see_as_owed_is_dispensed_once(world: &World) {
        let shop = Shop::new(world).await;
        let counter = shop.pharmacist.over(world.listen().await);
        let item = shop.medication("Paracetamol", json!({})).await;
        shop.batch(item, "P-1", "2028-01-01", 100).await;
        let doctor = world.doctor().await;
        let encounter = doctor.post("encounters/", json!({ "patient": shop.patient, "notes": "Fever" })).await.id();
        let words = json!({
            "encounter": encounter, "medication_item": item, "medication_name": "Paracetamol 500 mg",
            "dosage": "1 tablet", "frequency": "3 times a day", "quantity": 20,
        });
        let prescription = doctor.post("prescriptions/", words).await.id();
        let path = format!("medications/{item}/dispense/");
        let body = json!({ "prescription": prescription, "quantity": 5, "already_dispensed": 0 });
        let replies = at_once((0..12).map(|_| counter.request("POST", &path).json(&body)).collect()).await;
        assert_eq!(replies.iter().filter(|reply| reply.status.as_u16() == 201).count(), 1);
        assert!(replies.iter().filter(|reply| reply.status.as_u16() != 201).all(|reply| reply.json["code"] == "conflict"));
        assert_eq!(shop.total(item).await, 95);
        // Set aside at once, it is set aside once.
        let body = json!({ "prescription": prescription, "kind": "later", "reason": "Delivered on Friday" });
        let replies = at_once((0..12).map(|_| counter.request("POST", "set-asides/").json(&body)).collect()).await;
        assert_eq!(replies.iter().filter(|reply| reply.status.as_u16() == 201).count(), 1);
        assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 201 | 409)));
        world.settle().await;
    }

    async fn all_ways_of_moving_stock_meet_without_a_difference(world: &World) {
        let shop = Shop::new(world).await;
        let counter = shop.pharmacist.over(world.listen().await);
        let (one, two) = (shop.medication("Paracetamol", json!({})).await, shop.medication("Aspirin", json!({})).await);
        let (a, b) = (shop.batch(one, "A", "2028-01-01", 40).await, shop.batch(two, "B", "2028-01-01", 40).await);
        let supplier = shop.supplier("Banjul Pharma").await;
        let ward = shop.pharmacist.post("stock-locations/", json!({ "name": "Ward" })).await.id();
        let line = |item: i64, number: &str| json!({ "medication_item": item, "batch_number": number, "expiry_date": "2028-01-01", "quantity_received": 2, "unit_cost": 1 });
        let requests = (0..60).map(|n| {
            let (item, batch) = if n % 2 == 0 { (one, a) } else { (two, b) };
            match n % 5 {
                0 => counter.request("POST", &format!("medications/{item}/dispense/")).json(&json!({ "patient_id": shop.patient, "quantity": 4 })),
                1 => counter.request("POST", "stock-adjustments/").json(&json!({ "stock_batch": batch, "adjustment_type": "Damaged", "quantity": -3, "reason": "x" })),
                2 => counter.request("POST", "stock-adjustments/").json(&json!({ "stock_batch": batch, "adjustment_type": "Internal Transfer", "quantity": -1, "to_location": ward, "reason": "x" })),
                // Both medications, in either order.
                3 => counter.request("POST", "goods-received-notes/").json(&json!({ "supplier": supplier, "items": if n % 2 == 0 { [line(one, "A"), line(two, "B")] } else { [line(two, "B"), line(one, "A")] } })),
                _ => counter.request("PATCH", &format!("stock-batches/{batch}/")).json(&json!({ "selling_price_per_unit": n })),
            }
        }).collect();
        let replies = at_once(requests).await;
        for reply in &replies {
            assert!(matches!(reply.status.as_u16(), 200 | 201 | 409), "{} {}", reply.asked, reply.text());
        }
        assert_eq!(differences(world).await, []);
        world.settle().await;
    }

    async fn the_same_batch_is_made_once(world: &World) {
        let shop = Shop::new(world).await;
        let counter = shop.pharmacist.over(world.listen().await);
        let item = shop.medication("Paracetamol", json!({})).await;
        let body = batch(item, "P-1", "2028-01-01", 10);
        let replies = at_once((0..12).map(|_| counter.request("POST", "stock-batches/").json(&body)).collect()).await;
        assert_eq!(replies.iter().filter(|reply| reply.status.as_u16() == 201).count(), 1);
        assert!(replies.iter().filter(|reply| reply.status.as_u16() != 201).all(|reply| reply.json["batch_number"].is_array()));
        assert_eq!(shop.total(item).await, 10);
    }
}
