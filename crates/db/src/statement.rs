//! SQL text with its bound values.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use parking_lot::RwLock;
use sea_query::{PostgresQueryBuilder, QueryStatementWriter, SqliteQueryBuilder, Value};

use seal::KeyRing;

/// Which SQL a [`crate::Db`] speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite in WAL mode, one file.
    Sqlite,
    /// PostgreSQL 13 or newer.
    Postgres,
}

/// A statement ready to run: text and values, in the order of the placeholders.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The SQL. Placeholders are `$1`, `$2`, … (or `?` where sea-query built it for SQLite).
    pub sql: Cow<'static, str>,
    /// The bound values.
    pub values: Vec<Value>,
    /// Opens what the rows carry sealed.
    pub(super) keys: Option<Arc<KeyRing>>,
}

impl Statement {
    /// A statement written for the question, one text for both dialects, with placeholders `$1`,
    /// `$2`, …; a number may occur more than once. The text is `'static` so that nobody is
    /// tempted to format values into it.
    ///
    /// ```
    /// use db::{Statement, ToValue};
    /// let s = Statement::raw("SELECT name FROM ward WHERE id = $1", vec![7_i64.to_value()]);
    /// assert_eq!(s.values.len(), 1);
    /// ```
    #[must_use]
    pub fn raw(sql: &'static str, values: Vec<Value>) -> Self {
        Self {
            sql: Cow::Borrowed(sql),
            values,
            keys: None,
        }
    }

    /// The statement that sea-query builds for this dialect.
    #[must_use]
    pub fn build(dialect: Dialect, query: &impl QueryStatementWriter) -> Self {
        let (sql, values) = match dialect {
            Dialect::Sqlite => query.build(SqliteQueryBuilder),
            Dialect::Postgres => query.build(PostgresQueryBuilder),
        };
        Self {
            sql: Cow::Owned(sql),
            values: values.0,
            keys: None,
        }
    }

    /// Gives the rows the keys that open what they carry sealed; see [`Row::keys`](super::Row::keys).
    #[must_use]
    pub fn with_keys(mut self, keys: Arc<KeyRing>) -> Self {
        self.keys = Some(keys);
        self
    }
}

/// Texts written in the source are rewritten once per process, and known by where they stand.
static REWRITTEN: LazyLock<RwLock<Rewritten>> = LazyLock::new(RwLock::default);

/// By address and length.
type Rewritten = HashMap<(usize, usize), Arc<str>>;

/// The text as SQLite must see it.
pub(crate) enum SqliteText<'a> {
    AsWritten(&'a str),
    Shared(Arc<str>),
    Owned(String),
}

impl SqliteText<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::AsWritten(s) => s,
            Self::Shared(s) => s,
            Self::Owned(s) => s,
        }
    }
}

/// `$1` is a *named* parameter to SQLite, numbered by first appearance; `?1` is what we mean.
pub(crate) fn sqlite_text(statement: &Statement) -> SqliteText<'_> {
    match &statement.sql {
        Cow::Borrowed(text) => {
            let place = (text.as_ptr().addr(), text.len());
            if let Some(known) = REWRITTEN.read().get(&place) {
                return SqliteText::Shared(Arc::clone(known));
            }
            let rewritten: Arc<str> = rewrite(text).unwrap_or_else(|| (*text).to_owned()).into();
            REWRITTEN.write().insert(place, Arc::clone(&rewritten));
            SqliteText::Shared(rewritten)
        }
        Cow::Owned(text) => rewrite(text).map_or(SqliteText::AsWritten(text), SqliteText::Owned),
    }
}

/// Replaces `$<digits>` by `?<digits>` outside quotes and comments; `None` when there is none.
fn rewrite(sql: &str) -> Option<String> {
    if !sql.contains('$') {
        return None;
    }
    let bytes = sql.as_bytes();
    let mut out = String::with_capacity(sql.len());
    let mut copied = 0;
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            quote @ (b'\'' | b'"' | b'`') => i = after(bytes, i + 1, &[quote]),
            b'-' if bytes.get(i + 1) == Some(&b'-') => i = after(bytes, i + 2, b"\n"),
            b'/' if bytes.get(i + 1) == Some(&b'*') => i = after(bytes, i + 2, b"*/"),
            b'$' if bytes.get(i + 1).is_some_and(u8::is_ascii_digit) => {
                out.push_str(&sql[copied..i]);
                out.push('?');
                i += 1;
                copied = i;
            }
            _ => i += 1,
        }
    }
    if copied == 0 {
        return None;
    }
    out.push_str(&sql[copied..]);
    Some(out)
}

/// The position behind the next `end` at or after `from`. A doubled quote ends one literal and
/// starts the next, which comes to the same.
fn after(bytes: &[u8], from: usize, end: &[u8]) -> usize {
    bytes[from..]
        .windows(end.len())
        .position(|w| w == end)
        .map_or(bytes.len(), |at| from + at + end.len())
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    #[test]
    fn placeholders_are_rewritten_outside_quotes_and_comments() {
        let cases = [
            ("SELECT 1", None),
            ("SELECT $1, $12", Some("SELECT ?1, ?12")),
            ("SELECT $2, $1, $2", Some("SELECT ?2, ?1, ?2")),
            ("SELECT 'costs $5', $1", Some("SELECT 'costs $5', ?1")),
            ("SELECT 'it''s $5', $1", Some("SELECT 'it''s $5', ?1")),
            ("SELECT \"$1\"", None),
            ("SELECT 1 -- $1\n, $2", Some("SELECT 1 -- $1\n, ?2")),
            ("SELECT /* $1 */ $2", Some("SELECT /* $1 */ ?2")),
            ("SELECT 'ä$1', $1", Some("SELECT 'ä$1', ?1")),
            ("SELECT '$1", None),
            ("SELECT $name", None),
        ];
        for (sql, expected) in cases {
            assert_eq!(rewrite(sql).as_deref(), expected, "{sql}");
        }
    }
}
