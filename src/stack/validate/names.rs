//! `names`: what AWS would refuse. Whether the derived name on the left exists is known only after lowering:
//! see `Stack::unknown_names`.

use super::Checks;
use crate::stack::tree::child;

pub(super) fn check(checks: &mut Checks<'_>) {
    let doc = checks.doc();
    let prefix = format!("{}-", doc.stack);
    for (derived, name) in &doc.names {
        let path = child("names", derived);
        let Some(part) = derived.strip_prefix(&prefix) else {
            let message = format!("no resource of this stack has the derived name `{derived}`");
            checks.wrong(&path, message, &format!("they all begin with `{prefix}`"));
            continue;
        };
        if let Err((message, hint)) = acceptable(part, name) {
            checks.wrong(&path, message, &hint);
        }
    }
}

/// Whether AWS takes a name for the resource with a derived name's last part.
fn acceptable(part: &str, name: &str) -> Result<(), (String, String)> {
    let (what, longest) = match part {
        "web" => ("a load balancer", 32),
        "targets" => ("a target group", 32),
        "database" => ("a database", 63),
        "cache" => ("a cache", 40),
        "was" => ("a role", 64),
        "template" => ("a launch template", 125),
        _ => ("a resource", 128),
    };
    let refused = |why: String, hint: &str| {
        Err((format!("AWS would refuse {name:?} as the name of {what}: {why}"), hint.to_owned()))
    };
    let hyphens = "letters, digits and single hyphens, a letter first, no hyphen last";
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let length = name.chars().count();
    if name.is_empty() || length > longest {
        return refused(format!("it has {length} characters"), &format!("1 to {longest} are allowed"));
    }
    match part {
        "web" | "targets" => {
            if !plain || name.starts_with('-') || name.ends_with('-') {
                return refused("of its characters".to_owned(), "letters, digits and hyphens, no hyphen first or last");
            }
            if part == "web" && name.starts_with("internal-") {
                return refused("`internal-` is reserved".to_owned(), "begin it otherwise");
            }
        }
        "database" | "cache" => {
            let letter = name.starts_with(|c: char| c.is_ascii_alphabetic());
            if !plain || !letter || name.contains("--") || name.ends_with('-') {
                return refused("of its characters".to_owned(), hyphens);
            }
        }
        _ => {
            if !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c)) {
                return refused("of its characters".to_owned(), "letters, digits and - _ . /");
            }
            if part.starts_with("sg-") && name.to_ascii_lowercase().starts_with("sg-") {
                return refused("`sg-` begins the ids of security groups".to_owned(), "begin it otherwise");
            }
        }
    }
    Ok(())
}
