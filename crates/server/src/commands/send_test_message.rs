//! `chelal send-test-message`: one SMS and one e-mail, and what came of them.

use std::process::ExitCode;

use messaging::delivery::manual;
use messaging::delivery::outcome::Outcome;
use platform::settings::Settings;

use super::{Failure, build};

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
pub(super) async fn send(settings: Settings) -> Result<ExitCode, Failure> {
    if settings.test_patient_phone.is_none() && settings.test_patient_email.is_none() {
        let why = "TEST_PATIENT_PHONE and TEST_PATIENT_EMAIL are not set: say where to send to.";
        return Err(Failure::Misconfigured(why.to_owned()));
    }
    let (app, _) = build(settings).await?;
    let outcomes = manual::test(&app).await?;
    app.close().await;
    let mut all_well = true;
    for (setting, outcome) in outcomes {
        let text = match outcome {
            None => "not set, nothing sent".to_owned(),
            Some(Outcome::Accepted(id)) => format!("accepted as {id}"),
            Some(outcome) => {
                all_well = false;
                match outcome {
                    Outcome::Refused(why) => format!("not sent: {why}"),
                    Outcome::Later(why, _) => format!("not sent now, may be tried again: {why}"),
                    Outcome::Unknown(why) => format!("perhaps sent, no answer came: {why}"),
                    Outcome::Accepted(_) => String::new(),
                }
            }
        };
        println!("{setting}: {text}");
    }
    Ok(if all_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
