//! Which patients carry given terms: indexed lookups with bounded work, however common a term is.
//!
//! What is guaranteed, at any number of patients:
//!
//! - A single source costs as many index entries as are wanted of it, the newest first.
//! - Several are intersected from the rarest one: its newest [`DRIVEN`] entries are looked up under the
//!   others by the whole primary key. So the answer is complete whenever one of the sources has at most
//!   [`DRIVEN`] entries; when all are more common, those among the newest [`DRIVEN`] of the rarest are
//!   found. Two common names together have terms of their own for that reason
//!   ([`TermField::Pair`](crate::terms::TermField::Pair)).
//! - A caller confined to some patients is one source more ("in my reach"), so that a doctor with 300
//!   patients finds all of theirs also among 100,000 namesakes.
//!
//! Only integers are read here; no record is opened.

use platform::access::Scope;
use platform::cx::{Cx, column, select};
use platform::db::Statement;
use platform::error::Error;
use platform::record::Record;
use platform::seal::KeyRing;
use sea_query::{
    Alias, Asterisk, Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType,
};

use crate::patient::Patient;
use crate::terms::{TABLE, Term};

/// The most entries of the rarest source that are looked up under the others.
pub(crate) const DRIVEN: u64 = 4000;

/// A term as the index key has it: generation, field, tag.
pub(crate) type Tag = (i64, i64, i64);

/// What a patient must fulfil.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// Carries one of these terms.
    Terms(Vec<Tag>),
    /// Is one of the patients for which the condition on table `patient` holds.
    Reach(Condition),
}

/// A term as the ring searches it.
pub(crate) fn tag(ring: &KeyRing, term: &Term) -> Tag {
    let (generation, tag) = term.wanted(ring);
    (generation, term.field.number(), tag)
}

impl Source {
    /// Any of these terms, as the ring searches them.
    pub(crate) fn any<'a>(ring: &KeyRing, terms: impl IntoIterator<Item = &'a Term>) -> Source {
        Source::Terms(terms.into_iter().map(|term| tag(ring, term)).collect())
    }

    /// What confines a caller; `None` when nothing does. Whoever reaches nobody is not to search.
    pub(crate) fn of_scope(scope: Scope) -> Option<Source> {
        match scope {
            Scope::Where(condition) => Some(Source::Reach(condition)),
            Scope::All | Scope::Nothing => None,
        }
    }

    /// The newest patients of each alternative, as column `patient`; a patient may occur twice.
    pub(crate) fn newest(&self, limit: u64) -> SelectStatement {
        let alternatives = match self {
            Source::Terms(terms) => terms
                .iter()
                .map(|term| {
                    let mut query = Query::select();
                    query
                        .column("patient")
                        .from(TABLE)
                        .cond_where(is(*term))
                        .order_by("patient", Order::Desc)
                        .limit(limit);
                    query
                })
                .collect(),
            Source::Reach(condition) => {
                let mut query = Query::select();
                query
                    .expr_as(column("patient", "id"), "patient")
                    .from("patient")
                    .cond_where(condition.clone())
                    .order_by(("patient", "id"), Order::Desc)
                    .limit(limit);
                vec![query]
            }
        };
        union(alternatives)
    }

    /// Whether the patient named by a column fulfils it: one look-up for each. The limit says nothing new; the
    /// offset keeps PostgreSQL from reading all who carry a term to have a table of them, which for a common
    /// name costs a thousand times the look-ups.
    fn holds(&self, patient: &Expr) -> Condition {
        let exists = |table: &'static str, name: &'static str, condition: Condition| {
            let mut query = Query::select();
            query
                .expr(Expr::cust("1"))
                .from(table)
                .cond_where(condition)
                .and_where(column(table, name).eq(patient.clone()))
                .limit(1)
                .offset(0);
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

/// The newest patients that fulfil the driver and all others, as column `patient`, each once.
pub(crate) fn meeting(driver: &Source, others: &[&Source], limit: u64) -> SelectStatement {
    let patient = Expr::col(("driver", "patient"));
    let alternatives = match driver {
        Source::Terms(terms) => std::cmp::max(terms.len(), 1) as u64,
        Source::Reach(_) => 1,
    };
    let looked_at = if others.is_empty() {
        limit
    } else {
        DRIVEN.div_ceil(alternatives)
    };
    let mut query = Query::select();
    query
        .column(("driver", "patient"))
        .from_subquery(driver.newest(looked_at), "driver");
    for other in others {
        query.cond_where(other.holds(&patient));
    }
    if alternatives > 1 {
        query.group_by_col(("driver", "patient"));
    }
    query
        .order_by(("driver", "patient"), Order::Desc)
        .limit(limit);
    query
}

/// How many patients each source has; counting stops at [`DRIVEN`] for each of its alternatives.
///
/// # Errors
/// When the database fails.
pub(crate) async fn sizes(cx: &mut Cx, sources: &[&Source]) -> Result<Vec<u64>, Error> {
    let counts = sources
        .iter()
        .enumerate()
        .map(|(at, source)| {
            let mut counted = Query::select();
            counted
                .expr_as(Expr::cust(at.to_string()), "at")
                .expr_as(Func::count(Expr::col(Asterisk)), "size")
                .from_subquery(source.newest(DRIVEN), "counted");
            counted
        })
        .reduce(|mut all, count| {
            all.union(UnionType::All, count);
            all
        });
    let Some(counts) = counts else {
        return Ok(Vec::new());
    };
    let statement = Statement::build(cx.dialect(), &counts);
    let found: Vec<(i64, i64)> = cx
        .unscoped("how common a term is decides where to begin")
        .few(statement)
        .await?;
    let mut sizes = vec![0; sources.len()];
    for (at, size) in found {
        if let Some(place) = usize::try_from(at).ok().and_then(|at| sizes.get_mut(at)) {
            *place = size.unsigned_abs();
        }
    }
    Ok(sizes)
}

/// The records that hits lead to, as column `id`, in the order of the hits: one that was merged leads to
/// the one that it was merged into, a voided one nowhere.
pub(crate) fn current(hits: SelectStatement) -> SelectStatement {
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
    query.and_where(column(Patient::TABLE, "id").in_subquery(current(hits)));
    query
}
