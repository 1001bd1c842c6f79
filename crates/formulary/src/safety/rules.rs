//! The rules: which rows of the pack fit an ingredient beside another, an allergy, or a patient.

use std::cmp::Reverse;

use super::answer::{Kind, Severity};
use super::check::{Circumstances, Reaction, Route};
use super::names::NamedAllergy;
use super::pack::{ByRoute, Duplicate, Interaction, Pack, Subject, Warning};

/// An allergy that stands against an ingredient.
pub(super) struct AllergyHit<'a> {
    pub(super) severity: Severity,
    /// The allergen, or the ingredient itself.
    pub(super) allergen: &'a str,
    pub(super) rationale: &'a str,
    pub(super) source: &'a str,
}

impl Pack {
    /// The interaction to show for a pair: of the hospital's rows before all others; then the most severe, and of these
    /// the most specific. None when nothing fits or the hospital silenced the pair.
    pub(super) fn interaction(
        &self,
        x: u16,
        y: u16,
        routes: [Option<Route>; 2],
    ) -> Option<&Interaction> {
        if x == y {
            return None;
        }
        let pairs = self
            .subjects(x)
            .iter()
            .flat_map(|a| self.subjects(y).iter().map(move |b| (*a, *b)));
        let rows = pairs.filter_map(|(a, b)| self.interactions.get(&(a.min(b), a.max(b))));
        let rows = rows.filter(|row| row.route.fits(routes));
        let best = rows.max_by_key(|row| {
            let specific = u8::from(row.a.is_specific()) + u8::from(row.b.is_specific());
            // Among the hospital's own rows the particular goes before the general, also when it says less.
            let ranked = if row.site {
                (specific, row.severity)
            } else {
                (0, row.severity)
            };
            (row.site, ranked, specific, Reverse((row.a, row.b)))
        });
        best.filter(|row| row.severity.is_some())
    }

    /// The duplicate therapy of a new ingredient beside an active one; `twice` when both are written alike.
    pub(super) fn duplicate(&self, x: u16, y: u16, twice: bool) -> Option<(Severity, &Duplicate)> {
        let covers = |row: &Duplicate| {
            (self.includes(row.a, x) && self.includes(row.b, y))
                || (self.includes(row.a, y) && self.includes(row.b, x))
        };
        let mut hit: Option<&Duplicate> = None;
        let rows = if x == y {
            &[]
        } else {
            self.duplicates.as_slice()
        };
        let same = self.same_ingredient.iter().filter(|_| x == y);
        for row in same.chain(rows.iter().filter(|row| covers(row))) {
            if hit.is_none_or(|other| row.severity > other.severity) {
                hit = Some(row);
            }
        }
        hit?;
        let mut exceptions = self
            .exceptions
            .iter()
            .filter(|row| (row.a == row.b) == (x == y) && covers(row) && !(row.unlike && twice));
        let row = exceptions.next_back().or(hit)?;
        Some((row.severity?, row))
    }

    /// What an allergy means for an ingredient: the same ingredient, a member of its group, or one that may cross-react.
    pub(super) fn allergy<'a>(
        &'a self,
        named: &NamedAllergy,
        reaction: Reaction,
        x: u16,
    ) -> Option<AllergyHit<'a>> {
        let mut best: Option<AllergyHit<'a>> = None;
        let mut take = |hit: AllergyHit<'a>| {
            if best
                .as_ref()
                .is_none_or(|best| hit.severity > best.severity)
            {
                best = Some(hit);
            }
        };
        if named.ingredients.contains(&x) {
            let allergen = self.name(x);
            take(AllergyHit {
                severity: Severity::Severe,
                allergen,
                rationale: "",
                source: "the record of the allergy",
            });
        }
        for (at, allergen) in self.allergens.iter().enumerate() {
            let by_group = named.allergens.iter().any(|id| usize::from(*id) == at);
            let by_member = !by_group
                && allergen.rows.iter().any(|row| {
                    row.same
                        && row.from_member
                        && named
                            .ingredients
                            .iter()
                            .any(|id| self.any(&row.covers, *id))
                });
            if !by_group && !by_member {
                continue;
            }
            for row in allergen
                .rows
                .iter()
                .filter(|row| by_group || row.from_member)
            {
                if self.any(&row.covers, x) {
                    take(AllergyHit {
                        severity: reaction.weigh(row.severity, row.same),
                        allergen: &allergen.name,
                        rationale: &row.rationale,
                        source: &row.source,
                    });
                }
            }
        }
        best
    }

    fn any(&self, covers: &[Subject], x: u16) -> bool {
        covers.iter().any(|subject| self.includes(*subject, x))
    }

    /// The warnings about an ingredient that fit the patient, the most severe of each kind.
    pub(super) fn warnings(&self, patient: &Circumstances, x: u16) -> Vec<&Warning> {
        let rows = self
            .subjects(x)
            .iter()
            .filter_map(|subject| self.warnings.get(subject))
            .flatten();
        let mut found: Vec<&Warning> = Vec::new();
        for row in rows.filter(|row| patient.fit(row)) {
            // An ingredient's own row comes before those of its classes, and stays when they say the same.
            match found.iter_mut().find(|other| other.kind == row.kind) {
                Some(other) if row.severity > other.severity => *other = row,
                Some(_) => {}
                None => found.push(row),
            }
        }
        found
    }
}

impl Circumstances {
    fn fit(&self, row: &Warning) -> bool {
        match row.kind {
            Kind::Age => row.when.fits_age(self),
            Kind::Pregnancy => row.when.fits_pregnancy(self),
            Kind::CouldBecomePregnant => self.could_become_pregnant,
            Kind::Breastfeeding => self.breastfeeding,
            Kind::G6pdDeficiency => self.g6pd_deficiency,
            Kind::Allergy | Kind::Interaction | Kind::Duplicate | Kind::Dose => false,
        }
    }
}

impl Reaction {
    /// A mild reaction makes what may only cross-react one step lighter. What is the same substance or group stays as the
    /// pack says: the second reaction to it may be the bad one. Unknown counts as severe.
    fn weigh(self, severity: Severity, same: bool) -> Severity {
        match self {
            Reaction::Mild if !same => severity.lighter(),
            _ => severity,
        }
    }
}

impl ByRoute {
    /// Whether a rule fits the routes of two medicines; one that is not known fits every rule.
    fn fits(self, routes: [Option<Route>; 2]) -> bool {
        let is = |route: Route| routes.contains(&Some(route));
        match self {
            ByRoute::Any => true,
            ByRoute::Systemic => !is(Route::Local),
            ByRoute::Oral => !is(Route::Local) && !is(Route::Injected),
            ByRoute::Injected => is(Route::Injected) || routes.contains(&None),
        }
    }
}
