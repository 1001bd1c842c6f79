//! What modules declare: plain data, of which everything follows.

use futures_util::future::BoxFuture;
use kernel::Code;

use db::{Migration, NoOverlap};
use records::error::Error;
use records::record::{FieldInfo, Record};
use texts::TextSource;

use crate::access::{Grant, PermissionInfo, Scope};
use crate::account::AccountSection;
use crate::alert::Alerts;
use crate::chart::{LoadEntries, Section};
use crate::cx::Cx;
use crate::figure::Figure;
use crate::files::FileColumns;
use crate::jobs::{JobInfo, Round};
use crate::operation::Operation;
use crate::outbox::Subscriber;
use crate::proof::Proof;
use crate::resource::{Labels, Offers};
use crate::socket::{Letter, Socket};

/// What a module declares. Made by the builder of the layer above, which knows how each is served.
pub struct Declared {
    /// Its name, such as `patients`.
    pub name: &'static str,
    /// Its operations.
    pub operations: Vec<Operation>,
    /// Its sockets, with who reads the letters that open them.
    pub sockets: Vec<(Socket, Option<Letter>)>,
    /// Its tables.
    pub tables: Vec<TableInfo>,
    /// Its permissions with their defaults.
    pub permissions: Vec<PermissionInfo>,
    /// Its schema changes, oldest first.
    pub migrations: &'static [Migration],
    /// What it hears.
    pub subscribers: Vec<Subscriber>,
    /// The kinds of jobs that it runs.
    pub jobs: Vec<JobInfo>,
    /// What workers look for.
    pub rounds: Vec<Round>,
    /// Its texts.
    pub texts: Vec<TextSource>,
    /// Columns that name a patient.
    pub patient_columns: Vec<PatientColumn>,
    /// What follows from the rows of patients.
    pub patient_refreshes: Vec<PatientRefresh>,
    /// Rows that must be there.
    pub seeds: Vec<Seed>,
    /// How its blind indexes are rebuilt.
    pub reindexes: Vec<Reindex>,
    /// What it knows of a user.
    pub account_sections: Vec<AccountSection>,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// What raises its alerts.
    pub alerts: Vec<Alerts>,
    /// Its sections of a chart.
    pub chart: Vec<Section>,
    /// Its sources of a timeline.
    pub timeline: Vec<LoadEntries>,
    /// What the database refuses by its rules against overlaps.
    pub exclusions: Vec<Exclusion>,
    /// What always holds.
    pub proofs: Vec<Proof>,
    /// How to find out whether records are confined.
    pub confinement: Option<&'static str>,
    /// Which rows name stored files.
    pub files: Vec<FileColumns>,
}

impl Declared {
    /// An empty table of contents.
    pub fn new(name: &'static str) -> Declared {
        Declared {
            name,
            operations: Vec::new(),
            sockets: Vec::new(),
            tables: Vec::new(),
            permissions: Vec::new(),
            migrations: &[],
            subscribers: Vec::new(),
            jobs: Vec::new(),
            rounds: Vec::new(),
            texts: Vec::new(),
            patient_columns: Vec::new(),
            patient_refreshes: Vec::new(),
            seeds: Vec::new(),
            reindexes: Vec::new(),
            account_sections: Vec::new(),
            exclusions: Vec::new(),
            proofs: Vec::new(),
            files: Vec::new(),
            figures: Vec::new(),
            alerts: Vec::new(),
            chart: Vec::new(),
            timeline: Vec::new(),
            confinement: None,
        }
    }
}

/// What clients are told when the database refuses an overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exclusion {
    /// The rule's name; see [`NoOverlap`].
    pub constraint: &'static str,
    /// The code of the refusal.
    pub code: Code,
    /// The key of the sentence.
    pub text: &'static str,
}

/// Runs after the migrations, on every start, in one transaction; must be repeatable.
pub type Seed = for<'a> fn(&'a mut Cx) -> BoxFuture<'a, Result<(), Error>>;

/// Rebuilds the blind index of a batch of rows while the index key rotates.
///
/// It is given the id of the last row that was done (0 at first) and returns that of the last row it
/// did, or `None` when no rows are left. For each row it replaces all stored tags by those the ring
/// makes now ([`KeyRing::tags`](seal::KeyRing::tags) and its sisters), so it may run again. Each
/// batch is a transaction of its own: some hundred rows are a good size.
pub type Reindex = for<'a> fn(&'a mut Cx, after: i64) -> BoxFuture<'a, Result<Option<i64>, Error>>;

/// Works out anew what is kept with a patient and follows from a module's rows, such as the latest
/// appointment. Merging calls it, and undoing that, in its own transaction, for both patients, once all
/// rows have moved.
pub type PatientRefresh = for<'a> fn(&'a mut Cx, patient: i64) -> BoxFuture<'a, Result<(), Error>>;

/// A table as declared.
#[derive(Clone)]
pub struct TableInfo {
    /// The module that owns it.
    pub module: &'static str,
    /// The table.
    pub table: &'static str,
    /// What a record is called, such as `Patient`.
    pub name: &'static str,
    /// Below `/api/`; empty for tables without a path.
    pub path: &'static str,
    /// Changes of its rows are on record; those of what only the platform keeps are not.
    pub audited: bool,
    /// Rows are voided, not erased.
    pub retained: bool,
    /// What the declaration's comment says.
    pub doc: &'static str,
    /// Its fields.
    pub fields: &'static [FieldInfo],
    /// Its columns.
    pub columns: fn() -> &'static [&'static str],
    /// Seals some of its fields, so that rotation visits it.
    pub sealed: bool,
    /// The column that names the patient, if there is one.
    pub patient: Option<&'static str>,
    /// The patient may be changed afterwards.
    pub patient_changes: bool,
    /// References that do not keep the record they name from being voided.
    pub follows: Vec<&'static str>,
    /// A column that must be true of a record for others to begin to refer to it.
    pub referred_while: Option<&'static str>,
    /// Which rows others may begin to refer to; none for tables that no path serves.
    pub referable: Option<fn(&Grant) -> Scope>,
    /// Which rows a grant reaches; none for tables that no path serves.
    pub scope: Option<fn(&Grant) -> Scope>,
    /// What its records are called; none for tables that no path serves.
    pub labels: Option<Labels>,
    /// Which operations a record offers; none for tables that no path serves.
    pub offers: Option<Offers>,
}

impl TableInfo {
    /// A table that no path serves.
    pub fn of<R: Record>(module: &'static str) -> TableInfo {
        TableInfo {
            module,
            table: R::TABLE,
            name: R::NAME,
            path: "",
            audited: true,
            retained: false,
            doc: R::DOC.trim_ascii(),
            fields: R::FIELDS,
            columns: R::columns,
            sealed: R::has_sealed(),
            patient: None,
            patient_changes: false,
            follows: Vec::new(),
            referred_while: None,
            referable: None,
            scope: None,
            labels: None,
            offers: None,
        }
    }
}

/// A column that names a patient: merging two patients moves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatientColumn {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// Columns that, with the patient, must stay unique: equal values on both sides are a conflict.
    pub unique_with: &'static [&'static str],
    /// Intervals of one patient that must not overlap: where both sides have one at the same time, it
    /// is a conflict.
    pub apart: Option<NoOverlap>,
    /// What people call these records, for naming conflicts.
    pub label: &'static str,
}
