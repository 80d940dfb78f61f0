//! Korean and English. Messages lie in `locales/<language>/<domain>.ftl`; a test holds the two together.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, Utc};
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};

static_loader! {
    static MESSAGES = {
        locales: "./locales",
        fallback_language: "ko",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const KO: LanguageIdentifier = langid!("ko");
const EN: LanguageIdentifier = langid!("en");

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    Ko,
    En,
}

impl Lang {
    pub const ALL: [Self; 2] = [Self::Ko, Self::En];

    pub fn code(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// The first language of `Accept-Language` that we speak; browsers send them by preference.
    pub fn from_accept(header: &str) -> Option<Self> {
        header.split(',').filter_map(|part| Self::from_code(part.trim().get(..2)?.to_ascii_lowercase().as_str())).next()
    }

    pub fn text(self, key: &str) -> String {
        self.lookup(key, &[])
    }

    /// With `{ $name }` filled in.
    pub fn text_with(self, key: &str, arguments: &[(&str, String)]) -> String {
        self.lookup(key, arguments)
    }

    fn lookup(self, key: &str, arguments: &[(&str, String)]) -> String {
        let language = match self {
            Self::Ko => &KO,
            Self::En => &EN,
        };
        let arguments: HashMap<Cow<'static, str>, FluentValue<'_>> =
            arguments.iter().map(|(name, value)| (Cow::Owned((*name).to_owned()), number_or_text(value))).collect();
        MESSAGES.try_lookup_with_args(language, key, &arguments).unwrap_or_else(|| {
            tracing::error!(key, "a message is missing");
            key.to_owned()
        })
    }

    pub fn won(self, amount: i64) -> String {
        match self {
            Self::Ko => format!("{}원", grouped(amount)),
            Self::En => format!("₩{}", grouped(amount)),
        }
    }

    pub fn date(self, time: DateTime<Utc>) -> String {
        seoul(time).format(if self == Self::Ko { "%Y년 %-m월 %-d일" } else { "%-d %b %Y" }).to_string()
    }

    pub fn date_time(self, time: DateTime<Utc>) -> String {
        seoul(time).format(if self == Self::Ko { "%Y년 %-m월 %-d일 %H:%M" } else { "%-d %b %Y, %H:%M" }).to_string()
    }
}

/// Counts choose plural forms, so they reach Fluent as numbers; "007" or "1,000" are texts.
fn number_or_text(text: &str) -> FluentValue<'static> {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => FluentValue::from(number),
        _ => FluentValue::from(text.to_owned()),
    }
}

/// Korea has no summer time.
pub fn seoul(time: DateTime<Utc>) -> DateTime<FixedOffset> {
    const NINE_HOURS: i32 = 9 * 3600;
    match FixedOffset::east_opt(NINE_HOURS) {
        Some(offset) => time.with_timezone(&offset),
        None => time.fixed_offset(),
    }
}

pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_chosen_by_preference() {
        assert_eq!(Lang::from_accept("fr-FR,en-US;q=0.9,ko;q=0.8"), Some(Lang::En));
        assert_eq!(Lang::from_accept("ko-KR,ko;q=0.9,en;q=0.8"), Some(Lang::Ko));
        assert_eq!(Lang::from_accept("é,*"), None);
    }

    #[test]
    fn money_is_grouped() {
        assert_eq!(Lang::Ko.won(1_234_567), "1,234,567원");
        assert_eq!(Lang::En.won(-900), "₩-900");
        assert_eq!(grouped(1000), "1,000");
        assert_eq!(grouped(i64::MIN), "-9,223,372,036,854,775,808");
    }
}
