//! The ledger, against everything that happens to bills.

use platform::db::{DbError, Statement};
use serde_json::{Value as Json, json};

use crate::support::{Desk, dispensed, emit};

/// The same numbers on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn cents(&mut self, most: u64) -> f64 {
        (self.roll(most) + 1) as f64 / 100.0
    }
}

fn cents(value: &Json) -> i64 {
    (value.as_f64().unwrap() * 100.0).round() as i64
}

/// What the sums of a bill promise.
fn holds(bill: &Json) {
    let of = |name: &str| cents(&bill[name]);
    for name in [
        "balance_due",
        "credit_due",
        "insurance_amount",
        "paid_amount",
        "refunded_amount",
    ] {
        assert!(of(name) >= 0, "{bill}");
    }
    if bill["status"] != "Void" {
        let owed = of("total_amount") - of("insurance_amount") - of("paid_amount")
            + of("refunded_amount")
            - of("written_off_amount");
        assert_eq!(owed, of("balance_due") - of("credit_due"), "{bill}");
        let items = bill["items"].as_array().unwrap();
        let lines: i64 = items.iter().map(|item| cents(&item["line_total"])).sum();
        let parts: i64 = items
            .iter()
            .map(|item| cents(&item["insurance_amount"]))
            .sum();
        if !items.is_empty() {
            assert_eq!(
                (lines, parts),
                (of("total_amount"), of("insurance_amount")),
                "{bill}"
            );
        }
    }
    assert!(of("balance_due") == 0 || of("credit_due") == 0, "{bill}");
}

testkit::on_both! {
    async fn whatever_happens_the_ledger_and_the_bills_say_the_same(world: &World) {
        let desk = Desk::new(world).await;
        let mut dice = Dice(20_261_123);
        let policy = desk.policy(json!({ "coverage_percent": 37, "annual_limit": 400 })).await;
        let service = desk.service("Scan", 19.99, "SCAN").await;
        let mut bills: Vec<Json> = Vec::new();
        let mut dispenses = 0;
        for step in 0..160 {
            let chosen = match bills.len() {
                0 => None,
                many => Some(bills[dice.roll(many as u64) as usize].clone()),
            };
            let path = |verb: &str| format!("bills/{}/{verb}", chosen.as_ref().map_or(&json!(0), |bill| &bill["id"]));
            let what = if bills.is_empty() { 0 } else { dice.roll(12) };
            let reply = match what {
                0 | 1 => {
                    let insurance = (dice.roll(2) == 0).then_some(policy);
                    let items: Vec<Json> = (0..=dice.roll(4)).map(|_| match dice.roll(2) {
                        0 => json!({ "service": service, "quantity": dice.roll(3) + 1 }),
                        _ => json!({ "description": "x", "amount": (dice.roll(9_999) + 1_001) as f64 / 100.0, "discount": dice.cents(900), "discount_reason": "y" }),
                    }).collect();
                    let reply = desk.try_bill(json!({ "insurance": insurance, "items": items })).await;
                    bills.push(reply.is(201).clone());
                    continue;
                }
                2 => desk.cashier.post("bill-items/", json!({ "bill": chosen.map(|bill| bill["id"].clone()), "description": "z", "amount": dice.cents(5_000) })).await,
                3..=5 => desk.cashier.post(&path("payments/"), json!({ "amount": dice.cents(8_000), "method": "Card" })).await,
                6 => desk.cashier.post(&path("payments/"), json!({ "amount": dice.cents(4_000), "method": "Insurance" })).await,
                7 => {
                    let payments = desk.cashier.get(&path("payments/")).await;
                    let Some(payment) = payments.json.as_array().and_then(|rows| rows.first()) else { continue };
                    let body = json!({ "amount": dice.cents(3_000), "reason": "r" });
                    let asked = desk.cashier.post(&format!("payments/{}/refund/", payment["id"]), body).await;
                    if asked.status != 201 {
                        assert_eq!(asked.status, 409, "{}", asked.text());
                        continue;
                    }
                    let verb = if dice.roll(4) == 0 { "reject" } else { "approve" };
                    desk.admin.post(&format!("refund-requests/{}/{verb}/", asked.id()), json!({})).await
                }
                8 => {
                    let claim = json!({ "bill": chosen.map(|bill| bill["id"].clone()), "status": "submitted" });
                    let claim = desk.cashier.post("insurance-claims/", claim).await;
                    if claim.status != 201 {
                        continue;
                    }
                    let whole = cents(&claim.json["amount"]);
                    let paid = dice.roll(whole as u64) as i64;
                    let rest = json!({ "paid_amount": paid as f64 / 100.0, "rejected_amount": (whole - paid) as f64 / 100.0 });
                    desk.cashier.post(&format!("insurance-claims/{}/remittance/", claim.id()), rest).await
                }
                9 => desk.admin.post(&path("write_off/"), json!({ "amount": dice.cents(500), "reason": "w" })).await,
                10 => desk.cashier.post(&path("void/"), json!({ "reason": "v" })).await,
                _ => {
                    // Dispensed, opened, and perhaps reversed.
                    dispenses += 1;
                    emit(world, &dispensed(dispenses, desk.patient, None, (dice.roll(4_000) + 1) as i64)).await;
                    world.settle().await;
                    let drafts = desk.cashier.get("bills/?status=Draft").await;
                    let draft = drafts.is(200)[0].clone();
                    let opened = desk.cashier.post(&format!("bills/{}/open/", draft["id"]), json!({})).await;
                    bills.push(opened.is(200).clone());
                    desk.pay(&draft, dice.cents(2_000)).await;
                    if dice.roll(2) == 0 {
                        emit(world, &contracts::DispenseReversed { dispensing_log: dispenses, patient: desk.patient }).await;
                        world.settle().await;
                    }
                    opened
                }
            };
            assert!([200, 201, 400, 409].contains(&reply.status.as_u16()), "{step}: {}", reply.text());
        }
        for bill in desk.cashier.get("bills/").await.is(200).as_array().unwrap() {
            holds(bill);
        }
        desk.books_agree().await;
        // What people are told of revenue is what lies in the accounts.
        let mut received = 0;
        for code in ["1000", "1010", "1020", "1030", "1040", "1090"] {
            received += cents(&json!(desk.account(code).await));
        }
        assert!(received > 0);
        for name in ["payer_mix", "revenue_by_doctor", "revenue_by_service", "daily_cash"] {
            let rows = desk.admin.get(&format!("financial-reports/{name}/")).await.is(200).clone();
            assert_eq!(rows.as_array().unwrap().iter().map(|row| cents(&row["total"])).sum::<i64>(), received, "{name}");
        }
    }

    async fn entries_are_never_changed(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 100 })).await;
        desk.pay(&bill, 10.0).await.is(201);
        for sql in [
            "UPDATE ledger_line SET amount = 1", "DELETE FROM ledger_line",
            "UPDATE ledger_entry SET bill = 1", "DELETE FROM ledger_entry",
        ] {
            let refused = world.app.unguarded("a test looks at the rows").execute(Statement::raw(sql, Vec::new())).await;
            assert!(matches!(refused, Err(DbError::Exclusion { .. })), "{sql}: {refused:?}");
        }
        // Nor does the database take a line that names one side, or a bill on which too much was paid.
        for sql in [
            "INSERT INTO ledger_line (entry, debit, credit, amount, item_key) VALUES (1, 7, 7, 5, '')",
            "INSERT INTO ledger_line (entry, debit, credit, amount, item_key) VALUES (1, 7, 10, 0, '')",
            "UPDATE bill SET paid_amount = paid_amount + 1",
            "UPDATE bill SET paid_amount = 10001, balance_due = -1",
            "UPDATE payment SET refunded_amount = amount + 1",
        ] {
            let refused = world.app.unguarded("a test looks at the rows").execute(Statement::raw(sql, Vec::new())).await;
            assert!(matches!(refused, Err(DbError::Check { .. })), "{sql}: {refused:?}");
        }
        desk.books_agree().await;
    }
}
