//! Sums of entries, kept by the database itself in the transaction that stores an entry, so that questions about a long
//! time read sums and not entries.
//!
//! *Weeks* hold what each account gained or lost in a week for each kind of entry. *Spans* hold the moments of an account's
//! first and last entry: an account that did not move since a moment holds now what it held then, and one that had not
//! moved before it held nothing.

use jiff::{SignedDuration, Timestamp};
use platform::db::Ddl;

use crate::book::Book;

/// The seconds of a week; weeks are counted from 1970 in UTC, so that they are the same wherever the hospital is.
const WEEK: i64 = 604_800;

/// The tables of sums of a book and their statements, written by [`sums!`](crate::sums!).
#[derive(Debug, Clone, Copy)]
pub struct Sums {
    /// Columns `kind`, `starts_at`, `ends_at`, `account`, `total`.
    pub weeks: &'static str,
    /// Columns `account`, `first_at`, `last_at`.
    pub spans: &'static str,
    /// What fills both from the entries: on SQLite, and on PostgreSQL.
    pub fill: [[&'static str; 2]; 2],
    /// What keeps both: on SQLite, and on PostgreSQL.
    pub keep: [&'static [&'static str]; 2],
    /// Weeks that do not add up: account, kept, sum; at most `$1` rows.
    pub weeks_differ: &'static str,
    /// Accounts whose weeks together are not their entries.
    pub totals_differ: &'static str,
    /// Accounts whose span is not that of their entries.
    pub spans_differ: &'static str,
}

/// Writes the statements of a book's sums.
#[macro_export]
macro_rules! sums {
    (
        weeks $weeks:literal spans $spans:literal
        of $entries:literal kind $kind:literal account $account:literal amount $amount:literal
    ) => {
        $crate::Sums {
            weeks: $weeks,
            spans: $spans,
            fill: [
                [
                    concat!(
                        "INSERT INTO ", $weeks, " (kind, starts_at, ends_at, account, total) SELECT ", $kind,
                        ", at / 604800000000 * 604800000000, (at / 604800000000 + 1) * 604800000000, ", $account,
                        ", SUM(", $amount, ") FROM ", $entries, " GROUP BY 1, 2, 3, 4"
                    ),
                    concat!(
                        "INSERT INTO ", $spans, " (account, first_at, last_at) SELECT ", $account,
                        ", MIN(at), MAX(at) FROM ", $entries, " GROUP BY 1"
                    ),
                ],
                [
                    concat!(
                        "INSERT INTO ", $weeks, " (kind, starts_at, ends_at, account, total) SELECT ", $kind,
                        ", to_timestamp(floor(extract(epoch FROM at) / 604800) * 604800), \
                         to_timestamp((floor(extract(epoch FROM at) / 604800) + 1) * 604800), ", $account,
                        ", CAST(SUM(", $amount, ") AS bigint) FROM ", $entries, " GROUP BY 1, 2, 3, 4"
                    ),
                    concat!(
                        "INSERT INTO ", $spans, " (account, first_at, last_at) SELECT ", $account,
                        ", MIN(at), MAX(at) FROM ", $entries, " GROUP BY 1"
                    ),
                ],
            ],
            keep: [
                &[concat!(
                    "CREATE TRIGGER \"", $entries, "_sums\" AFTER INSERT ON \"", $entries, "\" BEGIN \
                     INSERT INTO ", $weeks, " (kind, starts_at, ends_at, account, total) VALUES (NEW.", $kind,
                    ", NEW.at / 604800000000 * 604800000000, (NEW.at / 604800000000 + 1) * 604800000000, NEW.", $account,
                    ", NEW.", $amount, ") ON CONFLICT (kind, starts_at, account) DO UPDATE SET total = ", $weeks,
                    ".total + excluded.total; \
                     INSERT INTO ", $spans, " (account, first_at, last_at) VALUES (NEW.", $account, ", NEW.at, NEW.at) \
                     ON CONFLICT (account) DO UPDATE SET first_at = MIN(", $spans, ".first_at, excluded.first_at), \
                     last_at = MAX(", $spans, ".last_at, excluded.last_at); END"
                )],
                &[
                    concat!(
                        "CREATE FUNCTION \"", $entries, "_sums\"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                         INSERT INTO ", $weeks, " (kind, starts_at, ends_at, account, total) VALUES (NEW.", $kind,
                        ", to_timestamp(floor(extract(epoch FROM NEW.at) / 604800) * 604800), \
                         to_timestamp((floor(extract(epoch FROM NEW.at) / 604800) + 1) * 604800), NEW.", $account,
                        ", NEW.", $amount, ") ON CONFLICT (kind, starts_at, account) DO UPDATE SET total = ", $weeks,
                        ".total + excluded.total; \
                         INSERT INTO ", $spans, " (account, first_at, last_at) VALUES (NEW.", $account, ", NEW.at, NEW.at) \
                         ON CONFLICT (account) DO UPDATE SET first_at = LEAST(", $spans,
                        ".first_at, excluded.first_at), last_at = GREATEST(", $spans, ".last_at, excluded.last_at); \
                         RETURN NULL; END $$"
                    ),
                    concat!(
                        "CREATE TRIGGER \"", $entries, "_sums\" AFTER INSERT ON \"", $entries,
                        "\" FOR EACH ROW EXECUTE FUNCTION \"", $entries, "_sums\"()"
                    ),
                ],
            ],
            // By account, and not by kind: an account has few entries.
            weeks_differ: concat!(
                "SELECT w.account, w.total, CAST(COALESCE(SUM(e.", $amount, "), 0) AS bigint) FROM ", $weeks,
                " AS w LEFT JOIN ", $entries, " AS e ON e.", $account,
                " = w.account AND e.at >= w.starts_at AND e.at < w.ends_at AND e.", $kind, " || '' = w.kind \
                 GROUP BY w.kind, w.starts_at, w.account, w.total HAVING w.total <> COALESCE(SUM(e.", $amount,
                "), 0) ORDER BY w.account LIMIT $1"
            ),
            totals_differ: concat!(
                "SELECT e.account, CAST(COALESCE(w.total, 0) AS bigint), CAST(e.total AS bigint) FROM (SELECT ",
                $account, " AS account, SUM(", $amount, ") AS total FROM ", $entries,
                " GROUP BY 1) AS e LEFT JOIN (SELECT account, SUM(total) AS total FROM ", $weeks,
                " GROUP BY 1) AS w ON w.account = e.account WHERE e.total <> COALESCE(w.total, 0) \
                 ORDER BY e.account LIMIT $1"
            ),
            spans_differ: concat!(
                "SELECT e.account, CAST(0 AS bigint), CAST(1 AS bigint) FROM (SELECT ", $account,
                " AS account, MIN(at) AS first_at, MAX(at) AS last_at FROM ", $entries,
                " GROUP BY 1) AS e LEFT JOIN ", $spans, " AS s ON s.account = e.account \
                 WHERE s.account IS NULL OR s.first_at <> e.first_at OR s.last_at <> e.last_at ORDER BY e.account LIMIT $1"
            ),
        }
    };
}

impl Sums {
    /// Makes the tables, fills them from the entries that there are, and lets the database keep them from then on.
    pub fn make(&self, ddl: &mut Ddl) {
        ddl.table(self.weeks, |t| {
            t.text("kind");
            t.timestamp("starts_at");
            t.timestamp("ends_at");
            t.int("account");
            t.int("total");
            t.primary_key(&["kind", "starts_at", "account"]);
        });
        ddl.table(self.spans, |t| {
            t.int("account");
            t.timestamp("first_at");
            t.timestamp("last_at");
            t.primary_key(&["account"]);
        });
        ddl.index(self.spans, &["last_at", "first_at", "account"]);
        let [sqlite, postgres] = self.fill;
        for (one, other) in sqlite.into_iter().zip(postgres) {
            ddl.sql_for(one, other);
        }
        let [sqlite, postgres] = self.keep;
        for sql in sqlite {
            ddl.sql_for(sql, "");
        }
        for sql in postgres {
            ddl.sql_for("", sql);
        }
    }
}

/// The sums of a book, for a migration.
pub fn sums<B: Book>(ddl: &mut Ddl) {
    if let Some(sums) = B::SUMS {
        sums.make(ddl);
    }
}

/// A stretch of time as whole weeks, which are found in sums, and what is left at its ends, which is found in entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weeks {
    /// From the beginning to the first whole week.
    pub before: [Timestamp; 2],
    /// The whole weeks.
    pub whole: [Timestamp; 2],
    /// From the last whole week to the end.
    pub after: [Timestamp; 2],
}

impl Weeks {
    /// Of a stretch of time; one without an end on a side reaches as far as there are entries.
    #[must_use]
    pub fn of(from: Option<Timestamp>, until: Option<Timestamp>) -> Weeks {
        let from = from.unwrap_or(Timestamp::UNIX_EPOCH);
        let until = until.unwrap_or(Timestamp::MAX).max(from);
        let begins = |at: Timestamp| {
            let second = at.as_second().div_euclid(WEEK) * WEEK;
            Timestamp::from_second(second).unwrap_or(at)
        };
        let first = match begins(from) {
            week if week == from => from,
            week => week
                .checked_add(SignedDuration::from_secs(WEEK))
                .unwrap_or(until),
        };
        let last = begins(until);
        if first >= last {
            return Weeks {
                before: [from, until],
                whole: [until, until],
                after: [until, until],
            };
        }
        Weeks {
            before: [from, first],
            whole: [first, last],
            after: [last, until],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_stretch_of_time_is_whole_weeks_and_what_is_left() {
        // 1970 began on a Thursday.
        let weeks = Weeks::of(
            Some(at("2026-11-25T22:00:00Z")),
            Some(at("2026-12-12T01:00:00Z")),
        );
        assert_eq!(
            weeks.before,
            [at("2026-11-25T22:00:00Z"), at("2026-11-26T00:00:00Z")]
        );
        assert_eq!(
            weeks.whole,
            [at("2026-11-26T00:00:00Z"), at("2026-12-10T00:00:00Z")]
        );
        assert_eq!(
            weeks.after,
            [at("2026-12-10T00:00:00Z"), at("2026-12-12T01:00:00Z")]
        );
        for (from, until) in [
            // Within a week, over one boundary, and nothing.
            ("2026-11-27T00:00:00Z", "2026-11-28T00:00:00Z"),
            ("2026-11-25T00:00:00Z", "2026-11-28T00:00:00Z"),
            ("2026-11-27T00:00:00Z", "2026-11-27T00:00:00Z"),
        ] {
            let weeks = Weeks::of(Some(at(from)), Some(at(until)));
            assert_eq!(weeks.before, [at(from), at(until)]);
            assert_eq!(weeks.whole, [at(until), at(until)]);
        }
        let exact = Weeks::of(Some(at("2026-11-26T00:00:00Z")), None);
        assert_eq!(exact.before, [at("2026-11-26T00:00:00Z"); 2]);
        assert_eq!(exact.after[1], Timestamp::MAX);
        let all = Weeks::of(None, None);
        assert_eq!(all.whole[0], Timestamp::UNIX_EPOCH);
    }
}
