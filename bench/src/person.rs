//! A made-up patient: the same one for the same seed and place in the register.

use jiff::civil::Date;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value as Json, json};

use crate::names::Register;

/// People are made in runs of this many, each with a generator of its own, so that threads can share
/// the work and the register is the same however many there are.
pub(crate) const RUN: usize = 5_000;

/// What everybody was asked at the counter.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) uid: uuid::Uuid,
    /// Microseconds since 1970, UTC.
    pub(crate) registered_at: i64,
    pub(crate) unique_id: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) born: Date,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) address: String,
    pub(crate) gender: &'static str,
    pub(crate) allergies: &'static str,
    pub(crate) language: &'static str,
}

impl Person {
    /// As a client would post them.
    pub(crate) fn body(&self) -> Json {
        json!({
            "first_name": self.first_name,
            "last_name": self.last_name,
            "date_of_birth": self.born.to_string(),
            "gender": self.gender,
            "contact_info": self.phone,
            "email": self.email,
            "address": self.address,
            "known_allergies": self.allergies,
            "preferred_language": self.language,
        })
    }
}

/// 1 January 2021, in seconds since 1970: when the first patient was registered.
const OPENED: i64 = 1_609_459_200;
/// Seconds in which all of them were.
const YEARS_OPEN: i64 = 5 * 365 * 86_400;
const ALLERGIES: &[&str] = &["Penicillin", "Sulfonamides", "Peanuts", "Penicillin, Latex"];

/// The people at `from..from + count` of a register of `total`.
pub(crate) fn run(
    register: &Register,
    seed: u64,
    from: usize,
    count: usize,
    total: usize,
) -> Vec<Person> {
    // Odd multiplier (2^64 over the golden ratio): neighbouring runs get distant seeds.
    let mixed = seed ^ (from as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut rng = SmallRng::seed_from_u64(mixed);
    (from..from + count)
        .map(|at| person(register, &mut rng, at, total))
        .collect()
}

fn person(register: &Register, rng: &mut SmallRng, at: usize, total: usize) -> Person {
    let female = rng.random_ratio(11, 20);
    let (first_name, last_name) = register.name(rng, female);
    // A young country: the mean of two draws, squared, makes most people children or young adults.
    let age: f64 = (rng.random_range(0.0..1.0f64) + rng.random_range(0.0..1.0f64)) / 2.0;
    #[expect(clippy::cast_possible_truncation, reason = "0 to 95")]
    let year = 2025 - (age * age * 95.0) as i16;
    let born = jiff::civil::date(year, rng.random_range(1..=12), rng.random_range(1..=28));
    let seconds = OPENED + YEARS_OPEN * at as i64 / total.max(1) as i64;
    let registered_at = seconds * 1_000_000 + rng.random_range(0..1_000_000);
    let phone = format!(
        "+220 {}{:02} {:04}",
        rng.random_range(2..=9),
        rng.random_range(0..100),
        rng.random_range(0..10_000)
    );
    let email = if rng.random_ratio(1, 3) {
        let ascii: String = format!("{first_name}.{last_name}")
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '.')
            .collect();
        format!(
            "{}{}@example.org",
            ascii.to_lowercase(),
            rng.random_range(1..1000)
        )
    } else {
        String::new()
    };
    let allergies = if rng.random_ratio(1, 9) {
        ALLERGIES[rng.random_range(0..ALLERGIES.len())]
    } else {
        ""
    };
    Person {
        uid: uuid::Builder::from_unix_timestamp_millis(
            (registered_at / 1000).unsigned_abs(),
            &rng.random::<[u8; 10]>(),
        )
        .into_uuid(),
        registered_at,
        unique_id: unique_id(registered_at, at),
        first_name,
        last_name,
        born,
        phone,
        email,
        address: register.address(rng),
        gender: if female { "Female" } else { "Male" },
        allergies,
        language: if rng.random_ratio(1, 6) { "fr" } else { "en" },
    }
}

/// The number on the card, as the program would have made it up.
fn unique_id(registered_at: i64, at: usize) -> String {
    let year = jiff::Timestamp::from_microsecond(registered_at).map_or(2021, |time| {
        jiff::tz::TimeZone::UTC.to_datetime(time).year()
    });
    i64::try_from(at + 1)
        .ok()
        .and_then(|sequence| kernel::Mrn::generate(year, sequence).ok())
        .map_or_else(String::new, |mrn| mrn.as_str().to_owned())
}

/// What people type into the search box: three to five first letters of a name somebody has, now
/// and then of both names.
pub(crate) fn searches(register: &Register, seed: u64, count: usize) -> Vec<String> {
    let people = run(register, seed ^ 0x5EA2C4, 0, count, count);
    let mut rng = SmallRng::seed_from_u64(seed);
    people
        .iter()
        .map(|person| {
            let last = start(&person.last_name, rng.random_range(3..=5));
            let first = start(&person.first_name, rng.random_range(3..=5));
            match rng.random_range(0..10) {
                0..6 => last,
                6..8 => first,
                _ => format!("{first} {last}"),
            }
        })
        .collect()
}

fn start(name: &str, letters: usize) -> String {
    let start: String = name
        .chars()
        .take_while(|c| c.is_alphabetic())
        .take(letters)
        .collect();
    start.to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_people() {
        let register = Register::new();
        let one = run(&register, 7, RUN, 100, 10_000);
        let other = run(&register, 7, RUN, 100, 10_000);
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
        let elsewhere = run(&register, 7, 0, 100, 10_000);
        assert_ne!(one[0].uid, elsewhere[0].uid);
    }

    #[test]
    fn some_names_are_very_common_and_many_are_rare() {
        let register = Register::new();
        let people = run(&register, 1, 0, RUN, RUN);
        let mut count: HashMap<&str, usize> = HashMap::new();
        for person in &people {
            *count.entry(&person.last_name).or_default() += 1;
        }
        let most = count.values().max().copied().unwrap_or_default();
        assert!(most > RUN / 20, "the most common name has {most}");
        assert!(count.len() > 300, "{} names", count.len());
    }
}
