use proptest::prelude::*;

use super::{first_rows, now, rotate, set_state, unlock};
use crate::{GENESIS, Head, KeyState, Purpose, SealError, SignedHead, chain};

fn head() -> Head {
    Head {
        sequence: 3,
        hash: chain(&GENESIS, 1, b"row"),
        at: now(),
    }
}

#[test]
fn an_audit_row_verifies_unchanged_only() {
    let ring = unlock(&first_rows());
    let mac = ring.audit_mac(b"row 1");
    assert!(ring.verify_audit(b"row 1", &mac));
    assert!(!ring.verify_audit(b"row 2", &mac));
    assert!(!ring.verify_audit(b"row 1", &mac[..31]));
    assert!(!ring.verify_audit(b"row 1", &[]));
    for at in 0..32 {
        let mut changed = mac;
        changed[at] ^= 1;
        assert!(!ring.verify_audit(b"row 1", &changed));
    }
    assert!(
        !unlock(&first_rows()).verify_audit(b"row 1", &mac),
        "another database's key verified it"
    );
}

#[test]
fn audit_rows_outlive_their_key() {
    let rows = first_rows();
    let mac = unlock(&rows).audit_mac(b"row 1");
    let signed = unlock(&rows).sign_head(head());
    let mut rows = rotate(&rows, Purpose::Audit, 5);
    set_state(&mut rows, 3, KeyState::Retired);
    let ring = unlock(&rows);
    assert_ne!(ring.audit_mac(b"row 1"), mac);
    assert!(ring.verify_audit(b"row 1", &mac));
    assert!(ring.verify_head(&signed));
    assert_eq!(ring.sign_head(head()).key, 5);
}

#[test]
fn a_signed_head_verifies_unchanged_only_and_survives_its_line() {
    let ring = unlock(&first_rows());
    let signed = ring.sign_head(head());
    assert!(ring.verify_head(&signed));
    let line = signed.to_string();
    assert!(
        line.starts_with("3 ") && line.contains(" 2026-11-23T08:00:00Z 3 "),
        "{line}"
    );
    assert_eq!(format!("{line}\n").parse::<SignedHead>().unwrap(), signed);

    let later = Head {
        at: now() + jiff::SignedDuration::from_nanos(1),
        ..head()
    };
    let changes = [
        SignedHead {
            head: Head {
                sequence: 2,
                ..head()
            },
            ..signed
        },
        SignedHead {
            head: Head {
                hash: GENESIS,
                ..head()
            },
            ..signed
        },
        SignedHead {
            head: later,
            ..signed
        },
        SignedHead { key: 4, ..signed },
        SignedHead {
            mac: ring.audit_mac(b"row 1"),
            ..signed
        },
    ];
    for changed in changes {
        assert!(!ring.verify_head(&changed), "{changed:?}");
    }
}

#[test]
fn other_lines_are_no_heads() {
    let line = unlock(&first_rows()).sign_head(head()).to_string();
    let without_last_word = line.rsplit_once(' ').unwrap().0.to_owned();
    let bad_digit = format!("{}g", &line[..line.len() - 1]);
    let wrong = [
        String::new(),
        format!("{line} x"),
        without_last_word,
        bad_digit,
        line.replace(' ', "  "),
    ];
    for text in wrong {
        assert!(
            matches!(text.parse::<SignedHead>(), Err(SealError::HeadText)),
            "{text}"
        );
    }
}

#[test]
fn token_secrets_follow_the_rotation() {
    let rows = first_rows();
    let old = unlock(&rows).token_secret().bytes().to_owned();
    let mut rows = rotate(&rows, Purpose::Token, 5);
    let ring = unlock(&rows);
    assert_ne!(ring.token_secret().bytes(), &old);
    let verifying: Vec<_> = ring
        .token_secrets()
        .map(|(id, secret)| (id, *secret.bytes()))
        .collect();
    assert_eq!(verifying, [(5, *ring.token_secret().bytes()), (4, old)]);
    set_state(&mut rows, 4, KeyState::Retired);
    assert_eq!(unlock(&rows).token_secrets().count(), 1);
}

fn chained(rows: &[Vec<u8>]) -> [u8; 32] {
    rows.iter()
        .zip(1..)
        .fold(GENESIS, |hash, (row, sequence)| chain(&hash, sequence, row))
}

proptest! {
    #[test]
    fn a_changed_removed_or_exchanged_row_changes_the_end_of_the_chain(
        rows in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 2..12),
        at: prop::sample::Index, other: prop::sample::Index
    ) {
        let end = chained(&rows);
        let (at, other) = (at.index(rows.len()), other.index(rows.len()));
        let mut changed = rows.clone();
        changed[at].push(0);
        prop_assert_ne!(chained(&changed), end);
        let mut removed = rows.clone();
        removed.remove(at);
        prop_assert_ne!(chained(&removed), end);
        let mut exchanged = rows.clone();
        exchanged.swap(at, other);
        prop_assert_eq!(chained(&exchanged) == end, rows[at] == rows[other]);
    }
}
