//! One row of the audit trail, and its MAC.

use jiff::Timestamp;
use kernel::{BuiltinRole, Reach};
use sea_query::{Condition, ExprTrait};

use super::AuditEntry;
use super::batch::{Texts, batches, places};
use crate::access::{Access, Grant, Scope};
use crate::actor::{Actor, Origin};
use crate::cx::{Audited, Cx, column};
use crate::db::{DbError, Dialect, FromRow, Row, Statement};
use crate::error::Error;
use crate::field::{Blank, Doc, Hex};
use crate::record::{self, Loaded, Meta, Record};
use crate::resource::Resource;
use crate::seal::{KeyRing, Sealed};

crate::choice! {
    /// What was done.
    pub enum Action {
        /// A record was shown.
        View = "view",
        /// A record was changed.
        Edit = "edit",
        /// A record was made.
        Create = "create",
        /// A record was deleted or voided.
        Delete = "delete",
        /// Somebody logged in, or tried to.
        Login = "login",
        /// Somebody logged out.
        Logout = "logout",
        /// Data left in bulk.
        Export = "export",
        /// A session was ended by force.
        SessionRevoke = "session_revoke",
        /// A document was printed.
        Print = "print",
        /// Records were searched.
        Search = "search",
        /// A closed record was opened in an emergency.
        BreakGlass = "break_glass",
        /// Anything else.
        Other = "other",
    }
}

crate::record! {
    /// Who saw or changed what. Rows are only ever added.
    pub struct AuditLog in "audit_log" {
        client {}
        server {
            /// When.
            timestamp: Timestamp = Timestamp::UNIX_EPOCH,
            /// The user on whose behalf it was done; none for failed logins and the program itself.
            user: Option<i64> = None,
            /// Their name at that time.
            username: Blank<330> = Blank::default(),
            /// The delegate who did it for that user.
            acting_user: Option<i64> = None,
            /// What was done.
            action: Action = Action::Other,
            /// To what kind of record.
            object_type: Blank<100> = Blank::default(),
            /// To which record, where it was one.
            object_id: Option<i64> = None,
            /// Whose data it was, where it was one patient's.
            patient: Option<i64> = None,
            /// A sentence, or the operation.
            description: Blank<500> = Blank::default(),
            /// Changed fields with old and new values, or the records shown.
            details: Sealed<Doc> = Sealed::new(Doc::default()),
            /// The client's address.
            ip_address: Blank<64> = Blank::default(),
            /// The request.
            request_id: Blank<64> = Blank::default(),
            /// Its place in the chain; none until it is linked.
            sequence: Option<i64> = None,
            /// SHA-256 over the previous hash and this row.
            hash: Option<Hex> = None,
            /// The hash of the row before.
            previous_hash: Option<Hex> = None,
        }
        hidden {
            /// HMAC of the row, from the moment it was inserted.
            mac: Hex = Hex::default(),
        }
    }
}

impl Audited for AuditLog {
    const NAME: &'static str = "AuditLog";
}

impl AuditLog {
    /// What the MAC and the chain cover: everything but the place in the chain.
    pub fn canonical(&self) -> Vec<u8> {
        let parts = (
            self.meta.uid,
            self.timestamp.as_microsecond(),
            self.user,
            &*self.username,
            self.acting_user,
            self.action.as_str(),
            &*self.object_type,
            self.object_id,
            self.patient,
            &*self.description,
            &self.details.open().0,
            &*self.ip_address,
            &*self.request_id,
        );
        // Texts, numbers and JSON always have a JSON form.
        serde_json::to_vec(&parts).unwrap_or_default()
    }
}

/// The trail as Admins read it; others see what they did themselves.
impl Resource for AuditLog {
    const PATH: &'static str = "audit_logs";
    const VERBS: &'static str = "r";
    const ALIASES: &'static [(&'static str, &'static str)] =
        &[("user_id", "user"), ("patient_id", "patient")];
    const FILTERS: &'static [&'static str] = &[
        "user",
        "action",
        "object_type",
        "object_id",
        "patient",
        "timestamp",
        "request_id",
    ];
    const ORDERING: &'static [&'static str] = &["timestamp"];
    const SEARCH: &'static [&'static str] = &["username", "description", "object_type"];
    type Extra = ();

    fn access() -> Access {
        Access::own("r").reach(BuiltinRole::Admin, "r", Reach::All)
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            _ => Scope::Where(
                Condition::any()
                    .add(column("audit_log", "user").eq(grant.user))
                    .add(column("audit_log", "acting_user").eq(grant.user)),
            ),
        }
    }
}

/// Completes an entry with who, when and the MAC.
pub(super) fn row(cx: &Cx, entry: AuditEntry) -> AuditLog {
    complete(&cx.app.ring(), cx.now(), &cx.actor, &cx.origin, entry)
}

/// The same where no application runs.
pub(super) fn complete(
    ring: &KeyRing,
    now: Timestamp,
    actor: &Actor,
    origin: &Origin,
    entry: AuditEntry,
) -> AuditLog {
    let mut row = AuditLog {
        meta: Meta::unstored(),
        timestamp: now,
        user: actor.user_id(),
        username: Blank::cut(&actor.name()),
        acting_user: actor
            .user()
            .and_then(|user| user.acting.as_ref())
            .map(|(id, _)| *id),
        action: entry.action,
        object_type: Blank::cut(entry.object_type),
        object_id: entry.object_id,
        patient: entry.patient,
        description: Blank::cut(&entry.description),
        details: Sealed::new(Doc(entry.details)),
        ip_address: Blank::cut(&origin.ip.map(|ip| ip.to_string()).unwrap_or_default()),
        request_id: Blank::cut(&origin.request_id),
        sequence: None,
        hash: None,
        previous_hash: None,
        mac: Hex::default(),
    };
    row.meta.uid = uuid::Uuid::now_v7();
    row.meta.created_at = now;
    row.meta.updated_at = now;
    row.mac = Hex(ring.audit_mac(&row.canonical()).to_vec());
    row
}

/// A row as it lies there, even when its envelope does not open.
pub(super) struct Found {
    pub(super) id: i64,
    pub(super) sequence: Option<i64>,
    pub(super) hash: Option<Vec<u8>>,
    pub(super) previous_hash: Option<Vec<u8>>,
    /// The row, or why it cannot be read.
    pub(super) row: Result<AuditLog, DbError>,
}

impl FromRow for Found {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let at = |name| {
            let place = AuditLog::columns()
                .iter()
                .position(|column| *column == name);
            place.ok_or_else(|| DbError::Decode(format!("no column {name}")))
        };
        Ok(Found {
            id: row.get(0)?,
            sequence: row.get(at("sequence")?)?,
            hash: row.get(at("hash")?)?,
            previous_hash: row.get(at("previous_hash")?)?,
            row: Loaded::from_row(row).map(|Loaded(row)| row),
        })
    }
}

impl Found {
    /// What the chain covers: the row and its MAC.
    pub(super) fn link(row: &AuditLog) -> Vec<u8> {
        let mut bytes = row.canonical();
        bytes.extend_from_slice(&row.mac.0);
        bytes
    }

    /// The key that is missing to read it.
    pub(super) fn lacks_key(&self) -> bool {
        matches!(self.row, Err(DbError::UnknownKey(_)))
    }
}

/// Statements that store the rows.
pub(super) fn inserts(
    dialect: Dialect,
    ring: &KeyRing,
    rows: &[AuditLog],
) -> Result<Vec<Statement>, Error> {
    static TEXTS: Texts = Texts::new();
    let columns = &AuditLog::columns()[1..];
    let mut statements = Vec::new();
    for (some, power) in batches(rows) {
        let text = TEXTS.of(dialect, power, |rows| {
            format!(
                r#"INSERT INTO audit_log ("{}") VALUES {}"#,
                columns.join(r#"", ""#),
                places(rows, columns.len(), |_, number| format!("${number}"))
            )
        });
        let mut values = Vec::with_capacity(some.len() * columns.len());
        for row in some {
            values.extend(record::values(row, ring)?);
        }
        statements.push(Statement::raw(text, values));
    }
    Ok(statements)
}
