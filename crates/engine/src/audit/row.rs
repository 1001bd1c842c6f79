//! One row of the audit trail, and its MAC.

use jiff::Timestamp;
use kernel::{BuiltinRole, Reach};
use schemars::JsonSchema;
use sea_query::{Condition, ExprTrait};
use serde::Serialize;

use super::batch::{Texts, batches, places};
use super::{AuditEntry, links, subjects};
use crate::access::{Access, Grant, Scope};
use crate::actor::{Actor, Origin};
use crate::cx::Cx;
use crate::declared::PatientColumn;
use crate::resource::{Resource, Said};
use db::{Dialect, Statement, Value};
use records::error::Error;
use records::field::{Blank, Doc, Hex, Kind};
use records::record::Column;
use records::record::{self, Meta, Record};
use seal::{KeyRing, Sealed};
use texts::Text;

records::choice! {
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

records::record! {
    /// Who saw or changed what. Rows are only ever added.
    pub struct AuditLog in "audit_log" for patient {
        client {}
        server {
            /// When it happened, in UTC.
            timestamp: Timestamp = Timestamp::UNIX_EPOCH,
            /// The user on whose behalf it was done; none for failed logins and the program itself.
            user: Option<i64> = None,
            /// The user's name at that time.
            username: Blank<330> = Blank::default(),
            /// The delegate who did it for that user; null when the user did it themselves.
            acting_user: Option<i64> = None,
            /// What was done.
            action: Action = Action::Other,
            /// Kind of record that it was done to, such as `Patient`.
            object_type: Blank<100> = Blank::default(),
            /// The id of that record; null when it was not one record.
            object_id: Option<i64> = None,
            /// The patient whose data it was; null when it was not one patient's.
            patient: Option<i64> = None,
            /// What happened, in a sentence, or the operation.
            description: Blank<500> = Blank::default(),
            /// Changed fields with old and new values, or the records shown.
            details: Sealed<Doc> = Sealed::new(Doc::default()),
            /// The client's IP address.
            ip_address: Blank<64> = Blank::default(),
            /// The `X-Request-Id` of the request.
            request_id: Blank<64> = Blank::default(),
        }
        hidden {
            /// Whose data it was, where it was that of several: `list_of` their ids.
            patients: Blank<65536> = Blank::default(),
            /// HMAC of the row, from the moment it was inserted.
            mac: Hex = Hex::default(),
        }
    }
}

impl AuditLog {
    /// What the MAC covers: all that the row says.
    pub fn canonical(&self) -> Vec<u8> {
        let said = (
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
        // Texts, numbers and JSON always have a JSON form. Rows that name no list are signed as they
        // were before there were lists.
        let bytes = if self.patients.is_empty() {
            serde_json::to_vec(&said)
        } else {
            serde_json::to_vec(&(said, &*self.patients))
        };
        bytes.unwrap_or_default()
    }
}

/// Ids as they are kept in the clear and looked for in SQL: `,3,17,`.
pub(super) fn list_of(ids: impl IntoIterator<Item = i64>) -> String {
    ids.into_iter().fold(String::new(), |mut list, id| {
        if list.is_empty() {
            list.push(',');
        }
        list.push_str(&id.to_string());
        list.push(',');
        list
    })
}

/// The ids of a list made by [`list_of`].
pub(super) fn ids_in(list: &str) -> impl Iterator<Item = i64> {
    list.split(',').filter_map(|id| id.parse().ok())
}

/// What is answered besides the row's own fields.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct AuditExtra {
    /// Whose data it was, where it was that of several patients.
    pub patients: Vec<i64>,
    /// Its place in the chain; none until it is linked.
    pub sequence: Option<i64>,
    /// SHA-256 over the previous hash, the place and the row's authentication code.
    pub hash: Option<String>,
    /// The hash at the place before.
    pub previous_hash: Option<String>,
}

/// The trail as Admins read it; others see what they did themselves.
impl Resource for AuditLog {
    const PATH: &'static str = "audit_logs";
    const VERBS: &'static str = "r";
    // Its details tell what was changed.
    const PATIENT_DATA: bool = true;
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[
        ("user_id", AuditLog::user),
        ("patient_id", AuditLog::patient),
    ];
    const FILTERS: &'static [Column<Self>] = &[
        AuditLog::user,
        AuditLog::action,
        AuditLog::object_type,
        AuditLog::object_id,
        AuditLog::patient,
        AuditLog::timestamp,
        AuditLog::request_id,
    ];
    const ORDERING: &'static [Column<Self>] = &[AuditLog::timestamp];
    const SEARCH: &'static [Column<Self>] = &[
        AuditLog::username,
        AuditLog::description,
        AuditLog::object_type,
    ];
    const LIST: &'static [Column<Self>] = &[
        AuditLog::timestamp,
        AuditLog::username,
        AuditLog::action,
        AuditLog::object_type,
        AuditLog::object_id,
        AuditLog::patient,
        AuditLog::description,
    ];
    /// Found by the index of subjects instead of one that every reading pays for.
    const OWN_FILTERS: &'static [&'static str] = &["patient", "patient_id", "object_id"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] =
        &[("patient_id", "Another name of `patient`.")];
    type Extra = AuditExtra;

    fn access() -> Access {
        Access::own("r").reach(BuiltinRole::Admin, "r", Reach::All)
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            _ => Scope::Where(
                Condition::any()
                    .add(AuditLog::user.eq(grant.user))
                    .add(AuditLog::acting_user.eq(grant.user)),
            ),
        }
    }

    /// What a record said is the record's to tell: whoever sees what they did themselves may have lost the right to it.
    fn withheld(grant: &Grant) -> &'static [Column<Self>] {
        match grant.reach {
            Reach::All => &[],
            _ => &[AuditLog::details],
        }
    }

    /// Rows of the trail stay as they were written: merging moves none of them.
    fn patient_column() -> Option<PatientColumn> {
        None
    }

    fn called(&self) -> Vec<Said> {
        vec![
            Said::Choice("action", self.action.as_str()),
            Said::KindOf(self.object_type.to_string()),
        ]
    }

    fn filter(cx: &Cx, name: &str, value: &str) -> Result<Condition, Error> {
        let number: i64 = value
            .trim()
            .parse()
            .map_err(|_| Error::field(name, Text::new("not-an-integer")))?;
        Ok(subjects::condition(cx.dialect(), name, number))
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<AuditExtra>, Error> {
        let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
        let places = links::places_of(cx, &ids).await?;
        let extra = |row: &AuditLog| {
            let mut extra = AuditExtra {
                patients: ids_in(&row.patients).collect(),
                ..AuditExtra::default()
            };
            if let Some(place) = places.get(&row.meta.id) {
                extra.sequence = Some(place.sequence);
                extra.hash = Some(place.hash.text());
                extra.previous_hash = Some(place.previous_hash.text());
            }
            extra
        };
        Ok(rows.iter().map(extra).collect())
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
        patients: Blank::cut(&list_of(entry.patients)),
        mac: Hex::default(),
    };
    row.meta.uid = uuid::Uuid::now_v7();
    row.meta.created_at = now;
    row.meta.updated_at = now;
    row.mac = Hex(ring.audit_mac(&row.canonical()).to_vec());
    row
}

/// A row as it is stored: its values, the envelope sealed.
pub(super) struct Stored(Vec<Value>);

impl AuditLog {
    /// Seals the row, ready to be stored.
    pub(super) fn stored(&self, ring: &KeyRing) -> Result<Stored, Error> {
        Ok(Stored(record::values(self, ring)?))
    }
}

/// Statements that store the rows, each at its place among others that are stored at this moment.
pub(super) fn inserts(dialect: Dialect, mut rows: Vec<Stored>) -> Vec<Statement> {
    static TEXTS: Texts = Texts::new();
    let columns = &AuditLog::columns()[1..];
    let sizes: Vec<_> = batches(&rows)
        .map(|(some, power)| (some.len(), power))
        .collect();
    let mut rows = rows.drain(..);
    let statement = |(count, power)| {
        let text = TEXTS.of(dialect, power, |rows| insert(dialect, rows, columns));
        let mut values = Vec::with_capacity(count * columns.len());
        rows.by_ref()
            .take(count)
            .for_each(|Stored(row)| values.extend(row));
        Statement::raw(text, values)
    };
    sizes.into_iter().map(statement).collect()
}

fn insert(dialect: Dialect, rows: usize, columns: &[&str]) -> String {
    let names = columns.join(r#"", ""#);
    match dialect {
        Dialect::Sqlite => {
            let values = places(rows, columns.len(), |_, number| format!("${number}"));
            format!(r#"INSERT INTO audit_log ("{names}") VALUES {values}"#)
        }
        Dialect::Postgres => {
            let kinds: Vec<&str> = columns.iter().map(|name| postgres_type(name)).collect();
            let values = places(rows, columns.len(), |column, number| {
                format!("${number}::{}", kinds[column])
            });
            let turn = links::taking_turns();
            format!(
                r#"INSERT INTO audit_log ("{names}") SELECT "row".* FROM {turn}, (VALUES {values}) AS "row""#
            )
        }
    }
}

/// What a list of values that is not yet a row of the table has to be told.
fn postgres_type(column: &str) -> &'static str {
    match AuditLog::info(column).map(|field| field.shape.kind) {
        Some(Kind::Int) => "bigint",
        Some(Kind::Timestamp) => "timestamptz",
        Some(Kind::Bytes) => "bytea",
        Some(_) => "text",
        None => match column {
            "uid" => "uuid",
            "version" => "bigint",
            record::SEALED_COLUMN => "bytea",
            _ => "timestamptz",
        },
    }
}
