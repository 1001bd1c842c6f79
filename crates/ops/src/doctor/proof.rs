//! Whether what modules say always holds does.

use db::{Db, Statement, ToValue};
use engine::proof::Proof;

use super::{Findings, Level};

/// The most contradictions that are named.
const SHOWN: i64 = 20;

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
