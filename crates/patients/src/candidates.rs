//! Which patients carry given terms: indexed lookups with bounded work, however common a term is.
//!
//! What is guaranteed, at any number of patients:
//!
//! - A single word reads at most [`MOST`] index entries for each of its terms, the newest first. So
//!   the newest [`MOST`] patients that carry it are found, whether 100 or 100,000 do.
//! - Several words are intersected from the rarest one: each word's entries are counted up to
//!   [`DRIVEN`], the word with the fewest drives, and its newest [`DRIVEN`] entries are looked up under
//!   the other words by the whole primary key. So the answer is complete (up to [`MOST`]) whenever one
//!   of the words is carried by at most [`DRIVEN`] patients; when all are more common, those among the
//!   newest [`DRIVEN`] of the rarest word are found.
//! - A caller confined to some patients is one word more ("in my reach"), so that a doctor with 300
//!   patients finds all of theirs also among 100,000 namesakes.
//!
//! Only integers are read here; no record is opened.

use platform::access::Scope;
use platform::cx::column;
use platform::seal::KeyRing;
use sea_query::{
    Alias, Asterisk, Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType,
};

use crate::terms::{TABLE, Term};

/// The most candidates of one query.
pub(crate) const MOST: u64 = 500;
/// The most entries of the rarest word that are looked up under the others.
pub(crate) const DRIVEN: u64 = 10_000;

/// What a patient must fulfil.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// Carries one of these terms: (generation, field, tag).
    Terms(Vec<(i64, i64, i64)>),
    /// Is one of the patients for which the condition on table `patient` holds.
    Reach(Condition),
}

impl Source {
    /// Any of these terms, as the ring searches them.
    pub(crate) fn any<'a>(ring: &KeyRing, terms: impl IntoIterator<Item = &'a Term>) -> Source {
        Source::Terms(
            terms
                .into_iter()
                .map(|term| {
                    let (generation, tag) = term.wanted(ring);
                    (generation, term.field.number(), tag)
                })
                .collect(),
        )
    }

    /// What confines a caller; `None` when nothing does. Whoever reaches nobody is not to search.
    pub(crate) fn of_scope(scope: Scope) -> Option<Source> {
        match scope {
            Scope::Where(condition) => Some(Source::Reach(condition)),
            Scope::All | Scope::Nothing => None,
        }
    }

    /// The newest patients of each alternative, as column `patient`; a patient may occur twice.
    fn newest(&self, limit: u64) -> SelectStatement {
        let alternatives = match self {
            Source::Terms(terms) => terms
                .iter()
                .map(|term| {
                    let mut query = Query::select();
                    query
                        .column(Alias::new("patient"))
                        .from(Alias::new(TABLE))
                        .cond_where(is(*term))
                        .order_by(Alias::new("patient"), Order::Desc)
                        .limit(limit);
                    query
                })
                .collect(),
            Source::Reach(condition) => {
                let mut query = Query::select();
                query
                    .expr_as(column("patient", "id"), Alias::new("patient"))
                    .from(Alias::new("patient"))
                    .cond_where(condition.clone())
                    .order_by((Alias::new("patient"), Alias::new("id")), Order::Desc)
                    .limit(limit);
                vec![query]
            }
        };
        union(alternatives)
    }

    /// Whether the patient named by a column fulfils it.
    fn holds(&self, patient: &Expr) -> Condition {
        let exists = |table: &'static str, name: &'static str, condition: Condition| {
            let mut query = Query::select();
            query
                .expr(Expr::cust("1"))
                .from(Alias::new(table))
                .cond_where(condition)
                .and_where(column(table, name).eq(patient.clone()));
            Expr::exists(query)
        };
        match self {
            Source::Terms(terms) => terms.iter().fold(Condition::any(), |any, term| {
                any.add(exists(TABLE, "patient", is(*term)))
            }),
            Source::Reach(condition) => {
                Condition::any().add(exists("patient", "id", condition.clone()))
            }
        }
    }
}

fn is((generation, field, tag): (i64, i64, i64)) -> Condition {
    Condition::all()
        .add(column(TABLE, "generation").eq(generation))
        .add(column(TABLE, "field").eq(field))
        .add(column(TABLE, "tag").eq(tag))
}

/// All rows of several queries over one column `patient`; each may have its own order and limit, which
/// SQLite takes only inside a subquery. Nothing makes no row.
fn union(queries: Vec<SelectStatement>) -> SelectStatement {
    let mut queries = queries.into_iter().map(|query| {
        let mut wrapped = Query::select();
        wrapped
            .column(Alias::new("patient"))
            .from_subquery(query, Alias::new("part"));
        wrapped
    });
    let Some(mut all) = queries.next() else {
        let mut none = Query::select();
        none.column(Alias::new("patient"))
            .from(Alias::new(TABLE))
            .and_where(Expr::cust("1 = 0"));
        return none;
    };
    for query in queries {
        all.union(UnionType::All, query);
    }
    all
}

/// The newest patients that fulfil every one of the sources of one group, for any of the groups, as
/// column `patient`: at most `limit`.
pub(crate) fn candidates(groups: &[Vec<Source>], limit: u64) -> SelectStatement {
    let parts = groups
        .iter()
        .filter(|sources| !sources.is_empty())
        .map(|sources| match sources.as_slice() {
            [only] => only.newest(limit),
            several => union(
                (0..several.len())
                    .map(|driver| driven(several, driver, limit))
                    .collect(),
            ),
        })
        .collect();
    let mut newest = Query::select();
    newest
        .column(Alias::new("patient"))
        .from_subquery(union(parts), Alias::new("found"))
        .group_by_col(Alias::new("patient"))
        .order_by(Alias::new("patient"), Order::Desc)
        .limit(limit);
    newest
}

/// The intersection seen from one source, empty unless that is the rarest.
fn driven(sources: &[Source], driver: usize, limit: u64) -> SelectStatement {
    let patient = Expr::col((Alias::new("driver"), Alias::new("patient")));
    let mut counts = Query::select();
    for (at, source) in sources.iter().enumerate() {
        let mut counted = Query::select();
        counted
            .expr(Func::count(Expr::col(Asterisk)))
            .from_subquery(source.newest(DRIVEN), Alias::new("counted"));
        counts.expr_as(
            Expr::SubQuery(None, Box::new(counted.into())),
            Alias::new(format!("n{at}")),
        );
    }
    let mut query = Query::select();
    query
        .column((Alias::new("driver"), Alias::new("patient")))
        .from_subquery(sources[driver].newest(DRIVEN), Alias::new("driver"))
        .from_subquery(counts, Alias::new("size"));
    for (at, source) in sources.iter().enumerate().filter(|(at, _)| *at != driver) {
        // Of equally rare ones the first drives.
        let rarer = if at < driver { "<" } else { "<=" };
        query
            .and_where(Expr::cust(format!("size.n{driver} {rarer} size.n{at}")))
            .cond_where(source.holds(&patient));
    }
    query
        .order_by((Alias::new("driver"), Alias::new("patient")), Order::Desc)
        .limit(limit);
    query
}
