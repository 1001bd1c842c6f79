//! A value that must not leave by accident.

use std::fmt;

/// A value that is stored sealed, here opened. It can't be serialised, has no schema, and `Debug` hides it: to show it,
/// someone has to write [`Sealed::open`], in a view, where a reviewer looks.
///
/// ```
/// use seal::Sealed;
///
/// #[derive(schemars::JsonSchema)]
/// struct View {
///     name: String,
/// }
///
/// let name = Sealed::new(String::from("Okafor"));
/// assert_eq!(format!("{name:?}"), "Sealed(…)");
/// assert_eq!(serde_json::to_string(name.open()).ok().as_deref(), Some("\"Okafor\""));
/// ```
///
/// Without `open` it does not compile:
///
/// ```compile_fail,E0277
/// use seal::Sealed;
///
/// let name = Sealed::new(String::from("Okafor"));
/// assert_eq!(serde_json::to_string(&name).ok().as_deref(), Some("\"Okafor\""));
/// ```
///
/// Neither does a schema of it, nor a field of it in something that has one:
///
/// ```compile_fail,E0277
/// #[derive(schemars::JsonSchema)]
/// struct View {
///     name: seal::Sealed<String>,
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Sealed<T>(T);

impl<T> Sealed<T> {
    /// Hides `value`.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Every call is a place where it may leave.
    pub fn open(&self) -> &T {
        &self.0
    }

    /// The value itself.
    pub fn into_inner(self) -> T {
        self.0
    }

    /// Changes the value without letting it out.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Sealed<U> {
        Sealed(change(self.0))
    }

    /// A sealed reference, to [`Sealed::map`] without giving the value away.
    pub fn as_ref(&self) -> Sealed<&T> {
        Sealed(&self.0)
    }
}

impl<T> From<T> for Sealed<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}
