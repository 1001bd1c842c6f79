//! A secret text in memory.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use zeroize::Zeroizing;

/// A password or code on its way to being checked: wiped on drop, `Debug` prints `[redacted]`.
///
/// It can be read from a request body but has no `Serialize`, no `Display` and no `PartialEq`
/// (which would compare in variable time), so that it cannot leave by accident.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(from = "String")]
#[schemars(extend("format" = "password", "writeOnly" = true))]
pub struct SecretText(#[schemars(with = "String")] Zeroizing<String>);

impl SecretText {
    /// The text itself. Keep the borrow short; do not copy it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<Zeroizing<String>> for SecretText {
    fn from(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn does_not_print() {
        let secret = SecretText::from("hunter2");
        assert_eq!(format!("{secret:?}"), "[redacted]");
        assert_eq!(format!("{:?}", Some(&secret)), "Some([redacted])");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn reads_from_json_and_describes_itself() {
        let secret: SecretText = serde_json::from_str(r#""p\u00e4ss""#).unwrap();
        assert_eq!(secret.expose(), "päss");
        assert!(serde_json::from_str::<SecretText>("5").is_err());
        let schema = serde_json::to_value(schemars::schema_for!(SecretText)).unwrap();
        assert_eq!(schema["type"], "string");
        assert_eq!(schema["format"], "password");
    }
}
