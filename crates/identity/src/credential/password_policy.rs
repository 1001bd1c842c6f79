//! Which passwords may be chosen.
//!
//! After NIST SP 800-63B-4 §3.1.1: at least eight characters, long passphrases and any Unicode
//! welcome, no rules about kinds of characters, but nothing that an attacker tries first. What
//! that is, is estimated with zxcvbn's dictionaries and patterns, told the user's own names.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

use super::random::{RandomError, crockford, random};
use super::secret_text::SecretText;

/// Fewest characters (Unicode code points after normalisation).
pub const MIN_CHARACTERS: usize = 8;
/// Most bytes of UTF-8: far beyond any passphrase, and a bound on the work of normalising.
pub const MAX_BYTES: usize = 4096;
/// Passwords are estimated in pieces of so many characters. The estimate's cost grows with the
/// square of the length (twenty different look-alike symbols over and over took seconds), and
/// beyond twenty characters its arithmetic overflows.
const PIECE_CHARACTERS: usize = 16;
/// How many pieces are looked at before a password without a strong one is given up.
const PIECES: usize = 4;
/// Names of the service itself, guessed first like the user's own.
const SERVICE_WORDS: [&str; 4] = ["chelal", "hospital", "clinic", "patient"];

/// Why a password was refused. [`PasswordProblem::key`] and [`PasswordProblem::args`] choose the
/// text shown to the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Fewer than [`MIN_CHARACTERS`] characters.
    #[error("the password has fewer than {MIN_CHARACTERS} characters")]
    TooShort,
    /// More than [`MAX_BYTES`] bytes.
    #[error("the password has more than {MAX_BYTES} bytes")]
    TooLong,
    /// Contains NUL or another control character, which other programs cut off or cannot type.
    #[error("the password contains a control character")]
    ControlCharacter,
    /// Among the first that an attacker would try.
    #[error("the password is too easy to guess")]
    TooCommon,
    /// The user's own name or address, or little more.
    #[error("the password is too similar to the user's name or e-mail address")]
    TooSimilar,
}

impl PasswordProblem {
    /// Stable key of the text and code of the error.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::TooShort => "password-too-short",
            Self::TooLong => "password-too-long",
            Self::ControlCharacter => "password-control-character",
            Self::TooCommon => "password-too-common",
            Self::TooSimilar => "password-too-similar",
        }
    }

    /// Named numbers that the text mentions.
    #[must_use]
    pub fn args(self) -> &'static [(&'static str, usize)] {
        match self {
            Self::TooShort => &[("min", MIN_CHARACTERS)],
            Self::TooLong => &[("max", MAX_BYTES)],
            Self::ControlCharacter | Self::TooCommon | Self::TooSimilar => &[],
        }
    }
}

/// The rule for new passwords. Existing ones are never checked again at login.
pub struct PasswordPolicy;

impl PasswordPolicy {
    /// Checks a new password. `user_words` are what others know of the user: username, e-mail,
    /// names, phone. Takes some milliseconds of processor time, for passwords made to be slow
    /// many: on an async worker use [`Hasher::check_policy`](super::password::Hasher::check_policy).
    ///
    /// # Errors
    /// The first [`PasswordProblem`] found, in the order of its variants.
    pub fn check(password: &str, user_words: &[&str]) -> Result<(), PasswordProblem> {
        // Before normalising, whose output can be 18 times as long.
        if password.len() > MAX_BYTES {
            return Err(PasswordProblem::TooLong);
        }
        let password = normalise(password);
        if password.chars().count() < MIN_CHARACTERS {
            return Err(PasswordProblem::TooShort);
        }
        if password.chars().any(char::is_control) {
            return Err(PasswordProblem::ControlCharacter);
        }

        let known = known_words(user_words);
        let folded = Zeroizing::new(password.to_lowercase());
        let reversed = Zeroizing::new(folded.chars().rev().collect::<String>());
        if known
            .iter()
            .any(|word| **word == *folded || **word == *reversed)
        {
            return Err(PasswordProblem::TooSimilar);
        }

        let mut words = SERVICE_WORDS.to_vec();
        words.extend(known.iter().map(|word| word.as_str()));
        if is_hard_to_guess(&password, &words) {
            Ok(())
        } else if !known.is_empty() && is_hard_to_guess(&password, &SERVICE_WORDS) {
            Err(PasswordProblem::TooSimilar)
        } else {
            Err(PasswordProblem::TooCommon)
        }
    }
}

/// Whether some piece of the password alone takes a million guesses or more; fewer are within
/// reach of patient guessing online. A passphrase has such a piece, a weak word repeated has none.
fn is_hard_to_guess(password: &str, words: &[&str]) -> bool {
    let mut rest = password.chars();
    (0..PIECES).any(|_| {
        let piece = Zeroizing::new(rest.by_ref().take(PIECE_CHARACTERS).collect::<String>());
        !piece.is_empty() && zxcvbn(&piece, words).score() >= Score::Two
    })
}

/// NFKC, so that the same password typed on another keyboard or system is the same bytes.
pub(super) fn normalise(password: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(password.len()));
    if password.is_ascii() {
        text.push_str(password);
    } else {
        text.extend(password.nfkc());
    }
    text
}

/// Every word as it is and in its parts (`amina.k@hospital.example` has five), folded. Parts of
/// one or two letters would make accidental matches.
fn known_words(user_words: &[&str]) -> Vec<Zeroizing<String>> {
    let mut known = Vec::new();
    for word in user_words.iter().take(16) {
        let word = Zeroizing::new(
            normalise(word)
                .chars()
                .take(256)
                .collect::<String>()
                .to_lowercase(),
        );
        let local = word.split('@').next().unwrap_or_default();
        let parts = word.split(|c: char| !c.is_alphanumeric());
        for part in [word.as_str(), local].into_iter().chain(parts) {
            if part.chars().count() > 2 && !known.iter().any(|k: &Zeroizing<String>| **k == *part) {
                known.push(Zeroizing::new(part.to_owned()));
            }
        }
    }
    known
}

/// A temporary password of 80 random bits (`7k3m-qx2a-9ftd-0whe`), shown once to whoever resets a
/// user's password and to be changed at the next login.
///
/// # Errors
/// [`RandomError`] when there is no randomness.
pub fn temporary_password() -> Result<SecretText, RandomError> {
    let code = crockford(random::<10>()?.as_ref());
    let mut text = Zeroizing::new(String::with_capacity(19));
    for (i, c) in code.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            text.push('-');
        }
        text.push(c.to_ascii_lowercase());
    }
    Ok(SecretText::from(text))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use PasswordProblem::{ControlCharacter, TooCommon, TooLong, TooShort, TooSimilar};
    use proptest::prelude::*;

    const USER: [&str; 4] = [
        "aminakiplagat",
        "amina.k@hospital.example",
        "Amina",
        "Kiplagat",
    ];

    #[test]
    fn cases() {
        let accepted = [
            "correct horse battery staple",
            "sixty-four letters all lower case are a good passphrase to keep.",
            "thequietriverrunspastseventallacaciatreesbeforeitreachesthelake.",
            "Tr0ub4dour&3",
            "StrongPass123!",
            "xkq7-vw2m",
            "пароль-для-мамы-и-папы",
            "正しい馬電池の釘を打つ",
            "🦒🦓🐘🦏🦛🐊🦩🦚",
            "ndoto njema za usiku",
            "amina likes long walks by lake victoria",
        ];
        for password in accepted {
            assert_eq!(PasswordPolicy::check(password, &USER), Ok(()), "{password}");
        }
        let refused = [
            ("", TooShort),
            ("1234567", TooShort),
            ("e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}", TooShort),
            ("password1", TooCommon),
            ("Password1", TooCommon),
            ("p@ssw0rd", TooCommon),
            ("qwertyuiop", TooCommon),
            ("12345678", TooCommon),
            ("letmein123", TooCommon),
            ("aaaaaaaaaaaaaaaa", TooCommon),
            ("abcdefghijkl", TooCommon),
            ("hospital1", TooCommon),
            ("passwordpasswordpasswordpassword", TooCommon),
            (
                "4444444444444444444444444444444444444444444444444444444444444444444",
                TooCommon,
            ),
            // Full-width letters are the same password after NFKC.
            ("ｐａｓｓｗｏｒｄ１", TooCommon),
            ("aminakiplagat", TooSimilar),
            ("AminaKiplagat", TooSimilar),
            ("tagalpikanima", TooSimilar),
            ("amina.k@hospital.example", TooSimilar),
            ("Kiplagat1", TooSimilar),
            ("with\0a nul in it", ControlCharacter),
            ("with a\nnew line", ControlCharacter),
            ("with a \u{85} control", ControlCharacter),
        ];
        for (password, problem) in refused {
            assert_eq!(
                PasswordPolicy::check(password, &USER),
                Err(problem),
                "{password:?}"
            );
        }
    }

    #[test]
    fn length_is_bounded_in_bytes() {
        let long = "a lot of words make a long text ".repeat(128);
        assert_eq!(long.len(), MAX_BYTES);
        assert_eq!(PasswordPolicy::check(&long, &[]), Ok(()));
        assert_eq!(
            PasswordPolicy::check(&format!("{long}x"), &[]),
            Err(TooLong)
        );
    }

    /// Long keyboard walks and many pieces made the estimate's arithmetic overflow.
    #[test]
    fn hostile_passwords_have_an_answer() {
        for pattern in [
            "20202020202020",
            "ababababab1212",
            "qawsedrftgyhujik",
            "1.1.1111",
            "a1b2",
        ] {
            for times in [1, 8, 100] {
                let password = pattern.repeat(times);
                let answer = PasswordPolicy::check(&password, &USER);
                assert!(
                    !matches!(answer, Err(TooLong | ControlCharacter)),
                    "{password}"
                );
            }
        }
    }

    /// In whole, this took ten seconds unoptimised; a piece at a time it takes tenths of one.
    #[test]
    fn look_alike_symbols_are_not_slow() {
        let start = std::time::Instant::now();
        let password = "4@8({[<369|1!+7$5%2".repeat(6);
        assert_eq!(PasswordPolicy::check(&password, &USER), Ok(()));
        assert!(
            start.elapsed() < std::time::Duration::from_secs(5),
            "{:?}",
            start.elapsed()
        );
    }

    #[test]
    fn short_words_do_not_count() {
        assert_eq!(PasswordPolicy::check("xkq7-vw2m", &["x", "vw", ""]), Ok(()));
    }

    #[test]
    fn problems_have_texts() {
        assert_eq!(TooShort.key(), "password-too-short");
        assert_eq!(TooShort.args(), [("min", 8)]);
        assert!(TooCommon.args().is_empty());
    }

    #[test]
    fn temporary_passwords_are_acceptable() {
        let first = temporary_password().unwrap();
        assert_eq!(first.expose().len(), 19);
        assert_eq!(PasswordPolicy::check(first.expose(), &USER), Ok(()));
        assert_ne!(first.expose(), temporary_password().unwrap().expose());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_has_an_answer(password in "\\PC{0,80}", word in "\\PC{0,20}") {
            let answer = PasswordPolicy::check(&password, &[&word]);
            if normalise(&password).chars().count() < MIN_CHARACTERS {
                prop_assert_eq!(answer, Err(TooShort));
            }
        }

        #[test]
        fn ones_own_name_is_never_a_password(word in "[a-z0-9._]{8,40}") {
            prop_assert!(PasswordPolicy::check(&word, &[&word]).is_err());
        }

        #[test]
        fn normalising_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
