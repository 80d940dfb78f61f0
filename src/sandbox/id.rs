//! Identifiers in the forms AWS gives them.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    sync::atomic::{AtomicU64, Ordering},
};

/// Sixteen random hexadecimal digits at a time; the standard library's hasher is seeded by the system.
pub(crate) fn random() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u64(COUNT.fetch_add(1, Ordering::Relaxed));
    hasher.finish()
}

/// So many lower-case hexadecimal digits: `vpc-` + `hex(17)`.
pub fn hex(digits: usize) -> String {
    let mut text = String::new();
    while text.len() < digits {
        text.push_str(&format!("{:016x}", random()));
    }
    text.truncate(digits);
    text
}

/// So many letters and digits, upper case, as in CloudFront's ids: `E` + `upper(13)`.
pub fn upper(length: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    (0..length).map(|_| char::from(ALPHABET[(random() % 36) as usize])).collect()
}

/// So many letters and digits of both cases, as in IVS's ids.
pub fn mixed(length: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    (0..length).map(|_| char::from(ALPHABET[(random() % 62) as usize])).collect()
}

/// A version 4 UUID.
pub fn uuid() -> String {
    let hex = hex(32);
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

pub(crate) fn request() -> String {
    uuid()
}
