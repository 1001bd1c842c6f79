//! How a table is declared.

/// Declares a table. See the [module](mod@crate::record).
///
/// ```
/// use records::field::{Blank, Line};
/// use records::record::Record;
/// use seal::Sealed;
///
/// records::record! {
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
                    default: $crate::record!(@shown $cty $(, $cdefault)?),
                }, )*
                $( $( $crate::record::FieldInfo {
                    name: stringify!($server),
                    part: $crate::record::Part::Server,
                    shape: <$sty as $crate::field::Field>::SHAPE,
                    doc: concat!($($sdoc, "\n"),*),
                    schema: <$sty as $crate::field::Field>::schema,
                    to_filter: $crate::record::to_filter::<$sty>,
                    required: $crate::record::not_required,
                    default: $crate::record::no_default,
                }, )* )?
                $( $( $crate::record::FieldInfo {
                    name: stringify!($hidden),
                    part: $crate::record::Part::Hidden,
                    shape: <$hty as $crate::field::Field>::SHAPE,
                    doc: concat!($($hdoc, "\n"),*),
                    schema: <$hty as $crate::field::Field>::schema,
                    to_filter: $crate::record::to_filter::<$hty>,
                    required: $crate::record::not_required,
                    default: $crate::record::no_default,
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
    (@shown $ty:ty) => { $crate::record::no_default };
    (@shown $ty:ty, $default:expr) => { || Some($crate::field::Field::to_json(&(|| -> $ty { $default })())) };
    (@required $ty:ty) => { $crate::record::required::<$ty> };
    (@required $ty:ty, $default:expr) => { $crate::record::not_required };
}
