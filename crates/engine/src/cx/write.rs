//! Rows stored, changed and removed, each with its audit row.

use std::collections::HashMap;

use sea_query::{Alias, Expr, ExprTrait, Query};
use serde_json::{Map, Value as Json, json};

use super::{Cx, among, column};
use crate::audit::{Action, AuditEntry};
use crate::resource::Resource;
use db::{Statement, ToValue};
use records::error::Error;
use records::record::{self, Record};

/// The most values that one statement binds; SQLite takes 32,766 and PostgreSQL 65,535.
const MOST_VALUES: usize = 30_000;

impl Cx {
    /// Stores a new row and its audit row.
    ///
    /// # Errors
    /// What the database's constraints refuse.
    pub async fn insert<R: Record>(&mut self, row: &mut R) -> Result<(), Error> {
        self.insert_all(std::slice::from_mut(row)).await
    }

    /// Stores new rows and their audit rows, many in one statement.
    ///
    /// # Errors
    /// What the database's constraints refuse; then none is stored.
    pub async fn insert_all<R: Record>(&mut self, rows: &mut [R]) -> Result<(), Error> {
        self.store(rows).await?;
        for row in rows {
            let fields: Map<String, Json> = R::FIELDS
                .iter()
                .filter(|field| field.part != record::Part::Hidden)
                .filter_map(|field| Some((field.name.to_owned(), row.field(field.name)?)))
                .collect();
            self.note_write(row, Action::Create, fields);
        }
        Ok(())
    }

    pub(super) async fn store<R: Record>(&mut self, rows: &mut [R]) -> Result<(), Error> {
        for rows in rows.chunks_mut(MOST_VALUES / R::columns().len()) {
            let mut insert = Query::insert();
            insert
                .into_table(Alias::new(R::TABLE))
                .columns(R::columns().iter().skip(1).map(|name| Alias::new(*name)));
            for row in rows.iter_mut() {
                let meta = row.meta_mut();
                meta.created_at = self.now;
                meta.updated_at = self.now;
                meta.version = 1;
                if meta.uid.is_nil() {
                    meta.uid = uuid::Uuid::now_v7();
                }
                let values = record::values(row, &self.app.ring())?;
                insert
                    .values(values.into_iter().map(Expr::val))
                    .map_err(Error::internal)?;
            }
            insert.returning(Query::returning().columns(["uid", "id"]));
            let statement = Statement::build(self.dialect(), &insert);
            // In which order several rows are returned, no database promises.
            let ids: Vec<(uuid::Uuid, i64)> = self.tx()?.all(statement).await?;
            let ids: HashMap<uuid::Uuid, i64> = ids.into_iter().collect();
            for row in rows {
                let meta = row.meta_mut();
                let id = ids.get(&meta.uid).copied();
                meta.id = id.ok_or_else(|| Error::internal("a stored row was not returned"))?;
            }
        }
        Ok(())
    }

    /// Writes a changed row if nobody else changed it since `before` was read, and its audit row.
    /// Nothing is written when nothing changed.
    ///
    /// # Errors
    /// 409 when somebody else was faster, and what the database's constraints refuse.
    pub async fn update<R: Record>(&mut self, row: &mut R, before: &R) -> Result<(), Error> {
        let changes = row.changes(before);
        if changes.is_empty() {
            return Ok(());
        }
        let meta = row.meta_mut();
        meta.updated_at = self.now;
        meta.version = before.meta().version + 1;
        let values = record::values(row, &self.app.ring())?;
        let mut update = Query::update();
        update.table(Alias::new(R::TABLE));
        for (name, value) in R::columns().iter().skip(1).zip(values) {
            if !matches!(*name, "uid" | "created_at") {
                update.value(Alias::new(*name), Expr::val(value));
            }
        }
        update.and_where(Expr::col(Alias::new("id")).eq(row.meta().id));
        update.and_where(Expr::col(Alias::new("version")).eq(before.meta().version));
        let statement = Statement::build(self.dialect(), &update);
        if self.tx()?.execute(statement).await? != 1 {
            return Err(Error::refuse(
                kernel::Code::Conflict,
                texts::Text::new("conflict"),
            ));
        }
        self.note_write(row, Action::Edit, changes);
        Ok(())
    }

    /// Raises the version of a held row, unless an [`update`](Cx::update) has raised it since `before`: a part that is shown
    /// with it was changed, so that an `If-Match` from before is stale. The part has an audit row of its own; `row` keeps
    /// the old version, so this is the last write to it.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn renew<R: Record>(&mut self, row: &R, before: &R) -> Result<(), Error> {
        if row.meta().version != before.meta().version {
            return Ok(());
        }
        let mut update = Query::update();
        update
            .table(Alias::new(R::TABLE))
            .value(
                Alias::new("version"),
                Expr::col(Alias::new("version")).add(1i64),
            )
            .value(Alias::new("updated_at"), Expr::val(self.now.to_value()))
            .and_where(Expr::col(Alias::new("id")).eq(row.meta().id));
        let statement = Statement::build(self.dialect(), &update);
        self.tx()?.execute(statement).await?;
        Ok(())
    }

    /// Removes a row, or voids it where records are retained, and writes its audit row.
    ///
    /// # Errors
    /// What the database's constraints refuse.
    pub async fn remove<R: Resource>(&mut self, row: &R) -> Result<(), Error> {
        self.remove_all(std::slice::from_ref(row)).await
    }

    /// Removes rows, or voids them where records are retained, by one statement, and writes an audit row for each.
    ///
    /// # Errors
    /// What the database's constraints refuse.
    pub async fn remove_all<R: Resource>(&mut self, rows: &[R]) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = rows.iter().map(|row| row.meta().id).collect();
        let which = among(self.dialect(), column(R::TABLE, "id"), &ids);
        let statement = if R::RETAINED {
            let mut update = Query::update();
            update
                .table(Alias::new(R::TABLE))
                .value(Alias::new("voided_at"), Expr::val(self.now.to_value()))
                .value(
                    Alias::new("voided_by"),
                    Expr::val(self.actor.user_id().to_value()),
                )
                .value(
                    Alias::new("version"),
                    Expr::col(Alias::new("version")).add(1i64),
                )
                .and_where(which);
            Statement::build(self.dialect(), &update)
        } else {
            let mut delete = Query::delete();
            delete.from_table(Alias::new(R::TABLE)).and_where(which);
            Statement::build(self.dialect(), &delete)
        };
        self.tx()?.execute(statement).await?;
        for row in rows {
            self.note_write(row, Action::Delete, Map::new());
        }
        Ok(())
    }

    fn note_write<R: Record>(&mut self, row: &R, action: Action, fields: Map<String, Json>) {
        self.audit.push(AuditEntry {
            action,
            object_type: R::NAME,
            object_id: Some(row.meta().id),
            patient: row.patient_id(),
            patients: Vec::new(),
            description: String::new(),
            details: json!({ "fields": fields }),
        });
    }
}
