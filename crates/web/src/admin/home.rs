//! The administrator's workplace: a report of a period, who did what to whom, whether the trail is whole, and who can
//! sign in. Each part is asked of its own operation; whoever may not ask it does not see the part.

use jiff::Timestamp;
use maud::{Markup, html};
use platform::access::Permission;
use platform::audit::Action;
use platform::error::Error;
use platform::texts::Text;
use serde_json::Value as Json;

use crate::ask::Ask;
use crate::ui::{self, Tone};
use crate::words;

/// Looking after the audit trail.
const CHAIN: Permission = Permission::new("audit_logs", "chain");
/// The report of who can sign in.
const ACCOUNTS: &str = "security-reports/accounts/";
/// Accounts and entries that are shown.
const SHOWN: usize = 12;
/// Entries among which those of people are looked for.
const LATEST: &str = "100";
/// What is shown of the trail: what changes or carries away, and what needs a reason.
const GRAVE: [Action; 5] = [
    Action::Edit,
    Action::Delete,
    Action::Export,
    Action::Print,
    Action::BreakGlass,
];

/// Whether the reader looks after the system.
pub(super) fn is_admin(ask: &Ask) -> bool {
    ask.may(CHAIN)
}

/// All parts.
pub(super) async fn show(ask: &Ask, reports: &[(String, String)]) -> Result<Markup, Error> {
    let chain = chain(ask).await?;
    let trail = trail(ask).await?;
    let accounts = accounts(ask).await?;
    Ok(html! {
        (chain)
        div.grid {
            @if !reports.is_empty() { (period(ask, reports)) }
            (search(ask))
        }
        (accounts)
        (trail)
    })
}

/// A report and its days.
fn period(ask: &Ask, reports: &[(String, String)]) -> Markup {
    let day = |name: &'static str| {
        html! {
            div.field {
                label for=(name) { (words::field(ask, name)) }
                input id=(name) name=(name) type="date";
            }
        }
    };
    ui::panel(
        &ask.t("admin-reports"),
        html! {
            form.form action="/admin/" {
                div.field {
                    label for="report" { (ask.t("admin-report-which")) }
                    select id="report" name="report" { @for (address, name) in reports { option value=(address) { (name) } } }
                }
                div.row { (day("start")) (day("end")) }
                div.actions { button.primary data-key="r" { (ask.t("admin-report-show")) kbd aria-hidden="true" { "r" } } }
            }
        },
    )
}

/// Where a report of the form leads, if it is one that the reader may ask for.
pub(super) fn asked(ask: &Ask, reports: &[(String, String)]) -> Option<String> {
    let wanted = ask.query("report")?;
    let (address, _) = reports.iter().find(|(address, _)| address == wanted)?;
    let days = ["start", "end"].map(|name| (name, ask.query(name).unwrap_or_default()));
    let query = serde_urlencoded::to_string(days).unwrap_or_default();
    Some([address, "?", &query].concat())
}

/// Who did what to whom, in the list of the trail.
fn search(ask: &Ask) -> Markup {
    ui::panel(
        &ask.t("admin-trail"),
        html! {
            form.form action="/admin/audit_logs/" {
                div.field {
                    label for="trail-search" { (ask.t("admin-trail-words")) }
                    input id="trail-search" name="search" type="search" autocomplete="off";
                }
                div.field {
                    label for="trail-action" { (ask.t("admin-what")) }
                    select id="trail-action" name="action" {
                        option value="" { (ask.t("admin-any")) }
                        @for action in Action::VALUES { option value=(action) { (words::choice(ask, "action", action)) } }
                    }
                }
                div.actions { button { (ask.t("admin-search")) } }
            }
        },
    )
}

/// Whether the trail is whole: yes, no, or not known.
async fn chain(ask: &Ask) -> Result<Markup, Error> {
    let answer = ask.get("audit-chain/").await?;
    if !answer.status.is_success() {
        return Ok(ui::could_not_check(&ask.t("admin-chain-unknown")));
    }
    let number = |name: &str| {
        answer
            .json
            .get(name)
            .and_then(Json::as_i64)
            .unwrap_or_default()
    };
    let since = |name: &str| {
        answer
            .json
            .get(name)
            .and_then(Json::as_str)?
            .parse::<Timestamp>()
            .ok()
    };
    let intact = answer.json.get("intact").and_then(Json::as_bool) == Some(true);
    let problem = answer.json.get("problem").and_then(Json::as_str);
    let unwritable = since("anchor_unwritable_since");
    let ahead = since("anchor_ahead_since");
    let whole = Text::new("admin-chain-intact")
        .with("checked", number("checked"))
        .with("last", number("last"));
    Ok(html! {
        @if intact { (ui::notice(Tone::Good, html! { p { "✓ " (ask.say(&whole)) } })) }
        @if let Some(problem) = problem {
            (ui::notice(Tone::Bad, html! { p { "‼ " b { (ask.t("admin-chain-broken")) } " " (problem) } }))
        }
        @if let Some(at) = ahead {
            (ui::notice(Tone::Bad, html! { p { "‼ " b { (ask.t("admin-chain-shorter")) } " " (ask.moment(at)) } }))
        }
        @if let Some(at) = unwritable {
            (ui::notice(Tone::Warning, html! { p { "! " (ask.t("admin-chain-anchor")) " " (ask.moment(at)) } }))
        }
    })
}

/// Who can sign in, as what, with which proof, and when they last did.
async fn accounts(ask: &Ask) -> Result<Markup, Error> {
    let answer = ask.get(ACCOUNTS).await?;
    let heading = ask.t("admin-accounts");
    let Some(rows) = answer
        .json
        .as_array()
        .filter(|_| answer.status.is_success())
    else {
        return Ok(ui::panel(
            &heading,
            ui::could_not_check(&ask.t("admin-accounts-unknown")),
        ));
    };
    let without = rows
        .iter()
        .filter(|row| is(row, "is_active") && !is(row, "two_factor"))
        .count();
    let heads = [
        "admin-account",
        "field-role",
        "admin-last-login",
        "admin-two-factor",
    ]
    .map(|key| ask.t(key));
    let cells: Vec<Vec<Markup>> = rows
        .iter()
        .take(SHOWN)
        .map(|row| account(ask, row))
        .collect();
    let report = ["/admin/reports/", ACCOUNTS.trim_end_matches('/')].concat();
    let files = ["/admin/files/", ACCOUNTS.trim_end_matches('/')].concat();
    Ok(html! {
        h2 { (heading) " " span.count { (rows.len()) } }
        @if without > 0 { p { (ui::pill(Tone::Warning, &ask.say(&Text::new("admin-without-two-factor").with("count", without)))) } }
        (ui::table(&heads, &cells))
        div.actions {
            (ui::action(&report, &ask.t("admin-accounts-all")))
            a.button href={ (files) ".csv" } { "CSV" }
            a.button href={ (files) ".xlsx" } { "XLSX" }
            @if ask.may(Permission::new("users", "create")) { (ui::action("/admin/users/new", &ask.t("admin-account-new"))) }
        }
    })
}

fn is(row: &Json, name: &str) -> bool {
    row.get(name).and_then(Json::as_bool) == Some(true)
}

fn text<'a>(row: &'a Json, name: &str) -> &'a str {
    row.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn account(ask: &Ask, row: &Json) -> Vec<Markup> {
    let id = row.get("id").and_then(Json::as_i64).unwrap_or_default();
    let last = text(row, "last_login").parse::<Timestamp>().ok();
    let name = text(row, "full_name");
    let (tone, factor) = match is(row, "two_factor") {
        true => (Tone::Good, "admin-two-factor-on"),
        false => (Tone::Warning, "admin-two-factor-off"),
    };
    vec![
        html! {
            (ui::link(&["/admin/users/", &id.to_string(), "/"].concat(), text(row, "username")))
            @if !name.is_empty() { " · " (name) }
            @if !is(row, "is_active") { " " (ui::pill(Tone::Plain, &ask.t("admin-account-closed"))) }
        },
        html! { (text(row, "role")) },
        html! { @match last { Some(at) => { (ask.moment(at)) }, None => { (ask.t("admin-never")) } } },
        ui::pill(tone, &ask.t(factor)),
    ]
}

/// The latest of what weighs most.
async fn trail(ask: &Ask) -> Result<Markup, Error> {
    let actions: Vec<&str> = GRAVE.iter().map(|action| action.as_str()).collect();
    let actions = actions.join(",");
    let pairs = [
        ("action__in", actions.as_str()),
        ("ordering", "-id"),
        ("limit", LATEST),
    ];
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    let answer = ask.get(&["audit_logs/?", &query].concat()).await?;
    let rows = answer.json.get("results").and_then(Json::as_array);
    let Some(rows) = rows.filter(|_| answer.status.is_success()) else {
        return Ok(ui::could_not_check(&ask.t("admin-history-unknown")));
    };
    let heads = [
        "admin-when",
        "admin-who",
        "admin-what",
        "admin-record",
        "field-patient",
    ]
    .map(|key| ask.t(key));
    // What the program does by itself would hide what people do.
    let people = rows
        .iter()
        .filter(|row| row.get("user").is_some_and(Json::is_i64));
    let cells: Vec<Vec<Markup>> = people.take(SHOWN).map(|row| entry(ask, row)).collect();
    Ok(html! {
        h2 { (ask.t("admin-trail-latest")) }
        @if cells.is_empty() { p.hint { (ask.t("admin-trail-none")) } } @else { (ui::table(&heads, &cells)) }
    })
}

fn entry(ask: &Ask, row: &Json) -> Vec<Markup> {
    let at = text(row, "timestamp").parse::<Timestamp>().ok();
    let kind = text(row, "object_type");
    let number = |name: &str| row.get(name).and_then(Json::as_i64);
    let mut tables = ask.app().registry.tables();
    let path = tables
        .find(|info| info.name == kind && !info.path.is_empty())
        .map(|info| info.path);
    let record = match (path, number("object_id")) {
        (Some(path), Some(id)) => {
            let id = id.to_string();
            let name = [&words::resource(ask, path), " ", &id].concat();
            ui::link(&["/admin/", path, "/", &id, "/history"].concat(), &name)
        }
        (Some(path), None) => html! { (words::resource(ask, path)) },
        (None, _) => html! { (kind) },
    };
    vec![
        html! { @if let Some(at) = at { (ask.moment(at)) } },
        html! { (text(row, "username")) },
        html! { (words::choice(ask, "action", text(row, "action"))) },
        record,
        html! { @if let Some(id) = number("patient") { a href={ "/patients/" (id) "/" } { "№ " (id) } } },
    ]
}
