//! A patient's insurance policy.

use jiff::civil::Date;
use kernel::{BuiltinRole, Code, Money};
use patients::{Patient, check_current, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Line, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::seal::Sealed;
use platform::texts::Text;

use crate::coverage::Policy;

platform::record! {
    /// A policy under which an insurer pays for a part of a patient's bills.
    pub struct InsuranceDetail in "insurance_detail" for patient {
        client {
            /// The insured patient; stays once a bill names the policy.
            patient: Ref<Patient>,
            /// Name of the insurer.
            provider: Line<255>,
            /// Number of the policy.
            policy_number: Sealed<Line<100>>,
            /// What is covered, in words.
            coverage_details: Sealed<Blank<65536>>,
            /// The insurer's share of a bill in per cent, 0 to 100.
            coverage_percent: i64 = 100,
            /// What the insurer pays at most for services of one calendar year, over all bills; no limit when null.
            annual_limit: Option<Money>,
            /// The last day on which services are covered, that day included; without end when null.
            valid_until: Option<Date>,
        }
    }
}

impl InsuranceDetail {
    /// What decides about the policy's share.
    pub(crate) fn policy(&self, minor_unit: Money) -> Policy {
        Policy {
            basis_points: u32::try_from(self.coverage_percent.clamp(0, 100) * 100)
                .unwrap_or_default(),
            annual_limit: self.annual_limit,
            valid_until: self.valid_until,
            minor_unit,
        }
    }
}

impl Resource for InsuranceDetail {
    const PATH: &'static str = "insurance";
    const PATIENT_DATA: bool = true;
    const PATIENT_CHANGES: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const ALIASES: &'static [(&'static str, Column<Self>)] =
        &[("provider_name", InsuranceDetail::provider)];
    const FILTERS: &'static [Column<Self>] = &[
        InsuranceDetail::patient,
        InsuranceDetail::provider,
        InsuranceDetail::valid_until,
    ];
    const ORDERING: &'static [Column<Self>] =
        &[InsuranceDetail::provider, InsuranceDetail::valid_until];
    const SEARCH: &'static [Column<Self>] = &[InsuranceDetail::provider];
    const LIST: &'static [Column<Self>] = &[
        InsuranceDetail::patient,
        InsuranceDetail::provider,
        InsuranceDetail::policy_number,
        InsuranceDetail::coverage_percent,
        InsuranceDetail::annual_limit,
        InsuranceDetail::valid_until,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "",
            &[
                InsuranceDetail::patient,
                InsuranceDetail::provider,
                InsuranceDetail::policy_number,
            ],
        ),
        (
            "group-cover",
            &[
                InsuranceDetail::coverage_percent,
                InsuranceDetail::annual_limit,
                InsuranceDetail::valid_until,
                InsuranceDetail::coverage_details,
            ],
        ),
    ];
    type Extra = ();

    fn access() -> Access {
        use BuiltinRole::{Admin, Cashier, Doctor, Patient, Receptionist};
        Access::nobody()
            .role(Admin, "crud")
            .role(Cashier, "cru")
            .role(Receptionist, "cr")
            .roles(&[Doctor, Patient], "r")
    }

    fn scope(grant: &Grant) -> Scope {
        reach("insurance_detail", "patient", grant)
    }

    fn label(&self) -> String {
        self.provider.to_string()
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let row = &*change.row;
        let mut faults = Faults::new();
        if !(0..=100).contains(&row.coverage_percent) {
            faults.say("coverage_percent", Text::new("billing-percent"));
        }
        if row.annual_limit.is_some_and(Money::is_negative) {
            faults.say("annual_limit", Text::new("billing-negative"));
        }
        faults.into_result()?;
        if change.changed(|row| row.patient) {
            if let Some(before) = change.before {
                check_unused(cx, before).await?;
            }
            check_current(cx, change.row.patient.get()).await?;
        }
        Ok(())
    }
}

/// Refuses to give a policy that a bill or a claim names to another patient.
///
/// # Errors
/// 409 `state_conflict` with the `bill`.
async fn check_unused(cx: &mut Cx, policy: &InsuranceDetail) -> Result<(), Error> {
    let found: Option<(i64,)> = cx
        .unscoped("whether a policy is used says nothing of the bill")
        .optional(Statement::raw(
            "SELECT MIN(bill) FROM (SELECT id AS bill FROM bill WHERE insurance = $1 AND voided_at IS NULL \
             UNION ALL SELECT bill FROM insurance_claim WHERE insurance = $1 AND voided_at IS NULL) AS used \
             HAVING COUNT(*) > 0",
            values([&policy.meta.id]),
        ))
        .await?;
    match found {
        None => Ok(()),
        Some((bill,)) => {
            let text = Text::new("billing-policy-used").with("bill", bill);
            Err(Error::refuse(Code::StateConflict, text).with("bill", bill))
        }
    }
}
