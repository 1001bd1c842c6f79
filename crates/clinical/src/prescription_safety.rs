//! The safety check of a medicine for a patient: what is gathered, asked, refused and kept.

use formulary::safety::{
    Answer, Circumstances, Kind, Medicine, Outcome, Pack, Question, Reaction, ReportedAllergy,
    Severity,
};
use kernel::Code;
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::record::Record;
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use serde_json::{Value as Json, json};

use crate::alert::{NewAlert, raise};
use crate::prescription::{Prescription, SafetyOutcome};
use crate::prescription_alert::{NotChecked, SafetyAlert, UnknownName, not_checked, told};
use crate::prescription_course::Course;
use crate::prescription_drug::{Drug, drugs};
use crate::prescription_patient::{allergies, circumstances};

/// More prescriptions than any patient takes at once; the check stays bounded.
const MOST: u64 = 200;
/// More findings than anybody reads; they come most severe first.
const SHOWN: usize = 50;

/// What the check of a medicine for a patient came to.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What was found and what is not known.
    pub answer: Answer,
    /// The version of the drug-safety pack.
    pub pack: String,
}

/// Checks a medicine against everything that is known of a patient, apart from the prescriptions in `except`: the one
/// that is checked itself, or that it replaces. Checks of one patient come one after the other, so that of two
/// prescriptions at the same moment the second knows of the first.
///
/// # Errors
/// When the database fails, or there is no such patient.
pub async fn check(
    cx: &mut Cx,
    patient: i64,
    drug: &Drug,
    except: &[i64],
) -> Result<Checked, Error> {
    cx.take_turn(&[("prescribing", patient)]).await?;
    let pack = formulary::pack::current(cx).await?;
    let facts = gather(cx, &pack, patient, except).await?;
    Ok(judge(&pack, drug, &facts))
}

/// What the check of each of a patient's prescriptions comes to at this moment, in their order: to be shown before
/// somebody decides. Whoever then dispenses is checked once more, by [`check`].
///
/// # Errors
/// When the database fails, or there is no such patient.
pub async fn look(
    cx: &mut Cx,
    patient: i64,
    prescriptions: &[Prescription],
) -> Result<Vec<Checked>, Error> {
    let pack = formulary::pack::current(cx).await?;
    let asked = drugs(cx, &pack, prescriptions).await?;
    let rows = current(cx, patient, &[]).await?;
    let facts = sorted(cx, &pack, patient, &rows).await?;
    let judged = prescriptions.iter().zip(&asked).map(|(row, drug)| {
        let apart = |all: &[(i64, Drug)]| -> Vec<Drug> {
            let others = all.iter().filter(|(id, _)| *id != row.meta.id);
            others.map(|(_, drug)| drug.clone()).collect()
        };
        let facts = Facts {
            taking: apart(&facts.taking),
            taken: apart(&facts.taken),
            allergies: facts.allergies.clone(),
            allergies_unasked: facts.allergies_unasked,
            circumstances: facts.circumstances,
        };
        judge(&pack, drug, &facts)
    });
    Ok(judged.collect())
}

/// What the safety of a medicine for a patient depends on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// What the patient takes.
    pub(crate) taking: Vec<Drug>,
    /// What the patient took until lately.
    pub(crate) taken: Vec<Drug>,
    /// What the patient is allergic to.
    pub(crate) allergies: Vec<(String, Reaction)>,
    /// Nobody has asked the patient for allergies.
    pub(crate) allergies_unasked: bool,
    /// What the patient is.
    pub(crate) circumstances: Circumstances,
}

/// Gathers what is known of a patient, in a bounded number of queries.
pub(crate) async fn gather(
    cx: &mut Cx,
    pack: &Pack,
    patient: i64,
    except: &[i64],
) -> Result<Facts, Error> {
    let rows = current(cx, patient, except).await?;
    let sorted = sorted(cx, pack, patient, &rows).await?;
    let drugs = |all: Vec<(i64, Drug)>| all.into_iter().map(|(_, drug)| drug).collect();
    Ok(Facts {
        taking: drugs(sorted.taking),
        taken: drugs(sorted.taken),
        allergies: sorted.allergies,
        allergies_unasked: sorted.allergies_unasked,
        circumstances: sorted.circumstances,
    })
}

/// [`Facts`] whose medicines say by which prescription they are taken.
struct Sorted {
    taking: Vec<(i64, Drug)>,
    taken: Vec<(i64, Drug)>,
    allergies: Vec<(String, Reaction)>,
    allergies_unasked: bool,
    circumstances: Circumstances,
}

async fn sorted(
    cx: &mut Cx,
    pack: &Pack,
    patient: i64,
    rows: &[Prescription],
) -> Result<Sorted, Error> {
    let now = cx.now();
    let (circumstances, unasked) = circumstances(cx, patient).await?;
    let allergies = allergies(cx, patient).await?;
    let mut sorted = Sorted {
        taking: Vec::new(),
        taken: Vec::new(),
        allergies_unasked: unasked && allergies.is_empty(),
        allergies,
        circumstances,
    };
    for (drug, row) in drugs(cx, pack, rows).await?.into_iter().zip(rows) {
        match row.course(now) {
            Course::Running => sorted.taking.push((row.meta.id, drug)),
            Course::Ended => sorted.taken.push((row.meta.id, drug)),
            Course::Over => {}
        }
    }
    Ok(sorted)
}

/// Asks the pack.
pub(crate) fn judge(pack: &Pack, drug: &Drug, facts: &Facts) -> Checked {
    let medicine = Medicine::from(drug);
    let taking: Vec<Medicine<'_>> = facts.taking.iter().map(Medicine::from).collect();
    let taken: Vec<Medicine<'_>> = facts.taken.iter().map(Medicine::from).collect();
    let allergies: Vec<ReportedAllergy<'_>> = facts
        .allergies
        .iter()
        .map(|(written, reaction)| ReportedAllergy {
            written,
            reaction: *reaction,
        })
        .collect();
    let patient = facts.circumstances;
    let mut answer = pack.check_names_too(&Question {
        medicine,
        taking: &taking,
        allergies: &allergies,
        allergies_unasked: facts.allergies_unasked,
        patient,
        dosing: drug.dosing.as_ref(),
    });
    // What was taken until lately may interact; having it again is no duplicate, and its name is asked no more.
    let lately = pack.check(&Question {
        medicine,
        taking: &taken,
        ..Question::default()
    });
    let interactions = lately
        .findings
        .into_iter()
        .filter(|finding| finding.kind == Kind::Interaction);
    answer.findings.extend(interactions);
    answer
        .findings
        .sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Checked {
        answer,
        pack: pack.version().to_owned(),
    }
}

/// The prescriptions that a patient may take, whoever wrote them, newest first.
pub(crate) async fn current(
    cx: &mut Cx,
    patient: i64,
    except: &[i64],
) -> Result<Vec<Prescription>, Error> {
    let mut query = select::<Prescription>();
    query
        .and_where(Prescription::patient.eq(patient))
        .cond_where(Prescription::may_be_taken())
        .and_where(column(Prescription::TABLE, "voided_at").is_null())
        .order_by(Prescription::id, Order::Desc)
        .limit(MOST);
    let mut rows: Vec<Prescription> = cx
        .unscoped("safety considers everything that the patient takes, whoever prescribed it")
        .records(query)
        .await?;
    rows.retain(|row| !except.contains(&row.meta.id));
    Ok(rows)
}

impl Checked {
    /// Prescribing and dispensing stop until a reason is given.
    pub fn interrupts(&self) -> bool {
        self.answer.interrupts()
    }

    /// The dose alone would stop it.
    pub(crate) fn dose_interrupts(&self) -> bool {
        self.answer
            .highest(Kind::Dose)
            .is_some_and(Severity::interrupts)
    }

    /// How it ended.
    pub fn outcome(&self) -> SafetyOutcome {
        match self.answer.outcome() {
            Outcome::NothingFound => SafetyOutcome::NothingFound,
            Outcome::Found => SafetyOutcome::Found,
            Outcome::CouldNotCheck => SafetyOutcome::CouldNotCheck,
        }
    }

    /// What was found, most severe first.
    pub fn found(&self) -> Vec<SafetyAlert> {
        let mut told = told(&self.answer.findings);
        told.truncate(SHOWN);
        told
    }

    /// Names that are not known, with what they may have been meant as.
    pub fn unknown_names(&self) -> Vec<UnknownName> {
        let unknown = self.answer.unknown.iter().take(SHOWN);
        unknown.map(UnknownName::from).collect()
    }

    /// Every part of the check that could not be done.
    pub fn not_checked(&self) -> Vec<NotChecked> {
        not_checked(&self.answer)
    }

    pub(crate) fn alerts(&self) -> Json {
        json!(self.found())
    }

    pub(crate) fn unknown(&self) -> Json {
        json!(self.unknown_names())
    }

    /// The refusal that asks for `override_reason` and lists what was found.
    pub fn refusal(&self, cx: &Cx) -> Error {
        let severe: Vec<SafetyAlert> = self
            .found()
            .into_iter()
            .filter(SafetyAlert::interrupts)
            .collect();
        let messages: Vec<&str> = severe.iter().map(|alert| alert.message.as_str()).collect();
        let said = |key| Text::new(key).with("alerts", messages.join(" "));
        // The field's own complaint is for who writes programs, the detail for who reads it.
        let sentence = said("clinical-override-reason");
        let sentence = cx.app.texts.render(cx.origin.language, &sentence);
        Error::refuse(
            Code::OverrideReasonRequired,
            said("clinical-override-wanted"),
        )
        .with("override_reason", json!([sentence]))
        .with("alerts", self.alerts())
        .with("could_not_check", self.unknown())
        .with("not_checked", json!(self.not_checked()))
        .with("safety_pack", self.pack.clone())
    }

    /// Keeps what was overridden with the patient's alerts, with who did and why.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_overridden(
        &self,
        cx: &mut Cx,
        patient: i64,
        source: (&'static str, i64),
        reason: &str,
    ) -> Result<(), Error> {
        keep(cx, patient, source, reason, &self.found(), &self.pack).await
    }
}

/// The same for a prescription that was stored with what its check found.
pub(crate) async fn note_overridden(
    cx: &mut Cx,
    row: &Prescription,
    reason: &str,
) -> Result<(), Error> {
    let found: Vec<SafetyAlert> =
        serde_json::from_value(row.safety_alerts.open().0.clone()).map_err(Error::internal)?;
    let source = (Prescription::NAME, row.meta.id);
    keep(
        cx,
        row.patient.get(),
        source,
        reason,
        &found,
        &row.safety_pack,
    )
    .await
}

async fn keep(
    cx: &mut Cx,
    patient: i64,
    source: (&'static str, i64),
    reason: &str,
    found: &[SafetyAlert],
    pack: &str,
) -> Result<(), Error> {
    for alert in found.iter().filter(|alert| alert.interrupts()) {
        let (kind, severity) = alert.kept_as();
        let message = format!("{} ({}; {pack})", alert.message, alert.source);
        let new = NewAlert {
            source: Some(source),
            overridden: Some(reason),
            ..NewAlert::new(patient, kind, severity, &message)
        };
        raise(cx, new).await?;
    }
    Ok(())
}
