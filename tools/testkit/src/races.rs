//! Many clients at once, for the races that a rule has to stand.

use std::collections::BTreeMap;

use tokio::task::JoinSet;

use crate::client::{Reply, Request};

/// Sends all at once, each on a connection of its own, and waits for every answer.
pub async fn at_once(requests: Vec<Request>) -> Vec<Reply> {
    let mut sent = JoinSet::new();
    for request in requests {
        sent.spawn(request.send());
    }
    sent.join_all().await
}

/// How many answers there are of each status and code, such as `409 overpayment`.
#[must_use]
pub fn counted(replies: &[Reply]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for reply in replies {
        let code = reply.json["code"].as_str().unwrap_or_default();
        let key = format!("{} {code}", reply.status.as_u16());
        *counts.entry(key.trim().to_owned()).or_default() += 1;
    }
    counts
}

/// What [`counted`] is to be.
#[must_use]
pub fn expected(pairs: &[(&str, usize)]) -> BTreeMap<String, usize> {
    let pairs = pairs.iter();
    pairs
        .map(|(key, count)| ((*key).to_owned(), *count))
        .collect()
}
