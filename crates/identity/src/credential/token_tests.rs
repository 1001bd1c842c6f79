//! Tests of [`super`]: every way in which a token can be wrong.

use super::*;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};

const SECRET: &[u8] = b"an active secret of 32 bytes or so";
const OLD: &[u8] = b"the secret before it, long enough";
const OTHER: &[u8] = b"somebody else's secret, also long";
const SESSION: Uuid = Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef);

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// What links and challenges are bound to.
fn current() -> Fingerprint {
    Fingerprint::new(Some("$argon2id$…"), Some("a@b.example"))
}

fn after(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn tokens() -> Tokens {
    Tokens::new(SECRET, &[OLD], Lifetimes::default()).unwrap()
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn sign(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
    let tag = aws_lc_rs::hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn claims() -> Value {
    json!({
        "exp": 1_800_000_900, "iat": 1_800_000_000, "jti": SESSION, "sub": "42", "sid": SESSION,
        "role": 3, "token_type": "access"
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[key] = value;
    claims
}

fn without(key: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(key);
    claims
}

fn hs256() -> Value {
    json!({"alg": "HS256", "typ": "JWT"})
}

#[test]
fn access_token_carries_what_clients_read() {
    let issued = tokens().issue_access(42, SESSION, None, after(0)).unwrap();
    assert_eq!(part(&issued.token, 0), hs256());
    assert_eq!(
        part(&issued.token, 1),
        json!({
            "exp": 1_800_001_800, "iat": 1_800_000_000, "jti": issued.jti, "sub": "42",
            "sid": SESSION, "role": null, "token_type": "access"
        })
    );
    assert_eq!(issued.expires_at, after(1800));
    assert!(!format!("{issued:?}").contains(&issued.token));
}

#[test]
fn every_kind_is_verified_as_itself_and_as_nothing_else() {
    let tokens = tokens();
    let fingerprint = current();
    let link = |kind| {
        tokens
            .issue_link(kind, 42, &fingerprint, now())
            .unwrap()
            .token
    };
    let issued = [
        tokens
            .issue_access(42, SESSION, Some(3), now())
            .unwrap()
            .token,
        tokens.issue_refresh(42, SESSION, now()).unwrap().token,
        tokens.issue_challenge(42, &current(), now()).unwrap().token,
        link(LinkKind::Reset),
        link(LinkKind::Invitation),
        link(LinkKind::Setup),
    ];
    for (i, token) in issued.iter().enumerate() {
        let verify_link = |kind| tokens.verify_link(kind, token, now()).map(|c| c.user_id);
        let answers = [
            tokens.verify_access(token, now()).map(|c| c.user_id),
            tokens.verify_refresh(token, now()).map(|c| c.user_id),
            tokens.verify_challenge(token, now()).map(|c| c.user_id),
            verify_link(LinkKind::Reset),
            verify_link(LinkKind::Invitation),
            verify_link(LinkKind::Setup),
        ];
        for (j, answer) in answers.into_iter().enumerate() {
            let expected = if i == j {
                Ok(42)
            } else {
                Err(TokenError::WrongType)
            };
            assert_eq!(answer, expected, "kind {i} as kind {j}");
        }
    }
}

#[test]
fn access_claims_come_back() {
    let tokens = tokens();
    let issued = tokens.issue_access(42, SESSION, Some(3), now()).unwrap();
    let claims = tokens.verify_access(&issued.token, after(60)).unwrap();
    let expected = AccessClaims {
        user_id: 42,
        session: SESSION,
        role: Some(3),
        jti: issued.jti,
        issued_at: now(),
        expires_at: issued.expires_at,
    };
    assert_eq!(claims, expected);
}

#[test]
fn time_has_no_leeway() {
    let tokens = tokens();
    let token = tokens.issue_access(42, SESSION, None, now()).unwrap().token;
    let last_instant = after(1800) - SignedDuration::from_nanos(1);
    assert!(tokens.verify_access(&token, last_instant).is_ok());
    assert_eq!(
        tokens.verify_access(&token, after(1800)),
        Err(TokenError::Expired)
    );
    assert_eq!(
        tokens.verify_access(&token, after(999_999)),
        Err(TokenError::Expired)
    );

    let early = sign(&hs256(), &with("nbf", json!(1_800_000_010)), SECRET);
    assert_eq!(
        tokens.verify_access(&early, after(9)),
        Err(TokenError::Expired)
    );
    assert!(tokens.verify_access(&early, after(10)).is_ok());

    let challenge = tokens.issue_challenge(42, &current(), now()).unwrap().token;
    let claims = tokens.verify_challenge(&challenge, after(299)).unwrap();
    assert_eq!(claims.bind(&current()), Ok(()));
    let changed = Fingerprint::new(Some("$argon2id$new"), Some("a@b.example"));
    assert_eq!(claims.bind(&changed), Err(TokenError::Expired));
    assert_eq!(
        tokens.verify_challenge(&challenge, after(300)),
        Err(TokenError::Expired)
    );
}

#[test]
fn forged_and_malformed_tokens() {
    use TokenError::{Expired, Forged, Malformed, WrongType};
    let tokens = tokens();
    let good = sign(&hs256(), &claims(), SECRET);
    assert!(tokens.verify_access(&good, now()).is_ok());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let claims_of_admin = URL_SAFE_NO_PAD.encode(with("sub", json!("1")).to_string());
    let header = message.split_once('.').unwrap().0;

    let cases = [
        (sign(&hs256(), &claims(), OTHER), Forged),
        (format!("{message}."), Forged),
        (format!("{header}.{claims_of_admin}.{signature}"), Forged),
        (sign(&json!({"alg": "HS384"}), &claims(), SECRET), Forged),
        (sign(&json!({"alg": "HS512"}), &claims(), SECRET), Forged),
        (sign(&json!({"alg": "RS256"}), &claims(), SECRET), Forged),
        (sign(&json!({"alg": "ES256"}), &claims(), SECRET), Forged),
        (sign(&json!({"alg": "none"}), &claims(), SECRET), Malformed),
        (sign(&json!({"alg": "None"}), &claims(), SECRET), Malformed),
        (sign(&json!({"alg": "hs256"}), &claims(), SECRET), Malformed),
        (sign(&json!({"typ": "JWT"}), &claims(), SECRET), Malformed),
        (
            sign(
                &json!({"alg": "HS256", "crit": ["b64"], "b64": false}),
                &claims(),
                SECRET,
            ),
            Malformed,
        ),
        (String::new(), Malformed),
        ("..".to_owned(), Malformed),
        ("a.jwt.token".to_owned(), Malformed),
        (message.to_owned(), Malformed),
        (format!("{good}.x"), Malformed),
        (format!("{good}="), Malformed),
        (format!(" {good}"), Malformed),
        (sign(&hs256(), &json!("text"), SECRET), Malformed),
        (sign(&hs256(), &json!({}), SECRET), Malformed),
        (sign(&hs256(), &without("exp"), SECRET), Malformed),
        (sign(&hs256(), &without("iat"), SECRET), Malformed),
        (sign(&hs256(), &without("jti"), SECRET), Malformed),
        (sign(&hs256(), &without("sub"), SECRET), Malformed),
        (sign(&hs256(), &without("sid"), SECRET), Malformed),
        (sign(&hs256(), &without("role"), SECRET), Malformed),
        (sign(&hs256(), &without("token_type"), SECRET), Malformed),
        (
            sign(&hs256(), &with("exp", json!("1800000900")), SECRET),
            Malformed,
        ),
        (
            sign(&hs256(), &with("exp", json!(1.8e9)), SECRET),
            Malformed,
        ),
        (
            sign(&hs256(), &with("exp", json!(u64::MAX)), SECRET),
            Malformed,
        ),
        (
            sign(&hs256(), &with("exp", json!(i64::MAX)), SECRET),
            Malformed,
        ),
        (sign(&hs256(), &with("exp", json!(-1)), SECRET), Expired),
        (sign(&hs256(), &with("sub", json!(42)), SECRET), Malformed),
        (
            sign(&hs256(), &with("sub", json!("admin")), SECRET),
            Malformed,
        ),
        (sign(&hs256(), &with("sid", json!("x")), SECRET), Malformed),
        (
            sign(&hs256(), &with("token_type", json!("Access")), SECRET),
            WrongType,
        ),
        (
            sign(&hs256(), &with("extra", json!("x".repeat(4000))), SECRET),
            Malformed,
        ),
        ("x".repeat(10_000_000), Malformed),
    ];
    for (token, expected) in cases {
        let shown: String = token.chars().take(200).collect();
        assert_eq!(
            tokens.verify_access(&token, now()),
            Err(expected),
            "{shown}"
        );
    }
}

#[test]
fn an_unsigned_token_is_refused() {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let token = format!("{header}.{}.", URL_SAFE_NO_PAD.encode(claims().to_string()));
    assert_eq!(
        tokens().verify_access(&token, now()),
        Err(TokenError::Malformed)
    );
}

#[test]
fn a_repeated_claim_is_refused() {
    let text = claims().to_string().replacen('{', r#"{"sub":"1","#, 1);
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(hs256().to_string()),
        URL_SAFE_NO_PAD.encode(text)
    );
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET);
    let tag = aws_lc_rs::hmac::sign(&key, message.as_bytes());
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag));
    assert_eq!(
        tokens().verify_access(&token, now()),
        Err(TokenError::Malformed)
    );
}

#[test]
fn secrets_rotate() {
    let before = Tokens::new(OLD, &[], Lifetimes::default()).unwrap();
    let token = before.issue_refresh(42, SESSION, now()).unwrap().token;
    assert!(tokens().verify_refresh(&token, now()).is_ok());
    let later = Tokens::new(SECRET, &[], Lifetimes::default()).unwrap();
    assert_eq!(later.verify_refresh(&token, now()), Err(TokenError::Forged));
    let new = tokens().issue_refresh(42, SESSION, now()).unwrap().token;
    assert_eq!(before.verify_refresh(&new, now()), Err(TokenError::Forged));
}

#[test]
fn a_link_ends_when_the_password_or_the_address_changes() {
    let tokens = tokens();
    let then = Fingerprint::new(Some("$argon2id$one"), Some("a@b.example"));
    let token = tokens
        .issue_link(LinkKind::Reset, 42, &then, now())
        .unwrap()
        .token;
    let bind = |current: &Fingerprint| {
        tokens
            .verify_link(LinkKind::Reset, &token, now())
            .and_then(|link| link.bind(current))
            .map(|claims| claims.user_id)
    };
    assert_eq!(bind(&then), Ok(42));
    for current in [
        Fingerprint::new(Some("$argon2id$two"), Some("a@b.example")),
        Fingerprint::new(Some("$argon2id$one"), Some("c@b.example")),
        Fingerprint::new(Some("$argon2id$one"), None),
        Fingerprint::new(None, Some("a@b.example")),
    ] {
        assert_eq!(bind(&current), Err(TokenError::Expired));
    }
    let expired = tokens.verify_link(LinkKind::Reset, &token, after(3600));
    assert_eq!(expired, Err(TokenError::Expired));
}

#[test]
fn fingerprints_keep_their_parts_apart() {
    let all = [
        Fingerprint::new(None, None),
        Fingerprint::new(Some(""), None),
        Fingerprint::new(None, Some("")),
        Fingerprint::new(Some(""), Some("")),
        Fingerprint::new(Some("ab"), Some("c")),
        Fingerprint::new(Some("a"), Some("bc")),
    ];
    for (i, a) in all.iter().enumerate() {
        for (j, b) in all.iter().enumerate() {
            assert_eq!(a == b, i == j);
        }
    }
}

#[test]
fn weak_secrets_and_odd_lifetimes_are_refused() {
    let new = |active: &[u8], previous: &[&[u8]], lifetimes| {
        Tokens::new(active, previous, lifetimes)
            .map(|_| ())
            .unwrap_err()
    };
    let usual = Lifetimes::default();
    assert_eq!(new(b"short", &[], usual), IssueError::WeakSecret);
    assert_eq!(new(SECRET, &[b""], usual), IssueError::WeakSecret);
    for lifetimes in [
        Lifetimes {
            access: 899,
            ..usual
        },
        Lifetimes {
            access: 3601,
            ..usual
        },
        Lifetimes {
            refresh: 0,
            ..usual
        },
        Lifetimes { setup: 0, ..usual },
    ] {
        assert_eq!(new(SECRET, &[], lifetimes), IssueError::Lifetime);
    }
    let end = tokens().issue_challenge(42, &current(), Timestamp::MAX);
    assert_eq!(end, Err(IssueError::Failed));
}

#[test]
fn no_two_tokens_are_alike() {
    let tokens = tokens();
    let a = tokens.issue_access(42, SESSION, None, now()).unwrap();
    let b = tokens.issue_access(42, SESSION, None, now()).unwrap();
    assert!(a.jti != b.jti && a.token != b.token);
}

proptest! {
    #[test]
    fn any_text_is_refused(text in "\\PC{0,300}") {
        prop_assert!(tokens().verify_access(&text, now()).is_err());
    }

    /// Every character counts, the unused bits of the last one included.
    #[test]
    fn a_changed_character_is_noticed(position: prop::sample::Index, replacement in "[A-Za-z0-9_.=-]") {
        let token = sign(&hs256(), &claims(), SECRET);
        let i = position.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(i..=i, &replacement);
        prop_assume!(changed != token);
        prop_assert!(tokens().verify_access(&changed, now()).is_err());
    }

    #[test]
    fn ids_and_times_come_back(user: i64, role: Option<i64>, second in 0_i64..4_000_000_000, age in 0_i64..3600) {
        let tokens = tokens();
        let issued = Timestamp::from_second(second).unwrap();
        let token = tokens.issue_access(user, SESSION, role, issued).unwrap().token;
        let answer = tokens.verify_access(&token, issued + SignedDuration::from_secs(age));
        if age < 1800 {
            let claims = answer.unwrap();
            prop_assert_eq!((claims.user_id, claims.role, claims.issued_at), (user, role, issued));
        } else {
            prop_assert_eq!(answer, Err(TokenError::Expired));
        }
    }
}
