//! The floor on PostgreSQL: a pool of sixteen connections with prepared statements.

use bytes::{BufMut, BytesMut};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use platform::db::Value;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{NoTls, Row};

use super::{Cells, Said, Shown};
use crate::Outcome;

pub(super) struct Store {
    pool: Pool,
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
        Ok(Store {
            pool: Pool::builder(manager).max_size(16).build()?,
        })
    }

    async fn run(&self, sql: &str, values: &[Value]) -> Outcome<Vec<Row>> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(sql).await?;
        let values: Vec<Bound<'_>> = values.iter().map(Bound).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        Ok(client.query(&statement, &values).await?)
    }

    pub(super) async fn all<T: Shown>(&self, sql: &str, values: &[Value]) -> Outcome<Vec<T>> {
        let rows = self.run(sql, values).await?;
        rows.iter().map(|row| T::read(&mut (row, 0))).collect()
    }

    pub(super) async fn add(&self, sql: &str, values: &[Value]) -> Outcome<i64> {
        let rows = self.run(&format!("{sql} RETURNING id"), values).await?;
        Ok(rows.first().ok_or("nothing was stored")?.try_get(0)?)
    }

    pub(super) async fn take_and_add(&self, change: &Said, insert: &Said) -> Outcome<i64> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        let statement = transaction.prepare_cached(change.0).await?;
        let values: Vec<Bound<'_>> = change.1.iter().map(Bound).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        if transaction.execute(&statement, &values).await? != 1 {
            return Err("there is not enough".into());
        }
        let sql = format!("{} RETURNING id", insert.0);
        let statement = transaction.prepare_cached(&sql).await?;
        let values: Vec<Bound<'_>> = insert.1.iter().map(Bound).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let id = transaction
            .query_one(&statement, &values)
            .await?
            .try_get(0)?;
        transaction.commit().await?;
        Ok(id)
    }
}

/// A value as PostgreSQL takes it.
#[derive(Debug)]
struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Outcome<IsNull> {
        match self.0 {
            Value::Bool(value) => value.to_sql(ty, out),
            Value::BigInt(value) => value.to_sql(ty, out),
            Value::String(value) => value.as_deref().to_sql(ty, out),
            // Of `bytea` and `uuid` alike.
            Value::Bytes(Some(bytes)) => {
                out.put_slice(bytes);
                Ok(IsNull::No)
            }
            other => Err(format!("{other:?} is nothing that the floor stores").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl Cells for (&Row, usize) {
    fn number(&mut self) -> Outcome<i64> {
        self.1 += 1;
        Ok(self.0.try_get(self.1 - 1)?)
    }

    fn truth(&mut self) -> Outcome<bool> {
        self.1 += 1;
        Ok(self.0.try_get(self.1 - 1)?)
    }

    fn text(&mut self) -> Outcome<String> {
        self.1 += 1;
        Ok(self.0.try_get(self.1 - 1)?)
    }

    fn uid(&mut self) -> Outcome<uuid::Uuid> {
        self.1 += 1;
        Ok(self.0.try_get(self.1 - 1)?)
    }
}
