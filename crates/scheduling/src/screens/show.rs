//! One appointment: how far it has come, and the next step.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::serde_json::json;
use web::{Ask, Kind, Page, ui};

use super::parts::{self, clock, start, state, step};
use crate::appointment::Appointment;
use crate::state::AppointmentStatus::{self, Cancelled, CheckedIn, Completed, InProgress, NoShow};

/// A step: where it leads, which operation it is, its words, what is said when it is done, and its key.
type Step = (
    AppointmentStatus,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// In the order in which they are taken.
const STEPS: [Step; 3] = [
    (
        CheckedIn,
        "appointments_check_in",
        "scheduling-check-in",
        "done-checked-in",
        "i",
    ),
    (
        InProgress,
        "appointments_start",
        "scheduling-start",
        "done-started",
        "s",
    ),
    (
        Completed,
        "appointments_complete",
        "scheduling-complete",
        "done-completed",
        "e",
    ),
];

/// What ends it otherwise.
const ENDS: [Step; 2] = [
    (
        NoShow,
        "appointments_no_show",
        "scheduling-no-show",
        "done-no-show",
        "",
    ),
    (
        Cancelled,
        "appointments_cancel",
        "scheduling-cancel",
        "done-cancelled",
        "",
    ),
];

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let row: Appointment = cx.load(ask.id()?).await?;
    cx.saw_record(&row);
    let head = patients::head(cx, ask, row.patient.get()).await?;
    let doctor = identity::names(cx, [row.doctor.get()]).await?;
    let doctor = doctor.get(&row.doctor.get()).cloned().unwrap_or_default();
    let day = cx.app.zone.to_local(row.starts_at).date();
    let title = [
        &ask.t("scheduling-appointment"),
        ask.colon(),
        &ui::day_words(ask, day),
        ", ",
        &clock(ask, row.starts_at),
    ]
    .concat();
    let body = html! {
        div.row {
            (state(ask, row.status))
            @if let Some(number) = row.queue_number {
                span { (ask.t("scheduling-number-given")) " " b.ticket { (number) } }
            }
        }
        @if day <= cx.today() { div.actions { (steps(ask, &row)) } }
        @if !matches!(row.status, Cancelled | NoShow) {
            div.actions { (ui::paper("appointment-slip", row.meta.id, &ask.t("scheduling-print-slip"), "p")) }
        }
        (ui::facts(&facts(ask, &row, doctor)))
        @if row.status.is_open() && ask.may_do("appointments_patch") { (change(ask, &row)) }
        @if row.status.occupies() && ask.may_do("appointments_repeat") { (repeat(ask, &row)) }
        (ends(ask, &row, row.starts_at <= cx.now()))
    };
    Ok(head.page(title, &body))
}

fn facts(ask: &Ask, row: &Appointment, doctor: String) -> Vec<(String, Markup)> {
    let mut facts = vec![
        (ask.t("scheduling-doctor"), html! { (doctor) }),
        (
            ask.t("scheduling-time"),
            html! { (clock(ask, row.starts_at)) "–" (clock(ask, row.ends_at)) },
        ),
    ];
    if row.overbooked {
        let squeezed = ask.t("scheduling-squeezed");
        facts.push((ask.t("scheduling-status"), html! { (squeezed) }));
    }
    for (key, text) in [
        ("scheduling-reason", row.reason.open().to_string()),
        ("scheduling-notes", row.notes.open().to_string()),
        (
            "scheduling-cancel-reason",
            row.cancel_reason.open().to_string(),
        ),
    ] {
        if !text.is_empty() {
            facts.push((ask.t(key), html! { (text) }));
        }
    }
    for (key, at) in [
        ("scheduling-checked-in-at", row.checked_in_at),
        ("scheduling-started-at", row.started_at),
        ("scheduling-completed-at", row.completed_at),
        ("scheduling-left-at", row.left_at),
    ] {
        if let Some(at) = at {
            facts.push((ask.t(key), ask.moment(at)));
        }
    }
    facts
}

/// What comes next; the first is the usual one, the second skips it.
fn steps(ask: &Ask, row: &Appointment) -> Markup {
    let open = |step: &&Step| row.status.next().contains(&step.0) && ask.may_do(step.1);
    html! {
        @if row.status == InProgress && ask.may_do(parts::BEGIN) { (start(ask, row, "scheduling-go-on", Some("v"))) }
        @for (at, (_, operation, text, done, key)) in STEPS.iter().filter(open).take(2).enumerate() {
            @let (form, key) = (ask.form(operation).on(row.meta.id).done(done), (at == 0).then_some(*key));
            @match *operation {
                "appointments_start" => { (start(ask, row, text, key)) },
                "appointments_complete" if !ask.may_do(parts::BEGIN) => { (parts::complete(ask, row)) },
                _ => { (step(&form, ask, text, key)) },
            }
        }
    }
}

/// Nobody misses what has not begun.
fn ends(ask: &Ask, row: &Appointment, came: bool) -> Markup {
    let open = |step: &&Step| {
        row.status.next().contains(&step.0) && ask.may_do(step.1) && (came || step.0 != NoShow)
    };
    let left = row.checked_in_at.or(row.started_at).is_some();
    html! {
        @for (to, operation, text, done, _) in ENDS.iter().filter(open) {
            @let form = ask.form(operation).on(row.meta.id).done(done);
            @if *to == Cancelled {
                @let form = form.apart("cancel");
                details open[form.sent().is_some()] {
                    summary { (ask.t(text)) }
                    (form.show(html! {
                        (form.field("reason").label("scheduling-cancel-reason").kind(Kind::Text))
                        button.bad { (ask.t(text)) }
                    }))
                }
            } @else { (step(&form, ask, if left { "scheduling-left" } else { text }, None)) }
        }
        @if matches!(row.status, Completed | InProgress) && ask.may_do("appointments_undo") {
            @let form = ask.form("appointments_undo").on(row.meta.id).done("done-undone");
            (step(&form, ask, "scheduling-undo", None))
        }
        @if row.series.is_some() && row.status.is_open() && ask.may_do("appointments_cancel_following") {
            @let form = ask.form("appointments_cancel_following").on(row.meta.id).done("done-series-cancelled");
            (step(&form, ask, "scheduling-cancel-following", None))
        }
    }
}

/// The same again, every so many days.
fn repeat(ask: &Ask, row: &Appointment) -> Markup {
    let form = ask
        .form("appointments_repeat")
        .on(row.meta.id)
        .done("done-repeated");
    html! {
        details open[form.sent().is_some()] {
            summary { (ask.t("scheduling-repeat")) }
            (form.show(html! {
                (form.field("times").label("scheduling-repeat-times").required(true))
                (form.field("every_days").label("scheduling-repeat-days").value(7))
                (form.field("mode").label("scheduling-repeat-mode").value("all"))
                (form.button("scheduling-repeat"))
            }))
        }
    }
}

/// Another time or reason, while the patient has not come.
fn change(ask: &Ask, row: &Appointment) -> Markup {
    let holding = json!({
        "date": row.date.to_string(),
        "time": row.time.to_string(),
        "reason": row.reason.open().to_string(),
    });
    let form = ask
        .form("appointments_patch")
        .on(row.meta.id)
        .version(row.meta.version)
        .holding(holding)
        .done("done-moved");
    html! {
        details open[form.sent().is_some()] {
            summary { (ask.t("scheduling-move")) }
            (form.show(html! {
                (form.field("date").label("scheduling-day").required(true))
                (form.field("time").label("scheduling-time").kind(Kind::Time).required(true))
                @if form.sent().is_some_and(|sent| sent.fault(parts::AFTERWARDS).is_some()) {
                    (form.field(parts::AFTERWARDS).label("scheduling-afterwards"))
                }
                (form.field("reason").label("scheduling-reason").kind(Kind::Text))
                (form.button("scheduling-save"))
            }))
        }
    }
}
