//! The databases under load: made once for each size, kept as templates, copied for each run.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use db::Db;
use engine::keys;
use jiff::civil::Date;
use patients::patient::Patient;
use platform::record::Record;
use platform::settings::Settings;
use seal::{KeyRing, MasterKey};

use crate::calendar::Calendar;
use crate::cluster::Cluster;
use crate::process::Chelal;
use crate::rows::Past;
use crate::sink::{Place, Sink};
use crate::subject::{Stock, Subject};
use crate::{Database, Outcome, floor, hospital, ledger, register};

/// A change of what is generated makes new templates.
const GENERATION: u32 = 3;
/// Runs made ahead of the one being stored.
pub(crate) const AHEAD: usize = 4;

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
    /// What is made up is the same for the same seed.
    pub(crate) seed: u64,
    /// The Monday of this week, which is today for what is made up.
    pub(crate) today: Date,
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
    pub(crate) async fn templates(&self, database: Database, stock: Stock) -> Outcome<()> {
        for which in ["chelal", "floor"] {
            let name = self.template(which, stock);
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
            let calendar = self.calendar(stock);
            let patients = stock.patients();
            if which == "chelal" {
                self.fill(&place, stock, calendar).await?;
            } else {
                let hospital = match stock.subject {
                    Subject::Hospital => Some((Past::until(self.today)?, stock.size)),
                    _ => None,
                };
                floor::fill(&place, self.seed, patients, calendar.as_deref(), hospital).await?;
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
                "{}: {} {} for {which} made in {:.1} s",
                database.name(),
                stock.size,
                stock.subject.name(),
                began.elapsed().as_secs_f64()
            );
        }
        Ok(())
    }

    /// Copies the templates to work on.
    pub(crate) async fn copies(&self, database: Database, stock: Stock) -> Outcome<Pair> {
        for which in ["chelal", "floor"] {
            let name = format!("{which}_work");
            self.remove(database, &name).await?;
            let template = self.template(which, stock);
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

    fn template(&self, which: &str, stock: Stock) -> String {
        let (subject, size, seed) = (stock.subject.name(), stock.size, self.seed);
        let name = format!("{which}_{subject}_{size}_seed{seed}_v{GENERATION}");
        match stock.subject {
            Subject::Patients => name,
            // What is past and what is to come is so for a week.
            Subject::Appointments | Subject::Hospital => {
                format!("{name}_{}", self.today.strftime("%Y%m%d"))
            }
        }
    }

    /// The appointments, if they are what there is much of.
    fn calendar(&self, stock: Stock) -> Option<Arc<Calendar>> {
        let calendar = || Calendar::new(self.seed, stock.size, stock.patients(), self.today);
        (stock.subject == Subject::Appointments).then(|| Arc::new(calendar()))
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

    /// Schema, keys and account by the program itself; the rest by its own code for rows.
    async fn fill(
        &self,
        place: &Place,
        stock: Stock,
        calendar: Option<Arc<Calendar>>,
    ) -> Outcome<()> {
        crate::application::prepare(self.pairs(place), self.password).await?;
        let ring = Arc::new(self.ring(place).await?);
        let mut sink = Sink::open(place).await?;
        register::fill(&mut sink, &ring, self.seed, stock.patients()).await?;
        let mut tables = vec![Patient::TABLE];
        if let Some(calendar) = calendar {
            ledger::fill(&mut sink, &ring, &calendar).await?;
            tables.extend(ledger::TABLES);
        }
        if stock.subject == Subject::Hospital {
            let filled = hospital::fill(&mut sink, &ring, self.seed, stock, self.today).await?;
            tables.extend(filled);
        }
        sink.finish(&tables).await
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
