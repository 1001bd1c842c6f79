//! The databases under load: made once for each size, kept as templates, copied for each run.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, TryStreamExt, stream};
use patients::patient::Patient;
use platform::db::{Db, ToValue, Value};
use platform::keys;
use platform::record::{self, Body, Record};
use platform::seal::{KeyRing, MasterKey};
use platform::settings::Settings;

use crate::cluster::Cluster;
use crate::names::Register;
use crate::person::{self, Person, RUN};
use crate::process::Chelal;
use crate::sink::{Place, Sink};
use crate::{Database, Outcome, floor};

/// A change of what is generated makes new templates.
const GENERATION: u32 = 2;
/// Calling code that completes local numbers; the default setting.
const COUNTRY: u16 = 220;
/// Runs made ahead of the one being stored.
const AHEAD: usize = 4;

/// What the databases are made of, and where.
pub(crate) struct Maker<'a> {
    /// Templates and working copies lie in it.
    pub(crate) directory: &'a Path,
    /// The server for those on PostgreSQL.
    pub(crate) cluster: Option<&'a Cluster>,
    /// Where the key and the data are.
    pub(crate) chelal: &'a Chelal,
    /// The account's password.
    pub(crate) password: &'a str,
    /// The register's seed.
    pub(crate) seed: u64,
}

/// The two databases of a run.
pub(crate) struct Pair {
    /// Chelal's.
    pub(crate) chelal: Place,
    /// The floor's.
    pub(crate) floor: Place,
}

impl Maker<'_> {
    fn place(&self, database: Database, name: &str) -> Outcome<Place> {
        Ok(match database {
            Database::Sqlite => Place::Sqlite(self.directory.join(format!("{name}.db"))),
            Database::Postgres => {
                let cluster = self.cluster.ok_or("no PostgreSQL server was started")?;
                Place::Postgres(cluster.url(name))
            }
        })
    }

    /// Makes the templates of this size unless they are there.
    pub(crate) async fn templates(&self, database: Database, patients: usize) -> Outcome<()> {
        for which in ["chelal", "floor"] {
            let name = self.template(which, patients);
            if self.exists(database, &name).await? {
                continue;
            }
            let began = Instant::now();
            let half = format!("{which}_unfinished");
            self.remove(database, &half).await?;
            let place = self.place(database, &half)?;
            if let Some(cluster) = self.cluster.filter(|_| database == Database::Postgres) {
                cluster.create(&half, None).await?;
            }
            if which == "chelal" {
                self.fill(&place, patients).await?;
            } else {
                let register = Register::new();
                let people = (0..patients).step_by(RUN).map(|from| {
                    let count = RUN.min(patients - from);
                    person::run(&register, self.seed, from, count, patients)
                });
                floor::fill(&place, people).await?;
            }
            match &place {
                Place::Sqlite(path) => {
                    std::fs::rename(path, path.with_file_name(format!("{name}.db")))?;
                }
                Place::Postgres(_) => {
                    let cluster = self.cluster.ok_or("no PostgreSQL server was started")?;
                    cluster.rename(&half, &name).await?;
                }
            }
            eprintln!(
                "{}: {patients} patients for {which} made in {:.1} s",
                database.name(),
                began.elapsed().as_secs_f64()
            );
        }
        Ok(())
    }

    /// Copies the templates to work on.
    pub(crate) async fn copies(&self, database: Database, patients: usize) -> Outcome<Pair> {
        for which in ["chelal", "floor"] {
            let name = format!("{which}_work");
            self.remove(database, &name).await?;
            let template = self.template(which, patients);
            match (
                self.place(database, &template)?,
                self.place(database, &name)?,
            ) {
                (Place::Sqlite(from), Place::Sqlite(to)) => {
                    std::fs::copy(&from, &to)?;
                    // What is still to be written back must not be written during a measurement.
                    std::fs::File::open(&to)?.sync_all()?;
                }
                _ => {
                    let cluster = self.cluster.ok_or("no PostgreSQL server was started")?;
                    cluster.create(&name, Some(&template)).await?;
                }
            }
        }
        Ok(Pair {
            chelal: self.place(database, "chelal_work")?,
            floor: self.place(database, "floor_work")?,
        })
    }

    /// Removes the working copies.
    pub(crate) async fn discard(&self, database: Database) -> Outcome<()> {
        self.remove(database, "chelal_work").await?;
        self.remove(database, "floor_work").await
    }

    fn template(&self, which: &str, patients: usize) -> String {
        format!("{which}_{patients}_seed{}_v{GENERATION}", self.seed)
    }

    async fn exists(&self, database: Database, name: &str) -> Outcome<bool> {
        match (self.place(database, name)?, self.cluster) {
            (Place::Postgres(_), Some(cluster)) => cluster.has(name).await,
            (Place::Sqlite(path), _) => Ok(path.exists()),
            _ => Ok(false),
        }
    }

    async fn remove(&self, database: Database, name: &str) -> Outcome<()> {
        match (self.place(database, name)?, self.cluster) {
            (Place::Postgres(_), Some(cluster)) => cluster.drop_database(name).await,
            (Place::Sqlite(path), _) => {
                for end in ["", "-wal", "-shm"] {
                    let file = PathBuf::from(format!("{}{end}", path.display()));
                    if file.exists() {
                        std::fs::remove_file(file)?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Schema, keys and account by the program itself; patients by its own code for rows and terms.
    async fn fill(&self, place: &Place, patients: usize) -> Outcome<()> {
        crate::application::prepare(self.pairs(place), self.password).await?;
        let ring = Arc::new(self.ring(place).await?);
        let mut sink = Sink::open(place).await?;
        let register = Arc::new(Register::new());
        let seed = self.seed;
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
        .await?;
        sink.finish(&[Patient::TABLE]).await
    }

    fn pairs(&self, place: &Place) -> Vec<(String, String)> {
        [
            ("DATABASE_URL", place.url()),
            (
                "CHELAL_KEY_FILE",
                self.chelal.key_file.display().to_string(),
            ),
            (
                "CHELAL_DATA_DIR",
                self.chelal.data_dir.display().to_string(),
            ),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    async fn ring(&self, place: &Place) -> Outcome<KeyRing> {
        let settings = Settings::from_pairs(self.pairs(place))
            .map_err(|error| error.to_string())?
            .settings;
        let db = Db::connect(&settings.db_config()).await?;
        let now = kernel::Clock::system().now();
        let ring = keys::unlock(&db, &settings, now)
            .await
            .map_err(|error| format!("{error:?}"))?;
        db.close().await;
        Ok(ring)
    }
}

/// Makes the master key's file unless it is there.
pub(crate) fn key_file(path: &Path) -> Outcome<()> {
    if !path.exists() {
        MasterKey::create_file(path)?;
    }
    Ok(())
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
