//! The providers: where they send the visitor, and whom they say it was.

use std::fmt;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::claims;
use crate::services::http::Client;
use crate::web::page::query_value;

#[derive(Clone)]
pub struct LoginProvider {
    /// In addresses and settings.
    pub name: String,
    /// On buttons.
    pub label: String,
    pub protocol: Protocol,
    pub client_id: String,
    pub client_secret: String,
}

impl fmt::Debug for LoginProvider {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "LoginProvider({}, {:?})", self.name, self.protocol)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// By discovery at the issuer.
    OpenId { issuer: String },
    /// developers.kakao.com/docs/latest/ko/kakaologin/rest-api
    Kakao { login: String, api: String },
    /// developers.naver.com/docs/login/api
    Naver { login: String, api: String },
}

/// Whom a provider vouches for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    /// The provider says that the address is the person's.
    pub email_verified: bool,
    pub nickname: Option<String>,
}

/// What binds an answer to its question.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    pub return_url: String,
}

impl Question {
    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }
}

impl LoginProvider {
    /// Where the visitor is sent.
    pub(super) async fn address(&self, client: &Client, question: &Question, again: bool) -> anyhow::Result<String> {
        let (endpoint, scope) = match &self.protocol {
            Protocol::OpenId { issuer } => {
                (endpoint(&discover(client, issuer).await?, "authorization_endpoint")?, Some("openid email profile"))
            }
            Protocol::Kakao { login, .. } => (format!("{login}/oauth/authorize"), None),
            Protocol::Naver { login, .. } => (format!("{login}/oauth2.0/authorize"), None),
        };
        let challenge = question.challenge();
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &question.return_url),
            ("state", &question.state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        if let Some(scope) = scope {
            fields.extend([("scope", scope), ("nonce", &question.nonce)]);
        }
        if again {
            fields.push(("prompt", "login"));
        }
        let query: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", query_value(value))).collect();
        let join = if endpoint.contains('?') { '&' } else { '?' };
        Ok(format!("{endpoint}{join}{}", query.join("&")))
    }

    /// Exchanges the code, and reads who it was.
    pub(super) async fn person(&self, client: &Client, question: &Question, code: &str) -> anyhow::Result<Person> {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", question.return_url.as_str()),
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
            ("code_verifier", &question.verifier),
        ];
        match &self.protocol {
            Protocol::OpenId { issuer } => {
                let document = discover(client, issuer).await?;
                let answer = client.post_form(&endpoint(&document, "token_endpoint")?, &fields).await?;
                let token = answer["id_token"].as_str().context("the issuer sent no id_token")?;
                let keys = client.get(&endpoint(&document, "jwks_uri")?, None).await?;
                let found = claims::check(token, &keys, issuer, &self.client_id, &question.nonce, now())?;
                Ok(Person {
                    issuer: issuer.clone(),
                    subject: found["sub"].as_str().unwrap_or_default().to_owned(),
                    email: text(&found["email"]),
                    email_verified: found["email_verified"].as_bool().unwrap_or(false),
                    nickname: text(&found["nickname"]).or_else(|| text(&found["name"])),
                })
            }
            Protocol::Kakao { login, api } => {
                let answer = client.post_form(&format!("{login}/oauth/token"), &fields).await?;
                let me = client.get(&format!("{api}/v2/user/me"), Some(access_token(&answer)?)).await?;
                kakao(&me)
            }
            Protocol::Naver { login, api } => {
                fields.push(("state", &question.state));
                let answer = client.post_form(&format!("{login}/oauth2.0/token"), &fields).await?;
                let me = client.get(&format!("{api}/v1/nid/me"), Some(access_token(&answer)?)).await?;
                naver(&me)
            }
        }
    }
}

fn now() -> i64 {
    crate::db::now().timestamp()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn access_token(answer: &Value) -> anyhow::Result<&str> {
    answer["access_token"].as_str().context("the provider sent no access token")
}

fn kakao(me: &Value) -> anyhow::Result<Person> {
    let account = &me["kakao_account"];
    Ok(Person {
        issuer: "https://kauth.kakao.com".to_owned(),
        subject: me["id"].as_i64().context("Kakao sent no id")?.to_string(),
        email: text(&account["email"]),
        email_verified: account["is_email_valid"].as_bool() == Some(true)
            && account["is_email_verified"].as_bool() == Some(true),
        nickname: text(&account["profile"]["nickname"]),
    })
}

fn naver(me: &Value) -> anyhow::Result<Person> {
    let person = &me["response"];
    Ok(Person {
        issuer: "https://nid.naver.com".to_owned(),
        subject: text(&person["id"]).context("Naver sent no id")?,
        email: text(&person["email"]),
        // Naver lets its members write any contact address.
        email_verified: false,
        nickname: text(&person["nickname"]),
    })
}

async fn discover(client: &Client, issuer: &str) -> anyhow::Result<Value> {
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let document = client.get(&address, None).await?;
    if document["issuer"].as_str() != Some(issuer) {
        bail!("{address} speaks for another issuer");
    }
    Ok(document)
}

fn endpoint(document: &Value, name: &str) -> anyhow::Result<String> {
    Ok(document[name].as_str().with_context(|| format!("the issuer has no {name}"))?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn kakao_and_naver_say_who_it_was() {
        let me = json!({ "id": 42, "kakao_account": { "email": "a@b.kr", "is_email_valid": true,
            "is_email_verified": true, "profile": { "nickname": "하늘" } } });
        let person = kakao(&me).unwrap();
        assert_eq!((person.subject.as_str(), person.email_verified), ("42", true));
        assert!(!kakao(&json!({ "id": 1, "kakao_account": { "email": "a@b.kr" } })).unwrap().email_verified);
        assert!(kakao(&json!({ "code": -401 })).is_err());
        let person = naver(&json!({ "response": { "id": "abc", "email": "a@b.kr" } })).unwrap();
        assert_eq!((person.subject.as_str(), person.email_verified), ("abc", false));
        assert!(naver(&json!({ "resultcode": "024" })).is_err());
    }

    #[test]
    fn the_challenge_is_of_the_verifier() {
        // RFC 7636, appendix B.
        let question = Question {
            state: String::new(),
            nonce: String::new(),
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
            return_url: String::new(),
        };
        assert_eq!(question.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
