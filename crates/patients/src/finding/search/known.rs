//! Lists of carriers met in memory, as far as they are known.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// What a patient may fulfil.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// Carries a term: its field and its tag.
    Term(i64, i64),
    /// Is in the caller's reach.
    Reach,
}

/// Fulfilled by whoever fulfils any of these.
pub(super) type AnyOf = Vec<Key>;

/// The carriers of one term, as far as they are known.
#[derive(Debug, Clone)]
pub(super) struct List {
    /// The newest first.
    pub(super) newest: Vec<i64>,
    /// Every carrier with this id or a greater one is among the newest.
    pub(super) from: i64,
    looked_up: HashMap<i64, bool>,
}

impl Default for List {
    /// Nothing is known.
    fn default() -> List {
        List {
            newest: Vec::new(),
            from: i64::MAX,
            looked_up: HashMap::new(),
        }
    }
}

impl List {
    /// Learns the newest, who are all when they are fewer than were asked for.
    fn read(&mut self, mut newest: Vec<i64>, most: u64) {
        newest.sort_unstable_by_key(|id| Reverse(*id));
        self.from = match newest.last() {
            Some(oldest) if newest.len() as u64 >= most => *oldest,
            _ => i64::MIN,
        };
        self.newest = newest;
    }

    /// The newest are known. Of a list that was only looked into they are not.
    fn is_read(&self) -> bool {
        self.from != i64::MAX
    }

    pub(super) fn is_whole(&self) -> bool {
        self.from == i64::MIN
    }

    fn has(&self, id: i64) -> Option<bool> {
        let listed = self
            .newest
            .binary_search_by_key(&Reverse(id), |id| Reverse(*id));
        if listed.is_ok() {
            return Some(true);
        }
        if id >= self.from {
            return Some(false);
        }
        self.looked_up.get(&id).copied()
    }
}

/// What is known of the index.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) lists: HashMap<Key, List>,
}

impl Known {
    pub(super) fn is_read(&self, key: Key) -> bool {
        self.lists.get(&key).is_some_and(List::is_read)
    }

    /// Learns the newest carriers, at most so many.
    pub(super) fn read(&mut self, key: Key, newest: Vec<i64>, most: u64) {
        self.lists.entry(key).or_default().read(newest, most);
    }

    /// Learns who of those that were looked up carries it.
    pub(super) fn looked_up(&mut self, key: Key, asked: Vec<i64>, found: &HashSet<i64>) {
        let list = self.lists.entry(key).or_default();
        let answers = asked.into_iter().map(|id| (id, found.contains(&id)));
        list.looked_up.extend(answers);
    }

    fn has(&self, key: Key, id: i64) -> Option<bool> {
        self.lists.get(&key)?.has(id)
    }

    fn fulfils(&self, any: &[Key], id: i64) -> Option<bool> {
        let mut open = false;
        for key in any {
            match self.has(*key, id) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => open = true,
            }
        }
        (!open).then_some(false)
    }

    /// The newest known carriers of any of these, the newest first.
    pub(super) fn newest(&self, any: &[Key]) -> Vec<i64> {
        let lists = any.iter().filter_map(|key| self.lists.get(key));
        let mut ids: Vec<i64> = lists.flat_map(|list| &list.newest).copied().collect();
        ids.sort_unstable_by_key(|id| Reverse(*id));
        ids.dedup();
        ids
    }

    /// Those of the candidates that are known to fulfil everything, in their order, as many as are wanted;
    /// and what is to be looked up, at most so much, before more can be known.
    pub(super) fn meet(
        &self,
        candidates: &[i64],
        others: &[AnyOf],
        wanted: usize,
        most: usize,
    ) -> (Vec<i64>, Vec<(Key, i64)>) {
        let (mut hits, mut open) = (Vec::new(), Vec::new());
        for &id in candidates {
            if hits.len() >= wanted {
                break;
            }
            let met: Vec<Option<bool>> = others.iter().map(|any| self.fulfils(any, id)).collect();
            if met.contains(&Some(false)) {
                continue;
            }
            if !met.contains(&None) {
                hits.push(id);
                continue;
            }
            // Whoever does not fulfil this need not be looked up for the next.
            let unknown = others.iter().zip(met).find(|(_, met)| met.is_none());
            for key in unknown.into_iter().flat_map(|(any, _)| any) {
                if open.len() < most && self.has(*key, id).is_none() {
                    open.push((*key, id));
                }
            }
        }
        (hits, open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An index in memory: who carries term 0, 1, 2, ….
    type Index = Vec<HashSet<i64>>;

    fn key(at: usize) -> Key {
        Key::Term(1, i64::try_from(at).unwrap_or(0))
    }

    /// What is known after some carriers of each term were read, and of some terms none.
    fn read(index: &Index, most: &[Option<u64>]) -> Known {
        let mut known = Known::default();
        for (at, carriers) in index.iter().enumerate() {
            if let Some(most) = most[at] {
                let mut newest: Vec<i64> = carriers.iter().copied().collect();
                newest.sort_unstable_by_key(|id| Reverse(*id));
                newest.truncate(usize::try_from(most).unwrap_or(usize::MAX));
                known.read(key(at), newest, most);
            }
        }
        known
    }

    proptest! {
        /// With enough look-ups exactly those are found who fulfil everything; with fewer, none who does not.
        #[test]
        fn who_fulfils_all_is_found(
            index in prop::collection::vec(prop::collection::hash_set(0_i64..60, 0..40), 6),
            most in prop::collection::vec(prop::option::of(1_u64..50), 6),
            wanted in 1_usize..70,
            (at_once, rounds) in (1_usize..20, 0_usize..400),
        ) {
            let mut known = read(&index, &most);
            let driver = [key(0), key(1)];
            let others = [vec![key(2), key(3)], vec![key(4), key(5)]];
            let candidates = known.newest(&driver);
            let carries = |any: &[Key], id: &i64| any.iter().any(|one| (0..6).any(|at| key(at) == *one && index[at].contains(id)));
            let mut expected = candidates.clone();
            expected.retain(|id| others.iter().all(|any| carries(any, id)));
            expected.truncate(wanted);
            let mut hits = Vec::new();
            for _ in 0..=rounds {
                let (found, open) = known.meet(&candidates, &others, wanted, at_once);
                hits = found;
                prop_assert!(open.len() <= at_once);
                prop_assert!(hits.iter().all(|id| others.iter().all(|any| carries(any, id))));
                if open.is_empty() {
                    prop_assert_eq!(&hits, &expected);
                    break;
                }
                for (key, id) in open {
                    let answer = carries(&[key], &id);
                    prop_assert_eq!(known.has(key, id), None, "nothing is looked up twice");
                    known.looked_up(key, vec![id], &answer.then_some(id).into_iter().collect());
                }
            }
            for (at, carriers) in index.iter().enumerate() {
                if known.is_read(key(at)) {
                    continue;
                }
                known.read(key(at), carriers.iter().copied().collect(), 100);
                prop_assert_eq!(known.newest(&[key(at)]).len(), carriers.len(), "looked into is not read");
            }
            if rounds >= 240 {
                prop_assert_eq!(&hits, &expected);
            }
        }
    }
}
