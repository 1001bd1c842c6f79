#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod blind;
mod cipher;
mod keys;
mod mac;
mod vectors;

use jiff::Timestamp;

use super::{KeyRing, KeyState, MasterKey, Purpose, WrappedKey};

fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

/// A master key that differs for every `n`.
fn master(n: u8) -> MasterKey {
    let text: String = (0..32)
        .map(|i: u8| format!("{:02x}", i.wrapping_mul(7) ^ n))
        .collect();
    MasterKey::from_text(&text).unwrap()
}

/// Keys 1 (data), 2 (index), 3 (audit), 4 (token) under `master(1)`.
fn first_rows() -> Vec<WrappedKey> {
    KeyRing::bootstrap(&master(1), 1, now()).unwrap()
}

fn unlock(rows: &[WrappedKey]) -> KeyRing {
    KeyRing::unlock(&master(1), rows).unwrap()
}

fn rotate(rows: &[WrappedKey], purpose: Purpose, id: i64) -> Vec<WrappedKey> {
    KeyRing::rotate(&master(1), rows, purpose, id, now()).unwrap()
}

fn set_state(rows: &mut [WrappedKey], id: i64, state: KeyState) {
    rows.iter_mut().find(|row| row.id == id).unwrap().state = state;
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
