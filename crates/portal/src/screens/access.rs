//! Who looked at the record, in words.

use maud::html;
use platform::cx::Cx;
use platform::error::Error;
use platform::texts::Text;
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::parts::{nobody, whose};
use crate::access_log::{self, Looked};

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let Some(whose) = whose(cx, ask).await? else {
        return Ok(nobody(cx, ask));
    };
    let before = ask.query("before").and_then(|text| text.parse().ok());
    let log = access_log::page(cx, &whose.patient, before).await?;
    let body = html! {
        p.hint { (ask.t("portal-access-hint")) }
        @if log.results.is_empty() { (ui::empty(&ask.t("portal-access-none"), None)) }
        ul.entries { @for (entry, times) in lines(cx, &log.results) { li {
            span {
                (entry.text)
                @if times > 1 { " " (ask.say(&Text::new("portal-access-times").with("count", times))) }
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

/// What somebody did several times on a day is one line, where it was done last: pages that follow a record ask for it
/// again and again, and who reads a hundred lines misses the one that matters.
fn lines<'a>(cx: &Cx, all: &'a [Looked]) -> Vec<(&'a Looked, usize)> {
    let day = |entry: &Looked| cx.app.zone.to_local(entry.at).date();
    let mut lines: Vec<(&Looked, usize)> = Vec::new();
    for entry in all {
        let same = |(known, _): &&mut (&Looked, usize)| {
            known.text == entry.text
                && known.emergency == entry.emergency
                && day(known) == day(entry)
        };
        match lines.iter_mut().find(same) {
            Some((_, times)) => *times += 1,
            None => lines.push((entry, 1)),
        }
    }
    lines
}
