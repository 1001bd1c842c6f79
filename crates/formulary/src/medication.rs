//! The medications that the hospital prescribes and keeps.

use std::collections::{BTreeMap, HashMap};

use kernel::Reach;
use platform::access::{Access, Grant, Permission, Scope};
use platform::cx::{Cx, among, column, select};
use platform::db::Statement;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Line, Ref};
use platform::record::{Column, Record};
use platform::resource::{Change, Found, Resource};
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{Condition, Expr, ExprTrait, Func, LikeExpr, Query};
use serde::Serialize;

use crate::access;
use crate::category::MedicationCategory;
use crate::in_use;
use crate::medication_name::MedicationName;
use crate::pack;
use crate::supplier::Supplier;

/// Says that a medication is no controlled substance any more, so that one person alone dispenses and counts it.
pub(crate) const UNCONTROL: Permission = Permission::new("medications", "uncontrol");

/// The most that may be ordered or kept; the ledger holds more.
const MOST: i64 = 1_000_000_000;

platform::choice! {
    /// The form that a medication comes in.
    pub enum Formulation {
        /// To swallow, dissolve or chew.
        Tablet = "Tablet" | "tablets" | "tab",
        /// To swallow.
        Capsule = "Capsule" | "capsules" | "cap",
        /// To drink.
        Syrup = "Syrup" | "suspension" | "solution",
        /// By a needle.
        Injection = "Injection" | "inj" | "ampoule" | "vial",
        /// For the skin.
        Ointment = "Ointment",
        /// For the skin.
        Cream = "Cream",
        /// For eye, ear, nose or mouth.
        Drops = "Drops",
        /// Anything else.
        Other = "Other",
    }
}

platform::record! {
    /// A medication of the hospital's formulary, in one form and strength. Once there is stock of it, or a prescription that may be dispensed, it stays the same medicine, form, strength and unit: another one is a new medication.
    pub struct MedicationItem in "medication_item" {
        client {
            /// The international name; also accepted and shown as `name`.
            generic_name: Line<255>,
            /// The brand name on the pack.
            brand_name: Blank<255>,
            /// The form; also accepted and shown as `form`.
            formulation: Formulation = Formulation::Other,
            /// The strength as written on the pack, such as `500 mg`.
            strength: Blank<100>,
            /// The ATC code, if the hospital uses these codes.
            atc_code: Option<Line<16>>,
            /// Name of the manufacturer.
            manufacturer: Blank<255>,
            /// The supplier from whom it is usually bought.
            supplier: Option<Ref<Supplier>>,
            /// The category that it is grouped by.
            category: Option<Ref<MedicationCategory>>,
            /// The unit that stock is counted in, such as `Tablet` or `Bottle`.
            unit_of_measure: Line<50> = Line::cut("Each"),
            /// At this quantity or below it is to be ordered, in units of measure; 0 means never.
            reorder_level: i64 = 0,
            /// How much to order, in units of measure.
            reorder_quantity: i64 = 0,
            /// How it is to be stored, such as `2–8 °C`.
            storage_conditions: Blank<255>,
            /// A controlled substance: a second person confirms each dispense.
            is_controlled_substance: bool = false,
            /// Further text; also accepted and shown as `notes`.
            description: Blank<65536>,
        }
        server {
            /// The quantity on hand in all places, in units of measure; also shown as `current_stock_level`. It follows from the ledger of stock.
            total_quantity: i64 = 0,
            /// The active ingredients that the drug-safety pack recognises in the names, separated by semicolons. When it is empty, prescriptions of this medication cannot be checked for safety.
            ingredients: Blank<2000> = Blank::default(),
        }
    }
}

/// What is shown besides the fields.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct MedicationExtra {
    /// The category's name.
    pub category_name: Option<String>,
    /// The supplier's name.
    pub supplier_name: Option<String>,
    /// Other brands and local names, in alphabetical order; changed at `names/`.
    pub other_names: Vec<String>,
}

impl Resource for MedicationItem {
    const PATH: &'static str = "medications";
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[
        ("name", MedicationItem::generic_name),
        ("form", MedicationItem::formulation),
        ("notes", MedicationItem::description),
        ("current_stock_level", MedicationItem::total_quantity),
    ];
    const FILTERS: &'static [Column<Self>] = &[
        MedicationItem::category,
        MedicationItem::supplier,
        MedicationItem::formulation,
        MedicationItem::is_controlled_substance,
        MedicationItem::total_quantity,
        MedicationItem::atc_code,
    ];
    const ORDERING: &'static [Column<Self>] = &[
        MedicationItem::generic_name,
        MedicationItem::brand_name,
        MedicationItem::total_quantity,
    ];
    const SEARCH: &'static [Column<Self>] = &[
        MedicationItem::generic_name,
        MedicationItem::brand_name,
        MedicationItem::ingredients,
    ];
    const LIST: &'static [Column<Self>] = &[
        MedicationItem::generic_name,
        MedicationItem::brand_name,
        MedicationItem::formulation,
        MedicationItem::strength,
        MedicationItem::total_quantity,
        MedicationItem::reorder_level,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "group-product",
            &[
                MedicationItem::generic_name,
                MedicationItem::brand_name,
                MedicationItem::formulation,
                MedicationItem::strength,
                MedicationItem::atc_code,
                MedicationItem::manufacturer,
                MedicationItem::category,
            ],
        ),
        (
            "group-ordering",
            &[
                MedicationItem::supplier,
                MedicationItem::unit_of_measure,
                MedicationItem::reorder_level,
                MedicationItem::reorder_quantity,
            ],
        ),
        (
            "group-handling",
            &[
                MedicationItem::storage_conditions,
                MedicationItem::is_controlled_substance,
                MedicationItem::description,
            ],
        ),
    ];
    type Extra = MedicationExtra;

    fn access() -> Access {
        access::medications()
    }

    fn scope(_grant: &Grant) -> Scope {
        Scope::All
    }

    fn label(&self) -> String {
        match &*self.strength {
            "" => self.generic_name.to_string(),
            strength => format!("{} {strength}", self.generic_name),
        }
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let was_controlled = change
            .before
            .is_some_and(|before| before.is_controlled_substance);
        let row = &mut *change.row;
        // Else one person alone would be rid of the second.
        if was_controlled
            && !row.is_controlled_substance
            && cx.grant_of(UNCONTROL).reach == Reach::None
        {
            return Err(Error::denied().with("permission", UNCONTROL.to_string()));
        }
        let mut faults = Faults::new();
        for (field, quantity) in [
            ("reorder_level", row.reorder_level),
            ("reorder_quantity", row.reorder_quantity),
        ] {
            if !(0..=MOST).contains(&quantity) {
                faults.say(field, Text::new("formulary-quantity").with("max", MOST));
            }
        }
        faults.into_result()?;
        let pack = pack::current(cx).await?;
        if let Some(before) = change.before {
            in_use::check(cx, &pack, change.row, before).await?;
        }
        let row = &mut *change.row;
        let known = [&*row.generic_name, &*row.brand_name]
            .into_iter()
            .map(|name| pack.ingredients_of(name))
            .find(|ingredients| !ingredients.is_empty())
            .unwrap_or_default();
        row.ingredients = Blank::cut(&known.join("; "));
        Ok(())
    }

    /// Its other names go with it.
    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        let mut query = select::<MedicationName>();
        query.and_where(MedicationName::medication_item.eq(row.meta.id));
        let names = cx
            .unscoped("a medication's names are part of it")
            .records::<MedicationName>(query)
            .await?;
        for name in &names {
            cx.remove(name).await?;
        }
        Ok(())
    }

    /// By any name: those of the medication, and those that the drug-safety pack knows for the same ingredients.
    async fn search(cx: &mut Cx, text: &str) -> Result<Option<Found>, Error> {
        let pack = pack::current(cx).await?;
        let mut other = Query::select();
        other
            .column(MedicationName::medication_item)
            .from(MedicationName::TABLE)
            .and_where(contains(MedicationName::name, text));
        let mut found = Self::SEARCH.iter().fold(Condition::any(), |any, column| {
            any.add(contains(*column, text))
        });
        found = found.add(MedicationItem::id.in_subquery(other));
        let ingredients = pack.ingredients_of(text);
        if !ingredients.is_empty() {
            let all = ingredients
                .into_iter()
                .fold(Condition::all(), |all, ingredient| {
                    all.add(contains(MedicationItem::ingredients, ingredient))
                });
            found = found.add(all);
        }
        Ok(Some(Found::Where(found)))
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<MedicationExtra>, Error> {
        let categories = names(
            cx,
            MedicationCategory::TABLE,
            rows.iter().filter_map(|row| row.category),
        )
        .await?;
        let suppliers = names(
            cx,
            Supplier::TABLE,
            rows.iter().filter_map(|row| row.supplier),
        )
        .await?;
        let mut others = other_names(cx, rows).await?;
        let extras = rows.iter().map(|row| MedicationExtra {
            category_name: row
                .category
                .and_then(|category| categories.get(&category.get()).cloned()),
            supplier_name: row
                .supplier
                .and_then(|supplier| suppliers.get(&supplier.get()).cloned()),
            other_names: others.remove(&row.meta.id).unwrap_or_default(),
        });
        Ok(extras.collect())
    }
}

/// Whether a column contains a text, whatever its case.
fn contains<R: Record>(column: Column<R>, text: &str) -> Expr {
    let escaped = text
        .to_lowercase()
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    Expr::expr(Func::lower(Expr::col(column)))
        .like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

/// The names of the records of a table, with one statement.
async fn names<R>(
    cx: &mut Cx,
    table: &'static str,
    references: impl Iterator<Item = Ref<R>>,
) -> Result<HashMap<i64, String>, Error> {
    let mut ids: Vec<i64> = references.map(|reference| reference.get()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = Query::select();
    query.columns(["id", "name"]).from(table).and_where(among(
        cx.dialect(),
        column(table, "id"),
        &ids,
    ));
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, String)> = cx
        .unscoped("the names of suppliers and categories are shown with what belongs to them")
        .all(statement)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn other_names(
    cx: &mut Cx,
    rows: &[MedicationItem],
) -> Result<BTreeMap<i64, Vec<String>>, Error> {
    let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
    let mut query = Query::select();
    query
        .columns([MedicationName::medication_item, MedicationName::name])
        .from(MedicationName::TABLE)
        .and_where(among(cx.dialect(), MedicationName::medication_item, &ids))
        .order_by(MedicationName::name, sea_query::Order::Asc);
    let statement = Statement::build(cx.dialect(), &query);
    let named: Vec<(i64, String)> = cx
        .unscoped("other names are shown with their medication")
        .all(statement)
        .await?;
    let mut by_item: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for (item, name) in named {
        by_item.entry(item).or_default().push(name);
    }
    Ok(by_item)
}
