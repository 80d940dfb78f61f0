//! Suppressions: what somebody has taken upon themselves, until a day.
//!
//! ```yaml
//! - check: BGS-RDS-012
//!   resource: rds.instance/main # `*` stands for anything
//!   reason: The port is part of a contract with the data team.
//!   owner: ops@example.com
//!   expires: 2027-03-31
//! ```

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Audit, State, checks};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// The id of a check.
    pub check: String,
    /// An address, or part of one with `*`.
    #[serde(default = "anything")]
    pub resource: String,
    pub reason: String,
    pub owner: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub expires: String,
}

fn anything() -> String {
    "*".to_owned()
}

/// Reads a file of suppressions. Reason, owner and expiry have to be there.
pub fn read(file: &Path) -> Result<Vec<Suppression>, String> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let list: Vec<Suppression> = serde_yaml::from_str(&text).map_err(|error| format!("{shown}: {error}"))?;
    let known = checks();
    for one in &list {
        if !known.iter().any(|check| check.id == one.check) {
            return Err(format!("{shown}: there is no check {}; `bogosa audit --list-checks` lists them", one.check));
        }
        for (field, text) in [("reason", &one.reason), ("owner", &one.owner)] {
            if text.trim().is_empty() {
                return Err(format!("{shown}: the suppression of {} has no {field}", one.check));
            }
        }
    }
    Ok(list)
}

/// Suppresses what is listed. `today` is `YYYY-MM-DD`; what has lapsed, or cannot be read as a date, holds no longer
/// and is announced.
pub fn apply(audit: &mut Audit, list: &[Suppression], today: &str) {
    for one in list {
        let Suppression { check, resource, owner, expires, .. } = one;
        if !is_date(expires) {
            audit.notes.push(format!(
                "The suppression of {check} on {resource} ({owner}) has no date but {expires:?}: it does not hold."
            ));
            continue;
        }
        if expires.as_str() < today {
            audit.notes.push(format!("The suppression of {check} on {resource} ({owner}) lapsed on {expires}."));
            continue;
        }
        let mut used = false;
        for outcome in &mut audit.outcomes {
            let hit = outcome.check.id == check && matches(resource, &outcome.resource.to_string());
            if hit && matches!(outcome.state, State::Fail | State::Unknown) {
                outcome.state = State::Suppressed;
                outcome.suppression = Some(one.clone());
                used = true;
            }
        }
        if !used {
            audit.notes.push(format!("The suppression of {check} on {resource} ({owner}) is no longer needed."));
        }
    }
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    let within = |text: &str, last: u32| text.parse().is_ok_and(|number: u32| (1..=last).contains(&number));
    number(year, 4) && number(month, 2) && number(day, 2) && within(month, 12) && within(day, 31)
}

/// A pattern with `*` for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => {
            let Some(left) = text.strip_prefix(start) else { return false };
            (0..=left.len()).filter(|at| left.is_char_boundary(*at)).any(|at| matches(rest, &left[at..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_dates() {
        for (text, date) in [
            ("2027-03-31", true),
            ("2027-3-31", false),
            ("2027-13-01", false),
            ("soon", false),
            ("2027-00-10", false),
            ("", false),
        ] {
            assert_eq!(is_date(text), date, "{text}");
        }
    }

    #[test]
    fn patterns_match_whole_addresses() {
        assert!(matches("*", "rds.instance/main") && matches("rds.*", "rds.instance/main"));
        assert!(matches("rds.instance/main", "rds.instance/main") && matches("*/main", "rds.instance/main"));
        assert!(!matches("rds.instance", "rds.instance/main") && !matches("*/other", "rds.instance/main"));
    }
}
