//! Counts of the shelf: those that are open, starting one, and the last ones.

use std::collections::HashMap;

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{self, Resource};
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Page};

use crate::names;
use crate::stock_take::{StockTake, TakeExtra, TakeStatus};

/// Open counts, and closed ones, of one page.
const MOST: u64 = 20;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let open = takes(cx, true).await?;
    let closed = takes(cx, false).await?;
    let extras = StockTake::extras(cx, &open).await?;
    let all = || open.iter().chain(&closed);
    let places = all().filter_map(|take| Some(take.location?.get()));
    let places = names::locations(cx, places).await?;
    let body = html! {
        @if open.is_empty() { (ui::empty(&ask.t("pharmacy-counts-none"), None)) } @else {
            h2 { (ask.t("pharmacy-counts-open")) }
            ul.entries {
                @for (take, extra) in open.iter().zip(&extras) { (entry(ask, take, extra, &places)) }
            }
        }
        (start(cx, ask))
        @if !closed.is_empty() {
            h2 { (ask.t("pharmacy-counts-closed")) }
            ul.entries {
                @for take in &closed {
                    li data-row {
                        span { a href={ "/pharmacy/counts/" (take.meta.id) "/" } { (&*take.name) } " · " (place(ask, take, &places)) }
                        @match take.posted_at {
                            Some(at) => { (ui::pill(Tone::Good, &ask.t("pharmacy-count-posted"))) " " (ask.moment(at)) },
                            None => { (ui::pill(Tone::Plain, &ask.t("pharmacy-count-cancelled"))) },
                        }
                    }
                }
            }
        }
    };
    Ok(Page::new(ask.t("pharmacy-counts-title"), body))
}

async fn takes(cx: &mut Cx, open: bool) -> Result<Vec<StockTake>, Error> {
    resource::rows(cx, MOST, |query| {
        let open_status = TakeStatus::Open.as_str();
        query
            .and_where(if open {
                StockTake::status.eq(open_status)
            } else {
                StockTake::status.ne(open_status)
            })
            .order_by(("stock_take", "id"), Order::Desc);
    })
    .await
}

fn place(ask: &Ask, take: &StockTake, places: &HashMap<i64, String>) -> String {
    take.location.map_or_else(
        || ask.t("pharmacy-everywhere"),
        |place| names::of(places, place.get()),
    )
}

fn entry(ask: &Ask, take: &StockTake, extra: &TakeExtra, places: &HashMap<i64, String>) -> Markup {
    let text = Text::new("pharmacy-counted").with("count", extra.lines_counted);
    html! {
        li data-row {
            span {
                a href={ "/pharmacy/counts/" (take.meta.id) "/" } { b { (&*take.name) } }
                " · " (place(ask, take, places)) " · " (ask.say(&text))
            }
        }
    }
}

/// What is counted, where, and what it is called.
fn start(cx: &Cx, ask: &Ask) -> Markup {
    if !ask.may_do("stock_takes_create") {
        return html! {};
    }
    let form = ask
        .form("stock_takes_create")
        .then("/pharmacy/counts/{id}/")
        .done("done-count-started");
    let name = Text::new("pharmacy-count-name").with("day", ui::day_words(ask, cx.today()));
    let inner = form.show(html! {
        (form.field("name").label("pharmacy-count-called").value(ask.say(&name)).required(true))
        (form.field("location").label("pharmacy-count-place").hint("pharmacy-count-place-hint"))
        (form.field("category").label("pharmacy-count-category").hint("pharmacy-count-category-hint"))
        (form.button("pharmacy-count-start"))
    });
    ui::panel(&ask.t("pharmacy-count-new"), inner)
}
