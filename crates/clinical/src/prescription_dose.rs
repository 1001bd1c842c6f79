//! The dose that the words of a prescription say, where they say it for certain: what is read wrong would be worse than
//! what is not read.

use formulary::safety::{Amount, DoseUnit, Dosing, thousandths};
use kernel::names::fold;

use crate::prescription_quantity::{PIECES, often};

/// What one text says.
#[derive(Debug, Default, Clone, PartialEq)]
struct Said {
    /// `500 mg`, or `875/125 mg` of two ingredients.
    amounts: Vec<Amount>,
    /// `960` or `20/120` in a name, without a unit: milligrams, if a product is called so.
    unitless: Vec<Amount>,
    /// `2 tablets`, in thousandths.
    pieces: Option<i64>,
    /// `10 ml`, in thousandths.
    volume: Option<i64>,
    /// `120 mg/5 ml`: so much of each in so many thousandths of a millilitre.
    concentration: Option<(Vec<Amount>, i64)>,
    /// Two things that do not go together, or a number that could be read in two ways.
    unclear: bool,
}

/// What is to be taken at once and how often a day, by the words of the dose and the frequency; the strength of a piece
/// or of a liquid stands in the medicine's name.
pub(crate) fn dosing(name: &str, dosage: &str, frequency: &str) -> Dosing {
    let (said, named) = (read(dosage, false), read(name, true));
    let often = often(frequency);
    let taken = match (said.amounts.as_slice(), said.pieces, said.volume) {
        _ if said.unclear => None,
        // `500 mg (1 tablet)`; how much two of them are, is not said.
        ([_, ..], None | Some(1_000), None) => Some((said.amounts, (1, 1), false)),
        ([], Some(pieces), None) if !named.unclear && named.concentration.is_none() => {
            let unitless = named.amounts.is_empty();
            let each = if unitless {
                named.unitless
            } else {
                named.amounts
            };
            Some((each, (pieces, 1_000), unitless))
        }
        ([], None, Some(volume)) if !named.unclear => said
            .concentration
            .or(named.concentration)
            .map(|(each, of)| (each, (volume, of), false)),
        _ => None,
    };
    match taken {
        Some((each, times, unitless)) if times.0 > 0 => Dosing {
            each,
            times: Some(times),
            often,
            unitless,
        },
        _ => Dosing::unread(often),
    }
}

/// An amount that is all that a text says, such as `500 mg`: no range, no volume, no alternative, and more than nothing.
pub(crate) fn amount_alone(text: &str) -> Option<Amount> {
    let all = tokens(text, false);
    let [Token::Number(number), Token::Word(word)] = all.as_slice() else {
        return None;
    };
    let (unit, steps) = DoseUnit::of(word)?;
    let steps = number.checked_mul(steps)?;
    (steps > 0).then_some(Amount { unit, steps })
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(i64),
    /// A number that could be read in two ways.
    Unclear,
    Word(String),
    Sign(char),
}

/// In a name, letters that follow digits at once belong to them, as in `3TC`, unless they are what the digits count.
fn tokens(text: &str, is_name: bool) -> Vec<Token> {
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
            let glued = chars[at..].iter().take_while(|one| one.is_alphanumeric());
            let glued: String = glued.collect();
            if is_name && is_part_of_a_name(&glued) {
                at += glued.chars().count();
                all.push(Token::Word(written + &glued));
            } else {
                all.push(number(&written));
            }
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

/// What follows digits without a space and counts nothing. A single letter, or one with digits again, may be a mistake.
fn is_part_of_a_name(glued: &str) -> bool {
    glued.chars().count() > 1
        && glued.chars().all(char::is_alphabetic)
        && DoseUnit::of(glued).is_none()
        && !is_ml(Some(&Token::Word(glued.to_owned())))
        && !PIECES.contains(&fold(glued).as_str())
        && !TIMES.contains(&glued)
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

fn read(text: &str, is_name: bool) -> Said {
    let all = tokens(text, is_name);
    let mut said = Said::default();
    let mut at = 0;
    while at < all.len() {
        match &all[at] {
            Token::Unclear => said.unclear = true,
            Token::Number(_) => {
                at += said.take(&all[at..], is_name);
                continue;
            }
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

/// A number, and its unit with what one of it is in steps, where it names one.
type Measured = (i64, Option<(DoseUnit, i64)>);

/// Numbers joined by `/` or `+`, each with its unit where it has one, and how many tokens they are.
fn joined(all: &[Token]) -> (Vec<Measured>, usize) {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(Token::Number(number)) = all.get(at) {
        let unit = match all.get(at + 1) {
            Some(Token::Word(word)) => DoseUnit::of(word),
            _ => None,
        };
        found.push((*number, unit));
        at += 1 + usize::from(unit.is_some());
        let joins = matches!(all.get(at), Some(Token::Sign('/' | '+')));
        let number = matches!(all.get(at + 1), Some(Token::Number(_)));
        // `120 mg/5 ml` ends before the volume.
        if !joins || !number || is_ml(all.get(at + 2)) {
            break;
        }
        at += 1;
    }
    (found, at)
}

fn is_ml(token: Option<&Token>) -> bool {
    matches!(token, Some(Token::Word(word)) if matches!(word.as_str(), "ml" | "mls" | "millilitre" | "millilitres"))
}

impl Said {
    /// Numbers with what follows them; answers how many tokens that was.
    fn take(&mut self, all: &[Token], is_name: bool) -> usize {
        let (numbers, used) = joined(all);
        let rest = &all[used..];
        match numbers.iter().find_map(|(_, unit)| *unit) {
            Some(unit) => used + self.take_amounts(&numbers, unit, rest, is_name),
            None => used + self.take_plain(&numbers, rest, is_name),
        }
    }

    fn take_amounts(
        &mut self,
        numbers: &[Measured],
        shared: (DoseUnit, i64),
        rest: &[Token],
        is_name: bool,
    ) -> usize {
        let amount = |(number, own): &Measured| {
            let (unit, scale) = own.unwrap_or(shared);
            let steps = number.checked_mul(scale).filter(|steps| *steps > 0)?;
            Some(Amount { unit, steps })
        };
        let Some(amounts) = numbers.iter().map(amount).collect::<Option<Vec<_>>>() else {
            self.unclear = true;
            return 0;
        };
        if let Some((volume, used)) = in_a_liquid(rest) {
            let again = self.concentration.replace((amounts, volume));
            self.unclear |= again.is_some();
            return used;
        }
        // By weight, or by something else.
        if matches!(rest.first(), Some(Token::Sign('/'))) {
            self.unclear = true;
            return 1;
        }
        if is_name {
            self.amounts.extend(amounts);
        } else {
            self.unclear |= !self.amounts.is_empty() && self.amounts != amounts;
            self.amounts = amounts;
        }
        0
    }

    fn take_plain(&mut self, numbers: &[Measured], rest: &[Token], is_name: bool) -> usize {
        let word = match rest.first() {
            Some(Token::Word(word)) => word.as_str(),
            _ => "",
        };
        let is_piece = PIECES.contains(&fold(word).as_str());
        if is_name && !is_ml(rest.first()) {
            // Two of them say nothing for certain.
            let first = self.unitless.is_empty();
            let all = numbers.iter().map(|(number, _)| Amount {
                unit: DoseUnit::Mass,
                steps: number.saturating_mul(1_000),
            });
            self.unitless = if first { all.collect() } else { Vec::new() };
            if let [_] = numbers
                && !is_piece
            {
                self.unclear |= !stands_alone(rest);
            }
            return usize::from(is_piece);
        }
        let [(number, _)] = numbers else {
            // `1/2 tablet`, `5/7`
            self.unclear = true;
            return 0;
        };
        let place = match is_ml(rest.first()) {
            true => &mut self.volume,
            false if is_piece => &mut self.pieces,
            false => {
                self.unclear |= !stands_alone(rest);
                return 0;
            }
        };
        self.unclear |= place.replace(*number).is_some_and(|other| other != *number);
        1
    }
}

/// `/5 ml`, `/ml`, `per 5 ml`: thousandths of a millilitre, and how many tokens they are.
fn in_a_liquid(rest: &[Token]) -> Option<(i64, usize)> {
    match rest.first() {
        Some(Token::Sign('/')) => {}
        Some(Token::Word(word)) if matches!(word.as_str(), "per" | "in" | "pour") => {}
        _ => return None,
    }
    match rest.get(1) {
        Some(Token::Number(volume)) if is_ml(rest.get(2)) => Some((*volume, 3)),
        unit if is_ml(unit) => Some((1_000, 2)),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use formulary::safety::Often;

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
            ("Paracetamol 500 mg", "2", None),
            ("Paracetamol 500 mg", "as needed", None),
            ("Paracetamol", "0 mg", None),
            ("Paracetamol", "99999999999 g", None),
        ] {
            let found = at_once(name, dosage);
            assert_eq!(
                found.first().copied(),
                single,
                "{name}, {dosage}: {found:?}"
            );
            assert!(found.len() < 2, "{name}, {dosage}: {found:?}");
        }
        let often = |frequency| dosing("Paracetamol", "1 g", frequency).often;
        assert_eq!(often("every 6 hours"), Often::PerDay(4));
        assert_eq!(often("hourly"), Often::PerDay(24));
        assert_eq!(often("every hour"), Often::PerDay(24));
        assert_eq!(often("every 1 hour"), Often::PerDay(24));
        assert_eq!(often("once a week"), Often::Seldom);
    }

    /// What of each is taken at once, in steps; nothing when it is not read.
    fn at_once(name: &str, dosage: &str) -> Vec<i64> {
        let dosing = dosing(name, dosage, "");
        let Some((by, of)) = dosing.times.filter(|_| !dosing.unitless) else {
            return Vec::new();
        };
        dosing
            .each
            .iter()
            .map(|each| each.steps * by / of)
            .collect()
    }

    #[test]
    fn several_ingredients_have_an_amount_each() {
        let milligrams = |all: &[i64]| all.iter().map(|mg| mg * 1_000).collect::<Vec<_>>();
        for (name, dosage, each) in [
            ("Co-amoxiclav", "875/125 mg", &[875_000, 125_000][..]),
            ("Co-amoxiclav 875/125 mg", "1 tablet", &[875_000, 125_000]),
            ("Co-amoxiclav", "875 mg/125 mg", &[875_000, 125_000]),
            ("Co-amoxiclav", "875mg + 125mg", &[875_000, 125_000]),
            (
                "Artemether lumefantrine 20/120 mg",
                "4 tablets",
                &[80_000, 480_000],
            ),
            (
                "TDF 300 mg 3TC 300 mg DTG 50 mg",
                "1 tablet",
                &[300_000, 300_000, 50_000],
            ),
            ("3TC 150mg", "1 tablet", &[150_000]),
            ("Lamivudine 5e3 mg", "1 tablet", &[]),
            ("Amoxiclav 200/28.5 mg/5 ml", "10 ml", &[400_000, 57_000]),
            ("Co-trimoxazole 240 mg per 5 ml", "10 ml", &[480_000]),
            ("Iron 60 mg/400 mcg", "1 tablet", &[60_000, 400]),
            ("Co-amoxiclav", "875/125 mg (1 tablet)", &[875_000, 125_000]),
            ("Co-amoxiclav", "875/125 mg (2 tablets)", &[]),
            ("Co-amoxiclav 625 mg", "1/2 tablet", &[]),
            ("Paracetamol", "15 mg/kg/dose", &[]),
        ] {
            assert_eq!(at_once(name, dosage), milligrams(each), "{name}, {dosage}");
        }
        let unitless = dosing("Coartem 20/120", "4 tabs", "bd");
        assert!(unitless.unitless);
        assert_eq!(unitless.each.len(), 2);
        assert!(dosing("Paracetamol 500", "2 tablets", "bd").unitless);
    }
}
