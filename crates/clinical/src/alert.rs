//! Clinical alerts: what someone who treats a patient must look at.

use identity::user::User;
use jiff::Timestamp;
use kernel::BuiltinRole::{Admin, Doctor, Nurse};
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::{Column, Meta, Record};
use platform::resource::{Resource, change_by, in_a_few_words};
use platform::seal::Sealed;
use sea_query::ExprTrait;

platform::choice! {
    /// What kind of thing an alert is about.
    pub enum AlertKind {
        /// A laboratory value beyond its critical limits.
        CriticalLab = "critical_lab",
        /// A prescribed drug that the patient is allergic to.
        Allergy = "allergy",
        /// Two drugs that do not go together.
        Interaction = "interaction",
        /// The same drug or class twice.
        DuplicateTherapy = "duplicate_therapy",
        /// Something that a guideline asks for is due.
        Guideline = "guideline",
        /// A vital sign beyond its critical limits.
        AbnormalVital = "abnormal_vital",
    }
}

platform::choice! {
    /// How urgent an alert is.
    pub enum AlertSeverity {
        /// To be known.
        Info = "info",
        /// To be dealt with.
        Warning = "warning",
        /// To be dealt with now.
        Critical = "critical",
    }
}

platform::choice! {
    /// What came of an alert.
    pub enum AlertStatus {
        /// Nobody has dealt with it.
        Open = "open",
        /// Someone has seen it.
        Acknowledged = "acknowledged",
        /// Someone went ahead all the same, with a reason.
        Overridden = "overridden",
        /// What it asked for was done.
        Resolved = "resolved",
    }
}

platform::record! {
    /// Something about a patient that someone must look at.
    pub struct ClinicalAlert in "clinical_alert" for patient {
        client {}
        server {
            /// The patient whom the alert is about.
            patient: Ref<Patient> = Ref::new(0),
            /// What the alert is about, such as `critical_lab` or `guideline`.
            kind: AlertKind = AlertKind::Guideline,
            /// Urgency of the alert.
            severity: AlertSeverity = AlertSeverity::Warning,
            /// What is the matter, in a sentence.
            message: Sealed<Blank<2000>> = Sealed::new(Blank::default()),
            /// What kind of record raised it, such as `Vitals`; null without one.
            source_type: Option<Line<64>> = None,
            /// The id of the record that raised it; null without one.
            source_id: Option<i64> = None,
            /// The guideline rule that raised it; null for other kinds.
            rule: Option<Line<64>> = None,
            /// The user who must deal with it first; null for everyone who treats the patient.
            addressee: Option<Ref<User>> = None,
            /// Whether it is still open, or what was done about it.
            status: AlertStatus = AlertStatus::Open,
            /// Who acknowledged or overrode it; null before.
            acknowledged_by: Option<Ref<User>> = None,
            /// When it was acknowledged, overridden or resolved; null before.
            acknowledged_at: Option<Timestamp> = None,
            /// Why it was acknowledged or overridden.
            reason: Sealed<Blank<2000>> = Sealed::new(Blank::default()),
        }
    }
}

impl Resource for ClinicalAlert {
    const PATH: &'static str = "alerts";
    /// `alerts/` itself shows the alerts of every module together.
    const VERBS: &'static str = "";
    // An alert only follows its patient: it does not keep their record from being removed.
    const FOLLOWS: &'static [Column<Self>] = &[ClinicalAlert::patient];
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const LIST: &'static [Column<Self>] = &[
        ClinicalAlert::severity,
        ClinicalAlert::kind,
        ClinicalAlert::patient,
        ClinicalAlert::message,
        ClinicalAlert::addressee,
        ClinicalAlert::status,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::nobody().roles(&[Admin, Doctor, Nurse], "r")
    }

    fn label(&self) -> String {
        in_a_few_words(self.message.open())
    }

    fn scope(grant: &Grant) -> Scope {
        reach("clinical_alert", "patient", grant)
    }
}

/// An alert to be raised.
#[derive(Debug, Clone)]
pub struct NewAlert<'a> {
    /// The patient it is about.
    pub patient: i64,
    /// What kind of thing it is about.
    pub kind: AlertKind,
    /// Urgency of the alert.
    pub severity: AlertSeverity,
    /// What is the matter, in the hospital's language.
    pub message: &'a str,
    /// The kind and id of the record that raises it.
    pub source: Option<(&'static str, i64)>,
    /// The user who must deal with it first.
    pub addressee: Option<i64>,
    /// Why the caller went ahead all the same; the alert is then overridden by the caller, and not open.
    pub overridden: Option<&'a str>,
    /// The guideline rule that raises it.
    pub rule: Option<&'a str>,
}

impl<'a> NewAlert<'a> {
    /// An open alert for everyone who treats the patient.
    pub fn new(
        patient: i64,
        kind: AlertKind,
        severity: AlertSeverity,
        message: &'a str,
    ) -> NewAlert<'a> {
        NewAlert {
            patient,
            kind,
            severity,
            message,
            source: None,
            addressee: None,
            overridden: None,
            rule: None,
        }
    }
}

/// Resolves an alert whose reason is gone; its acknowledgement stays.
///
/// # Errors
/// When the database fails.
pub(crate) async fn resolve(cx: &mut Cx, alert: ClinicalAlert) -> Result<(), Error> {
    let now = cx.now();
    change_by(cx, alert, |alert| {
        alert.status = AlertStatus::Resolved;
        alert.acknowledged_at.get_or_insert(now);
    })
    .await?;
    Ok(())
}

/// Resolves the open alerts that a record raised.
///
/// # Errors
/// When the database fails.
pub(crate) async fn withdraw(cx: &mut Cx, source: &str, id: i64) -> Result<(), Error> {
    let mut query = select::<ClinicalAlert>();
    query
        .and_where(ClinicalAlert::source_type.eq(source))
        .and_where(ClinicalAlert::source_id.eq(id))
        .and_where(ClinicalAlert::status.eq(AlertStatus::Open.as_str()))
        .and_where(column(ClinicalAlert::TABLE, "voided_at").is_null());
    let open: Vec<ClinicalAlert> = cx
        .unscoped("an alert follows the record that raised it")
        .records(query)
        .await?;
    // One or two, since each change resolves what the one before raised.
    for alert in open {
        resolve(cx, alert).await?;
    }
    Ok(())
}

/// Raises an alert in the caller's transaction.
///
/// # Errors
/// When the database fails.
pub async fn raise(cx: &mut Cx, new: NewAlert<'_>) -> Result<ClinicalAlert, Error> {
    let mut row = of(cx, new);
    cx.insert(&mut row).await?;
    Ok(row)
}

/// The row of an alert, not yet stored.
pub(crate) fn of(cx: &Cx, new: NewAlert<'_>) -> ClinicalAlert {
    let overridden = new.overridden.is_some();
    ClinicalAlert {
        meta: Meta::unstored(),
        patient: Ref::new(new.patient),
        kind: new.kind,
        severity: new.severity,
        message: Sealed::new(Blank::cut(new.message)),
        source_type: new.source.map(|(kind, _)| Line::cut(kind)),
        source_id: new.source.map(|(_, id)| id),
        rule: new.rule.map(Line::cut),
        addressee: new.addressee.map(Ref::new),
        status: if overridden {
            AlertStatus::Overridden
        } else {
            AlertStatus::Open
        },
        acknowledged_by: cx.actor.user_id().filter(|_| overridden).map(Ref::new),
        acknowledged_at: overridden.then(|| cx.now()),
        reason: Sealed::new(Blank::cut(new.overridden.unwrap_or_default())),
    }
}
