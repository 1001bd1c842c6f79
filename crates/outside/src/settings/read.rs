//! Reads settings and reports everything that is wrong with them at once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use super::Settings;
use super::kinds::Kind;

/// Settings, and remarks for the log.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// What the administrator may like to know once, such as variables that no longer do anything.
    pub notices: Vec<String>,
}

/// Everything that is wrong with the settings, one line each. Contains no secret.
#[derive(Debug, thiserror::Error)]
#[error("The settings cannot be used:\n{}", problems.iter().map(|p| format!("  {p}")).collect::<Vec<_>>().join("\n"))]
pub struct SettingsError {
    /// One sentence per mistake: the variable, what is wrong, an example.
    pub problems: Vec<String>,
}

/// Collects values and mistakes.
pub(super) struct Reader {
    pairs: BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Reader {
    pub(super) fn new(
        pairs: impl IntoIterator<Item = (String, String)>,
        problems: Vec<String>,
    ) -> Self {
        Self {
            pairs: pairs.into_iter().collect(),
            problems,
        }
    }

    /// The value of one setting, else its default; `None` after noting a mistake.
    pub(super) fn take<T: 'static>(
        &mut self,
        name: &str,
        kind: Kind<T>,
        default: &str,
        example: &str,
    ) -> Option<T> {
        let given = self
            .pairs
            .get(name)
            .map(|v| v.trim())
            .filter(|v| !v.is_empty());
        let parsed = kind.parse(given.unwrap_or(default));
        if parsed.is_none() {
            let shown = match given {
                Some(value) if !kind.secret => format!("“{}” is not valid", value.escape_debug()),
                _ => "the value is not valid (it is not shown because it may hold a secret)"
                    .to_owned(),
            };
            let example = if example.is_empty() {
                String::new()
            } else {
                format!(", such as {name}={example}")
            };
            self.problems
                .push(format!("{name}: {shown}. Give {}{example}", kind.says));
        }
        parsed
    }

    pub(super) fn finish(mut self) -> Result<Loaded, SettingsError> {
        let settings = Settings::read(&mut self);
        self.find_unknown();
        let settings = settings.map(|mut settings| {
            settings.complete();
            let wrong = settings.contradictions();
            self.problems.extend(
                wrong
                    .into_iter()
                    .map(|(name, what)| format!("{name} {what}")),
            );
            settings
        });
        match settings {
            Some(settings) if self.problems.is_empty() => Ok(Loaded {
                notices: self.notices(),
                settings,
            }),
            _ => Err(SettingsError {
                problems: self.problems,
            }),
        }
    }

    /// A misspelt name would otherwise be a setting that silently does nothing.
    fn find_unknown(&mut self) {
        let table = Settings::table();
        let is_known = |name: &str| table.iter().any(|s| s.name == name);
        for name in self.pairs.keys() {
            let ours = name.starts_with("CHELAL_") && !name.starts_with("CHELAL_TEST_");
            if ours && !is_known(name) {
                let near = |known: &&str| strsim::damerau_levenshtein(name, known);
                let nearest = table
                    .iter()
                    .map(|s| s.name)
                    .filter(|n| n.starts_with("CHELAL_"))
                    .min_by_key(near);
                let hint = nearest
                    .map(|n| format!(" Did you mean {n}?"))
                    .unwrap_or_default();
                self.problems
                    .push(format!("{name} is not a setting.{hint}"));
            }
        }
    }

    fn notices(&self) -> Vec<String> {
        let celery: Vec<&str> = self
            .pairs
            .keys()
            .map(String::as_str)
            .filter(|n| n.starts_with("CELERY_"))
            .collect();
        if celery.is_empty() {
            return Vec::new();
        }
        let names = celery.join(", ");
        vec![format!(
            "{names}: ignored. Chelal does its scheduled work itself and needs no broker; remove them."
        )]
    }
}

/// The pairs of a `.env` file under those of the environment.
pub(super) fn environment(
    file: &Path,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Loaded, SettingsError> {
    let mut problems = Vec::new();
    let mut pairs = match std::fs::read_to_string(file) {
        Ok(text) => dotenv(&text, &mut problems),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => {
            problems.push(format!("{} cannot be read: {error}", file.display()));
            BTreeMap::new()
        }
    };
    for (name, value) in environment {
        // Names that are not text cannot be ours.
        let Ok(name) = name.into_string() else {
            continue;
        };
        match value.into_string() {
            Ok(value) => {
                pairs.insert(name, value);
            }
            Err(_) if Settings::table().iter().any(|s| s.name == name) => {
                problems.push(format!("{name}: the value is not valid UTF-8"));
            }
            Err(_) => {}
        }
    }
    Reader::new(pairs, problems).finish()
}

/// The pairs of a `.env` file. A line that does not parse is named by its number: its text may hold a secret.
fn dotenv(text: &str, problems: &mut Vec<String>) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    for item in dotenvy::from_read_iter(text.as_bytes()) {
        match item {
            Ok((name, value)) => {
                // As dotenvy does for the process environment: the first of two wins.
                pairs.entry(name).or_insert(value);
            }
            Err(dotenvy::Error::LineParse(line, _)) => {
                let first = line.lines().next().unwrap_or_default().trim();
                // The error names the rest of the line only, so look for the line that fails by itself.
                let fails = |l: &str| {
                    l.contains(first) && dotenvy::from_read_iter(l.as_bytes()).any(|i| i.is_err())
                };
                let number = text.lines().position(fails).map_or(1, |at| at + 1);
                problems.push(format!(".env line {number} cannot be read: write NAME=value, values with spaces in quotes"));
                break;
            }
            Err(_) => {
                problems.push(".env cannot be read".to_owned());
                break;
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn from(text: &str, vars: &[(&str, &str)]) -> Result<Loaded, SettingsError> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(".env");
        std::fs::write(&file, text).unwrap();
        environment(
            &file,
            vars.iter()
                .map(|(n, v)| (OsString::from(n), OsString::from(v))),
        )
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let text = "# comment\nCHELAL_CURRENCY=KES\nexport CHELAL_LANGUAGE='sw'\n";
        let settings = from(text, &[("CHELAL_CURRENCY", "XOF")]).unwrap().settings;
        assert_eq!(
            (settings.currency.as_str(), settings.language),
            ("XOF", "sw")
        );
    }

    #[test]
    fn a_missing_file_is_fine_and_a_directory_is_not() {
        assert!(environment(Path::new("/nowhere/.env"), std::iter::empty()).is_ok());
        let directory = tempfile::tempdir().unwrap();
        let error = environment(directory.path(), std::iter::empty()).unwrap_err();
        assert!(error.problems[0].contains("cannot be read"), "{error}");
    }

    #[test]
    fn a_broken_line_is_named_by_number_and_not_shown() {
        let error = from("CHELAL_CURRENCY=KES\nEMAIL_HOST_PASSWORD=hush hush\n", &[]).unwrap_err();
        assert!(error.to_string().contains(".env line 2"), "{error}");
        assert!(!error.to_string().contains("hush"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn values_that_are_not_text_are_reported_when_they_are_ours() {
        use std::os::unix::ffi::OsStringExt;
        let bad = || OsString::from_vec(vec![0xff]);
        let pairs = [
            (OsString::from("CHELAL_LOG"), bad()),
            (OsString::from("OTHER"), bad()),
        ];
        let error = environment(Path::new("/nowhere/.env"), pairs.into_iter()).unwrap_err();
        assert_eq!(error.problems, ["CHELAL_LOG: the value is not valid UTF-8"]);
    }
}
