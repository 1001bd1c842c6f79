//! What a delivery brought, and what is still to come of its order.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::texts::Text;
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::parts::items;
use crate::goods_received_note::GoodsReceivedNote;
use crate::grn_item;
use crate::purchase_order_item;

pub(super) async fn show(cx: &mut Cx, ask: &Ask, id: i64) -> Result<Page, Error> {
    let note: GoodsReceivedNote = cx.find(id).await?;
    let lines = grn_item::of_notes(cx, &[id]).await?.remove(&id);
    let lines = lines.unwrap_or_default();
    let heads = [
        "pharmacy-medication",
        "pharmacy-batch",
        "pharmacy-expires",
        "pharmacy-units",
        "pharmacy-cost",
    ]
    .map(|key| ask.t(key));
    let rows: Vec<Vec<Markup>> = lines
        .iter()
        .map(|line| {
            let day = line.expiry_date.parse().ok();
            vec![
                html! { (line.medication_name) },
                html! { (line.batch_number) },
                html! { @if let Some(day) = day { (ask.day(day)) } },
                html! { (line.quantity_received) },
                html! { (line.total_cost) },
            ]
        })
        .collect();
    let order = match note.purchase_order {
        Some(order) => to_come(cx, ask, order.get()).await?,
        None => html! {},
    };
    let body = html! {
        div.actions {
            (ui::primary("/pharmacy/receive", &ask.t("pharmacy-receive-next"), "n"))
            (ui::action(&["/admin/goods-received-notes/", &id.to_string(), "/"].concat(), &ask.t("pharmacy-note")))
        }
        (ui::table(&heads, &rows))
        (order)
    };
    Ok(Page::new(ask.t("pharmacy-received-title"), body))
}

/// The differences to the order.
async fn to_come(cx: &mut Cx, ask: &Ask, order: i64) -> Result<Markup, Error> {
    let lines = purchase_order_item::rows_of(cx, &[order]).await?;
    let items = items(cx, lines.iter().map(|line| line.medication_item.get())).await?;
    let differ: Vec<_> = lines
        .iter()
        .filter(|line| line.quantity_received != line.quantity_ordered)
        .collect();
    if differ.is_empty() {
        return Ok(ui::notice(
            Tone::Good,
            html! { p { (ask.t("pharmacy-order-complete")) } },
        ));
    }
    let inner = html! {
        ul.entries {
            @for line in &differ {
                @let item = items.get(&line.medication_item.get());
                @let text = Text::new("pharmacy-ordered-came")
                    .with("ordered", line.quantity_ordered).with("came", line.quantity_received);
                li {
                    span { b { (item.map(platform::resource::Resource::label).unwrap_or_default()) } " · " (ask.say(&text)) }
                    @if line.quantity_received < line.quantity_ordered {
                        (ui::pill(Tone::Warning, &ask.say(&Text::new("pharmacy-missing").with("units", line.quantity_ordered - line.quantity_received))))
                    } @else {
                        (ui::pill(Tone::Warning, &ask.say(&Text::new("pharmacy-too-many").with("units", line.quantity_received - line.quantity_ordered))))
                    }
                }
            }
        }
        (ui::action(&["/pharmacy/receive?order=", &order.to_string()].concat(), &ask.t("pharmacy-receive-rest")))
    };
    Ok(ui::panel(&ask.t("pharmacy-differences"), inner))
}
