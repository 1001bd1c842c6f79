//! Reads a pack's tables, the starter's and a hospital's alike.

use csv::{ReaderBuilder, StringRecord};

use super::additions::{Fault, RowFault};
use super::answer::Kind;
use super::fold::fold;
use super::nearest::Shown;
use super::pack::{
    Allergen, AllergyRow, ByRoute, Duplicate, Ingredient, Interaction, Pack, Subject, Warning,
};
use super::table::{Fields, Table};
use super::when::When;

/// What a hospital may add to one table; the starter pack is far below it.
const MAX_ROWS: usize = 10_000;

/// The starter pack; a test holds that every row of it can be used.
pub(super) fn starter() -> Pack {
    let mut pack = Pack::default();
    for table in Table::ALL {
        rows(&mut pack, table, table.starter(), false);
    }
    pack
}

/// Lays the rows of a CSV text over a pack; answers with those that cannot be used.
pub(super) fn rows(pack: &mut Pack, table: Table, csv: &str, site: bool) -> Vec<RowFault> {
    let mut faults = Vec::new();
    let mut fault = |line, fault: Fault| faults.push(RowFault { table, line, fault });
    let csv = csv.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new().from_reader(csv.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            fault(1, Fault::Csv(error.to_string()));
            return faults;
        }
    };
    let lacking = table
        .required()
        .iter()
        .filter(|column| !header.iter().any(|name| name.trim() == **column));
    let lacking: Vec<_> = lacking.copied().collect();
    if !lacking.is_empty() {
        for column in lacking {
            fault(1, Fault::Column(column));
        }
        return faults;
    }
    let mut record = StringRecord::new();
    let mut count = 0;
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                count += 1;
                let line = record.position().map_or(line, csv::Position::line);
                if count > MAX_ROWS {
                    fault(line, Fault::Many(MAX_ROWS));
                    break;
                }
                let added = row(pack, table, &Fields::new(&header, &record), site);
                if let Err(wrong) = added {
                    fault(line, wrong);
                }
            }
            Err(error) => fault(line, Fault::Csv(error.to_string())),
        }
    }
    faults
}

fn row(pack: &mut Pack, table: Table, fields: &Fields<'_>, site: bool) -> Result<(), Fault> {
    match table {
        Table::Classes => class(pack, fields),
        Table::Ingredients => ingredient(pack, fields),
        Table::Synonyms => synonym(pack, fields),
        Table::IgnoredWords => ignored_word(pack, fields),
        Table::AllergyClasses => allergy_class(pack, fields),
        Table::AllergyTerms => allergy_term(pack, fields),
        Table::Interactions => interaction(pack, fields, site),
        Table::Duplicates => duplicate(pack, fields),
        Table::PregnancyAndAge => warning(pack, fields),
        Table::MaxDose => super::limit::add(pack, fields),
        Table::Strengths => super::strengths::add(pack, fields),
    }
}

/// The next number of a table; 65,535 are more than there are medicines.
fn next(count: usize) -> Result<u16, Fault> {
    u16::try_from(count).map_err(|_| Fault::Many(usize::from(u16::MAX)))
}

fn class(pack: &mut Pack, fields: &Fields<'_>) -> Result<(), Fault> {
    let name = fields.text("class")?;
    if pack.class_ids.contains_key(name) {
        return Err(Fault::Known(name.to_owned()));
    }
    let id = next(pack.class_ids.len())?;
    pack.class_ids.insert(name.to_owned(), id);
    Ok(())
}

fn ingredient(pack: &mut Pack, fields: &Fields<'_>) -> Result<(), Fault> {
    let name = fields.text("ingredient")?.to_lowercase();
    let folded = fold(&name);
    if pack.names.contains_key(&folded) {
        return Err(Fault::Known(name));
    }
    if folded.is_empty() {
        return Err(Fault::Missing("ingredient"));
    }
    let id = next(pack.ingredients.len())?;
    let mut subjects = vec![Subject::Ingredient(id), Subject::Everything];
    for class in fields.list("classes") {
        let class = pack
            .class_ids
            .get(class)
            .ok_or_else(|| Fault::Class(class.to_owned()))?;
        subjects.push(Subject::Class(*class));
    }
    pack.ingredient_ids.insert(name.clone(), id);
    pack.shown.push(Shown::new(&folded, &name));
    pack.names.insert(folded, vec![id]);
    pack.ingredients.push(Ingredient { name, subjects });
    Ok(())
}

impl Pack {
    /// The ingredient of a name, which must be its own.
    pub(super) fn known(&self, name: &str) -> Result<u16, Fault> {
        let id = self.ingredient_ids.get(&name.to_lowercase());
        id.copied().ok_or_else(|| Fault::Ingredient {
            name: name.to_owned(),
            nearest: self.nearest(name),
        })
    }
}

fn synonym(pack: &mut Pack, fields: &Fields<'_>) -> Result<(), Fault> {
    let alias = fields.text("alias")?;
    let folded = fold(alias);
    if folded.is_empty() {
        return Err(Fault::Missing("alias"));
    }
    if let Some([id]) = pack.names.get(&folded).map(Vec::as_slice)
        && fold(pack.name(*id)) == folded
    {
        return Err(Fault::OwnName(alias.to_owned()));
    }
    let mut ids = Vec::new();
    for name in fields.list("ingredients") {
        ids.push(pack.known(name)?);
    }
    if ids.is_empty() {
        return Err(Fault::Missing("ingredients"));
    }
    // A wrong spelling is recognised, and never offered.
    if fields.get("kind") != "misspelling" {
        pack.shown.push(Shown::new(&folded, alias));
    }
    pack.names.insert(folded, ids);
    Ok(())
}

fn ignored_word(pack: &mut Pack, fields: &Fields<'_>) -> Result<(), Fault> {
    let word = fold(fields.text("word")?);
    if word.is_empty() {
        return Err(Fault::Missing("word"));
    }
    if word.contains(' ') {
        return Err(fields.wrong("word", "one word"));
    }
    if pack.names.contains_key(&word) {
        return Err(Fault::IgnoredMedicine(word));
    }
    let words = match fields.text("where")? {
        "any" => &mut pack.ignored,
        "unit" => &mut pack.ignored_behind_numbers,
        "allergy" => &mut pack.ignored_in_allergies,
        _ => return Err(fields.wrong("where", "any, unit or allergy")),
    };
    words.insert(word);
    Ok(())
}

fn subject(pack: &Pack, text: &str) -> Result<Subject, Fault> {
    match text.strip_prefix("class:") {
        Some(class) => {
            let id = pack
                .class_ids
                .get(class)
                .ok_or_else(|| Fault::Class(class.to_owned()))?;
            Ok(Subject::Class(*id))
        }
        None if text == "*" => Ok(Subject::Everything),
        None => Ok(Subject::Ingredient(pack.known(text)?)),
    }
}

fn allergy_class(pack: &mut Pack, fields: &Fields<'_>) -> Result<(), Fault> {
    let name = fields.text("allergen")?;
    let covers: Result<Vec<_>, _> = fields
        .list("covers")
        .map(|text| subject(pack, text))
        .collect();
    let covers = covers?;
    let same = match fields.text("relation")? {
        "same" => Some(true),
        "cross" => Some(false),
        "no medicine" => None,
        _ => return Err(fields.wrong("relation", "same, cross or no medicine")),
    };
    if same.is_some() == covers.is_empty() {
        return Err(fields.wrong("covers", "empty for `no medicine` and only then"));
    }
    let from_member = match fields.text("from_member")? {
        "yes" => true,
        "no" => false,
        _ => return Err(fields.wrong("from_member", "yes or no")),
    };
    let severity = fields
        .severity()?
        .ok_or_else(|| fields.wrong("severity", "inform, moderate or severe"))?;
    let id = match pack.allergen_ids.get(name) {
        Some(id) => *id,
        None => {
            let id = next(pack.allergens.len())?;
            pack.allergen_ids.insert(name.to_owned(), id);
            pack.allergens.push(Allergen {
                name: name.to_owned(),
                rows: Vec::new(),
            });
            id
        }
    };
    let (Some(same), Some(allergen)) = (same, pack.allergens.get_mut(usize::from(id))) else {
        return Ok(());
    };
    let row = AllergyRow {
        covers,
        same,
        severity,
        from_member,
        rationale: fields.get("rationale").to_owned(),
        source: source(fields),
    };
    match allergen
        .rows
        .iter_mut()
        .find(|other| other.covers == row.covers)
    {
        Some(other) => *other = row,
        None => allergen.rows.push(row),
    }
    Ok(())
}

fn allergy_term(pack: &mut Pack, fields: &Fields<'_>) -> Result<(), Fault> {
    let written = fold(fields.text("written")?);
    if written.is_empty() {
        return Err(Fault::Missing("written"));
    }
    let allergen = match fields.text("allergen")? {
        "none" => None,
        name => Some(
            *pack
                .allergen_ids
                .get(name)
                .ok_or_else(|| Fault::Allergen(name.to_owned()))?,
        ),
    };
    pack.terms.insert(written, allergen);
    Ok(())
}

fn interaction(pack: &mut Pack, fields: &Fields<'_>, site: bool) -> Result<(), Fault> {
    let a = subject(pack, fields.text("a")?)?;
    let b = subject(pack, fields.text("b")?)?;
    let route = match fields.get("route") {
        "" => ByRoute::Any,
        "systemic" => ByRoute::Systemic,
        "oral" => ByRoute::Oral,
        "iv" => ByRoute::Injected,
        _ => return Err(fields.wrong("route", "empty, systemic, oral or iv")),
    };
    let row = Interaction {
        a: a.min(b),
        b: a.max(b),
        severity: fields.severity()?,
        effect: fields.text("effect")?.to_owned(),
        mechanism: fields.get("mechanism").to_owned(),
        management: fields.get("management").to_owned(),
        route,
        source: source(fields),
        site,
    };
    pack.interactions.insert((row.a, row.b), row);
    Ok(())
}

fn duplicate(pack: &mut Pack, fields: &Fields<'_>) -> Result<(), Fault> {
    let kind = fields.text("kind")?;
    let row = Duplicate {
        a: subject(pack, fields.text("a")?)?,
        b: subject(pack, fields.text("b")?)?,
        severity: fields.severity()?,
        message: fields.text("message")?.to_owned(),
        source: source(fields),
        unlike: kind == "unlike",
    };
    match kind {
        "same-ingredient" => pack.same_ingredient = Some(row),
        "class" => pack.duplicates.push(row),
        "exception" | "unlike" => pack.exceptions.push(row),
        _ => return Err(fields.wrong("kind", "class, exception, unlike or same-ingredient")),
    }
    Ok(())
}

fn warning(pack: &mut Pack, fields: &Fields<'_>) -> Result<(), Fault> {
    let subject = subject(pack, fields.text("subject")?)?;
    let contexts = "pregnancy, could-become-pregnant, breastfeeding, age or g6pd-deficiency";
    let kind = Kind::circumstance(fields.text("context")?)
        .ok_or_else(|| fields.wrong("context", contexts))?;
    let written = fields.text("when")?;
    let when = match kind {
        Kind::Age => When::age(written)
            .ok_or_else(|| fields.wrong("when", "an age limit such as <12y or >65y"))?,
        Kind::Pregnancy => When::trimesters(written).ok_or_else(|| {
            fields.wrong("when", "any, near-term, or trimesters such as 1 or 2;3")
        })?,
        _ if written == "any" => When::Any,
        _ => return Err(fields.wrong("when", "any")),
    };
    let severity = fields.severity()?;
    let rows = pack.warnings.entry(subject).or_default();
    rows.retain(|other| other.kind != kind || other.when_written != written);
    if let Some(severity) = severity {
        rows.push(Warning {
            kind,
            when,
            when_written: written.to_owned(),
            severity,
            message: fields.text("message")?.to_owned(),
            source: source(fields),
        });
    }
    Ok(())
}

fn source(fields: &Fields<'_>) -> String {
    match fields.get("source") {
        "" => "site".to_owned(),
        source => source.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_starter_pack_can_be_used() {
        let mut pack = Pack::default();
        let faults: Vec<_> = Table::ALL
            .into_iter()
            .flat_map(|table| rows(&mut pack, table, table.starter(), false))
            .collect();
        assert_eq!(faults, []);
        assert_eq!(pack.ingredients.len(), 1141);
        assert_eq!(pack.interactions.len(), 1468);
    }
}
