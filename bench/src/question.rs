//! What is asked, again and again.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::subject::Subject;

/// Connections, each with one request under way at any time.
pub(crate) const CONNECTIONS: usize = 32;
/// The same while a report is asked for.
pub(crate) const REPORT_CONNECTIONS: usize = 4;

/// In the order in which it is asked and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Question {
    Retrieve,
    List,
    Search,
    Login,
    Create,
    Availability,
    Queue,
    Day,
    Upcoming,
    Book,
    Chart,
    Timeline,
    StockAsOf,
    Consumption,
    Expiring,
    BelowLevel,
    Suggestions,
    Ageing,
    Insurers,
    ByDoctor,
    ByService,
    ByPayer,
    DailyCash,
    TrialBalance,
    Dispense,
    PagePatients,
    PageChart,
    PageDesk,
    PagePharmacy,
    PagePicker,
}

/// What a question is made of.
struct Facts {
    /// As in the table, and the name of its file of lines.
    name: &'static str,
    subject: Subject,
    kind: Kind,
    /// What asks it.
    script: &'static str,
    /// Where its lines are posted; otherwise they are paths.
    posted_to: Option<&'static str>,
}

/// How a question is asked of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A record is shown, which is audited; with and without that.
    Reading,
    /// Nobody's record is shown.
    Sum,
    /// The same, and the floor has nothing like it.
    Report,
    /// A page with a session's cookie; the floor has nothing like it.
    Page,
    /// The tables grow by it (besides sessions and the audit trail).
    Writing,
}

impl Question {
    #[rustfmt::skip]
    fn facts(self) -> Facts {
        use Kind::{Page, Reading, Report, Sum, Writing};
        use Subject::{Appointments, Hospital, Patients};
        let get = "get.lua";
        let (name, subject, kind, script, posted_to) = match self {
            Question::Retrieve => ("retrieve", Patients, Reading, "retrieve.lua", None),
            Question::List => ("list", Patients, Reading, get, None),
            Question::Search => ("search", Patients, Reading, get, None),
            Question::Login => ("login", Patients, Sum, "login.lua", Some("/api/auth/")),
            Question::Create => ("create", Patients, Writing, "create.lua", Some("/api/patients/")),
            Question::Availability => ("availability", Appointments, Sum, get, None),
            Question::Queue => ("queue", Appointments, Reading, get, None),
            Question::Day => ("day", Appointments, Reading, get, None),
            Question::Upcoming => ("upcoming", Appointments, Reading, get, None),
            Question::Book => ("book", Appointments, Writing, "book.lua", Some("/api/appointments/")),
            Question::Chart => ("chart", Hospital, Reading, get, None),
            Question::Timeline => ("timeline", Hospital, Reading, get, None),
            Question::StockAsOf => ("stock-as-of", Hospital, Report, get, None),
            Question::Consumption => ("consumption", Hospital, Report, get, None),
            Question::Expiring => ("expiring", Hospital, Report, get, None),
            Question::BelowLevel => ("below-level", Hospital, Report, get, None),
            Question::Suggestions => ("suggestions", Hospital, Report, get, None),
            Question::Ageing => ("ageing", Hospital, Report, get, None),
            Question::Insurers => ("insurers", Hospital, Report, get, None),
            Question::ByDoctor => ("by-doctor", Hospital, Report, get, None),
            Question::ByService => ("by-service", Hospital, Report, get, None),
            Question::ByPayer => ("by-payer", Hospital, Report, get, None),
            Question::DailyCash => ("daily-cash", Hospital, Report, get, None),
            Question::TrialBalance => ("trial-balance", Hospital, Report, get, None),
            Question::Dispense => ("dispense", Hospital, Writing, "dispense.lua", Some("/api/dispensing-logs/")),
            Question::PagePatients => ("page-patients", Hospital, Page, get, None),
            Question::PageChart => ("page-chart", Hospital, Page, get, None),
            Question::PageDesk => ("page-desk", Hospital, Page, get, None),
            Question::PagePharmacy => ("page-pharmacy", Hospital, Page, get, None),
            Question::PagePicker => ("page-picker", Hospital, Page, get, None),
        };
        Facts { name, subject, kind, script, posted_to }
    }

    /// What databases it is asked of.
    pub(crate) fn subject(self) -> Subject {
        self.facts().subject
    }

    /// The tables grow by it (besides sessions and the audit trail).
    pub(crate) fn writes(self) -> bool {
        self.facts().kind == Kind::Writing
    }

    /// The audit of readings is part of it.
    pub(crate) fn is_reading(self) -> bool {
        self.facts().kind == Kind::Reading
    }

    /// The floor answers it as well.
    pub(crate) fn has_floor(self) -> bool {
        !matches!(self.facts().kind, Kind::Report | Kind::Page)
    }

    /// Requests that are under way at any time under full load: a report keeps a processor busy by itself.
    pub(crate) fn connections(self) -> usize {
        match self.facts().kind {
            Kind::Report => REPORT_CONNECTIONS,
            _ => CONNECTIONS,
        }
    }

    /// It is a page, which takes a session's cookie.
    pub(crate) fn is_page(self) -> bool {
        self.facts().kind == Kind::Page
    }

    /// As in the table, and the name of its file of lines.
    pub(crate) fn name(self) -> &'static str {
        self.facts().name
    }

    /// What asks it.
    pub(crate) fn script(self) -> &'static str {
        self.facts().script
    }

    /// Where its lines are posted; otherwise they are paths.
    pub(crate) fn posted_to(self) -> Option<&'static str> {
        self.facts().posted_to
    }
}
