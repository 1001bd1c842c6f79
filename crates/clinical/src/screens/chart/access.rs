//! Who looked at the patient's record, and who changed what.

use jiff::Timestamp;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::serde_json::Value as Json;
use web::ui::{self, Tone};
use web::{Ask, Page};

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let head = patients::head(cx, ask, id).await?;
    let before: Option<i64> = ask.query("before").and_then(|text| text.parse().ok());
    let mut path = ["patients/", &id.to_string(), "/access_log/"].concat();
    if let Some(before) = before {
        path.push_str("?before=");
        path.push_str(&before.to_string());
    }
    let answer = ask.get(&path).await?;
    let body = if answer.status.is_success() {
        log(ask, &answer.json, before.is_some())
    } else {
        ui::could_not_check(&ask.t("chart-access-unknown"))
    };
    Ok(head.page(ask.t("chart-access"), &body))
}

fn log(ask: &Ask, json: &Json, paged: bool) -> Markup {
    let rows: Vec<&Json> = json
        .get("results")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .collect();
    let next = json.get("next_before").and_then(Json::as_i64);
    html! {
        @if rows.is_empty() { (ui::empty(&ask.t("chart-access-none"), None)) }
        ul.entries { @for row in &rows { (line(ask, row)) } }
        div.actions {
            @if paged { (ui::action(&ask.here(&[("before", "")]), &ask.t("chart-newest"))) }
            @if let Some(next) = next { (ui::action(&ask.here(&[("before", &next.to_string())]), &ask.t("chart-older"))) }
        }
    }
}

fn line(ask: &Ask, row: &Json) -> Markup {
    let at = row.get("at").and_then(Json::as_str);
    let at: Option<Timestamp> = at.and_then(|text| text.parse().ok());
    let text = row.get("text").and_then(Json::as_str).unwrap_or_default();
    let is = |name: &str| row.get(name).and_then(Json::as_bool) == Some(true);
    html! {
        li {
            @if let Some(at) = at { span.dated { (ask.moment(at)) } }
            span { (text) }
            @if is("emergency") { (ui::pill(Tone::Bad, &ask.t("chart-access-emergency"))) }
            @if is("proxy") { (ui::pill(Tone::Plain, &ask.t("chart-access-proxy"))) }
        }
    }
}
