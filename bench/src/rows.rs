//! Records as rows of Chelal's tables, by the records' own code.

use std::collections::HashMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use platform::db::{ToValue, Value};
use platform::record::{self, Body, Meta, Record};
use platform::seal::KeyRing;
use rand::RngExt;
use rand::rngs::SmallRng;
use serde_json::Value as Json;

use crate::Outcome;
use crate::sink::Sink;

/// Rows that are made and stored at once.
pub(crate) const RUN: usize = 20_000;
/// How long the hospital has been open.
const YEARS_OPEN: i64 = 5;

/// Adds rows of a record's table.
pub(crate) async fn add<R: Record>(sink: &mut Sink, rows: &[Vec<Value>]) -> Outcome<()> {
    sink.add(R::TABLE, R::columns(), rows).await
}

/// Records as rows, under these ids.
pub(crate) fn stored<R: Record>(
    records: impl Iterator<Item = (usize, R)>,
    ring: &KeyRing,
) -> Outcome<Vec<Vec<Value>>> {
    records
        .map(|(id, record)| {
            let mut columns = vec![i64::try_from(id)?.to_value()];
            columns.extend(record::values(&record, ring)?);
            Ok(columns)
        })
        .collect()
}

/// A record as a client would have written it.
pub(crate) fn written<R: Record>(body: Json, uid: uuid::Uuid, at: Timestamp) -> Outcome<R> {
    let Json::Object(body) = body else {
        return Err("a body is an object".into());
    };
    let mut record = R::create(&Body(body)).map_err(|faults| {
        let mut text = String::new();
        let _ = write!(text, "{}: {faults:?}", R::TABLE);
        text
    })?;
    let meta = record.meta_mut();
    (meta.uid, meta.created_at, meta.updated_at) = (uid, at, at);
    Ok(record)
}

/// What every row has, of one that was stored at a moment.
pub(crate) fn meta(uid: uuid::Uuid, at: Timestamp) -> Meta {
    Meta {
        uid,
        created_at: at,
        updated_at: at,
        ..Meta::unstored()
    }
}

/// An identifier of a moment, drawn.
pub(crate) fn uid(rng: &mut SmallRng, at: Timestamp) -> uuid::Uuid {
    let millis = at.as_millisecond().unsigned_abs();
    uuid::Builder::from_unix_timestamp_millis(millis, &rng.random::<[u8; 10]>()).into_uuid()
}

/// The years in which everything happened, until yesterday.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Past {
    first: Timestamp,
    length: SignedDuration,
}

impl Past {
    /// Up to a day.
    pub(crate) fn until(today: Date) -> Outcome<Past> {
        let begin = today.saturating_sub(YEARS_OPEN.years());
        let (first, last) = (midnight(begin)?, midnight(today)?);
        Ok(Past {
            first,
            length: first.duration_until(last),
        })
    }

    /// The moment of the one at `at` of so many, evenly spread.
    pub(crate) fn moment(self, at: usize, of: usize) -> Timestamp {
        let micros = self.length.as_micros() * at as i128 / of.max(1) as i128;
        let micros = i64::try_from(micros).unwrap_or_default();
        self.first + SignedDuration::from_micros(micros)
    }

    /// The same as a day.
    pub(crate) fn day(self, at: usize, of: usize) -> Date {
        jiff::tz::TimeZone::UTC
            .to_datetime(self.moment(at, of))
            .date()
    }
}

fn midnight(day: Date) -> Outcome<Timestamp> {
    Ok(jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0))?)
}

/// Sums by key, in which a day's receipts are counted.
pub(crate) type Sums = HashMap<(&'static str, Date, String), (i64, i64)>;
