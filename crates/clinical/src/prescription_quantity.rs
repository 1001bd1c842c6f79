//! How much a course needs, where dose, frequency and duration say it in words that can be counted.

use formulary::safety::Often;
use kernel::names::fold;

use crate::prescription_course::days;

/// Nobody takes more of one thing at once: what says more says something else.
pub(crate) const AT_ONCE: i64 = 20;
/// What is counted piece by piece, in English, French and Swahili.
pub(crate) const PIECES: [&str; 24] = [
    "tablet",
    "tablets",
    "tab",
    "tabs",
    "capsule",
    "capsules",
    "cap",
    "caps",
    "sachet",
    "sachets",
    "suppository",
    "suppositories",
    "ampoule",
    "ampoules",
    "vial",
    "vials",
    "comprime",
    "comprimes",
    "gelule",
    "gelules",
    "kidonge",
    "vidonge",
    "tembe",
    "kapsuli",
];

/// `1 tablet`, `3 times a day`, `5 days` are 15; nothing where one of them does not say a number of pieces.
pub(crate) fn units(dosage: &str, frequency: &str, duration: &str) -> Option<i64> {
    let all = pieces(dosage)?
        .checked_mul(per_day(frequency)?)?
        .checked_mul(days(duration)?)?;
    (1..=crate::prescription::MOST)
        .contains(&all)
        .then_some(all)
}

fn pieces(dosage: &str) -> Option<i64> {
    let folded = fold(dosage);
    let words: Vec<&str> = folded.split(' ').collect();
    // Swahili puts the number last.
    let number = match words.as_slice() {
        [number, piece] | [piece, number] if PIECES.contains(piece) => number.parse().ok()?,
        _ => return None,
    };
    (1..=AT_ONCE).contains(&number).then_some(number)
}

/// How many times a day.
pub(crate) fn per_day(frequency: &str) -> Option<i64> {
    let folded = fold(frequency);
    let known = match folded.as_str() {
        "od" | "once a day" | "once daily" | "daily" | "every day" | "at night" | "nocte"
        | "at bedtime" | "mane" | "in the morning" | "every morning" | "every night"
        | "1 time a day" | "une fois par jour" | "chaque jour" | "le matin" | "le soir"
        | "mara moja kwa siku" | "kila siku" | "asubuhi" | "usiku" => Some(1),
        "bd"
        | "bid"
        | "twice a day"
        | "twice daily"
        | "morning and evening"
        | "morning and night"
        | "matin et soir"
        | "asubuhi na jioni"
        | "deux fois par jour"
        | "mara mbili kwa siku" => Some(2),
        "tds"
        | "tid"
        | "three times a day"
        | "three times daily"
        | "trois fois par jour"
        | "mara tatu kwa siku" => Some(3),
        "hourly" | "every hour" | "toutes les heures" | "kila saa" => Some(24),
        "qds"
        | "qid"
        | "four times a day"
        | "four times daily"
        | "quatre fois par jour"
        | "mara nne kwa siku" => Some(4),
        _ => None,
    };
    known.or_else(|| counted(&folded))
}

/// When it is taken, not how often: what is left says that.
const CONDITIONS: [&str; 14] = [
    " as needed",
    " when needed",
    " if needed",
    " as required",
    " when required",
    " prn",
    " for pain",
    " after meals",
    " after food",
    " with food",
    " before meals",
    " si besoin",
    " apres les repas",
    " ikihitajika",
];

/// Once, or less often than daily.
const SELDOM: [&str; 25] = [
    "stat",
    "once",
    "once only",
    "single dose",
    "one dose",
    "immediately",
    "now",
    "weekly",
    "once a week",
    "once weekly",
    "every week",
    "monthly",
    "once a month",
    "every month",
    "every 2 weeks",
    "every 3 months",
    "une seule fois",
    "dose unique",
    "une fois par semaine",
    "chaque semaine",
    "une fois par mois",
    "mara moja",
    "mara moja tu",
    "mara moja kwa wiki",
    "kila wiki",
];

/// How often a medicine is taken, for what a day comes to.
pub(crate) fn often(frequency: &str) -> Often {
    let folded = fold(frequency);
    let said = CONDITIONS
        .iter()
        .find_map(|tail| folded.strip_suffix(tail))
        .unwrap_or(&folded);
    let said = said.split(" for ").next().unwrap_or(said);
    match per_day(said) {
        Some(times) => Often::PerDay(times),
        None if SELDOM.contains(&said) => Often::Seldom,
        None => Often::Unread,
    }
}

fn counted(folded: &str) -> Option<i64> {
    let words: Vec<&str> = folded.split(' ').collect();
    let times = match words.as_slice() {
        [n, "times" | "x", "a" | "per", "day"]
        | [n, "times" | "x", "daily" | "day"]
        | [n, "fois", "par", "jour"]
        | [n, "fois" | "x", "jour" | "j"]
        | ["mara", n, "kwa", "siku"] => n.parse().ok()?,
        [n, "daily" | "day" | "jour" | "j"] => n.strip_suffix('x')?.parse().ok()?,
        [every] if every.starts_with('q') && every.ends_with('h') => {
            return every_hours(every.trim_start_matches('q').trim_end_matches('h'));
        }
        ["every", n, "hours" | "hour"]
        | [n, "hourly" | "hrly"]
        | ["toutes", "les", n, "heures"]
        | ["kila", "saa" | "masaa", n] => {
            return every_hours(n);
        }
        _ => return None,
    };
    (1..=24).contains(&times).then_some(times)
}

fn every_hours(number: &str) -> Option<i64> {
    let hours: i64 = number.parse().ok()?;
    (hours >= 1 && 24 % hours == 0).then(|| 24 / hours)
}

#[cfg(test)]
mod tests {
    use formulary::safety::Often;

    use super::{often, units};

    #[test]
    fn how_often_is_counted_seldom_or_not_read() {
        for (said, expected) in [
            ("tds", Often::PerDay(3)),
            ("q8h", Often::PerDay(3)),
            ("8 hrly", Often::PerDay(3)),
            ("every 6 hours as needed", Often::PerDay(4)),
            ("Twice daily after meals", Often::PerDay(2)),
            ("bd for 5 days", Often::PerDay(2)),
            ("matin et soir", Often::PerDay(2)),
            ("stat", Often::Seldom),
            ("once a week", Often::Seldom),
            ("dose unique", Often::Seldom),
            ("when in pain", Often::Unread),
            ("as needed", Often::Unread),
            ("q0h", Often::Unread),
            ("", Often::Unread),
        ] {
            assert_eq!(often(said), expected, "{said}");
        }
    }

    #[test]
    fn a_course_is_counted_where_its_words_say_numbers() {
        for (dosage, frequency, duration, all) in [
            ("1 tablet", "3 times a day", "5 days", Some(15)),
            ("2 tablets", "twice daily", "1/52", Some(28)),
            ("1 capsule", "every 8 hours", "7 days", Some(21)),
            ("1 tab", "tds", "5/7", Some(15)),
            ("1 comprimé", "2 fois par jour", "10 jours", Some(20)),
            ("Vidonge 2", "mara 3 kwa siku", "siku 3", Some(18)),
            ("1 tablet", "3x/day", "5 days", Some(15)),
            ("500 mg", "3 times a day", "5 days", None),
            ("1", "3 times a day", "5 days", None),
            ("1 tablet", "when in pain", "5 days", None),
            ("1 tablet", "every 7 hours", "5 days", None),
            ("1 tablet", "every 0 hours", "5 days", None),
            ("1 tablet", "daily", "until review", None),
            ("0 tablets", "daily", "5 days", None),
            ("400 tablets", "daily", "5 days", None),
            ("20 tablets", "24 times a day", "3660 days", None),
            ("99999999999999999999 tablets", "daily", "5 days", None),
        ] {
            assert_eq!(
                units(dosage, frequency, duration),
                all,
                "{dosage}, {frequency}, {duration}"
            );
        }
    }
}
