//! A module is a crate's table of contents; the registry is all of them together.

mod registry;

use futures_util::future::BoxFuture;
use kernel::Code;

use crate::access::{Access, Grant, Permission, PermissionInfo, Scope};
use crate::account::{AccountRows, AccountSection};
use crate::alert::Alerts;
use crate::chart::{LoadEntries, LoadSection, Section};
use crate::column::Column;
use crate::cx::Cx;
use crate::db::{Migration, NoOverlap};
use crate::doctor::Proof;
use crate::error::Error;
use crate::figure::Figure;
use crate::files::FileColumns;
use crate::jobs::{JobInfo, Round};
use crate::operation::Operation;
use crate::outbox::{Hear, Subscriber};
use crate::record::{FieldInfo, Record};
use crate::report::Report;
use crate::resource::{self, Resource};
use crate::socket::{Letter, Socket};
use crate::texts::TextSource;
use crate::verb::{self, Command, Verb};

pub use registry::Registry;

/// A crate's table of contents.
pub struct Module {
    /// Its name, such as `patients`.
    pub name: &'static str,
    pub(crate) operations: Vec<Operation>,
    pub(crate) sockets: Vec<(Socket, Option<Letter>)>,
    pub(crate) tables: Vec<TableInfo>,
    pub(crate) permissions: Vec<PermissionInfo>,
    pub(crate) migrations: &'static [Migration],
    pub(crate) subscribers: Vec<Subscriber>,
    pub(crate) jobs: Vec<JobInfo>,
    pub(crate) rounds: Vec<Round>,
    pub(crate) texts: Vec<TextSource>,
    pub(crate) patient_columns: Vec<PatientColumn>,
    pub(crate) patient_refreshes: Vec<PatientRefresh>,
    pub(crate) seeds: Vec<Seed>,
    pub(crate) reindexes: Vec<Reindex>,
    pub(crate) account_sections: Vec<AccountSection>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) alerts: Vec<Alerts>,
    pub(crate) chart: Vec<Section>,
    pub(crate) timeline: Vec<LoadEntries>,
    pub(crate) exclusions: Vec<Exclusion>,
    pub(crate) proofs: Vec<Proof>,
    pub(crate) confinement: Option<&'static str>,
    pub(crate) files: Vec<FileColumns>,
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
/// makes now ([`KeyRing::tags`](crate::seal::KeyRing::tags) and its sisters), so it may run again. Each
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
    /// References that do not keep the record they name from being voided.
    pub follows: Vec<&'static str>,
    /// A column that must be true of a record for others to begin to refer to it.
    pub referred_while: Option<&'static str>,
    /// Which rows others may begin to refer to; none for tables that no path serves.
    pub referable: Option<fn(&Grant) -> Scope>,
    /// Which rows a grant reaches; none for tables that no path serves.
    pub scope: Option<fn(&Grant) -> Scope>,
    /// What its records are called; none for tables that no path serves.
    pub labels: Option<resource::Labels>,
    /// Which operations a record offers; none for tables that no path serves.
    pub offers: Option<resource::Offers>,
}

impl TableInfo {
    fn of<R: Record>(module: &'static str) -> TableInfo {
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

impl Module {
    /// An empty table of contents.
    pub fn new(name: &'static str) -> Module {
        Module {
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

    /// A table with its list, create, retrieve, update and delete.
    #[must_use]
    pub fn resource<R: Resource>(mut self) -> Module {
        self.tables.push(TableInfo {
            path: R::PATH,
            retained: R::RETAINED,
            patient: R::PATIENT,
            follows: R::FOLLOWS.iter().map(|column| column.name).collect(),
            referred_while: R::REFERRED_WHILE.map(|column| column.name),
            referable: Some(R::referable),
            scope: Some(R::scope),
            labels: Some(resource::labels::<R>),
            offers: Some(resource::offers::<R>),
            ..TableInfo::of::<R>(self.name)
        });
        self.permissions.extend(resource::permissions::<R>());
        self.operations.extend(resource::operations::<R>(self.name));
        self.patient_columns.extend(R::patient_column());
        self
    }

    /// A declared resource once more, below the records of another that its rows belong to:
    /// `{P}/{id}/{sub}/`. `verbs` are `l`ist and `c`reate there, and `r`etrieve, `u`pdate and `d`elete
    /// at `{sub_id}/`. Permissions are those of the resource itself.
    ///
    /// ```ignore
    /// Module::new("clinical").resource::<Vaccination>().nested::<Patient, Vaccination>("vaccinations", "lc")
    /// ```
    #[must_use]
    pub fn nested<P: Resource, R: Resource>(mut self, sub: &str, verbs: &str) -> Module {
        self.operations
            .extend(resource::nested::<P, R>(self.name, sub, verbs));
        self
    }

    /// A table that no path serves.
    #[must_use]
    pub fn table<R: Record>(mut self) -> Module {
        self.tables.push(TableInfo::of::<R>(self.name));
        self
    }

    /// A table in which the platform keeps its own affairs: nobody's deeds, and on no record.
    #[must_use]
    pub(crate) fn own_table<R: Record>(mut self) -> Module {
        self.tables.push(TableInfo {
            audited: false,
            ..TableInfo::of::<R>(self.name)
        });
        self
    }

    /// A verb on the records of a resource.
    #[must_use]
    pub fn verb<V: Verb>(self) -> Module {
        let operation = verb::verb::<V>(self.name);
        self.route(operation)
    }

    /// A verb on a resource as a whole.
    #[must_use]
    pub fn command<C: Command>(self) -> Module {
        let operation = verb::command::<C>(self.name);
        self.route(operation)
    }

    /// What is neither resource nor verb.
    #[must_use]
    pub fn route(mut self, mut operation: Operation) -> Module {
        operation.module = self.name;
        self.permissions.extend(operation.permission().cloned());
        self.operations.push(operation);
        self
    }

    /// A connection that stays, below `/ws/`.
    #[must_use]
    pub fn socket(mut self, socket: Socket) -> Module {
        self.sockets.push((socket, None));
        self
    }

    /// The same, which also lets in whoever comes with a letter of the module's own.
    #[must_use]
    pub fn socket_by_letter(mut self, socket: Socket, letter: Letter) -> Module {
        self.sockets.push((socket, Some(letter)));
        self
    }

    /// A permission that no operation of its own stands for, such as booking over an occupied slot.
    #[must_use]
    pub fn permission(mut self, permission: Permission, access: Access) -> Module {
        self.permissions
            .push(PermissionInfo::verb(permission, access));
        self
    }

    /// The module's schema changes, oldest first.
    #[must_use]
    pub fn migrations(mut self, migrations: &'static [Migration]) -> Module {
        self.migrations = migrations;
        self
    }

    /// Hears a kind of event. `name` is the subscriber's own, stable across versions.
    #[must_use]
    pub fn on<E: contracts::Event>(mut self, name: &'static str, hear: Hear<E>) -> Module {
        self.subscribers.push(Subscriber::new(name, hear));
        self
    }

    /// Runs a kind of job.
    #[must_use]
    pub fn job(mut self, job: JobInfo) -> Module {
        self.jobs.push(job);
        self
    }

    /// Lets every worker look for rows that are due.
    #[must_use]
    pub fn round(mut self, round: Round) -> Module {
        self.rounds.push(round);
        self
    }

    /// Brings translated texts.
    #[must_use]
    pub fn texts(mut self, texts: impl IntoIterator<Item = TextSource>) -> Module {
        self.texts.extend(texts);
        self
    }

    /// Declares a column that names a patient, outside a resource.
    #[must_use]
    pub fn patient_column(mut self, column: PatientColumn) -> Module {
        self.patient_columns.push(column);
        self
    }

    /// Says how what is kept with a patient follows from the module's rows.
    #[must_use]
    pub fn refreshes_patient(mut self, refresh: PatientRefresh) -> Module {
        self.patient_refreshes.push(refresh);
        self
    }

    /// What the module knows of a user, for the copy of their data that they may ask for.
    #[must_use]
    pub fn account_section(mut self, name: &'static str, rows: AccountRows) -> Module {
        self.account_sections.push(AccountSection { name, rows });
        self
    }

    /// Says how to find out whether anybody's records are confined to those who treat them: a statement that
    /// answers a row, a number, when there is somebody. Who changes that tells of it on
    /// [`confinement::TOPIC`](crate::confinement::TOPIC).
    #[must_use]
    pub fn confines(mut self, anybody: &'static str) -> Module {
        self.confinement = Some(anybody);
        self
    }

    /// Names what the database refuses by a rule against overlaps.
    #[must_use]
    pub fn excludes(mut self, constraint: &'static str, code: Code, text: &'static str) -> Module {
        self.exclusions.push(Exclusion {
            constraint,
            code,
            text,
        });
        self
    }

    /// Something about the module's rows that always holds, for `chelal doctor` to prove.
    #[must_use]
    pub fn proof(mut self, proof: Proof) -> Module {
        self.proofs.push(proof);
        self
    }

    /// Rows of a resource name stored files, by their ids and lengths: backups carry these files, and `chelal doctor`
    /// tells which rows have lost theirs.
    #[must_use]
    pub fn files<R: Resource>(mut self, file: Column<R>, size: Column<R>) -> Module {
        self.files.push(FileColumns::of(R::PATH, file, size));
        self
    }

    /// A number of dashboards and statistics.
    #[must_use]
    pub fn figure(mut self, figure: Figure) -> Module {
        self.figures.push(figure);
        self
    }

    /// Alerts that the module raises.
    #[must_use]
    pub fn alerts(mut self, alerts: Alerts) -> Module {
        self.alerts.push(alerts);
        self
    }

    /// A section of a patient's chart.
    #[must_use]
    pub fn chart(mut self, name: &'static str, load: LoadSection) -> Module {
        self.chart.push(Section { name, load });
        self
    }

    /// A source of entries for a patient's timeline.
    #[must_use]
    pub fn timeline(mut self, load: LoadEntries) -> Module {
        self.timeline.push(load);
        self
    }

    /// A report: what a question about a stretch of time is answered, as JSON or CSV.
    #[must_use]
    pub fn report(self, report: Report) -> Module {
        self.route(report.done())
    }

    /// Rows that must be there.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Module {
        self.seeds.push(seed);
        self
    }

    /// Rebuilds the module's blind index when the index key rotates.
    #[must_use]
    pub fn reindex(mut self, reindex: Reindex) -> Module {
        self.reindexes.push(reindex);
        self
    }
}
