//! One change of one record, as a resource's hooks see it.

use records::record::Body;

/// A record that is created or changed.
pub struct Change<'a, R> {
    /// The row as it is to be stored.
    pub row: &'a mut R,
    /// The row as it was; `None` when it is created.
    pub before: Option<&'a R>,
    /// What the client sent; empty when the program changes the row by itself.
    pub body: &'a Body,
}

impl<R> Change<'_, R> {
    /// The record is created.
    pub fn is_new(&self) -> bool {
        self.before.is_none()
    }

    /// The part that `of` takes from the row is another than before. Of a new row everything is.
    pub fn changed<T: PartialEq>(&self, of: impl Fn(&R) -> T) -> bool {
        self.before.is_none_or(|before| of(before) != of(self.row))
    }
}
