//! The dose that the words of a prescription say, where they say it for certain: what is read wrong would be worse than
//! what is not read.

use formulary::safety::{Amount, DoseUnit, Dosing, thousandths};
use kernel::names::fold;

use crate::prescription_quantity::{PIECES, per_day};

/// What one text says.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Said {
    /// `500 mg`.
    amount: Option<Amount>,
    /// `2 tablets`, in thousandths.
    pieces: Option<i64>,
    /// `10 ml`, in thousandths.
    volume: Option<i64>,
    /// `120 mg/5 ml`: so much in so many thousandths of a millilitre.
    concentration: Option<(Amount, i64)>,
    /// Two things that do not go together, or a number that could be read in two ways.
    unclear: bool,
}

/// What is to be taken at once and how often a day, by the words of the dose and the frequency; the strength of a piece
/// or of a liquid stands in the medicine's name.
pub(crate) fn dosing(name: &str, dosage: &str, frequency: &str) -> Option<Dosing> {
    let (said, named) = (read(dosage), read(name));
    if said.unclear {
        return None;
    }
    let single = match (said.amount, said.pieces, said.volume) {
        // `500 mg (1 tablet)`; how much two of them are, is not said.
        (Some(amount), None | Some(1_000), None) => Some(amount),
        (None, Some(pieces), None) if !named.unclear && named.concentration.is_none() => {
            named.amount.and_then(|each| times(each, pieces, 1_000))
        }
        (None, None, Some(volume)) if !named.unclear => said
            .concentration
            .or(named.concentration)
            .and_then(|(amount, of)| times(amount, volume, of)),
        _ => None,
    };
    Some(Dosing {
        single: single.filter(|amount| amount.steps > 0)?,
        per_day: per_day(frequency),
    })
}

/// An amount that is all that a text says, such as `500 mg`: no range, no volume, no alternative, and more than nothing.
pub(crate) fn amount_alone(text: &str) -> Option<Amount> {
    let all = tokens(text);
    let [Token::Number(number), Token::Word(word)] = all.as_slice() else {
        return None;
    };
    let (unit, steps) = DoseUnit::of(word)?;
    let steps = number.checked_mul(steps)?;
    (steps > 0).then_some(Amount { unit, steps })
}

fn times(amount: Amount, by: i64, of: i64) -> Option<Amount> {
    let steps = i128::from(amount.steps) * i128::from(by) / i128::from(of.max(1));
    Some(Amount {
        steps: i64::try_from(steps).ok()?,
        ..amount
    })
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(i64),
    /// A number that could be read in two ways.
    Unclear,
    Word(String),
    Sign(char),
}

fn tokens(text: &str) -> Vec<Token> {
    let text = text.to_lowercase();
    let chars: Vec<char> = text.chars().collect();
    let mut all = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let from = at;
        let one = chars[at];
        if one.is_ascii_digit() {
            let within = |at: usize| {
                chars[at].is_ascii_digit()
                    || matches!(chars[at], '.' | ',')
                        && chars.get(at + 1).is_some_and(char::is_ascii_digit)
            };
            while at < chars.len() && within(at) {
                at += 1;
            }
            let written: String = chars[from..at].iter().collect();
            all.push(number(&written));
        } else if one.is_alphabetic() || one == 'µ' {
            while at < chars.len() && (chars[at].is_alphabetic() || chars[at] == 'µ') {
                at += 1;
            }
            all.push(Token::Word(chars[from..at].iter().collect()));
        } else {
            if !one.is_whitespace() {
                all.push(Token::Sign(one));
            }
            at += 1;
        }
    }
    all
}

/// `1,000` is a thousand to one reader and one to the next.
fn number(written: &str) -> Token {
    // `5.000` is five thousand to one reader and five to the next; `0.125` is not.
    let grouped = written
        .split_once([',', '.'])
        .is_some_and(|(whole, part)| part.len() == 3 && !(whole == "0" && written.contains('.')));
    let plain = written.replace(',', ".");
    match thousandths(&plain) {
        Some(number) if !grouped => Token::Number(number),
        _ => Token::Unclear,
    }
}

fn read(text: &str) -> Said {
    let all = tokens(text);
    let mut said = Said::default();
    let mut at = 0;
    while at < all.len() {
        match &all[at] {
            Token::Unclear => said.unclear = true,
            // `80/480 mg`, `5/7`
            Token::Number(_) if matches!(all.get(at + 1), Some(Token::Sign('/'))) => {
                said.unclear = true;
            }
            Token::Number(number) => match take(&mut said, *number, &all[at + 1..]) {
                0 => said.unclear |= !stands_alone(&all[at + 1..]),
                used => at += used,
            },
            // `.25 g`
            Token::Sign('.') if matches!(all.get(at + 1), Some(Token::Number(_))) => {
                said.unclear = true;
            }
            _ => {}
        }
        at += 1;
    }
    said
}

/// What counts times and not amounts: `3 times a day`, `for 5 days`.
const TIMES: [&str; 19] = [
    "time", "times", "daily", "day", "days", "d", "week", "weeks", "month", "months", "hour",
    "hours", "hourly", "h", "fois", "jour", "jours", "heures", "semaines",
];

/// A number with neither unit nor piece says nothing of the dose: the beginning of a range, times, or the end of the
/// text. Anything else, such as `10 x 500 mg`, `5e3 mg` and `5 000 mg`, would be read wrong.
fn stands_alone(rest: &[Token]) -> bool {
    match rest {
        [] => true,
        [Token::Sign('-' | '–'), Token::Number(_), ..] => true,
        [Token::Sign(sign), ..] => !matches!(sign, '×' | '*' | '.'),
        [Token::Word(word), ..] => TIMES.contains(&word.as_str()),
        _ => false,
    }
}

/// A number with what follows it; answers how many tokens that was.
fn take(said: &mut Said, number: i64, rest: &[Token]) -> usize {
    let Some(Token::Word(word)) = rest.first() else {
        return 0;
    };
    if let Some((unit, steps)) = DoseUnit::of(word) {
        let Some(steps) = number.checked_mul(steps) else {
            said.unclear = true;
            return 1;
        };
        let amount = Amount { unit, steps };
        return 1 + of_amount(said, amount, &rest[1..]);
    }
    let place = match word.as_str() {
        "ml" | "mls" | "millilitre" | "millilitres" => &mut said.volume,
        piece if PIECES.contains(&fold(piece).as_str()) => &mut said.pieces,
        _ => return 0,
    };
    said.unclear |= place.replace(number).is_some_and(|other| other != number);
    1
}

/// An amount alone, or in so much of a liquid.
fn of_amount(said: &mut Said, amount: Amount, rest: &[Token]) -> usize {
    if rest.first() != Some(&Token::Sign('/')) {
        said.unclear |= said
            .amount
            .replace(amount)
            .is_some_and(|other| other != amount);
        return 0;
    }
    let is_ml = |token: Option<&Token>| token == Some(&Token::Word("ml".to_owned()));
    let (volume, used) = match rest.get(1) {
        Some(Token::Number(volume)) if is_ml(rest.get(2)) => (*volume, 3),
        unit if is_ml(unit) => (1_000, 2),
        // By weight, or by another amount.
        _ => {
            said.unclear = true;
            return 1;
        }
    };
    said.unclear |= said.concentration.replace((amount, volume)).is_some();
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dose_is_read_where_its_words_say_it_for_certain() {
        let mg = |mg: i64| Some(mg * 1_000_000);
        for (name, dosage, single) in [
            ("Paracetamol", "500 mg", mg(500)),
            ("Paracetamol", "1g", mg(1_000)),
            ("Paracetamol 500 mg", "2 tablets", mg(1_000)),
            ("Paracetamol 500mg", "1-2 tabs", mg(1_000)),
            ("Paracetamol 500 mg", "½ tablet", None),
            ("Paracetamol 500 mg", "0.5 tablet", mg(250)),
            ("Paracetamol 500 mg", "0,5 comprimé", mg(250)),
            ("Paracetamol 500 mg", "0,5 tablet", mg(250)),
            ("Paracetamol syrup 120 mg/5 ml", "10 ml", mg(240)),
            ("Paracetamol", "120mg/5ml 10 ml", mg(240)),
            ("Paracetamol", "500 mg (1 tablet)", mg(500)),
            ("Levothyroxine", "100 micrograms", Some(100_000)),
            ("Levothyroxine", "100 µg", Some(100_000)),
            // What could be read in two ways is not read.
            ("Paracetamol", "1,000 mg", None),
            ("Paracetamol", "500 mg (2 tablets)", None),
            ("Paracetamol", "500 mg or 1 g", None),
            ("Paracetamol", "15 mg/kg", None),
            ("Paracetamol", "10 x 500 mg", None),
            ("Paracetamol", "10x500mg", None),
            ("Paracetamol", "10 × 500 mg", None),
            ("Paracetamol", "5.000 mg", None),
            ("Paracetamol", "5 000 mg", None),
            ("Paracetamol", "5e3 mg", None),
            ("Digoxin", ".25 g", None),
            ("Digoxin", "0.125 mg", Some(125_000)),
            ("Paracetamol", "500 mg 3 times a day", mg(500)),
            ("Paracetamol", "2 tablets", None),
            ("Artemether lumefantrine 20/120 mg", "4 tablets", None),
            ("Paracetamol 500 mg", "2", None),
            ("Paracetamol 500 mg", "as needed", None),
            ("Paracetamol", "0 mg", None),
            ("Paracetamol", "99999999999 g", None),
        ] {
            let found = dosing(name, dosage, "").map(|dosing| dosing.single.steps);
            assert_eq!(found, single, "{name}, {dosage}");
        }
        let often = |frequency| dosing("Paracetamol", "1 g", frequency).and_then(|one| one.per_day);
        assert_eq!(often("every 6 hours"), Some(4));
        assert_eq!(often("hourly"), Some(24));
        assert_eq!(often("every hour"), Some(24));
        assert_eq!(often("every 1 hour"), Some(24));
        assert_eq!(often("once a week"), None);
    }
}
