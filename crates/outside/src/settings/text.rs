//! `.env.example` and `docs/settings.md`, written from the table of settings.

use std::fmt::Write as _;

use super::Settings;

/// What the table knows of one setting.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The heading it stands under.
    pub group: &'static str,
    /// The environment variable.
    pub name: &'static str,
    /// What it does.
    pub help: &'static str,
    /// What its value may be.
    pub value: String,
    /// The value when it is not set; empty when there is none.
    pub default: &'static str,
    /// A value that shows the form; empty for secrets, so that nobody uses an example as one.
    pub example: &'static str,
    /// Whether the value is never shown.
    pub secret: bool,
}

impl Settings {
    /// The text of `.env.example`: every setting, commented out, with its default or an example.
    #[must_use]
    pub fn example() -> String {
        let mut out = String::from(
            "# Settings of Chelal. Copy this file to .env and remove the # before those you change.\n\
             # Variables of the environment win over this file. Written by `cargo xtask gen`.\n",
        );
        let mut group = "";
        for setting in Self::table() {
            if setting.group != group {
                group = setting.group;
                let _ = write!(out, "\n## {group}\n");
            }
            let value = if setting.default.is_empty() {
                setting.example
            } else {
                setting.default
            };
            let quote = if value.contains(' ') { "\"" } else { "" };
            let kind = if setting.default.is_empty() {
                "Not set by default"
            } else {
                "Default shown"
            };
            let help = wrap(setting.help);
            let kind = wrap(&format!("Value: {}. {kind}.", setting.value));
            let _ = write!(
                out,
                "\n{help}{kind}#{}={quote}{value}{quote}\n",
                setting.name
            );
        }
        out
    }

    /// The text of `docs/settings.md`.
    #[must_use]
    pub fn docs() -> String {
        let mut out = String::from(
            "# Settings\n\n\
             Every setting is an environment variable, or a line of a `.env` file in the working directory; the environment\n\
             wins. An empty value counts as not set. `.env.example` lists them all. Written by `cargo xtask gen`.\n",
        );
        let mut group = "";
        for setting in Self::table() {
            if setting.group != group {
                group = setting.group;
                let _ = write!(
                    out,
                    "\n## {group}\n\n| variable | value | default | meaning |\n|---|---|---|---|\n"
                );
            }
            let code = |text: &str| {
                if text.is_empty() {
                    String::new()
                } else {
                    format!("`{}`", cell(text))
                }
            };
            let secret = if setting.secret && setting.example.is_empty() {
                " **Secret.**"
            } else {
                ""
            };
            let default = code(setting.default);
            let (name, value, help) = (setting.name, cell(&setting.value), cell(setting.help));
            let _ = writeln!(out, "| `{name}` | {value} | {default} | {help}{secret} |");
        }
        out
    }
}

/// Text that cannot end a table cell, nor be taken for an HTML tag.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

/// Comment lines of at most 100 characters.
fn wrap(text: &str) -> String {
    let mut out = String::new();
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > 100 {
            let _ = writeln!(out, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(out, "{line}");
    out
}
