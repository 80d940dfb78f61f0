//! The clocks of Korean law (전자상거래법) and of the shop. Days are days in Seoul; public holidays are not known here,
//! so a deadline may come a day early for the seller, never late for the buyer.

use chrono::{DateTime, Datelike, Days, NaiveTime, Utc, Weekday};

use crate::entities::enums::{MemberKind, TradeMode};
use crate::i18n::seoul;

/// How long a checkout holds its goods without payment.
pub const HOLD_MINUTES: i64 = 15;
/// To begin sending (§15), and to give money back once the goods are back (§18).
const BUSINESS_DAYS: u32 = 3;
/// To withdraw (청약철회, §17).
const WITHDRAWAL_DAYS: u64 = 7;
/// Not as described (§17 ③): three months from delivery.
pub const DEFECT_DAYS: i64 = 90;
/// Without a statutory deadline, to look at what was bought.
const LOOK_DAYS: u64 = 3;
/// Sent and never reported as delivered.
pub const LOST_DAYS: i64 = 21;

pub fn ship_by(paid_at: DateTime<Utc>) -> DateTime<Utc> {
    business_days_after(paid_at)
}

pub fn refund_by(returned_at: DateTime<Utc>) -> DateTime<Utc> {
    business_days_after(returned_at)
}

/// The law protects who buys from a business. A private person who sells used goods or hands them over is none.
pub fn has_withdrawal(trade_mode: TradeMode, seller: MemberKind) -> bool {
    trade_mode == TradeMode::Ordinary || seller == MemberKind::Company
}

/// The day of delivery does not count; a last day at the weekend moves to Monday (민법 §157, §161).
pub fn withdrawal(delivered_at: DateTime<Utc>) -> DateTime<Utc> {
    let mut day = seoul(delivered_at).date_naive() + Days::new(WITHDRAWAL_DAYS);
    while is_weekend(day.weekday()) {
        day = day + Days::new(1);
    }
    end_of(day)
}

/// When the money becomes the seller's without the buyer saying so.
pub fn confirm_at(delivered_at: DateTime<Utc>, withdrawal_deadline: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let look = end_of(seoul(delivered_at).date_naive() + Days::new(LOOK_DAYS));
    withdrawal_deadline.map_or(look, |deadline| deadline.max(look))
}

fn business_days_after(time: DateTime<Utc>) -> DateTime<Utc> {
    let mut day = seoul(time).date_naive();
    let mut left = BUSINESS_DAYS;
    while left > 0 {
        day = day + Days::new(1);
        if !is_weekend(day.weekday()) {
            left -= 1;
        }
    }
    end_of(day)
}

fn is_weekend(day: Weekday) -> bool {
    matches!(day, Weekday::Sat | Weekday::Sun)
}

/// The last second of a day in Seoul.
fn end_of(day: chrono::NaiveDate) -> DateTime<Utc> {
    let next = (day + Days::new(1)).and_time(NaiveTime::MIN).and_utc();
    next - chrono::Duration::hours(9) - chrono::Duration::seconds(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    #[test]
    fn business_days_are_counted_in_seoul() {
        // A Friday evening in Seoul: Monday, Tuesday, Wednesday.
        assert_eq!(ship_by(time("2026-11-27T20:00:00+09:00")), time("2026-12-02T23:59:59+09:00"));
        // Still Friday in London, already Saturday in Seoul.
        assert_eq!(ship_by(time("2026-11-27T20:00:00Z")), time("2026-12-02T23:59:59+09:00"));
        assert_eq!(refund_by(time("2026-11-30T10:00:00+09:00")), time("2026-12-03T23:59:59+09:00"));
    }

    #[test]
    fn withdrawal_ends_with_the_seventh_day_or_the_monday_after() {
        assert_eq!(withdrawal(time("2026-11-25T09:00:00+09:00")), time("2026-12-02T23:59:59+09:00"));
        assert_eq!(withdrawal(time("2026-11-28T09:00:00+09:00")), time("2026-12-07T23:59:59+09:00"));
        let delivered = time("2026-11-25T09:00:00+09:00");
        assert_eq!(confirm_at(delivered, None), time("2026-11-28T23:59:59+09:00"));
        assert_eq!(confirm_at(delivered, Some(withdrawal(delivered))), withdrawal(delivered));
    }

    #[test]
    fn private_persons_are_not_businesses() {
        assert!(has_withdrawal(TradeMode::Ordinary, MemberKind::Personal));
        assert!(!has_withdrawal(TradeMode::Used, MemberKind::Personal));
        assert!(has_withdrawal(TradeMode::Direct, MemberKind::Company));
    }
}
