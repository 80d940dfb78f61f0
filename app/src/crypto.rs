//! Secrets: random tokens, their hashes, passwords, and encryption of what has to be readable again.

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::RngExt;
use sha2::{Digest, Sha256};

const NONCE: usize = 24;

/// The key that encrypts what the database holds. Never printed.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key(…)")
    }
}

impl Key {
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }

    pub fn random() -> Self {
        Self(rand::rng().random())
    }

    /// `purpose` is bound in: a stream key cannot be passed off as a bank account.
    pub fn encrypt(&self, purpose: &str, plain: &str) -> anyhow::Result<String> {
        let nonce: [u8; NONCE] = rand::rng().random();
        let payload = Payload { msg: plain.as_bytes(), aad: purpose.as_bytes() };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| anyhow::anyhow!("cannot encrypt a {purpose}"))?;
        Ok(STANDARD.encode([&nonce[..], &sealed].concat()))
    }

    pub fn decrypt(&self, purpose: &str, sealed: &str) -> anyhow::Result<String> {
        let unreadable = || anyhow::anyhow!("cannot decrypt a {purpose}: another SHOP_SECRET_KEY, or a damaged value");
        let bytes = STANDARD.decode(sealed).map_err(|_| unreadable())?;
        let (nonce, text) = bytes.split_first_chunk::<NONCE>().ok_or_else(unreadable)?;
        let payload = Payload { msg: text, aad: purpose.as_bytes() };
        let plain = self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| unreadable())?;
        String::from_utf8(plain).map_err(|_| unreadable())
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

/// 256 bits for links and cookies.
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 32]>())
}

/// Six digits to be typed from a mail.
pub fn code() -> String {
    format!("{:06}", rand::rng().random_range(0..1_000_000))
}

/// What the database keeps of a token.
pub fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// OWASP's second recommendation for argon2id: 19 MiB, two passes.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Off the async threads: it takes tens of milliseconds on purpose.
pub async fn hash_password(password: String) -> anyhow::Result<String> {
    tokio::task::spawn_blocking(move || {
        let hash = argon2().hash_password(password.as_bytes()).map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
        Ok(hash.to_string())
    })
    .await?
}

/// Without a hash the same work is done, so that the time does not tell whether the account exists.
pub async fn verify_password(password: String, hash: Option<String>) -> anyhow::Result<bool> {
    tokio::task::spawn_blocking(move || {
        let Some(hash) = hash else {
            let _ = argon2().hash_password(password.as_bytes());
            return Ok(false);
        };
        let parsed = PasswordHash::new(&hash).map_err(|error| anyhow::anyhow!("stored password: {error}"))?;
        Ok(argon2().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encrypted_comes_back_only_for_its_purpose() {
        let key = Key::random();
        let sealed = key.encrypt("stream key", "sk_비밀").unwrap();
        assert_eq!(key.decrypt("stream key", &sealed).unwrap(), "sk_비밀");
        assert!(key.decrypt("bank account", &sealed).is_err());
        assert!(Key::random().decrypt("stream key", &sealed).is_err());
        assert!(key.decrypt("stream key", "short").is_err());
    }

    #[tokio::test]
    async fn passwords() {
        let hash = hash_password("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify_password("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!verify_password("wrong".into(), Some(hash)).await.unwrap());
        assert!(!verify_password("anything".into(), None).await.unwrap());
    }
}
