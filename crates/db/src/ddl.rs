//! Tables, for both dialects at once.
//!
//! The text is written here rather than by the query builder: the checksum of an applied migration
//! must not change when a dependency formats differently one day.
//!
//! Names are PostgreSQL's own and the same on both: `<table>_pkey`, `<table>_<col>_<col>_key`
//! (unique), `<table>_<col>_fkey`, `<table>_<col>_check`, `<table>_<col>_<col>_idx`. What must not
//! overlap is named by whoever says so ([`NoOverlap`]).

mod overlap;
mod table;

use self::table::{quote, quoted};
use super::statement::Dialect;
pub use overlap::NoOverlap;
pub use table::{ColumnDdl, TableDdl};

/// Collects the statements of one migration for one dialect.
#[derive(Debug)]
pub struct Ddl {
    dialect: Dialect,
    statements: Vec<String>,
}

impl Ddl {
    /// An empty collection.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            statements: Vec::new(),
        }
    }

    /// Which SQL is collected.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What was collected, in order.
    #[must_use]
    pub fn statements(&self) -> &[String] {
        &self.statements
    }

    /// `CREATE TABLE`; on SQLite a `STRICT` one.
    ///
    /// ```
    /// use db::{Ddl, Dialect};
    /// let mut ddl = Ddl::new(Dialect::Postgres);
    /// ddl.table("ward", |t| {
    ///     t.standard();
    ///     t.text("name").unique();
    ///     t.int("hospital_id").references("hospital");
    ///     t.one_of("kind", &["general", "maternity"]);
    /// });
    /// assert!(ddl.statements()[0].contains(r#"CONSTRAINT "ward_name_key" UNIQUE ("name")"#));
    /// ```
    pub fn table(&mut self, name: &str, define: impl FnOnce(&mut TableDdl)) {
        let mut table = TableDdl::new(self.dialect, name);
        define(&mut table);
        self.statements.push(table.create());
    }

    /// `ALTER TABLE … ADD COLUMN` for each column defined. SQLite needs a column so added to be
    /// nullable or to have a default, and cannot add `unique` ones; constraints stand with their
    /// column.
    pub fn add_columns(&mut self, table: &str, define: impl FnOnce(&mut TableDdl)) {
        let mut added = TableDdl::new(self.dialect, table);
        define(&mut added);
        self.statements.extend(added.add());
    }

    /// `CREATE INDEX <table>_<cols>_idx`.
    pub fn index(&mut self, table: &str, columns: &[&str]) {
        let name = format!("{table}_{}_idx", columns.join("_"));
        self.statements.push(format!(
            "CREATE INDEX {} ON {} ({})",
            quote(&name),
            quote(table),
            quoted(columns)
        ));
    }

    /// `CREATE UNIQUE INDEX`, partial when there is a condition. Its name is what
    /// [`crate::DbError::Unique`] reports; so let no two of a table have the same columns.
    pub fn unique_index(
        &mut self,
        name: &str,
        table: &str,
        columns: &[&str],
        r#where: Option<&str>,
    ) {
        let mut sql = format!(
            "CREATE UNIQUE INDEX {} ON {} ({})",
            quote(name),
            quote(table),
            quoted(columns)
        );
        if let Some(condition) = r#where {
            sql.push_str(" WHERE ");
            sql.push_str(condition);
        }
        self.statements.push(sql);
    }

    /// Rows whose intervals must not overlap: an exclusion constraint on PostgreSQL, triggers on
    /// SQLite. Either reports [`crate::DbError::Exclusion`] with the rule's name; what clients are
    /// told is declared with `Module::excludes`.
    ///
    /// ```
    /// use db::{Ddl, Dialect, NoOverlap};
    /// let mut ddl = Ddl::new(Dialect::Postgres);
    /// ddl.no_overlap(NoOverlap {
    ///     name: "room_booking_room_excl",
    ///     table: "room_booking",
    ///     keys: &["room"],
    ///     from: "starts_at",
    ///     to: "ends_at",
    ///     only: "cancelled_at IS NULL",
    /// });
    /// assert!(ddl.statements().concat().contains(r#"EXCLUDE USING gist ("room" WITH =, tstzrange("starts_at", "ends_at", '[)') WITH &&)"#));
    /// ```
    pub fn no_overlap(&mut self, rule: NoOverlap) {
        self.statements.extend(rule.statements(self.dialect));
    }

    /// Lets the database refuse to change or delete rows of a table, whatever program asks: `rows` is what the
    /// refusal calls them. It is reported as [`crate::DbError::Exclusion`] of `<table>_append_only`.
    pub fn append_only(&mut self, table: &str, rows: &str) {
        let rule = format!("{table}_append_only");
        for event in ["UPDATE", "DELETE"] {
            let trigger = format!("{rule}_{}", event.to_lowercase());
            self.sql_for(
                &format!(
                    "CREATE TRIGGER \"{trigger}\" BEFORE {event} ON \"{table}\" BEGIN \
                     SELECT RAISE(ABORT, 'constraint:{rule}'); END"
                ),
                "",
            );
        }
        self.sql_for(
            "",
            &format!(
                "CREATE FUNCTION \"{rule}\"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 RAISE EXCEPTION '{rows} of {table} are never changed' USING ERRCODE = 'exclusion_violation', CONSTRAINT = '{rule}'; \
                 END $$"
            ),
        );
        self.sql_for(
            "",
            &format!(
                "CREATE TRIGGER \"{rule}\" BEFORE UPDATE OR DELETE ON \"{table}\" \
                 FOR EACH ROW EXECUTE FUNCTION \"{rule}\"()"
            ),
        );
    }

    /// SQL that both databases understand.
    pub fn sql(&mut self, both: &str) {
        self.statements.push(both.to_owned());
    }

    /// What the two databases say differently; an empty text says nothing.
    pub fn sql_for(&mut self, sqlite: &str, postgres: &str) {
        let sql = match self.dialect {
            Dialect::Sqlite => sqlite,
            Dialect::Postgres => postgres,
        };
        if !sql.trim().is_empty() {
            self.statements.push(sql.to_owned());
        }
    }
}
