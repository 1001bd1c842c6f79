//! The floor on PostgreSQL: a pool of sixteen connections with prepared statements.

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio_postgres::{NoTls, Row};

use super::{COLUMNS, INSERTED, Patient};
use crate::Outcome;

type Answer<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub(super) struct Store {
    pool: Pool,
    one: String,
    newest: String,
    starting: String,
    add: String,
}

impl Store {
    pub(super) fn open(url: &str) -> Outcome<Store> {
        let manager = Manager::from_config(
            url.parse()?,
            NoTls,
            ManagerConfig {
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let marks: Vec<String> = (1..=INSERTED.len()).map(|at| format!("${at}")).collect();
        Ok(Store {
            pool: Pool::builder(manager).max_size(16).build()?,
            one: format!("SELECT {COLUMNS} FROM patient WHERE id = $1"),
            newest: format!("SELECT {COLUMNS} FROM patient ORDER BY id DESC LIMIT 50"),
            starting: format!(
                "SELECT {COLUMNS} FROM patient WHERE last_key >= $1 AND last_key < $2 LIMIT 50"
            ),
            add: format!(
                "INSERT INTO patient ({}) VALUES ({}) RETURNING id",
                INSERTED.join(", "),
                marks.join(", ")
            ),
        })
    }

    pub(super) async fn one(&self, id: i64) -> Answer<Option<Patient>> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(&self.one).await?;
        let found = client.query_opt(&statement, &[&id]).await?;
        found.as_ref().map(patient).transpose()
    }

    pub(super) async fn newest(&self) -> Answer<Vec<Patient>> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(&self.newest).await?;
        let found = client.query(&statement, &[]).await?;
        found.iter().map(patient).collect()
    }

    pub(super) async fn starting(&self, prefix: &str) -> Answer<Vec<Patient>> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(&self.starting).await?;
        let after = format!("{prefix}\u{10FFFF}");
        let found = client.query(&statement, &[&prefix, &after]).await?;
        found.iter().map(patient).collect()
    }

    pub(super) async fn add(&self, mut patient: Patient) -> Answer<Patient> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(&self.add).await?;
        let key = patient.last_name.to_lowercase();
        let micros = patient.created_at.as_microsecond();
        let stored = client
            .query_one(
                &statement,
                &[
                    &patient.uid,
                    &micros,
                    &patient.unique_id,
                    &patient.first_name,
                    &patient.last_name,
                    &patient.date_of_birth,
                    &patient.contact_info,
                    &patient.email,
                    &patient.address,
                    &patient.known_allergies,
                    &patient.gender,
                    &patient.preferred_language,
                    &key,
                ],
            )
            .await?;
        patient.id = stored.try_get(0)?;
        Ok(patient)
    }
}

fn patient(row: &Row) -> Answer<Patient> {
    Ok(Patient {
        id: row.try_get(0)?,
        uid: row.try_get(1)?,
        created_at: jiff::Timestamp::from_microsecond(row.try_get(2)?)?,
        unique_id: row.try_get(3)?,
        first_name: row.try_get(4)?,
        last_name: row.try_get(5)?,
        date_of_birth: row.try_get(6)?,
        contact_info: row.try_get(7)?,
        email: row.try_get(8)?,
        address: row.try_get(9)?,
        known_allergies: row.try_get(10)?,
        gender: row.try_get(11)?,
        preferred_language: row.try_get(12)?,
    })
}
