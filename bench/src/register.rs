//! The register of patients, as rows of Chelal's tables.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use patients::patient::Patient;
use platform::db::{ToValue, Value};
use platform::record::{self, Body, Record};
use platform::seal::KeyRing;

use crate::Outcome;
use crate::maker::AHEAD;
use crate::names::Register;
use crate::person::{self, Person, RUN};
use crate::sink::Sink;

/// Calling code that completes local numbers; the default setting.
const COUNTRY: u16 = 220;

/// Adds so many patients, by the program's own code for rows and search terms.
pub(crate) async fn fill(
    sink: &mut Sink,
    ring: &Arc<KeyRing>,
    seed: u64,
    patients: usize,
) -> Outcome<()> {
    let register = Arc::new(Register::new());
    let mut runs = stream::iter((0..patients).step_by(RUN))
        .map(|from| {
            let (register, ring) = (register.clone(), ring.clone());
            tokio::task::spawn_blocking(move || {
                let count = RUN.min(patients - from);
                let people = person::run(&register, seed, from, count, patients);
                Rows::of(&people, from, &ring)
            })
        })
        .buffered(AHEAD);
    let columns = Patient::columns();
    let mut terms = Vec::new();
    while let Some(rows) = runs.try_next().await? {
        let rows = rows?;
        sink.add(Patient::TABLE, columns, &rows.patients).await?;
        sink.add(
            "patient_identifier",
            &["generation", "digest", "patient", "kind"],
            &rows.identifiers,
        )
        .await?;
        terms.extend(rows.terms);
    }
    // In the order of their key, so that the tree grows at its end.
    terms.sort_unstable();
    sink.add_numbers(
        "patient_term",
        ["generation", "field", "tag", "patient"],
        &terms,
    )
    .await
}

/// Rows of a run, ready to store.
struct Rows {
    patients: Vec<Vec<Value>>,
    identifiers: Vec<Vec<Value>>,
    terms: Vec<[i64; 4]>,
}

impl Rows {
    fn of(people: &[Person], from: usize, ring: &KeyRing) -> Result<Rows, String> {
        let mut rows = Rows {
            patients: Vec::with_capacity(people.len()),
            identifiers: Vec::with_capacity(people.len()),
            terms: Vec::with_capacity(people.len() * 32),
        };
        for (at, person) in people.iter().enumerate() {
            let id = i64::try_from(from + at + 1).map_err(|error| error.to_string())?;
            let serde_json::Value::Object(mut body) = person.body() else {
                return Err("a body is an object".to_owned());
            };
            body.insert("unique_id".to_owned(), person.unique_id.clone().into());
            let mut patient =
                Patient::create(&Body(body)).map_err(|faults| format!("{faults:?}"))?;
            patient.meta.id = id;
            patient.meta.uid = person.uid;
            let registered = jiff::Timestamp::from_microsecond(person.registered_at)
                .map_err(|error| error.to_string())?;
            patient.meta.created_at = registered;
            patient.meta.updated_at = registered;
            patient.birth_year = i64::from(person.born.year());
            let mut columns = vec![id.to_value()];
            columns.extend(record::values(&patient, ring).map_err(|error| error.to_string())?);
            rows.patients.push(columns);
            let index = patients::bulk::index_rows(&patient, ring, COUNTRY);
            rows.terms.extend(index.terms);
            for (generation, digest, kind) in index.identifiers {
                rows.identifiers.push(vec![
                    generation.to_value(),
                    digest.to_vec().to_value(),
                    id.to_value(),
                    kind.to_value(),
                ]);
            }
        }
        Ok(rows)
    }
}
