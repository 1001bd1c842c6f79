//! Blind indexes: finding sealed values without opening them.
//!
//! A tag is HMAC-SHA256 over the field's name and a normalised term, truncated. Whoever has the database but not the
//! index key can see that two tags are equal, not what they stand for.
//!
//! A stored tag is always a row `(generation, tag, …)`; the generation is the id of the index key.
//!
//! * **Write** a row for every generation the plural methods return ([`KeyRing::tags64`], [`KeyRing::digests`]): the
//!   active key and every retiring one.
//! * **Search** with the singular methods ([`KeyRing::search_tag64`], [`KeyRing::search_digest`]): they use the oldest
//!   generation not yet retired, the only one certain to cover every row while a rebuild is under way. When the rebuild
//!   is done, the old key is set to retired, and the next ring searches the new generation.
//! * **Uniqueness**: a unique index over `(generation, digest)`, so it holds throughout a rotation.
//!
//! Short tags collide: 64 bits rarely, by accident. A hit is a candidate, compared after opening. Full digests don't.

use aws_lc_rs::hmac;

use super::{KeyRing, KeyState};

/// The shortest tag [`KeyRing::tags`] gives, in bytes.
pub const MIN_TAG_BYTES: usize = 4;
/// The longest tag [`KeyRing::tags`] gives: the whole of HMAC-SHA256, in bytes.
pub const MAX_TAG_BYTES: usize = 32;

impl KeyRing {
    /// Tags of `bytes` bytes (brought within [`MIN_TAG_BYTES`] to [`MAX_TAG_BYTES`]) for a term of a field, one for each
    /// generation to write. `term` is taken as it is: the caller normalises, the same way when writing and searching.
    pub fn tags(&self, field: &str, term: &str, bytes: usize) -> Vec<(i64, Vec<u8>)> {
        let bytes = bytes.clamp(MIN_TAG_BYTES, MAX_TAG_BYTES);
        let tag = |(generation, digest): (i64, [u8; 32])| (generation, digest[..bytes].to_vec());
        self.generations_of(field, term).map(tag).collect()
    }

    /// 64-bit tags, one for each generation to write, as the signed integer of a `BIGINT` column: the first eight bytes
    /// of the digest, big endian. For narrow token tables.
    pub fn tags64(&self, field: &str, term: &str) -> Vec<(i64, i64)> {
        self.generations_of(field, term)
            .map(|(generation, digest)| (generation, first64(&digest)))
            .collect()
    }

    /// Full digests, one for each generation to write. For keyed unique hashes, such as that of `unique_id`.
    pub fn digests(&self, field: &str, term: &str) -> Vec<(i64, [u8; 32])> {
        self.generations_of(field, term).collect()
    }

    /// The generation to search and the 64-bit tag to look for.
    pub fn search_tag64(&self, field: &str, term: &str) -> (i64, i64) {
        let (generation, digest) = self.search_digest(field, term);
        (generation, first64(&digest))
    }

    /// The generation to search and the full digest to look for.
    pub fn search_digest(&self, field: &str, term: &str) -> (i64, [u8; 32]) {
        let (generation, key) = self.search_entry();
        (generation, digest(key, field, term))
    }

    /// The generation to search.
    pub fn search_generation(&self) -> i64 {
        self.search_entry().0
    }

    /// The generations to write, the active one first. After a rotation, a rebuild is what writes the first of these for
    /// rows that lack it.
    pub fn write_generations(&self) -> Vec<i64> {
        self.index.iter().map(|(id, _)| id).collect()
    }

    fn search_entry(&self) -> (i64, &hmac::Key) {
        // Of several retiring generations only the oldest has surely been written for every row.
        let mut others = self.index.others.iter();
        let oldest_retiring = others.find(|(_, (state, _))| *state == KeyState::Retiring);
        oldest_retiring.map_or(
            (self.index.active.0, &self.index.active.1),
            |(id, (_, key))| (*id, key),
        )
    }

    fn generations_of(&self, field: &str, term: &str) -> impl Iterator<Item = (i64, [u8; 32])> {
        self.index
            .iter()
            .map(move |(id, key)| (id, digest(key, field, term)))
    }
}

/// The field's name goes before the term with its length, so that no field and term together look like another pair.
fn digest(key: &hmac::Key, field: &str, term: &str) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    context.update(&(field.len() as u64).to_be_bytes());
    context.update(field.as_bytes());
    context.update(term.as_bytes());
    super::mac::to_array(context.sign())
}

fn first64(digest: &[u8; 32]) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = *digest;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}
