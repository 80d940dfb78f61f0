//! Checking forms: all mistakes at once, in the visitor's language; the page shows them beside what was typed.

use std::collections::BTreeMap;

use crate::i18n::Lang;

/// Messages by field. A form's struct has a `String` for each field, so that whatever was typed can be shown again.
#[derive(Clone, Debug, Default)]
pub struct Errors {
    lang: Lang,
    messages: BTreeMap<&'static str, String>,
}

impl Errors {
    pub fn new(lang: Lang) -> Self {
        Self { lang, messages: BTreeMap::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The message of a field, or nothing.
    pub fn of(&self, field: &str) -> &str {
        self.messages.get(field).map_or("", String::as_str)
    }

    /// The first message of a field stands.
    pub fn add(&mut self, field: &'static str, key: &str) {
        self.add_with(field, key, &[]);
    }

    pub fn add_with(&mut self, field: &'static str, key: &str, arguments: &[(&str, String)]) {
        let text = self.lang.text_with(key, arguments);
        self.messages.entry(field).or_insert(text);
    }

    /// Something, and not more than `max` characters.
    pub fn required(&mut self, field: &'static str, value: &str, max: usize) {
        if value.trim().is_empty() {
            self.add(field, "form-required");
        }
        self.optional(field, value, max);
    }

    pub fn optional(&mut self, field: &'static str, value: &str, max: usize) {
        if value.chars().count() > max {
            self.add_with(field, "form-too-long", &[("max", max.to_string())]);
        }
        if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.add(field, "form-control-characters");
        }
    }

    pub fn email(&mut self, field: &'static str, value: &str) {
        self.required(field, value, 254);
        if !is_email(value) {
            self.add(field, "form-email");
        }
    }

    /// Digits, with the marks that people write between them.
    pub fn phone(&mut self, field: &'static str, value: &str) {
        let digits = value.chars().filter(char::is_ascii_digit).count();
        let sound = value.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')'));
        if !sound || !(7..=15).contains(&digits) || value.len() > 20 {
            self.add(field, "form-phone");
        }
    }

    /// A whole number within bounds; groups may be marked ("12,000").
    pub fn number(&mut self, field: &'static str, value: &str, min: i64, max: i64) -> Option<i64> {
        match value.trim().replace(',', "").parse::<i64>() {
            Ok(number) if (min..=max).contains(&number) => Some(number),
            _ => {
                let bounds = [("min", crate::i18n::grouped(min)), ("max", crate::i18n::grouped(max))];
                self.add_with(field, "form-number", &bounds);
                None
            }
        }
    }
}

/// Enough to be worth a mail; whether it exists is what the mail finds out.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let sound = |c: char| {
        c.is_ascii_graphic() && !matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"' | '\\' | '[' | ']' | '@')
    };
    !local.is_empty()
        && local.len() <= 64
        && local.chars().all(sound)
        && domain.contains('.')
        && domain.split('.').all(|part| {
            !part.is_empty()
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["a@b.kr", "first.last+tag@mail.example.com"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "@b.kr", "a@b", "a@b..kr", "a b@c.kr", "a@b.kr\r\nBcc: x@y.z", "a@-b.kr", "a@@b.kr"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn the_first_message_of_a_field_stands() {
        let mut errors = Errors::new(Lang::En);
        errors.required("title", " ", 5);
        errors.required("title", "far too long", 5);
        assert_eq!(errors.of("title"), Lang::En.text("form-required"));
        assert_eq!(errors.of("other"), "");
        assert_eq!(errors.number("price", "12,000", 0, 20_000), Some(12_000));
        assert_eq!(errors.number("price", "-1", 0, 20_000), None);
        errors.phone("phone", "+82 10-1234-5678");
        assert_eq!(errors.of("phone"), "");
    }
}
