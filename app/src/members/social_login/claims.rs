//! The ID token: signed by one of the issuer's keys (RS256 or ES256), meant for us, for this question, and not over.
//! OpenID Connect Core 3.1.3.7.

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::Value;

/// Clocks differ.
const LEEWAY: i64 = 60;

pub(super) fn check(
    token: &str,
    keys: &Value,
    issuer: &str,
    client_id: &str,
    nonce: &str,
    now: i64,
) -> anyhow::Result<Value> {
    let claims = signed_by(token, keys)?;
    ensure!(claims["iss"].as_str() == Some(issuer), "the token is of another issuer");
    let audience: Vec<&str> = match &claims["aud"] {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    ensure!(audience.contains(&client_id), "the token is meant for somebody else");
    let party = claims["azp"].as_str();
    ensure!(party.is_none_or(|party| party == client_id), "the token was made for somebody else");
    ensure!(audience.len() == 1 || party.is_some(), "the token is meant for several and does not say for whom");
    ensure!(claims["nonce"].as_str() == Some(nonce), "the token answers another question");
    ensure!(claims["exp"].as_i64().is_some_and(|end| end + LEEWAY > now), "the token is over");
    ensure!(claims["iat"].as_i64().is_some_and(|start| start - LEEWAY < now), "the token is of the future");
    ensure!(claims["sub"].as_str().is_some_and(|sub| !sub.is_empty() && sub.len() <= 255), "the token says not who");
    Ok(claims)
}

/// The claims, where one of the keys has signed them.
fn signed_by(token: &str, keys: &Value) -> anyhow::Result<Value> {
    let mut parts = token.split('.');
    let (Some(head), Some(body), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        bail!("not a signed token");
    };
    let header: Value = serde_json::from_slice(&decode(head)?)?;
    ensure!(header.get("crit").is_none(), "the token asks for extensions");
    let algorithm = header["alg"].as_str().unwrap_or_default();
    let kid = header["kid"].as_str();
    let signature = decode(signature)?;
    let signed = token.rsplit_once('.').map(|(signed, _)| signed).unwrap_or_default();
    let keys = keys["keys"].as_array().context("the issuer has no keys")?;
    let suits = |key: &&Value| {
        (kid.is_none() || key["kid"].as_str() == kid)
            && key["use"].as_str().is_none_or(|usage| usage == "sig")
            && key["alg"].as_str().is_none_or(|own| own == algorithm)
    };
    let verified = keys.iter().filter(suits).any(|key| verify(algorithm, key, signed.as_bytes(), &signature).is_ok());
    ensure!(verified, "none of the issuer's keys has signed the token");
    Ok(serde_json::from_slice(&decode(body)?)?)
}

/// The algorithm decides what kind of key there has to be; "none" and shared secrets are not among them.
fn verify(algorithm: &str, key: &Value, signed: &[u8], signature: &[u8]) -> anyhow::Result<()> {
    let part = |name: &str| decode(key[name].as_str().unwrap_or_default());
    let wrong = |_| anyhow::anyhow!("wrong signature");
    match (algorithm, key["kty"].as_str()) {
        ("RS256", Some("RSA")) => {
            let (n, e) = (part("n")?, part("e")?);
            let key = RsaPublicKeyComponents { n, e };
            key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).map_err(wrong)
        }
        ("ES256", Some("EC")) if key["crv"].as_str() == Some("P-256") => {
            let point = [&[4_u8][..], &part("x")?, &part("y")?].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).map_err(wrong)
        }
        _ => bail!("not an algorithm for this key"),
    }
}

fn decode(text: &str) -> anyhow::Result<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).context("not base64url")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use serde_json::json;

    fn key() -> (EcdsaKeyPair, Value) {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let jwks = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "one", "use": "sig", "x": x, "y": y }] });
        (pair, jwks)
    }

    fn sign(pair: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn good() -> Value {
        json!({ "iss": "https://id.example", "aud": "us", "sub": "kim", "nonce": "n", "exp": 2_000, "iat": 900 })
    }

    #[test]
    fn every_claim_counts() {
        let (pair, keys) = key();
        let header = json!({ "alg": "ES256", "kid": "one" });
        let ask = |claims: &Value| {
            check(&sign(&pair, &header, claims), &keys, "https://id.example", "us", "n", 1_000).is_ok()
        };
        assert!(ask(&good()));
        let mut several = good();
        several["aud"] = json!(["us", "them"]);
        assert!(!ask(&several));
        several["azp"] = json!("us");
        assert!(ask(&several));
        for (name, value) in [
            ("iss", json!("https://evil.example")),
            ("aud", json!("them")),
            ("azp", json!("them")),
            ("nonce", json!("other")),
            ("nonce", json!(null)),
            ("exp", json!(900)),
            ("exp", json!(null)),
            ("iat", json!(5_000)),
            ("sub", json!("")),
            ("sub", json!(7)),
        ] {
            let mut claims = good();
            claims[name] = value.clone();
            assert!(!ask(&claims), "{name} = {value}");
        }
    }

    #[test]
    fn only_the_issuers_keys_count() {
        let (pair, keys) = key();
        let (other, _) = key();
        let ask = |token: &str| check(token, &keys, "https://id.example", "us", "n", 1_000).is_ok();
        let header = json!({ "alg": "ES256", "kid": "one" });
        assert!(!ask(&sign(&other, &header, &good())));
        for header in [
            json!({ "alg": "none" }),
            json!({ "alg": "HS256", "kid": "one" }),
            json!({ "alg": "RS256", "kid": "one" }),
            json!({ "alg": "ES256", "kid": "two" }),
            json!({ "alg": "ES256", "kid": "one", "crit": ["b64"] }),
            json!({}),
        ] {
            assert!(!ask(&sign(&pair, &header, &good())), "{header}");
        }
        let token = sign(&pair, &header, &good());
        let (signed, _) = token.rsplit_once('.').unwrap();
        for bad in [signed, &format!("{signed}."), &format!("{token}.x"), "", "a.b.c", "🍊"] {
            assert!(!ask(bad), "{bad}");
        }
    }

    /// RFC 7515, appendix A.2.
    #[test]
    fn rsa_signatures() {
        let keys = json!({ "keys": [{ "kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ" }] });
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
        assert_eq!(signed_by(token, &keys).unwrap()["iss"], "joe");
        assert!(signed_by(&token.replace("eyJpc3MiOiJqb2Ui", "eyJpc3MiOiJqb2Vh"), &keys).is_err());
    }
}
