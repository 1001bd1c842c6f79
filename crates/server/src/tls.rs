//! TLS by the program itself: certificate and key from two files, taken anew when they change.
//!
//! A clinic's LAN has no reverse proxy, and over plain HTTP browsers keep no secure cookies and give no camera.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use platform::settings::Settings;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at; a renewed certificate is served within this time.
const LOOK: Duration = Duration::from_secs(30);

/// The certificate that is served now.
pub struct Tls {
    cert: PathBuf,
    key: PathBuf,
    config: ArcSwap<ServerConfig>,
}

impl Tls {
    /// From the settings; none when they name no certificate.
    ///
    /// # Errors
    /// A sentence for whoever configures, when a file cannot be read or the two do not belong together.
    pub fn configured(settings: &Settings) -> Result<Option<Arc<Tls>>, String> {
        match (&settings.tls_cert, &settings.tls_key) {
            (Some(cert), Some(key)) => Ok(Some(Arc::new(Tls::open(cert, key)?))),
            // One without the other is refused with the settings.
            _ => Ok(None),
        }
    }

    /// Reads certificate chain and key, both PEM.
    ///
    /// # Errors
    /// As [`Tls::configured`].
    pub fn open(cert: &Path, key: &Path) -> Result<Tls, String> {
        Ok(Tls {
            cert: cert.to_owned(),
            key: key.to_owned(),
            config: ArcSwap::from_pointee(read(cert, key)?),
        })
    }

    /// Speaks TLS with the certificate of this moment.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.load_full())
    }

    /// Reads the files again; connections that are open keep what they began with.
    ///
    /// # Errors
    /// As [`Tls::configured`]; the certificate from before is served on.
    pub fn reload(&self) -> Result<(), String> {
        self.config.store(Arc::new(read(&self.cert, &self.key)?));
        Ok(())
    }

    /// Reloads whenever one of the files changed; never ends. Whoever renews writes two files, one after the
    /// other: in between they do not belong together, and the next look finds both.
    pub async fn follow(&self) {
        let mut served = self.stamp();
        loop {
            tokio::time::sleep(LOOK).await;
            let now = self.stamp();
            if now == served {
                continue;
            }
            match self.reload() {
                Ok(()) => {
                    served = now;
                    tracing::info!("the new TLS certificate is served");
                }
                Err(why) => tracing::error!("the certificate from before is served on: {why}"),
            }
        }
    }

    /// When the files were last written. A look at two files every half a minute: not worth a thread.
    fn stamp(&self) -> [Option<SystemTime>; 2] {
        [&self.cert, &self.key].map(|path| path.metadata().and_then(|file| file.modified()).ok())
    }
}

fn read(cert: &Path, key: &Path) -> Result<ServerConfig, String> {
    let chain: Result<Vec<CertificateDer<'static>>, _> =
        CertificateDer::pem_file_iter(cert).and_then(Iterator::collect);
    let chain = chain.map_err(|error| format!("CHELAL_TLS_CERT: {}: {error}", cert.display()))?;
    if chain.is_empty() {
        let file = cert.display();
        return Err(format!(
            "CHELAL_TLS_CERT: {file} holds no certificate (PEM)."
        ));
    }
    let secret = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| format!("CHELAL_TLS_KEY: {}: {error}", key.display()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|error| format!("CHELAL_TLS_CERT and CHELAL_TLS_KEY: {error}"))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
