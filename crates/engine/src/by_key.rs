//! The commonest question, written once for each table: one row by its id.
//!
//! Building a text of a kilobyte, and finding out that it is the same as the last time, would cost a third
//! of what answering a keyed read costs.

use std::collections::HashMap;
use std::sync::LazyLock;

use parking_lot::RwLock;

use crate::resource::Resource;
use db::Dialect;

type Texts = HashMap<(&'static str, bool), &'static str>;

/// By table, and whether the row is locked.
static TEXTS: LazyLock<RwLock<Texts>> = LazyLock::new(RwLock::default);

/// The row of this id (`$1`), unless it is voided; locked until the end of the transaction, where the
/// database locks rows at all.
pub(crate) fn text<R: Resource>(dialect: Dialect, lock: bool) -> &'static str {
    let lock = lock && dialect == Dialect::Postgres;
    if let Some(known) = TEXTS.read().get(&(R::TABLE, lock)) {
        return known;
    }
    // There are as many as tables: they stay for good.
    TEXTS.write().entry((R::TABLE, lock)).or_insert_with(|| {
        let table = R::TABLE;
        let mut text = format!(
            r#"SELECT {} FROM "{table}" WHERE "{table}"."id" = $1"#,
            R::selection()
        );
        if R::RETAINED {
            text.push_str(&format!(r#" AND "{table}"."voided_at" IS NULL"#));
        }
        if lock {
            text.push_str(" FOR UPDATE");
        }
        text.leak()
    })
}
