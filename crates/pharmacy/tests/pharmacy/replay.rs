//! Any sequence of movements leaves balances that are the sums of their entries, now and as of any moment.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use pharmacy::stock_movement::Stock;
use platform::unit;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;
use testkit::World;

use crate::shop::{Shop, differences, list};

/// What may happen to stock.
#[derive(Debug, Clone)]
enum Step {
    Receive(usize, i64),
    Dispense(i64),
    ReverseDispense(usize),
    Adjust(usize, i64),
    ReverseAdjustment(usize),
    Transfer(usize, i64),
    Return(usize, i64),
    Recall(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let units = 1i64..15;
    let step = prop_oneof![
        3 => (0usize..4, units.clone()).prop_map(|(batch, units)| Step::Receive(batch, units)),
        4 => units.clone().prop_map(Step::Dispense),
        2 => (0usize..20).prop_map(Step::ReverseDispense),
        2 => (0usize..4, -10i64..10).prop_map(|(batch, units)| Step::Adjust(batch, units)),
        1 => (0usize..20).prop_map(Step::ReverseAdjustment),
        2 => (0usize..4, units.clone()).prop_map(|(batch, units)| Step::Transfer(batch, units)),
        1 => (0usize..4, units).prop_map(|(batch, units)| Step::Return(batch, units)),
        1 => (0usize..12).prop_map(Step::Recall),
    ];
    prop::collection::vec(step, 40)
}

/// The sequences of one seed: the same on both databases and in every run.
fn sequence(seed: u8) -> Vec<Step> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    steps().new_tree(&mut runner).unwrap().current()
}

struct Replay<'a> {
    world: &'a World,
    shop: Shop,
    item: i64,
    supplier: i64,
    ward: i64,
    batches: Vec<i64>,
    logs: Vec<i64>,
    adjustments: Vec<i64>,
}

impl Replay<'_> {
    async fn take(&mut self, step: &Step) {
        let caller = self.shop.pharmacist.clone();
        let post = |path: String, body| {
            let caller = caller.clone();
            async move { caller.post(&path, body).await }
        };
        let batches = self.batches.clone();
        let of = |index: &usize| batches[*index];
        let adjust = |kind: &str, batch: i64, units: i64| json!({ "stock_batch": batch, "adjustment_type": kind, "quantity": units, "reason": "x" });
        let reply = match step {
            Step::Receive(index, units) => {
                let line = json!({ "medication_item": self.item, "batch_number": format!("B{index}"), "expiry_date": format!("2028-0{}-01", index + 1), "quantity_received": units, "unit_cost": 1 });
                post(
                    "goods-received-notes/".into(),
                    json!({ "supplier": self.supplier, "items": [line] }),
                )
                .await
            }
            Step::Dispense(units) => {
                let reply = post(
                    format!("medications/{}/dispense/", self.item),
                    json!({ "patient_id": self.shop.patient, "quantity": units }),
                )
                .await;
                for log in reply.json["logs"].as_array().into_iter().flatten() {
                    self.logs.push(log["id"].as_i64().unwrap());
                }
                reply
            }
            Step::ReverseDispense(index) => match self.logs.get(*index) {
                Some(log) => {
                    post(
                        format!("dispensing-logs/{log}/reverse/"),
                        json!({ "reason": "By mistake" }),
                    )
                    .await
                }
                None => return,
            },
            Step::Adjust(_, 0) => return,
            Step::Adjust(index, units) => {
                let reply = post(
                    "stock-adjustments/".into(),
                    adjust("Other", of(index), *units),
                )
                .await;
                self.adjustments.extend(reply.json["id"].as_i64());
                reply
            }
            Step::ReverseAdjustment(index) => match self.adjustments.get(*index) {
                Some(id) => {
                    post(
                        format!("stock-adjustments/{id}/reverse/"),
                        json!({ "reason": "By mistake" }),
                    )
                    .await
                }
                None => return,
            },
            Step::Transfer(index, units) => {
                let mut body = adjust("Internal Transfer", of(index), -units);
                body["to_location"] = json!(self.ward);
                let reply = post("stock-adjustments/".into(), body).await;
                self.adjustments.extend(reply.json["id"].as_i64());
                reply
            }
            Step::Return(index, units) => {
                post(
                    "stock-adjustments/".into(),
                    adjust("Returned to Supplier", of(index), -units),
                )
                .await
            }
            // Most are left alone, else nothing can be dispensed for long.
            Step::Recall(index) => match self.batches.get(*index) {
                Some(batch) => {
                    post(
                        format!("stock-batches/{batch}/recall/"),
                        json!({ "reason": "x" }),
                    )
                    .await
                }
                None => return,
            },
        };
        assert!(
            matches!(reply.status.as_u16(), 200 | 201 | 409),
            "{step:?} {} {}",
            reply.asked,
            reply.text()
        );
    }

    async fn quantities(&self) -> BTreeMap<i64, i64> {
        let rows = list(
            &self
                .shop
                .pharmacist
                .get(&format!("stock-batches/?medication_item={}", self.item))
                .await,
        );
        rows.iter()
            .map(|row| {
                (
                    row["id"].as_i64().unwrap(),
                    row["current_quantity"].as_i64().unwrap(),
                )
            })
            .collect()
    }

    /// The quantities just before a moment, and their total, as the ledger tells them.
    async fn as_of(&self, batches: Vec<i64>, before: Timestamp) -> (BTreeMap<i64, i64>, i64) {
        let item = self.item;
        let told = unit::program(&self.world.app, "test", move |cx| {
            let batches = batches.clone();
            Box::pin(async move {
                let mut found = BTreeMap::new();
                for batch in batches {
                    found.insert(batch, ledger::balance_at::<Stock>(cx, batch, before).await?);
                }
                Ok((
                    found,
                    ledger::control_balance_at::<Stock>(cx, item, before).await?,
                ))
            })
        });
        told.await.unwrap()
    }
}

testkit::on_both! {
    async fn every_balance_is_the_sum_of_its_entries_and_so_is_the_past(world: &World) {
        for seed in 0..4 {
            let shop = Shop::new(world).await;
            let item = shop.medication(&format!("Paracetamol {seed}"), json!({})).await;
            let mut batches = Vec::new();
            for n in 0..4 {
                batches.push(shop.batch(item, &format!("B{n}"), &format!("2028-0{}-01", n + 1), 10).await);
            }
            let supplier = shop.supplier("Banjul Pharma").await;
            let ward = shop.pharmacist.post("stock-locations/", json!({ "name": format!("Ward {seed}") })).await.id();
            let mut replay = Replay { world, shop, item, supplier, ward, batches, logs: Vec::new(), adjustments: Vec::new() };
            let mut past = Vec::new();
            for step in sequence(seed) {
                // Several steps share a moment, as they do on a busy day.
                if past.len() % 3 == 0 {
                    world.pass(SignedDuration::from_millis(1));
                }
                replay.take(&step).await;
                let quantities = replay.quantities().await;
                assert_eq!(quantities.values().sum::<i64>(), replay.shop.total(item).await, "{step:?}");
                past.push((world.clock.now(), quantities));
            }
            assert_eq!(differences(world).await, [], "seed {seed}");
            // The last state of each moment is what is told of it later.
            let past: BTreeMap<Timestamp, BTreeMap<i64, i64>> = past.into_iter().collect();
            for (moment, quantities) in past {
                let after = moment + SignedDuration::from_micros(1);
                let batches = quantities.keys().copied().collect();
                let (told, total) = replay.as_of(batches, after).await;
                assert_eq!(told, quantities, "seed {seed} at {moment}");
                assert_eq!(total, quantities.values().sum::<i64>(), "seed {seed} at {moment}");
            }
        }
        world.settle().await;
    }
}
