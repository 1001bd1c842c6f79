//! Many want the same in the same moment, each on a connection of their own.

use crate::support::Desk;
use contracts::Dispensed;
use jiff::Timestamp;
use kernel::Money;
use platform::unit;
use serde_json::json;
use testkit::races::{at_once, counted, expected};
use tokio::task::JoinSet;

testkit::on_both! {
    async fn a_bill_is_paid_exactly_however_many_pay_at_once(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 100 })).await;
        let cashier = desk.cashier.clone().over(world.listen().await);
        let path = format!("bills/{}/payments/", bill["id"]);
        let requests = (0..100).map(|_| cashier.request("POST", &path).json(&json!({ "amount": 10, "method": "Cash" }))).collect();
        let replies = at_once(requests).await;
        assert_eq!(counted(&replies), expected(&[("201", 10), ("409 overpayment", 90)]));
        let bill = desk.read(&bill).await;
        assert_eq!((&bill["paid_amount"], &bill["balance_due"], &bill["status"]), (&json!(100.0), &json!(0.0), &json!("Paid")));
        let mut numbers: Vec<i64> = bill["payments"].as_array().unwrap().iter().map(|row| row["receipt_number"].as_i64().unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=10).collect::<Vec<i64>>());
        assert_eq!(desk.account("1000").await, 100.0);
        desk.books_agree().await;
    }

    async fn a_policy_stays_its_patients_once_a_bill_names_it(world: &World) {
        let desk = Desk::new(world).await;
        let other = crate::support::register(&desk.admin, "Musa").await;
        let cashier = desk.cashier.clone().over(world.listen().await);
        for round in 0..8 {
            let policy = desk.policy(json!({ "policy_number": format!("R-{round}"), "coverage_percent": 50 })).await;
            let path = format!("insurance/{policy}/");
            let bill = json!({ "patient": desk.patient, "insurance": policy, "total_amount": 10 });
            let mut requests: Vec<_> = (0..4).map(|_| cashier.request("POST", "bills/").json(&bill)).collect();
            requests.insert(2, cashier.request("PATCH", &path).json(&json!({ "patient": other })));
            let replies = at_once(requests).await;
            let whose = cashier.get(&path).await.is(200)["patient"].clone();
            let billed = replies.iter().filter(|reply| reply.status == 201).count();
            assert!(billed == 0 || whose == desk.patient, "{whose} {:?}", counted(&replies));
            assert!(replies.iter().all(|reply| [200, 201, 400, 409].contains(&reply.status.as_u16())));
        }
        desk.books_agree().await;
    }

    async fn a_double_click_pays_once(world: &World) {
        let desk = Desk::new(world).await;
        let cashier = desk.cashier.clone().over(world.listen().await);
        let body = json!({ "amount": 300, "method": "Cash" });
        // Without a key the second is told that the bill is paid.
        let bill = desk.bill(json!({ "total_amount": 300 })).await;
        let path = format!("bills/{}/payments/", bill["id"]);
        let requests = (0..2).map(|_| cashier.request("POST", &path).json(&body)).collect();
        let replies = at_once(requests).await;
        assert_eq!(counted(&replies), expected(&[("201", 1), ("409 overpayment", 1)]));
        let paid = replies.iter().find(|reply| reply.status == 201).unwrap().id();
        let refused = replies.iter().find(|reply| reply.status == 409).unwrap();
        assert_eq!(refused.json["payment"]["id"], paid);
        // With one key both are told of the same payment.
        let bill = desk.bill(json!({ "total_amount": 300 })).await;
        let path = format!("bills/{}/payments/", bill["id"]);
        let requests = (0..2).map(|_| cashier.request("POST", &path).header("idempotency-key", "click").json(&body)).collect();
        let replies = at_once(requests).await;
        assert_eq!(counted(&replies), expected(&[("201", 2)]));
        assert_eq!(replies[0].id(), replies[1].id());
        assert_eq!(desk.read(&bill).await["payments"].as_array().unwrap().len(), 1);
        desk.books_agree().await;
    }

    async fn several_ways_of_paying_are_never_booked_in_part(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 100 })).await;
        let cashier = desk.cashier.clone().over(world.listen().await);
        let path = format!("bills/{}/pay/", bill["id"]);
        let rows = json!({ "payments": [{ "amount": 10, "tendered": 20 }, { "amount": 15, "method": "Bank Transfer" }] });
        let requests = (0..40).map(|_| cashier.request("POST", &path).json(&rows)).collect();
        let replies = at_once(requests).await;
        assert_eq!(counted(&replies), expected(&[("201", 4), ("409 overpayment", 36)]));
        let bill = desk.read(&bill).await;
        assert_eq!((&bill["paid_amount"], bill["payments"].as_array().unwrap().len()), (&json!(100.0), 8));
        assert_eq!(desk.account("1000").await, 40.0);
        // With one key all are told of the same payments.
        let bill = desk.bill(json!({ "total_amount": 100 })).await;
        let path = format!("bills/{}/pay/", bill["id"]);
        let requests = (0..8).map(|_| cashier.request("POST", &path).header("idempotency-key", "pay").json(&rows)).collect();
        let replies = at_once(requests).await;
        assert_eq!(counted(&replies), expected(&[("201", 8)]));
        assert!(replies.iter().all(|reply| reply.json["first"] == replies[0].json["first"]));
        assert_eq!(desk.read(&bill).await["payments"].as_array().unwrap().len(), 2);
        desk.books_agree().await;
    }

    async fn a_dispense_is_charged_once_however_often_it_is_heard(world: &World) {
        let desk = Desk::new(world).await;
        let event = Dispensed {
            dispensing_log: 7, patient: desk.patient, prescription: None, encounter: None, medication_item: 1,
            quantity: 5, amount: Money::from_minor(1250).unwrap(), at: Timestamp::UNIX_EPOCH,
        };
        for _ in 0..50 {
            crate::support::emit(world, &event).await;
        }
        // Several workers at once.
        let mut workers = JoinSet::new();
        for _ in 0..8 {
            let app = world.app.clone();
            workers.spawn(async move { while platform::jobs::run_due(&app).await.unwrap() > 0 {} });
        }
        workers.join_all().await;
        world.settle().await;
        let bills = desk.cashier.get("bills/").await.is(200).clone();
        assert_eq!(bills.as_array().unwrap().len(), 1);
        assert_eq!((&bills[0]["total_amount"], bills[0]["items"].as_array().unwrap().len()), (&json!(12.5), 1));
    }

    async fn charges_that_come_at_once_are_gathered_on_one_draft(world: &World) {
        let desk = Desk::new(world).await;
        let mut told = JoinSet::new();
        for log in 1..=50 {
            let (app, patient) = (world.app.clone(), desk.patient);
            told.spawn(async move {
                unit::program(&app, "test", move |cx| Box::pin(async move {
                    cx.emit(&Dispensed {
                        dispensing_log: log, patient, prescription: None, encounter: None, medication_item: 1,
                        quantity: 1, amount: Money::from_minor(100).unwrap(), at: Timestamp::UNIX_EPOCH,
                    })
                })).await.unwrap();
                while platform::jobs::run_due(&app).await.unwrap() > 0 {}
            });
        }
        told.join_all().await;
        world.settle().await;
        let bills = desk.cashier.get("bills/").await.is(200).clone();
        assert_eq!(bills.as_array().unwrap().len(), 1);
        assert_eq!((&bills[0]["total_amount"], bills[0]["items"].as_array().unwrap().len()), (&json!(50.0), 50));
    }

    async fn refunds_that_are_requested_at_once_never_exceed_the_payment(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 100 })).await;
        let payment = desk.pay(&bill, 100.0).await.id();
        let address = world.listen().await;
        let cashier = desk.cashier.clone().over(address);
        let path = format!("payments/{payment}/refund/");
        let requests = (0..20).map(|_| cashier.request("POST", &path).json(&json!({ "amount": 30, "reason": "x" }))).collect();
        let replies = at_once(requests).await;
        assert_eq!(counted(&replies), expected(&[("201", 3), ("409 refund_exceeds_payment", 17)]));
        // Each is approved once, while others pay.
        let admin = desk.admin.clone().over(address);
        let mut requests = Vec::new();
        for request in replies.iter().filter(|reply| reply.status == 201) {
            let approve = format!("refund-requests/{}/approve/", request.id());
            requests.extend((0..5).map(|_| admin.request("POST", &approve)));
        }
        let pay = format!("bills/{}/payments/", bill["id"]);
        requests.extend((0..10).map(|_| cashier.request("POST", &pay).json(&json!({ "amount": 9, "method": "Card" }))));
        let replies = at_once(requests).await;
        assert_eq!(replies[..].iter().filter(|reply| reply.status == 200).count(), 3);
        let bill = desk.read(&bill).await;
        assert_eq!(bill["refunded_amount"], 90.0);
        let paid = bill["paid_amount"].as_f64().unwrap();
        assert_eq!(bill["balance_due"].as_f64().unwrap(), 100.0 - paid + 90.0);
        desk.books_agree().await;
        world.settle().await;
    }

    async fn refunds_that_are_approved_at_once_empty_a_drawer_and_no_more(world: &World) {
        let desk = Desk::new(world).await;
        // 200 were taken before the drawer was opened, 50 lie in it.
        let bill = desk.bill(json!({ "total_amount": 500 })).await;
        let payment = desk.pay(&bill, 200.0).await.id();
        desk.cashier.post("cash-sessions/", json!({ "opening_float": 50 })).await.is(201);
        let mut wishes = Vec::new();
        for _ in 0..20 {
            let body = json!({ "amount": 10, "reason": "x" });
            wishes.push(desk.cashier.post(&format!("payments/{payment}/refund/"), body).await.id());
        }
        let address = world.listen().await;
        let admin = desk.admin.clone().over(address);
        let approve = |id: &i64| admin.request("POST", &format!("refund-requests/{id}/approve/"));
        let replies = at_once(wishes.iter().map(approve).collect()).await;
        assert_eq!(counted(&replies), expected(&[("200", 5), ("409 state_conflict", 15)]));
        assert_eq!(desk.read(&bill).await["refunded_amount"], 50.0);
        // While money comes in, as much of it may leave.
        let cashier = desk.cashier.clone().over(address);
        let pay = format!("bills/{}/payments/", bill["id"]);
        let mut requests: Vec<_> = wishes.iter().map(approve).collect();
        requests.extend((0..10).map(|_| cashier.request("POST", &pay).json(&json!({ "amount": 10, "method": "Cash" }))));
        at_once(requests).await;
        let session = desk.cashier.get("cash-sessions/?status=open").await.is(200)[0]["id"].clone();
        let count = json!({ "counted_amount": 0 });
        let counted = desk.cashier.post(&format!("cash-sessions/{session}/count/"), count).await.is(200).clone();
        let now = desk.read(&bill).await;
        let lies = 50.0 + (now["paid_amount"].as_f64().unwrap() - 200.0) - now["refunded_amount"].as_f64().unwrap();
        assert!(lies >= 0.0, "{now}");
        assert_eq!(counted["expected_amount"], lies);
        desk.books_agree().await;
        world.settle().await;
    }

    async fn a_bill_that_was_paid_meanwhile_is_not_paid_again(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 300 })).await;
        let cashier = desk.cashier.clone().over(world.listen().await);
        let path = format!("bills/{}/pay/", bill["id"]);
        // Eight windows show that 300 is owed, and each takes a part of it.
        let body = json!({ "payments": [{ "amount": 50 }], "balance_due": 300 });
        let requests = (0..8).map(|_| cashier.request("POST", &path).json(&body)).collect();
        let replies = at_once(requests).await;
        assert_eq!(counted(&replies), expected(&[("201", 1), ("409 conflict", 7)]));
        for refused in replies.iter().filter(|reply| reply.status == 409) {
            assert_eq!((&refused.json["balance_due"], &refused.json["payment"]["amount"]), (&json!(250.0), &json!(50.0)));
        }
        desk.cashier.post(&path, json!({ "payments": [{ "amount": 50 }], "balance_due": 250 })).await.is(201);
        // Who does not say what they saw is not asked.
        desk.cashier.post(&path, json!({ "payments": [{ "amount": 50 }] })).await.is(201);
        assert_eq!(desk.read(&bill).await["balance_due"], 150.0);
        desk.books_agree().await;
    }

    async fn what_is_left_of_a_policys_limit_is_given_once(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({ "annual_limit": 250 })).await;
        let cashier = desk.cashier.clone().over(world.listen().await);
        let body = json!({ "patient": desk.patient, "total_amount": 100, "insurance": policy });
        let requests = (0..20).map(|_| cashier.request("POST", "bills/").json(&body)).collect();
        let replies = at_once(requests).await;
        assert_eq!(counted(&replies), expected(&[("201", 20)]));
        let part = replies.iter().map(|reply| reply.json["insurance_amount"].as_f64().unwrap()).sum::<f64>();
        assert_eq!(part, 250.0);
        desk.books_agree().await;
    }

    async fn a_drawer_is_opened_once(world: &World) {
        let address = world.listen().await;
        let mut requests = Vec::new();
        for _ in 0..8 {
            let cashier = crate::support::cashier(world).await.over(address);
            requests.push(cashier.request("POST", "cash-sessions/").json(&json!({ "drawer": "Front" })));
        }
        let replies = at_once(requests).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
        assert!(replies.iter().all(|reply| [201, 400, 409].contains(&reply.status.as_u16())), "{:?}", counted(&replies));
    }
}
