//! Known answers. First of the primitives as we call them, then of our own formats: those were computed apart from this
//! program (Python's `hmac` and `cryptography`), and hold what is stored in databases to what was stored before.

use aws_lc_rs::aead::{self, AES_256_GCM, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use uuid::Uuid;

use super::{hex, now};
use crate::{Aad, Envelope, GENESIS, KeyRing, KeyState, MasterKey, Purpose, WrappedKey, chain};

#[test]
fn aes_256_gcm_test_case_16_of_mcgrew_and_viega() {
    let key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    let nonce = Nonce::try_assume_unique_for_key(&hex("cafebabefacedbaddecaf888")).unwrap();
    let aad = aead::Aad::from(hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
    let mut text = hex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap());
    let tag = key
        .seal_in_place_separate_tag(nonce, aad, &mut text)
        .unwrap();
    let expected = hex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
    );
    assert_eq!(text, expected);
    assert_eq!(tag.as_ref(), hex("76fc6ece0f4e1768cddf8853bb2d551b"));
}

#[test]
fn hmac_sha256_rfc_4231() {
    let cases = [
        (
            vec![0x0b; 20],
            b"Hi There".to_vec(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?".to_vec(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            vec![0xaa; 20],
            vec![0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
    ];
    for (key, data, expected) in cases {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        assert_eq!(hmac::sign(&key, &data).as_ref(), hex(expected));
    }
}

/// The data key is 10, 11, … 1f twice over, the index key 20, 21, …, the audit key 30, …, the token key 40, …; the master
/// key 00, 01, … 1f.
fn stored_ring() -> KeyRing {
    let stored = [
        "a1a1a1a1a1a1a1a1a1a1a1a113f70d8b87d2422a7f49a54af12d4cd98ba90efed6db60740d894dc850807f74a47966679a0d2628ada6577a41fbd05f",
        "a2a2a2a2a2a2a2a2a2a2a2a23bd7627c3471926a5c87795e0df5bcc7db09cd1a1f44808379941ae38dac1a95c6c77595421aad78c96e265bc9e5f96f",
        "a3a3a3a3a3a3a3a3a3a3a3a3d1bfb66c81c5cdc4c115d68edded18f388c1c2f4f6c39734eb87346baaca38236489a2eb58613326a4951fd5a33afb95",
        "a4a4a4a4a4a4a4a4a4a4a4a40b857cf237b2d2fb47f3943df3b2b94d6428d8c396fcb5030d6506f499aadb6e4214f9f6b41f0be37f71ea35c4ce378f",
    ];
    let row = |((wrapped, purpose), id): ((&str, Purpose), i64)| WrappedKey {
        id,
        purpose,
        wrapped: hex(&format!("01a5519d4130d6c63a{wrapped}")),
        state: KeyState::Active,
        created_at: now(),
    };
    let rows: Vec<_> = stored
        .into_iter()
        .zip(Purpose::ALL)
        .zip(1..)
        .map(row)
        .collect();
    let master =
        MasterKey::from_text("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
            .unwrap();
    KeyRing::unlock(&master, &rows).unwrap()
}

#[test]
fn a_stored_envelope_opens() {
    let sealed = hex(
        "0100000001000102030405060708090a0b61ca277968efb0375f2ecdcfeb0f7c591a6d177ab419c7ff7e37725cca589526a9b2db240a0200f3fc39162c87f6f5aa",
    );
    let uid = Uuid::from_slice(&hex("404142434445464748494a4b4c4d4e4f")).unwrap();
    let mut envelope =
        Envelope::open(&stored_ring(), &Aad::new("patient", "sealed", uid), &sealed).unwrap();
    assert_eq!(envelope.take("last_name"), Some("Okafor".into()));
}

#[test]
fn stored_tags_codes_and_secrets_are_met_again() {
    let ring = stored_ring();
    let digest = hex("86620600112f53c52ab96e657cf80ca2190012d48a70415907cd969f0fe0e62f");
    assert_eq!(
        ring.search_digest("last_name", "okafor"),
        (2, digest.try_into().unwrap())
    );
    assert_eq!(
        ring.search_tag64("last_name", "okafor"),
        (2, -8_763_435_327_551_482_939)
    );
    let mac = hex("4223cce9ddedabadfebc32f7980bc72fc7b74b0481628ca977219a36bb2d5992");
    assert_eq!(ring.audit_mac(b"row 1").to_vec(), mac);
    let link = hex("cd0faaff498f3f42ae8297b17320336a95f281e336996ca118601365103ac80e");
    assert_eq!(chain(&GENESIS, 1, b"row 1").to_vec(), link);
    let secret = hex("5ddf809a1c58bcdafa1ecbb3fad9f89462aa4eab7ad6365da5ff7b59f841517c");
    assert_eq!(ring.token_secret().to_vec(), secret);
}
