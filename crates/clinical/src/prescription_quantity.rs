//! How much a course needs, where dose, frequency and duration say it in words that can be counted.

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
        | "une fois par jour" | "chaque jour" | "mara moja kwa siku" | "kila siku" => Some(1),
        "bd"
        | "bid"
        | "twice a day"
        | "twice daily"
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

fn counted(folded: &str) -> Option<i64> {
    let words: Vec<&str> = folded.split(' ').collect();
    let times = match words.as_slice() {
        [n, "times" | "x", "a" | "per", "day"]
        | [n, "times" | "x", "daily" | "day"]
        | [n, "fois", "par", "jour"]
        | [n, "fois" | "x", "jour" | "j"]
        | ["mara", n, "kwa", "siku"] => n.parse().ok()?,
        [n, "daily" | "day" | "jour" | "j"] => n.strip_suffix('x')?.parse().ok()?,
        ["every", n, "hours" | "hour"]
        | [n, "hourly"]
        | ["toutes", "les", n, "heures"]
        | ["kila", "saa" | "masaa", n] => {
            let hours: i64 = n.parse().ok()?;
            if hours < 1 || 24 % hours != 0 {
                return None;
            }
            24 / hours
        }
        _ => return None,
    };
    (1..=24).contains(&times).then_some(times)
}

#[cfg(test)]
mod tests {
    use super::units;

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
