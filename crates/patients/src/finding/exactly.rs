//! Finding the one person who is meant, by what is known exactly: the number on the card, or the full name with the day
//! of birth. For those who may open a record in an emergency and do not reach it: nobody is found by a part of anything.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::{Mrn, names};
use platform::cx::{Cx, among, select};
use platform::db::Statement;
use platform::error::Error;
use sea_query::{Alias, Expr, ExprTrait, Order, Query};

use super::search::current;
use crate::identifier;
use crate::patient::Patient;
use crate::terms::{TABLE, Term, TermField};

/// Parts of a name that are looked up; the records themselves are compared with all of them.
const PARTS: usize = 6;
/// Records that are opened to be compared.
const OPENED: u64 = 20;
/// Namesakes born on one day that are answered; more are told apart by their cards.
const MOST: usize = 5;

const WHY: &str =
    "who opens records in an emergency reaches none of them yet; only exact matches are answered";

/// By what somebody is known.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// The number on the card, in full.
    Card(&'a str),
    /// Given and family name, in either order, and the day of birth.
    Person {
        /// The given names, all of them.
        first: &'a str,
        /// The family names, all of them.
        last: &'a str,
        /// The day of birth as it is recorded.
        born: Date,
    },
}

/// The patients of this hospital whom exactly this is known of, whoever reaches them: one, as a rule, and at most five.
/// What leads to a record that was merged leads to the one that it was merged into.
///
/// The caller asks for the permission, and says in the audit trail who was looked for.
///
/// # Errors
/// When the database fails.
pub async fn exactly(cx: &mut Cx, known: Known<'_>) -> Result<Vec<Patient>, Error> {
    let ids = match known {
        Known::Card(card) => match Mrn::parse(card) {
            Ok(card) => identifier::owner(cx, &card).await?.into_iter().collect(),
            Err(_) => Vec::new(),
        },
        Known::Person { first, last, born } => by_name(cx, &parts(first, last), born).await?,
    };
    let ids = match ids.is_empty() {
        true => ids,
        false => current(cx, ids).await?,
    };
    open(cx, &ids).await
}

/// The parts of a whole name, whatever their order.
fn parts(first: &str, last: &str) -> BTreeSet<String> {
    let both = [first, last].map(names::parts);
    both.into_iter().flatten().collect()
}

/// Whoever has all of the name's parts and no others, and was born on the day.
async fn by_name(cx: &mut Cx, name: &BTreeSet<String>, born: Date) -> Result<Vec<i64>, Error> {
    if name.is_empty() {
        return Ok(Vec::new());
    }
    let ring = cx.app.ring();
    let birth = Term::new(TermField::Birth, born.to_string());
    let terms = name.iter().take(PARTS);
    let terms = terms.map(|part| Term::new(TermField::Whole, part));
    let own =
        |alias: &'static str, name: &'static str| Expr::col((Alias::new(alias), Alias::new(name)));
    let carries = |alias: &'static str, term: &Term| {
        let (generation, tag) = term.wanted(&ring);
        own(alias, "generation")
            .eq(generation)
            .and(own(alias, "field").eq(term.field.number()))
            .and(own(alias, "tag").eq(tag))
    };
    let mut query = Query::select();
    query
        .expr(own("born", "patient"))
        .from_as(Alias::new(TABLE), Alias::new("born"))
        .and_where(carries("born", &birth));
    for term in terms {
        let mut named = Query::select();
        named
            .expr(Expr::cust("CAST(1 AS bigint)"))
            .from_as(Alias::new(TABLE), Alias::new("named"))
            .and_where(carries("named", &term))
            .and_where(own("named", "patient").eq(own("born", "patient")));
        query.and_where(Expr::exists(named));
    }
    query
        .order_by((Alias::new("born"), Alias::new("patient")), Order::Desc)
        .limit(OPENED);
    let statement = Statement::build(cx.dialect(), &query);
    let found: Vec<(i64,)> = cx.unscoped(WHY).few(statement).await?;
    let found: Vec<i64> = found.into_iter().map(|(id,)| id).collect();
    let rows = open(cx, &found).await?;
    let is_meant = |row: &&Patient| {
        parts(row.first_name.open(), row.last_name.open()) == *name
            && *row.date_of_birth.open() == born
    };
    let meant = rows.iter().filter(is_meant).map(|row| row.meta.id);
    Ok(meant.take(MOST).collect())
}

async fn open(cx: &mut Cx, ids: &[i64]) -> Result<Vec<Patient>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = select::<Patient>();
    query
        .and_where(among(cx.dialect(), Patient::id, ids))
        .order_by((Alias::new("patient"), Alias::new("id")), Order::Desc);
    cx.unscoped(WHY).readable(query).await
}
