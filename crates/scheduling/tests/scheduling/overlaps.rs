//! The database refuses overlaps by itself: ten thousand random bookings, moves and cancellations, past every
//! rule of the program, against a model that anybody can read.

use crate::common::Ward;
use jiff::Timestamp;
use platform::cx::values;
use platform::db::{DbError, Statement};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const STEPS: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Row {
    doctor: usize,
    patient: usize,
    from: i64,
    to: i64,
    overbooked: bool,
    occupies: bool,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Book(Row),
    Move {
        which: usize,
        doctor: usize,
        from: i64,
        length: i64,
    },
    Status {
        which: usize,
        occupies: bool,
    },
    Overbook {
        which: usize,
        overbooked: bool,
    },
}

/// Minutes on a grid of five, over eight days.
fn steps() -> impl Strategy<Value = Step> {
    let start = (0i64..8 * 288).prop_map(|slot| slot * 5);
    let length = (1i64..25).prop_map(|slots| slots * 5);
    let row = (
        0usize..4,
        0usize..6,
        start.clone(),
        length.clone(),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.95),
    )
        .prop_map(
            |(doctor, patient, from, length, overbooked, occupies)| Row {
                doctor,
                patient,
                from,
                to: from + length,
                overbooked,
                occupies,
            },
        );
    prop_oneof![
        5 => row.prop_map(Step::Book),
        3 => (any::<usize>(), 0usize..4, start, length).prop_map(|(which, doctor, from, length)| Step::Move { which, doctor, from, length }),
        3 => (any::<usize>(), prop::bool::weighted(0.2)).prop_map(|(which, occupies)| Step::Status { which, occupies }),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(which, overbooked)| Step::Overbook { which, overbooked }),
    ]
}

/// What the rule says, in the simplest words.
fn fits(rows: &[Row], at: Option<usize>, new: Row) -> bool {
    !new.occupies
        || !rows.iter().enumerate().any(|(index, row)| {
            let apart = row.to <= new.from || new.to <= row.from;
            let same_doctor = row.doctor == new.doctor && !row.overbooked && !new.overbooked;
            Some(index) != at
                && row.occupies
                && !apart
                && (same_doctor || row.patient == new.patient)
        })
}

fn moment(minute: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
}

testkit::on_both! {
    async fn nothing_overlaps_whatever_is_tried(world: &World) {
        let ward = Ward::new(world).await;
        let (mut doctors, mut patients) = (vec![ward.doctor], vec![ward.patient]);
        for _ in 0..3 {
            doctors.push(world.doctor().await.id);
        }
        for _ in 0..5 {
            patients.push(ward.another_patient().await);
        }
        let db = &world.app.unguarded("test");
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let strategy = steps();
        let (mut rows, mut ids): (Vec<Row>, Vec<i64>) = (Vec::new(), Vec::new());
        let mut refused = 0;
        for _ in 0..STEPS {
            let step = strategy.new_tree(&mut runner).unwrap().current();
            let at = |which: usize| (!rows.is_empty()).then(|| which % rows.len());
            let (index, new) = match step {
                Step::Book(row) => (None, row),
                Step::Move { which, doctor, from, length } => {
                    let Some(index) = at(which) else { continue };
                    (Some(index), Row { doctor, from, to: from + length, ..rows[index] })
                }
                Step::Status { which, occupies } => {
                    let Some(index) = at(which) else { continue };
                    (Some(index), Row { occupies, ..rows[index] })
                }
                Step::Overbook { which, overbooked } => {
                    let Some(index) = at(which) else { continue };
                    (Some(index), Row { overbooked, ..rows[index] })
                }
            };
            let status = if new.occupies { "scheduled" } else { "cancelled" };
            let (from, to) = (moment(new.from), moment(new.to));
            let (doctor, patient, id) = (doctors[new.doctor], patients[new.patient], index.map(|index| ids[index]));
            let done = match id {
                None => {
                    let id = ids.last().map_or(1, |last| last + 1);
                    let uid = uuid_of(id);
                    db.execute(Statement::raw(
                        "INSERT INTO appointment (id, uid, created_at, updated_at, version, sealed, patient, doctor, date, time, \
                         duration_minutes, status, overbooked, starts_at, ends_at) \
                         VALUES ($1, $2, $3, $3, 1, $4, $5, $6, '2027-01-01', '10:00:00', 15, $7, $8, $3, $9)",
                        values([&id, &uid, &from, &Vec::<u8>::new(), &patient, &doctor, &status, &new.overbooked, &to]),
                    )).await.map(|_| id)
                }
                Some(id) => db.execute(Statement::raw(
                    "UPDATE appointment SET doctor = $2, status = $3, overbooked = $4, starts_at = $5, ends_at = $6 WHERE id = $1",
                    values([&id, &doctor, &status, &new.overbooked, &from, &to]),
                )).await.map(|_| id),
            };
            match (fits(&rows, index, new), done) {
                (true, Ok(id)) => match index {
                    Some(index) => rows[index] = new,
                    None => {
                        rows.push(new);
                        ids.push(id);
                    }
                },
                (false, Err(DbError::Exclusion { .. })) => refused += 1,
                (fits, done) => panic!("the model says {fits}, the database {done:?}: {step:?}"),
            }
        }
        // Both outcomes were tried in earnest.
        assert!(refused > STEPS / 5 && rows.len() > 500, "{refused} refused, {} stored", rows.len());
        let overlapping: Vec<(i64, i64)> = db.all(Statement::raw(
            "SELECT a.id, b.id FROM appointment a JOIN appointment b ON a.id < b.id \
             AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at \
             AND ((a.doctor = b.doctor AND NOT a.overbooked AND NOT b.overbooked) OR a.patient = b.patient) \
             WHERE a.status <> 'cancelled' AND b.status <> 'cancelled'",
            vec![],
        )).await.unwrap();
        assert_eq!(overlapping, []);
    }
}

/// A `uid` that only has to differ from others, as bytes of the column.
fn uuid_of(id: i64) -> Vec<u8> {
    let mut bytes = vec![0; 8];
    bytes.extend(id.to_be_bytes());
    bytes
}
