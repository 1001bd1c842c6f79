//! Which tables a statement writes, read from its text.

/// What a statement does to tables.
#[derive(Debug, PartialEq, Eq)]
pub struct Written<'a> {
    /// The tables it writes, in the order of the text; none when it only reads.
    pub tables: Vec<&'a str>,
    /// It is one write and nothing else, so that no row written, or answered, means that nothing was.
    pub alone: bool,
    /// It answers the rows that it wrote.
    pub answers: bool,
}

/// Reads a statement's text. `None` when it begins with a word that is none of those that the
/// application uses: what it would write is not known then.
pub fn written(sql: &str) -> Option<Written<'_>> {
    let mut words = Words(sql).peekable();
    let first = *words.peek()?;
    let mut tables = Vec::new();
    // No database writes from within a `SELECT`, which is what nearly every statement is.
    if is(first, "LOCK") || is(first, "SELECT") {
        return Some(Written {
            tables,
            alone: true,
            answers: true,
        });
    }
    let with = is(first, "WITH");
    let verbs = ["INSERT", "UPDATE", "DELETE"];
    if !with && !verbs.iter().any(|verb| is(first, verb)) {
        return None;
    }
    let mut before = "";
    while let Some(word) = words.next() {
        // Not of `FOR UPDATE`, `FOR NO KEY UPDATE` and `DO UPDATE SET`.
        let update =
            is(word, "UPDATE") && !["FOR", "KEY", "DO"].iter().any(|word| is(before, word));
        before = word;
        if update || is(word, "INTO") || is(word, "DELETE") {
            tables.push(table(&mut words)?);
            if !with {
                break;
            }
        }
    }
    Some(Written {
        tables,
        alone: !with,
        // In another spelling it would only seem to answer nothing, which is the safe side.
        answers: sql.contains("RETURNING"),
    })
}

/// The name that follows, without the schema before it.
fn table<'a>(words: &mut std::iter::Peekable<Words<'a>>) -> Option<&'a str> {
    let mut name = words.find(|word| !is(word, "FROM") && !is(word, "ONLY"))?;
    while words.next_if_eq(&".").is_some() {
        name = words.next()?;
    }
    Some(name.trim_matches('"'))
}

fn is(word: &str, keyword: &str) -> bool {
    word.eq_ignore_ascii_case(keyword)
}

/// The words of a statement and the points between them; quoted names with their quotes, literals and
/// comments left out.
struct Words<'a>(&'a str);

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let text = self.0;
            let skipped = match text.chars().next()? {
                '\'' => behind(text, 1, "'"),
                '-' if text.starts_with("--") => behind(text, 2, "\n"),
                '/' if text.starts_with("/*") => behind(text, 2, "*/"),
                '"' => return Some(self.take(behind(text, 1, "\""))),
                '.' => return Some(self.take(1)),
                c if in_word(c) => {
                    let end = text.find(|c| !in_word(c)).unwrap_or(text.len());
                    return Some(self.take(end));
                }
                c => c.len_utf8(),
            };
            self.take(skipped);
        }
    }
}

impl<'a> Words<'a> {
    fn take(&mut self, bytes: usize) -> &'a str {
        let (word, rest) = self.0.split_at(bytes);
        self.0 = rest;
        word
    }
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The position behind the next `end` at or after `from`.
fn behind(text: &str, from: usize, end: &str) -> usize {
    text[from..]
        .find(end)
        .map_or(text.len(), |at| from + at + end.len())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_tables_that_a_statement_writes_are_found() {
        let cases: &[(&str, &[&str])] = &[
            ("SELECT 1", &[]),
            ("select id from patient FOR UPDATE", &[]),
            ("LOCK TABLE app_user IN SHARE MODE", &[]),
            ("UPDATE patient SET a = 1 WHERE id = $1", &["patient"]),
            ("\n  update only \"patient\" set a = 1", &["patient"]),
            (r#"UPDATE "hospital"."patient" SET a = 1"#, &["patient"]),
            ("UPDATE a SET b = (SELECT c FROM d FOR UPDATE)", &["a"]),
            (r#"DELETE FROM "session" WHERE id = 1"#, &["session"]),
            (
                "INSERT INTO a (b) VALUES (1) ON CONFLICT (b) DO UPDATE SET c = 1",
                &["a"],
            ),
            ("INSERT OR IGNORE INTO a DEFAULT VALUES", &["a"]),
            ("INSERT INTO a SELECT * FROM b", &["a"]),
            ("-- UPDATE x\n/* of DELETE FROM y */ DELETE FROM z", &["z"]),
            ("WITH a AS (SELECT 'DELETE FROM b') SELECT * FROM a", &[]),
            (
                "WITH a AS (SELECT 1 FROM b FOR NO KEY UPDATE) UPDATE c SET d = 1",
                &["c"],
            ),
            (
                "WITH gone AS (DELETE FROM a RETURNING b) INSERT INTO c SELECT b FROM gone",
                &["a", "c"],
            ),
        ];
        for (sql, tables) in cases {
            assert_eq!(written(sql).unwrap().tables, *tables, "{sql}");
        }
    }

    #[test]
    fn only_a_write_alone_says_whether_it_wrote() {
        let says = |sql| {
            let found = written(sql).unwrap();
            (found.alone, found.answers)
        };
        assert_eq!(says("DELETE FROM a"), (true, false));
        assert_eq!(says("DELETE FROM a RETURNING b"), (true, true));
        let both = "WITH gone AS (DELETE FROM a RETURNING b) SELECT b FROM gone WHERE b > 1";
        assert!(!says(both).0);
    }

    #[test]
    fn what_it_does_not_know_it_does_not_pass() {
        for sql in ["", "MERGE INTO a", "TRUNCATE a", "REPLACE INTO a", "UPDATE"] {
            assert_eq!(written(sql), None, "{sql}");
        }
    }
}
