//! Sealed fields live in the row's envelope and never in a column of their own.

use serde::Serializer;
use serde_json::Value as Json;

use super::{Field, Shape};
use crate::fault::Fault;
use db::{DbError, Row, Value};
use seal::{Envelope, Opened, Sealed};

impl<T: Field> Field for Sealed<T> {
    const SHAPE: Shape = Shape {
        sealed: true,
        ..T::SHAPE
    };

    fn parse(json: &Json) -> Result<Self, Fault> {
        T::parse(json).map(Sealed::new)
    }

    fn absent() -> Result<Self, Fault> {
        T::absent().map(Sealed::new)
    }

    fn to_value(&self) -> Value {
        // A sealed value never becomes a column or a filter.
        Value::String(None)
    }

    fn from_row(_row: &Row<'_>, _index: usize) -> Result<Self, DbError> {
        Err(DbError::Decode(
            "a sealed field has no column of its own".to_owned(),
        ))
    }

    /// Only the generic views call this, after the row came through the caller's scope and its
    /// reading was noted for the audit.
    fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.open().show(to)
    }

    fn to_json(&self) -> Json {
        self.open().to_json()
    }

    fn schema() -> Json {
        T::schema()
    }

    fn put(&self, name: &'static str, _columns: &mut Vec<Value>, sealed: &mut Envelope) {
        sealed.put(name, self.open().to_json());
    }

    fn take(
        name: &'static str,
        _row: &Row<'_>,
        _next: &mut usize,
        sealed: &Opened,
    ) -> Result<Self, DbError> {
        let parsed = match sealed.get(name) {
            Some(json) => T::restore(json),
            // The field came with a later version than the row.
            None => T::absent(),
        };
        parsed
            .map(Sealed::new)
            .map_err(|_| DbError::Decode(format!("sealed field {name} does not parse")))
    }
}
