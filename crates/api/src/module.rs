//! A module is a crate's table of contents.

use kernel::Code;

use db::Migration;
use engine::access::{Access, Permission, PermissionInfo};
use engine::account::{AccountRows, AccountSection};
use engine::alert::Alerts;
use engine::chart::{LoadEntries, LoadSection, Section};
use engine::declared::{
    Declared, Exclusion, PatientColumn, PatientRefresh, Reindex, Seed, TableInfo,
};
use engine::figure::Figure;
use engine::files::FileColumns;
use engine::jobs::{JobInfo, Round};
use engine::operation::Operation;
use engine::outbox::{Hear, Subscriber};
use engine::proof::Proof;
use engine::socket::{Letter, Socket};
use records::column::Column;
use records::record::Record;
use texts::TextSource;

use crate::report::Report;
use crate::resource::{self, Resource};
use crate::verb::{self, Command, Verb};

/// A crate's table of contents.
pub struct Module(Declared);

impl Module {
    /// What was declared so far.
    pub fn declared(&self) -> &Declared {
        &self.0
    }
}

impl From<Module> for Declared {
    fn from(module: Module) -> Declared {
        module.0
    }
}

impl Module {
    /// An empty table of contents.
    pub fn new(name: &'static str) -> Module {
        Module(Declared::new(name))
    }

    /// A table with its list, create, retrieve, update and delete.
    #[must_use]
    pub fn resource<R: Resource>(mut self) -> Module {
        self.0.tables.push(TableInfo {
            path: R::PATH,
            retained: R::RETAINED,
            patient: R::PATIENT,
            patient_changes: R::PATIENT_CHANGES,
            follows: R::FOLLOWS.iter().map(|column| column.name).collect(),
            referred_while: R::REFERRED_WHILE.map(|column| column.name),
            referable: Some(R::referable),
            scope: Some(R::scope),
            labels: Some(resource::labels::<R>),
            offers: Some(resource::offers::<R>),
            ..TableInfo::of::<R>(self.0.name)
        });
        self.0.permissions.extend(resource::permissions::<R>());
        self.0
            .operations
            .extend(resource::operations::<R>(self.0.name));
        self.0.patient_columns.extend(R::patient_column());
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
        self.0
            .operations
            .extend(resource::nested::<P, R>(self.0.name, sub, verbs));
        self
    }

    /// A table that no path serves.
    #[must_use]
    pub fn table<R: Record>(mut self) -> Module {
        self.0.tables.push(TableInfo::of::<R>(self.0.name));
        self
    }

    /// A table of the platform's own bookkeeping: what changes there is no person's act and is not audited.
    #[must_use]
    pub fn own_table<R: Record>(mut self) -> Module {
        self.0.tables.push(TableInfo {
            audited: false,
            ..TableInfo::of::<R>(self.0.name)
        });
        self
    }

    /// A verb on the records of a resource.
    #[must_use]
    pub fn verb<V: Verb>(self) -> Module {
        let operation = verb::verb::<V>(self.0.name);
        self.route(operation)
    }

    /// A verb on a resource as a whole.
    #[must_use]
    pub fn command<C: Command>(self) -> Module {
        let operation = verb::command::<C>(self.0.name);
        self.route(operation)
    }

    /// What is neither resource nor verb.
    #[must_use]
    pub fn route(mut self, mut operation: Operation) -> Module {
        operation.module = self.0.name;
        self.0.permissions.extend(operation.permission().cloned());
        self.0.operations.push(operation);
        self
    }

    /// A connection that stays, below `/ws/`.
    #[must_use]
    pub fn socket(mut self, socket: Socket) -> Module {
        self.0.sockets.push((socket, None));
        self
    }

    /// The same, which also admits callers with a token that the module itself issued.
    #[must_use]
    pub fn socket_by_letter(mut self, socket: Socket, letter: Letter) -> Module {
        self.0.sockets.push((socket, Some(letter)));
        self
    }

    /// A permission that no operation of its own stands for, such as booking over an occupied slot.
    #[must_use]
    pub fn permission(mut self, permission: Permission, access: Access) -> Module {
        self.0
            .permissions
            .push(PermissionInfo::verb(permission, access));
        self
    }

    /// The module's schema changes, oldest first.
    #[must_use]
    pub fn migrations(mut self, migrations: &'static [Migration]) -> Module {
        self.0.migrations = migrations;
        self
    }

    /// Hears a kind of event. `name` is the subscriber's own, stable across versions.
    #[must_use]
    pub fn on<E: contracts::Event>(mut self, name: &'static str, hear: Hear<E>) -> Module {
        self.0.subscribers.push(Subscriber::new(name, hear));
        self
    }

    /// Runs a kind of job.
    #[must_use]
    pub fn job(mut self, job: JobInfo) -> Module {
        self.0.jobs.push(job);
        self
    }

    /// Lets every worker look for rows that are due.
    #[must_use]
    pub fn round(mut self, round: Round) -> Module {
        self.0.rounds.push(round);
        self
    }

    /// Brings translated texts.
    #[must_use]
    pub fn texts(mut self, texts: impl IntoIterator<Item = TextSource>) -> Module {
        self.0.texts.extend(texts);
        self
    }

    /// Declares a column that names a patient, outside a resource.
    #[must_use]
    pub fn patient_column(mut self, column: PatientColumn) -> Module {
        self.0.patient_columns.push(column);
        self
    }

    /// Says how what is kept with a patient follows from the module's rows.
    #[must_use]
    pub fn refreshes_patient(mut self, refresh: PatientRefresh) -> Module {
        self.0.patient_refreshes.push(refresh);
        self
    }

    /// What the module knows of a user, for the copy of their data that they may ask for.
    #[must_use]
    pub fn account_section(mut self, name: &'static str, rows: AccountRows) -> Module {
        self.0.account_sections.push(AccountSection { name, rows });
        self
    }

    /// Says how to find out whether anybody's records are confined to those who treat them: a statement that
    /// answers a row, a number, when there is somebody. Who changes that tells of it on
    /// [`confinement::TOPIC`](engine::confinement::TOPIC).
    #[must_use]
    pub fn confines(mut self, anybody: &'static str) -> Module {
        self.0.confinement = Some(anybody);
        self
    }

    /// Names what the database refuses by a rule against overlaps.
    #[must_use]
    pub fn excludes(mut self, constraint: &'static str, code: Code, text: &'static str) -> Module {
        self.0.exclusions.push(Exclusion {
            constraint,
            code,
            text,
        });
        self
    }

    /// Something about the module's rows that always holds, for `chelal doctor` to prove.
    #[must_use]
    pub fn proof(mut self, proof: Proof) -> Module {
        self.0.proofs.push(proof);
        self
    }

    /// Rows of a resource name stored files, by their ids and lengths: backups carry these files, and `chelal doctor`
    /// tells which rows have lost theirs.
    #[must_use]
    pub fn files<R: Resource>(mut self, file: Column<R>, size: Column<R>) -> Module {
        self.0.files.push(FileColumns::of(R::PATH, file, size));
        self
    }

    /// A number of dashboards and statistics.
    #[must_use]
    pub fn figure(mut self, figure: Figure) -> Module {
        self.0.figures.push(figure);
        self
    }

    /// Alerts that the module raises.
    #[must_use]
    pub fn alerts(mut self, alerts: Alerts) -> Module {
        self.0.alerts.push(alerts);
        self
    }

    /// A section of a patient's chart.
    #[must_use]
    pub fn chart(mut self, name: &'static str, load: LoadSection) -> Module {
        self.0.chart.push(Section { name, load });
        self
    }

    /// A source of entries for a patient's timeline.
    #[must_use]
    pub fn timeline(mut self, load: LoadEntries) -> Module {
        self.0.timeline.push(load);
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
        self.0.seeds.push(seed);
        self
    }

    /// Rebuilds the module's blind index when the index key rotates.
    #[must_use]
    pub fn reindex(mut self, reindex: Reindex) -> Module {
        self.0.reindexes.push(reindex);
        self
    }
}
