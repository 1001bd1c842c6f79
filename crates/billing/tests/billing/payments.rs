//! `payments/`.

use serde_json::{Value as Json, json};

use crate::support::{Desk, cashier};

testkit::on_both! {
    async fn more_than_is_owed_is_refused_and_the_earlier_payment_named(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 300 })).await;
        let first = desk.pay(&bill, 300.0).await;
        let again = desk.pay(&bill, 0.01).await;
        let again = again.refuses(409, "overpayment");
        assert_eq!((&again["payment"]["id"], &again["payment"]["receipt_number"]), (&json!(first.id()), &json!(1)));
        assert_eq!((&again["payment"]["amount"], &again["balance_due"]), (&json!(300.0), &json!(0.0)));
        for amount in [json!(0), json!(-5), json!("x"), json!(null), json!(0.001)] {
            let path = format!("bills/{}/payments/", bill["id"]);
            desk.cashier.post(&path, json!({ "amount": amount })).await.complains_about("amount");
        }
        desk.cashier.post("payments/", json!({ "bill": 999, "amount": 1 })).await.complains_about("bill");
        desk.cashier.post("bills/999/payments/", json!({ "amount": 1 })).await.is(404);
        desk.books_agree().await;
    }

    async fn a_payment_by_the_version_that_was_read_is_for_that_bill(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 300 })).await;
        let path = format!("bills/{}/payments/", bill["id"]);
        let pay = async |version: &Json| {
            let request = desk.cashier.request("POST", &path).header("if-match", &format!("\"{version}\""));
            request.json(&json!({ "amount": 100 })).send().await
        };
        let read = desk.read(&bill).await["version"].clone();
        pay(&read).await.is(201);
        pay(&read).await.is(412);
        assert_eq!(desk.read(&bill).await["paid_amount"], 100.0);
        pay(&desk.read(&bill).await["version"].clone()).await.is(201);
        desk.books_agree().await;
    }

    async fn every_method_is_taken_and_a_transfer_is_booked_once(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({ "coverage_percent": 50 })).await;
        let bill = desk.bill(json!({ "total_amount": 1000, "insurance": policy })).await;
        for method in ["Cash", "Card", "Insurance", "Mobile Money", "Bank Transfer", "Other"] {
            let body = json!({ "bill": bill["id"], "amount": 10, "method": method, "reference": "T-1" });
            assert_eq!(desk.cashier.post("payments/", body.clone()).await.is(201)["method"], method);
            let again = desk.cashier.post("payments/", body).await;
            if ["Card", "Mobile Money"].contains(&method) {
                again.complains_about("reference");
            } else {
                again.is(201);
            }
        }
        // None is left out although some were refused.
        let payments = desk.cashier.get("payments/?ordering=receipt_number").await;
        let numbers: Vec<i64> = payments.is(200).as_array().unwrap().iter().map(|row| row["receipt_number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, (1..=10).collect::<Vec<i64>>());
        assert_eq!(desk.account("1020").await, 10.0);
        desk.books_agree().await;
    }

    async fn an_insurer_pays_only_where_a_policy_is_named(world: &World) {
        let desk = Desk::new(world).await;
        let plain = desk.bill(json!({ "total_amount": 100 })).await;
        let row = json!({ "amount": 10, "method": "Insurance" });
        desk.cashier.post(&format!("bills/{}/payments/", plain["id"]), row.clone()).await.complains_about("method");
        let refused = desk.cashier.post(&format!("bills/{}/pay/", plain["id"]), json!({ "payments": [row] })).await;
        refused.is(400);
        assert!(refused.json["payments"][0]["method"].is_array(), "{}", refused.text());
        assert_eq!(desk.read(&plain).await["paid_amount"], 0.0);
        // And no more than its part.
        let policy = desk.policy(json!({ "coverage_percent": 50 })).await;
        let insured = desk.bill(json!({ "total_amount": 100, "insurance": policy })).await;
        let path = format!("bills/{}/payments/", insured["id"]);
        desk.cashier.post(&path, json!({ "amount": 50.01, "method": "Insurance" })).await.refuses(409, "overpayment");
        desk.cashier.post(&path, json!({ "amount": 50, "method": "Insurance" })).await.is(201);
        desk.books_agree().await;
        world.settle().await;
    }

    async fn a_payment_says_what_it_is_and_cash_without_a_drawer_is_not_silent(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 100 })).await;
        let loose = desk.pay(&bill, 10.0).await.is(201).clone();
        assert_eq!((&loose["kind"], &loose["signed_amount"]), (&json!("payment"), &json!(10.0)));
        assert!(loose["notice"].as_str().unwrap().contains("drawer"), "{loose}");
        let paid = desk.cashier.post(&format!("bills/{}/pay/", bill["id"]), json!({ "payments": [{ "amount": 5 }] })).await;
        assert!(paid.is(201)["notice"].as_str().unwrap().contains("drawer"));
        let card = desk.cashier.post("payments/", json!({ "bill": bill["id"], "amount": 5, "method": "Card" })).await;
        assert_eq!(card.is(201)["notice"], json!(null));
        desk.cashier.post("cash-sessions/", json!({ "drawer": "Front" })).await.is(201);
        let payment = desk.pay(&bill, 20.0).await;
        assert_eq!(payment.is(201)["notice"], json!(null));
        let request = desk.cashier.post(&format!("payments/{}/refund/", payment.id()), json!({ "amount": 15, "reason": "x" })).await.id();
        desk.admin.post(&format!("refund-requests/{request}/approve/"), json!({})).await.is(200);
        let rows = desk.cashier.get(&format!("payments/?bill={}&ordering=receipt_number", bill["id"])).await;
        let rows = rows.is(200).as_array().unwrap().clone();
        let last = rows.last().unwrap();
        assert_eq!((&last["kind"], &last["amount"], &last["signed_amount"], &last["notice"]), (&json!("refund"), &json!(15.0), &json!(-15.0), &json!(null)));
        let sum: f64 = rows.iter().map(|row| row["signed_amount"].as_f64().unwrap()).sum();
        assert!((sum - 25.0).abs() < 1e-9, "{sum}");
        world.settle().await;
    }

    async fn a_repeated_key_books_once(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 300 })).await;
        let path = format!("bills/{}/payments/", bill["id"]);
        let mut ids = Vec::new();
        for _ in 0..2 {
            let request = desk.cashier.request("POST", &path).header("idempotency-key", "double-click");
            let reply = request.json(&json!({ "amount": 100, "method": "Cash" })).send().await;
            reply.is(201);
            ids.push(reply.id());
        }
        assert_eq!(ids[0], ids[1]);
        assert_eq!(desk.read(&bill).await["paid_amount"], 100.0);
    }

    async fn a_payment_stays_as_it_was_booked(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 300 })).await;
        let other = desk.bill(json!({ "total_amount": 300 })).await;
        let path = format!("payments/{}/", desk.pay(&bill, 100.0).await.id());
        for change in [json!({ "amount": 10 }), json!({ "method": "Card" }), json!({ "bill": other["id"] })] {
            desk.admin.patch(&path, change).await.refuses(409, "state_conflict");
        }
        assert_eq!(desk.cashier.patch(&path, json!({ "reference": "A-7" })).await.is(200)["reference_number"], "A-7");
        desk.admin.delete(&path).await.is(405);
        // Somebody else's name is not taken over.
        let body = json!({ "bill": bill["id"], "amount": 1, "received_by": desk.admin.id, "receipt_number": 77 });
        let payment = cashier(world).await.post("payments/", body).await;
        assert_ne!(payment.is(201)["received_by"], desk.admin.id);
        assert_eq!(payment.json["receipt_number"], 2);
    }
}

testkit::on_both! {
    async fn several_ways_of_paying_are_booked_as_a_whole_or_not_at_all(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 287.5 })).await;
        let path = format!("bills/{}/pay/", bill["id"]);
        let rows = |cash: f64| json!({ "payments": [
            { "amount": cash, "tendered": 200 },
            { "amount": 100, "payment_method": "Mobile Money", "reference_number": "MM-1" },
        ] });
        // A cent too much: nothing is booked, and no receipt's number is used up.
        let refused = desk.cashier.post(&path, rows(187.51)).await;
        assert_eq!(refused.refuses(409, "overpayment").get("payment"), None, "nothing was paid before");
        let paid = desk.cashier.post(&path, rows(187.5)).await;
        let paid = paid.is(201);
        assert_eq!((&paid["change_due"], &paid["balance_due"], &paid["bill"]), (&json!(12.5), &json!(0.0), &bill["id"]));
        let receipts: Vec<&Json> = paid["payments"].as_array().unwrap().iter().map(|row| &row["receipt_number"]).collect();
        assert_eq!(receipts, [&json!(1), &json!(2)]);
        assert_eq!(paid["first"], paid["payments"][0]["id"]);
        let again = desk.cashier.post(&path, rows(187.5)).await;
        assert_eq!(again.refuses(409, "overpayment")["payment"]["receipt_number"], 2);
        let read = desk.read(&bill).await;
        assert_eq!((&read["status"], &read["payments"][0]["tendered"]), (&json!("Paid"), &json!(200.0)));
        desk.books_agree().await;
    }

    async fn what_is_wrong_with_a_row_is_said_of_that_row(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 300 })).await;
        let path = format!("bills/{}/pay/", bill["id"]);
        for rows in [json!(null), json!([]), json!("x"), json!([1]), json!(vec![json!({ "amount": 1 }); 11])] {
            desk.cashier.post(&path, json!({ "payments": rows })).await.complains_about("payments");
        }
        let fine = json!({ "amount": 1 });
        desk.cashier.post(&path, json!({ "payments": [fine], "balance_due": "much" })).await.complains_about("balance_due");
        for (row, field) in [
            (json!({}), "amount"), (json!({ "amount": 0 }), "amount"), (json!({ "amount": "x" }), "amount"),
            (json!({ "amount": 1, "method": "Shells" }), "method"),
            (json!({ "amount": 10, "tendered": 9.99 }), "tendered"),
            (json!({ "amount": 10, "tendered": 10, "method": "Card" }), "tendered"),
        ] {
            let reply = desk.cashier.post(&path, json!({ "payments": [fine, row] })).await;
            reply.complains_about("payments");
            assert!(reply.json["payments"][0].as_object().unwrap().is_empty(), "{}", reply.json);
            assert!(reply.json["payments"][1].get(field).is_some(), "{field}: {}", reply.json);
        }
        // The same rules hold for one payment by itself.
        let one = format!("bills/{}/payments/", bill["id"]);
        desk.cashier.post(&one, json!({ "amount": 10, "tendered": 5 })).await.complains_about("tendered");
        assert_eq!(desk.cashier.post(&one, json!({ "amount": 10, "tendered": 50 })).await.is(201)["tendered"], 50.0);
        desk.doctor.post(&path, json!({ "payments": [fine] })).await.is(403);
        let draft = desk.bill(json!({ "total_amount": 5, "status": "Draft" })).await;
        let path = format!("bills/{}/pay/", draft["id"]);
        desk.cashier.post(&path, json!({ "payments": [fine] })).await.refuses(409, "state_conflict");
        assert_eq!(desk.read(&bill).await["paid_amount"], 10.0);
        desk.books_agree().await;
    }
}
