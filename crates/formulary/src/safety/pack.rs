//! What is known, arranged for looking up.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::STARTER_VERSION;
use super::answer::{Kind, Severity};
use super::limit::DoseLimit;
use super::load;
use super::nearest::Shown;
use super::strengths::Product;
use super::when::When;

/// What a rule speaks of: an ingredient, every member of a class, or everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Subject {
    Ingredient(u16),
    Class(u16),
    Everything,
}

impl Subject {
    /// An ingredient says more than a class.
    pub(super) fn is_specific(self) -> bool {
        matches!(self, Subject::Ingredient(_))
    }
}

#[derive(Debug, Clone)]
pub(super) struct Ingredient {
    pub(super) name: String,
    /// Itself, everything, and its classes: what rules may call it.
    pub(super) subjects: Vec<Subject>,
}

/// By which routes two medicines interact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByRoute {
    Any,
    /// Not when one of the two only acts where it is put.
    Systemic,
    /// Both by mouth.
    Oral,
    /// One of them injected.
    Injected,
}

#[derive(Debug, Clone)]
pub(super) struct Interaction {
    pub(super) a: Subject,
    pub(super) b: Subject,
    /// None silences the pair; only a hospital's rows do.
    pub(super) severity: Option<Severity>,
    pub(super) effect: String,
    pub(super) mechanism: String,
    pub(super) management: String,
    pub(super) route: ByRoute,
    pub(super) source: String,
    /// A row of the hospital: it goes before the starter pack's.
    pub(super) site: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Duplicate {
    pub(super) a: Subject,
    pub(super) b: Subject,
    pub(super) severity: Option<Severity>,
    pub(super) message: String,
    pub(super) source: String,
    /// An exception for two forms of one ingredient: not for the same medicine written twice.
    pub(super) unlike: bool,
}

#[derive(Debug, Clone)]
pub(super) struct AllergyRow {
    pub(super) covers: Vec<Subject>,
    /// A member of the group, and not one that may cross-react.
    pub(super) same: bool,
    pub(super) severity: Severity,
    /// A record against one member triggers it too.
    pub(super) from_member: bool,
    pub(super) rationale: String,
    pub(super) source: String,
}

#[derive(Debug, Clone)]
pub(super) struct Allergen {
    pub(super) name: String,
    pub(super) rows: Vec<AllergyRow>,
}

#[derive(Debug, Clone)]
pub(super) struct Warning {
    pub(super) kind: Kind,
    pub(super) when: When,
    pub(super) when_written: String,
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) source: String,
}

/// Everything that is known about the safety of medicines.
#[derive(Debug, Default)]
pub struct Pack {
    pub(super) version: String,
    pub(super) ingredients: Vec<Ingredient>,
    pub(super) ingredient_ids: HashMap<String, u16>,
    pub(super) class_ids: HashMap<String, u16>,
    /// Folded names and the ingredients that they stand for.
    pub(super) names: HashMap<String, Vec<u16>>,
    pub(super) shown: Vec<Shown>,
    /// The number of words in the longest name.
    pub(super) longest: usize,
    pub(super) ignored: HashSet<String>,
    pub(super) ignored_behind_numbers: HashSet<String>,
    pub(super) ignored_in_allergies: HashSet<String>,
    /// Folded allergies as written; none where the text says that there is none.
    pub(super) terms: HashMap<String, Option<u16>>,
    pub(super) allergens: Vec<Allergen>,
    pub(super) allergen_ids: HashMap<String, u16>,
    pub(super) interactions: HashMap<(Subject, Subject), Interaction>,
    pub(super) same_ingredient: Option<Duplicate>,
    pub(super) duplicates: Vec<Duplicate>,
    pub(super) exceptions: Vec<Duplicate>,
    pub(super) warnings: HashMap<Subject, Vec<Warning>>,
    pub(super) doses: HashMap<u16, Vec<DoseLimit>>,
    /// What products of several ingredients hold, by their ingredients in order of number.
    pub(super) products: HashMap<Vec<u16>, Vec<Product>>,
}

impl Pack {
    /// The pack that is compiled in, read once.
    pub fn starter() -> &'static Pack {
        static STARTER: LazyLock<Pack> = LazyLock::new(|| {
            let mut pack = load::starter();
            pack.finish(None);
            pack
        });
        &STARTER
    }

    /// The version, such as `2026.11` or, with a hospital's rows, `2026.11+3`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How many ingredients are known.
    pub fn ingredient_count(&self) -> usize {
        self.ingredients.len()
    }

    pub(super) fn finish(&mut self, site: Option<&str>) {
        self.version = match site {
            Some(site) => format!("{STARTER_VERSION}+{site}"),
            None => STARTER_VERSION.to_owned(),
        };
        self.longest = self
            .names
            .keys()
            .map(|name| name.split(' ').count())
            .max()
            .unwrap_or(0);
    }

    /// The name of an ingredient.
    pub(super) fn name(&self, ingredient: u16) -> &str {
        self.ingredients
            .get(usize::from(ingredient))
            .map_or("", |ingredient| &ingredient.name)
    }

    /// What rules may call an ingredient.
    pub(super) fn subjects(&self, ingredient: u16) -> &[Subject] {
        self.ingredients
            .get(usize::from(ingredient))
            .map_or(&[], |ingredient| &ingredient.subjects)
    }

    /// Whether a rule's subject includes an ingredient.
    pub(super) fn includes(&self, subject: Subject, ingredient: u16) -> bool {
        self.subjects(ingredient).contains(&subject)
    }
}
