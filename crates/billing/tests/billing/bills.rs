//! `bills/` and `bill-items/`.

use serde_json::{Value as Json, json};

use crate::support::Desk;

testkit::on_both! {
    async fn a_bill_is_answered_as_clients_read_it(world: &World) {
        let desk = Desk::new(world).await;
        let encounter = desk.encounter().await;
        // The policy covers nothing of today: all of it is the patient's.
        let insurance = desk.policy(json!({ "valid_until": "2026-11-22" })).await;
        let body = json!({ "encounter": encounter, "total_amount": 500.00, "insurance": insurance });
        let bill = desk.bill(body).await;
        for (key, value) in [
            ("patient", json!(desk.patient)), ("patient_id", json!(desk.patient)),
            ("encounter", json!(encounter)), ("encounter_id", json!(encounter)),
            ("insurance", json!(insurance)), ("insurance_id", json!(insurance)),
            ("date_issued", json!("2026-11-23")), ("bill_date", json!("2026-11-23")),
            ("service_date", json!("2026-11-23")),
            ("total_amount", json!(500.0)), ("amount", json!(500.0)), ("insurance_amount", json!(0.0)),
            ("paid_amount", json!(0.0)), ("balance_due", json!(500.0)), ("is_paid", json!(false)),
            ("status", json!("Open")), ("patient_name", json!("Jane Ceesay")),
            ("doctor", json!(desk.doctor.id)), ("items", json!([])), ("payments", json!([])), ("version", json!(1)),
        ] {
            assert_eq!(bill[key], value, "{key}");
        }
        let payment = desk.pay(&bill, 50.0).await;
        let payment = payment.is(201);
        for (key, value) in [
            ("bill", bill["id"].clone()), ("amount", json!(50.0)), ("amount_paid", json!(50.0)),
            ("method", json!("Cash")), ("payment_method", json!("Cash")),
            ("reference", json!("")), ("reference_number", json!("")), ("received_by", json!(desk.cashier.id)),
            ("receipt_number", json!(1)), ("payment_date", json!("2026-11-23T08:00:00Z")),
        ] {
            assert_eq!(payment[key], value, "{key}");
        }
        let bill = desk.read(&bill).await;
        assert_eq!((&bill["status"], &bill["paid_amount"], &bill["balance_due"]), (&json!("Partially Paid"), &json!(50.0), &json!(450.0)));
        assert_eq!(bill["payments"][0]["amount_paid"], 50.0);
        assert_eq!(bill["payments"][0]["id"], payment["id"]);
        // The other way to the same.
        let rest = json!({ "bill_id": bill["id"], "amount_paid": "450.00", "payment_method": "card", "reference_number": "V-1" });
        desk.cashier.post("payments/", rest).await.is(201);
        let bill = desk.read(&bill).await;
        assert_eq!((&bill["status"], &bill["is_paid"], &bill["balance_due"]), (&json!("Paid"), &json!(true), &json!(0.0)));
        desk.books_agree().await;
        world.settle().await;
    }

    async fn with_lines_the_total_is_their_sum(world: &World) {
        let desk = Desk::new(world).await;
        let service = desk.service("Dressing", 30.0, "DRESSING").await;
        let bill = desk.bill(json!({ "total_amount": 7, "items": [
            { "service": service, "quantity": 3 },
            { "description": "Crutches", "unit_price": "12.50", "quantity": 2, "discount": 5, "discount_reason": "Staff" },
        ] })).await;
        assert_eq!(bill["total_amount"], 110.0);
        let items = &bill["items"];
        assert_eq!((&items[0]["service_name"], &items[0]["unit_price"], &items[0]["total_price"]), (&json!("Dressing"), &json!(30.0), &json!(90.0)));
        assert_eq!((&items[0]["description"], &items[1]["description"]), (&json!("Dressing"), &json!("Crutches")));
        assert_eq!((&items[1]["amount"], &items[1]["line_total"], &items[1]["service"]), (&json!(12.5), &json!(20.0), &json!(null)));
        // One more, changed, and gone again.
        let line = json!({ "bill": bill["id"], "description": "Plaster", "amount": 40 });
        let line = desk.cashier.post("bill-items/", line).await.is(201).clone();
        assert_eq!((&line["quantity"], &line["total_price"], &line["patient"]), (&json!(1), &json!(40.0), &json!(desk.patient)));
        assert_eq!(desk.read(&bill).await["total_amount"], 150.0);
        let path = format!("bill-items/{}/", line["id"]);
        desk.cashier.patch(&path, json!({ "quantity": 2 })).await.is(200);
        assert_eq!(desk.read(&bill).await["balance_due"], 190.0);
        // What a client says of the total does not count any more.
        let path_of_bill = format!("bills/{}/", bill["id"]);
        assert_eq!(desk.cashier.patch(&path_of_bill, json!({ "total_amount": 1 })).await.is(200)["total_amount"], 190.0);
        desk.admin.delete(&path).await.is(204);
        assert_eq!(desk.read(&bill).await["total_amount"], 110.0);
        desk.books_agree().await;
    }

    async fn a_bill_that_begins_with_a_free_line_takes_others(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "items": [{ "description": "Free of charge" }] })).await;
        assert_eq!((&bill["status"], &bill["total_amount"]), (&json!("Paid"), &json!(0.0)));
        let line = json!({ "bill": bill["id"], "description": "Plaster", "amount": 40 });
        desk.cashier.post("bill-items/", line).await.is(201);
        assert_eq!(desk.read(&bill).await["status"], "Open");
        desk.books_agree().await;
    }

    async fn without_lines_the_clients_total_stands(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "amount": 80 })).await;
        assert_eq!(bill["total_amount"], 80.0);
        let path = format!("bills/{}/", bill["id"]);
        // Writing back what was read changes nothing.
        let same = desk.cashier.put(&path, bill.clone()).await;
        assert_eq!(same.is(200)["version"], bill["version"]);
        assert_eq!(desk.cashier.patch(&path, json!({ "total_amount": 90.5 })).await.is(200)["balance_due"], 90.5);
        desk.pay(&bill, 60.0).await.is(201);
        desk.cashier.patch(&path, json!({ "total_amount": 59.99 })).await.refuses(409, "state_conflict");
        assert_eq!(desk.cashier.patch(&path, json!({ "total_amount": 60 })).await.is(200)["status"], "Paid");
        desk.cashier.patch(&path, json!({ "total_amount": 61 })).await.refuses(409, "state_conflict");
        desk.books_agree().await;
    }

    async fn what_is_wrong_is_said_by_line_and_field(world: &World) {
        let desk = Desk::new(world).await;
        let reply = desk.try_bill(json!({ "items": [
            { "description": "Fine", "amount": 1 },
            { "description": "Bad", "amount": 1, "quantity": 0 },
            { "description": "Worse", "amount": 10, "discount": 1 },
            { "description": "Worst", "amount": 10, "discount": 11, "discount_reason": "x" },
            { "service": 999 },
            { "description": "Not money", "amount": "ten" },
        ] })).await;
        let items = reply.is(400)["items"].as_array().unwrap().clone();
        let fields: Vec<Vec<String>> = items.iter().map(|item| item.as_object().unwrap().keys().cloned().collect()).collect();
        assert_eq!(fields, [vec![], vec!["quantity"], vec!["discount_reason"], vec!["discount"], vec!["service"], vec!["amount"]]);
        assert_eq!(desk.cashier.get("bills/").await.is(200), &json!([]));
        desk.try_bill(json!({ "total_amount": -1 })).await.complains_about("total_amount");
        desk.try_bill(json!({ "total_amount": 1.005 })).await.complains_about("total_amount");
        desk.try_bill(json!({ "total_amount": 1, "status": "Paid" })).await.complains_about("status");
        desk.try_bill(json!({ "total_amount": 1, "patient": 999 })).await.complains_about("patient");
        desk.try_bill(json!({ "items": "none" })).await.complains_about("items");
        let huge = json!({ "items": [{ "description": "a", "amount": 90_000_000_000i64 }, { "description": "b", "amount": 90_000_000_000i64 }] });
        desk.try_bill(huge).await.complains_about("items");
    }

    async fn a_draft_takes_no_payment_until_it_is_opened(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 100, "status": "Draft" })).await;
        assert_eq!(bill["status"], "Draft");
        desk.pay(&bill, 10.0).await.refuses(409, "state_conflict");
        assert_eq!(desk.account("1100").await, 0.0);
        let path = format!("bills/{}/open/", bill["id"]);
        assert_eq!(desk.cashier.post(&path, json!({})).await.is(200)["status"], "Open");
        assert_eq!(desk.account("1100").await, 100.0);
        desk.cashier.post(&path, json!({})).await.refuses(409, "state_conflict");
        desk.pay(&bill, 10.0).await.is(201);
        // The same by writing the status, which does not lead back.
        let other = desk.bill(json!({ "total_amount": 5, "status": "Draft" })).await;
        let path = format!("bills/{}/", other["id"]);
        assert_eq!(desk.cashier.patch(&path, json!({ "status": "Open" })).await.is(200)["status"], "Open");
        for status in ["Draft", "Paid", "Void"] {
            desk.cashier.patch(&path, json!({ "status": status })).await.refuses(409, "state_conflict");
        }
        desk.books_agree().await;
    }

    /// While a bill is a draft, the lines that are sent take the place of those that there are; later they only may be
    /// sent back.
    async fn a_drafts_lines_are_replaced_and_those_of_a_bill_are_not(world: &World) {
        let desk = Desk::new(world).await;
        let items = json!([{ "description": "Dressing", "amount": 10 }, { "description": "Splint", "amount": 20, "quantity": 2 }]);
        let bill = desk.bill(json!({ "items": items, "status": "Draft" })).await;
        let path = format!("bills/{}/", bill["id"]);
        let kept = bill["items"][0].clone();
        let changed = desk.cashier.patch(&path, json!({ "items": [kept, { "description": "Plaster", "amount": 12, "quantity": 3 }] })).await;
        assert_eq!((&changed.is(200)["total_amount"], &changed.json["balance_due"]), (&json!(46.0), &json!(46.0)));
        assert_eq!((&changed.json["items"][0]["id"], &changed.json["items"][1]["description"]), (&bill["items"][0]["id"], &json!("Plaster")));
        let twice = json!({ "items": [kept, kept, { "description": "Plaster", "amount": 12, "quantity": 3 }] });
        let twice = desk.cashier.patch(&path, twice).await;
        assert_eq!((&twice.is(200)["total_amount"], &twice.json["items"][2]["line_total"]), (&json!(56.0), &json!(10.0)));
        // Other lines that come to the same are others: who read those before is told.
        let pair = json!([{ "description": "Plaster", "amount": 28, "quantity": 2 }]);
        let renewed = desk.cashier.patch(&path, json!({ "items": pair })).await;
        assert_eq!((&renewed.is(200)["total_amount"], &renewed.json["items"][0]["quantity"]), (&json!(56.0), &json!(2)));
        let line = format!("bill-items/{}/", renewed.json["items"][0]["id"]);
        desk.cashier.patch(&line, json!({ "description": "Plasters" })).await.is(200);
        for read in [&twice, &renewed] {
            let version = format!("\"{}\"", read.json["version"]);
            let stale = desk.cashier.request("PUT", &path).header("if-match", &version).json(&read.json);
            stale.send().await.refuses(412, "stale_version");
        }
        desk.cashier.patch(&path, json!({ "items": [{ "description": "Plaster", "amount": -1 }] })).await.is(400);
        desk.cashier.patch(&path, json!({ "items": "all" })).await.complains_about("items");
        // Without lines nothing is charged, and the last ones are opened with the bill.
        assert_eq!(desk.cashier.patch(&path, json!({ "items": [] })).await.is(200)["total_amount"], 0.0);
        let open = json!({ "items": [{ "description": "Plaster", "amount": 12 }], "status": "Open" });
        assert_eq!(desk.cashier.patch(&path, open).await.is(200)["balance_due"], 12.0);
        assert_eq!(desk.account("1100").await, 12.0);
        let read = desk.read(&bill).await;
        assert_eq!(desk.cashier.put(&path, read.clone()).await.is(200)["version"], read["version"]);
        desk.cashier.patch(&path, json!({ "items": [{ "description": "Plaster", "amount": 11 }] })).await.refuses(409, "state_conflict");
        desk.cashier.patch(&path, json!({ "items": [] })).await.refuses(409, "state_conflict");
        desk.books_agree().await;
        world.settle().await;
    }

    /// The CFA franc has no minor unit: amounts with decimals are not charged, split or booked.
    async fn amounts_are_whole_in_a_currency_without_minor_unit(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({ "coverage_percent": 50 })).await;
        // Written while amounts had decimals.
        let earlier = desk.bill(json!({ "total_amount": 37.5 })).await;
        let node = world.node(&[("CHELAL_CURRENCY", "XOF")]).await;
        let (cashier, admin) = (node.as_signed_in(&desk.cashier), node.as_signed_in(&desk.admin));
        admin.post("service-catalog/", json!({ "name": "Dressing", "code": "D", "price": 12.5 })).await.complains_about("price");
        let bill = |more: Json| {
            let mut body = json!({ "patient": desk.patient });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            cashier.post("bills/", body)
        };
        bill(json!({ "total_amount": "100.50" })).await.complains_about("total_amount");
        bill(json!({ "items": [{ "description": "Gauze", "amount": 12.5, "quantity": 3 }] })).await.complains_about("items");
        let made = bill(json!({ "insurance": policy, "items": [{ "description": "Gauze", "amount": 12.5, "quantity": 2 }, { "description": "Splint", "amount": 76 }] })).await;
        assert_eq!((&made.is(201)["total_amount"], &made.json["insurance_amount"], &made.json["balance_due"]), (&json!(101.0), &json!(51.0), &json!(50.0)));
        let pay = async |bill: &Json, amount: f64| {
            let path = format!("bills/{}/payments/", bill["id"]);
            cashier.post(&path, json!({ "amount": amount, "method": "Cash" })).await
        };
        let others = json!({ "amount": 50, "method": "Cash", "bill": earlier["id"] });
        cashier.post(&format!("bills/{}/payments/", made.json["id"]), others.clone()).await.complains_about("bill");
        let within = json!({ "payments": [others.clone()] });
        cashier.post(&format!("bills/{}/pay/", made.json["id"]), within).await.complains_about("payments");
        let beside = json!({ "payments": [{ "amount": 50, "method": "Cash" }], "bill_id": earlier["id"] });
        cashier.post(&format!("bills/{}/pay/", made.json["id"]), beside).await.complains_about("bill_id");
        let refused = pay(&made.json, 10.5).await;
        assert!(refused.complains_about("amount").to_string().contains("XOF"), "{}", refused.text());
        let several = json!({ "payments": [{ "amount": 10 }, { "amount": 0.5 }] });
        cashier.post(&format!("bills/{}/pay/", made.json["id"]), several).await.complains_about("payments");
        let paid = pay(&made.json, 50.0).await.is(201)["id"].clone();
        cashier.post(&format!("payments/{paid}/refund/"), json!({ "amount": 0.5, "reason": "Twice" })).await.complains_about("amount");
        // What was owed before to the half is settled as it stands.
        pay(&earlier, 37.0).await.is(201);
        assert_eq!(pay(&earlier, 0.5).await.is(201)["amount"], 0.5);
        desk.books_agree().await;
    }

    async fn a_bill_is_withdrawn_with_a_reason_unless_it_holds_money(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 100 })).await;
        let path = format!("bills/{}/void/", bill["id"]);
        desk.cashier.post(&path, json!({})).await.complains_about("reason");
        let voided = desk.cashier.post(&path, json!({ "reason": "Written twice" })).await;
        let voided = voided.is(200);
        assert_eq!((&voided["status"], &voided["balance_due"], &voided["void_reason"]), (&json!("Void"), &json!(0.0), &json!("Written twice")));
        assert_eq!((desk.account("1100").await, desk.account("4000").await), (0.0, 0.0));
        desk.pay(&bill, 1.0).await.refuses(409, "state_conflict");
        desk.cashier.post(&path, json!({ "reason": "Again" })).await.refuses(409, "state_conflict");
        let paid = desk.bill(json!({ "total_amount": 100 })).await;
        desk.pay(&paid, 1.0).await.is(201);
        let path = format!("bills/{}/void/", paid["id"]);
        desk.cashier.post(&path, json!({ "reason": "Too late" })).await.refuses(409, "state_conflict");
        // Deleting takes it out of the ledger as well, and is no way around.
        desk.admin.delete(&format!("bills/{}/", paid["id"])).await.is(409);
        let mistaken = desk.bill(json!({ "items": [{ "description": "x", "amount": 3 }] })).await;
        desk.admin.delete(&format!("bills/{}/", mistaken["id"])).await.is(204);
        desk.cashier.get(&format!("bills/{}/", mistaken["id"])).await.is(404);
        assert_eq!(desk.account("1100").await, 99.0);
        desk.books_agree().await;
    }

    async fn what_is_not_asked_for_any_more_is_written_off(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 100 })).await;
        desk.pay(&bill, 40.0).await.is(201);
        let path = format!("bills/{}/write_off/", bill["id"]);
        desk.cashier.post(&path, json!({ "reason": "Poor" })).await.is(403);
        desk.admin.post(&path, json!({ "reason": "Poor", "amount": 60.01 })).await.refuses(409, "overpayment");
        let bill = desk.admin.post(&path, json!({ "reason": "Poor" })).await;
        assert_eq!((&bill.is(200)["status"], &bill.json["written_off_amount"]), (&json!("Paid"), &json!(60.0)));
        assert_eq!(desk.account("5000").await, 60.0);
        desk.books_agree().await;
    }
}
