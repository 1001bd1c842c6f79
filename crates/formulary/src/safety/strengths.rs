//! What products of several ingredients hold of each, so that `875/125 mg`, `960 mg` and two tablets of them are compared
//! ingredient by ingredient.
//!
//! Which number belongs to which ingredient is never guessed: it is that of a product that is known, in whatever order it
//! is written, or follows the order in which the ingredients themselves are written.

use super::additions::Fault;
use super::answer::NotCompared;
use super::dose::{Amount, DoseUnit, Dosing, thousandths};
use super::names::Named;
use super::pack::Pack;
use super::table::Fields;

/// What is rounded on a label is the same all the same, in thousandths of the amount.
const ROUNDED: i128 = 20;

/// A product of several ingredients.
#[derive(Debug, Clone)]
pub(super) struct Product {
    /// What it holds of each, in the order of the ingredients' numbers.
    holds: Vec<Amount>,
    /// The one number by which it is called, in steps.
    label: i64,
}

impl Product {
    fn whole(&self) -> i64 {
        let all = self.holds.iter().map(|one| one.steps);
        all.fold(0, i64::saturating_add)
    }

    /// What each ingredient comes to when all together are so much, to a whole step.
    fn scaled(&self, to: i64) -> Vec<i64> {
        let all: i128 = self.holds.iter().map(|one| i128::from(one.steps)).sum();
        let part = |one: &Amount| {
            let steps = i128::from(one.steps) * i128::from(to) / all.max(1);
            i64::try_from(steps).unwrap_or(i64::MAX)
        };
        self.holds.iter().map(part).collect()
    }

    /// What each ingredient comes to when these amounts, in whatever order, are a multiple of the product.
    fn ordered(&self, amounts: &[Amount]) -> Option<Vec<i64>> {
        let mut written: Vec<i64> = amounts.iter().map(|one| one.steps).collect();
        written.sort_unstable();
        let mut places: Vec<usize> = (0..self.holds.len()).collect();
        places.sort_by_key(|at| self.holds.get(*at).map(|one| one.steps));
        let mut ordered = vec![0; self.holds.len()];
        let whole: i64 = written.iter().fold(0, |all, one| all.saturating_add(*one));
        let scaled = self.scaled(whole);
        for (place, steps) in places.into_iter().zip(written) {
            let expected = *scaled.get(place)?;
            let apart = i128::from(steps.abs_diff(expected)) * 1_000;
            if apart > i128::from(expected) * ROUNDED {
                return None;
            }
            *ordered.get_mut(place)? = steps;
        }
        Some(ordered)
    }
}

/// Lays a row over a pack.
pub(super) fn add(pack: &mut Pack, fields: &Fields<'_>) -> Result<(), Fault> {
    let unit = fields.text("unit")?;
    let (unit, scale) = DoseUnit::of(&unit.to_lowercase())
        .ok_or_else(|| fields.wrong("unit", "g, mg, microgram, IU or mmol"))?;
    let steps = |column, number: &str| {
        thousandths(number)
            .and_then(|thousandths| thousandths.checked_mul(scale))
            .filter(|steps| *steps > 0)
            .ok_or_else(|| fields.wrong(column, "numbers such as 875;125"))
    };
    let mut parts: Vec<(u16, Amount)> = Vec::new();
    let mut strengths = fields.list("strengths");
    for name in fields.list("ingredients") {
        let id = pack.known(name)?;
        let number = strengths.next().unwrap_or_default();
        let steps = steps("strengths", number)?;
        parts.push((id, Amount { unit, steps }));
    }
    parts.sort_by_key(|(id, _)| *id);
    parts.dedup_by_key(|(id, _)| *id);
    if parts.len() < 2 || strengths.next().is_some() {
        let allowed = "a number for each of two or more ingredients, such as 875;125";
        return Err(fields.wrong("strengths", allowed));
    }
    let label = match fields.get("label") {
        "" => parts.iter().map(|(_, amount)| amount.steps).sum(),
        number => steps("label", number)?,
    };
    let (key, holds) = parts.into_iter().unzip();
    pack.products
        .entry(key)
        .or_default()
        .push(Product { holds, label });
    Ok(())
}

impl Pack {
    /// How many products of several ingredients are known.
    pub fn product_count(&self) -> usize {
        self.products.values().map(Vec::len).sum()
    }

    /// How much of each ingredient is taken at once, in the order in which they are named, or why that is not known.
    pub(super) fn amounts(
        &self,
        dosing: &Dosing,
        named: &Named,
    ) -> Vec<Result<Amount, NotCompared>> {
        let all = match named.ingredients.as_slice() {
            [_] if dosing.unitless => Err(NotCompared::Amount),
            [_] => alone(&dosing.each).map(|one| vec![one]),
            several => self.several(dosing, several, named.apart),
        };
        let at_once = |each| dosing.at_once(each).ok_or(NotCompared::Amount);
        match all {
            Ok(all) => all.into_iter().map(at_once).collect(),
            Err(why) => vec![Err(why); named.ingredients.len()],
        }
    }

    fn several(
        &self,
        dosing: &Dosing,
        ingredients: &[u16],
        apart: bool,
    ) -> Result<Vec<Amount>, NotCompared> {
        if dosing.times.is_none() {
            return Err(NotCompared::Amount);
        }
        let mut key = ingredients.to_vec();
        key.sort_unstable();
        let products = self.products.get(&key).map_or(&[][..], Vec::as_slice);
        let fitting: Vec<Vec<i64>> = match dosing.each.as_slice() {
            // So many pieces of the only one that there is.
            [] => match products {
                [only] => vec![only.holds.iter().map(|one| one.steps).collect()],
                _ => Vec::new(),
            },
            [whole] => together(products, *whole, dosing.unitless),
            each if each.len() == key.len() => {
                let all: i64 = each
                    .iter()
                    .fold(0, |all, one| all.saturating_add(one.steps));
                let called = |product: &&Product| !dosing.unitless || product.whole() == all;
                let fits = products.iter().filter(called);
                fits.filter_map(|product| product.ordered(each)).collect()
            }
            _ => Vec::new(),
        };
        let unit = dosing.each.first().map_or(DoseUnit::Mass, |one| one.unit);
        if let Some(first) = fitting.first()
            && fitting.iter().all(|other| other == first)
        {
            let place = |id: &u16| key.binary_search(id).ok().and_then(|at| first.get(at));
            return ingredients
                .iter()
                .map(|id| {
                    place(id).map(|steps| Amount {
                        unit,
                        steps: *steps,
                    })
                })
                .collect::<Option<_>>()
                .ok_or(NotCompared::Strengths);
        }
        match apart
            && !dosing.unitless
            && fitting.is_empty()
            && dosing.each.len() == ingredients.len()
        {
            true => Ok(dosing.each.clone()),
            false => Err(NotCompared::Strengths),
        }
    }
}

/// Of a medicine with one ingredient, also when its name says the strength twice.
fn alone(each: &[Amount]) -> Result<Amount, NotCompared> {
    match each {
        [one, others @ ..] if others.iter().all(|other| other == one) => Ok(*one),
        _ => Err(NotCompared::Amount),
    }
}

/// `960 mg` of a combination: that of the product that is called so, or a share of each where all of them hold the same
/// shares.
fn together(products: &[Product], whole: Amount, as_called: bool) -> Vec<Vec<i64>> {
    let called = products
        .iter()
        .filter(|product| product.label == whole.steps);
    let called: Vec<Vec<i64>> = called
        .map(|product| product.holds.iter().map(|one| one.steps).collect())
        .collect();
    if as_called || !called.is_empty() {
        return called;
    }
    let shares: Vec<Vec<i64>> = products
        .iter()
        .map(|product| product.scaled(whole.steps))
        .collect();
    match shares.first() {
        Some(first) if shares.iter().all(|other| other == first) => vec![first.clone()],
        _ => Vec::new(),
    }
}
