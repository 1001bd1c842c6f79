use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{first_rows, rotate, set_state, unlock};
use crate::{KeyState, Purpose};

#[test]
fn tags_are_the_same_each_time_and_differ_by_field_term_and_generation() {
    let rows = first_rows();
    let ring = unlock(&rows);
    assert_eq!(
        ring.tags64("last_name", "okafor"),
        unlock(&rows).tags64("last_name", "okafor")
    );
    assert_ne!(
        ring.tags64("last_name", "okafor"),
        ring.tags64("first_name", "okafor")
    );
    assert_ne!(
        ring.tags64("last_name", "okafor"),
        ring.tags64("last_name", "okafo")
    );
    let both = unlock(&rotate(&rows, Purpose::Index, 5)).tags64("last_name", "okafor");
    assert_eq!(both.len(), 2);
    assert_ne!(both[0].1, both[1].1);
    assert_eq!(both[1], ring.tags64("last_name", "okafor")[0]);
    // Another database has other tags for the same name.
    assert_ne!(
        unlock(&first_rows()).tags64("last_name", "okafor"),
        ring.tags64("last_name", "okafor")
    );
}

#[test]
fn field_and_term_do_not_run_into_each_other() {
    let ring = unlock(&first_rows());
    assert_ne!(ring.digests("name", "xa"), ring.digests("namex", "a"));
    assert_ne!(ring.digests("", "name"), ring.digests("name", ""));
}

#[test]
fn the_widths_are_prefixes_of_one_digest() {
    let ring = unlock(&first_rows());
    let (generation, digest) = ring.digests("unique_id", "P2026000017")[0];
    assert_eq!(generation, 2);
    let first = i64::from_be_bytes(digest[..8].try_into().unwrap());
    assert_eq!(ring.tags64("unique_id", "P2026000017"), [(2, first)]);
    for (asked, given) in [(0, 4), (4, 4), (8, 8), (32, 32), (99, 32)] {
        assert_eq!(
            ring.tags("unique_id", "P2026000017", asked),
            [(2, digest[..given].to_vec())]
        );
    }
}

#[test]
fn a_rotation_writes_both_generations_and_searches_the_complete_one() {
    let rows = first_rows();
    let ring = unlock(&rows);
    assert_eq!(
        (ring.write_generations(), ring.search_generation()),
        (vec![2], 2)
    );

    let mut rows = rotate(&rows, Purpose::Index, 5);
    let ring = unlock(&rows);
    assert_eq!(
        (ring.write_generations(), ring.search_generation()),
        (vec![5, 2], 2)
    );
    assert!(
        ring.tags64("phone", "+2348012345678")
            .contains(&ring.search_tag64("phone", "+2348012345678"))
    );
    assert!(
        ring.digests("phone", "+2348012345678")
            .contains(&ring.search_digest("phone", "+2348012345678"))
    );

    // A second rotation before the first rebuild is done: still only generation 2 is complete.
    let twice = unlock(&rotate(&rows, Purpose::Index, 6));
    assert_eq!(
        (twice.write_generations(), twice.search_generation()),
        (vec![6, 2, 5], 2)
    );

    set_state(&mut rows, 2, KeyState::Retired);
    let ring = unlock(&rows);
    assert_eq!(
        (ring.write_generations(), ring.search_generation()),
        (vec![5], 5)
    );
}

proptest! {
    #[test]
    fn different_pairs_have_different_digests(
        pairs in proptest::collection::btree_set(("[a-c]{0,3}", "[a-c]{0,3}"), 2..40)
    ) {
        let ring = unlock(&first_rows());
        let digests: BTreeSet<_> = pairs.iter().map(|(field, term)| ring.search_digest(field, term).1).collect();
        prop_assert_eq!(digests.len(), pairs.len());
    }
}
