//! Many rows in few statements.
//!
//! Batches have sizes that are powers of two, so that there are few statement texts and each is parsed
//! once for a connection, however many rows come together.

use std::sync::OnceLock;

use db::Dialect;

/// The largest batch, as a power of two: PostgreSQL binds at most 65,535 values, and a row of the trail
/// has twenty.
const LARGEST: usize = 9;

/// Rows in batches, each with its power of two.
pub(super) fn batches<T>(mut rows: &[T]) -> impl Iterator<Item = (&[T], usize)> {
    std::iter::from_fn(move || {
        let power = std::cmp::min(rows.len().checked_ilog2()? as usize, LARGEST);
        let (some, rest) = rows.split_at(1 << power);
        rows = rest;
        Some((some, power))
    })
}

/// The texts of one statement, for every size.
pub(super) struct Texts([[OnceLock<String>; LARGEST + 1]; 2]);

impl Texts {
    pub(super) const fn new() -> Texts {
        Texts([const { [const { OnceLock::new() }; LARGEST + 1] }; 2])
    }

    /// The text for two to the power of `power` rows, made by the first who asks.
    pub(super) fn of(
        &'static self,
        dialect: Dialect,
        power: usize,
        write: impl FnOnce(usize) -> String,
    ) -> &'static str {
        let dialect = match dialect {
            Dialect::Sqlite => 0,
            Dialect::Postgres => 1,
        };
        self.0[dialect][power].get_or_init(|| write(1 << power))
    }
}

/// `(…), (…)`: a list of rows of placeholders, each written by `place` for its number.
pub(super) fn places(
    rows: usize,
    columns: usize,
    place: impl Fn(usize, usize) -> String,
) -> String {
    let row = |row: usize| {
        let places: Vec<String> = (0..columns)
            .map(|column| place(column, row * columns + column + 1))
            .collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_keep_the_order_and_leave_nothing_out() {
        for count in [0, 1, 2, 3, 7, 21, 511, 512, 513, 1500] {
            let rows: Vec<usize> = (0..count).collect();
            let mut all = Vec::new();
            for (some, power) in batches(&rows) {
                assert_eq!(some.len(), 1 << power);
                all.extend_from_slice(some);
            }
            assert_eq!(all, rows);
        }
    }

    #[test]
    fn places_are_numbered_through() {
        let text = places(2, 2, |column, number| format!("{column}:${number}"));
        assert_eq!(text, "(0:$1, 1:$2), (0:$3, 1:$4)");
    }
}
