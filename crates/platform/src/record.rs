//! A table, said once: its struct, its columns, how clients write it and how it is shown.
//!
//! [`record!`](crate::record!) declares the fields in three groups. `client` fields are written and
//! read by clients; `server` fields are kept by the program and only read; `hidden` fields never
//! leave the server. There is no second struct for creating or changing: a create parses the client's
//! fields, a change lays them over the row that is there (RFC 7396), and in both cases the whole is
//! validated again.

mod body;
mod patient;

use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::db::{DbError, FromRow, Row, ToValue, Value};
use crate::fault::{Fault, Faults};
use crate::field::{Field, Ref, Shape, Shown};
use crate::seal::{Aad, Envelope, KeyRing, Opened, SealError};

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
    let mut sealed = Opened::nothing();
    if R::has_sealed() {
        let bytes = row.cell(next)?;
        next += 1;
        sealed =
            Opened::open(row.keys()?, &aad::<R>(meta.uid), bytes.bytes()?).map_err(|error| {
                match error {
                    SealError::UnknownKey(id) => DbError::UnknownKey(id),
                    error => DbError::Decode(format!("{} {}: {error}", R::TABLE, meta.id)),
                }
            })?;
    }
    R::take(meta, row, &mut next, &sealed)
}

/// A row with its envelope opened by the keys that the statement was given.
pub struct Loaded<R>(pub R);

impl<R: Record> FromRow for Loaded<R> {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        load(row).map(Loaded)
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

/// Of a field with a default, or one that clients do not write.
pub fn not_required() -> bool {
    false
}

/// Declares a table. See the [module](mod@crate::record).
///
/// ```
/// use platform::field::{Blank, Line};
/// use platform::record::Record;
/// use platform::seal::Sealed;
///
/// platform::record! {
///     /// Something a person told us.
///     pub struct Remark in "remark" {
///         client {
///             /// A word to find it by.
///             topic: Line<40>,
///             /// What was said.
///             text: Sealed<Blank<2000>>,
///             /// How often it was said.
///             times: i64 = 1,
///         }
///         server {
///             /// Whether somebody answered.
///             answered: bool = false,
///         }
///         hidden {}
///     }
/// }
///
/// assert_eq!(Remark::columns(), ["id", "uid", "created_at", "updated_at", "version", "sealed", "topic", "times", "answered"]);
/// ```
#[macro_export]
macro_rules! record {
    ($(#[doc = $tdoc:literal])* $vis:vis struct $name:ident in $table:literal $(named $called:literal)? $(for $patient:ident)? {
        client { $( $(#[doc = $cdoc:literal])* $client:ident : $cty:ty $(= $cdefault:expr)? ),* $(,)? }
        $( server { $( $(#[doc = $sdoc:literal])* $server:ident : $sty:ty = $sdefault:expr ),* $(,)? } )?
        $( hidden { $( $(#[doc = $hdoc:literal])* $hidden:ident : $hty:ty = $hdefault:expr ),* $(,)? } )?
    }) => {
        $(#[doc = $tdoc])*
        #[derive(Clone)]
        $vis struct $name {
            /// What every row has.
            pub meta: $crate::record::Meta,
            $( $(#[doc = $cdoc])* pub $client: $cty, )*
            $( $( $(#[doc = $sdoc])* pub $server: $sty, )* )?
            $( $( $(#[doc = $hdoc])* pub $hidden: $hty, )* )?
        }

        /// Without the hidden fields: they never leave the server, not into a log either.
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut shown = f.debug_struct(stringify!($name));
                shown.field("meta", &self.meta);
                $( shown.field(stringify!($client), &self.$client); )*
                $( $( shown.field(stringify!($server), &self.$server); )* )?
                shown.finish_non_exhaustive()
            }
        }

        /// The columns, named like the fields.
        #[allow(non_upper_case_globals, dead_code, clippy::allow_attributes, reason = "a column is named like its field, and not each is used")]
        impl $name {
            /// The number clients know it by.
            pub const id: $crate::record::Column<$name> = $crate::record::Column::new("id", <i64 as $crate::field::Field>::SHAPE);
            /// When it was stored.
            pub const created_at: $crate::record::Column<$name> = $crate::record::Column::new("created_at", $crate::field::Shape::of($crate::field::Kind::Timestamp));
            /// When it last changed.
            pub const updated_at: $crate::record::Column<$name> = $crate::record::Column::new("updated_at", $crate::field::Shape::of($crate::field::Kind::Timestamp));
            $( $(#[doc = $cdoc])* pub const $client: $crate::record::Column<$name> = $crate::record::Column::new(stringify!($client), <$cty as $crate::field::Field>::SHAPE); )*
            $( $( $(#[doc = $sdoc])* pub const $server: $crate::record::Column<$name> = $crate::record::Column::new(stringify!($server), <$sty as $crate::field::Field>::SHAPE); )* )?
            $( $( $(#[doc = $hdoc])* pub const $hidden: $crate::record::Column<$name> = $crate::record::Column::new(stringify!($hidden), <$hty as $crate::field::Field>::SHAPE); )* )?
        }

        impl $crate::record::Record for $name {
            const TABLE: &'static str = $table;
            const NAME: &'static str = $crate::record!(@called $name $($called)?);
            $( const PATIENT: Option<&'static str> = $crate::record!(@column $patient); )?
            const DOC: &'static str = concat!($($tdoc, "\n"),*);
            const FIELDS: &'static [$crate::record::FieldInfo] = &[
                $( $crate::record::FieldInfo {
                    name: stringify!($client),
                    part: $crate::record::Part::Client,
                    shape: <$cty as $crate::field::Field>::SHAPE,
                    doc: concat!($($cdoc, "\n"),*),
                    schema: <$cty as $crate::field::Field>::schema,
                    to_filter: $crate::record::to_filter::<$cty>,
                    required: $crate::record!(@required $cty $(, $cdefault)?),
                }, )*
                $( $( $crate::record::FieldInfo {
                    name: stringify!($server),
                    part: $crate::record::Part::Server,
                    shape: <$sty as $crate::field::Field>::SHAPE,
                    doc: concat!($($sdoc, "\n"),*),
                    schema: <$sty as $crate::field::Field>::schema,
                    to_filter: $crate::record::to_filter::<$sty>,
                    required: $crate::record::not_required,
                }, )* )?
                $( $( $crate::record::FieldInfo {
                    name: stringify!($hidden),
                    part: $crate::record::Part::Hidden,
                    shape: <$hty as $crate::field::Field>::SHAPE,
                    doc: concat!($($hdoc, "\n"),*),
                    schema: <$hty as $crate::field::Field>::schema,
                    to_filter: $crate::record::to_filter::<$hty>,
                    required: $crate::record::not_required,
                }, )* )?
            ];

            $(
                fn patient_id(&self) -> Option<i64> {
                    $crate::record::NamesPatient::patient($crate::record!(@patient self $patient))
                }
            )?

            fn meta(&self) -> &$crate::record::Meta {
                &self.meta
            }

            fn meta_mut(&mut self) -> &mut $crate::record::Meta {
                &mut self.meta
            }

            #[allow(unused_mut, unused_variables, clippy::allow_attributes, reason = "a declaration may have no field of a kind")]
            fn create(body: &$crate::record::Body) -> Result<Self, $crate::fault::Faults> {
                let mut faults = $crate::fault::Faults::new();
                $( let $client = body.create::<$cty>(stringify!($client), $crate::record!(@default $cty $(, $cdefault)?), &mut faults); )*
                $( let Some($client) = $client else { return Err(faults) }; )*
                if !faults.is_empty() {
                    return Err(faults);
                }
                Ok(Self {
                    meta: $crate::record::Meta::unstored(),
                    $( $client, )*
                    $( $( $server: $sdefault, )* )?
                    $( $( $hidden: $hdefault, )* )?
                })
            }

            fn overlay(&mut self, body: &$crate::record::Body) -> Result<(), $crate::fault::Faults> {
                #[allow(unused_mut, clippy::allow_attributes, reason = "a declaration may have no field of a kind")]
                let mut faults = $crate::fault::Faults::new();
                let _ = body;
                $( body.overlay(stringify!($client), &mut self.$client, &mut faults); )*
                faults.into_result()
            }

            fn put(&self, columns: &mut Vec<$crate::db::Value>, sealed: &mut $crate::seal::Envelope) {
                let _ = (&columns, &sealed);
                $( $crate::field::Field::put(&self.$client, stringify!($client), columns, sealed); )*
                $( $( $crate::field::Field::put(&self.$server, stringify!($server), columns, sealed); )* )?
                $( $( $crate::field::Field::put(&self.$hidden, stringify!($hidden), columns, sealed); )* )?
            }

            fn take(
                meta: $crate::record::Meta,
                row: &$crate::db::Row<'_>,
                next: &mut usize,
                sealed: &$crate::seal::Opened,
            ) -> Result<Self, $crate::db::DbError> {
                let _ = (row, &next, sealed);
                $( let $client = <$cty as $crate::field::Field>::take(stringify!($client), row, next, sealed)?; )*
                $( $( let $server = <$sty as $crate::field::Field>::take(stringify!($server), row, next, sealed)?; )* )?
                $( $( let $hidden = <$hty as $crate::field::Field>::take(stringify!($hidden), row, next, sealed)?; )* )?
                Ok(Self { meta, $( $client, )* $( $( $server, )* )? $( $( $hidden, )* )? })
            }

            fn show<M: $crate::serde::ser::SerializeMap>(&self, map: &mut M, skip: &[&str]) -> Result<(), M::Error> {
                let _ = (&map, skip);
                $( $crate::record::show_field(map, stringify!($client), concat!(stringify!($client), "_id"), &self.$client, skip)?; )*
                $( $( $crate::record::show_field(map, stringify!($server), concat!(stringify!($server), "_id"), &self.$server, skip)?; )* )?
                Ok(())
            }

            fn field(&self, name: &str) -> Option<$crate::serde_json::Value> {
                match name {
                    $( stringify!($client) => Some($crate::field::Field::to_json(&self.$client)), )*
                    $( $( stringify!($server) => Some($crate::field::Field::to_json(&self.$server)), )* )?
                    $( $( stringify!($hidden) => Some($crate::field::Field::to_json(&self.$hidden)), )* )?
                    _ => None,
                }
            }

            fn columns() -> &'static [&'static str] {
                static COLUMNS: std::sync::OnceLock<Vec<&'static str>> = std::sync::OnceLock::new();
                COLUMNS.get_or_init(|| $crate::record::column_names(<$name as $crate::record::Record>::FIELDS))
            }

            fn selection() -> &'static str {
                static SELECTION: std::sync::OnceLock<String> = std::sync::OnceLock::new();
                SELECTION.get_or_init(|| $crate::record::selection_of::<$name>())
            }
        }
    };
    (@called $name:ident) => { stringify!($name) };
    (@called $name:ident $called:literal) => { $called };
    (@column id) => { None };
    (@column $patient:ident) => { Some(stringify!($patient)) };
    (@patient $row:ident id) => { &$row.meta.id };
    (@patient $row:ident $patient:ident) => { &$row.$patient };
    (@default $ty:ty) => { None };
    (@default $ty:ty, $default:expr) => { Some((|| $default) as fn() -> $ty) };
    (@required $ty:ty) => { $crate::record::required::<$ty> };
    (@required $ty:ty, $default:expr) => { $crate::record::not_required };
}
