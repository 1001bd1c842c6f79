//! `breaches/`: the register that the law asks for, and its deadline.
//!
//! GDPR Art. 33 (1): the authority is told without undue delay and, where feasible, not later than 72 hours
//! after having become aware of the breach; where it is later, the notice says why. Art. 33 (5): the hospital
//! documents every breach, its effects and what was done. Art. 34: the patients are told when the risk to them
//! is high. Entries are evidence: none is removed, and what was reached is not taken back.

use identity::user::User;
use jiff::{SignedDuration, Timestamp};
use kernel::BuiltinRole::Admin;
use kernel::Reach;
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Line, Ref};
use platform::record::{Body, Column, Meta};
use platform::resource::{Change, Resource};
use platform::seal::Sealed;
use platform::texts::Text;

use crate::affected;

/// Within so many hours after it was discovered the authority knows of a breach (GDPR Art. 33 (1)).
pub const NOTICE_HOURS: i64 = 72;

platform::choice! {
    /// How bad a breach is for those whose data it is.
    pub enum Severity {
        /// Hardly a risk.
        Low = "low",
        /// Some.
        Medium = "medium",
        /// High: those whose data it is must be told too (GDPR Art. 34).
        High = "high",
        /// As bad as it gets.
        Critical = "critical",
    }
}

platform::choice! {
    /// How far the hospital is with a breach.
    pub enum BreachStatus {
        /// It goes on, or nobody knows that it does not.
        Open = "open",
        /// It has stopped.
        Contained = "contained",
        /// The authority was told.
        Notified = "notified",
    }
}

platform::record! {
    /// Data of patients that got where it should not.
    pub struct Breach in "breach_incident" {
        client {
            /// What happened. Name no patient here: whose records it concerns is worked out.
            description: Sealed<Line<10000>>,
            /// When the hospital became aware of it, not in the future; now when it is left out.
            discovered_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// How bad it is for those whose data it is.
            severity: Severity = Severity::Medium,
            /// When it was stopped.
            contained_at: Option<Timestamp>,
            /// When the authority was told.
            notified_at: Option<Timestamp>,
            /// Why the authority was told later than it should have been; required then.
            delay_reason: Sealed<Option<Line<2000>>>,
            /// When the patients concerned were told.
            patients_told_at: Option<Timestamp>,
            /// What was done about it and against the next one.
            measures: Sealed<Blank<10000>>,
            /// The account by which it happened, if it is known: its accesses are looked up.
            suspect: Option<Ref<User>>,
            /// The address from which it happened, if it is known: accesses from there are looked up.
            from_address: Sealed<Option<Line<64>>>,
            /// The first moment at which it may have happened.
            period_start: Option<Timestamp>,
            /// The last moment at which it may have happened.
            period_end: Option<Timestamp>,
        }
        server {
            /// How far the hospital is with it.
            status: BreachStatus = BreachStatus::Open,
            /// Until when the authority must know: 72 hours after it was discovered.
            regulator_due_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// Who entered it.
            reported_by: Option<Ref<User>> = None,
            /// How many patients' records were seen, by the audit trail; null until it is worked out, which takes an account or an address, and a period.
            affected_patients: Option<i64> = None,
        }
        hidden {
            /// When the Admins were last reminded.
            reminded_at: Option<Timestamp> = None,
        }
    }
}

impl Resource for Breach {
    const PATH: &'static str = "breaches";
    const VERBS: &'static str = "cru";
    // Whoever reads how data of patients got out leaves a trace as well.
    const PATIENT_DATA: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        Breach::status,
        Breach::severity,
        Breach::discovered_at,
        Breach::regulator_due_at,
        Breach::suspect,
    ];
    const ORDERING: &'static [Column<Self>] = &[Breach::discovered_at, Breach::regulator_due_at];
    const LIST: &'static [Column<Self>] = &[
        Breach::discovered_at,
        Breach::severity,
        Breach::status,
        Breach::regulator_due_at,
        Breach::affected_patients,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "",
            &[Breach::description, Breach::discovered_at, Breach::severity],
        ),
        (
            "group-breach-source",
            &[
                Breach::suspect,
                Breach::from_address,
                Breach::period_start,
                Breach::period_end,
            ],
        ),
        (
            "group-breach-answer",
            &[
                Breach::contained_at,
                Breach::notified_at,
                Breach::delay_reason,
                Breach::patients_told_at,
                Breach::measures,
            ],
        ),
    ];
    type Extra = ();

    fn access() -> Access {
        Access::nobody().role(Admin, "cru").in_person()
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            _ => Scope::Nothing,
        }
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &mut *change.row;
        if row.discovered_at == Timestamp::UNIX_EPOCH {
            row.discovered_at = before.map_or(cx.now(), |before| before.discovered_at);
        }
        check(row, before, cx.now())?;
        row.regulator_due_at = due(row.discovered_at);
        row.status = status(row);
        row.reported_by = match before {
            Some(before) => before.reported_by,
            None => cx.actor.user_id().map(Ref::new),
        };
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let sought = |row: &Breach| {
            let address = row
                .from_address
                .open()
                .as_ref()
                .map(|line| line.to_string());
            (row.suspect, address, row.period_start, row.period_end)
        };
        let row = &*change.row;
        if change.before.map(sought) == Some(sought(row)) || !can_be_looked_up(row) {
            return Ok(());
        }
        affected::look_up(cx, row.meta.id)
    }
}

/// The trail is asked about somebody or some place, and about a time: never about everything.
pub(crate) fn can_be_looked_up(row: &Breach) -> bool {
    let whose = row.suspect.is_some() || row.from_address.open().is_some();
    whose && row.period_start.is_some() && row.period_end.is_some()
}

/// Until when the authority must know.
pub(crate) fn due(discovered_at: Timestamp) -> Timestamp {
    let hours = SignedDuration::from_hours(NOTICE_HOURS);
    discovered_at.checked_add(hours).unwrap_or(Timestamp::MAX)
}

fn status(row: &Breach) -> BreachStatus {
    match (row.notified_at, row.contained_at) {
        (Some(_), _) => BreachStatus::Notified,
        (None, Some(_)) => BreachStatus::Contained,
        (None, None) => BreachStatus::Open,
    }
}

/// The rules of an entry: what is wrong, by field.
fn check(row: &Breach, before: Option<&Breach>, now: Timestamp) -> Result<(), Faults> {
    let mut faults = Faults::new();
    let steps = |row: &Breach| {
        [
            ("contained_at", row.contained_at),
            ("notified_at", row.notified_at),
            ("patients_told_at", row.patients_told_at),
        ]
    };
    if row.discovered_at > now {
        faults.say("discovered_at", Text::new("future-date"));
    }
    if before.is_some_and(|before| row.discovered_at > before.discovered_at) {
        faults.say("discovered_at", Text::new("compliance-deadline-stands"));
    }
    for (at, (name, moment)) in steps(row).into_iter().enumerate() {
        let reached = before.and_then(|before| steps(before)[at].1);
        match moment {
            None if reached.is_some() => faults.say(name, Text::new("compliance-step-stands")),
            Some(moment) if moment > now => faults.say(name, Text::new("future-date")),
            Some(moment) if moment < row.discovered_at => {
                faults.say(name, Text::new("compliance-before-discovery"));
            }
            _ => {}
        }
    }
    let late = row
        .notified_at
        .is_some_and(|at| at > due(row.discovered_at));
    if late && row.delay_reason.open().is_none() {
        faults.say("delay_reason", Text::new("compliance-late-notice"));
    }
    if let (Some(start), Some(end)) = (row.period_start, row.period_end)
        && end < start
    {
        faults.say("period_end", Text::new("compliance-period-backwards"));
    }
    faults.into_result()
}

/// The accesses of one user in a stretch of time.
pub(crate) struct Accesses {
    pub(crate) user: i64,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

/// Enters a breach that a verdict found, discovered and stopped now; answers its id.
///
/// # Errors
/// When it cannot be stored.
pub(crate) async fn register(
    cx: &mut Cx,
    words: String,
    severity: Severity,
    accesses: Accesses,
) -> Result<i64, Error> {
    let mut row = Breach {
        meta: Meta::unstored(),
        description: Sealed::new(Line::cut(&words)),
        discovered_at: cx.now(),
        severity,
        contained_at: Some(cx.now()),
        notified_at: None,
        delay_reason: Sealed::new(None),
        patients_told_at: None,
        measures: Sealed::new(Blank::default()),
        suspect: Some(Ref::new(accesses.user)),
        from_address: Sealed::new(None),
        period_start: Some(accesses.from),
        period_end: Some(accesses.until),
        status: BreachStatus::Contained,
        regulator_due_at: due(cx.now()),
        reported_by: None,
        affected_patients: None,
        reminded_at: None,
    };
    let mut change = Change {
        row: &mut row,
        before: None,
        body: &Body::default(),
    };
    Breach::prepare(cx, &mut change).await?;
    cx.insert(change.row).await?;
    Breach::stored(cx, &change).await?;
    Ok(row.meta.id)
}
