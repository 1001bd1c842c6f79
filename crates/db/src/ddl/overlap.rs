//! Intervals that must not overlap, held by the database itself.

use super::table::{quote, quoted};
use crate::statement::Dialect;

/// Rows of a table that agree in `keys` and fulfil `only` and whose half-open intervals from `from` up
/// to but without `to` must not overlap. Intervals that touch are fine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoOverlap {
    /// What [`crate::DbError::Exclusion`] reports; ends in `_excl` by convention.
    pub name: &'static str,
    /// The table; it has an `id`, and a check that `from` is before `to`.
    pub table: &'static str,
    /// Integer columns: whose interval it is, such as a doctor's.
    pub keys: &'static [&'static str],
    /// The timestamp column at which an interval begins.
    pub from: &'static str,
    /// The timestamp column before which it ends.
    pub to: &'static str,
    /// Which rows count, in SQL that both databases understand, over bare column names.
    pub only: &'static str,
}

impl NoOverlap {
    /// The statements for a dialect.
    ///
    /// Both get a partial index over keys and beginning, named after the rule with `_idx`: what is taken
    /// on a day is found by it. PostgreSQL then refuses by an exclusion constraint. On SQLite two
    /// triggers look at one row: since the rows that count are disjoint, only the last that begins
    /// before the end of the new interval can reach into it, so the look costs the same at any size.
    pub(super) fn statements(&self, dialect: Dialect) -> Vec<String> {
        let Self {
            table,
            keys,
            from,
            to,
            only,
            ..
        } = *self;
        let columns: Vec<&str> = keys.iter().copied().chain([from]).collect();
        let mut statements = vec![format!(
            "CREATE INDEX {} ON {} ({}) WHERE {only}",
            quote(&format!("{}_idx", self.name)),
            quote(table),
            quoted(&columns)
        )];
        match dialect {
            Dialect::Postgres => {
                let equal: Vec<_> = keys
                    .iter()
                    .map(|key| format!("{} WITH =", quote(key)))
                    .collect();
                // Integers in a GiST index need this extension; it is trusted from PostgreSQL 13 on,
                // so that CREATE on the database is enough.
                statements.push("CREATE EXTENSION IF NOT EXISTS btree_gist".to_owned());
                statements.push(format!(
                    "ALTER TABLE {} ADD CONSTRAINT {} EXCLUDE USING gist ({}, tstzrange({}, {}, '[)') WITH &&) WHERE ({only})",
                    quote(table),
                    quote(self.name),
                    equal.join(", "),
                    quote(from),
                    quote(to),
                ));
            }
            Dialect::Sqlite => {
                let same: Vec<_> = keys
                    .iter()
                    .map(|key| format!("{0} = NEW.{0}", quote(key)))
                    .collect();
                for event in ["INSERT", "UPDATE"] {
                    statements.push(format!(
                        "CREATE TRIGGER {trigger} AFTER {event} ON {table}\n\
                         WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id AND {only})\n\
                         BEGIN\n  \
                         SELECT RAISE(ABORT, 'constraint:{name}') WHERE (\n    \
                         SELECT {to} FROM {table} WHERE {same} AND {from} < NEW.{to} AND id <> NEW.id AND {only}\n    \
                         ORDER BY {from} DESC LIMIT 1\n  \
                         ) > NEW.{from};\n\
                         END",
                        trigger = quote(&format!("{}_{}", self.name, event.to_lowercase())),
                        table = quote(table),
                        name = self.name,
                        same = same.join(" AND "),
                        from = quote(from),
                        to = quote(to),
                    ));
                }
            }
        }
        statements
    }
}
