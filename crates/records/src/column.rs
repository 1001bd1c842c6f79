//! A column of a declared table, as a value with a type.
//!
//! [`record!`](crate::record!) makes one for each field, named like the field: `Task::assignee`. A list of
//! filters or a condition that names a column therefore cannot misspell it, and cannot name a column of
//! another table.

use std::fmt;
use std::marker::PhantomData;

use sea_query::{ColumnRef, Expr, IntoColumnRef};

use crate::field::Shape;
use crate::record::Record;

/// A field of the table of `R`.
pub struct Column<R> {
    /// The field's name in the API and, unless it is sealed, of its column.
    pub name: &'static str,
    /// How it is kept.
    pub shape: Shape,
    of: PhantomData<fn() -> R>,
}

impl<R> Clone for Column<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Column<R> {}

impl<R> fmt::Debug for Column<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl<R> Column<R> {
    /// Of a field; [`record!`](crate::record!) is where it is called.
    pub const fn new(name: &'static str, shape: Shape) -> Column<R> {
        Column {
            name,
            shape,
            of: PhantomData,
        }
    }
}

impl<R: Record> From<Column<R>> for ColumnRef {
    fn from(column: Column<R>) -> ColumnRef {
        (R::TABLE, column.name).into_column_ref()
    }
}

impl<R: Record> From<Column<R>> for Expr {
    fn from(column: Column<R>) -> Expr {
        Expr::col(column)
    }
}

/// Whether a field of this name is among the columns.
pub fn named<R>(columns: &[Column<R>], name: &str) -> bool {
    columns.iter().any(|column| column.name == name)
}

/// The names of columns.
pub fn names<R>(columns: &[Column<R>]) -> impl Iterator<Item = &'static str> {
    columns.iter().map(|column| column.name)
}

/// Stops the compiler when a sealed field is declared where a column is needed: nothing of it lies in
/// the clear, so it can be neither filtered nor sorted nor searched.
pub const fn in_the_clear<R>(columns: &[Column<R>]) {
    let mut at = 0;
    while at < columns.len() {
        assert!(
            !columns[at].shape.sealed,
            "a sealed field has no column to filter, sort or search by"
        );
        at += 1;
    }
}
