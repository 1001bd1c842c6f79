//! The floor: what the same questions cost with nothing between axum and the driver.
//!
//! Tables in the clear with the indexes that the questions need, prepared statements, no authentication, no
//! permissions, no sealing, no audit, no validation. Nobody should run a hospital on it; it tells how
//! much of the machine is left when Chelal has done what a hospital needs.

mod appointments;
mod hospital;
mod patients;
mod postgres;
mod sqlite;

use std::net::SocketAddr;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use platform::db::Value;
use serde::Deserialize;

use crate::Outcome;
use crate::calendar::Calendar;
use crate::rows::Past;
use crate::sink::{Place, Sink};

#[derive(Deserialize)]
struct Login {
    password: String,
}

/// Why there is no answer.
struct Failure(String);

impl<E: std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure(error.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        eprintln!("floor: {}", self.0);
        (StatusCode::INTERNAL_SERVER_ERROR, self.0).into_response()
    }
}

/// The cells of a row, from left to right.
trait Cells {
    fn number(&mut self) -> Outcome<i64>;
    fn truth(&mut self) -> Outcome<bool>;
    fn text(&mut self) -> Outcome<String>;
    fn uid(&mut self) -> Outcome<uuid::Uuid>;
}

/// What a row is shown as.
trait Shown: Sized {
    fn read(cells: &mut impl Cells) -> Outcome<Self>;
}

/// A statement and its values.
type Said = (&'static str, Vec<Value>);

enum Store {
    Sqlite(sqlite::Store),
    Postgres(postgres::Store),
}

impl Store {
    async fn all<T: Shown>(&self, sql: &str, values: &[Value]) -> Outcome<Vec<T>> {
        match self {
            Store::Sqlite(store) => store.all(sql, values),
            Store::Postgres(store) => store.all(sql, values).await,
        }
    }

    /// Inserts a row; its id.
    async fn add(&self, sql: &'static str, values: Vec<Value>) -> Outcome<i64> {
        match self {
            Store::Sqlite(store) => store.add(sql, values).await,
            Store::Postgres(store) => store.add(sql, &values).await,
        }
    }

    /// Changes a row, which must be there, and inserts one, both or neither; the id of the latter.
    async fn take_and_add(&self, change: Said, insert: Said) -> Outcome<i64> {
        match self {
            Store::Sqlite(store) => store.take_and_add(change, insert).await,
            Store::Postgres(store) => store.take_and_add(&change, &insert).await,
        }
    }
}

/// The moment that a `uid` was made at.
fn created_at(uid: uuid::Uuid) -> Outcome<jiff::Timestamp> {
    let (seconds, nanos) = uid.get_timestamp().map_or((0, 0), |time| time.to_unix());
    Ok(jiff::Timestamp::new(
        seconds.cast_signed(),
        nanos.cast_signed(),
    )?)
}

struct Floor {
    store: Store,
    hash: String,
    hashing: tokio::sync::Semaphore,
}

/// Makes the tables and fills them.
pub(crate) async fn fill(
    place: &Place,
    seed: u64,
    patients: usize,
    calendar: Option<&Calendar>,
    hospital: Option<(Past, usize)>,
) -> Outcome<()> {
    let mut sink = Sink::open(place).await?;
    patients::fill(&mut sink, seed, patients).await?;
    if let Some(calendar) = calendar {
        appointments::fill(&mut sink, calendar).await?;
    }
    if let Some((past, movements)) = hospital {
        hospital::fill(&mut sink, past, movements).await?;
    }
    sink.finish(&[]).await
}

/// Serves until it is ended.
pub(crate) async fn serve(place: &Place, bind: SocketAddr, password: &str) -> Outcome<()> {
    let store = match place {
        Place::Sqlite(path) => Store::Sqlite(sqlite::Store::open(path)?),
        Place::Postgres(url) => Store::Postgres(postgres::Store::open(url)?),
    };
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| error.to_string())?
        .to_string();
    let floor = Floor {
        store,
        hash,
        hashing: tokio::sync::Semaphore::new(
            std::thread::available_parallelism().map_or(1, usize::from),
        ),
    };
    let router = axum::Router::new()
        .route("/api/health/live/", get(async || "ok"))
        .route("/api/auth/", post(login))
        .merge(patients::routes())
        .merge(appointments::routes())
        .merge(hospital::routes())
        .with_state(Arc::new(floor));
    let listener = tokio::net::TcpListener::bind(bind).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

/// As many at a time as there are processors, as Chelal does.
async fn login(
    State(floor): State<Arc<Floor>>,
    Json(login): Json<Login>,
) -> Result<Response, Failure> {
    let _permit = floor.hashing.acquire().await?;
    let hash = floor.hash.clone();
    let right = tokio::task::spawn_blocking(move || {
        let hash = PasswordHash::new(&hash).map_err(|error| error.to_string())?;
        Ok::<bool, String>(
            Argon2::default()
                .verify_password(login.password.as_bytes(), &hash)
                .is_ok(),
        )
    })
    .await??;
    Ok(if right {
        StatusCode::OK.into_response()
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    })
}
