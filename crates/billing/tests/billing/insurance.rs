//! `insurance/`, and what a policy pays of a bill.

use serde_json::json;

use crate::support::Desk;

testkit::on_both! {
    async fn a_policy_covers_its_last_day_by_the_day_of_the_service(world: &World) {
        let desk = Desk::new(world).await;
        let until_today = desk.policy(json!({ "valid_until": "2026-11-23" })).await;
        let until_yesterday = desk.policy(json!({ "valid_until": "2026-11-22" })).await;
        for (insurance, day, part) in [
            (until_today, json!(null), 100.0),
            (until_today, json!("2026-11-23"), 100.0),
            (until_today, json!("2026-11-24"), 0.0),
            (until_yesterday, json!("2026-11-22"), 100.0),
            (until_yesterday, json!(null), 0.0),
        ] {
            let bill = desk.bill(json!({ "total_amount": 100, "insurance": insurance, "service_date": day })).await;
            assert_eq!((&bill["insurance_amount"], &bill["balance_due"]), (&json!(part), &json!(100.0 - part)), "{day}");
        }
        desk.books_agree().await;
    }

    async fn the_insurers_part_keeps_within_the_years_limit(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({ "coverage_percent": 80, "annual_limit": 1000 })).await;
        let mut parts = Vec::new();
        for day in ["2026-11-01", "2026-11-02", "2026-11-03", "2025-12-31", "2026-11-04"] {
            let bill = desk.bill(json!({ "total_amount": 700, "insurance": policy, "service_date": day })).await;
            parts.push((bill["insurance_amount"].as_f64().unwrap(), bill["id"].clone()));
        }
        let amounts: Vec<f64> = parts.iter().map(|(part, _)| *part).collect();
        // The last but one is of another year.
        assert_eq!(amounts, [560.0, 440.0, 0.0, 560.0, 0.0]);
        // A draft takes nothing of the limit; what is withdrawn gives it back.
        let draft = desk.bill(json!({ "total_amount": 700, "insurance": policy, "status": "Draft" })).await;
        let void = format!("bills/{}/void/", parts[1].1);
        desk.cashier.post(&void, json!({ "reason": "Mistake" })).await.is(200);
        let opened = desk.cashier.post(&format!("bills/{}/open/", draft["id"]), json!({})).await;
        assert_eq!(opened.is(200)["insurance_amount"], 440.0);
        desk.books_agree().await;
    }

    async fn no_cent_is_lost_between_lines_and_payers(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({ "coverage_percent": 33 })).await;
        let bill = desk.bill(json!({ "insurance": policy, "items": [
            { "description": "a", "amount": 0.01 }, { "description": "b", "amount": 0.01 }, { "description": "c", "amount": 9.99 },
        ] })).await;
        assert_eq!((&bill["total_amount"], &bill["insurance_amount"], &bill["balance_due"]), (&json!(10.01), &json!(3.3), &json!(6.71)));
        let parts: Vec<f64> = bill["items"].as_array().unwrap().iter().map(|item| item["insurance_amount"].as_f64().unwrap()).collect();
        assert_eq!((parts.iter().sum::<f64>() * 100.0).round(), 330.0);
    }

    async fn policies_speak_both_names(world: &World) {
        let desk = Desk::new(world).await;
        let body = json!({ "patient": desk.patient, "provider_name": "O'Brien & Sons", "policy_number": 4711 });
        let policy = desk.cashier.post("insurance/", body).await;
        let policy = policy.is(201);
        assert_eq!((&policy["provider"], &policy["provider_name"], &policy["coverage_percent"]), (&json!("O'Brien & Sons"), &json!("O'Brien & Sons"), &json!(100)));
        assert_eq!((&policy["policy_number"], &policy["annual_limit"], &policy["valid_until"]), (&json!("4711"), &json!(null), &json!(null)));
        let path = format!("insurance/{}/", policy["id"]);
        desk.cashier.patch(&path, json!({ "coverage_percent": 101 })).await.complains_about("coverage_percent");
        desk.cashier.patch(&path, json!({ "annual_limit": -1 })).await.complains_about("annual_limit");
        // Another patient's policy pays nothing here.
        let other = crate::support::register(&desk.admin, "Awa").await;
        let reply = desk.cashier.post("bills/", json!({ "patient": other, "total_amount": 1, "insurance": policy["id"] })).await;
        reply.complains_about("insurance");
    }

    async fn a_policy_that_pays_for_a_bill_stays_its_patients(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({})).await;
        let other = crate::support::register(&desk.admin, "Awa").await;
        let path = format!("insurance/{policy}/");
        desk.cashier.patch(&path, json!({ "patient": other })).await.is(200);
        desk.cashier.patch(&path, json!({ "patient": desk.patient })).await.is(200);
        let bill = desk.bill(json!({ "total_amount": 500, "insurance": policy })).await;
        let refused = desk.cashier.patch(&path, json!({ "patient": other })).await;
        assert_eq!(refused.refuses(409, "state_conflict")["bill"], bill["id"]);
        desk.cashier.patch(&path, json!({ "coverage_details": "All", "patient": desk.patient })).await.is(200);
    }
}
