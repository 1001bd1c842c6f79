//! `chelal tls`: a certificate for a hospital without an Internet name.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd,
};

use super::Failure;

/// Browsers refuse longer ones (Apple: 825 days for certificates that people trust by hand).
const DAYS: i64 = 825;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes a certificate and its key for use within a LAN; browsers warn until they are told to trust it
    SelfSigned {
        /// A name or address by which people reach this machine; may be given several times
        #[arg(long, required = true)]
        host: Vec<String>,
        /// The directory for `tls.crt` and `tls.key`; existing files are not replaced
        #[arg(long, default_value = ".")]
        dir: PathBuf,
    },
}

pub(super) fn tls(args: Args) -> Result<ExitCode, Failure> {
    match args.command {
        Command::SelfSigned { host, dir } => self_signed(host, &dir),
    }
}

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
fn self_signed(hosts: Vec<String>, dir: &Path) -> Result<ExitCode, Failure> {
    let name = hosts.first().cloned().unwrap_or_default();
    let failed = |error: rcgen::Error| Failure::Failed(format!("--host: {error}"));
    let mut params = CertificateParams::new(hosts).map_err(failed)?;
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, name.clone());
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let today = TimeZone::UTC
        .to_datetime(kernel::Clock::system().now())
        .date();
    // A day back, for clocks that are behind.
    let (first, last) = (today - 1.day(), today + DAYS.days());
    // Months and days are positive and small.
    let midnight = |day: Date| {
        let (month, of_month) = (day.month().unsigned_abs(), day.day().unsigned_abs());
        date_time_ymd(i32::from(day.year()), month, of_month)
    };
    params.not_before = midnight(first);
    params.not_after = midnight(last);
    let key = KeyPair::generate().map_err(failed)?;
    let cert = params.self_signed(&key).map_err(failed)?;
    let (cert_file, key_file) = (dir.join("tls.crt"), dir.join("tls.key"));
    write_new(&key_file, &key.serialize_pem(), 0o600)?;
    write_new(&cert_file, &cert.pem(), 0o644)?;
    println!(
        "Made {cert} and {key}, valid for {DAYS} days. Set:\n  CHELAL_TLS_CERT={cert}\n  CHELAL_TLS_KEY={key}\n  CHELAL_PUBLIC_URL=https://{name}:8000\nBrowsers warn until {cert} is added to the certificates that they trust.",
        cert = cert_file.display(),
        key = key_file.display(),
    );
    Ok(ExitCode::SUCCESS)
}

/// Writes a file that does not exist yet: a key that is in use is not to be lost to a command given twice.
fn write_new(path: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::Failed(format!("{}: {error}", path.display()));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}
