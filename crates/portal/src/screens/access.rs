//! Who looked at the record, in words.

use maud::html;
use platform::cx::Cx;
use platform::error::Error;
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::parts::{nobody, whose};
use crate::access_log;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let Some(whose) = whose(cx, ask).await? else {
        return Ok(nobody(cx, ask));
    };
    let before = ask.query("before").and_then(|text| text.parse().ok());
    let log = access_log::page(cx, &whose.patient, before).await?;
    let body = html! {
        p.hint { (ask.t("portal-access-hint")) }
        @if log.results.is_empty() { (ui::empty(&ask.t("portal-access-none"), None)) }
        ul.entries { @for entry in &log.results { li {
            span {
                (entry.text)
                @if entry.emergency { " " (ui::pill(Tone::Bad, &ask.t("portal-access-emergency"))) }
                p.hint { (ask.moment(entry.at)) }
            }
        } } }
        @if let Some(next) = log.next_before {
            p { (ui::action(&ask.here(&[("before", &next.to_string())]), &ask.t("portal-access-earlier"))) }
        }
    };
    Ok(whose.page(ask, ask.t("portal-tab-access"), &body))
}
