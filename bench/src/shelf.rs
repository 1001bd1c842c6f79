//! Medications, their batches and the movements of their stock, as rows of Chelal's tables.
//!
//! Each batch is received, given out in a hundred movements and used up, but for the last ones of each medication, of which
//! enough is left to dispense while it is measured.

use std::ops::Range;
use std::sync::Arc;

use formulary::MedicationItem;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::ToSpan;
use jiff::civil::Date;
use kernel::Money;
use ledger::Book;
use pharmacy::stock_batch::StockBatch;
use pharmacy::stock_movement::{MovementKind, Stock, StockMovement};
use platform::db::Value;
use platform::field::{Blank, Line, Ref};
use platform::record::Record;
use platform::seal::KeyRing;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use serde_json::json;

use crate::Outcome;
use crate::maker::AHEAD;
use crate::rows::{Past, RUN, add, meta, stored, uid, written};
use crate::sink::Sink;

/// Tables filled with ids of our own.
pub(crate) const TABLES: [&str; 3] = [
    MedicationItem::TABLE,
    StockBatch::TABLE,
    StockMovement::TABLE,
];

/// Medications; their ids begin with 1.
pub(crate) const MEDICATIONS: usize = 400;
/// Movements of a batch.
const OF_A_BATCH: usize = 100;
/// The last batches of a medication that are not used up, and what is left of each.
const ON_THE_SHELF: usize = 3;
const LEFT: i64 = 100_000;
/// Whoever did it all.
const USER: i64 = 1;
/// Logs of what was dispensed in the past are not made; this is where their numbers would be.
const LOGS: i64 = 1 << 40;

const NAMES: [&str; 40] = [
    "Paracetamol",
    "Amlodipine",
    "Metformin",
    "Omeprazole",
    "Salbutamol",
    "Furosemide",
    "Losartan",
    "Atenolol",
    "Enalapril",
    "Simvastatin",
    "Glibenclamide",
    "Hydrochlorothiazide",
    "Prednisolone",
    "Cetirizine",
    "Loratadine",
    "Ranitidine",
    "Zinc sulfate",
    "Folic acid",
    "Ferrous sulfate",
    "Vitamin A",
    "Albendazole",
    "Mebendazole",
    "Praziquantel",
    "Ivermectin",
    "Fluconazole",
    "Nystatin",
    "Clotrimazole",
    "Aciclovir",
    "Levothyroxine",
    "Carbamazepine",
    "Phenobarbital",
    "Diazepam",
    "Haloperidol",
    "Fluoxetine",
    "Spironolactone",
    "Digoxin",
    "Bisoprolol",
    "Nifedipine",
    "Methyldopa",
    "Oral rehydration salts",
];

/// So many movements of the past years, until a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shelf {
    pub(crate) seed: u64,
    pub(crate) movements: usize,
    pub(crate) past: Past,
}

/// Where in its medication's history a movement is.
struct Step {
    medication: usize,
    /// The batch, counted within the medication.
    batch: usize,
    /// The movement, counted within the batch.
    place: usize,
}

impl Shelf {
    /// Adds all.
    pub(crate) async fn fill(self, sink: &mut Sink, ring: &Arc<KeyRing>) -> Outcome<()> {
        let mut runs = stream::iter((0..self.movements).step_by(RUN))
            .map(|from| {
                let ring = ring.clone();
                let run = from..self.movements.min(from + RUN);
                tokio::task::spawn_blocking(move || self.movements(run, &ring))
            })
            .buffered(AHEAD);
        while let Some(rows) = runs.try_next().await? {
            add::<StockMovement>(sink, &rows?).await?;
        }
        // Where the database did not keep the sums while rows came.
        if let Some(sums) = Stock::SUMS {
            let [_, [weeks, spans]] = sums.fill;
            for sql in [weeks, spans] {
                let sql = sink.either("", sql).to_owned();
                sink.run(&sql).await?;
            }
        }
        add::<StockBatch>(sink, &self.batches(ring)?).await?;
        add::<MedicationItem>(sink, &self.medications(ring)?).await
    }

    /// Movements of a medication, and its batches.
    fn of(self, medication: usize) -> (usize, usize) {
        let more = usize::from(medication < self.movements % MEDICATIONS);
        let movements = self.movements / MEDICATIONS + more;
        (movements, movements.div_ceil(OF_A_BATCH))
    }

    /// In the order of time, medications take turns.
    fn step(at: usize) -> Step {
        let own = at / MEDICATIONS;
        Step {
            medication: at % MEDICATIONS,
            batch: own / OF_A_BATCH,
            place: own % OF_A_BATCH,
        }
    }

    /// Batches are numbered medication by medication.
    fn batch_id(self, medication: usize, batch: usize) -> usize {
        let before: usize = (0..medication)
            .map(|medication| self.of(medication).1)
            .sum();
        1 + before + batch
    }

    /// What stays on the shelf of a batch.
    fn left(self, medication: usize, batch: usize) -> i64 {
        match batch + ON_THE_SHELF >= self.of(medication).1 {
            true => LEFT,
            false => 0,
        }
    }

    /// What a movement adds, and what for.
    fn delta(self, step: &Step) -> (i64, MovementKind) {
        match step.place {
            0 => {
                let given: i64 = (1..OF_A_BATCH).map(given).sum();
                let received = given + self.left(step.medication, step.batch);
                (received, MovementKind::Receipt)
            }
            place if place + 1 == OF_A_BATCH => (-given(place), MovementKind::Expiry),
            place => (-given(place), MovementKind::Dispense),
        }
    }

    /// What is on the shelf of a batch after a movement.
    fn after(self, step: &Step) -> i64 {
        let given: i64 = (step.place + 1..OF_A_BATCH).map(given).sum();
        given + self.left(step.medication, step.batch)
    }

    /// Of all batches.
    fn all_after(self, step: &Step) -> i64 {
        let before: i64 = (0..step.batch)
            .map(|batch| self.left(step.medication, batch))
            .sum();
        before + self.after(step)
    }

    fn movements(self, run: Range<usize>, ring: &KeyRing) -> Outcome<Vec<Vec<Value>>> {
        let mut rng = SmallRng::seed_from_u64(self.seed ^ run.start as u64);
        let first: Vec<usize> = (0..MEDICATIONS).map(|it| self.batch_id(it, 0)).collect();
        let movement = |at: usize| {
            let step = Shelf::step(at);
            let (delta, kind) = self.delta(&step);
            let moment = self.past.moment(at, self.movements);
            let batch = i64::try_from(first[step.medication] + step.batch)?;
            let (source, source_id) = match kind {
                MovementKind::Receipt => ("StockBatch", batch),
                MovementKind::Expiry => ("StockAdjustment", LOGS + i64::try_from(at)?),
                _ => ("DispensingLog", LOGS + i64::try_from(at)?),
            };
            let row = StockMovement {
                meta: meta(uid(&mut rng, moment), moment),
                stock_batch: Ref::new(batch),
                medication_item: Ref::new(i64::try_from(step.medication)? + 1),
                delta,
                kind,
                source_type: Line::cut(source),
                source_id,
                user: Some(Ref::new(USER)),
                at: moment,
                balance_after: self.after(&step),
                item_balance_after: self.all_after(&step),
                reverses: None,
            };
            Ok((at + 1, row))
        };
        let rows: Outcome<Vec<(usize, StockMovement)>> = run.map(movement).collect();
        stored(rows?.into_iter(), ring)
    }

    fn batches(self, ring: &KeyRing) -> Outcome<Vec<Vec<Value>>> {
        let mut rng = SmallRng::seed_from_u64(self.seed ^ 0xBA7C);
        let mut rows = Vec::new();
        for medication in 0..MEDICATIONS {
            let (movements, batches) = self.of(medication);
            for batch in 0..batches {
                let last = (movements - 1 - batch * OF_A_BATCH).min(OF_A_BATCH - 1);
                let step = |place| Step {
                    medication,
                    batch,
                    place,
                };
                let received = (batch * OF_A_BATCH) * MEDICATIONS + medication;
                let moment = self.past.moment(received, self.movements);
                let day = self.past.day(received, self.movements);
                let cost = Money::from_minor(50 + (medication as i64 * 37) % 900)?;
                let body = json!({
                    "medication_item": medication + 1,
                    "batch_number": format!("B{medication:03}-{batch:03}"),
                    "expiry_date": self.expiry(medication, batch, day).to_string(),
                    "quantity_received": self.delta(&step(0)).0,
                    "cost_price_per_unit": cost,
                    "selling_price_per_unit": cost.checked_mul(2)?,
                });
                let mut row: StockBatch = written(body, uid(&mut rng, moment), moment)?;
                row.current_quantity = self.after(&step(last));
                row.received_date = day;
                rows.push(row);
            }
        }
        stored((1..).zip(rows), ring)
    }

    /// The last day on which a batch may be used: what is on the shelf is good for two to ten months.
    fn expiry(self, medication: usize, batch: usize, received: Date) -> Date {
        match self.left(medication, batch) {
            0 => received.saturating_add(10.months()),
            _ => self
                .past
                .day(1, 1)
                .saturating_add((2 + 4 * (batch as i64 % 3)).months()),
        }
    }

    fn medications(self, ring: &KeyRing) -> Outcome<Vec<Vec<Value>>> {
        let medication = |at: usize| {
            let name = NAMES[at % NAMES.len()];
            let body = json!({
                "generic_name": name,
                "strength": format!("{} mg", 5 * (1 + at / NAMES.len())),
                "formulation": "Tablet",
                "unit_of_measure": "Tablet",
                // A tenth is to be ordered.
                "reorder_level": if at.is_multiple_of(10) { 1_000_000 } else { 500 },
                "reorder_quantity": 1000,
            });
            let moment = self.past.moment(0, 1);
            let mut row: MedicationItem = written(body, uuid::Uuid::new_v4(), moment)?;
            row.ingredients = Blank::cut(&name.to_lowercase());
            let (movements, batches) = self.of(at);
            let last = Step {
                medication: at,
                batch: batches - 1,
                place: (movements - 1) % OF_A_BATCH,
            };
            row.total_quantity = self.all_after(&last);
            Ok(row)
        };
        let rows: Outcome<Vec<MedicationItem>> = (0..MEDICATIONS).map(medication).collect();
        stored((1..).zip(rows?), ring)
    }
}

/// Units of a movement that takes some.
fn given(place: usize) -> i64 {
    10 + (place as i64 * 7) % 21
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use jiff::civil::date;

    #[test]
    fn balances_follow_from_movements() {
        for movements in [400, 1234, 123_456] {
            let past = Past::until(date(2027, 5, 24)).unwrap_or_else(|error| panic!("{error}"));
            let shelf = Shelf {
                seed: 1,
                movements,
                past,
            };
            let (mut batches, mut items) = (HashMap::new(), HashMap::new());
            for at in 0..movements {
                let step = Shelf::step(at);
                let (delta, _) = shelf.delta(&step);
                let batch: &mut i64 = batches.entry((step.medication, step.batch)).or_default();
                *batch += delta;
                assert_eq!(*batch, shelf.after(&step));
                let item: &mut i64 = items.entry(step.medication).or_default();
                *item += delta;
                assert_eq!(*item, shelf.all_after(&step), "{movements} {at}");
            }
        }
    }
}
