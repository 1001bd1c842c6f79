//! Twilio's signature of a callback (`X-Twilio-Signature`): HMAC-SHA1 under the account's token over the
//! URL that was called and the form's fields, sorted by name, name and value without anything between.
//! <https://www.twilio.com/docs/usage/security#validating-requests>

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Whether whoever knows the token signed this. Takes the same time whatever is wrong with the signature.
pub fn is_valid(token: &str, url: &str, fields: &[(String, String)], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature.trim()) else {
        return false;
    };
    hmac::verify(&key(token), signed(url, fields).as_bytes(), &signature).is_ok()
}

/// The signature that Twilio would send.
pub fn sign(token: &str, url: &str, fields: &[(String, String)]) -> String {
    STANDARD.encode(hmac::sign(&key(token), signed(url, fields).as_bytes()))
}

fn key(token: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes())
}

fn signed(url: &str, fields: &[(String, String)]) -> String {
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort();
    let mut text = url.to_owned();
    for (name, value) in fields {
        text.push_str(name);
        text.push_str(value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that Twilio's own libraries are tested with.
    #[test]
    fn the_published_example() {
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        let pairs = [
            ("To", "+18005551212"),
            ("Digits", "1234"),
            ("CallSid", "CA1234567890ABCDE"),
            ("From", "+14158675309"),
            ("Caller", "+14158675309"),
        ];
        let fields = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let right = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
        assert_eq!(sign("12345", url, &fields), right);
        assert!(is_valid("12345", url, &fields, right));
        for (token, url, fields, signature) in [
            ("12346", url, &fields[..], right),
            (
                "12345",
                "https://mycompany.com/myapp.php?foo=1&bar=3",
                &fields,
                right,
            ),
            ("12345", url, &fields[1..], right),
            ("12345", url, &fields, "RSOYDt4T1cUTdK1PDd93/VVr8B9="),
            ("12345", url, &fields, "RSOYDt4T1cUTdK1PDd93/VVr8A=="),
            ("12345", url, &fields, ""),
            ("12345", url, &fields, "é"),
        ] {
            assert!(
                !is_valid(token, url, fields, signature),
                "{token} {url} {signature}"
            );
        }
    }
}
