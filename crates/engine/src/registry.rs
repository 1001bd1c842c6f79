//! All modules together: what the whole program is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::access::{Permission, PermissionInfo, Right};
use crate::account::AccountSection;
use crate::alert::Alerts;
use crate::app::App;
use crate::chart::{LoadEntries, Section};
use crate::declared::{Declared, Exclusion, PatientColumn, PatientRefresh, TableInfo};
use crate::figure::Figure;
use crate::files::FileColumns;
use crate::jobs::{JobInfo, Round};
use crate::operation::Operation;
use crate::outbox::Subscriber;
use crate::socket::{Letter, Socket};
use db::Migration;
use records::error::Error;
use records::record::FieldInfo;
use texts::Texts;

/// All modules together.
pub struct Registry {
    /// The modules, lower ones first.
    pub modules: Vec<Declared>,
    /// Every permission with its defaults, by name.
    pub permissions: BTreeMap<String, PermissionInfo>,
    operations: Vec<Arc<Operation>>,
    in_person: BTreeSet<&'static str>,
    texts: OnceLock<Arc<Texts>>,
}

impl Registry {
    /// Puts the modules together.
    pub fn new(modules: Vec<impl Into<Declared>>) -> Registry {
        let modules: Vec<Declared> = modules.into_iter().map(Into::into).collect();
        let operations = modules
            .iter()
            .flat_map(|module| module.operations.iter().cloned().map(Arc::new))
            .collect();
        let mut permissions: BTreeMap<String, PermissionInfo> = BTreeMap::new();
        for permission in modules.iter().flat_map(|module| &module.permissions) {
            permissions
                .entry(permission.name())
                .or_insert_with(|| permission.clone());
        }
        let personal = permissions.values().filter(|info| info.is_personal());
        let in_person = personal.map(|info| info.permission.resource()).collect();
        Registry {
            modules,
            permissions,
            operations,
            in_person,
            texts: OnceLock::new(),
        }
    }

    /// The words of all modules, read once.
    ///
    /// # Errors
    /// When a text of a module is of no use.
    pub(crate) fn texts(&self) -> Result<Arc<Texts>, Error> {
        if let Some(texts) = self.texts.get() {
            return Ok(texts.clone());
        }
        let modules = self.modules.iter();
        let sources: Vec<_> = modules.flat_map(|module| module.texts.clone()).collect();
        let texts = Arc::new(Texts::load(&sources).map_err(Error::internal)?);
        Ok(self.texts.get_or_init(|| texts).clone())
    }

    /// Whether a permission can be used in another's name: any that is declared, but for those of resources that
    /// are used [in person](crate::access::Access::in_person), which can only be read.
    pub fn delegable(&self, permission: &str) -> bool {
        self.permissions.get(permission).is_some_and(|info| {
            info.letter == Right::Read.letter()
                || !self.in_person.contains(info.permission.resource())
        })
    }

    /// How to find out whether anybody's records are confined to those who treat them.
    pub(crate) fn confinement(&self) -> Option<&'static str> {
        self.modules.iter().find_map(|module| module.confinement)
    }

    /// Every operation.
    pub fn operations(&self) -> &[Arc<Operation>] {
        &self.operations
    }

    /// Whether a module declares the permission.
    pub(crate) fn declares(&self, permission: Permission) -> bool {
        self.permissions.contains_key(&permission.to_string())
    }

    /// Every kind of socket, with whoever reads the letters that open it.
    pub fn sockets(&self) -> impl Iterator<Item = &(Socket, Option<Letter>)> {
        self.modules.iter().flat_map(|module| &module.sockets)
    }

    /// Every declared table.
    pub fn tables(&self) -> impl Iterator<Item = &TableInfo> {
        self.modules.iter().flat_map(|module| &module.tables)
    }

    /// What the records of a table are called on record, if their changes have to be there.
    pub(crate) fn audited(&self, table: &str) -> Option<&'static str> {
        let mut audited = self.tables().filter(|info| info.audited);
        audited
            .find(|info| info.table == table)
            .map(|info| info.name)
    }

    /// Every reference to a table: where it stands and what those records are called.
    pub fn references_to(
        &self,
        table: &str,
    ) -> impl Iterator<Item = (&TableInfo, &'static FieldInfo)> {
        self.tables().flat_map(move |info| {
            info.fields
                .iter()
                .filter(move |field| field.shape.reference == Some(table))
                .map(move |field| (info, field))
        })
    }

    /// Every column that names a patient.
    pub fn patient_columns(&self) -> impl Iterator<Item = &PatientColumn> {
        self.modules
            .iter()
            .flat_map(|module| &module.patient_columns)
    }

    /// What follows from the rows of patients.
    pub fn patient_refreshes(&self) -> impl Iterator<Item = PatientRefresh> {
        self.modules
            .iter()
            .flat_map(|module| module.patient_refreshes.iter().copied())
    }

    /// Who hears a topic.
    pub fn subscribers<'a>(&'a self, topic: &'a str) -> impl Iterator<Item = &'a Subscriber> {
        self.modules
            .iter()
            .flat_map(|module| &module.subscribers)
            .filter(move |subscriber| subscriber.topic == topic)
    }

    /// What every module knows of a user.
    pub fn account_sections(&self) -> impl Iterator<Item = AccountSection> {
        self.modules
            .iter()
            .flat_map(|module| module.account_sections.iter().copied())
    }

    /// What clients are told when a rule against overlaps refuses.
    pub fn exclusion(&self, constraint: &str) -> Option<Exclusion> {
        self.modules
            .iter()
            .flat_map(|module| &module.exclusions)
            .find(|exclusion| exclusion.constraint == constraint)
            .copied()
    }

    /// The tables whose rows name stored files.
    pub fn files(&self) -> impl Iterator<Item = FileColumns> {
        let modules = self.modules.iter();
        modules.flat_map(|module| module.files.iter().copied())
    }

    /// Every figure, in the order of the modules.
    pub fn figures(&self) -> impl Iterator<Item = Figure> {
        self.modules
            .iter()
            .flat_map(|module| module.figures.iter().copied())
    }

    /// Everything that raises alerts, in the order of the modules.
    pub fn alerts(&self) -> impl Iterator<Item = Alerts> {
        self.modules
            .iter()
            .flat_map(|module| module.alerts.iter().copied())
    }

    /// The sections of a patient's chart, in the order of the modules.
    pub fn chart(&self) -> impl Iterator<Item = Section> {
        self.modules
            .iter()
            .flat_map(|module| module.chart.iter().copied())
    }

    /// The sources of a patient's timeline, in the order of the modules.
    pub fn timeline(&self) -> impl Iterator<Item = LoadEntries> {
        self.modules
            .iter()
            .flat_map(|module| module.timeline.iter().copied())
    }

    /// Every kind of job.
    pub fn jobs(&self) -> impl Iterator<Item = &JobInfo> {
        self.modules.iter().flat_map(|module| &module.jobs)
    }

    /// What workers look for by themselves.
    pub fn rounds(&self) -> impl Iterator<Item = Round> {
        self.modules
            .iter()
            .flat_map(|module| module.rounds.iter().copied())
    }

    /// The schema changes of every module.
    pub fn migrations(&self) -> Vec<(&'static str, &'static [Migration])> {
        self.modules
            .iter()
            .map(|module| (module.name, module.migrations))
            .collect()
    }

    /// Runs every module's seeds.
    ///
    /// # Errors
    /// When a seed fails.
    pub async fn seed(app: &Arc<App>) -> Result<(), Error> {
        for seed in app
            .registry
            .modules
            .iter()
            .flat_map(|module| module.seeds.clone())
        {
            crate::unit::program(app, "seed", move |cx| seed(cx)).await?;
        }
        Ok(())
    }
}
