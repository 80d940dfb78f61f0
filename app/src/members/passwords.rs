//! What a password has to be: long enough and not one that everybody tries first. No rules about kinds of characters.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::web::Errors;

const MIN: usize = 8;
/// Longer ones cost time to hash and protect no better.
const MAX: usize = 128;

/// The most common passwords that are long enough to pass otherwise; the file says where they come from.
static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("common-passwords.txt").lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).collect()
});

/// `known` is what others know of the member: address, nickname.
pub fn check(errors: &mut Errors, field: &'static str, password: &str, known: &[&str]) {
    let length = password.chars().count();
    if !(MIN..=MAX).contains(&length) {
        errors.add_with(field, "form-password-length", &[("min", MIN.to_string()), ("max", MAX.to_string())]);
    } else if is_guessable(password, known) {
        errors.add(field, "form-password-common");
    }
}

fn is_guessable(password: &str, known: &[&str]) -> bool {
    let lower = password.to_lowercase();
    let first = lower.chars().next();
    let same = |word: &&str| !word.is_empty() && lower == word.to_lowercase();
    COMMON.contains(lower.as_str()) || lower.chars().all(|c| Some(c) == first) || known.iter().any(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_ones_are_refused() {
        assert!(COMMON.len() >= 6000, "{}", COMMON.len());
        for bad in ["password1", "PASSWORD1", "12345678", "aaaaaaaaaa", "Me@example.com"] {
            assert!(is_guessable(bad, &["me@example.com"]), "{bad}");
        }
        assert!(!is_guessable("보고사에서 만나요", &[]));
        assert!(!is_guessable("tidy-otter-47-lamp", &[]));
    }
}
