//! A table, said once: its struct, its columns, how clients write it and how it is shown.
//!
//! [`record!`](crate::record!) declares the fields in three groups. `client` fields are written and
//! read by clients; `server` fields are kept by the program and only read; `hidden` fields never
//! leave the server. There is no second struct for creating or changing: a create parses the client's
//! fields, a change lays them over the row that is there (RFC 7396), and in both cases the whole is
//! validated again.

mod body;
mod declare;
mod patient;

use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::fault::{Fault, Faults};
use crate::field::{Field, Ref, Shape, Shown};
use db::{Damage, DbError, FromRow, Row, ToValue, Value};
use seal::{Aad, Envelope, KeyRing, Opened, SealError};

pub use crate::column::Column;
pub use body::Body;
pub use patient::NamesPatient;

/// The column that holds the sealed fields of a row.
pub const SEALED_COLUMN: &str = "sealed";

/// What every row has.
#[derive(Debug, Clone, PartialEq)]
pub struct Meta {
    /// The number clients know it by; 0 until it is stored.
    pub id: i64,
    /// The identity that holds across databases; nil until it is stored, unless the client chose it.
    pub uid: Uuid,
    /// When it was stored.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// 1, and one more with each change.
    pub version: i64,
}

impl Meta {
    /// Of a row that is not stored yet.
    pub fn unstored() -> Meta {
        Meta {
            id: 0,
            uid: Uuid::nil(),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            version: 1,
        }
    }

    fn take(row: &Row<'_>, next: &mut usize) -> Result<Meta, DbError> {
        let at = *next;
        *next += 5;
        Ok(Meta {
            id: row.get(at)?,
            uid: row.get(at + 1)?,
            created_at: row.get(at + 2)?,
            updated_at: row.get(at + 3)?,
            version: row.get(at + 4)?,
        })
    }
}

/// Who writes a field and who sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Written and read by clients.
    Client,
    /// Kept by the program, read by clients.
    Server,
    /// Never leaves the server.
    Hidden,
}

/// A field as declared.
#[derive(Clone, Copy)]
pub struct FieldInfo {
    /// Its name in the API and, unless sealed, its column.
    pub name: &'static str,
    /// Who writes and sees it.
    pub part: Part,
    /// How it is kept.
    pub shape: Shape,
    /// What the declaration's comment says.
    pub doc: &'static str,
    /// Its JSON Schema.
    pub schema: fn() -> Json,
    /// A filter's text as a column value, with the type's own leniency and complaints.
    pub to_filter: fn(&Json) -> Result<Value, Fault>,
    /// A create must mention it.
    pub required: fn() -> bool,
    /// What it is when a create does not mention it, where the declaration says so.
    pub default: fn() -> Option<Json>,
}

/// Reads a filter's text through the field's type.
pub fn to_filter<T: Field>(json: &Json) -> Result<Value, Fault> {
    T::parse(json).map(|value| value.to_value())
}

/// What [`record!`](crate::record!) makes of a declaration.
pub trait Record: Sized + Clone + Send + Sync + 'static {
    /// The table.
    const TABLE: &'static str;
    /// What a record of this kind is called in the audit trail and in sentences, such as `Patient`.
    const NAME: &'static str;
    /// The field that names the patient whose data it is, if there is one.
    const PATIENT: Option<&'static str> = None;
    /// What the declaration's comment says, each line led by a space.
    const DOC: &'static str = "";
    /// Its fields in declaration order.
    const FIELDS: &'static [FieldInfo];

    /// What every row has.
    fn meta(&self) -> &Meta;
    /// What every row has.
    fn meta_mut(&mut self) -> &mut Meta;
    /// A new row from a client's body.
    fn create(body: &Body) -> Result<Self, Faults>;
    /// Lays the fields that the body mentions over this row.
    fn overlay(&mut self, body: &Body) -> Result<(), Faults>;
    /// Columns in the order of [`Record::columns`] after the standard ones, and sealed fields.
    fn put(&self, columns: &mut Vec<Value>, sealed: &mut Envelope);
    /// The reverse of [`Record::put`].
    fn take(meta: Meta, row: &Row<'_>, next: &mut usize, sealed: &Opened) -> Result<Self, DbError>;
    /// Shows all but the hidden and the skipped fields.
    fn show<M: SerializeMap>(&self, map: &mut M, skip: &[&str]) -> Result<(), M::Error>;
    /// One field as JSON, hidden ones included.
    fn field(&self, name: &str) -> Option<Json>;
    /// Standard columns, the envelope if there is one, and the fields in the clear.
    fn columns() -> &'static [&'static str];
    /// [`Record::columns`] as what a query selects, each with its table: written once for the process.
    fn selection() -> &'static str;

    /// The patient whose data it is.
    fn patient_id(&self) -> Option<i64> {
        None
    }

    /// A reference to it.
    fn reference(&self) -> Ref<Self> {
        Ref::new(self.meta().id)
    }

    /// Has a sealed envelope.
    fn has_sealed() -> bool {
        Self::FIELDS.iter().any(|field| field.shape.sealed)
    }

    /// The declared field of this name.
    fn info(name: &str) -> Option<&'static FieldInfo> {
        Self::FIELDS.iter().find(|field| field.name == name)
    }

    /// What differs from an earlier state: `{field: [old, new]}`. Hidden fields are named, not shown.
    fn changes(&self, before: &Self) -> Map<String, Json> {
        let mut changes = Map::new();
        for field in Self::FIELDS {
            let (old, new) = (before.field(field.name), self.field(field.name));
            if old != new {
                let shown = if field.part == Part::Hidden {
                    Json::String("changed".into())
                } else {
                    Json::Array(vec![old.unwrap_or_default(), new.unwrap_or_default()])
                };
                changes.insert(field.name.to_owned(), shown);
            }
        }
        changes
    }
}

/// The binding of a row's envelope to its place.
pub fn aad<R: Record>(uid: Uuid) -> Aad<'static> {
    Aad::new(R::TABLE, SEALED_COLUMN, uid)
}

fn load<R: Record>(row: &Row<'_>) -> Result<R, DbError> {
    let mut next = 0;
    let meta = Meta::take(row, &mut next)?;
    let id = meta.id;
    let mut sealed = Opened::nothing();
    if R::has_sealed() {
        sealed = opened::<R>(row, id, meta.uid, next)?;
        next += 1;
    }
    R::take(meta, row, &mut next, &sealed).map_err(|error| match error {
        DbError::Decode(why) => damaged::<R>(id, false, why),
        other => other,
    })
}

/// Opens the envelope of a row in column `at`: the one place where that happens.
///
/// # Errors
/// [`DbError::Damaged`] when it does not open.
pub fn opened<R: Record>(row: &Row<'_>, id: i64, uid: Uuid, at: usize) -> Result<Opened, DbError> {
    let cell = row.cell(at)?;
    let bytes = cell
        .bytes()
        .map_err(|error| damaged::<R>(id, false, error.to_string()))?;
    Opened::open(row.keys()?, &aad::<R>(uid), bytes).map_err(|error| {
        let lacks_key = matches!(error, SealError::UnknownKey(_));
        damaged::<R>(id, lacks_key, error.to_string())
    })
}

fn damaged<R: Record>(id: i64, lacks_key: bool, why: String) -> DbError {
    DbError::Damaged(Damage {
        table: R::TABLE,
        id,
        lacks_key,
        why,
    })
}

/// A row with its envelope opened by the keys that the statement was given.
pub struct Loaded<R>(pub R);

impl<R: Record> FromRow for Loaded<R> {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        load(row).map(Loaded)
    }
}

/// A row as it was found: one that cannot be read is there all the same, and does not take the others along.
pub struct Found<R>(pub Result<R, Damage>);

impl<R: Record> FromRow for Found<R> {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        match load(row) {
            Ok(record) => Ok(Found(Ok(record))),
            Err(DbError::Damaged(damage)) => Ok(Found(Err(damage))),
            Err(error) => Err(error),
        }
    }
}

/// The values of a row in the order of [`Record::columns`] without `id`.
pub fn values<R: Record>(record: &R, ring: &KeyRing) -> Result<Vec<Value>, SealError> {
    let meta = record.meta();
    let mut sealed = Envelope::new();
    let mut columns = Vec::with_capacity(R::columns().len());
    columns.extend([
        ToValue::to_value(&meta.uid),
        ToValue::to_value(&meta.created_at),
        ToValue::to_value(&meta.updated_at),
        ToValue::to_value(&meta.version),
    ]);
    let envelope_at = columns.len();
    record.put(&mut columns, &mut sealed);
    if R::has_sealed() {
        let bytes = sealed.seal(ring, &aad::<R>(meta.uid))?;
        columns.insert(envelope_at, ToValue::to_value(&bytes));
    }
    Ok(columns)
}

/// Lists the columns of a declaration; called once for each record type.
pub fn column_names(fields: &'static [FieldInfo]) -> Vec<&'static str> {
    let mut names = vec!["id", "uid", "created_at", "updated_at", "version"];
    if fields.iter().any(|field| field.shape.sealed) {
        names.push(SEALED_COLUMN);
    }
    names.extend(
        fields
            .iter()
            .filter(|field| !field.shape.sealed)
            .map(|field| field.name),
    );
    names
}

/// Writes what a query selects; called once for each record type.
pub fn selection_of<R: Record>() -> String {
    let columns: Vec<String> = R::columns()
        .iter()
        .map(|name| format!(r#""{}"."{name}""#, R::TABLE))
        .collect();
    columns.join(", ")
}

/// Shows one field; a reference under both of its names.
pub fn show_field<T: Field, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    name_id: &'static str,
    value: &T,
    skip: &[&str],
) -> Result<(), M::Error> {
    if !skip.contains(&name) {
        map.serialize_entry(name, &Shown(value))?;
        if T::SHAPE.reference.is_some() {
            map.serialize_entry(name_id, &Shown(value))?;
        }
    }
    Ok(())
}

/// A declaration's comment as prose: lines without the space that follows `///`, joined.
pub fn tidy(doc: &str) -> String {
    let lines: Vec<&str> = doc.lines().map(str::trim).collect();
    lines.join("\n").trim().to_owned()
}

/// A create must mention a field that has neither a default nor a natural "nothing".
pub fn required<T: Field>() -> bool {
    T::absent().is_err()
}

/// Of a field without a declared default, or one that clients do not write.
pub fn no_default() -> Option<Json> {
    None
}

/// Writes a declared default into a field's schema where it is a choice that forms offer: yes or no, or one of several.
/// Other defaults may stand for what the program works out.
pub fn say_default(schema: &mut Json, default: fn() -> Option<Json>) {
    if schema["type"] != "boolean" && !schema["enum"].is_array() {
        return;
    }
    if let Some(default) = default().filter(|value| !value.is_null()) {
        schema["default"] = default;
    }
}

/// Of a field with a default, or one that clients do not write.
pub fn not_required() -> bool {
    false
}
