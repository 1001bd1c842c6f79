//! `stock-takes/` and `stock-take-lines/`.

use serde_json::{Value as Json, json};

use crate::shop::{LATE, Shop, differences, list};

testkit::on_both! {
    async fn variances_are_posted_together(world: &World) {
        let shop = Shop::new(world).await;
        let (item, other) = (shop.medication("Paracetamol", json!({})).await, shop.medication("Aspirin", json!({})).await);
        let (a, b, c) = (shop.batch(item, "A", LATE, 10).await, shop.batch(item, "B", LATE, 10).await, shop.batch(other, "C", LATE, 10).await);
        let take = shop.pharmacist.post("stock-takes/", json!({ "name": "November" })).await;
        assert_eq!(take.is(201)["status"], "open");
        let path = format!("stock-takes/{}/", take.id());
        shop.pharmacist.post(&format!("{path}post/"), json!({})).await.refuses(409, "state_conflict");
        for (name, batch, counted, variance) in [("stock_batch", a, 8, -2), ("stock_batch_id", b, 10, 0), ("batch", c, 11, 1)] {
            let line = shop.pharmacist.post(&format!("{path}lines/"), json!({ name: batch, "counted": counted })).await;
            assert_eq!((&line.is(201)["expected"], &line.json["variance"]), (&json!(10), &json!(variance)));
        }
        shop.pharmacist.post("stock-take-lines/", json!({ "stock_take": take.id(), "stock_batch": a, "counted": 1 })).await.is(400);
        let lines = shop.pharmacist.get(&format!("stock-take-lines/?batch={c}")).await;
        assert_eq!((&lines.is(200)[0]["batch"], &lines.json[0]["batch_id"], lines.json.as_array().unwrap().len()), (&json!(c), &json!(c), 1));
        let read = shop.pharmacist.get(&path).await;
        assert_eq!((&read.is(200)["lines_counted"], &read.json["lines_with_variance"]), (&json!(3), &json!(2)));
        assert_eq!((shop.total(item).await, shop.total(other).await), (20, 10));
        let posted = shop.pharmacist.post(&format!("{path}post/"), json!({})).await;
        assert_eq!((&posted.is(200)["status"], posted.json["adjustments"].as_array().unwrap().len()), (&json!("posted"), 2));
        assert_eq!((shop.holds(a).await, shop.holds(b).await, shop.holds(c).await), (8, 10, 11));
        shop.pharmacist.post(&format!("{path}post/"), json!({})).await.refuses(409, "state_conflict");
        shop.pharmacist.post(&format!("{path}lines/"), json!({ "stock_batch": a, "counted": 1 })).await.refuses(409, "state_conflict");
        assert_eq!(list(&shop.pharmacist.get("stock-adjustments/?adjustment_type=Stock-Take%20Variance").await).len(), 2);
        assert_eq!(differences(world).await, []);
    }

    /// Whoever posts what they read posts no count that was changed, added or removed since.
    async fn what_was_counted_since_it_was_read_is_not_posted(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let (a, b) = (shop.batch(item, "A", LATE, 10).await, shop.batch(item, "B", LATE, 10).await);
        let take = format!("stock-takes/{}/", shop.pharmacist.post("stock-takes/", json!({ "name": "November" })).await.id());
        let line = shop.pharmacist.post(&format!("{take}lines/"), json!({ "stock_batch": a, "counted": 10 })).await.id();
        let one = format!("stock-take-lines/{line}/");
        for change in ["PATCH", "POST", "COUNT", "DELETE"] {
            let version = shop.pharmacist.get(&take).await.is(200)["version"].clone();
            let changed = match change {
                "PATCH" => shop.pharmacist.patch(&one, json!({ "counted": 1 })).await,
                "POST" => shop.pharmacist.post(&format!("{take}lines/"), json!({ "stock_batch": b, "counted": 1 })).await,
                "COUNT" => shop.pharmacist.post(&format!("{take}count/"), json!({ "lines": [{ "stock_batch": b, "counted": 2 }] })).await,
                _ => world.admin().await.delete(&one).await,
            };
            assert!(changed.status.is_success(), "{change}: {}", changed.text());
            let post = shop.pharmacist.request("POST", &format!("{take}post/")).header("if-match", &format!("\"{version}\""));
            assert_eq!(post.json(&json!({})).send().await.status, 412, "{change}");
        }
        assert_eq!(shop.total(item).await, 20);
        shop.pharmacist.post(&format!("{take}post/"), json!({})).await.is(200);
        assert_eq!(shop.total(item).await, 12);
        assert_eq!(differences(world).await, []);
    }

    async fn what_moved_since_is_counted_again(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let (a, b) = (shop.batch(item, "A", LATE, 10).await, shop.batch(item, "B", LATE, 10).await);
        let take = shop.pharmacist.post("stock-takes/", json!({ "name": "November", "location": 1 })).await.id();
        let lines = format!("stock-takes/{take}/lines/");
        let line = shop.pharmacist.post(&lines, json!({ "stock_batch": a, "counted": 9 })).await.id();
        shop.pharmacist.post(&lines, json!({ "stock_batch": b, "counted": 9 })).await.is(201);
        shop.dispense(item, 2, json!({ "stock_batch": a })).await.is(201);
        let post = format!("stock-takes/{take}/post/");
        let refused = shop.pharmacist.post(&post, json!({})).await;
        let body = refused.refuses(409, "count_again");
        assert_eq!((body["batches"].as_array().unwrap().len(), &body["batches"][0]["batch_number"]), (1, &json!("A")));
        assert_eq!((shop.holds(a).await, shop.holds(b).await), (8, 10));
        let again = shop.pharmacist.patch(&format!("stock-take-lines/{line}/"), json!({ "counted": 7 })).await;
        assert_eq!((&again.is(200)["expected"], &again.json["variance"]), (&json!(8), &json!(-1)));
        shop.pharmacist.post(&post, json!({})).await.is(200);
        assert_eq!((shop.holds(a).await, shop.holds(b).await), (7, 9));
        world.settle().await;
    }

    async fn several_batches_are_counted_at_once(world: &World) {
        let shop = Shop::new(world).await;
        let (item, other) = (shop.medication("Paracetamol", json!({ "category": 1 })).await, shop.medication("Aspirin", json!({ "category": 2 })).await);
        let (a, b, c) = (shop.batch(item, "A", LATE, 10).await, shop.batch(item, "B", LATE, 10).await, shop.batch(other, "C", LATE, 10).await);
        let take = shop.pharmacist.post("stock-takes/", json!({ "name": "November", "category": 1 })).await.id();
        let path = format!("stock-takes/{take}/count/");
        let count = async |lines: Json| shop.pharmacist.post(&path, json!({ "lines": lines })).await;
        let kept = count(json!([{ "stock_batch": a, "counted": 9 }, { "stock_batch": b, "counted": "10" }])).await;
        assert_eq!((&kept.is(200)["counted"], &kept.json["unchanged"]), (&json!(2), &json!(0)));
        // All or none, each with what is wrong about it.
        let wrong = count(json!([{ "stock_batch": a, "counted": 5 }, { "stock_batch": c, "counted": 10 }, { "stock_batch": 99, "counted": 1 }])).await;
        assert_eq!(wrong.is(400)["lines"][0], json!({}));
        assert!(wrong.json["lines"][1]["stock_batch"].is_array() && wrong.json["lines"][2]["stock_batch"].is_array(), "{}", wrong.text());
        let wrong = count(json!([{ "stock_batch": a, "counted": 5 }, { "stock_batch": a, "counted": 6 }])).await;
        assert!(wrong.is(400)["lines"][1]["stock_batch"].is_array(), "{}", wrong.text());
        let wrong = count(json!([{ "stock_batch": a, "counted": -1 }, { "counted": 6 }])).await;
        assert!(wrong.is(400)["lines"][0]["counted"].is_array() && wrong.json["lines"][1]["stock_batch"].is_array(), "{}", wrong.text());
        for none in [json!({}), json!({ "lines": [] }), json!({ "lines": "A" })] {
            shop.pharmacist.post(&path, none).await.complains_about("lines");
        }
        // What moved meanwhile is frozen anew only by counting it again.
        shop.dispense(item, 2, json!({ "stock_batch": a })).await.is(201);
        let kept = count(json!([{ "stock_batch": a, "counted": 9 }, { "stock_batch": b, "counted": 10 }])).await;
        assert_eq!((&kept.is(200)["counted"], &kept.json["unchanged"]), (&json!(0), &json!(2)));
        let post = format!("stock-takes/{take}/post/");
        shop.pharmacist.post(&post, json!({})).await.refuses(409, "count_again");
        count(json!([{ "stock_batch": a, "counted": 9, "again": true }])).await.is(200);
        shop.pharmacist.post(&post, json!({})).await.is(200);
        assert_eq!((shop.holds(a).await, shop.holds(b).await), (9, 10));
        count(json!([{ "stock_batch": a, "counted": 1 }])).await.refuses(409, "state_conflict");
        world.nurse().await.post(&path, json!({})).await.is(403);
        assert_eq!(differences(world).await, []);
        world.settle().await;
    }

    async fn a_count_keeps_to_its_place_and_category(world: &World) {
        let shop = Shop::new(world).await;
        let (item, other) = (shop.medication("Paracetamol", json!({ "category": 1 })).await, shop.medication("Amoxicillin", json!({ "category": 2 })).await);
        let (a, b) = (shop.batch(item, "A", LATE, 10).await, shop.batch(other, "B", LATE, 10).await);
        let take = shop.pharmacist.post("stock-takes/", json!({ "name": "Analgesics", "category": 1 })).await.id();
        let lines = format!("stock-takes/{take}/lines/");
        shop.pharmacist.post(&lines, json!({ "stock_batch": a, "counted": 10 })).await.is(201);
        shop.pharmacist.post(&lines, json!({ "stock_batch": b, "counted": 10 })).await.complains_about("stock_batch");
        shop.pharmacist.post(&lines, json!({ "stock_batch": a, "counted": -1 })).await.complains_about("counted");
        assert_eq!(shop.pharmacist.patch(&format!("stock-takes/{take}/"), json!({ "status": "cancelled" })).await.is(200)["status"], "cancelled");
        shop.pharmacist.post(&format!("stock-takes/{take}/post/"), json!({})).await.refuses(409, "state_conflict");
    }
}
