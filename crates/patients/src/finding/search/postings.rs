//! Who carries which terms: lists of ids, read from the index and met in memory.
//!
//! Of each term the newest carriers are read, in one statement for all terms that are asked for. Most terms
//! have no more, and then everything is known about them. Of a common one the older carriers are not known;
//! whether one of these candidates is among them is looked up by the whole primary key. So the work of a
//! search is bounded, at any number of patients:
//!
//! - a list is at most [`NEWEST`] entries that stand side by side in the index;
//! - a search looks up at most [`LOOKUPS`] places, the newest candidates first.
//!
//! What is found is complete whenever the rarest word has few enough carriers to look all of them up. When all
//! are more common, those among the newest of the rarest are found. Two common names together have terms of
//! their own for that reason ([`TermField::Pair`](crate::terms::TermField::Pair)).
//!
//! A caller confined to some patients is one list more ("in reach"), so that a doctor with 300 patients
//! finds all of theirs also among 100,000 namesakes. Only integers are read here; no record is opened.

use crate::patient::Patient;
use std::collections::{HashMap, HashSet};

use platform::cx::{Cx, among};
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::seal::KeyRing;
use platform::serde_json::json;
use sea_query::{Condition, Order, Query, SelectStatement};

use super::known::{AnyOf, Key, Known};
use crate::terms::Term;

/// The most carriers of a term that are read.
pub(super) const NEWEST: u64 = 2000;
/// The most places that one search looks up.
const LOOKUPS: usize = 1000;
/// The most that are looked up at first: where hits are dense, no more are needed.
const FIRST_LOOKUPS: usize = 300;

const WHY: &str = "who carries a term is no data; the list answers those whom the caller may see";

/// One look at the index.
pub(super) struct Postings<'a> {
    ring: &'a KeyRing,
    reach: Option<&'a Condition>,
    known: Known,
    lookups: usize,
}

impl<'a> Postings<'a> {
    pub(super) fn new(ring: &'a KeyRing, reach: Option<&'a Condition>) -> Postings<'a> {
        Postings {
            ring,
            reach,
            known: Known::default(),
            lookups: LOOKUPS,
        }
    }

    pub(super) fn key(&self, term: &Term) -> Key {
        Key::Term(term.field.number(), term.wanted(self.ring).1)
    }

    /// "In reach", when the caller is confined.
    pub(super) fn reach(&self) -> Option<Key> {
        self.reach.map(|_| Key::Reach)
    }

    /// How many carriers are known; `None` when there may be more.
    pub(super) fn carriers(&self, keys: &[Key]) -> Option<usize> {
        let lists = keys.iter().map(|key| self.known.lists.get(key));
        lists
            .map(|list| {
                list.filter(|list| list.is_whole())
                    .map(|list| list.newest.len())
            })
            .sum()
    }

    /// Smaller for what fewer carry: by the number of carriers when all are known, before all others by how
    /// far back the newest reach.
    pub(super) fn commonness(&self, keys: &[Key]) -> (i64, usize) {
        let lists = keys.iter().map(|key| self.known.lists.get(key));
        lists.fold((i64::MIN, 0), |(from, carriers), list| match list {
            Some(list) => (from.max(list.from), carriers + list.newest.len()),
            None => (i64::MAX, carriers),
        })
    }

    /// Reads the newest carriers of what was not read yet.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn read(
        &mut self,
        cx: &mut Cx,
        keys: impl IntoIterator<Item = Key>,
        most: u64,
    ) -> Result<(), Error> {
        let mut new: Vec<Key> = Vec::new();
        for key in keys {
            if !self.known.is_read(key) && !new.contains(&key) {
                new.push(key);
            }
        }
        if let Some(condition) = self.reach.filter(|_| new.contains(&Key::Reach)) {
            let mut query = in_reach(condition);
            query.order_by(("patient", "id"), Order::Desc).limit(most);
            self.known.read(Key::Reach, ids(cx, &query).await?, most);
        }
        let terms: Vec<(i64, i64)> = new.iter().filter_map(term).collect();
        if terms.is_empty() {
            return Ok(());
        }
        let sql = match cx.dialect() {
            Dialect::Sqlite => LISTS_SQLITE,
            Dialect::Postgres => LISTS_POSTGRES,
        };
        let bound = vec![
            self.ring.search_generation().to_value(),
            json!(terms).to_value(),
            i64::try_from(most).unwrap_or(i64::MAX).to_value(),
        ];
        let statement = Statement::raw(sql, bound);
        let unscoped = cx.unscoped(WHY);
        let found: Vec<(i64, Option<String>)> = if most < NEWEST {
            unscoped.few(statement).await?
        } else {
            unscoped.all(statement).await?
        };
        for (at, ids) in found {
            let at = usize::try_from(at).ok().and_then(|at| terms.get(at));
            let Some((field, tag)) = at else { continue };
            let ids = ids.iter().flat_map(|ids| ids.split(','));
            let ids = ids.filter_map(|id| id.parse().ok()).collect();
            self.known.read(Key::Term(*field, *tag), ids, most);
        }
        Ok(())
    }

    /// The newest who carry any of the driver's terms and fulfil all the others, but for those who are
    /// known already.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn meet(
        &mut self,
        cx: &mut Cx,
        driver: &[Key],
        others: &[AnyOf],
        past: &[i64],
        wanted: usize,
    ) -> Result<Vec<i64>, Error> {
        let past: HashSet<i64> = past.iter().copied().collect();
        let mut candidates = self.known.newest(driver);
        candidates.retain(|id| !past.contains(id));
        let mut most = FIRST_LOOKUPS;
        loop {
            let (hits, open) = self
                .known
                .meet(&candidates, others, wanted, most.min(self.lookups));
            if open.is_empty() {
                return Ok(hits);
            }
            self.lookups -= open.len().min(self.lookups);
            most = LOOKUPS;
            self.look_up(cx, open).await?;
        }
    }

    async fn look_up(&mut self, cx: &mut Cx, open: Vec<(Key, i64)>) -> Result<(), Error> {
        let mut by_key: Vec<(Key, Vec<i64>)> = Vec::new();
        for (key, id) in open {
            match by_key.iter_mut().find(|(known, _)| *known == key) {
                Some((_, ids)) => ids.push(id),
                None => by_key.push((key, vec![id])),
            }
        }
        let mut found: HashMap<Key, HashSet<i64>> = HashMap::new();
        if let Some(condition) = self.reach
            && let Some((_, asked)) = by_key.iter().find(|(key, _)| *key == Key::Reach)
        {
            let mut query = in_reach(condition);
            query.and_where(among(cx.dialect(), Patient::id, asked));
            let reached = ids(cx, &query).await?;
            found.insert(Key::Reach, reached.into_iter().collect());
        }
        let terms: Vec<(i64, i64)> = by_key.iter().filter_map(|(key, _)| term(key)).collect();
        if !terms.is_empty() {
            let ids: Vec<&Vec<i64>> = by_key
                .iter()
                .filter(|(key, _)| term(key).is_some())
                .map(|(_, ids)| ids)
                .collect();
            let sql = match cx.dialect() {
                Dialect::Sqlite => LOOKUPS_SQLITE,
                Dialect::Postgres => LOOKUPS_POSTGRES,
            };
            let bound = vec![
                self.ring.search_generation().to_value(),
                json!(terms).to_value(),
                json!(ids).to_value(),
            ];
            let hits: Vec<(i64, i64)> = cx.unscoped(WHY).all(Statement::raw(sql, bound)).await?;
            for (at, id) in hits {
                let at = usize::try_from(at).ok().and_then(|at| terms.get(at));
                let Some((field, tag)) = at else { continue };
                let key = Key::Term(*field, *tag);
                found.entry(key).or_default().insert(id);
            }
        }
        for (key, asked) in by_key {
            let found = found.remove(&key).unwrap_or_default();
            self.known.looked_up(key, asked, &found);
        }
        Ok(())
    }
}

/// The ids of those whom a caller reaches.
fn in_reach(condition: &Condition) -> SelectStatement {
    let mut query = Query::select();
    query
        .expr(Patient::id)
        .from("patient")
        .cond_where(condition.clone());
    query
}

async fn ids(cx: &mut Cx, query: &SelectStatement) -> Result<Vec<i64>, Error> {
    let statement = Statement::build(cx.dialect(), query);
    let ids: Vec<(i64,)> = cx.unscoped(WHY).all(statement).await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

fn term(key: &Key) -> Option<(i64, i64)> {
    match key {
        Key::Term(field, tag) => Some((*field, *tag)),
        Key::Reach => None,
    }
}

// One text for any number of terms, prepared and planned once: `$1` the generation, `$2` the terms as
// `[[field, tag], …]`.

macro_rules! sqlite_terms {
    () => {
        "WITH t AS MATERIALIZED (SELECT key AS at, value ->> 0 AS field, value ->> 1 AS tag \
         FROM json_each($2)) "
    };
}

macro_rules! postgres_terms {
    () => {
        "WITH t AS MATERIALIZED (SELECT at - 1 AS at, (term ->> 0)::smallint AS field, (term ->> 1)::bigint AS tag \
         FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS e(term, at)) "
    };
}

/// The newest carriers, at most `$3` of each term.
macro_rules! newest {
    () => {
        "(SELECT p.patient FROM patient_term AS p WHERE p.generation = $1 AND p.field = t.field AND p.tag = t.tag \
         ORDER BY p.patient DESC LIMIT $3) AS n"
    };
}

/// Whether a patient carries a term. The limit says nothing new; the offset keeps PostgreSQL from reading all
/// who carry it to have a table of them, which for a common name costs a thousand times the look-ups.
macro_rules! carries {
    () => {
        "EXISTS (SELECT 1 FROM patient_term AS p WHERE p.generation = $1 AND p.field = t.field AND p.tag = t.tag \
         AND p.patient = i.value LIMIT 1 OFFSET 0)"
    };
}

const LISTS_SQLITE: &str = concat!(
    sqlite_terms!(),
    "SELECT t.at, (SELECT group_concat(n.patient, ',') FROM ",
    newest!(),
    ") FROM t"
);
const LISTS_POSTGRES: &str = concat!(
    postgres_terms!(),
    "SELECT t.at, (SELECT string_agg(n.patient::text, ',') FROM ",
    newest!(),
    ") FROM t"
);
/// `$3` are those to look up for each term, `[[id, …], …]`.
const LOOKUPS_SQLITE: &str = concat!(
    sqlite_terms!(),
    "SELECT t.at, i.value FROM t CROSS JOIN json_each($3, '$[' || t.at || ']') AS i WHERE ",
    carries!()
);
const LOOKUPS_POSTGRES: &str = concat!(
    postgres_terms!(),
    "SELECT t.at, i.value FROM t CROSS JOIN LATERAL \
     (SELECT value::bigint AS value FROM jsonb_array_elements_text($3::jsonb -> t.at::int)) AS i WHERE ",
    carries!()
);

#[cfg(test)]
mod tests {
    use super::*;
    use platform::db::Value;
    use platform::serde_json::Value as Json;

    /// What a database says of how it runs a statement.
    fn explained(dialect: Dialect, sql: &'static str, values: Vec<Value>) -> Statement {
        let explain = match dialect {
            Dialect::Sqlite => "EXPLAIN QUERY PLAN ",
            Dialect::Postgres => "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ",
        };
        let mut statement = Statement::raw("", values);
        statement.sql = format!("{explain}{sql}").into();
        statement
    }

    /// Entries of the index that the steps of a plan on PostgreSQL came upon; each loop tells a rounded average.
    fn entries(plan: &Json) -> f64 {
        let number = |name: &str| plan[name].as_f64().unwrap_or_default();
        let own = if plan["Relation Name"] == "patient_term" {
            (number("Actual Rows") + number("Rows Removed by Filter")) * number("Actual Loops")
        } else {
            0.0
        };
        let below = plan["Plans"].as_array().into_iter().flatten();
        own + below.map(entries).sum::<f64>()
    }

    testkit::on_both! {
        async fn nothing_reads_through_a_common_term(world: &World) {
            let db = &world.app.unguarded("test");
            // Given two terms with 20,000 carriers each, among many that few have.
            let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
                INSERT INTO patient_term (generation, field, tag, patient) \
                SELECT 1, 1, 7, 2 * i FROM n UNION ALL SELECT 1, 1, 8, 3 * i FROM n UNION ALL SELECT 1, 2, 100 + i, i FROM n";
            db.execute(Statement::raw(fill, vec![])).await.unwrap();
            let terms = || json!([[1, 7], [1, 8], [2, 105]]).to_value();
            let ids: Vec<i64> = (1..=100).map(|id| id * 6).collect();
            let ids = || json!([ids, ids, [5, 6]]).to_value();
            // Whether or not the planner knows the table.
            for known in [false, true] {
                if known {
                    db.execute(Statement::raw("ANALYZE", vec![])).await.unwrap();
                }
                match db.dialect() {
                    Dialect::Sqlite => {
                        for (sql, values, search) in [
                            (LISTS_SQLITE, vec![1_i64.to_value(), terms(), 50_i64.to_value()], "SEARCH p USING PRIMARY KEY (generation=? AND field=? AND tag=?)"),
                            (LOOKUPS_SQLITE, vec![1_i64.to_value(), terms(), ids()], "SEARCH p USING PRIMARY KEY (generation=? AND field=? AND tag=? AND patient=?)"),
                        ] {
                            let plan: Vec<(i64, i64, i64, String)> = db.all(explained(Dialect::Sqlite, sql, values)).await.unwrap();
                            let of_terms: Vec<&str> = plan.iter().map(|(.., step)| step.as_str()).filter(|step| step.contains(" p ")).collect();
                            assert_eq!(of_terms, [search], "{plan:?}");
                        }
                    }
                    Dialect::Postgres => {
                        for (sql, values, most) in [
                            (LISTS_POSTGRES, vec![1_i64.to_value(), terms(), 50_i64.to_value()], 120.0),
                            (LOOKUPS_POSTGRES, vec![1_i64.to_value(), terms(), ids()], 220.0),
                        ] {
                            let (plan,): (Json,) = db.one(explained(Dialect::Postgres, sql, values)).await.unwrap();
                            let read = entries(&plan[0]["Plan"]);
                            assert!((1.0..=most).contains(&read), "{read} entries: {plan:#}");
                        }
                    }
                }
            }
            let lists: Vec<(i64, Option<String>)> = match db.dialect() {
                Dialect::Sqlite => db.all(Statement::raw(LISTS_SQLITE, vec![1_i64.to_value(), terms(), 3_i64.to_value()])).await.unwrap(),
                Dialect::Postgres => db.all(Statement::raw(LISTS_POSTGRES, vec![1_i64.to_value(), terms(), 3_i64.to_value()])).await.unwrap(),
            };
            let listed: Vec<&str> = lists.iter().map(|(_, ids)| ids.as_deref().unwrap_or_default()).collect();
            assert_eq!(listed, ["40000,39998,39996", "60000,59997,59994", "5"]);
        }
    }
}
