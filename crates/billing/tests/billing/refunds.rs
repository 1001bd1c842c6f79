//! `payments/{id}/refund/` and `refund-requests/`.

use serde_json::{Value as Json, json};
use testkit::Caller;

use crate::support::Desk;

async fn request(by: &Caller, payment: i64, amount: f64) -> testkit::Reply {
    let body = json!({ "amount": amount, "reason": "Paid twice" });
    by.post(&format!("payments/{payment}/refund/"), body).await
}

async fn approve(by: &Caller, request: &Json) -> testkit::Reply {
    by.post(
        &format!("refund-requests/{}/approve/", request["id"]),
        json!({}),
    )
    .await
}

testkit::on_both! {
    async fn a_payment_is_given_back_in_parts_up_to_the_last_cent(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 500 })).await;
        let payment = desk.pay(&bill, 500.0).await.id();
        let first = request(&desk.cashier, payment, 400.0).await.is(201).clone();
        assert_eq!((&first["status"], &first["requested_by"], &first["bill"]), (&json!("pending"), &json!(desk.cashier.id), &bill["id"]));
        // Nothing has moved yet.
        assert_eq!(desk.read(&bill).await["refunded_amount"], 0.0);
        let approved = approve(&desk.admin, &first).await.is(200).clone();
        assert_eq!((&approved["status"], &approved["decided_by"]), (&json!("approved"), &json!(desk.admin.id)));
        assert_eq!((&first["approved_by"], &approved["approved_by_id"]), (&json!(null), &json!(desk.admin.id)));
        let now = desk.read(&bill).await;
        assert_eq!((&now["refunded_amount"], &now["balance_due"], &now["status"]), (&json!(400.0), &json!(400.0), &json!("Partially Paid")));
        let refund = desk.cashier.get(&format!("payments/{}/", approved["refund"])).await;
        assert_eq!((&refund.is(200)["refund_of"], &refund.json["receipt_number"], &refund.json["amount"]), (&json!(payment), &json!(2), &json!(400.0)));
        // 100 more, and not a cent after that: not even while the request is pending.
        let second = request(&desk.cashier, payment, 100.0).await.is(201).clone();
        request(&desk.cashier, payment, 0.01).await.refuses(409, "refund_exceeds_payment");
        approve(&desk.admin, &second).await.is(200);
        request(&desk.cashier, payment, 0.01).await.refuses(409, "refund_exceeds_payment");
        let now = desk.read(&bill).await;
        assert_eq!((&now["balance_due"], &now["status"]), (&json!(500.0), &json!("Open")));
        assert_eq!((desk.account("1000").await, desk.account("2000").await, desk.account("1100").await), (0.0, 0.0, 500.0));
        desk.books_agree().await;
        world.settle().await;
    }

    async fn nobody_approves_their_own_request(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 500 })).await;
        let payment = desk.pay(&bill, 500.0).await.id();
        let own = request(&desk.admin, payment, 500.0).await.is(201).clone();
        approve(&desk.admin, &own).await.is(403);
        approve(&desk.cashier, &own).await.is(403);
        let other = world.admin().await;
        approve(&other, &own).await.is(200);
        // Who decides again is told who did, and when.
        let again = approve(&desk.cashier, &own).await;
        again.is(403);
        let again = approve(&other, &own).await;
        again.refuses(409, "state_conflict");
        assert_eq!(again.json["by"], other.id);
        assert!(again.json["detail"].as_str().unwrap().starts_with("This refund was approved by Fatou Ceesay on 23 November 2026, "), "{}", again.text());
        desk.books_agree().await;
        world.settle().await;
    }

    async fn whoever_asked_is_told_what_became_of_it(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 500 })).await;
        let payment = desk.pay(&bill, 500.0).await.id();
        let yes = request(&desk.cashier, payment, 100.0).await.is(201).clone();
        let no = request(&desk.cashier, payment, 50.0).await.is(201).clone();
        let own = request(&desk.cashier, payment, 20.0).await.is(201).clone();
        approve(&desk.admin, &yes).await.is(200);
        for (by, request) in [(&desk.admin, &no), (&desk.cashier, &own)] {
            by.post(&format!("refund-requests/{}/reject/", request["id"]), json!({})).await.is(200);
        }
        world.settle().await;
        let told = desk.cashier.get("notifications/?ordering=id").await.is(200).clone();
        let told: Vec<(&str, &str)> = told.as_array().unwrap().iter().map(|row| {
            (row["message"].as_str().unwrap(), row["related_object"].as_str().unwrap())
        }).collect();
        assert_eq!(told.len(), 2, "nobody is told of what they took back themselves: {told:?}");
        assert!(told.iter().any(|(said, about)| said.contains("100.00") && said.contains("Jane") && about.ends_with(&format!(":{}", yes["id"]))), "{told:?}");
        assert!(told.iter().any(|(said, _)| said.contains("50.00") && said.starts_with("Not approved")), "{told:?}");
        assert_eq!(desk.admin.get("notifications/").await.is(200).as_array().unwrap().len(), 0);
        world.settle().await;
    }

    async fn a_rejected_request_sets_nothing_aside(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 500 })).await;
        let payment = desk.pay(&bill, 500.0).await.id();
        let body = json!({ "reason": "All of it" });
        let all = desk.cashier.post(&format!("payments/{payment}/refund/"), body).await.is(201).clone();
        assert_eq!(all["amount"], 500.0);
        let path = format!("refund-requests/{}/reject/", all["id"]);
        assert_eq!(desk.admin.post(&path, json!({})).await.is(200)["status"], "rejected");
        request(&desk.cashier, payment, 500.0).await.is(201);
        desk.cashier.post(&format!("payments/{payment}/refund/"), json!({ "amount": 1 })).await.complains_about("reason");
        request(&desk.cashier, payment, 0.0).await.complains_about("amount");
        assert_eq!(desk.read(&bill).await["refunded_amount"], 0.0);
        desk.books_agree().await;
        world.settle().await;
    }
}
