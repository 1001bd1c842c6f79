//! Many want the same in the same moment, each on a connection of their own.

use crate::support::{Lab, count};
use serde_json::json;
use testkit::Request;
use testkit::races::{at_once, counted, expected};

testkit::on_both! {
    async fn fifty_entries_of_one_item_store_one_result(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let tech = lab.tech.clone().over(world.listen().await);
        let item = order["items"][0]["id"].clone();
        // Half of them by the order, half as records; critical, so that a second alarm would show.
        let requests = (0..50).map(|n| {
            let result = json!({ "lab_order_item": item, "parameter_name": "K", "value_numeric": 7.0 + f64::from(n) / 100.0 });
            if n % 2 == 0 {
                let path = format!("lab_orders/{}/add_results/", order["id"]);
                tech.request("PUT", &path).json(&json!({ "results": [result] }))
            } else {
                tech.request("POST", "lab_result_values/").json(&result)
            }
        });
        let replies = at_once(requests.collect()).await;
        let stored = replies.iter().filter(|reply| matches!(reply.status.as_u16(), 200 | 201)).count();
        let refused = replies.iter().filter(|reply| reply.status == 409 && reply.json["code"] == "result_exists").count();
        assert_eq!((stored, refused), (1, 49), "{:?}", counted(&replies));
        assert_eq!(count(&lab.tech.get("lab_result_values/").await), 1);
        assert_eq!(count(&lab.doctor.get("tasks/?assignee=me").await), 1);
        assert_eq!(lab.now(&order).await["status"], "Completed");
        world.settle().await;
    }

    async fn fifty_reviews_review_once(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200);
        let doctor = lab.doctor.clone().over(world.listen().await);
        let path = format!("lab_orders/{}/review/", order["id"]);
        let requests = (0..50).map(|_| doctor.request("POST", &path).json(&json!({})));
        let replies = at_once(requests.collect()).await;
        assert_eq!(counted(&replies), expected(&[("200", 1), ("409 state_conflict", 49)]));
        world.settle().await;
    }

    async fn cancelling_beside_entering_leaves_no_result_in_a_cancelled_order(world: &World) {
        let lab = Lab::new(world).await;
        let address = world.listen().await;
        let (tech, doctor) = (lab.tech.clone().over(address), lab.doctor.clone().over(address));
        for _ in 0..10 {
            let order = lab.order(&["K"], json!({})).await;
            let result = json!({ "lab_order_item": order["items"][0]["id"], "parameter_name": "K", "value_numeric": 4.1 });
            let requests = vec![
                tech.request("PUT", &format!("lab_orders/{}/add_results/", order["id"])).json(&json!({ "results": [result] })),
                doctor.request("POST", &format!("lab_orders/{}/cancel/", order["id"])).json(&json!({})),
            ];
            let replies = at_once(requests).await;
            let won = replies.iter().filter(|reply| reply.status == 200).count();
            assert_eq!(won, 1, "{:?}", counted(&replies));
            let now = lab.now(&order).await;
            let results = now["items"][0]["results"].as_array().unwrap().len();
            assert!(matches!((now["status"].as_str().unwrap(), results), ("Cancelled", 0) | ("Completed", 1)), "{now}");
        }
        world.settle().await;
    }

    async fn ordering_beside_signing_leaves_no_order_made_after_the_signature(world: &World) {
        let lab = Lab::new(world).await;
        let doctor = lab.doctor.clone().over(world.listen().await);
        let path = format!("encounters/{}/add_lab_order/", lab.encounter);
        let mut requests: Vec<Request> = (0..20).map(|_| doctor.request("POST", &path).json(&json!({ "test_name": "CRP" }))).collect();
        requests.insert(10, doctor.request("POST", &format!("encounters/{}/sign/", lab.encounter)).json(&json!({})));
        let replies = at_once(requests).await;
        let made = replies.iter().filter(|reply| reply.status == 201).count();
        let refused = replies.iter().filter(|reply| reply.json["code"] == "encounter_signed").count();
        assert_eq!(made + refused, 20, "{:?}", counted(&replies));
        assert_eq!(count(&lab.doctor.get("lab_orders/").await), made);
        world.settle().await;
    }

    async fn corrections_at_once_keep_every_value(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let id = lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200)["created"][0]["id"].clone();
        let tech = lab.tech.clone().over(world.listen().await);
        let path = format!("lab_result_values/{id}/");
        let requests = (0..20).map(|n| tech.request("PATCH", &path).json(&json!({ "value_numeric": format!("4.{}", 20 + n), "correction_reason": "Read again" })));
        let replies = at_once(requests.collect()).await;
        assert_eq!(counted(&replies), expected(&[("200", 20)]));
        let now = lab.tech.get(&path).await.is(200).clone();
        assert_eq!(now["earlier"].as_array().unwrap().len(), 20);
        world.settle().await;
    }
}
