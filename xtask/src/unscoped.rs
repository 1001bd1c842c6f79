//! `docs/unscoped.txt`: every place where the program looks past its row scopes or units of work, with the reason
//! that stands there. A new line of it is reviewed like a new right.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const HEAD: &str = "\
# Where the program looks past a row scope (`Cx::unscoped`), or at the database past a unit of work
# (`App::unguarded`), and why. Written by `cargo xtask gen`; a new line is a way to data that nobody's rights
# guard, and is reviewed like a right. One line for each place: which of the two, file, function, reason.

";

const CALLS: [&str; 2] = ["unscoped", "unguarded"];

/// A place in a file.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    call: &'static str,
    function: String,
    reason: Result<String, String>,
}

/// The file's content, of all crates below `crates/`.
///
/// # Errors
/// When a file cannot be read, or a place gives no reason that can be found.
pub(crate) fn text(root: &Path) -> Result<String, String> {
    let mut made = HEAD.to_owned();
    let mut wrong = Vec::new();
    for (file, source) in sources(&root.join("crates"))? {
        let shown = file.strip_prefix(root).unwrap_or(&file).display();
        for place in places(&source) {
            let reason = match place.reason {
                Ok(reason) => Some(reason),
                Err(name) => elsewhere(&file, &source, &name),
            };
            match reason {
                Some(reason) => {
                    let (call, function) = (place.call, place.function);
                    writeln!(made, "{call:9} {shown} {function}: {reason}")
                        .map_err(|error| error.to_string())?;
                }
                None => wrong.push(format!("{shown} {}: no reason to be found", place.function)),
            }
        }
    }
    if wrong.is_empty() {
        Ok(made)
    } else {
        Err(wrong.join("\n"))
    }
}

/// The Rust files below `src` of each crate, in the order of their names.
fn sources(crates: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let list = |path: &Path| -> Result<Vec<PathBuf>, String> {
        let said = |error: std::io::Error| format!("{}: {error}", path.display());
        fs::read_dir(path)
            .map_err(said)?
            .map(|entry| Ok(entry.map_err(said)?.path()))
            .collect()
    };
    let mut left: Vec<PathBuf> = list(crates)?.iter().map(|path| path.join("src")).collect();
    let mut found = Vec::new();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(list(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            // Tests look wherever they like.
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            found.push((path, text.to_owned()));
        }
    }
    found.sort();
    Ok(found)
}

/// The calls in a file, in their order. A reason is what the literal says, or else the name of a constant.
fn places(source: &str) -> Vec<Place> {
    let mut function = String::new();
    let mut places = Vec::new();
    let mut rest = source;
    while let Some(line) = rest.lines().next() {
        let code = line.trim_start();
        let is_code = !code.starts_with("//");
        if is_code && let Some(name) = function_of(code) {
            function = name;
        }
        for call in CALLS.into_iter().filter(|_| is_code) {
            let wanted = format!(".{call}(");
            for (at, _) in line.match_indices(&wanted) {
                places.push(Place {
                    call,
                    function: function.clone(),
                    reason: reason(&rest[at + wanted.len()..], source),
                });
            }
        }
        rest = rest.get(line.len()..).unwrap_or_default();
        rest = rest
            .strip_prefix("\r\n")
            .or(rest.strip_prefix('\n'))
            .unwrap_or(rest);
    }
    places
}

/// The name of the function that a line declares.
fn function_of(code: &str) -> Option<String> {
    let before = code.find("fn ")?;
    let words = code.get(..before)?.split_whitespace();
    let known = ["pub", "pub(crate)", "pub(super)", "async", "const"];
    if !words.into_iter().all(|word| known.contains(&word)) {
        return None;
    }
    let name = code.get(before + 3..)?;
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    Some(name[..end].to_owned())
}

/// The reason in a call's arguments: a literal, or a constant or variable of the same file; else the name that is
/// looked for.
fn reason(arguments: &str, source: &str) -> Result<String, String> {
    let arguments = arguments.trim_start();
    if let Some(literal) = arguments.strip_prefix('"') {
        return Ok(until_quote(literal));
    }
    let end = arguments.find([',', ')']).unwrap_or(arguments.len());
    let name = arguments[..end].trim().to_owned();
    said_by(source, &name).ok_or(name)
}

/// What a constant or variable of this name says.
fn said_by(source: &str, name: &str) -> Option<String> {
    let begins = [
        format!("const {name}: &str ="),
        format!("let {name} ="),
        format!("static {name}: &str ="),
    ];
    let at = begins
        .iter()
        .find_map(|begin| Some(source.find(begin.as_str())? + begin.len()))?;
    let literal = source.get(at..)?.trim_start().strip_prefix('"')?;
    Some(until_quote(literal))
}

/// A literal up to its end, with the breaks of long ones taken out.
fn until_quote(literal: &str) -> String {
    let mut text = String::new();
    let mut chars = literal.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next() {
                Some('\n') => chars = chars.as_str().trim_start().chars(),
                Some(escaped) => text.push(escaped),
                None => break,
            },
            c => text.push(c),
        }
    }
    text
}

/// The constant that a file imports from a file beside it, or from its parent module.
fn elsewhere(file: &Path, source: &str, name: &str) -> Option<String> {
    let imported = source
        .split(';')
        .filter(|statement| statement.contains("use "))
        .find(|statement| {
            statement
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| word == name)
        })?;
    let path = imported.split("use ").last()?;
    let folder = file.parent()?;
    let words = path.split(|c: char| !c.is_alphanumeric() && c != '_');
    words
        .filter(|word| !word.is_empty() && *word != "super" && *word != "crate")
        .flat_map(|word| {
            [
                folder.join(format!("{word}.rs")),
                folder.join(word).join("mod.rs"),
            ]
        })
        .find_map(|path| said_by(&fs::read_to_string(path).ok()?, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_its_function_and_its_reason() {
        let source = r#"
const WHY: &str = "the queue belongs to the program";
/// Not one: cx.unscoped("in a comment")
pub(crate) async fn first(cx: &mut Cx) {
    cx.unscoped("what can be booked is no secret").all(a).await?;
    cx
        .unscoped(WHY)
        .few(b);
}
fn second() {
    let why = "a ticket \
               works once";
    app.unguarded(why).one(c);
    app.unguarded(
        "over two lines",
    );
    cx.unscoped(OTHER);
}
"#;
        let place = |call, function: &str, reason: Result<&str, &str>| Place {
            call,
            function: function.to_owned(),
            reason: reason.map(str::to_owned).map_err(str::to_owned),
        };
        assert_eq!(
            places(source),
            [
                place("unscoped", "first", Ok("what can be booked is no secret")),
                place("unscoped", "first", Ok("the queue belongs to the program")),
                place("unguarded", "second", Ok("a ticket works once")),
                place("unguarded", "second", Ok("over two lines")),
                place("unscoped", "second", Err("OTHER")),
            ]
        );
    }
}
