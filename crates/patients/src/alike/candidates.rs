//! Who may be the same person, as queries over the index of terms, with bounded work however common a term is.
//!
//! - A single source costs as many index entries as are wanted of it, the newest first.
//! - Of two, the newest [`DRIVEN`] entries of the first are looked up under the other by the whole primary
//!   key: complete whenever the first has no more.
//! - Where the first are many terms of few carriers each, they are read by one condition, and the carriers of both are
//!   intersected: fifty look-ups, rather than a part of the statement for each term and a look-up for each carrier.
//!
//! Only integers are read before a record is opened.

use platform::cx::{column, select};
use platform::seal::KeyRing;
use sea_query::{
    Alias, Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType,
};

use crate::patient::Patient;
use crate::terms::{TABLE, Term, TermField};

/// The most entries of a source that are looked up under another.
pub(crate) const DRIVEN: u64 = 4000;

/// A term as the index key has it: generation, field, tag.
type Tag = (i64, i64, i64);

/// Carriers of any of these terms.
#[derive(Debug, Clone)]
pub(crate) struct Source(Vec<Tag>);

/// A term as the ring searches it.
fn tag(ring: &KeyRing, term: &Term) -> Tag {
    let (generation, tag) = term.wanted(ring);
    (generation, term.field.number(), tag)
}

impl Source {
    /// Any of these terms, as the ring searches them.
    pub(crate) fn any<'a>(ring: &KeyRing, terms: impl IntoIterator<Item = &'a Term>) -> Source {
        Source(terms.into_iter().map(|term| tag(ring, term)).collect())
    }

    /// The newest patients of each alternative, as column `patient`; a patient may occur twice.
    pub(crate) fn newest(&self, limit: u64) -> SelectStatement {
        let alternatives = self.0.iter().map(|term| {
            let mut query = Query::select();
            query
                .column("patient")
                .from(TABLE)
                .cond_where(is(*term))
                .order_by("patient", Order::Desc)
                .limit(limit);
            query
        });
        union(alternatives.collect())
    }

    /// Whether the patient named by a column fulfils it: one look-up for each. The limit says nothing new; the
    /// offset keeps PostgreSQL from reading all who carry a term to have a table of them, which for a common
    /// name costs a thousand times the look-ups.
    fn holds(&self, patient: &Expr) -> Condition {
        self.0.iter().fold(Condition::any(), |any, term| {
            let mut query = Query::select();
            query
                .expr(Expr::cust("1"))
                .from(TABLE)
                .cond_where(is(*term))
                .and_where(column(TABLE, "patient").eq(patient.clone()))
                .limit(1)
                .offset(0);
            any.add(Expr::exists(query))
        })
    }
}

/// As many tags as are asked for at least, so that one prepared statement serves any fewer.
const AMONG: usize = 64;

/// Carriers of any of many terms of one field, each of few, in no order, as column `patient`.
pub(crate) fn among(
    ring: &KeyRing,
    field: TermField,
    texts: impl IntoIterator<Item = String>,
) -> SelectStatement {
    let wanted = texts
        .into_iter()
        .map(|text| Term::new(field, text).wanted(ring));
    let (generations, mut tags): (Vec<i64>, Vec<i64>) = wanted.unzip();
    let last = tags.last().copied().unwrap_or_default();
    tags.resize(tags.len().max(AMONG), last);
    let mut query = Query::select();
    query
        .column("patient")
        .from(TABLE)
        .and_where(column(TABLE, "generation").eq(generations.first().copied().unwrap_or_default()))
        .and_where(column(TABLE, "field").eq(field.number()))
        .and_where(column(TABLE, "tag").is_in(tags))
        .limit(DRIVEN);
    query
}

/// The newest patients whom both queries have, as column `patient`, each once.
pub(crate) fn both(one: SelectStatement, other: SelectStatement, limit: u64) -> SelectStatement {
    let mut others = Query::select();
    others.column("patient").from_subquery(other, "other");
    let mut query = Query::select();
    query
        .column(("one", "patient"))
        .from_subquery(one, "one")
        .and_where(Expr::col(("one", "patient")).in_subquery(others))
        .group_by_col(("one", "patient"))
        .order_by(("one", "patient"), Order::Desc)
        .limit(limit);
    query
}

fn is((generation, field, tag): Tag) -> Condition {
    Condition::all()
        .add(column(TABLE, "generation").eq(generation))
        .add(column(TABLE, "field").eq(field))
        .add(column(TABLE, "tag").eq(tag))
}

/// All rows of several queries over one column `patient`; each may have its own order and limit, which
/// SQLite takes only inside a subquery. Nothing makes no row.
pub(crate) fn union(queries: Vec<SelectStatement>) -> SelectStatement {
    let mut queries = queries.into_iter().map(|query| {
        let mut wrapped = Query::select();
        wrapped.column("patient").from_subquery(query, "part");
        wrapped
    });
    let Some(mut all) = queries.next() else {
        let mut none = Query::select();
        none.column("patient")
            .from(TABLE)
            .and_where(Expr::cust("1 = 0"));
        return none;
    };
    for query in queries {
        all.union(UnionType::All, query);
    }
    all
}

/// The newest patients that fulfil the driver and the other, as column `patient`, each once.
pub(crate) fn meeting(driver: &Source, other: &Source, limit: u64) -> SelectStatement {
    let patient = Expr::col(("driver", "patient"));
    let alternatives = std::cmp::max(driver.0.len(), 1) as u64;
    let mut query = Query::select();
    query
        .column(("driver", "patient"))
        .from_subquery(driver.newest(DRIVEN.div_ceil(alternatives)), "driver")
        .cond_where(other.holds(&patient))
        .group_by_col(("driver", "patient"))
        .order_by(("driver", "patient"), Order::Desc)
        .limit(limit);
    query
}

/// The records that hits lead to, as column `id`, in the order of the hits: one that was merged leads to
/// the one that it was merged into, a voided one nowhere.
fn current(hits: SelectStatement) -> SelectStatement {
    let own = |name: &'static str| Expr::col(("own", name));
    let mut query = Query::select();
    query
        .expr_as(
            Func::coalesce([own("merged_into"), own("id")]),
            Alias::new("current"),
        )
        .from_subquery(hits, "hit")
        .inner_join(
            sea_query::TableRef::Table("patient".into(), Some("own".into())),
            own("id").eq(Expr::col(("hit", "patient"))),
        )
        .and_where(own("voided_at").is_null())
        .order_by(("hit", "patient"), Order::Desc);
    query
}

/// The records of hits.
pub(crate) fn opened(hits: SelectStatement) -> SelectStatement {
    let mut query = select::<Patient>();
    query.and_where(Patient::id.in_subquery(current(hits)));
    query
}
