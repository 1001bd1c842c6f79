//! Enumerations: text with a closed set of values.

/// Declares an enumeration that clients write as text, case-insensitively, and that is kept as text
/// under a `CHECK`.
///
/// ```
/// records::choice! {
///     /// How bad a reaction is.
///     pub enum Severity {
///         /// Not known; treated as severe.
///         Unknown = "unknown",
///         /// A nuisance.
///         Mild = "mild",
///     }
/// }
/// assert_eq!(Severity::Mild.as_str(), "mild");
/// assert_eq!(Severity::VALUES, &["unknown", "mild"]);
/// ```
#[macro_export]
macro_rules! choice {
    ($(#[$doc:meta])* $vis:vis enum $name:ident {
        $( $(#[$vdoc:meta])* $variant:ident = $text:literal $(| $alias:literal)* ),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $( $(#[$vdoc])* $variant ),+ }

        impl $name {
            /// Every value, as kept and answered.
            pub const VALUES: &'static [&'static str] = &[$($text),+];

            /// As kept and answered.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text ),+ }
            }

            /// From text, whatever its case.
            pub fn from_text(text: &str) -> Option<Self> {
                let text = text.trim();
                $( if text.eq_ignore_ascii_case($text) $(|| text.eq_ignore_ascii_case($alias))* {
                    return Some(Self::$variant);
                } )+
                None
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl $crate::field::Field for $name {
            const SHAPE: $crate::field::Shape = $crate::field::Shape::of($crate::field::Kind::Text);

            fn parse(json: &$crate::serde_json::Value) -> Result<Self, $crate::fault::Fault> {
                let text = match json {
                    $crate::serde_json::Value::String(text) => text.as_str(),
                    $crate::serde_json::Value::Null => return Err($crate::fault::Fault::key("not-null")),
                    _ => return Err($crate::fault::Fault::key("not-a-string")),
                };
                Self::from_text(text).ok_or_else(|| $crate::fault::Fault::of(
                    $crate::texts::Text::new("not-a-choice").with("value", text).with("choices", Self::VALUES.join(", ")),
                ))
            }

            fn to_value(&self) -> $crate::db::Value {
                $crate::db::ToValue::to_value(&self.as_str())
            }

            fn from_row(row: &$crate::db::Row<'_>, index: usize) -> Result<Self, $crate::db::DbError> {
                let text: String = row.get(index)?;
                Self::from_text(&text).ok_or_else(|| $crate::db::DbError::Decode(
                    format!("{text:?} is no {}", stringify!($name)).into(),
                ))
            }

            fn show<S: $crate::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }

            fn to_json(&self) -> $crate::serde_json::Value {
                $crate::serde_json::Value::String(self.as_str().to_owned())
            }

            fn schema() -> $crate::serde_json::Value {
                $crate::serde_json::json!({ "type": "string", "enum": Self::VALUES })
            }
        }
    };
}
