//! What modules can prove about what they keep, such as that every balance is the sum of its entries.

use super::{Findings, Level};
use db::{Db, Statement, ToValue};

/// The most contradictions that are named.
const SHOWN: i64 = 20;

/// Something that always holds, as queries for what contradicts it.
#[derive(Debug, Clone)]
pub struct Proof {
    /// What is looked at, in a word or two.
    pub check: &'static str,
    /// What each query looks for, and the query: id, what is kept and what follows from the entries, of at most
    /// `$1` contradictions.
    pub queries: Vec<(&'static str, &'static str)>,
}

/// Looks for contradictions, and reads whatever that takes.
pub(super) async fn prove(found: &mut Findings, db: &Db, proofs: &[Proof]) {
    for proof in proofs {
        let mut wrong = Vec::new();
        for (what, sql) in &proof.queries {
            let statement = Statement::raw(sql, vec![SHOWN.to_value()]);
            match db.all::<(i64, i64, i64)>(statement).await {
                Ok(rows) => wrong.extend(rows.into_iter().map(|(id, kept, sum)| {
                    format!("{what} {id} says {kept}, and its entries {sum}")
                })),
                Err(error) => wrong.push(error.to_string()),
            }
        }
        if wrong.is_empty() {
            found.add(
                Level::Ok,
                proof.check,
                "every balance is the sum of its entries.",
            );
        } else {
            let text = format!(
                "{}. Keep a copy of the database, and find out what wrote past the ledger.",
                wrong.join("; ")
            );
            found.add(Level::Fail, proof.check, text);
        }
    }
}
