use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::{first_rows, rotate, set_state, unlock};
use crate::{
    Aad, Envelope, KeyRing, KeyScope, KeyState, OVERHEAD, PAD_TO, Purpose, SealError, Sealed,
};

const UID: Uuid = Uuid::from_u128(0x4041_4243_4445_4647_4849_4a4b_4c4d_4e4f);

fn place() -> Aad<'static> {
    Aad::new("patient", "sealed", UID)
}

#[test]
fn equal_values_have_different_ciphertexts() {
    let ring = unlock(&first_rows());
    let one = ring.seal(&place(), b"Okafor").unwrap();
    let two = ring.seal(&place(), b"Okafor").unwrap();
    assert_ne!(one[5..], two[5..]);
    assert!(!one.windows(6).any(|part| part == b"Okafor"));
    assert_eq!(
        ring.open(&place(), &one).unwrap(),
        ring.open(&place(), &two).unwrap()
    );
}

#[test]
fn a_value_moved_elsewhere_does_not_open() {
    let ring = unlock(&first_rows());
    let sealed = ring.seal(&place(), b"Okafor").unwrap();
    let elsewhere = [
        Aad::new("patients", "sealed", UID),
        Aad::new("patient", "notes", UID),
        Aad::new("patient", "sealed", Uuid::from_u128(1)),
        // The names run together alike; only their lengths tell them apart.
        Aad::new("patientse", "aled", UID),
        Aad::new("", "patientsealed", UID),
    ];
    for aad in elsewhere {
        assert!(
            matches!(ring.open(&aad, &sealed), Err(SealError::Tampered)),
            "{aad:?}"
        );
    }
}

#[test]
fn the_patient_chooses_the_key_and_is_not_bound() {
    let ring = unlock(&first_rows());
    let sealed = ring.seal(&place().of_patient(12), b"Okafor").unwrap();
    assert_eq!(
        ring.open(&place().of_patient(99), &sealed).unwrap(),
        b"Okafor"
    );
    assert_eq!(
        place().of_patient(12).scope(),
        KeyScope {
            table: "patient",
            patient: Some(12)
        }
    );
}

#[test]
fn every_flipped_bit_is_an_error() {
    let ring = unlock(&rotate(&first_rows(), Purpose::Data, 5));
    let sealed = ring.seal(&place(), b"penicillin: anaphylaxis").unwrap();
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            let error = ring
                .open(&place(), &changed)
                .expect_err("a changed value opened");
            let as_expected = match at {
                0 => matches!(error, SealError::UnknownFormat(_)),
                // 5 ^ 4 = 1 names another key of the ring, which then refuses.
                1..5 => matches!(error, SealError::UnknownKey(_) | SealError::Tampered),
                _ => matches!(error, SealError::Tampered),
            };
            assert!(as_expected, "byte {at}, bit {bit}: {error:?}");
        }
    }
}

#[test]
fn every_shortened_value_is_an_error() {
    let ring = unlock(&first_rows());
    let sealed = ring.seal(&place(), b"Okafor").unwrap();
    for length in 0..sealed.len() {
        let error = ring
            .open(&place(), &sealed[..length])
            .expect_err("a shortened value opened");
        let truncated = matches!(error, SealError::Truncated);
        assert_eq!(truncated, length < OVERHEAD, "{length}: {error:?}");
        assert!(truncated || matches!(error, SealError::Tampered));
    }
    assert!(matches!(
        ring.key_of(&sealed[..OVERHEAD - 1]),
        Err(SealError::Truncated)
    ));
}

#[test]
fn a_rotation_keeps_old_values_readable_and_seals_with_the_new_key() {
    let rows = first_rows();
    let ring = unlock(&rows);
    let old = ring.seal(&place(), b"before").unwrap();
    assert_eq!((ring.key_of(&old).unwrap(), ring.active_data_key()), (1, 1));

    let mut rows = rotate(&rows, Purpose::Data, 5);
    let ring_after = unlock(&rows);
    let new = ring_after.seal(&place(), b"after").unwrap();
    assert_eq!(
        (
            ring_after.key_of(&new).unwrap(),
            ring_after.active_data_key()
        ),
        (5, 5)
    );
    assert_eq!(ring_after.open(&place(), &old).unwrap(), b"before");
    assert_eq!(ring_after.open(&place(), &new).unwrap(), b"after");
    // A node that has not swapped its ring yet says what it lacks.
    assert!(matches!(
        ring.open(&place(), &new),
        Err(SealError::UnknownKey(5))
    ));

    set_state(&mut rows, 1, KeyState::Retired);
    assert_eq!(unlock(&rows).open(&place(), &old).unwrap(), b"before");
    rows.retain(|row| row.id != 1);
    assert!(matches!(
        unlock(&rows).open(&place(), &old),
        Err(SealError::UnknownKey(1))
    ));
}

#[test]
fn an_envelope_carries_the_fields_of_a_row() {
    let ring = unlock(&first_rows());
    let mut envelope = Envelope::new();
    envelope
        .put("first_name", json!("Ngozi"))
        .put("contact", json!({"phones": ["+2348012345678"]}));
    envelope
        .put("notes", json!(null))
        .put_as("dose_ml", &25)
        .unwrap();
    assert_eq!(
        format!("{envelope:?}"),
        r#"Envelope{"contact", "dose_ml", "first_name", "notes"}"#
    );

    let sealed = envelope.seal(&ring, &place()).unwrap();
    let mut opened = Envelope::open(&ring, &place(), &sealed).unwrap();
    assert_eq!(opened, envelope);
    assert_eq!(opened.take("first_name"), Some(json!("Ngozi")));
    assert_eq!(opened.take("first_name"), None);
    assert_eq!(opened.take("notes"), Some(json!(null)));
    assert_eq!(opened.take_as::<i64>("dose_ml").unwrap(), Some(25));
    assert_eq!(opened.take_as::<i64>("added_later").unwrap(), None);
    assert!(matches!(
        opened.take_as::<i64>("contact"),
        Err(SealError::Shape(_))
    ));
    assert_eq!(opened.fields().count(), 0);
}

#[test]
fn an_envelope_holds_an_object_and_nothing_else() {
    let ring = unlock(&first_rows());
    for plain in [&b"[1]"[..], b"", b"{} x", b"\xff"] {
        let sealed = ring.seal(&place(), plain).unwrap();
        assert!(
            matches!(
                Envelope::open(&ring, &place(), &sealed),
                Err(SealError::Shape(_))
            ),
            "{plain:?}"
        );
    }
}

#[test]
fn envelopes_of_similar_rows_have_the_same_length() {
    let ring = unlock(&first_rows());
    let length = |name: &str| {
        let mut envelope = Envelope::new();
        envelope.put("name", json!(name));
        envelope.seal(&ring, &place()).unwrap().len() - OVERHEAD
    };
    assert_eq!(length("Li"), length("Oluwaseun Ade"));
    assert_eq!(length(""), PAD_TO);
    assert!((0..100).all(|letters| length(&"a".repeat(letters)).is_multiple_of(PAD_TO)));
}

#[test]
fn a_sealed_value_does_not_print_itself() {
    let name = Sealed::new("Okafor");
    assert_eq!(format!("{name:?} {name:#?}"), "Sealed(…) Sealed(…)");
    assert_eq!(*name.as_ref().map(|name| name.len()).open(), 6);
    assert_eq!(name.map(str::to_uppercase).into_inner(), "OKAFOR");
    assert_eq!(Sealed::<String>::default(), Sealed::from(String::new()));
}

fn ring_under_test() -> &'static KeyRing {
    static RING: std::sync::OnceLock<KeyRing> = std::sync::OnceLock::new();
    RING.get_or_init(|| unlock(&first_rows()))
}

proptest! {
    #[test]
    fn what_is_sealed_opens_in_its_place(
        plain in proptest::collection::vec(any::<u8>(), 0..2000), table in "\\PC{0,12}", column in "\\PC{0,12}", uid: u128
    ) {
        let aad = Aad::new(&table, &column, Uuid::from_u128(uid));
        let sealed = ring_under_test().seal(&aad, &plain).unwrap();
        prop_assert_eq!(sealed.len(), plain.len() + OVERHEAD);
        prop_assert_eq!(ring_under_test().open(&aad, &sealed).unwrap(), plain);
    }

    #[test]
    fn what_was_not_sealed_does_not_open(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(ring_under_test().open(&place(), &bytes).is_err());
        // With a header that looks right, too.
        for (byte, good) in bytes.iter_mut().zip([1, 0, 0, 0, 1]) {
            *byte = good;
        }
        prop_assert!(ring_under_test().open(&place(), &bytes).is_err());
    }

    #[test]
    fn one_changed_byte_anywhere_is_an_error(
        plain in proptest::collection::vec(any::<u8>(), 0..300), at: prop::sample::Index, change in 1_u8..
    ) {
        let mut sealed = ring_under_test().seal(&place(), &plain).unwrap();
        let at = at.index(sealed.len());
        sealed[at] ^= change;
        prop_assert!(ring_under_test().open(&place(), &sealed).is_err());
    }
}
