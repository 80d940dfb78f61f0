//! Bank accounts as they are typed.

use crate::services::payment::RefundAccount;
use crate::web::Errors;

/// Bank codes as Korean banks share them (금융기관 표준코드), with their names.
pub const BANKS: &[(&str, &str)] = &[
    ("004", "KB국민은행"),
    ("088", "신한은행"),
    ("020", "우리은행"),
    ("081", "하나은행"),
    ("011", "NH농협은행"),
    ("003", "IBK기업은행"),
    ("090", "카카오뱅크"),
    ("092", "토스뱅크"),
    ("089", "케이뱅크"),
    ("045", "새마을금고"),
    ("071", "우체국"),
    ("007", "Sh수협은행"),
];

/// The fields `bank` (a code), `number` and `holder`.
pub fn check(bank: &str, number: &str, holder: &str, errors: &mut Errors) -> RefundAccount {
    if !BANKS.iter().any(|(code, _)| *code == bank) {
        errors.add("bank", "form-required");
    }
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let sound = number.chars().all(|c| c.is_ascii_digit() || c == '-' || c == ' ');
    if !sound || !(8..=20).contains(&digits) || number.len() > 40 {
        errors.add("number", "bank-number-wrong");
    }
    errors.required("holder", holder, 60);
    let owned = |text: &str| text.trim().to_owned();
    RefundAccount { bank: owned(bank), number: owned(number), holder: owned(holder) }
}

/// A code's name; what is not a code is a name already.
pub fn bank_name(bank: &str) -> &str {
    BANKS.iter().find(|(code, _)| *code == bank).map_or(bank, |(_, name)| name)
}
