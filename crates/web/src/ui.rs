//! Small pieces that screens share.

use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use platform::texts::Text;

use crate::ask::Ask;

/// How much something matters; always with words, never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As usual.
    Plain,
    /// As wished.
    Good,
    /// To be looked at.
    Warning,
    /// Dangerous.
    Bad,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Tone::Plain => "plain",
            Tone::Good => "good",
            Tone::Warning => "warning",
            Tone::Bad => "bad",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Tone::Plain => "",
            Tone::Good => "✓ ",
            Tone::Warning => "! ",
            Tone::Bad => "‼ ",
        }
    }
}

/// A word with a sign, such as a state.
pub fn pill(tone: Tone, words: &str) -> Markup {
    html! { span class={ "pill " (tone.class()) } { (tone.sign()) (words) } }
}

/// A sentence that stands out.
pub fn notice(tone: Tone, inner: Markup) -> Markup {
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    html! { div class={ "notice " (tone.class()) } role=(role) { (inner) } }
}

/// Instead of a list: what would be here, and the one thing to do about it.
pub fn empty(words: &str, action: Option<Markup>) -> Markup {
    html! { div.empty { p { (words) } @if let Some(action) = action { (action) } } }
}

/// That something could not be looked up, which is not the same as finding nothing.
pub fn could_not_check(words: &str) -> Markup {
    html! { div.notice.unknown role="status" { p { "? " (words) } } }
}

/// A box with a heading.
pub fn panel(heading: &str, inner: Markup) -> Markup {
    html! { section.panel { h2 { (heading) } (inner) } }
}

/// Names with their values.
pub fn facts(rows: &[(String, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in rows { div { dt { (name) } dd { (value) } } } } }
}

/// A table; where there is little room each row becomes a card, whose values say their columns' names. A first column
/// without a name heads its rows.
pub fn table(heads: &[String], rows: &[Vec<Markup>]) -> Markup {
    let named = heads.first().is_some_and(String::is_empty);
    html! {
        div.scroll {
            table.list {
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody {
                    @for row in rows {
                        tr { @for (at, (cell, head)) in row.iter().zip(heads).enumerate() {
                            @if named && at == 0 { th scope="row" { (cell) } } @else { td data-label=(head) { (cell) } }
                        } }
                    }
                }
            }
        }
    }
}

/// Numbers as a small line, the earliest first. The same numbers stand beside it in a table: it says nothing new to
/// whoever does not see it.
pub fn sparkline(numbers: &[i64]) -> Markup {
    const WIDE: i64 = 120;
    const HIGH: i64 = 28;
    const EDGE: i64 = 4;
    let (Some(low), Some(high)) = (numbers.iter().min(), numbers.iter().max()) else {
        return html! {};
    };
    let span = Ord::max(high.saturating_sub(*low), 1);
    let steps = i64::try_from(numbers.len()).unwrap_or(i64::MAX) - 1;
    let at = |(step, number): (i64, &i64)| {
        let x = match steps {
            0 => WIDE / 2,
            steps => EDGE + (WIDE - 2 * EDGE) * step / steps,
        };
        let y = match high == low {
            true => HIGH / 2,
            false => HIGH - EDGE - (HIGH - 2 * EDGE).saturating_mul(number - low) / span,
        };
        (x, y)
    };
    let points: Vec<(i64, i64)> = (0..).zip(numbers).map(at).collect();
    let line: Vec<String> = points
        .iter()
        .map(|(x, y)| [&x.to_string(), ",", &y.to_string()].concat())
        .collect();
    html! {
        svg.spark viewBox={ "0 0 " (WIDE) " " (HIGH) } width=(WIDE) height=(HIGH) aria-hidden="true" {
            polyline points=(line.join(" ")) {}
            @if let Some((x, y)) = points.last() { circle cx=(x) cy=(y) r="3" {} }
        }
    }
}

/// A link to an address of ours. What is none leads nowhere.
pub fn link(address: &str, words: &str) -> Markup {
    html! { a href=(safe(address)) { (words) } }
}

/// A link that looks like a button.
pub fn action(address: &str, words: &str) -> Markup {
    html! { a.button href=(safe(address)) { (words) } }
}

/// The most important thing to do here, with the key that does it.
pub fn primary(address: &str, words: &str, key: &str) -> Markup {
    html! {
        a.button.primary href=(safe(address)) data-key=(key) {
            (words) @if !key.is_empty() { kbd aria-hidden="true" { (key) } }
        }
    }
}

/// The way to a document on paper, such as `receipt`, in a tab of its own: the work stays where it is. The key, if it
/// has one, is shown on it.
pub fn paper(what: &str, id: i64, words: &str, key: &str) -> Markup {
    let address = ["/print/", what, "/", &id.to_string(), ".pdf"].concat();
    html! {
        a.button href=(safe(&address)) target="_blank" data-key=[(!key.is_empty()).then_some(key)] {
            (words) @if !key.is_empty() { kbd aria-hidden="true" { (key) } }
        }
    }
}

/// A choice of this browser, such as whether slips are printed at this desk; scripts keep it, and show it only where they
/// run. `usual` is what holds until somebody chooses.
pub fn remembered(name: &'static str, usual: bool, words: &str) -> Markup {
    html! {
        label.tick hidden {
            input type="checkbox" data-remember=(name) data-usual=(if usual { "on" } else { "off" });
            " " (words)
        }
    }
}

/// An address within this server, or `#`.
pub(crate) fn safe(address: &str) -> &str {
    let inside = address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains(['\\', '\n', '\r', '\t']);
    if inside || address.starts_with('#') || address.starts_with('?') {
        address
    } else {
        "#"
    }
}

/// A day as the reader writes it.
pub fn day(ask: &Ask, day: Date) -> Markup {
    html! { time datetime=(day.to_string()) { (day_words(ask, day)) } }
}

/// `3 May 2026` in the reader's language.
pub fn day_words(ask: &Ask, day: Date) -> String {
    const MONTHS: [&str; 12] = [
        "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8",
        "month-9", "month-10", "month-11", "month-12",
    ];
    let month = usize::try_from(day.month() - 1)
        .ok()
        .and_then(|at| MONTHS.get(at))
        .copied();
    let month = month.map(|key| ask.t(key)).unwrap_or_default();
    ask.say(
        &Text::new("day")
            .with("day", day.day().to_string())
            .with("month", month)
            .with("year", day.year()),
    )
}

/// A moment as the reader writes it, at the hospital.
pub fn moment(ask: &Ask, at: Timestamp) -> Markup {
    let there = ask.app().zone.to_local(at);
    html! {
        time datetime=(at.to_string()) {
            (day_words(ask, there.date())) ", " (there.strftime("%H:%M").to_string())
        }
    }
}

/// A stored moment as an input for a day and a time takes it.
pub(crate) fn local(ask: &Ask, text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(at) => ask
            .app()
            .zone
            .to_local(at)
            .strftime("%Y-%m-%dT%H:%M:%S")
            .to_string(),
        Err(_) => text.to_owned(),
    }
}
