//! `cash-sessions/`.

use serde_json::json;

use crate::support::{Desk, cashier};

/// The last payment of a bill.
async fn desk_payment(desk: &Desk, bill: &serde_json::Value) -> i64 {
    let bill = desk.read(bill).await;
    bill["payments"].as_array().unwrap().last().unwrap()["id"]
        .as_i64()
        .unwrap()
}

testkit::on_both! {
    async fn what_should_be_in_the_drawer_is_told_after_it_was_counted(world: &World) {
        let desk = Desk::new(world).await;
        let opened = desk.cashier.post("cash-sessions/", json!({ "drawer": "Front", "opening_float": 50 })).await.is(201).clone();
        assert_eq!((&opened["cashier"], &opened["status"], &opened["expected_amount"]), (&json!(desk.cashier.id), &json!("open"), &json!(null)));
        let bill = desk.bill(json!({ "total_amount": 500 })).await;
        let payment = desk.pay(&bill, 120.0).await;
        assert_eq!(payment.is(201)["cash_session"], opened["id"]);
        // Not cash, and not this cashier's.
        let card = json!({ "bill": bill["id"], "amount": 30, "method": "Card" });
        assert_eq!(desk.cashier.post("payments/", card).await.is(201)["cash_session"], json!(null));
        let other = cashier(world).await;
        let theirs = json!({ "bill": bill["id"], "amount": 7, "method": "Cash" });
        assert_eq!(other.post("payments/", theirs).await.is(201)["cash_session"], json!(null));
        // A refund leaves the drawer of the cashier who asked for it, themselves.
        let refund = json!({ "amount": 20, "reason": "Wrong" });
        desk.cashier.post("delegateaccess/", json!({ "delegate": desk.admin.id, "can_act_as_user": true })).await.is(201);
        let path = format!("payments/{}/refund/", payment.id());
        let in_their_name = desk.admin.request("POST", &path).header("x-act-as", &desk.cashier.id.to_string()).json(&refund).send().await;
        in_their_name.refuses(403, "permission_denied");
        let request = desk.cashier.post(&format!("payments/{}/refund/", payment.id()), refund).await.is(201).clone();
        desk.admin.post(&format!("refund-requests/{}/approve/", request["id"]), json!({})).await.is(200);
        // Cash is told after the count, whatever else was taken at once.
        let takings = format!("cash-sessions/{}/takings/", opened["id"]);
        let card = json!({ "method": "Card", "payments": 1, "refunds": 0, "received": 30.0, "paid_out": 0.0, "net": 30.0 });
        let hidden = json!({ "method": "Cash", "payments": 1, "refunds": 1, "received": null, "paid_out": null, "net": null });
        assert_eq!(*desk.cashier.get(&takings).await.is(200), json!([card, hidden]));
        other.get(&takings).await.is(404);
        let path = format!("cash-sessions/{}/count/", opened["id"]);
        other.post(&path, json!({ "counted_amount": 1 })).await.is(404);
        let counted = desk.cashier.post(&path, json!({ "counted_amount": 149.5 })).await.is(200).clone();
        assert_eq!((&counted["expected_amount"], &counted["difference"], &counted["status"]), (&json!(150.0), &json!(-0.5), &json!("counted")));
        let told = json!({ "method": "Cash", "payments": 1, "refunds": 1, "received": 120.0, "paid_out": 20.0, "net": 100.0 });
        assert_eq!(*desk.cashier.get(&takings).await.is(200), json!([card, told]));
        let again = desk.cashier.post(&path, json!({ "counted_amount": 150 })).await;
        again.refuses(409, "state_conflict");
        assert!(again.json["detail"].as_str().unwrap().starts_with("This drawer was counted by "), "{}", again.text());
        assert_eq!(desk.pay(&bill, 1.0).await.is(201)["cash_session"], json!(null));
        // The successor works here, and begins with what was counted.
        let path = format!("cash-sessions/{}/hand_over/", opened["id"]);
        let patient = world.patient().await.id;
        desk.cashier.post(&path, json!({ "to": patient })).await.complains_about("to");
        desk.cashier.post(&path, json!({ "to": desk.cashier.id })).await.complains_about("to");
        let handed = desk.cashier.post(&path, json!({ "to": other.id })).await;
        assert_eq!((&handed.is(200)["status"], &handed.json["handed_over_to"]), (&json!("handed_over"), &json!(other.id)));
        let next = other.get("cash-sessions/?status=open").await.is(200)[0].clone();
        assert_eq!((&next["opening_float"], &next["drawer"], &next["received_from"]), (&json!(149.5), &json!("Front"), &opened["id"]));
        desk.books_agree().await;
        world.settle().await;
    }

    async fn no_more_leaves_a_drawer_than_lies_in_it(world: &World) {
        let desk = Desk::new(world).await;
        // What was taken before the drawer was opened is not in it.
        let bill = desk.bill(json!({ "total_amount": 300 })).await;
        let loose = desk.pay(&bill, 100.0).await.id();
        let opened = desk.cashier.post("cash-sessions/", json!({ "opening_float": 20 })).await.is(201).clone();
        assert_eq!(opened.get("in_drawer"), None, "nobody is told before the count");
        let taken = desk.pay(&bill, 50.0).await.id();
        let refund = async |payment: i64, amount: f64| {
            let body = json!({ "amount": amount, "reason": "Wrong" });
            let request = desk.cashier.post(&format!("payments/{payment}/refund/"), body).await.id();
            (request, desk.admin.post(&format!("refund-requests/{request}/approve/"), json!({})).await)
        };
        let (waits, refused) = refund(loose, 70.01).await;
        refused.refuses(409, "state_conflict");
        assert_eq!((&refused.json["in_drawer"], &refused.json["cash_session"]), (&json!(70.0), &opened["id"]));
        assert_eq!(desk.read(&bill).await["refunded_amount"], 0.0);
        refund(loose, 20.0).await.1.is(200);
        refund(taken, 50.0).await.1.is(200);
        // It can be given back once there is as much.
        let other = desk.bill(json!({ "total_amount": 80 })).await;
        desk.pay(&other, 80.0).await.is(201);
        desk.admin.post(&format!("refund-requests/{waits}/approve/"), json!({})).await.is(200);
        let path = format!("cash-sessions/{}/count/", opened["id"]);
        let counted = desk.cashier.post(&path, json!({ "counted_amount": 9.99 })).await;
        assert_eq!((&counted.is(200)["expected_amount"], &counted.json["difference"]), (&json!(9.99), &json!(0.0)));
        // Without an open drawer, what went into one does not come out of nowhere; what went into none may.
        let (_, refused) = refund(desk_payment(&desk, &other).await, 1.0).await;
        refused.refuses(409, "state_conflict");
        refund(loose, 1.0).await.1.is(200);
        desk.books_agree().await;
        world.settle().await;
    }

    async fn a_cashier_and_a_drawer_have_one_open_session(world: &World) {
        let desk = Desk::new(world).await;
        desk.cashier.post("cash-sessions/", json!({ "drawer": "Front" })).await.is(201);
        desk.cashier.post("cash-sessions/", json!({ "drawer": "Back" })).await.refuses(409, "state_conflict");
        let other = cashier(world).await;
        other.post("cash-sessions/", json!({ "drawer": "Front" })).await.refuses(409, "state_conflict");
        for same in ["front", " FRONT ", "Front  "] {
            other.post("cash-sessions/", json!({ "drawer": same })).await.refuses(409, "state_conflict");
        }
        other.post("cash-sessions/", json!({ "opening_float": -1 })).await.complains_about("opening_float");
        other.post("cash-sessions/", json!({ "drawer": "Back" })).await.is(201);
        assert_eq!(other.get("cash-sessions/").await.is(200).as_array().unwrap().len(), 1);
        assert_eq!(desk.admin.get("cash-sessions/").await.is(200).as_array().unwrap().len(), 2);
    }

    async fn a_drawer_is_counted_note_by_note(world: &World) {
        let desk = Desk::new(world).await;
        let opened = desk.cashier.post("cash-sessions/", json!({ "opening_float": 450.5 })).await.id();
        let path = format!("cash-sessions/{opened}/count/");
        desk.cashier.post(&path, json!({})).await.complains_about("counted_amount");
        let notes = json!([{ "value": 200, "number": 2 }, { "value": 50, "number": 1 }, { "value": 0.25, "number": 2 }, { "value": 5 }]);
        desk.cashier.post(&path, json!({ "pieces": notes, "counted_amount": 1 })).await.complains_about("counted_amount");
        desk.cashier.post(&path, json!({ "pieces": [{ "value": 200, "number": -2 }] })).await.complains_about("pieces");
        let counted = desk.cashier.post(&path, json!({ "pieces": notes })).await;
        assert_eq!((&counted.is(200)["counted_amount"], &counted.json["difference"]), (&json!(450.5), &json!(0.0)));
    }
}
