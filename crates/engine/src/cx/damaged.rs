//! Rows that are there and cannot be read: one of them does not take the others along.

use kernel::Code;
use sea_query::SelectStatement;
use serde_json::{Map, Value as Json};

use super::Cx;
use crate::app::App;
use crate::outage;
use db::{Damage, DbError, Statement};
use records::error::Error;
use records::record::{Found, Record};
use texts::Text;

impl App {
    /// What is told of a record that cannot be read, in the place of the record or of the answer.
    pub fn said_of(&self, language: &str, damage: &Damage) -> Map<String, Json> {
        let mut tables = self.registry.tables();
        let info = tables.find(|info| info.table == damage.table);
        let record = info.map_or(damage.table, |info| info.name);
        let text = Text::new("damaged")
            .with("record", record)
            .with("id", damage.id.to_string());
        let said = [
            ("id", damage.id.into()),
            ("record", record.into()),
            ("code", Code::Damaged.as_str().into()),
            ("detail", self.texts.render(language, &text).into()),
        ];
        said.map(|(key, value): (&str, Json)| (key.to_owned(), value))
            .into_iter()
            .collect()
    }
}

impl Cx {
    /// Rows to be shown. Those that cannot be read are left out and known by [`Cx::damaged`]. What writes decides by
    /// all that is there, and is refused.
    pub(crate) async fn readable_to_show<R: Record>(
        &mut self,
        query: SelectStatement,
        few: bool,
    ) -> Result<Vec<R>, Error> {
        if self.tx.is_some() {
            return self.records(query).await;
        }
        self.readable(query, few).await
    }

    /// The rows of a query that can be read, in a unit of any kind.
    pub(crate) async fn readable<R: Record>(
        &mut self,
        query: SelectStatement,
        few: bool,
    ) -> Result<Vec<R>, Error> {
        let statement = Statement::build(self.dialect(), &query).with_keys(self.app.ring());
        let found: Vec<Found<R>> = match &mut self.tx {
            Some(tx) => tx.all(statement).await?,
            None if few => self.app.db.few(statement).await?,
            None => self.app.db.all(statement).await?,
        };
        let mut rows = Vec::with_capacity(found.len());
        for Found(row) in found {
            match row {
                Ok(row) => rows.push(row),
                Err(damage) => self.found_damaged(damage)?,
            }
        }
        Ok(rows)
    }

    /// Notes a row that cannot be read and goes on without it.
    ///
    /// # Errors
    /// When its key may be one that another node made a moment ago: the unit is done again with the keys of now.
    pub fn found_damaged(&mut self, damage: Damage) -> Result<(), Error> {
        if damage.lacks_key && !self.fresh_keys {
            return Err(DbError::Damaged(damage).into());
        }
        outage::damaged(&damage);
        if !self.damaged.contains(&damage) {
            self.damaged.push(damage);
        }
        Ok(())
    }

    /// The rows that this unit met and left out because they cannot be read: who shows the others says so.
    pub fn damaged(&self) -> &[Damage] {
        &self.damaged
    }
}
