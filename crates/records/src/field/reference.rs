//! A reference to a record of some table.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use serde::Serializer;
use serde_json::{Value as Json, json};

use super::{Field, Kind, Shape, number};
use crate::fault::Fault;
use crate::record::Record;
use db::{DbError, Row, Value};

/// The id of a record of `R`. That the record exists is checked when it is stored.
pub struct Ref<R>(i64, PhantomData<fn() -> R>);

impl<R> Ref<R> {
    /// From a bare number that the database gave us.
    pub fn new(id: i64) -> Ref<R> {
        Ref(id, PhantomData)
    }

    /// The bare number.
    pub fn get(&self) -> i64 {
        self.0
    }
}

impl<R> Clone for Ref<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Ref<R> {}

impl<R> PartialEq for Ref<R> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<R> Eq for Ref<R> {}

impl<R> Hash for Ref<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.get().hash(state);
    }
}

impl<R> fmt::Debug for Ref<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.get())
    }
}

impl<R: Record> Field for Ref<R> {
    const SHAPE: Shape = Shape {
        reference: Some(R::TABLE),
        ..Shape::of(Kind::Int)
    };

    fn parse(json: &Json) -> Result<Self, Fault> {
        // Clients that read `{"role": {"id": 1, …}}` send the same object back.
        let json = json.get("id").unwrap_or(json);
        number::whole(json).map(Ref::new)
    }

    fn to_value(&self) -> Value {
        Value::BigInt(Some(self.get()))
    }

    fn from_row(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        row.get(index).map(Ref::new)
    }

    fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(self.get())
    }

    fn to_json(&self) -> Json {
        json!(self.get())
    }

    fn schema() -> Json {
        json!({ "type": "integer", "format": "int64", "minimum": 1, "x-references": R::TABLE })
    }
}
