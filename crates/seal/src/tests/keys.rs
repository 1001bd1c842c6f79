use super::{first_rows, master, now, rotate, set_state, unlock};
use crate::{Aad, KeyRing, KeyState, MasterKey, Purpose, SealError, WrappedKey};

const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

#[test]
fn a_master_key_is_read_from_hex_and_base64() {
    let forms = [
        HEX,
        &HEX.to_uppercase(),
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "  AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\r\n",
    ];
    for form in forms {
        assert_eq!(
            MasterKey::from_text(form)
                .unwrap()
                .fingerprint()
                .to_string(),
            "a551-9d41-30d6-c63a",
            "{form}"
        );
    }
    let standard = MasterKey::from_text("//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=").unwrap();
    let url_safe = MasterKey::from_text("__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA").unwrap();
    assert_eq!(standard.fingerprint(), url_safe.fingerprint());
}

#[test]
fn other_texts_are_refused_without_repeating_them() {
    let wrong = [
        ("", "it is empty"),
        (" \n", "it is empty"),
        (
            "correct horse battery staple",
            "neither hexadecimal nor base64",
        ),
        (&HEX[..60], "not 32 bytes when decoded"),
        ("AAECAwQFBgcICQoLDA0ODw==", "not 32 bytes when decoded"),
        ("schlüssel", "neither hexadecimal nor base64"),
        (&"0".repeat(64), "placeholder"),
        (&"A".repeat(43), "placeholder"),
    ];
    for (text, problem) in wrong {
        let message = MasterKey::from_text(text).expect_err(text).to_string();
        assert!(
            message.contains(problem) && message.contains("32 bytes"),
            "{message}"
        );
        assert!(
            text.trim().is_empty() || !message.contains(text),
            "{message}"
        );
    }
}

#[test]
fn keys_for_different_uses_differ() {
    let (key, other) = (master(1), master(2));
    assert_eq!(key.derive("wrap").bytes(), key.derive("wrap").bytes());
    assert_ne!(key.derive("wrap").bytes(), key.derive("wrap2").bytes());
    assert_ne!(key.derive("wrap").bytes(), other.derive("wrap").bytes());
    assert_ne!(key.fingerprint(), other.fingerprint());
}

#[test]
fn nothing_prints_a_key() {
    let key = MasterKey::from_text(HEX).unwrap();
    assert_eq!(format!("{key:?}"), "MasterKey(a551-9d41-30d6-c63a)");
    assert_eq!(format!("{:?}", key.derive("x")), "Secret(…)");
    let rows = first_rows();
    let ring = unlock(&rotate(&rows, Purpose::Data, 9));
    assert_eq!(
        format!("{ring:?}"),
        "KeyRing { data: [9, 1], index: [2], audit: [3], token: [4] }"
    );
    assert_eq!(
        format!("{:?}", rows[0]),
        "WrappedKey(1 data active, 2026-11-23T08:00:00Z)"
    );
}

#[test]
fn a_created_key_file_loads_and_is_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("chelal.key");
    let created = MasterKey::create_file(&path).unwrap();
    assert_eq!(
        MasterKey::load_file(&path).unwrap().fingerprint(),
        created.fingerprint()
    );
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(
        MasterKey::create_file(&path),
        Err(SealError::KeyFile {
            doing: "create",
            ..
        })
    ));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_key_file_must_be_a_file_that_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let absent = directory.path().join("absent.key");
    assert!(matches!(
        MasterKey::load_file(&absent),
        Err(SealError::KeyFile { doing: "open", .. })
    ));
    assert!(matches!(
        MasterKey::load_file(directory.path()),
        Err(SealError::KeyFile { .. })
    ));
    let interrupted = directory.path().join("empty.key");
    private_file(&interrupted, "");
    let message = MasterKey::load_file(&interrupted)
        .expect_err("loaded nothing")
        .to_string();
    assert!(
        message.contains("empty.key") && message.contains("it is empty"),
        "{message}"
    );
    private_file(&interrupted, &format!("{HEX}\n"));
    assert_eq!(
        MasterKey::load_file(&interrupted).unwrap().fingerprint(),
        MasterKey::from_text(HEX).unwrap().fingerprint()
    );
    assert!(matches!(
        MasterKey::create_file(absent.join("deeper")),
        Err(SealError::KeyFile {
            doing: "create",
            ..
        })
    ));
}

#[cfg(unix)]
#[test]
fn a_key_file_others_can_use_is_refused_with_the_remedy() {
    use std::fs::{Permissions, metadata, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("chelal.key");
    MasterKey::create_file(&path).unwrap();
    assert_eq!(
        metadata(&path).unwrap().permissions().mode() & 0o7777,
        0o600
    );
    for mode in [0o640, 0o604, 0o620, 0o610, 0o666] {
        set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let message = MasterKey::load_file(&path)
            .expect_err("an open file was accepted")
            .to_string();
        assert!(
            message.contains(&format!("chmod 600 {}", path.display())),
            "{message}"
        );
    }
    for mode in [0o400, 0o600] {
        set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        MasterKey::load_file(&path).unwrap();
    }
}

#[test]
fn a_wrong_master_key_is_named_and_nothing_is_unlocked() {
    let error = KeyRing::unlock(&master(2), &first_rows()).expect_err("unlocked");
    assert!(matches!(error, SealError::WrongMasterKey { .. }));
    let message = error.to_string();
    for part in [
        &master(1).fingerprint().to_string(),
        &master(2).fingerprint().to_string(),
        "CHELAL_KEY_FILE",
    ] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn every_changed_bit_of_a_stored_key_is_noticed() {
    let rows = first_rows();
    for at in 0..rows[0].wrapped.len() {
        let mut changed = rows.clone();
        changed[0].wrapped[at] ^= 1;
        let error = KeyRing::unlock(&master(1), &changed).expect_err("a changed key was unlocked");
        let as_expected = match at {
            1..9 => matches!(error, SealError::WrongMasterKey { .. }),
            _ => matches!(error, SealError::KeyDamaged(1)),
        };
        assert!(as_expected, "byte {at}: {error:?}");
    }
    for length in [0, 1, 68] {
        let mut changed = rows.clone();
        changed[0].wrapped.truncate(length);
        assert!(matches!(
            KeyRing::unlock(&master(1), &changed),
            Err(SealError::KeyDamaged(1))
        ));
    }
}

#[test]
fn a_stored_key_works_only_in_its_own_row() {
    let rows = first_rows();
    let mut moved = rows.clone();
    moved[0].id = 77;
    assert!(matches!(
        KeyRing::unlock(&master(1), &moved),
        Err(SealError::KeyDamaged(77))
    ));
    let mut repurposed = rows.clone();
    repurposed[0].purpose = Purpose::Token;
    assert!(matches!(
        KeyRing::unlock(&master(1), &repurposed),
        Err(SealError::KeyDamaged(1))
    ));
}

#[test]
fn a_set_of_keys_that_would_fail_later_is_refused() {
    let rows = first_rows();
    assert_eq!(KeyRing::missing(&[]), Purpose::ALL);
    assert_eq!(KeyRing::missing(&rows), []);
    assert!(matches!(
        KeyRing::unlock(&master(1), &[]),
        Err(SealError::NoActiveKey(Purpose::Data))
    ));
    assert!(matches!(
        KeyRing::unlock(&master(1), &rows[..3]),
        Err(SealError::NoActiveKey(Purpose::Token))
    ));

    let mut two_active = rows.clone();
    two_active.push(KeyRing::generate(&master(1), 5, Purpose::Audit, now()).unwrap());
    assert!(matches!(
        KeyRing::unlock(&master(1), &two_active),
        Err(SealError::SeveralActiveKeys(Purpose::Audit))
    ));

    let mut twice = rows.clone();
    twice.push(rows[0].clone());
    assert!(matches!(
        KeyRing::unlock(&master(1), &twice),
        Err(SealError::DuplicateKey(1))
    ));
    assert!(matches!(
        KeyRing::rotate(&master(1), &rows, Purpose::Data, 3, now()),
        Err(SealError::DuplicateKey(3))
    ));
}

#[test]
fn ids_fit_four_bytes_and_are_not_zero() {
    for id in [i64::MIN, -1, 0, 1 << 32, i64::MAX] {
        assert!(matches!(
            KeyRing::generate(&master(1), id, Purpose::Data, now()),
            Err(SealError::KeyId(refused)) if refused == id
        ));
        let rows: Vec<_> = first_rows()
            .into_iter()
            .map(|row| WrappedKey { id, ..row })
            .collect();
        assert!(matches!(
            KeyRing::unlock(&master(1), &rows),
            Err(SealError::KeyId(_))
        ));
    }
    let rows = rotate(&first_rows(), Purpose::Data, i64::from(u32::MAX));
    let aad = Aad::new("patient", "sealed", uuid::Uuid::nil());
    let sealed = unlock(&rows).seal(&aad, b"").unwrap();
    assert_eq!(unlock(&rows).key_of(&sealed).unwrap(), i64::from(u32::MAX));
}

#[test]
fn a_new_master_key_opens_the_same_values_and_the_old_one_no_longer_does() {
    let mut rows = rotate(&first_rows(), Purpose::Data, 5);
    set_state(&mut rows, 1, KeyState::Retired);
    let aad = Aad::new("patient", "sealed", uuid::Uuid::from_u128(3));
    let sealed = unlock(&rows).seal(&aad, b"Okafor").unwrap();

    let rewrapped = KeyRing::rewrap(&master(1), &master(2), &rows).unwrap();
    let plain_parts = |rows: &[WrappedKey]| -> Vec<_> {
        rows.iter()
            .map(|row| (row.id, row.purpose, row.state, row.created_at))
            .collect()
    };
    assert_eq!(plain_parts(&rewrapped), plain_parts(&rows));
    assert!(
        rewrapped
            .iter()
            .zip(&rows)
            .all(|(new, old)| new.wrapped != old.wrapped)
    );
    assert_eq!(
        KeyRing::unlock(&master(2), &rewrapped)
            .unwrap()
            .open(&aad, &sealed)
            .unwrap(),
        b"Okafor"
    );
    assert!(matches!(
        KeyRing::unlock(&master(1), &rewrapped),
        Err(SealError::WrongMasterKey { .. })
    ));

    // Repeating it, also half done, changes nothing more; a third key has no say.
    assert_eq!(
        KeyRing::rewrap(&master(1), &master(2), &rewrapped).unwrap(),
        rewrapped
    );
    let half = [&rewrapped[..2], &rows[2..]].concat();
    assert!(
        KeyRing::unlock(
            &master(2),
            &KeyRing::rewrap(&master(1), &master(2), &half).unwrap()
        )
        .is_ok()
    );
    assert!(matches!(
        KeyRing::rewrap(&master(3), &master(2), &rows),
        Err(SealError::WrongMasterKey { .. })
    ));
}

#[test]
fn stored_words_read_back() {
    for purpose in Purpose::ALL {
        assert_eq!(purpose.as_str().parse::<Purpose>().unwrap(), purpose);
    }
    for state in KeyState::ALL {
        assert_eq!(state.as_str().parse::<KeyState>().unwrap(), state);
    }
    assert!("Data".parse::<Purpose>().is_err());
    assert!("gone".parse::<KeyState>().is_err());
}

fn private_file(path: &std::path::Path, text: &str) {
    std::fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}
