//! Reports, figures and alerts.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::shop::{LATE, SOON, Shop, YESTERDAY, batch, differences, extend, list};

fn kinds(alerts: &Json) -> Vec<String> {
    let mut kinds: Vec<String> = alerts["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| alert["kind"].as_str().unwrap().to_owned())
        .collect();
    kinds.sort();
    kinds
}

testkit::on_both! {
    async fn sums_of_weeks_say_what_the_movements_say(world: &World) {
        let shop = Shop::new(world).await;
        let items = [shop.medication("Paracetamol", json!({})).await, shop.medication("Aspirin", json!({})).await];
        let mut moved = Vec::new();
        for n in 0..34_i64 {
            // Several weeks, and every hour of the day once, so that weeks and days end in between.
            world.pass(SignedDuration::from_hours(37));
            let pharmacist = world.caller(Some(kernel::BuiltinRole::Pharmacist)).await;
            let shop = Shop { pharmacist, patient: shop.patient };
            let item = items[usize::from(n % 3 == 0)];
            if n % 8 < 2 {
                shop.batch(item, &format!("B{n}"), LATE, 20 + n).await;
                shop.batch(items[usize::from(n % 3 != 0)], &format!("C{n}"), LATE, 20 + n).await;
            }
            let reply = shop.dispense(item, 1 + n % 5, json!({})).await;
            let log = reply.is(201)["logs"][0]["id"].clone();
            let given: i64 = reply.json["logs"].as_array().unwrap().iter().map(|log| log["quantity_dispensed"].as_i64().unwrap()).sum();
            let day = jiff::tz::TimeZone::UTC.to_datetime(world.clock.now()).date();
            moved.push((day, item, given));
            if n % 7 == 3 {
                let back = reply.json["logs"][0]["quantity_dispensed"].as_i64().unwrap();
                shop.pharmacist.post(&format!("dispensing-logs/{log}/reverse/"), json!({ "reason": "By mistake" })).await.is(200);
                moved.push((day, item, -back));
            }
        }
        let pharmacist = world.caller(Some(kernel::BuiltinRole::Pharmacist)).await;
        let (first, last) = (moved[0].0, moved[moved.len() - 1].0);
        let days: Vec<jiff::civil::Date> = first.series(jiff::Span::new().days(5)).take_while(|day| *day <= last).chain([last]).collect();
        for (at, start) in days.iter().enumerate() {
            for end in &days[at..] {
                let path = format!("medications/consumption_patterns/?start={start}&end={end}");
                let told = list(&pharmacist.get(&path).await);
                for item in items {
                    let sum: i64 = moved.iter().filter(|(day, of, _)| (start..=end).contains(&day) && *of == item).map(|(_, _, units)| units).sum();
                    let row = told.iter().find(|row| row["medication_id"] == item);
                    assert_eq!(row.map_or(0, |row| row["total_dispensed"].as_i64().unwrap()), sum, "{path} {item}");
                }
            }
        }
        // Stock as of each day is what the ledger said then.
        let movements = pharmacist.get("stock-movements/?limit=200").await.is(200)["results"].as_array().unwrap().clone();
        for day in &days {
            let rows = list(&pharmacist.get(&format!("medications/stock_as_of/?date={day}")).await);
            let next = day.tomorrow().unwrap().to_string();
            for item in items {
                let told: i64 = rows.iter().filter(|row| row["medication_id"] == item).map(|row| row["quantity"].as_i64().unwrap()).sum();
                let sum: i64 = movements.iter().filter(|row| row["medication_item"] == item && row["at"].as_str().unwrap() < next.as_str()).map(|row| row["delta"].as_i64().unwrap()).sum();
                assert_eq!(told, sum, "{day} {item}");
            }
            assert!(rows.iter().all(|row| row["quantity"].as_i64().unwrap() > 0));
        }
        assert_eq!(differences(world).await, []);
        world.settle().await;
    }

    async fn stock_is_worth_what_it_cost(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let batch = shop.batch(item, "P-1", LATE, 160).await;
        let valuation = || shop.pharmacist.get("medications/stock_valuation/");
        assert_eq!(valuation().await.is(200), &json!({ "total_stock_valuation": 80.0 }));
        shop.adjust(json!({ "stock_batch": batch, "adjustment_type": "Damaged", "quantity": -60 })).await.is(201);
        assert_eq!(valuation().await.is(200)["total_stock_valuation"], 50.0);
        let rows = list(&shop.pharmacist.get("medications/valuation_by_item/").await);
        assert_eq!((&rows[0]["quantity"], &rows[0]["cost"], &rows[0]["selling_value"]), (&json!(100), &json!(50.0), &json!(125.0)));
        let csv = shop.pharmacist.get("medications/stock_valuation/?format=csv").await;
        assert_eq!(csv.text(), "\u{feff}total_stock_valuation\r\n50.0\r\n");
        world.receptionist().await.get("medications/stock_valuation/").await.is(403);
    }

    async fn what_expires_soon_and_what_runs_short_is_listed(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({ "reorder_level": 20, "reorder_quantity": 100 })).await;
        let plenty = shop.medication("Aspirin", json!({ "reorder_level": 5 })).await;
        shop.batch(item, "SOON", SOON, 20).await;
        shop.batch(item, "OLD", YESTERDAY, 500).await;
        shop.batch(plenty, "LATE", LATE, 50).await;
        let short = list(&shop.pharmacist.get("medications/below_reorder_level/").await);
        assert_eq!((short.len(), &short[0]["id"], &short[0]["name"]), (1, &json!(item), &json!("Paracetamol")));
        let near = list(&shop.pharmacist.get("medications/near_expiry/?days=30").await);
        assert_eq!((near.len(), &near[0]["batch_number"], &near[0]["days_to_expiry"]), (1, &json!("SOON"), &json!(17)));
        assert_eq!(list(&shop.pharmacist.get("medications/near_expiry/?days=10").await).len(), 0);
        assert_eq!(list(&shop.pharmacist.get("medications/near_expiry/?days=3650").await).len(), 2);
        shop.pharmacist.get("medications/near_expiry/?days=many").await.complains_about("days");
        let alerts = shop.pharmacist.get("alerts/").await;
        assert_eq!(kinds(alerts.is(200)), ["below_reorder_level", "expired_on_shelf", "near_expiry_30"]);
        let dashboard = shop.pharmacist.get("dashboard/").await;
        let figures = dashboard.is(200);
        assert_eq!((&figures["low_stock_alerts"], &figures["near_expiry_items"], &figures["pending_prescriptions"]), (&json!(1), &json!(1), &json!(0)));
        let suggested = list(&shop.pharmacist.get("medications/reorder_suggestions/").await);
        assert_eq!((suggested.len(), &suggested[0]["suggested_quantity"], &suggested[0]["available"]), (1, &json!(100), &json!(20)));
        // At the moment when stock comes, the alert is gone.
        shop.batch(item, "NEW", LATE, 100).await;
        assert_eq!(kinds(shop.pharmacist.get("alerts/").await.is(200)), ["expired_on_shelf", "near_expiry_30"]);
        assert!(kinds(world.nurse().await.get("alerts/").await.is(200)).is_empty());
    }

    async fn the_movement_of_a_medication_adds_up(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        shop.batch(item, "P-1", LATE, 100).await;
        world.pass(SignedDuration::from_hours(48));
        // The clock went on for longer than a token lives.
        let shop = Shop { pharmacist: world.caller(Some(kernel::BuiltinRole::Pharmacist)).await, ..shop };
        shop.dispense(item, 10, json!({})).await.is(201);
        shop.dispense(item, 5, json!({})).await.is(201);
        let reply = shop.pharmacist.get(&format!("medications/stock_movement/?medication_id={item}&start=2026-11-25&end=2026-11-25")).await;
        let body = reply.is(200);
        assert_eq!((&body["opening"], &body["closing"]), (&json!(100), &json!(85)));
        let balances: Vec<i64> = body["movements"].as_array().unwrap().iter().map(|row| row["balance_after"].as_i64().unwrap()).collect();
        assert_eq!(balances, [90, 85]);
        let all = shop.pharmacist.get(&format!("medications/stock_movement/?medication_id={item}&start=&end=")).await;
        assert_eq!((&all.is(200)["opening"], &all.json["closing"], all.json["movements"].as_array().unwrap().len()), (&json!(0), &json!(85), 3));
        shop.pharmacist.get("medications/stock_movement/").await.complains_about("medication_id");
        for (date, quantity) in [("2026-11-22", None), ("2026-11-23", Some(100)), ("2026-11-24", Some(100)), ("2026-11-25", Some(85))] {
            let rows = list(&shop.pharmacist.get(&format!("medications/stock_as_of/?date={date}")).await);
            assert_eq!(rows.first().and_then(|row| row["quantity"].as_i64()), quantity, "{date}");
        }
        world.settle().await;
    }

    async fn use_and_loss_are_told_by_medication(world: &World) {
        let shop = Shop::new(world).await;
        let (item, other) = (shop.medication("Paracetamol", json!({})).await, shop.medication("Aspirin", json!({})).await);
        shop.batch(item, "P-1", LATE, 100).await;
        let old = shop.batch(other, "OLD", YESTERDAY, 100).await;
        shop.batch(other, "A-1", LATE, 100).await;
        shop.dispense(item, 40, json!({})).await.is(201);
        let undone = shop.dispense(item, 7, json!({})).await.is(201)["logs"][0]["id"].clone();
        shop.pharmacist.post(&format!("dispensing-logs/{undone}/reverse/"), json!({ "reason": "By mistake" })).await.is(200);
        shop.dispense(other, 2, json!({})).await.is(201);
        shop.adjust(json!({ "stock_batch": old, "adjustment_type": "Expired", "quantity": -100 })).await.is(201);
        let used = list(&shop.pharmacist.get("medications/consumption_patterns/").await);
        let used: Vec<_> = used.iter().map(|row| (row["medication_name"].as_str().unwrap(), row["total_dispensed"].as_i64().unwrap())).collect();
        assert_eq!(used, [("Paracetamol", 40), ("Aspirin", 2)]);
        let lost = list(&shop.pharmacist.get("medications/expiry_losses/").await);
        assert_eq!((lost.len(), &lost[0]["quantity"], &lost[0]["cost"]), (1, &json!(100), &json!(50.0)));
        let classes = list(&shop.pharmacist.get("medications/abc_analysis/").await);
        let classes: Vec<_> = classes.iter().map(|row| (row["medication_name"].as_str().unwrap(), row["class"].as_str().unwrap())).collect();
        assert_eq!(classes, [("Paracetamol", "A"), ("Aspirin", "C")]);
        assert!(list(&shop.pharmacist.get("medications/consumption_patterns/?start=2020-01-01&end=2020-12-31").await).is_empty());
        world.settle().await;
    }

    async fn no_report_fails_because_the_stock_is_worth_much(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let dear = |number: &str, units: i64| {
            let mut body = batch(item, number, LATE, units);
            extend(&mut body, json!({ "cost_price_per_unit": 99_999_999_999.0_f64, "selling_price_per_unit": 0 }));
            body
        };
        // More than an amount can be is a mistake.
        shop.pharmacist.post("stock-batches/", dear("A", 2)).await.complains_about("cost_price_per_unit");
        for number in ["A", "B"] {
            let made = shop.pharmacist.post("stock-batches/", dear(number, 1)).await.id();
            // Whatever is counted.
            let more = json!({ "stock_batch": made, "adjustment_type": "Other", "quantity": 900_000_000 });
            shop.adjust(more).await.is(201);
            shop.adjust(json!({ "stock_batch": made, "adjustment_type": "Damaged", "quantity": -400_000_000 })).await.is(201);
        }
        let valuation = shop.pharmacist.get("medications/stock_valuation/").await;
        assert_eq!(valuation.is(200)["total_stock_valuation"], 200_000_000_000_000.0);
        for report in ["valuation_by_item", "stock_as_of", "consumption_patterns", "expiry_losses", "abc_analysis", "reorder_suggestions"] {
            shop.pharmacist.get(&format!("medications/{report}/")).await.is(200);
        }
    }
}
