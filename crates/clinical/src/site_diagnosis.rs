//! Diagnoses that a site adds to the built-in list, one by one or from a file.

use kernel::BuiltinRole;
use kernel::names::fold;
use platform::access::{Access, Grant, Scope};
use platform::audit::{Action, AuditEntry};
use platform::cx::{Cx, select};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Line};
use platform::record::{Column, Record};
use platform::resource::{Change, Resource};
use platform::texts::Text;
use platform::verb::Command;
use schemars::JsonSchema;
use sea_query::{Alias, Condition, Expr, ExprTrait, OnConflict, Query};
use serde::Serialize;
use serde_json::json;

use crate::rules::icd10::{Diagnosis, bare, is_code};

platform::record! {
    /// A diagnosis that a site added to the list that is looked up. One with the code of a built-in diagnosis
    /// takes its place.
    pub struct SiteDiagnosis in "site_diagnosis" {
        client {
            /// ICD-10 or ICD-11 code; unique.
            code: Line<16>,
            /// Title of the diagnosis, as it is offered.
            title: Line<255>,
            /// 1 is offered first, 2 is common, 3 can be found.
            rank: i64 = 2,
        }
        hidden {
            /// The code without its point, for looking up.
            bare: Blank<16> = Blank::default(),
            /// The title's words as they are compared, each led by a space.
            words: Blank<600> = Blank::default(),
        }
    }
}

impl Resource for SiteDiagnosis {
    const PATH: &'static str = "icd10-site";
    const FILTERS: &'static [Column<Self>] = &[SiteDiagnosis::code, SiteDiagnosis::rank];
    const SEARCH: &'static [Column<Self>] = &[SiteDiagnosis::code, SiteDiagnosis::title];
    const LIST: &'static [Column<Self>] = &[
        SiteDiagnosis::code,
        SiteDiagnosis::title,
        SiteDiagnosis::rank,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::nobody()
            .role(BuiltinRole::Admin, "crud")
            .roles(BuiltinRole::STAFF, "r")
    }

    fn scope(_grant: &Grant) -> Scope {
        Scope::All
    }

    fn label(&self) -> String {
        format!("{} {}", self.code, self.title)
    }

    async fn prepare(_cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let row = &mut *change.row;
        row.code = Line::cut(&row.code.to_ascii_uppercase());
        let mut faults = Faults::new();
        if !is_code(&row.code) {
            faults.say("code", Text::new("clinical-icd-code"));
        }
        if !(1..=3).contains(&row.rank) {
            faults.say("rank", Text::new("clinical-rank"));
        }
        faults.into_result()?;
        row.bare = Blank::cut(&bare(&row.code));
        row.words = Blank::cut(&words(&row.title));
        Ok(())
    }
}

fn words(title: &str) -> String {
    format!(" {}", fold(title))
}

/// Rows that the database narrows a search to, before they are ranked.
const CANDIDATES: u64 = 300;

/// The site's diagnoses that may answer a search.
pub(crate) async fn candidates(cx: &mut Cx, asked: &str) -> Result<Vec<Diagnosis>, Error> {
    let folded = fold(asked);
    let mut titled = Condition::all();
    for word in folded.split(' ') {
        titled = titled.add(SiteDiagnosis::words.like(format!("% {word}%")));
    }
    let mut found = Condition::any().add(titled);
    let code = bare(asked);
    if !code.is_empty() {
        found = found.add(SiteDiagnosis::bare.like(format!("{code}%")));
    }
    let mut query = select::<SiteDiagnosis>();
    query
        .cond_where(found)
        .order_by((SiteDiagnosis::TABLE, "rank"), sea_query::Order::Asc)
        .order_by((SiteDiagnosis::TABLE, "code"), sea_query::Order::Asc)
        .limit(CANDIDATES);
    let rows: Vec<SiteDiagnosis> = cx
        .unscoped("the list of diagnoses is no secret")
        .records(query)
        .await?;
    Ok(rows
        .iter()
        .map(|row| Diagnosis::new(&row.code, &row.title, row.rank))
        .collect())
}

platform::input! {
    /// A list of diagnoses.
    pub struct LoadInput {
        /// Comma-separated values with a header row: `code`, `title` and, if wanted, `rank` (1 to 3, default 2).
        csv: Line<1000000>,
    }
}

/// What came of loading a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Loaded {
    /// Rows that were added or replaced.
    pub loaded: usize,
}

/// Loads a list: all of its rows or none.
pub struct Load;

/// Lines whose faults are named.
const NAMED: usize = 20;
/// Rows of one statement.
const CHUNK: usize = 500;

impl Command for Load {
    type Of = SiteDiagnosis;
    type Input = LoadInput;
    type Answer = Loaded;
    const NAME: &'static str = "load";
    const SUMMARY: &'static str = "Load a list of diagnoses from CSV";
    const DESCRIPTION: &'static str = "Rows with a code that is there take its place. When a line is wrong, nothing is \
        loaded and the lines are named.";

    fn access() -> Access {
        Access::may(&[BuiltinRole::Admin])
    }

    async fn run(cx: &mut Cx, input: LoadInput) -> Result<Loaded, Error> {
        let loaded = load(cx, &input.csv).await?;
        Ok(Loaded { loaded })
    }
}

/// Loads the rows of a CSV text, whoever gives it; answers how many.
///
/// # Errors
/// 400 naming the lines that are wrong; nothing is loaded then.
pub async fn load(cx: &mut Cx, csv: &str) -> Result<usize, Error> {
    let rows = read(csv)?;
    for chunk in rows.chunks(CHUNK) {
        store(cx, chunk).await?;
    }
    let entry = AuditEntry::new(Action::Edit, SiteDiagnosis::NAME, None);
    cx.audit(
        entry
            .saying("loaded from a list")
            .detailed(json!({ "rows": rows.len() })),
    );
    Ok(rows.len())
}

/// Code, title, rank.
type Row = (String, String, i64);

/// The rows of a list, the last of those with the same code.
fn read(csv: &str) -> Result<Vec<Row>, Faults> {
    let mut faults = Faults::new();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(csv.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let column = |name: &str| {
        header
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))
    };
    let (Some(code), Some(title)) = (column("code"), column("title")) else {
        return Err(Faults::one("csv", Text::new("clinical-list-header")));
    };
    let rank = column("rank");
    let mut rows = std::collections::BTreeMap::new();
    let mut wrong = 0;
    for (at, record) in reader.records().enumerate() {
        let row = record.ok().and_then(|record| {
            let code = record.get(code)?.to_ascii_uppercase();
            let title = record.get(title)?.to_owned();
            let rank = rank
                .and_then(|rank| record.get(rank))
                .filter(|text| !text.is_empty());
            let rank: i64 = rank.map_or(Ok(2), str::parse).ok()?;
            let fits = is_code(&code)
                && (1..=255).contains(&title.chars().count())
                && !title.chars().any(char::is_control)
                && (1..=3).contains(&rank);
            fits.then_some((code, title, rank))
        });
        match row {
            Some((code, title, rank)) => drop(rows.insert(code, (title, rank))),
            None if wrong < NAMED => {
                wrong += 1;
                faults.say("csv", Text::new("clinical-list-line").with("line", at + 2));
            }
            None => {}
        }
    }
    faults.into_result()?;
    Ok(rows
        .into_iter()
        .map(|(code, (title, rank))| (code, title, rank))
        .collect())
}

async fn store(cx: &mut Cx, rows: &[Row]) -> Result<(), Error> {
    let now = cx.now();
    let columns = [
        "uid",
        "created_at",
        "updated_at",
        "version",
        "code",
        "title",
        "rank",
        "bare",
        "words",
    ];
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new(SiteDiagnosis::TABLE))
        .columns(columns.map(Alias::new))
        .on_conflict(
            OnConflict::column(Alias::new("code"))
                .update_columns(["updated_at", "title", "rank", "words"].map(Alias::new))
                .value(
                    Alias::new("version"),
                    Expr::cust("site_diagnosis.version + 1"),
                )
                .to_owned(),
        );
    for (code, title, rank) in rows {
        insert
            .values([
                Expr::val(uuid::Uuid::now_v7().to_value()),
                Expr::val(now.to_value()),
                Expr::val(now.to_value()),
                Expr::val(1_i64),
                Expr::val(code.as_str()),
                Expr::val(title.as_str()),
                Expr::val(*rank),
                Expr::val(bare(code)),
                Expr::val(words(title)),
            ])
            .map_err(Error::internal)?;
    }
    let statement = Statement::build(cx.dialect(), &insert);
    cx.unscoped("a list is loaded as a whole and audited in one row")
        .execute(statement)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_is_read_whole_or_its_wrong_lines_are_named() {
        let good = "Code,Title,Rank\r\nx99.1,\"Snake, bite\",1\nX99.2,Other,\nX99.1,Snake bite,3\n";
        let rows = read(good).unwrap();
        assert_eq!(
            rows,
            [
                ("X99.1".to_owned(), "Snake bite".to_owned(), 3),
                ("X99.2".to_owned(), "Other".to_owned(), 2)
            ]
        );
        for bad in [
            "",
            "title\nx",
            "code,title\nmalaria,Malaria",
            "code,title\nA00,",
            "code,title,rank\nA00,x,7",
        ] {
            assert!(read(bad).is_err_and(|faults| faults.has("csv")), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_list_panics(text in "\\PC{0,80}") {
            let _ = read(&format!("code,title\n{text}"));
        }
    }
}
