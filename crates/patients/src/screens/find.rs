//! Finding a patient: one box for name, number and phone.

use kernel::dates::age_on;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{self, Resource};
use platform::texts::Text;
use web::{Ask, Page, ui, words};

use crate::patient::Patient;

/// Rows that are shown; whoever is not among them is found by another letter.
const MOST: u64 = 30;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let asked = ask.query("q").unwrap_or_default();
    let found = if asked.is_empty() {
        cx.saw_nothing();
        Vec::new()
    } else {
        resource::search::<Patient>(cx, asked, MOST).await?
    };
    let body = html! {
        form.form.inline role="search" {
            label for="q" { (ask.t("patients-find")) }
            input id="q" type="search" name="q" value=(asked) autocomplete="off" autofocus;
            button.primary { (ask.t("patients-find-button")) }
        }
        @if found.is_empty() && !asked.is_empty() {
            (ui::empty(&ask.say(&Text::new("patients-find-nobody").with("asked", asked)), None))
        } @else if !found.is_empty() {
            (list(cx, ask, &found))
        }
    };
    Ok(Page::new(ask.t("nav-patients"), body))
}

fn list(cx: &Cx, ask: &Ask, found: &[Patient]) -> Markup {
    let heads = [
        "patients-name",
        "patients-age",
        "field-gender",
        "patients-number",
    ]
    .map(|key| ask.t(key));
    let rows: Vec<Vec<Markup>> = found.iter().map(|patient| row(cx, ask, patient)).collect();
    ui::table(&heads, &rows)
}

fn row(cx: &Cx, ask: &Ask, patient: &Patient) -> Vec<Markup> {
    let id = patient.meta.id.to_string();
    let address = ["/patients/", &id, "/"].concat();
    let age = age_on(*patient.date_of_birth.open(), cx.today()).map(|age| age.to_string());
    vec![
        ui::link(&address, &patient.label()),
        html! { (age.unwrap_or_default()) },
        html! { (words::choice(ask, "gender", patient.gender.as_str())) },
        html! { (patient.unique_id.open().to_string()) },
    ]
}
