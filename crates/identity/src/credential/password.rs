//! Hashing and verifying passwords.
//!
//! Argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane; RFC 9106 describes the function),
//! stored as PHC strings. Each run takes tens of milliseconds and 19 MiB, so runs go to the
//! blocking pool, as many at a time as there are processors; some more wait, and beyond that
//! [`PasswordError::Busy`] is answered at once. A login storm thus neither starves the async
//! workers nor exhausts memory.
//!
//! An unknown user, one without a usable password and a wrong password cost the same: when there
//! is nothing to verify against, a dummy hash of the same parameters is verified. While hashes
//! imported from Django remain, set [`HasherConfig::legacy_iterations`]: then every verification
//! costs one Argon2id and one PBKDF2, whichever the user has.

use std::num::NonZeroU32;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::django::{self, DjangoHash};
use super::password_policy::{MAX_BYTES, PasswordPolicy, PasswordProblem, normalise};
use super::random::random;
use super::secret_text::SecretText;

/// A stored hash that asks for more memory than this (KiB) is not run: 256 MiB, four times
/// RFC 9106's second recommendation.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
/// A stored hash that asks for more passes or lanes than this is not run.
const MAX_PASSES_AND_LANES: u32 = 16;

/// Why a password was not hashed or verified. None of these says anything about the password's
/// being right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many are waiting already; answer 503 with `Retry-After`.
    #[error("too many passwords are being checked")]
    Busy,
    /// More than [`MAX_BYTES`] bytes were to be hashed.
    #[error("the password has more than {MAX_BYTES} bytes")]
    TooLong,
    /// The parameters are outside Argon2's range.
    #[error("the password hashing parameters are invalid")]
    Parameters,
    /// Out of memory, without randomness, or shutting down.
    #[error("the password could not be hashed")]
    Failed,
}

/// Costs and limits of a [`Hasher`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HasherConfig {
    /// Memory of a run in KiB. Default 19456 (19 MiB); at least 8 times the lanes, at most 256 MiB.
    pub memory_kib: u32,
    /// Passes over the memory. Default 2; 1 to 16.
    pub passes: u32,
    /// Lanes. Default 1; 1 to 16. They are computed one after the other.
    pub lanes: u32,
    /// Runs at the same time. Default the number of processors; at least 1.
    pub parallel: usize,
    /// Callers that may wait for a run. Default 64 for each processor.
    pub max_waiting: usize,
    /// The PBKDF2 iterations of imported Django hashes as long as there are any, so that their
    /// users cannot be told by time. Default none.
    pub legacy_iterations: Option<NonZeroU32>,
}

impl Default for HasherConfig {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            memory_kib: Params::DEFAULT_M_COST,
            passes: Params::DEFAULT_T_COST,
            lanes: Params::DEFAULT_P_COST,
            parallel: processors,
            max_waiting: 64 * processors,
            legacy_iterations: None,
        }
    }
}

/// Hashes and verifies passwords. Cheap to clone; clones share the limits.
#[derive(Clone)]
pub struct Hasher {
    rule: Arc<Rule>,
    /// One permit for each run at the same time.
    running: Arc<Semaphore>,
    /// One permit for each run and each caller waiting.
    admitted: Arc<Semaphore>,
}

/// The computation itself, on whatever thread.
struct Rule {
    argon2: Argon2<'static>,
    dummy: PasswordHash,
    legacy_iterations: Option<NonZeroU32>,
}

impl Hasher {
    /// Prepares a hasher and its dummy hash, which takes as long as one run.
    ///
    /// # Errors
    /// [`PasswordError::Parameters`] for costs out of range, [`PasswordError::Failed`] without
    /// randomness or memory.
    pub fn new(config: HasherConfig) -> Result<Self, PasswordError> {
        let within = config.memory_kib <= MAX_MEMORY_KIB
            && config.passes.max(config.lanes) <= MAX_PASSES_AND_LANES
            && (1..=1024).contains(&config.parallel)
            && config.max_waiting <= 1 << 20;
        if !within {
            return Err(PasswordError::Parameters);
        }
        let params = Params::new(config.memory_kib, config.passes, config.lanes, None)
            .map_err(|_| PasswordError::Parameters)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = random::<32>().map_err(|_| PasswordError::Failed)?;
        let dummy = hash_bytes(&argon2, nobody.as_ref())?;
        Ok(Self {
            rule: Arc::new(Rule {
                argon2,
                dummy,
                legacy_iterations: config.legacy_iterations,
            }),
            running: Arc::new(Semaphore::new(config.parallel)),
            admitted: Arc::new(Semaphore::new(config.parallel + config.max_waiting)),
        })
    }

    /// Hashes a password under a new salt, as a PHC string. The policy is checked elsewhere.
    ///
    /// # Errors
    /// Any [`PasswordError`] but `Parameters`.
    pub async fn hash(&self, password: impl Into<SecretText>) -> Result<String, PasswordError> {
        let password = password.into();
        if password.expose().len() > MAX_BYTES {
            return Err(PasswordError::TooLong);
        }
        self.run(move |rule| {
            let normalised = normalise(password.expose());
            hash_bytes(&rule.argon2, normalised.as_bytes()).map(|hash| hash.to_string())
        })
        .await?
    }

    /// Whether the password is the one stored. `stored` is the user's hash, of Argon2id or
    /// Django's; `None` for an unknown user, which costs as much and is never right. So does a
    /// hash that cannot be read.
    ///
    /// # Errors
    /// [`PasswordError::Busy`] or [`PasswordError::Failed`]; neither depends on the user.
    pub async fn verify(
        &self,
        password: impl Into<SecretText>,
        stored: Option<String>,
    ) -> Result<bool, PasswordError> {
        let password = password.into();
        self.run(move |rule| rule.verify(password.expose(), stored.as_deref()))
            .await
    }

    /// Checks a new password by [`PasswordPolicy::check`] on the blocking pool, within the same
    /// limits as hashing, because the estimate can be made slow.
    ///
    /// # Errors
    /// Outer: [`PasswordError::Busy`] or [`PasswordError::Failed`]. Inner: what is wrong with it.
    pub async fn check_policy(
        &self,
        password: impl Into<SecretText>,
        user_words: Vec<String>,
    ) -> Result<Result<(), PasswordProblem>, PasswordError> {
        let password = password.into();
        self.run(move |_| {
            let words: Vec<&str> = user_words.iter().map(String::as_str).collect();
            PasswordPolicy::check(password.expose(), &words)
        })
        .await
    }

    /// Whether a stored hash should be replaced by a new one after the next successful login,
    /// because it is of another kind, of other costs, or unreadable.
    #[must_use]
    pub fn needs_rehash(&self, stored: &str) -> bool {
        parse_argon2id(stored)
            .and_then(|hash| Params::try_from(&hash).ok())
            .is_none_or(|params| {
                let wanted = self.rule.argon2.params();
                (params.m_cost(), params.t_cost(), params.p_cost())
                    != (wanted.m_cost(), wanted.t_cost(), wanted.p_cost())
                    || params
                        .output_len()
                        .is_some_and(|length| length < Params::DEFAULT_OUTPUT_LEN)
            })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Rule) -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let admitted = Arc::clone(&self.admitted)
            .try_acquire_owned()
            .map_err(|_| PasswordError::Busy)?;
        let running = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|_| PasswordError::Failed)?;
        let rule = Arc::clone(&self.rule);
        // A blocking task runs to its end even when the caller has gone, so the permits go along.
        tokio::task::spawn_blocking(move || {
            let _permits: (OwnedSemaphorePermit, OwnedSemaphorePermit) = (running, admitted);
            work(&rule)
        })
        .await
        .map_err(|_| PasswordError::Failed)
    }
}

impl Rule {
    /// Always one Argon2id, and one PBKDF2 while imported hashes are expected.
    fn verify(&self, password: &str, stored: Option<&str>) -> bool {
        // Such a password was never set; a shorter one stands in for it so that it costs the same.
        let possible = password.len() <= MAX_BYTES;
        let password = if possible { password } else { "" };

        let argon2id = stored.and_then(parse_argon2id);
        let hash = argon2id.as_ref().unwrap_or(&self.dummy);
        let computed = self
            .argon2
            .verify_password(normalise(password).as_bytes(), hash)
            .is_ok();
        let right = computed && argon2id.is_some();

        let imported = match stored.and_then(DjangoHash::parse) {
            Some(hash) => hash.verify(password),
            None => {
                if let Some(iterations) = self.legacy_iterations {
                    django::burn(iterations, password);
                }
                false
            }
        };
        possible && (right || imported)
    }
}

fn hash_bytes(argon2: &Argon2<'_>, password: &[u8]) -> Result<PasswordHash, PasswordError> {
    let salt = random::<16>().map_err(|_| PasswordError::Failed)?;
    argon2
        .hash_password_with_salt(password, salt.as_ref())
        .map_err(|_| PasswordError::Failed)
}

/// A stored Argon2id hash of the current version and of bearable cost, with its salt and output.
fn parse_argon2id(stored: &str) -> Option<PasswordHash> {
    let hash = PasswordHash::new(stored).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let readable = hash.algorithm == ARGON2ID_IDENT
        && hash.version == Some(Version::V0x13.into())
        && hash.salt.is_some()
        // A shorter output would be matched by chance.
        && hash.hash.as_ref().is_some_and(|output| output.len() >= 16);
    let bearable = params.m_cost() <= MAX_MEMORY_KIB
        && params.t_cost().max(params.p_cost()) <= MAX_PASSES_AND_LANES;
    (readable && bearable).then_some(hash)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
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

    /// The fastest of several runs is robust against other load. So many iterations cost more than
    /// an Argon2id run: leaving either out would show.
    #[test]
    fn unknown_users_cost_as_much_as_wrong_passwords() {
        let legacy_iterations = NonZeroU32::new(300_000);
        let hasher = Hasher::new(HasherConfig {
            legacy_iterations,
            ..HasherConfig::default()
        })
        .unwrap();
        let stored = hash_bytes(&hasher.rule.argon2, b"correct horse")
            .unwrap()
            .to_string();
        let django = DJANGO.replace("1000", "300000");
        let others = [
            Some(stored.as_str()),
            None,
            Some(django.as_str()),
            Some("!"),
            Some(""),
        ];
        let mut fastest = [Duration::MAX; 5];
        // Taken in turns, so that load from elsewhere falls on all alike.
        for _ in 0..8 {
            for (other, fastest) in others.iter().zip(&mut fastest) {
                let start = Instant::now();
                assert!(!hasher.rule.verify("wrong", *other));
                *fastest = (*fastest).min(start.elapsed());
            }
        }
        for (other, time) in others.iter().zip(fastest) {
            let ratio = time.as_secs_f64() / fastest[0].as_secs_f64();
            assert!((0.4..2.5).contains(&ratio), "{other:?}: {fastest:?}");
        }
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
            assert!(!rule.verify("the dummy", stored));
        }
    }
}
