//! Words for names of fields, choices and resources: what the texts say, else the name made readable.

use crate::ask::Ask;

/// `date_of_birth` as people read it.
pub fn field(ask: &Ask, name: &str) -> String {
    ask.word(
        &["field-", &name.replace('_', "-")].concat(),
        &readable(name),
    )
}

/// A sentence of the API as people read it: where it names a field as programs write it (`noted_afterwards`), the
/// field's words stand instead.
pub(crate) fn said(ask: &Ask, fields: &[&str], sentence: &str) -> String {
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some(at) = rest.find(name) {
        let (before, found) = rest.split_at(at);
        let end = found.find(|c| !name(c)).unwrap_or(found.len());
        let (word, after) = found.split_at(end);
        let known = word.contains('_') && fields.contains(&word);
        let quoted = before.strip_suffix('`').zip(after.strip_prefix('`'));
        match quoted.filter(|_| known) {
            Some((before, after)) => {
                out.extend([before, "“", &field(ask, word), "”"]);
                rest = after;
            }
            None if known => {
                out.extend([before, "“", &field(ask, word), "”"]);
                rest = after;
            }
            None => {
                out.extend([before, word]);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// A choice of a field, such as `checked_in` of `status`.
pub fn choice(ask: &Ask, field: &str, value: &str) -> String {
    let part = |text: &str| text.to_lowercase().replace(['_', ' ', '.', '/'], "-");
    let own = ["choice-", &part(field), "-", &part(value)].concat();
    let any = ["choice-", &part(value)].concat();
    let otherwise = ask.word(&any, &readable(value));
    ask.word(&own, &otherwise)
}

/// The words of a choice where they are known, else the value as it is: it may be no choice.
pub(crate) fn choice_or(ask: &Ask, field: &str, value: &str) -> String {
    let part = |text: &str| text.to_lowercase().replace(['_', ' ', '.', '/'], "-");
    let own = ["choice-", &part(field), "-", &part(value)].concat();
    ask.word(&own, value)
}

/// The words of a number that names something, such as a day of the week: those that the texts have for its field.
pub(crate) fn of_number(ask: &Ask, field: &str, value: i64) -> Option<String> {
    let key = ["choice-", &field.replace('_', "-"), "-", &value.to_string()];
    ask.app().texts.find(ask.language(), &key.concat())
}

/// What the records of a resource are called, many of them.
pub fn resource(ask: &Ask, path: &str) -> String {
    ask.word(
        &["resource-", &path.replace(['_', '/'], "-")].concat(),
        &readable(path),
    )
}

/// What a module is called.
pub fn module(ask: &Ask, name: &str) -> String {
    ask.word(&["module-", name].concat(), &readable(name))
}

/// A name of a program as words: `lab-orders` and `lab_orders` are `Lab orders`.
pub(crate) fn readable(name: &str) -> String {
    let words = name.replace(['_', '-', '/'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

/// What a verb is called: its texts, else its summary.
pub fn verb(ask: &Ask, operation: &platform::operation::Operation) -> String {
    let key = ["verb-", &operation.id.replace('_', "-")].concat();
    ask.word(&key, &operation.doc.summary)
}

/// What a report is called.
pub fn report(ask: &Ask, operation: &platform::operation::Operation) -> String {
    let path = operation
        .path
        .trim_end_matches('/')
        .replace(['/', '_'], "-");
    ask.word(&["report-", &path].concat(), &operation.doc.summary)
}

/// The heading of a group of fields: a key of the texts.
pub(crate) fn heading(ask: &Ask, key: &str) -> String {
    if key.is_empty() {
        String::new()
    } else {
        ask.word(key, &readable(key))
    }
}
