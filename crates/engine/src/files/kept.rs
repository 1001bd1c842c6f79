//! Which files rows name, and whether the store has them: what backups and `chelal doctor` need to know.

use std::collections::HashMap;

use futures_util::stream::TryStreamExt;
use sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement};
use uuid::Uuid;

use super::chunks;
use super::store::Files;
use db::{Db, Statement};
use records::column::Column;
use records::error::Error;
use records::record::Record;

/// Rows that are read at once.
const PAGE: u64 = 5_000;
/// The most rows without their file that are named.
const NAMED: usize = 20;

/// A table whose rows each name a file; [`Module::files`](crate::declared::Declared::files) declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileColumns {
    /// The table.
    pub table: &'static str,
    /// Where the API serves its records; empty when it does not.
    pub path: &'static str,
    /// The column with the file's id.
    pub file: &'static str,
    /// The column with the length of its content in bytes.
    pub size: &'static str,
}

impl FileColumns {
    /// Of a resource.
    pub fn of<R: Record>(path: &'static str, file: Column<R>, size: Column<R>) -> FileColumns {
        FileColumns {
            table: R::TABLE,
            path,
            file: file.name,
            size: size.name,
        }
    }

    /// Id, file and length of the rows, oldest first.
    pub fn select(&self) -> SelectStatement {
        Query::select()
            .columns(["id", self.file, self.size].map(Alias::new))
            .from(Alias::new(self.table))
            .order_by(Alias::new("id"), Order::Asc)
            .take()
    }

    /// Some rows after one.
    pub async fn page(&self, db: &Db, after: i64) -> Result<Vec<FileRow>, Error> {
        let mut query = self.select();
        query
            .and_where(Expr::col(Alias::new("id")).gt(after))
            .limit(PAGE);
        let query = Statement::build(db.dialect(), &query);
        let rows = db.all::<(i64, String, i64)>(query).await?;
        rows.into_iter().map(FileRow::read).collect()
    }
}

/// A row that names a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRow {
    /// The row.
    pub id: i64,
    /// Its file.
    pub file: Uuid,
    /// Bytes in the store.
    pub stored: u64,
}

impl FileRow {
    /// From id, file and length as they are kept.
    ///
    /// # Errors
    /// When the file is no UUID.
    pub fn read((id, file, size): (i64, String, i64)) -> Result<FileRow, Error> {
        let size = u64::try_from(size).map_err(Error::internal)?;
        Ok(FileRow {
            id,
            file: Uuid::try_parse(&file).map_err(Error::internal)?,
            stored: size + chunks::chunks(size) * chunks::TAG as u64,
        })
    }
}

/// Rows and their files, as they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    /// Rows that name a file.
    pub rows: u64,
    /// Rows whose file is not in the store.
    pub missing: u64,
    /// Rows whose file has another length than it had when it was stored.
    pub cut: u64,
    /// The first of the rows that have no whole file, such as `documents/7/`.
    pub named: Vec<String>,
}

impl Census {
    /// Compares every row with a listing of the store. It needs some 50 bytes for each stored file.
    ///
    /// # Errors
    /// When store or database cannot be reached.
    pub async fn take(db: &Db, files: &Files, tables: &[FileColumns]) -> Result<Census, Error> {
        let stored: HashMap<Uuid, u64> = files.list().try_collect().await?;
        let mut census = Census::default();
        for table in tables {
            let mut after = 0;
            loop {
                let page = table.page(db, after).await?;
                let Some(last) = page.last() else { break };
                after = last.id;
                for row in page {
                    census.note(table, row, stored.get(&row.file).copied());
                }
            }
        }
        Ok(census)
    }

    fn note(&mut self, table: &FileColumns, row: FileRow, stored: Option<u64>) {
        self.rows += 1;
        match stored {
            None => self.missing += 1,
            Some(bytes) if bytes != row.stored => self.cut += 1,
            Some(_) => return,
        }
        if self.named.len() < NAMED {
            let path = if table.path.is_empty() {
                table.table
            } else {
                table.path
            };
            self.named.push(format!("{path}/{}/", row.id));
        }
    }

    /// Every row has its file.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missing == 0 && self.cut == 0
    }

    /// The rows without a whole file, for people.
    #[must_use]
    pub fn words(&self) -> String {
        let more = (self.missing + self.cut) as usize - self.named.len();
        let more = match more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{}{more}", self.named.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_cut_files_are_told_apart_and_named() {
        let table = FileColumns {
            table: "scan",
            path: "scans",
            file: "file",
            size: "size",
        };
        let mut census = Census::default();
        for id in 1..=25 {
            let row = FileRow {
                id,
                file: Uuid::nil(),
                stored: 116,
            };
            let stored = match id {
                1..=2 => Some(116),
                3 => Some(100),
                _ => None,
            };
            census.note(&table, row, stored);
        }
        assert_eq!((census.rows, census.missing, census.cut), (25, 22, 1));
        assert!(!census.is_whole());
        let words = census.words();
        assert!(words.starts_with("scans/3/, scans/4/, "), "{words}");
        assert!(words.ends_with("scans/22/ and 3 more"), "{words}");
    }
}
