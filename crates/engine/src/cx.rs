//! The only way to a table: a transaction opened for a caller, a permission and a moment.
//!
//! A `Cx` cannot be made without a permission, reads rows through their scope, writes audit rows with
//! every change, and notes whose data was seen. It is made and finished in [`crate::unit`], nowhere else.

mod damaged;
mod query;
mod unscoped;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use kernel::Reach;
use sea_query::{ExprTrait, LockType, SelectStatement};

use crate::access::{Grant, Permission, Scope};
use crate::actor::{Actor, Origin, Who};
use crate::app::App;
use crate::audit::owed::{OnRecord, Owed};
use crate::audit::{Action, AuditEntry};
use crate::by_key;
use crate::call::Prepared;
use crate::outbox::Emitted;
use crate::resource::Resource;
use db::{Damage, Dialect, Statement, ToValue, Tx};
use records::error::Error;
use records::record::{Loaded, Record};

pub use query::{ToValueDyn, among, column, count, select, values};
pub use unscoped::Unscoped;

/// A caller at work.
pub struct Cx {
    /// The application.
    pub app: Arc<App>,
    /// Who asks.
    pub actor: Arc<Actor>,
    /// Where the request came from.
    pub origin: Arc<Origin>,
    pub(crate) reach: Reach,
    pub(crate) now: Timestamp,
    pub(crate) confined: bool,
    pub(crate) tx: Option<Tx>,
    /// What the transaction ends with, sent together with its commit.
    pub(crate) last: Vec<Statement>,
    pub(crate) audit: Vec<AuditEntry>,
    pub(crate) owed: Owed,
    pub(crate) seen: Seen,
    pub(crate) events: Vec<Emitted>,
    pub(crate) notes: Vec<(String, String)>,
    pub(crate) after: Vec<BoxFuture<'static, ()>>,
    pub(crate) prepared: Prepared,
    pub(crate) damaged: Vec<Damage>,
    /// The keys were loaded anew for this unit: a row whose key is not among them is damaged.
    pub(crate) fresh_keys: bool,
}

/// Whose data a request showed.
#[derive(Debug, Default)]
pub struct Seen {
    pub(crate) patients: BTreeSet<i64>,
    pub(crate) objects: BTreeMap<&'static str, BTreeSet<i64>>,
    pub(crate) action: Option<Action>,
    pub(crate) description: String,
    nothing: bool,
}

impl Seen {
    /// Whether the operation said whose data it shows, or that it shows nobody's.
    pub(crate) fn is_said(&self) -> bool {
        self.nothing || self.action.is_some() || !self.objects.is_empty()
    }
}

impl Cx {
    /// The moment of this request; the same throughout.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Today, where the hospital is.
    pub fn today(&self) -> jiff::civil::Date {
        self.app.zone.today(self.now)
    }

    /// What the operation worked out before this unit of work began, if it is of this type.
    pub fn prepared<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.prepared.get()
    }

    /// The user behind the request.
    ///
    /// # Errors
    /// 401 when nobody is signed in.
    pub fn user_id(&self) -> Result<i64, Error> {
        self.actor.user_id().ok_or_else(|| {
            Error::refuse(
                kernel::Code::NotAuthenticated,
                texts::Text::new("not-authenticated"),
            )
        })
    }

    /// How far the opened permission goes.
    pub fn grant(&self) -> Grant {
        self.reaching(self.reach)
    }

    /// How far another permission of the caller goes.
    pub fn grant_of(&self, permission: Permission) -> Grant {
        debug_assert!(
            self.app.registry.declares(permission),
            "no module declares {permission}"
        );
        let reach = match self.actor.who {
            Who::Program(_) => Reach::All,
            _ => self.actor.grants.reach(permission),
        };
        self.reaching(reach)
    }

    fn reaching(&self, reach: Reach) -> Grant {
        Grant {
            reach,
            user: self.actor.user_id().unwrap_or(0),
            at: self.now,
            confined: self.confined,
        }
    }

    /// The dialect of the database.
    pub fn dialect(&self) -> Dialect {
        self.app.db.dialect()
    }

    /// Tables without a row scope: what the caller may not see, but the rule must know. Say why.
    pub fn unscoped(&mut self, _why: &'static str) -> Unscoped<'_> {
        Unscoped {
            cx: self,
            on_record: OnRecord::Itself,
        }
    }

    // ---- reading ---------------------------------------------------------------------------------

    /// One record, through the caller's right to read it.
    ///
    /// # Errors
    /// 404 when it does not exist or is out of the caller's reach.
    pub async fn find<R: Resource>(&mut self, id: i64) -> Result<R, Error> {
        let grant = self.grant_of(R::READ);
        self.fetch(id, &grant, false).await
    }

    /// One record through the opened permission, locked until the end of the request: what a
    /// decision is based on.
    ///
    /// # Errors
    /// 404 when it does not exist or is out of the caller's reach.
    pub async fn hold<R: Resource>(&mut self, id: i64) -> Result<R, Error> {
        self.fetch(id, &self.grant(), true).await
    }

    /// As [`Cx::hold`], without the lock.
    ///
    /// # Errors
    /// 404 when it does not exist or is out of the caller's reach.
    pub async fn load<R: Resource>(&mut self, id: i64) -> Result<R, Error> {
        self.fetch(id, &self.grant(), false).await
    }

    async fn fetch<R: Resource>(&mut self, id: i64, grant: &Grant, lock: bool) -> Result<R, Error> {
        let statement = match self.scope::<R>(grant) {
            Scope::All => {
                Statement::raw(by_key::text::<R>(self.dialect(), lock), vec![id.to_value()])
            }
            scope => {
                let mut query = within::<R>(scope).ok_or_else(Error::not_found)?;
                query.and_where(column(R::TABLE, "id").eq(id));
                if lock && self.dialect() == Dialect::Postgres {
                    query.lock(LockType::Update);
                }
                Statement::build(self.dialect(), &query)
            }
        };
        let found = self.loaded(statement).await?;
        found.ok_or_else(Error::not_found)
    }

    fn scope<R: Resource>(&self, grant: &Grant) -> Scope {
        match (grant.reach, &self.actor.who) {
            (_, Who::Program(_)) => Scope::All,
            (Reach::None, _) => Scope::Nothing,
            _ => R::scope(grant),
        }
    }

    /// A query over the rows in reach, or `None` when there are none.
    pub(crate) fn scoped<R: Resource>(&self, grant: &Grant) -> Option<SelectStatement> {
        within::<R>(self.scope::<R>(grant))
    }

    async fn loaded<R: Record>(&mut self, statement: Statement) -> Result<Option<R>, Error> {
        let statement = statement.with_keys(self.app.ring());
        let found: Option<Loaded<R>> = match &mut self.tx {
            Some(tx) => tx.optional(statement).await?,
            None => self.app.db.optional(statement).await?,
        };
        Ok(found.map(|Loaded(row)| row))
    }

    pub(crate) async fn record<R: Record>(
        &mut self,
        query: SelectStatement,
    ) -> Result<Option<R>, Error> {
        let statement = Statement::build(self.dialect(), &query);
        self.loaded(statement).await
    }

    /// As [`Cx::records`], for rows that are few and found by an index.
    pub(crate) async fn few<R: Record>(&mut self, query: SelectStatement) -> Result<Vec<R>, Error> {
        let statement = Statement::build(self.dialect(), &query).with_keys(self.app.ring());
        let found: Vec<Loaded<R>> = match &mut self.tx {
            Some(tx) => tx.all(statement).await?,
            None => self.app.db.few(statement).await?,
        };
        Ok(found.into_iter().map(|Loaded(row)| row).collect())
    }

    pub(crate) async fn records<R: Record>(
        &mut self,
        query: SelectStatement,
    ) -> Result<Vec<R>, Error> {
        let statement = Statement::build(self.dialect(), &query).with_keys(self.app.ring());
        let found: Vec<Loaded<R>> = match &mut self.tx {
            Some(tx) => tx.all(statement).await?,
            None => self.app.db.all(statement).await?,
        };
        Ok(found.into_iter().map(|Loaded(row)| row).collect())
    }

    pub(crate) fn tx(&mut self) -> Result<&mut Tx, Error> {
        self.tx
            .as_mut()
            .ok_or_else(|| Error::internal("a write in a request that only reads"))
    }

    // ---- traces ----------------------------------------------------------------------------------

    /// Adds an audit row of its own, for what is neither a stored row nor a reading.
    pub fn audit(&mut self, entry: AuditEntry) {
        self.owed.said(entry.object_type);
        self.audit.push(entry);
    }

    /// Notes that a record about a patient is about to be shown.
    pub fn saw(&mut self, object_type: &'static str, object_id: i64, patient: Option<i64>) {
        self.seen
            .objects
            .entry(object_type)
            .or_default()
            .insert(object_id);
        self.seen.patients.extend(patient);
    }

    /// Notes that a record about a patient is about to be shown.
    pub fn saw_record<R: Record>(&mut self, row: &R) {
        self.saw(R::NAME, row.meta().id, row.patient_id());
    }

    /// Notes that an answer tells something about records of a kind without showing one: how many there are, or that a
    /// patient has none of what was asked for.
    pub fn saw_none_of<R: Record>(&mut self, patients: impl IntoIterator<Item = i64>) {
        self.seen.objects.entry(R::NAME).or_default();
        self.seen.patients.extend(patients);
    }

    /// Says how the reading is audited when it is no plain view, such as an export or a search.
    pub fn seen_as(&mut self, action: Action, description: &str) {
        self.seen.action = Some(action);
        self.seen.description = description.to_owned();
    }

    /// Says that the answer shows no patient's data after all, such as an empty list. An operation declared to
    /// show patient data that says neither this nor whose it shows is not answered.
    pub fn saw_nothing(&mut self) {
        self.seen.nothing = true;
    }

    /// Whether it was said whose data is shown, or that nobody's is: what a page that shows patient data owes
    /// the audit trail, as every operation does.
    pub fn said_whose(&self) -> bool {
        self.seen.is_said()
    }

    /// News for other modules: stored with this transaction, heard after it is committed.
    ///
    /// # Errors
    /// When the event does not serialise, which is our own fault.
    pub fn emit<E: contracts::Event>(&mut self, event: &E) -> Result<(), Error> {
        self.events.push(Emitted::of(event)?);
        Ok(())
    }

    /// Tells open sockets and the caches of every node, once this transaction is committed.
    pub fn tell(&mut self, topic: impl Into<String>, payload: impl Into<String>) {
        self.notes.push((topic.into(), payload.into()));
    }

    /// Work in this process once the transaction is committed; it must not matter if it is lost.
    pub fn once_committed(&mut self, work: BoxFuture<'static, ()>) {
        self.after.push(work);
    }
}

/// A query over the rows of a scope that are not voided.
fn within<R: Resource>(scope: Scope) -> Option<SelectStatement> {
    let mut query = select::<R>();
    if R::RETAINED {
        query.and_where(column(R::TABLE, "voided_at").is_null());
    }
    match scope {
        Scope::All => {}
        Scope::Nothing => return None,
        Scope::Where(condition) => {
            query.cond_where(condition);
        }
    }
    Some(query)
}
