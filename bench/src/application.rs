//! The application in this process: to make the schema, the keys and the account, and to serve it
//! where no binary is given.

use std::net::SocketAddr;
use std::sync::Arc;

use identity::credential::password::HasherConfig;
use kernel::Clock;
use ops::boot::Parts;
use platform::app::{App, Shared};
use platform::mail::Mailer;
use platform::settings::Settings;

use crate::Outcome;
use crate::process::USER;

/// Boots with the settings of the given pairs.
async fn boot(pairs: Vec<(String, String)>) -> Outcome<(Arc<App>, axum::Router)> {
    let settings = Settings::from_pairs(pairs)
        .map_err(|error| error.to_string())?
        .settings;
    let mut shared = Shared::default();
    let door =
        identity::door(HasherConfig::default(), &mut shared).map_err(|error| error.to_string())?;
    server::build(Parts {
        settings,
        clock: Clock::system(),
        registry: ops::boot::registry(server::modules::modules()),
        door,
        mailer: Mailer::Off,
        shared,
    })
    .await
    .map_err(|error| format!("{error:?}").into())
}

/// Makes schema, keys and account in an empty database.
pub(crate) async fn prepare(pairs: Vec<(String, String)>, password: &str) -> Outcome<()> {
    let (app, _) = boot(pairs).await?;
    identity::create_superuser(&app, USER, None, password.into())
        .await
        .map_err(|error| format!("{error:?}"))?;
    app.close().await;
    Ok(())
}

/// Serves with the settings of the environment until it is ended.
pub(crate) async fn serve() -> Outcome<()> {
    let ours = |name: &str| name.starts_with("CHELAL_") || name == "DATABASE_URL";
    let (app, router) = boot(std::env::vars().filter(|(name, _)| ours(name)).collect()).await?;
    let listener = tokio::net::TcpListener::bind(app.settings.bind).await?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await?;
    Ok(())
}
