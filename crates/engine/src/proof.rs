//! What modules can prove about what they keep, such as that every balance is the sum of its entries.

/// Something that always holds, as queries for what contradicts it.
#[derive(Debug, Clone)]
pub struct Proof {
    /// What is looked at, in a word or two.
    pub check: &'static str,
    /// What each query looks for, and the query: id, what is kept and what follows from the entries, of at most
    /// `$1` contradictions.
    pub queries: Vec<(&'static str, &'static str)>,
}
