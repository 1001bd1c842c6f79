//! TLS to the server, by rustls.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::DbError;

/// A connector that checks the server's name and certificate, always.
pub(crate) fn connector(root_certificates: Option<&Path>) -> Result<MakeRustlsConnect, DbError> {
    let fail = |e: &dyn std::fmt::Display| DbError::Unavailable(format!("TLS: {e}"));
    let mut roots = RootCertStore::empty();
    if let Some(path) = root_certificates {
        let certificates = CertificateDer::pem_file_iter(path).map_err(|e| fail(&e))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|e| fail(&e))?;
            roots.add(certificate).map_err(|e| fail(&e))?;
        }
    } else {
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
    }
    if roots.is_empty() {
        return Err(fail(&"no certificate authorities found"));
    }
    with_roots(roots)
}

/// A connector for servers that are not asked for TLS: it would trust nobody.
pub(crate) fn unused() -> Result<MakeRustlsConnect, DbError> {
    with_roots(RootCertStore::empty())
}

fn with_roots(roots: RootCertStore) -> Result<MakeRustlsConnect, DbError> {
    let fail = |e: &dyn std::fmt::Display| DbError::Unavailable(format!("TLS: {e}"));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| fail(&e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
