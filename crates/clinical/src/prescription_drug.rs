//! Which medicine a prescription means: by its own words, and by the medication of the formulary that it names.

use std::collections::HashMap;

use formulary::MedicationItem;
use formulary::safety::{Dosing, Medicine, Pack, Route};
use platform::cx::{Cx, among, column};
use platform::db::{Dialect, Statement};
use platform::error::Error;
use platform::field::{Field, Ref};
use platform::record::Body;
use platform::texts::Text;
use sea_query::{LockType, Query};
use serde_json::Value as Json;

use crate::prescription::Prescription;
use crate::prescription_dose::dosing;

/// A medicine as the safety check reads it.
#[derive(Debug, Clone)]
pub struct Drug {
    /// The name that is checked and shown.
    pub written: String,
    /// Where it goes, when that is known.
    pub route: Option<Route>,
    /// How it is to be taken, as far as its words say so for certain; none when that is not asked about.
    pub dosing: Option<Dosing>,
}

/// A medication of the formulary, in brief.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    generic_name: String,
    strength: String,
    formulation: String,
}

impl Drug {
    /// Of words alone.
    pub fn written(name: &str) -> Drug {
        Drug {
            written: name.to_owned(),
            route: Route::written(name),
            dosing: None,
        }
    }

    /// Taken so much and so often.
    #[must_use]
    pub fn taken(mut self, dosage: &str, frequency: &str) -> Drug {
        self.dosing = Some(dosing(&self.written, dosage, frequency));
        self.route = self.route.or(Route::written(dosage));
        self
    }

    /// Of a medication of the formulary.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn item(cx: &mut Cx, item: i64) -> Result<Option<Drug>, Error> {
        let items = items(cx, &[item], Lock::None).await?;
        Ok(items.get(&item).map(|item| Drug {
            written: item.label(),
            route: item.route(),
            dosing: None,
        }))
    }

    /// Of a prescription that is about to be stored.
    ///
    /// # Errors
    /// 400 when it names two different medicines.
    pub(crate) async fn of(cx: &mut Cx, row: &Prescription) -> Result<Drug, Error> {
        let pack = formulary::pack::current(cx).await?;
        let item = match row.medication_item {
            Some(item) => items(cx, &[item.get()], Lock::KeyShare)
                .await?
                .remove(&item.get()),
            None => None,
        };
        let name: &str = row.medication_name.open();
        if let Some(item) = &item
            && differ(&pack, name, &item.generic_name)
        {
            let text = Text::new("clinical-prescription-other-drug")
                .with("name", name)
                .with("item", item.label());
            return Err(Error::field("medication_item", text));
        }
        Ok(choose(&pack, row, item.as_ref()))
    }
}

impl Item {
    fn label(&self) -> String {
        format!("{} {}", self.generic_name, self.strength)
            .trim()
            .to_owned()
    }

    fn route(&self) -> Option<Route> {
        match self.formulation.as_str() {
            "Tablet" | "Capsule" | "Syrup" => Some(Route::Oral),
            "Injection" => Some(Route::Injected),
            "Ointment" | "Cream" => Some(Route::Local),
            // Drops go into eyes as well as mouths.
            _ => None,
        }
    }
}

/// A body that names a medication and no words is given the medication's own.
pub(crate) async fn fill_name(cx: &mut Cx, body: &mut Body) -> Result<(), Error> {
    let said = body.0.get("medication_name").and_then(Json::as_str);
    let item = ["medication_item", "medication_item_id"]
        .iter()
        .find_map(|name| body.0.get(*name));
    let item = item.and_then(|item| <Ref<MedicationItem> as Field>::parse(item).ok());
    if said.is_none_or(|name| name.trim().is_empty())
        && let Some(item) = item
        && let Some(item) = items(cx, &[item.get()], Lock::KeyShare)
            .await?
            .remove(&item.get())
    {
        body.0
            .insert("medication_name".to_owned(), Json::String(item.label()));
    }
    Ok(())
}

/// The medicines of prescriptions, with one statement whatever their number.
pub(crate) async fn drugs(
    cx: &mut Cx,
    pack: &Pack,
    rows: &[Prescription],
) -> Result<Vec<Drug>, Error> {
    let ids: Vec<i64> = rows
        .iter()
        .filter_map(|row| row.medication_item)
        .map(|item| item.get())
        .collect();
    let items = items(cx, &ids, Lock::None).await?;
    let item = |row: &Prescription| row.medication_item.and_then(|item| items.get(&item.get()));
    Ok(rows
        .iter()
        .map(|row| choose(pack, row, item(row)))
        .collect())
}

/// The words of the prescription where the pack knows them, else the medication's name.
fn choose(pack: &Pack, row: &Prescription, item: Option<&Item>) -> Drug {
    let name: &str = row.medication_name.open();
    let said = Route::written(&format!("{name} {}", &**row.dosage.open()));
    let route = item.and_then(Item::route).or(said);
    let written = match item {
        Some(item) if !pack.knows(name) && pack.knows(&item.generic_name) => item.label(),
        _ => name.to_owned(),
    };
    let (dosage, frequency): (&str, &str) = (row.dosage.open(), row.frequency.open());
    // The strength of a piece stands in the words of the prescription or in the medication's.
    let mut taken = dosing(name, dosage, frequency);
    if let Some(item) = item.filter(|_| taken.each.is_empty() || taken.unitless) {
        taken = dosing(&item.label(), dosage, frequency);
    }
    Drug {
        written,
        route,
        dosing: Some(taken),
    }
}

/// Both names are known and have nothing in common: one of them is a slip.
fn differ(pack: &Pack, name: &str, generic_name: &str) -> bool {
    let (named, kept) = (pack.ingredients_of(name), pack.ingredients_of(generic_name));
    !named.is_empty()
        && !kept.is_empty()
        && !named.iter().any(|ingredient| kept.contains(ingredient))
}

/// Whether the medications are locked against changes until the commit (`FOR KEY SHARE`). Without, somebody could change
/// the strength between the prescriber's choice and the insert. SQLite has one writer and needs no lock.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lock {
    None,
    KeyShare,
}

async fn items(cx: &mut Cx, ids: &[i64], lock: Lock) -> Result<HashMap<i64, Item>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = Query::select();
    query
        .columns(["id", "generic_name", "strength", "formulation"])
        .from("medication_item")
        .and_where(among(cx.dialect(), column("medication_item", "id"), ids));
    if lock == Lock::KeyShare && cx.dialect() == Dialect::Postgres {
        query.lock(LockType::KeyShare);
    }
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, String, String, String)> = cx
        .unscoped("what medications are called is no secret among those who prescribe")
        .all(statement)
        .await?;
    let item = |(id, generic_name, strength, formulation)| {
        (
            id,
            Item {
                generic_name,
                strength,
                formulation,
            },
        )
    };
    Ok(rows.into_iter().map(item).collect())
}

impl<'a> From<&'a Drug> for Medicine<'a> {
    fn from(drug: &'a Drug) -> Medicine<'a> {
        Medicine {
            written: &drug.written,
            route: drug.route,
        }
    }
}
