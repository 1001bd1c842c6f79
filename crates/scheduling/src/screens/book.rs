//! Booking: for whom, with whom, when. What is free is a grid of radio buttons; a refusal offers what is free nearby.

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::{Date, Time};
use kernel::BuiltinRole;
use maud::{Markup, html};
use patients::Patient;
use platform::cx::Cx;
use platform::error::Error;
use platform::texts::Text;
use web::ui::{self, Tone};
use web::{Ask, Form, Kind, Page};

use super::parts::{self, clock, day, number, week, wrong_day};
use crate::agenda::{self, Agenda, Doctor, Open};
use crate::booking::OVERBOOK;
use crate::slot::Span;

/// Days that are looked through for a free slot.
const AHEAD: i32 = 14;
/// Free slots that a refusal offers.
const NEARBY: usize = 3;

/// What is being booked.
struct Wanted {
    doctor: i64,
    day: Date,
    time: Option<Time>,
    patient: Option<Patient>,
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let patient = match number(ask, "patient") {
        Some(id) => Some(cx.find::<Patient>(id).await?),
        None => None,
    };
    match &patient {
        Some(patient) => cx.saw_record(patient),
        None => cx.saw_nothing(),
    }
    let doctors = agenda::doctors(cx).await?;
    if doctors.is_empty() {
        return Ok(Page::new(
            ask.t("scheduling-book-title"),
            no_doctors(cx, ask),
        ));
    }
    let asked = day(ask, cx.today());
    let first = Ord::max(asked, cx.today());
    let last = first.checked_add(AHEAD.days()).unwrap_or(first);
    let ids: Vec<i64> = doctors.iter().map(|doctor| doctor.id).collect();
    let agenda = agenda::read(cx, &ids, first, last).await?;
    let mut wanted = wanted(cx, ask, &agenda, (&doctors, first, patient));
    // A day that is over is no other day: what took place then is noted afterwards.
    if asked < cx.today() {
        wanted.day = asked;
    }
    let form = ask
        .form("appointments_create")
        .then("/appointments/{id}/")
        .done("done-booked");
    let form = match checks_in(cx, ask, wanted.day) {
        true => form
            .enter("status", "checked_in")
            .prints("/print/appointment-slip/{id}.pdf", "slips"),
        false => form,
    };
    let body = html! {
        (choose(ask, &doctors, wanted.doctor))
        (week(ask, wanted.day, cx.today()))
        @if let Some(wrong) = wrong_day(ask) { (wrong) }
        @if wanted.day < cx.today() { (day_over(ask, &wanted, cx.today())) }
        @if away_myself(cx, ask, &agenda, &wanted) { @if let Some(myself) = myself(ask, wanted.day) { (myself) } }
        (nearby(cx, ask, &form, &agenda, first))
        (form.show(fields(cx, ask, &form, &agenda, &wanted)))
    };
    Ok(Page::new(ask.t("scheduling-book-title"), body))
}

/// That the day is over, what can be done about it, and the way to a day that is not.
fn day_over(ask: &Ask, wanted: &Wanted, today: Date) -> Markup {
    let text = Text::new("scheduling-day-over").with("day", ui::day_words(ask, wanted.day));
    let address = ask.here(&[("day", &today.to_string()), ("time", "")]);
    ui::notice(
        Tone::Warning,
        html! {
            p { (ask.say(&text)) }
            p { (ui::action(&address, &ask.t("scheduling-book-today"))) }
        },
    )
}

/// Who and when: what the address says, else the first that is free.
fn wanted(
    cx: &Cx,
    ask: &Ask,
    agenda: &Agenda,
    (doctors, first, patient): (&[Doctor], Date, Option<Patient>),
) -> Wanted {
    let zone = &cx.app.zone;
    let named = number(ask, "doctor").filter(|id| doctors.iter().any(|doctor| doctor.id == *id));
    let ids = doctors.iter().map(|doctor| doctor.id);
    let ids: Vec<i64> = match named {
        Some(id) => vec![id],
        None => ids.collect(),
    };
    // Who chose a day means that day; who did not, the first on which something is free.
    let days = if ask.query("day").is_some() { 1 } else { AHEAD };
    let mut earliest: Option<(Timestamp, i64, Date)> = None;
    for ahead in 0..days {
        let Ok(date) = first.checked_add(ahead.days()) else {
            break;
        };
        for id in &ids {
            let open = agenda.open(zone, *id, date, cx.now());
            if let Some(slot) = open.slots().first()
                && earliest.is_none_or(|(at, ..)| slot.from < at)
            {
                earliest = Some((slot.from, *id, date));
            }
        }
        if earliest.is_some() {
            break;
        }
    }
    let (doctor, day) = match earliest {
        Some((_, doctor, day)) => (doctor, day),
        None => (ids.first().copied().unwrap_or_default(), first),
    };
    let time = ask.query("time").and_then(|text| text.parse().ok());
    Wanted {
        doctor,
        day,
        time,
        patient,
    }
}

/// Whether the caller is who is shown, and has no hours on that day.
fn away_myself(cx: &Cx, ask: &Ask, agenda: &Agenda, wanted: &Wanted) -> bool {
    let open = agenda.open(&cx.app.zone, wanted.doctor, wanted.day, cx.now());
    let me = ask.actor().user().map(|user| user.id);
    matches!(open, Open::Away) && me == Some(wanted.doctor)
}

/// The doctors as links: the day is shown for the one that is chosen.
fn choose(ask: &Ask, doctors: &[Doctor], chosen: i64) -> Markup {
    html! {
        nav.tabs aria-label=(ask.t("scheduling-doctors")) {
            @for doctor in doctors {
                a href=(ask.here(&[("doctor", &doctor.id.to_string()), ("time", "")]))
                    aria-current=[(doctor.id == chosen).then_some("true")] { (doctor.name) }
            }
        }
    }
}

/// Whoever is booked for today is here already, most often.
fn checks_in(cx: &Cx, ask: &Ask, day: Date) -> bool {
    day == cx.today() && ask.may_do("appointments_check_in")
}

fn fields(cx: &Cx, ask: &Ask, form: &Form<'_>, agenda: &Agenda, wanted: &Wanted) -> Markup {
    let open = agenda.open(&cx.app.zone, wanted.doctor, wanted.day, cx.now());
    // A time of their own instead of one that is offered, such as to squeeze somebody in.
    let over = wanted.day < cx.today();
    let free = over || ask.query("free").is_some();
    let afterwards = form
        .sent()
        .is_some_and(|sent| sent.fault(parts::AFTERWARDS).is_some());
    let time = [
        &ask.t("scheduling-time"),
        ask.colon(),
        &ui::day_words(ask, wanted.day),
    ]
    .concat();
    let can_check_in = checks_in(cx, ask, wanted.day);
    let whom = form
        .field("patient")
        .label("scheduling-patient")
        .required(true);
    let whom = match &wanted.patient {
        Some(patient) => whom
            .value(patient.meta.id)
            .picked(patients::described(cx, ask, patient)),
        None => whom.focus(),
    };
    html! {
        (form.hidden("doctor", wanted.doctor))
        (form.hidden("date", wanted.day))
        (whom)
        @if free {
            (form.field("time").labelled(time).kind(Kind::Time).required(true))
            (form.field("duration_minutes").label("scheduling-minutes"))
            @if ask.may(OVERBOOK) { (form.field("overbooked").label("scheduling-overbooked")) }
        } @else {
            (slots(ask, form, &open, wanted))
            p { a href=(ask.here(&[("free", "1")])) { (ask.t("scheduling-another-time")) } }
        }
        @if over {
            (form.hidden(parts::AFTERWARDS, true))
        } @else if afterwards || (free && wanted.day == cx.today()) {
            (form.field(parts::AFTERWARDS).label("scheduling-afterwards"))
        }
        (form.field("reason").label("scheduling-reason").kind(Kind::Text))
        div.actions {
            @if can_check_in {
                button.primary name="status" value="checked_in" {
                    (ask.t("scheduling-book-and-check-in")) kbd aria-hidden="true" { "Ctrl+↵" }
                }
                button { (ask.t("scheduling-book")) }
            } @else {
                (form.button("scheduling-book"))
            }
        }
    }
}

/// The free times of the day as radio buttons; the first, or the one that was asked for, is chosen.
fn slots(ask: &Ask, form: &Form<'_>, open: &Open, wanted: &Wanted) -> Markup {
    let free = open.slots();
    let typed = form.sent().and_then(|sent| sent.typed("time"));
    let asked = typed.and_then(|text| text.parse().ok()).or(wanted.time);
    let at = |slot: &Span| ask.app().zone.to_local(slot.from).time();
    let chosen = free
        .iter()
        .map(at)
        .find(|time| Some(*time) == asked)
        .or_else(|| free.first().map(at).filter(|_| asked.is_none()));
    html! {
        @match open {
            Open::Away => { p.slot.away { "✕ " (ask.t("scheduling-away")) } },
            Open::Slots(slots, _) if slots.is_empty() => { p.slot.away { "✕ " (ask.t("scheduling-full")) } },
            Open::Slots(slots, written) => {
                fieldset.field {
                    legend { (ask.t("scheduling-time")) (ask.colon()) (ui::day_words(ask, wanted.day)) }
                    @if !written { p.hint { (ask.t("scheduling-any-time")) } }
                    div.slots {
                        @for slot in slots {
                            label.slot.free {
                                input type="radio" name="time" value=(at(slot).to_string()) checked[Some(at(slot)) == chosen];
                                " " (clock(ask, slot.from))
                            }
                        }
                    }
                }
            },
        }
    }
}

/// When the time was refused: what is free near it, each one press away with all that was typed.
fn nearby(cx: &Cx, ask: &Ask, form: &Form<'_>, agenda: &Agenda, first: Date) -> Markup {
    let Some(sent) = form.sent().filter(|sent| {
        matches!(
            sent.code(),
            Some("appointment_overlap" | "outside_schedule")
        )
    }) else {
        return html! {};
    };
    let typed = |name: &str| sent.typed(name).unwrap_or_default().to_owned();
    let doctor: i64 = typed("doctor").parse().unwrap_or_default();
    let date: Date = typed("date").parse().unwrap_or(first);
    let time: Time = typed("time").parse().unwrap_or(Time::midnight());
    let around = cx.app.zone.to_utc(date, time).unwrap_or(cx.now());
    let days = (doctor, first, AHEAD);
    let found = agenda.nearest(&cx.app.zone, days, (around, cx.now()), NEARBY);
    let one = |slot: &Span| {
        let local = ask.app().zone.to_local(slot.from);
        // Told from the form below by when it begins, so that each shows its own refusal.
        let form = ask
            .form("appointments_create")
            .param("slot", slot.from.as_second())
            .then("/appointments/{id}/")
            .done("done-booked");
        form.show(html! {
            @for name in ["patient", "doctor", "reason", "duration_minutes", "status"] {
                @let value = typed(name);
                @if !value.is_empty() { (form.hidden(name, value)) }
            }
            (form.hidden("date", local.date()))
            (form.hidden("time", local.time()))
            button { (ui::day_words(ask, local.date())) ", " (clock(ask, slot.from)) }
        })
    };
    html! {
        @if !found.is_empty() {
            (ui::notice(Tone::Warning, html! {
                h2 { (ask.t("scheduling-nearby")) }
                div.actions { @for slot in &found { (one(slot)) } }
            }))
        }
    }
}

/// Nobody can be booked: an administrator may see patients themselves, or make a doctor's account.
pub(super) fn no_doctors(cx: &Cx, ask: &Ask) -> Markup {
    let myself = myself(ask, cx.today());
    let may = ask.may_do("users_create");
    ui::empty(
        &ask.t("scheduling-no-doctors"),
        Some(html! {
            @if let Some(myself) = myself { (myself) }
            @if may { (ui::action("/admin/users/new", &ask.t("scheduling-make-doctor"))) }
        }),
    )
}

/// The button by which an administrator says that they see patients on this day of the week.
pub(super) fn myself(ask: &Ask, day: Date) -> Option<Markup> {
    let user = ask.actor().user()?;
    let admin = user.role == Some(BuiltinRole::Admin.id());
    if !admin || !ask.may_do("doctor_schedules_create") {
        return None;
    }
    let form = ask.form("doctor_schedules_create").done("done-hours");
    Some(form.show(html! {
        (form.hidden("doctor", user.id))
        (form.hidden("weekday", day.weekday().to_monday_zero_offset()))
        (form.hidden("start", Time::midnight()))
        (form.hidden("end", Time::midnight()))
        button.primary data-key="m" { (ask.t("scheduling-myself")) kbd aria-hidden="true" { "m" } }
    }))
}
