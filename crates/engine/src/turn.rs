//! Taking turns: those who decide about the same thing decide one after the other.
//!
//! A constraint refuses the second of two that collide; taking turns lets the second *see* the first, so
//! that it can say what is in the way, and keeps writers of overlapping intervals from waiting for each
//! other in a circle, which PostgreSQL's exclusion constraints otherwise allow.

use crate::cx::Cx;
use db::{Dialect, Statement, ToValue};
use records::error::Error;

impl Cx {
    /// Waits until nobody else who named one of these things is in the middle of a transaction, and
    /// keeps others who name them waiting until this one ends. Name everything in one call: turns are
    /// taken in a fixed order, so that two that want the same things do not wait for each other.
    ///
    /// On SQLite there is one writer, whose turn it always is.
    ///
    /// # Errors
    /// When the database fails, or in a request that only reads.
    pub async fn take_turn(&mut self, things: &[(&str, i64)]) -> Result<(), Error> {
        if self.dialect() == Dialect::Sqlite || things.is_empty() {
            return Ok(());
        }
        let mut keys: Vec<i64> = things.iter().map(|(what, id)| key(what, *id)).collect();
        keys.sort_unstable();
        keys.dedup();
        let statement = Statement::raw(
            "SELECT pg_advisory_xact_lock(value::bigint) FROM jsonb_array_elements_text($1::jsonb)",
            vec![serde_json::json!(keys).to_value()],
        );
        self.tx()?.execute(statement).await?;
        Ok(())
    }
}

/// The same number on every node: FNV-1a over the name and the id. Two things that happen to share a
/// number only wait for each other once in a while.
fn key(what: &str, id: i64) -> i64 {
    what.bytes()
        .chain(id.to_be_bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
        .cast_signed()
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn different_things_have_different_keys() {
        let mut keys = vec![
            key("doctor", 1),
            key("doctor", 2),
            key("patient", 1),
            key("patient", 2),
        ];
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 4);
        // Other nodes must come to the same.
        assert_eq!(key("doctor", 1), key("doctor", 1));
    }
}
