//! One count: a page of batches whose numbers are kept when they are left or saved, and the differences.

use std::collections::HashMap;

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::texts::Text;
use web::ui::{self, Tone};
use web::{Ask, Decimals, Form, Kind, Page};

use super::parts::number;
use super::shelf::{self, Batch, Progress, Which};
use crate::names;
use crate::stock_take::{StockTake, TakeStatus};

/// More pages than any hospital's shelf has.
const PAGES: i64 = 10_000;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let take: StockTake = cx.load(ask.id()?).await?;
    let open = take.status == TakeStatus::Open;
    let which = match ask.query("show") {
        Some("left") if open => Which::Left,
        Some("differences") => Which::Differing,
        _ if open => Which::All,
        _ => Which::Differing,
    };
    let page = number(ask, "page").unwrap_or(1).clamp(1, PAGES);
    let (batches, more) = shelf::batches(cx, &take, which, page).await?;
    let progress = shelf::progress(cx, &take).await?;
    let places = batches.iter().map(|batch| batch.place);
    let places = names::locations(cx, places.chain(take.location.map(|place| place.get()))).await?;
    let counting = open && which != Which::Differing && ask.may_do("stock_takes_count");
    let body = html! {
        (state(ask, &take, progress, &places))
        @if open { (tabs(ask, which, progress)) }
        @if counting {
            (sheet(ask, &take, which, page, more, &batches, &places))
            (another(ask, &take))
        } @else if which == Which::Differing {
            (differences(ask, open, &batches, &places))
            @if open { (closing(ask, &take, progress)) }
        } @else {
            (ui::empty(&ask.t("pharmacy-count-not-yours"), None))
        }
    };
    Ok(Page::new(take.name.to_string(), body))
}

/// Where, how far, and what became of it.
fn state(ask: &Ask, take: &StockTake, progress: Progress, places: &HashMap<i64, String>) -> Markup {
    let place = take.location.map_or_else(
        || ask.t("pharmacy-everywhere"),
        |place| names::of(places, place.get()),
    );
    let text = Text::new("pharmacy-counted-of")
        .with("counted", progress.counted)
        .with("all", progress.all);
    html! {
        div.row {
            span { (ask.t("pharmacy-place")) (ask.colon()) b { (place) } }
            @match (take.status, take.posted_at) {
                (TakeStatus::Open, _) => {
                    span {
                        meter min="0" max=(Ord::max(progress.all, 1)) value=(progress.counted) aria-label=(ask.say(&text)) {}
                        " " (ask.say(&text))
                    }
                },
                (_, Some(at)) => { (ui::pill(Tone::Good, &ask.t("pharmacy-count-posted"))) span { (ask.moment(at)) } },
                _ => { (ui::pill(Tone::Plain, &ask.t("pharmacy-count-cancelled"))) },
            }
        }
    }
}

fn tabs(ask: &Ask, which: Which, progress: Progress) -> Markup {
    let left = progress.all - progress.counted + progress.moved;
    let tab = |name: &str, of: Which, key, count: Option<i64>| {
        let address = ask.here(&[("show", name), ("page", "")]);
        html! {
            a href=(address) aria-current=[(which == of).then_some("page")] {
                (ask.t(key)) @if let Some(count) = count { " " span.count { (count) } }
            }
        }
    };
    html! {
        nav.tabs aria-label=(ask.t("pharmacy-count-tabs")) {
            (tab("", Which::All, "pharmacy-count-all", None))
            (tab("left", Which::Left, "pharmacy-count-left", Some(left)))
            (tab("differences", Which::Differing, "pharmacy-differences-tab", Some(progress.differing)))
        }
    }
}

/// One page to fill in.
fn sheet(
    ask: &Ask,
    take: &StockTake,
    which: Which,
    page: i64,
    more: bool,
    batches: &[Batch],
    places: &HashMap<i64, String>,
) -> Markup {
    if batches.is_empty() {
        let key = match which {
            Which::Left => "pharmacy-count-left-none",
            _ => "pharmacy-count-nothing",
        };
        let way = ui::action(
            &ask.here(&[("show", "differences"), ("page", "")]),
            &ask.t("pharmacy-differences-see"),
        );
        return ui::empty(&ask.t(key), Some(way));
    }
    let turn = |page: i64| ask.here(&[("page", &page.to_string())]);
    // What is kept leaves the list of what is left: its next page is the first again.
    let next = match which {
        Which::Left => ask.here(&[]),
        _ if more => turn(page + 1),
        _ => ask.here(&[("show", "differences"), ("page", "")]),
    };
    let form = ask
        .form("stock_takes_count")
        .on(take.meta.id)
        .then(next)
        .done("done-counted")
        .kept();
    html! {
        (form.show(html! {
            ol.counts { @for (at, batch) in batches.iter().enumerate() { (row(ask, &form, at, batch, take.location.is_none(), places)) } }
            div.actions {
                (form.button(if more || which == Which::Left { "pharmacy-count-save-next" } else { "pharmacy-count-save-last" }))
                (form.button_with("pharmacy-count-save", "_then", &ask.here(&[])))
            }
        }))
        nav.actions aria-label=(ask.t("pharmacy-count-pages")) {
            @if page > 1 { (ui::action(&turn(page - 1), &ask.t("pharmacy-count-page-before"))) }
            @if more { (ui::action(&turn(page + 1), &ask.t("pharmacy-count-page-after"))) }
        }
    }
}

/// A batch with the field for its number; what was expected is told only once it is counted.
fn row(
    ask: &Ask,
    form: &Form<'_>,
    at: usize,
    batch: &Batch,
    everywhere: bool,
    places: &HashMap<i64, String>,
) -> Markup {
    let row = ["lines.", &at.to_string()].concat();
    let mut words = Text::new("pharmacy-count-batch")
        .with("medication", &batch.label)
        .with("batch", &batch.number)
        .with("day", ui::day_words(ask, batch.expiry));
    words = words.with("unit", &batch.unit);
    let mut words = ask.say(&words);
    if everywhere {
        words = [&words, " · ", &names::of(places, batch.place)].concat();
    }
    let field = form
        .field([&row, ".counted"].concat())
        .labelled(words)
        .kind(Kind::Number(Decimals::None))
        .required(true);
    html! {
        li {
            (form.given(&row, &["stock_batch", "again"]))
            (form.hidden(&[&row, ".stock_batch"].concat(), batch.id))
            @match batch.counted {
                Some(_) if batch.moved => {
                    input type="hidden" name={ (row) ".again" } value="true" data-once={ (row) ".counted" };
                    (field)
                    span { (ui::pill(Tone::Warning, &ask.t("pharmacy-count-moved"))) }
                },
                Some((counted, expected)) => {
                    (field.value(counted))
                    span { (difference(ask, counted, expected)) }
                },
                None => { (field) span {} },
            }
        }
    }
}

fn difference(ask: &Ask, counted: i64, expected: i64) -> Markup {
    let more = counted - expected;
    let text = match more {
        0 => return ui::pill(Tone::Good, &ask.t("pharmacy-as-expected")),
        1.. => Text::new("pharmacy-more-than").with("units", more),
        _ => Text::new("pharmacy-fewer-than").with("units", -more),
    };
    let text = text.with("expected", expected);
    ui::pill(Tone::Warning, &ask.say(&text))
}

/// A batch that the books do not have here.
fn another(ask: &Ask, take: &StockTake) -> Markup {
    let form = ask
        .form("stock_take_lines_create")
        .done("done-counted")
        .apart("another");
    let sent = form.sent().is_some();
    html! {
        details open[sent] {
            summary { (ask.t("pharmacy-count-another")) }
            (form.show(html! {
                (form.hidden("stock_take", take.meta.id))
                (form.field("stock_batch").label("pharmacy-batch-number").required(true))
                (form.field("counted").label("pharmacy-count-found").required(true))
                button { (ask.t("pharmacy-count-save")) }
            }))
        }
    }
}

fn differences(ask: &Ask, open: bool, batches: &[Batch], places: &HashMap<i64, String>) -> Markup {
    if batches.is_empty() {
        return ui::empty(&ask.t("pharmacy-differences-none"), None);
    }
    let heads = [
        "pharmacy-medication",
        "pharmacy-batch",
        "pharmacy-place",
        "pharmacy-expected",
        "pharmacy-count-found",
        "pharmacy-difference",
    ]
    .map(|key| ask.t(key));
    let row = |batch: &Batch| {
        let (counted, expected) = batch.counted.unwrap_or_default();
        vec![
            html! { (batch.label) },
            html! { (batch.number) },
            html! { (names::of(places, batch.place)) },
            html! { (expected) },
            html! { (counted) },
            html! {
                (difference(ask, counted, expected))
                // Posting moves them too, and nothing is counted after it.
                @if open && batch.moved { " " (ui::pill(Tone::Warning, &ask.t("pharmacy-count-moved"))) }
            },
        ]
    };
    let rows: Vec<Vec<Markup>> = batches.iter().map(row).collect();
    ui::table(&heads, &rows)
}

/// Posting, and giving up.
fn closing(ask: &Ask, take: &StockTake, progress: Progress) -> Markup {
    let post = ask
        .form("stock_takes_post")
        .on(take.meta.id)
        .done("done-posted");
    let cancel = ask
        .form("stock_takes_patch")
        .on(take.meta.id)
        .version(take.meta.version)
        .then("/pharmacy/counts/")
        .done("done-count-cancelled");
    let left = ui::action(
        &ask.here(&[("show", "left"), ("page", "")]),
        &ask.t("pharmacy-count-left-see"),
    );
    let again = post
        .sent()
        .is_some_and(|sent| sent.code() == Some("count_again"));
    let text = Text::new("pharmacy-post-what")
        .with("differing", progress.differing)
        .with("left", progress.all - progress.counted);
    html! {
        @if ask.may_do("stock_takes_post") && progress.counted > 0 {
            p { (ask.say(&text)) }
            @if progress.moved > 0 || again {
                (ui::notice(Tone::Warning, html! { p { (ask.t("pharmacy-post-moved")) } (left) }))
            }
            (post.show(html! { div.actions { (post.button("pharmacy-post")) } }))
        }
        @if ask.may_do("stock_takes_patch") {
            details {
                summary { (ask.t("pharmacy-count-cancel-title")) }
                p { (ask.t("pharmacy-count-cancel-what")) }
                (cancel.show(html! {
                    (cancel.hidden("status", "cancelled"))
                    button.bad { (ask.t("pharmacy-count-cancel")) }
                }))
            }
        }
    }
}
