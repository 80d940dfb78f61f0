//! Other platforms whose accounts one may log in with.

use super::Reader;
use crate::members::social_login::{LoginProvider, Protocol};

impl Reader {
    /// `SHOP_OIDC_<NAME>_ISSUER` makes a provider of any name; Kakao and Naver have names of their own.
    pub(super) fn login_providers(&mut self) -> Vec<LoginProvider> {
        let issuers: Vec<String> = self
            .values
            .keys()
            .filter_map(|name| Some(name.strip_prefix("SHOP_OIDC_")?.strip_suffix("_ISSUER")?.to_owned()))
            .collect();
        let mut providers = Vec::new();
        for word in issuers {
            let issuer = self.take(&format!("SHOP_OIDC_{word}_ISSUER")).unwrap_or_default();
            let label = self.text(&format!("SHOP_OIDC_{word}_LABEL"), &word);
            if !issuer.starts_with("https://") && (self.production || !issuer.starts_with("http://127.0.0.1")) {
                self.problems.push(format!("SHOP_OIDC_{word}_ISSUER={issuer}: begin with https://"));
            }
            if !word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) || word.len() > 20 {
                self.problems.push(format!("SHOP_OIDC_{word}_ISSUER: the name may have capital letters and digits"));
            }
            let client = self.client(&format!("SHOP_OIDC_{word}"), true);
            providers.extend(client.map(|(client_id, client_secret)| LoginProvider {
                name: word.to_lowercase(),
                label,
                protocol: Protocol::OpenId { issuer },
                client_id,
                client_secret,
            }));
        }
        // Where tests have these two stand-ins.
        let stand_in = self.values.get("SHOP_TEST_LOGIN_ORIGIN").cloned();
        let at = |origin: &str| stand_in.clone().unwrap_or_else(|| origin.to_owned());
        let kakao = Protocol::Kakao { login: at("https://kauth.kakao.com"), api: at("https://kapi.kakao.com") };
        let naver = Protocol::Naver { login: at("https://nid.naver.com"), api: at("https://openapi.naver.com") };
        for (word, name, label, protocol) in
            [("SHOP_KAKAO", "kakao", "카카오", kakao), ("SHOP_NAVER", "naver", "네이버", naver)]
        {
            let client = self.client(word, false);
            providers.extend(client.map(|(client_id, client_secret)| LoginProvider {
                name: name.to_owned(),
                label: label.to_owned(),
                protocol,
                client_id,
                client_secret,
            }));
        }
        providers
    }

    /// Both or neither.
    fn client(&mut self, prefix: &str, needed: bool) -> Option<(String, String)> {
        let (id, secret) = (self.take(&format!("{prefix}_CLIENT_ID")), self.take(&format!("{prefix}_CLIENT_SECRET")));
        if needed || id.is_some() != secret.is_some() {
            for (name, value) in [("CLIENT_ID", &id), ("CLIENT_SECRET", &secret)] {
                if value.is_none() {
                    self.problems.push(format!("{prefix}_{name} is missing: the provider gives it to you"));
                }
            }
        }
        id.zip(secret)
    }
}
