//! `financial-reports/` and the dashboards.

use jiff::SignedDuration;
use serde_json::json;

use crate::support::Desk;

testkit::on_both! {
    async fn debts_are_told_by_their_age(world: &World) {
        let desk = Desk::new(world).await;
        for (due, amount) in [("2026-12-31", 1000), ("2026-10-24", 200), ("2026-10-23", 800), ("2026-09-01", 500), ("2020-01-01", 200)] {
            desk.bill(json!({ "total_amount": amount, "due_date": due })).await;
        }
        desk.bill(json!({ "total_amount": 9, "status": "Draft" })).await;
        let settled = desk.bill(json!({ "total_amount": 70 })).await;
        desk.pay(&settled, 70.0).await.is(201);
        let reply = desk.admin.get("financial-reports/receivables_aging/").await;
        reply.is(200);
        assert_eq!(reply.text(), r#"{"0-30":1200.0,"31-60":800.0,"61-90":500.0,"90+":200.0}"#);
        let csv = desk.admin.get("financial-reports/receivables_aging/?format=csv").await;
        csv.is(200);
        assert_eq!(csv.text().trim(), "\u{feff}0-30,31-60,61-90,90+\r\n1200.0,800.0,500.0,200.0");
        // Without a day on which it is due, a debt is as old as the bill; and debts grow older.
        desk.bill(json!({ "total_amount": 5 })).await;
        world.pass(SignedDuration::from_hours(24 * 31));
        let admin = world.admin().await;
        let aged = admin.get("financial-reports/receivables_aging/").await;
        assert_eq!((&aged.is(200)["31-60"], &aged.json["61-90"]), (&json!(5.0), &json!(1000.0)));
    }

    async fn revenue_is_payments_less_refunds_by_doctor_service_and_payer(world: &World) {
        let desk = Desk::new(world).await;
        let scan = desk.service("Scan", 200.0, "SCAN").await;
        let dressing = desk.service("Dressing", 100.0, "DRESSING").await;
        let encounter = desk.encounter().await;
        let bill = desk.bill(json!({ "encounter": encounter, "items": [{ "service": scan }, { "service": dressing }] })).await;
        desk.pay(&bill, 100.0).await.is(201);
        let rest = desk.pay(&bill, 200.0).await;
        let policy = desk.policy(json!({ "coverage_percent": 100 })).await;
        let loose = desk.bill(json!({ "total_amount": 40, "insurance": policy })).await;
        let insurer = json!({ "bill": loose["id"], "amount": 40, "method": "Insurance" });
        desk.cashier.post("payments/", insurer).await.is(201);
        let request = desk.cashier.post(&format!("payments/{}/refund/", rest.id()), json!({ "amount": 30, "reason": "x" })).await.is(201).clone();
        desk.admin.post(&format!("refund-requests/{}/approve/", request["id"]), json!({})).await.is(200);
        let report = async |caller: &testkit::Caller, name: &str| caller.get(&format!("financial-reports/{name}/")).await;
        assert_eq!(report(&desk.admin, "revenue_by_doctor").await.is(200), &json!([
            { "doctor_id": desk.doctor.id, "doctor_name": "Fatou Ceesay", "total": 270.0 },
            { "doctor_id": null, "doctor_name": "", "total": 40.0 },
        ]));
        assert_eq!(report(&desk.admin, "revenue_by_service").await.is(200), &json!([
            { "service_id": scan, "service": "Scan", "total": 180.0 },
            { "service_id": dressing, "service": "Dressing", "total": 90.0 },
            { "service_id": null, "service": "Other", "total": 40.0 },
        ]));
        assert_eq!(report(&desk.admin, "payer_mix").await.is(200), &json!([
            { "payer": "Insurance", "total": 40.0 }, { "payer": "Self-Pay", "total": 270.0 },
        ]));
        assert_eq!(report(&desk.cashier, "daily_cash").await.is(200), &json!([
            { "date": "2026-11-23", "method": "Cash", "received": 300.0, "refunded": 30.0, "total": 270.0, "receipts": 2, "refunds": 1 },
            { "date": "2026-11-23", "method": "Insurance", "received": 40.0, "refunded": 0.0, "total": 40.0, "receipts": 1, "refunds": 0 },
        ]));
        // A doctor sees their own, and nothing of others.
        assert_eq!(report(&desk.doctor, "revenue_by_doctor").await.is(200).as_array().unwrap().len(), 1);
        assert_eq!(report(&world.doctor().await, "revenue_by_doctor").await.is(200), &json!([]));
        for name in ["payer_mix", "receivables_aging", "revenue_by_service", "insurer_balances", "trial_balance", "reconciliation"] {
            report(&desk.doctor, name).await.is(403);
            report(&desk.cashier, name).await.is(403);
        }
        assert_eq!(desk.admin.get("financial-reports/revenue_by_doctor/?end=2026-11-22").await.is(200), &json!([]));
        let index = desk.admin.get("financial-reports/").await;
        for entry in index.is(200).as_array().unwrap() {
            desk.admin.get(entry["url"].as_str().unwrap()).await.is(200);
        }
        // The dashboards.
        let dashboard = desk.admin.get("dashboard/").await;
        assert_eq!(dashboard.is(200)["revenue_today"], 310.0);
        let stats = desk.admin.get("dashboard-stats/").await;
        assert_eq!((&stats.is(200)["revenue_today"], &stats.json["totalRevenue"]), (&json!(310.0), &json!(310.0)));
        assert_eq!(desk.doctor.get("dashboard-stats/").await.is(200)["totalRevenue"], 0);
        let dashboard = desk.cashier.get("dashboard/").await;
        assert_eq!((&dashboard.is(200)["open_bills"], &dashboard.json["pending_claims"], &dashboard.json["revenue_today"]), (&json!(1), &json!(0), &json!(310.0)));
        desk.books_agree().await;
        world.settle().await;
    }

    async fn a_day_is_the_hospitals(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 100 })).await;
        // 23:59:30 on 7 September in Chicago.
        let until = "2027-09-08T04:59:30Z".parse::<jiff::Timestamp>().unwrap();
        world.pass(until.duration_since(world.clock.now()));
        let node = world.node(&[("CHELAL_TIME_ZONE", "America/Chicago")]).await;
        let admin = node.as_signed_in(&world.admin().await);
        let path = format!("bills/{}/payments/", bill["id"]);
        admin.post(&path, json!({ "amount": 10, "method": "Cash" })).await.is(201);
        world.pass(SignedDuration::from_secs(30));
        admin.post(&path, json!({ "amount": 7, "method": "Cash" })).await.is(201);
        let day = async |day: &str| {
            let reply = admin.get(&format!("financial-reports/daily_cash/?start={day}&end={day}")).await;
            reply.is(200)[0]["total"].clone()
        };
        assert_eq!((day("2027-09-07").await, day("2027-09-08").await), (json!(10.0), json!(7.0)));
        node.app.close().await;
    }

    async fn insurers_balances_are_what_they_owe(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({ "coverage_percent": 50 })).await;
        desk.bill(json!({ "total_amount": 100, "insurance": policy })).await;
        let part = desk.bill(json!({ "total_amount": 60, "insurance": policy })).await;
        let paid = json!({ "bill": part["id"], "amount": 20, "method": "Insurance" });
        assert_eq!(desk.cashier.post("payments/", paid).await.is(201)["by_insurer"], true);
        assert_eq!(desk.admin.get("financial-reports/insurer_balances/").await.is(200), &json!([
            { "provider": "Riders", "bills": 2, "insurance_amount": 80.0, "paid_amount": 20.0, "balance": 60.0 },
        ]));
        // The insurer's part is not paid beyond itself, and both parts count as receivables.
        let more = json!({ "bill": part["id"], "amount": 10.01, "method": "Insurance" });
        desk.cashier.post("payments/", more).await.refuses(409, "overpayment");
        let aging = desk.admin.get("financial-reports/receivables_aging/").await;
        assert_eq!(aging.is(200)["0-30"], 140.0);
        desk.books_agree().await;
    }

    async fn no_report_fails_because_there_is_much_to_report(world: &World) {
        let desk = Desk::new(world).await;
        let most = 99_999_999_999.0;
        desk.try_bill(json!({ "total_amount": 100_000_000_001.0 })).await.complains_about("total_amount");
        let items = json!([{ "description": "a", "amount": most }, { "description": "b", "amount": most }]);
        desk.try_bill(json!({ "items": items })).await.complains_about("items");
        let drawer = desk.cashier.post("cash-sessions/", json!({ "drawer": "Front", "opening_float": most })).await.is(201).clone();
        for due in ["2026-12-31", "2020-01-01"] {
            for _ in 0..2 {
                desk.bill(json!({ "total_amount": most, "due_date": due })).await;
            }
            let paid = desk.bill(json!({ "total_amount": most })).await;
            desk.pay(&paid, most).await.is(201);
        }
        let aged = desk.admin.get("financial-reports/receivables_aging/").await;
        aged.is(200);
        assert_eq!(aged.text(), r#"{"0-30":199999999998.0,"31-60":0.0,"61-90":0.0,"90+":199999999998.0}"#);
        let csv = desk.admin.get("financial-reports/receivables_aging/?format=csv").await;
        assert!(csv.text().contains("199999999998.0"), "{}", csv.text());
        let index = desk.admin.get("financial-reports/").await;
        for entry in index.is(200).as_array().unwrap() {
            desk.admin.get(entry["url"].as_str().unwrap()).await.is(200);
        }
        assert_eq!(desk.admin.get("dashboard/").await.is(200)["revenue_today"], 199_999_999_998.0);
        desk.admin.get("dashboard-stats/").await.is(200);
        desk.books_agree().await;
        // The drawer holds what went into it, and is counted.
        desk.cashier.get("cash-sessions/").await.is(200);
        let notes = json!({ "pieces": [{ "value": most, "number": 1 }, { "value": most, "number": 1 }, { "value": most, "number": 1 }] });
        let count = format!("cash-sessions/{}/count/", drawer["id"]);
        let counted = desk.cashier.post(&count, notes).await;
        assert_eq!((&counted.is(200)["expected_amount"], &counted.json["difference"]), (&json!(299_999_999_997.0), &json!(0.0)));
        let takings = desk.cashier.get(&format!("cash-sessions/{}/takings/", drawer["id"])).await;
        assert_eq!(takings.is(200)[0]["received"], 199_999_999_998.0);
    }
}
