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
use std::sync::atomic::{AtomicU64, Ordering};

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
    /// Passwords verified since the start.
    verified: Arc<AtomicU64>,
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
            verified: Arc::default(),
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
        let verified = Arc::clone(&self.verified);
        self.run(move |rule| {
            verified.fetch_add(1, Ordering::Relaxed);
            rule.verify(password.expose(), stored.as_deref()).0
        })
        .await
    }

    /// How many passwords were verified since the start, right or wrong, for known users and unknown.
    #[must_use]
    pub fn verifications(&self) -> u64 {
        self.verified.load(Ordering::Relaxed)
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

/// What a verification cost, which must not depend on whom it was for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Work {
    /// Blocks of 1 KiB that Argon2 filled, over all passes.
    argon2_blocks: u64,
    /// Iterations of PBKDF2.
    pbkdf2_iterations: u64,
}

impl Rule {
    /// Always one Argon2id, and one PBKDF2 while imported hashes are expected.
    fn verify(&self, password: &str, stored: Option<&str>) -> (bool, Work) {
        let mut work = Work::default();
        // Such a password was never set; a shorter one stands in for it so that it costs the same.
        let possible = password.len() <= MAX_BYTES;
        let password = if possible { password } else { "" };

        let argon2id = stored.and_then(parse_argon2id);
        let hash = argon2id.as_ref().unwrap_or(&self.dummy);
        let computed = self.argon2id(password, hash, &mut work);
        let right = computed && argon2id.is_some();

        let imported = match stored.and_then(DjangoHash::parse) {
            Some(hash) => {
                work.pbkdf2_iterations += u64::from(hash.iterations().get());
                hash.verify(password)
            }
            None => {
                if let Some(iterations) = self.legacy_iterations {
                    work.pbkdf2_iterations += u64::from(iterations.get());
                    django::burn(iterations, password);
                }
                false
            }
        };
        (possible && (right || imported), work)
    }

    fn argon2id(&self, password: &str, hash: &PasswordHash, work: &mut Work) -> bool {
        if let Ok(params) = Params::try_from(hash) {
            work.argon2_blocks += u64::from(params.m_cost()) * u64::from(params.t_cost());
        }
        self.argon2
            .verify_password(normalise(password).as_bytes(), hash)
            .is_ok()
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
#[path = "password_tests.rs"]
mod tests;
