//! `breaches/{id}/affected/`: whose records were seen, by the audit trail.
//!
//! It is worked out by a job, with one statement over the accesses of one account or one address in one
//! stretch of time; lists that showed several patients count for each of them.

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use kernel::BuiltinRole::Admin;
use kernel::Reach;
use platform::access::{Access, Grant, Scope};
use platform::audit::{Action, AuditEntry};
use platform::cx::Cx;
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::field::Ref;
use platform::jobs::{Job, JobInfo, Run, enqueue};
use platform::record::{Column, Record};
use platform::resource::{Resource, change_by};
use platform::serde_json::{Value as Json, json};

use crate::breach::{Breach, can_be_looked_up};

platform::record! {
    /// A patient whose record was seen in a breach. The rows stay as they were worked out: merging patients moves none.
    pub struct AffectedRecord in "breach_affected" {
        client {}
        server {
            /// The breach in which the record was seen.
            breach: Ref<Breach> = Ref::new(0),
            /// The patient, by the number of the record that was seen.
            patient: i64 = 0,
            /// How often the record was seen, alone or in a list.
            accesses: i64 = 0,
            /// When it was first seen.
            first_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// When it was last seen.
            last_at: Timestamp = Timestamp::UNIX_EPOCH,
        }
        hidden {}
    }
}

impl Resource for AffectedRecord {
    const PATH: &'static str = "breach-affected";
    const VERBS: &'static str = "r";
    const PATIENT_DATA: bool = true;
    const FILTERS: &'static [Column<Self>] = &[AffectedRecord::breach, AffectedRecord::patient];
    const ORDERING: &'static [Column<Self>] = &[AffectedRecord::patient, AffectedRecord::accesses];
    const ORDER: &'static str = "patient";
    const LIST: &'static [Column<Self>] = &[
        AffectedRecord::breach,
        AffectedRecord::patient,
        AffectedRecord::accesses,
        AffectedRecord::first_at,
        AffectedRecord::last_at,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::nobody().role(Admin, "r").in_person()
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            _ => Scope::Nothing,
        }
    }
}

/// Works it out once what was entered is stored.
pub(crate) const JOB: JobInfo = JobInfo {
    kind: "compliance:affected",
    run: Run::Inside(run),
    attempts: 5,
    every: None,
};

/// Asks for it.
pub(crate) fn look_up(cx: &mut Cx, breach: i64) -> Result<(), Error> {
    enqueue(cx, vec![Job::now(JOB.kind, json!({ "breach": breach }))])
}

fn run<'a>(cx: &'a mut Cx, payload: &'a Json) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        let Some(id) = payload["breach"].as_i64() else {
            return Err(Error::internal("a job without a breach"));
        };
        let breach: Breach = cx.hold(id).await?;
        if !can_be_looked_up(&breach) {
            return Ok(());
        }
        let gone = Statement::raw(
            "DELETE FROM breach_affected WHERE breach = $1",
            vec![id.to_value()],
        );
        cx.unscoped("what is worked out anew")
            .part_of::<Breach>()
            .execute(gone)
            .await?;
        let found = store(cx, &breach).await?;
        // As many as before need not be the same ones.
        let entry = AuditEntry::new(Action::Edit, Breach::NAME, Some(id));
        let entry = entry.saying("worked out whose records were seen");
        cx.audit(entry.detailed(json!({ "affected_patients": found })));
        change_by(cx, breach, |row| row.affected_patients = Some(found)).await?;
        Ok(())
    })
}

/// Every way in which data is shown.
const SEEN: [Action; 4] = [Action::View, Action::Search, Action::Export, Action::Print];

async fn store(cx: &mut Cx, breach: &Breach) -> Result<i64, Error> {
    let (each, uid) = match cx.dialect() {
        Dialect::Sqlite => (
            "json_each('[' || trim(a.patients, ',') || ']')",
            "randomblob(16)",
        ),
        Dialect::Postgres => (
            "jsonb_array_elements_text(('[' || trim(both ',' from a.patients) || ']')::jsonb)",
            "gen_random_uuid()",
        ),
    };
    let address = breach
        .from_address
        .open()
        .as_ref()
        .map(|line| line.to_string());
    let suspect = breach.suspect.map(|user| user.get());
    // The period finds them by an index.
    let which = "a.timestamp >= $2 AND a.timestamp <= $3 AND a.action IN ($4, $5, $6, $7) \
         AND (CAST($8 AS bigint) IS NULL OR a.\"user\" = $8 OR a.acting_user = $8) \
         AND (CAST($9 AS text) IS NULL OR a.ip_address = $9)";
    let sql = format!(
        "INSERT INTO breach_affected (uid, created_at, updated_at, version, breach, patient, accesses, first_at, last_at) \
         SELECT {uid}, $10, $10, 1, CAST($1 AS bigint), seen.patient, count(*), min(seen.timestamp), max(seen.timestamp) FROM ( \
         SELECT a.patient AS patient, a.timestamp AS timestamp FROM audit_log AS a WHERE a.patient IS NOT NULL AND {which} \
         UNION ALL SELECT CAST(each.value AS bigint), a.timestamp FROM audit_log AS a, {each} AS each \
         WHERE a.patients <> '' AND {which}) AS seen GROUP BY seen.patient"
    );
    let [view, search, export, print] = SEEN.map(|action| action.as_str().to_value());
    let values = vec![
        breach.meta.id.to_value(),
        breach.period_start.to_value(),
        breach.period_end.to_value(),
        view,
        search,
        export,
        print,
        suspect.to_value(),
        address.to_value(),
        cx.now().to_value(),
    ];
    let mut statement = Statement::raw("", values);
    statement.sql = sql.into();
    let stored = cx
        .unscoped("whose records were seen is what a breach register says")
        .part_of::<Breach>()
        .execute(statement)
        .await?;
    i64::try_from(stored).map_err(Error::internal)
}
