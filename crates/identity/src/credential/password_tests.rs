use super::*;
use std::time::{Duration, Instant};

const DJANGO: &str = "pbkdf2_sha256$1000$seasalt$+fTq8kxciOZYn7p/57lEwH/o9FkVflmqEef8RXmYiLg=";
const DJANGO_PASSWORD: &str = "caf\u{e9} \u{fb01}n";
/// Argon2's own test data: the reference implementation's `argon2 somesalt -t 2 -m 16 -p 1
/// -id` of the password "password".
const REFERENCE: &str =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

fn cheap() -> HasherConfig {
    HasherConfig {
        memory_kib: 64,
        passes: 1,
        ..HasherConfig::default()
    }
}

#[tokio::test]
async fn a_hash_verifies_its_password_only() {
    let hasher = Hasher::new(HasherConfig::default()).unwrap();
    let stored = hasher.hash("correct horse").await.unwrap();
    assert!(
        stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{stored}"
    );
    assert_eq!(
        hasher.verify("correct horse", Some(stored.clone())).await,
        Ok(true)
    );
    assert_eq!(
        hasher.verify("correct horsf", Some(stored.clone())).await,
        Ok(false)
    );
    assert_eq!(hasher.verify("", Some(stored.clone())).await, Ok(false));
    assert_ne!(hasher.hash("correct horse").await.unwrap(), stored);
    assert!(!hasher.needs_rehash(&stored));
}

#[tokio::test]
async fn verifies_the_reference_implementation() {
    let hasher = Hasher::new(cheap()).unwrap();
    assert_eq!(
        hasher.verify("password", Some(REFERENCE.into())).await,
        Ok(true)
    );
    assert_eq!(
        hasher.verify("Password", Some(REFERENCE.into())).await,
        Ok(false)
    );
    assert!(hasher.needs_rehash(REFERENCE));
}

#[tokio::test]
async fn the_same_text_in_another_encoding_is_the_same_password() {
    let hasher = Hasher::new(cheap()).unwrap();
    let stored = hasher.hash("cafe\u{301} \u{fb01}n").await.unwrap();
    assert_eq!(hasher.verify("caf\u{e9} fin", Some(stored)).await, Ok(true));
}

#[tokio::test]
async fn unknown_users_and_unreadable_hashes_are_never_right() {
    let hasher = Hasher::new(cheap()).unwrap();
    let argon2i = REFERENCE.replace("argon2id", "argon2i");
    let greedy = REFERENCE.replace("m=65536", "m=4194304");
    let slow = REFERENCE.replace("t=2", "t=4000000");
    let unversioned = REFERENCE.replace("v=19$", "");
    let without_output = &REFERENCE[..REFERENCE.rfind('$').unwrap()];
    for stored in [
        "",
        "!",
        "password",
        "$argon2id$",
        &argon2i,
        &greedy,
        &slow,
        &unversioned,
        without_output,
    ] {
        let answer = hasher.verify("password", Some(stored.to_owned())).await;
        assert_eq!(answer, Ok(false), "{stored}");
        assert!(hasher.needs_rehash(stored), "{stored}");
    }
    assert_eq!(hasher.verify("password", None).await, Ok(false));
    assert_eq!(hasher.verify("", None).await, Ok(false));
}

#[tokio::test]
async fn imported_hashes_verify_and_ask_to_be_replaced() {
    for legacy_iterations in [None, NonZeroU32::new(1000)] {
        let hasher = Hasher::new(HasherConfig {
            legacy_iterations,
            ..cheap()
        })
        .unwrap();
        assert_eq!(
            hasher.verify(DJANGO_PASSWORD, Some(DJANGO.into())).await,
            Ok(true)
        );
        assert_eq!(hasher.verify("wrong", Some(DJANGO.into())).await, Ok(false));
        assert!(hasher.needs_rehash(DJANGO));
        let replaced = hasher.hash(DJANGO_PASSWORD).await.unwrap();
        assert!(!hasher.needs_rehash(&replaced));
        assert_eq!(
            hasher.verify(DJANGO_PASSWORD, Some(replaced)).await,
            Ok(true)
        );
    }
}

#[tokio::test]
async fn other_costs_ask_for_a_new_hash() {
    let stored = Hasher::new(cheap())
        .unwrap()
        .hash("correct horse")
        .await
        .unwrap();
    let cases = [
        (cheap(), false),
        (
            HasherConfig {
                memory_kib: 128,
                ..cheap()
            },
            true,
        ),
        (
            HasherConfig {
                passes: 2,
                ..cheap()
            },
            true,
        ),
        (
            HasherConfig {
                lanes: 2,
                ..cheap()
            },
            true,
        ),
    ];
    for (config, expected) in cases {
        assert_eq!(
            Hasher::new(config).unwrap().needs_rehash(&stored),
            expected,
            "{config:?}"
        );
    }
}

#[tokio::test]
async fn the_policy_is_checked_off_the_async_workers() {
    let hasher = Hasher::new(cheap()).unwrap();
    let words = || vec!["aminakiplagat".to_owned()];
    let answer = hasher.check_policy("aminakiplagat", words()).await;
    assert_eq!(answer, Ok(Err(PasswordProblem::TooSimilar)));
    let answer = hasher.check_policy("correct horse battery", words()).await;
    assert_eq!(answer, Ok(Ok(())));
}

#[tokio::test]
async fn overlong_passwords_are_not_hashed() {
    let hasher = Hasher::new(cheap()).unwrap();
    assert_eq!(
        hasher.hash("x".repeat(MAX_BYTES + 1)).await,
        Err(PasswordError::TooLong)
    );
    let empty = hasher.hash("").await.unwrap();
    let overlong = "x".repeat(MAX_BYTES + 1);
    assert_eq!(hasher.verify(overlong, Some(empty)).await, Ok(false));
}

#[test]
fn costs_out_of_range_are_refused() {
    for config in [
        HasherConfig {
            memory_kib: 1,
            ..cheap()
        },
        HasherConfig {
            memory_kib: MAX_MEMORY_KIB + 1,
            ..cheap()
        },
        HasherConfig {
            passes: 0,
            ..cheap()
        },
        HasherConfig {
            passes: 17,
            ..cheap()
        },
        HasherConfig {
            lanes: 0,
            ..cheap()
        },
        HasherConfig {
            parallel: 0,
            ..cheap()
        },
    ] {
        assert!(
            matches!(Hasher::new(config), Err(PasswordError::Parameters)),
            "{config:?}"
        );
    }
}

#[tokio::test]
async fn a_storm_is_bounded_and_the_excess_is_told() {
    let config = HasherConfig {
        parallel: 1,
        max_waiting: 2,
        ..HasherConfig::default()
    };
    let hasher = Hasher::new(config).unwrap();
    let storm: Vec<_> = (0..10)
        .map(|_| {
            tokio::spawn({
                let hasher = hasher.clone();
                async move { hasher.verify("guess", None).await }
            })
        })
        .collect();
    let mut answers = Vec::new();
    for attempt in storm {
        answers.push(attempt.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|a| **a == Ok(false)).count(), 3);
    assert_eq!(
        answers
            .iter()
            .filter(|a| **a == Err(PasswordError::Busy))
            .count(),
        7
    );
    assert_eq!(hasher.verify("guess", None).await, Ok(false));
}

#[tokio::test]
async fn a_caller_who_leaves_keeps_the_place_until_the_run_ends() {
    let config = HasherConfig {
        parallel: 1,
        max_waiting: 0,
        passes: 8,
        ..HasherConfig::default()
    };
    let hasher = Hasher::new(config).unwrap();
    let left = tokio::time::timeout(Duration::from_millis(1), hasher.verify("guess", None));
    assert!(left.await.is_err());
    assert_eq!(hasher.verify("guess", None).await, Err(PasswordError::Busy));
    let deadline = Instant::now() + Duration::from_secs(20);
    while hasher.verify("guess", None).await == Err(PasswordError::Busy) {
        assert!(Instant::now() < deadline, "the permit was lost");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Work is counted where it is done, not timed: leaving either function out would show on any
/// machine, however busy.
#[tokio::test]
async fn unknown_users_cost_as_much_as_wrong_passwords() {
    let legacy = NonZeroU32::new(1000);
    for legacy_iterations in [None, legacy] {
        let hasher = Hasher::new(HasherConfig {
            legacy_iterations,
            ..cheap()
        })
        .unwrap();
        let stored = hash_bytes(&hasher.rule.argon2, b"correct horse").unwrap();
        let stored = stored.to_string();
        let overlong = "x".repeat(MAX_BYTES + 1);
        let expected = Work {
            argon2_blocks: 64,
            pbkdf2_iterations: legacy_iterations.map_or(0, u32::from).into(),
        };
        for password in ["wrong", "", "correct horse", &overlong] {
            for other in [Some(stored.as_str()), None, Some("!"), Some("")] {
                let (right, work) = hasher.rule.verify(password, other);
                assert_eq!(work, expected, "{other:?}");
                assert_eq!(
                    right,
                    password == "correct horse" && other.is_some_and(|hash| hash.len() > 1)
                );
            }
        }
        // One who was imported costs what the others do from the moment that this is expected.
        let (_, work) = hasher.rule.verify("wrong", Some(DJANGO));
        assert_eq!(work.argon2_blocks, 64);
        assert_eq!(work.pbkdf2_iterations, 1000);
    }
    let costly = HasherConfig {
        memory_kib: 128,
        passes: 3,
        ..cheap()
    };
    let (_, work) = Hasher::new(costly).unwrap().rule.verify("wrong", None);
    assert_eq!(work.argon2_blocks, 3 * 128);
}

#[tokio::test]
async fn verifications_are_counted() {
    let hasher = Hasher::new(cheap()).unwrap();
    let before = hasher.verifications();
    assert_eq!(hasher.verify("guess", None).await, Ok(false));
    assert_eq!(
        hasher.clone().verify("guess", Some("!".into())).await,
        Ok(false)
    );
    assert_eq!(hasher.verifications() - before, 2);
}

/// The dummy must not become a password that opens every account.
#[test]
fn matching_the_dummy_proves_nothing() {
    let argon2 = Hasher::new(cheap()).unwrap().rule.argon2.clone();
    let dummy = hash_bytes(&argon2, b"the dummy").unwrap();
    let rule = Rule {
        argon2,
        dummy,
        legacy_iterations: None,
    };
    for stored in [None, Some(""), Some("!")] {
        assert!(!rule.verify("the dummy", stored).0);
    }
}
