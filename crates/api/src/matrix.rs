//! The permission matrix as text, for people to read and for differences to show.

use std::fmt::Write as _;

use kernel::{BuiltinRole, Reach};

use engine::access::PermissionInfo;
use engine::operation::{Need, Operation};
use engine::registry::Registry;

const HEADER: &str = "\
# Who may do what by default. Written by `cargo xtask gen`; a change of it is a change of rights.
#
# One line for each operation: method, path below /api/, the permission it needs (`signed in`: none,
# but to be signed in; `open`: nothing), then how far each built-in role's permission goes, that of
# users without a role, and of callers who are not signed in:
#   A all records   S patients assigned to the caller   O the caller's own   - none   · open to all
# Permissions that stand for no operation come last; operations ask for them besides their own.
# An administrator may change a role's permissions later; operations under `signed in` concern the
# caller's own affairs. Where a column says - a list is empty, a record is not found, and anything
# else is forbidden; callers who are not signed in are refused with 401.
";

/// One line for each operation, sorted by path and method, under a header that explains the columns.
pub fn permissions_text(registry: &Registry) -> String {
    let mut rows: Vec<(&str, &str, [String; 3])> = registry
        .operations()
        .iter()
        .map(|operation| {
            let method = operation.method.as_str();
            let need = match &operation.need {
                Need::Open => "open".to_owned(),
                Need::SignedIn => "signed in".to_owned(),
                Need::May(permission, _) => permission.name(),
            };
            let row = [
                format!("{method} {}", operation.path),
                need,
                reaches(registry, operation),
            ];
            (operation.path.as_str(), method, row)
        })
        .collect();
    rows.sort();
    rows.extend(without_operation(registry).map(|permission| {
        let row = [
            "(besides)".to_owned(),
            permission.name(),
            line(|role| letter(permission.default_for(role)), "-"),
        ];
        ("", "", row)
    }));
    let width = |column: usize, title: &str| {
        rows.iter()
            .map(|(_, _, row)| row[column].chars().count())
            .chain([title.len()])
            .max()
            .unwrap_or_default()
    };
    let (first, second) = (width(0, "operation"), width(1, "permission"));
    let mut out = String::from(HEADER);
    let _ = writeln!(
        out,
        "\n{:first$}  {:second$}  {}",
        "operation",
        "permission",
        titles()
    );
    for (_, _, [operation, need, reaches]) in &rows {
        let _ = writeln!(out, "{operation:first$}  {need:second$}  {reaches}");
    }
    out
}

/// Short titles of the columns, as wide as the cells below them.
fn titles() -> String {
    let mut titles: Vec<&str> = BuiltinRole::ALL.into_iter().map(title).collect();
    titles.extend(["NoRole", "Anon"]);
    titles.join(" ")
}

fn title(role: BuiltinRole) -> &'static str {
    // The first word tells the roles apart.
    role.name().split(' ').next().unwrap_or_default()
}

/// In the order of their names.
fn without_operation(registry: &Registry) -> impl Iterator<Item = &PermissionInfo> {
    registry.permissions.values().filter(|permission| {
        !registry.operations().iter().any(|operation| {
            operation
                .permission()
                .is_some_and(|own| own.permission == permission.permission)
        })
    })
}

fn reaches(registry: &Registry, operation: &Operation) -> String {
    match &operation.need {
        Need::Open => line(|_| "·", "·"),
        Need::SignedIn => line(|_| letter(Reach::Own), "-"),
        Need::May(own, _) => {
            // The declaration that the registry keeps is the one that is stored.
            let kept = registry.permissions.get(&own.name()).unwrap_or(own);
            line(|role| letter(kept.default_for(role)), "-")
        }
    }
}

/// The cells of a line, each as wide as its title.
fn line(cell: impl Fn(Option<BuiltinRole>) -> &'static str, anonymous: &str) -> String {
    let mut line = String::new();
    for role in BuiltinRole::ALL {
        let width = title(role).len() + 1;
        let _ = write!(line, "{:width$}", cell(Some(role)));
    }
    let _ = write!(line, "{:7}{anonymous}", cell(None));
    line
}

fn letter(reach: Reach) -> &'static str {
    match reach {
        Reach::All => "A",
        Reach::Assigned => "S",
        Reach::Own => "O",
        Reach::None => "-",
    }
}
