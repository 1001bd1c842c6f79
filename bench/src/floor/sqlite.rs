//! The floor on SQLite: a connection for each thread that reads, and one that writes.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use rusqlite::{Connection, Row, params};
use tokio::sync::oneshot;

use super::{COLUMNS, INSERTED, Patient};

type Asked = (Patient, oneshot::Sender<rusqlite::Result<Patient>>);

pub(super) struct Store {
    path: PathBuf,
    write: mpsc::Sender<Asked>,
}

thread_local! {
    static READER: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open(path)?;
    conn.execute_batch(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA cache_size = -16384; PRAGMA mmap_size = 1073741824",
    )?;
    Ok(conn)
}

impl Store {
    pub(super) fn open(path: &Path) -> rusqlite::Result<Store> {
        let conn = open(path)?;
        let (write, asked) = mpsc::channel::<Asked>();
        std::thread::spawn(move || {
            for (patient, done) in asked {
                let _ = done.send(add(&conn, patient));
            }
        });
        Ok(Store {
            path: path.to_owned(),
            write,
        })
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        READER.with_borrow_mut(|reader| {
            let conn = match reader {
                Some(conn) => conn,
                None => reader.insert(open(&self.path)?),
            };
            work(conn)
        })
    }

    pub(super) fn one(&self, id: i64) -> rusqlite::Result<Option<Patient>> {
        self.read(|conn| {
            let sql = format!("SELECT {COLUMNS} FROM patient WHERE id = ?1");
            let mut statement = conn.prepare_cached(&sql)?;
            statement.query([id])?.next()?.map(patient).transpose()
        })
    }

    pub(super) fn newest(&self) -> rusqlite::Result<Vec<Patient>> {
        self.read(|conn| {
            let sql = format!("SELECT {COLUMNS} FROM patient ORDER BY id DESC LIMIT 50");
            let mut statement = conn.prepare_cached(&sql)?;
            statement.query_map([], patient)?.collect()
        })
    }

    pub(super) fn starting(&self, prefix: &str) -> rusqlite::Result<Vec<Patient>> {
        self.read(|conn| {
            let sql = format!(
                "SELECT {COLUMNS} FROM patient WHERE last_key >= ?1 AND last_key < ?2 LIMIT 50"
            );
            let mut statement = conn.prepare_cached(&sql)?;
            let after = format!("{prefix}\u{10FFFF}");
            statement.query_map([prefix, &after], patient)?.collect()
        })
    }

    pub(super) async fn add(&self, patient: Patient) -> Result<Patient, String> {
        let (done, stored) = oneshot::channel();
        self.write
            .send((patient, done))
            .map_err(|error| error.to_string())?;
        stored
            .await
            .map_err(|error| error.to_string())?
            .map_err(|error| error.to_string())
    }
}

fn add(conn: &Connection, mut patient: Patient) -> rusqlite::Result<Patient> {
    let marks = vec!["?"; INSERTED.len()].join(", ");
    let sql = format!(
        "INSERT INTO patient ({}) VALUES ({marks})",
        INSERTED.join(", ")
    );
    conn.prepare_cached(&sql)?.execute(params![
        patient.uid.as_bytes(),
        patient.created_at.as_microsecond(),
        patient.unique_id,
        patient.first_name,
        patient.last_name,
        patient.date_of_birth,
        patient.contact_info,
        patient.email,
        patient.address,
        patient.known_allergies,
        patient.gender,
        patient.preferred_language,
        patient.last_name.to_lowercase(),
    ])?;
    patient.id = conn.last_insert_rowid();
    Ok(patient)
}

fn patient(row: &Row<'_>) -> rusqlite::Result<Patient> {
    let uid: [u8; 16] = row.get(1)?;
    let micros: i64 = row.get(2)?;
    let created_at = jiff::Timestamp::from_microsecond(micros)
        .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(2, micros))?;
    Ok(Patient {
        id: row.get(0)?,
        uid: uuid::Uuid::from_bytes(uid),
        created_at,
        unique_id: row.get(3)?,
        first_name: row.get(4)?,
        last_name: row.get(5)?,
        date_of_birth: row.get(6)?,
        contact_info: row.get(7)?,
        email: row.get(8)?,
        address: row.get(9)?,
        known_allergies: row.get(10)?,
        gender: row.get(11)?,
        preferred_language: row.get(12)?,
    })
}
