//! `chelal createsuperuser`.

use std::io::Read;

use identity::credential::secret_text::SecretText;
use platform::error::Error;
use platform::settings::Settings;

use super::{Done, application, say, tell};

/// Makes an administrator with a password from standard input.
pub(super) async fn create_superuser(settings: Settings, username: &str, email: &str) -> Done {
    let mut password = String::new();
    std::io::stdin()
        .take(8192)
        .read_to_string(&mut password)
        .map_err(|error| format!("The password could not be read from standard input: {error}"))?;
    let password = SecretText::from(password.trim_end_matches(['\n', '\r']).to_owned());
    let language = settings.language;
    let app = application(settings).await?;
    match identity::create_superuser(&app, username, Some(email), password).await {
        Ok(_) => {
            tell(&format!("{username} can sign in as an administrator."));
            app.db.close().await;
            Ok(())
        }
        Err(Error::Invalid(faults)) => {
            let said = faults.render(&app.texts, language);
            let lines: Vec<String> = said
                .iter()
                .map(|(field, said)| {
                    format!(
                        "{field}: {}",
                        said.as_array().map_or(String::new(), |said| {
                            said.iter()
                                .filter_map(|text| text.as_str())
                                .collect::<Vec<_>>()
                                .join(" ")
                        })
                    )
                })
                .collect();
            Err(lines.join("\n"))
        }
        Err(Error::Db(platform::db::DbError::Unique { .. })) => Err(format!(
            "There is already an account with the name {username} or the address {email}."
        )),
        Err(error) => Err(say(error)),
    }
}
