//! Many rows at once into either database, by the driver's own fastest way.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::SinkExt;
use platform::db::Value;
use tokio_postgres::NoTls;
use tokio_postgres::types::Type;

use crate::Outcome;

/// Where a database is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// A file.
    Sqlite(PathBuf),
    /// A URL.
    Postgres(String),
}

impl Place {
    /// As `DATABASE_URL`.
    pub(crate) fn url(&self) -> String {
        match self {
            Place::Sqlite(path) => format!("sqlite://{}", path.display()),
            Place::Postgres(url) => url.clone(),
        }
    }

    /// The reverse of [`Place::url`].
    pub(crate) fn parse(url: &str) -> Place {
        match url.strip_prefix("sqlite://") {
            Some(path) => Place::Sqlite(path.into()),
            None => Place::Postgres(url.to_owned()),
        }
    }
}

/// An open database that nobody else uses, and whose loss in a power failure is no loss.
pub(crate) enum Sink {
    /// One transaction, committed by [`Sink::finish`].
    Sqlite(Box<rusqlite::Connection>),
    /// `COPY`.
    Postgres(tokio_postgres::Client),
}

impl Sink {
    /// Opens it.
    pub(crate) async fn open(place: &Place) -> Outcome<Sink> {
        match place {
            Place::Sqlite(path) => Ok(Sink::Sqlite(Box::new(open(path)?))),
            Place::Postgres(url) => {
                let client = connect(url).await?;
                // What is made here refers to what is made here: nothing to check row by row.
                client
                    .batch_execute("SET session_replication_role = replica")
                    .await?;
                Ok(Sink::Postgres(client))
            }
        }
    }

    /// What the two databases say differently.
    pub(crate) fn either<'a>(&self, sqlite: &'a str, postgres: &'a str) -> &'a str {
        match self {
            Sink::Sqlite(_) => sqlite,
            Sink::Postgres(_) => postgres,
        }
    }

    /// Runs statements without values.
    pub(crate) async fn run(&mut self, sql: &str) -> Outcome<()> {
        match self {
            Sink::Sqlite(conn) => conn.execute_batch(sql)?,
            Sink::Postgres(client) => client.batch_execute(sql).await?,
        }
        Ok(())
    }

    /// One number.
    pub(crate) async fn number(&mut self, sql: &str) -> Outcome<i64> {
        Ok(match self {
            Sink::Sqlite(conn) => conn.query_row(sql, [], |row| row.get(0))?,
            Sink::Postgres(client) => client.query_one(sql, &[]).await?.try_get(0)?,
        })
    }

    /// Adds rows.
    pub(crate) async fn add(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &[Vec<Value>],
    ) -> Outcome<()> {
        let names: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
        let names = names.join(", ");
        match self {
            Sink::Sqlite(conn) => {
                let marks = vec!["?"; columns.len()].join(", ");
                let sql = format!("INSERT INTO \"{table}\" ({names}) VALUES ({marks})");
                let mut statement = conn.prepare_cached(&sql)?;
                for row in rows {
                    bind(&mut statement, row)?;
                    statement.raw_execute()?;
                }
            }
            Sink::Postgres(client) => {
                let sql = format!("COPY \"{table}\" ({names}) FROM STDIN");
                let types = format!("SELECT {names} FROM \"{table}\" LIMIT 0");
                let types = client.prepare(&types).await?;
                let types: Vec<Type> = types
                    .columns()
                    .iter()
                    .map(|column| column.type_().clone())
                    .collect();
                let mut to = std::pin::pin!(client.copy_in(&sql).await?);
                let mut text = String::with_capacity(1 << 20);
                for row in rows {
                    line(&mut text, row, &types)?;
                    if text.len() > (1 << 20) - (1 << 14) {
                        to.send(Bytes::from(std::mem::take(&mut text))).await?;
                        text.reserve(1 << 20);
                    }
                }
                to.send(Bytes::from(text)).await?;
                to.finish().await?;
            }
        }
        Ok(())
    }

    /// Adds rows of four numbers.
    pub(crate) async fn add_numbers(
        &mut self,
        table: &str,
        columns: [&str; 4],
        rows: &[[i64; 4]],
    ) -> Outcome<()> {
        let names = columns.join(", ");
        match self {
            Sink::Sqlite(conn) => {
                let sql = format!("INSERT INTO {table} ({names}) VALUES (?, ?, ?, ?)");
                let mut statement = conn.prepare_cached(&sql)?;
                for row in rows {
                    statement.execute(*row)?;
                }
            }
            Sink::Postgres(client) => {
                let sql = format!("COPY {table} ({names}) FROM STDIN");
                let mut to = std::pin::pin!(client.copy_in(&sql).await?);
                for rows in rows.chunks(20_000) {
                    let mut text = String::with_capacity(rows.len() * 48);
                    for [a, b, c, d] in rows {
                        writeln!(text, "{a}\t{b}\t{c}\t{d}")?;
                    }
                    to.send(Bytes::from(text)).await?;
                }
                to.finish().await?;
            }
        }
        Ok(())
    }

    /// Everything is stored, the planner knows the tables, and ids go on after the last.
    pub(crate) async fn finish(mut self, tables: &[&str]) -> Outcome<()> {
        match &mut self {
            Sink::Sqlite(conn) => {
                conn.execute_batch(
                    // What is nearly empty now grows while it is measured: of that the planner is told nothing.
                    "COMMIT; PRAGMA optimize = 0x10002;
                     DELETE FROM sqlite_stat1 WHERE CAST(stat AS INTEGER) < 1000;
                     PRAGMA wal_checkpoint(TRUNCATE);",
                )?;
            }
            Sink::Postgres(client) => {
                for table in tables {
                    let sql = format!(
                        "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))"
                    );
                    client.batch_execute(&sql).await?;
                }
                client.batch_execute("VACUUM ANALYZE").await?;
                client.batch_execute("CHECKPOINT").await?;
            }
        }
        Ok(())
    }
}

fn open(path: &Path) -> Outcome<rusqlite::Connection> {
    let conn = rusqlite::Connection::open(path)?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000;
         PRAGMA foreign_keys = OFF; BEGIN",
    )?;
    Ok(conn)
}

/// A connection of its own.
pub(crate) async fn connect(url: &str) -> Outcome<tokio_postgres::Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Binds the values of a row, in their order.
pub(crate) fn bind(statement: &mut rusqlite::CachedStatement<'_>, values: &[Value]) -> Outcome<()> {
    for (at, value) in (1..).zip(values) {
        match value {
            Value::Bool(v) => statement.raw_bind_parameter(at, v)?,
            Value::BigInt(v) => statement.raw_bind_parameter(at, v)?,
            Value::Double(v) => statement.raw_bind_parameter(at, v)?,
            Value::String(v) => statement.raw_bind_parameter(at, v.as_deref())?,
            Value::Bytes(v) => statement.raw_bind_parameter(at, v.as_deref())?,
            other => return Err(format!("{other:?} is not a kind of value we store").into()),
        }
    }
    Ok(())
}

/// A line of `COPY`'s text form.
fn line(text: &mut String, row: &[Value], types: &[Type]) -> Outcome<()> {
    for (at, value) in row.iter().enumerate() {
        if at > 0 {
            text.push('\t');
        }
        match value {
            Value::Bool(Some(v)) => text.push(if *v { 't' } else { 'f' }),
            Value::BigInt(Some(v)) if types.get(at) == Some(&Type::TIMESTAMPTZ) => {
                write!(text, "{}", jiff::Timestamp::from_microsecond(*v)?)?;
            }
            Value::BigInt(Some(v)) => write!(text, "{v}")?,
            Value::Double(Some(v)) => write!(text, "{v}")?,
            Value::String(Some(v)) => {
                for c in v.chars() {
                    match c {
                        '\\' => text.push_str("\\\\"),
                        '\t' => text.push_str("\\t"),
                        '\n' => text.push_str("\\n"),
                        '\r' => text.push_str("\\r"),
                        c => text.push(c),
                    }
                }
            }
            Value::Bytes(Some(v)) => {
                if types.get(at) != Some(&Type::UUID) {
                    text.push_str("\\\\x");
                }
                for byte in v {
                    write!(text, "{byte:02x}")?;
                }
            }
            Value::Bool(None)
            | Value::BigInt(None)
            | Value::Double(None)
            | Value::String(None)
            | Value::Bytes(None) => text.push_str("\\N"),
            other => return Err(format!("{other:?} is not a kind of value we store").into()),
        }
    }
    text.push('\n');
    Ok(())
}
