//! Texts and numbers that have to look a certain way: the `format`s of the JSON Schema.

use super::schema::{Certificate, Cidr, Hours, Peer, PortRange, Window};

/// Why a text does not have its format.
pub(crate) struct Wrong {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// The days that a CloudWatch log group can keep its events.
const RETENTION: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// Checks `text` against a format; unknown formats (those of plain numbers) take everything.
pub(crate) fn check(format: &str, text: &str) -> Result<(), Wrong> {
    let number = text.parse::<u32>().ok();
    match format {
        "stack-name" => stack_name(text),
        "region" => shape(region(text), text, "an AWS region such as us-east-1"),
        "zone" => shape(zone(text), text, "an availability zone such as us-east-1a"),
        "ipv4-cidr" => parses::<Cidr>(text),
        "certificate" => parses::<Certificate>(text),
        "window" => parses::<Window>(text),
        "hours" => parses::<Hours>(text),
        "peer" => parses::<Peer>(text),
        "ports" if text == "all" => Ok(()),
        "ports" => parses::<PortRange>(text),
        "host" => shape(host(text), text, "a host name such as www.example.com"),
        "record-name" => shape(
            host(text.strip_prefix("*.").unwrap_or(text)),
            text,
            "the full name of a record, such as www.example.com",
        ),
        "email" => shape(email(text), text, "an e-mail address"),
        "origin" => shape(origin(text), text, "an origin such as https://www.example.com, without a path, or `*`"),
        "url" => {
            shape(text.starts_with("https://") || text.starts_with("http://localhost"), text, "an https:// address")
        }
        "url-path" => shape(url_path(text), text, "a path that begins with `/`"),
        "http-codes" => shape(http_codes(text), text, "codes from 200 to 499 such as `200`, `200,204` or `200-299`"),
        "group-description" => group_description(text),
        "mysql-version" => mysql_version(text),
        "valkey-version" => shape(version(text, 2), text, "a Valkey version such as 8.0"),
        "db-instance-class" => shape(instance(text, Some("db")), text, "an instance class such as db.t4g.medium"),
        "cache-node-type" => shape(instance(text, Some("cache")), text, "a node type such as cache.t4g.micro"),
        "instance-type" => shape(instance(text, None), text, "an instance type such as t3.small"),
        "image" => shape(image(text), text, "an AMI (`ami-0123456789abcdef0`) or the name of an SSM parameter (`/…`)"),
        "db-username" => username(text),
        "db-name" => shape(identifier(text, 64), text, "1 to 64 letters, digits and `_` with a letter first"),
        "kms-key-arn" => shape(text.starts_with("arn:") && text.contains(":kms:"), text, "the ARN of a KMS key"),
        "waf-rule-group" => shape(
            text.starts_with("AWSManagedRules") && word(text),
            text,
            "a managed rule group of AWS such as AWSManagedRulesCommonRuleSet",
        ),
        "file" => shape(!text.trim().is_empty() && !text.contains('\0'), text, "a path"),
        "retention-days" => one_of(text, number.is_some_and(|days| RETENTION.contains(&days)), &RETENTION),
        "monitoring-seconds" => {
            const STEPS: [u32; 7] = [0, 1, 5, 10, 15, 30, 60];
            one_of(text, number.is_some_and(|seconds| STEPS.contains(&seconds)), &STEPS)
        }
        "health-check-interval" => one_of(text, matches!(number, Some(10 | 30)), &[10, 30]),
        "insights-days" => {
            let good =
                number.is_some_and(|days| days == 7 || days == 731 || (days > 0 && days % 31 == 0 && days <= 713));
            shape(good, text, "7, 731 or a multiple of 31 up to 713")
        }
        _ => Ok(()),
    }
}

fn shape(good: bool, text: &str, wanted: &str) -> Result<(), Wrong> {
    let shown: String = text.chars().take(80).collect();
    if good { Ok(()) } else { Err(Wrong { message: format!("{shown:?} is not {wanted}"), hint: None }) }
}

fn one_of(text: &str, good: bool, all: &[u32]) -> Result<(), Wrong> {
    let listed = all.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let nearest = text.parse::<u32>().ok().and_then(|given| all.iter().min_by_key(|known| known.abs_diff(given)));
    let hint = nearest.map(|nearest| format!("the nearest is {nearest}"));
    if good { Ok(()) } else { Err(Wrong { message: format!("AWS takes only {listed}, not {text}"), hint }) }
}

fn parses<T: std::str::FromStr<Err = String>>(text: &str) -> Result<(), Wrong> {
    text.parse::<T>().map(|_| ()).map_err(|message| Wrong { message, hint: None })
}

fn stack_name(text: &str) -> Result<(), Wrong> {
    let letter = text.starts_with(|c: char| c.is_ascii_lowercase());
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let message = match () {
        () if text.is_empty() => "the name is empty".to_owned(),
        () if text.len() > 31 => format!("the name has {} characters; at most 31 are allowed", text.len()),
        () if !plain => format!("{text:?} has other characters than small letters, digits and hyphens"),
        () if !letter => format!("{text:?} does not begin with a small letter"),
        () if text.contains("--") => format!("{text:?} has two hyphens in a row, which RDS refuses"),
        () if text.ends_with('-') => format!("{text:?} ends with a hyphen, which AWS refuses"),
        () => return Ok(()),
    };
    let mut mended = text.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    while mended.contains("--") {
        mended = mended.replace("--", "-");
    }
    let mended: String = mended.trim_start_matches(|c: char| !c.is_ascii_lowercase()).chars().take(31).collect();
    let mended = mended.trim_end_matches('-');
    let hint = if mended.is_empty() { "such as `shop-test`".to_owned() } else { format!("such as `{mended}`") };
    Err(Wrong { message, hint: Some(hint) })
}

fn region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    match parts.as_slice() {
        [area, places @ .., number] => {
            area.len() == 2
                && !places.is_empty()
                && std::iter::once(area).chain(places).all(letters)
                && number.len() == 1
                && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

fn zone(text: &str) -> bool {
    let without = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
    region(without) && text.len() == without.len() + 1
}

/// Labels of 1 to 63 letters, digits and hyphens; two or more of them.
fn host(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label) && text.parse::<std::net::Ipv4Addr>().is_err()
}

fn email(text: &str) -> bool {
    let local = |text: &str| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&byte))
    };
    text.rsplit_once('@').is_some_and(|(name, domain)| local(name) && host(domain))
}

fn origin(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    text == "*"
        || rest.is_some_and(|rest| {
            let (name, port) = rest.split_once(':').unwrap_or((rest, "443"));
            let name = name.strip_prefix("*.").unwrap_or(name);
            (host(name) || name == "localhost" || name.parse::<std::net::Ipv4Addr>().is_ok())
                && port.parse::<u16>().is_ok()
        })
}

fn url_path(text: &str) -> bool {
    text.starts_with('/') && text.len() <= 1024 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn http_codes(text: &str) -> bool {
    let code = |text: &str| text.len() == 3 && text.parse::<u16>().is_ok_and(|code| (200..=499).contains(&code));
    text.split(',').all(|part| match part.split_once('-') {
        Some((first, last)) => code(first) && code(last) && first <= last,
        None => code(part),
    })
}

fn group_description(text: &str) -> Result<(), Wrong> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    if text.len() > 255 {
        let message = format!("a description has at most 255 characters; this one has {}", text.len());
        return Err(Wrong { message, hint: None });
    }
    match text.chars().find(|&c| !allowed(c)) {
        None => Ok(()),
        Some(bad) => {
            let hint = "allowed are letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*".to_owned();
            Err(Wrong { message: format!("AWS refuses {bad:?} in descriptions of security groups"), hint: Some(hint) })
        }
    }
}

fn version(text: &str, parts: usize) -> bool {
    let number = |part: &str| !part.is_empty() && part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let count = text.split('.').count();
    (parts..=3).contains(&count) && text.split('.').all(number)
}

fn mysql_version(text: &str) -> Result<(), Wrong> {
    shape(version(text, 2), text, "a MySQL version such as 8.4 or 8.4.6")?;
    let old = ["5.", "8.0"].iter().any(|old| text.starts_with(old));
    if old {
        let message =
            format!("MySQL {text} has left RDS standard support; new instances would pay for Extended Support");
        return Err(Wrong { message, hint: Some("use 8.4".to_owned()) });
    }
    Ok(())
}

fn instance(text: &str, prefix: Option<&str>) -> bool {
    let rest = match prefix {
        Some(prefix) => text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.')),
        None => Some(text),
    };
    let Some((family, size)) = rest.and_then(|rest| rest.split_once('.')) else { return false };
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    plain(family)
        && plain(size)
        && family.starts_with(|c: char| c.is_ascii_lowercase())
        && family.bytes().any(|byte| byte.is_ascii_digit())
}

fn image(text: &str) -> bool {
    let hex = |id: &str| matches!(id.len(), 8 | 17) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parameter = text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    text.strip_prefix("ami-").is_some_and(hex) || (text.starts_with('/') && parameter)
}

fn username(text: &str) -> Result<(), Wrong> {
    shape(identifier(text, 16), text, "1 to 16 letters, digits and `_` with a letter first")?;
    let reserved = ["rdsadmin", "rdsrepladmin", "mysql", "select", "user", "table", "grant"];
    if reserved.contains(&text.to_ascii_lowercase().as_str()) {
        return Err(Wrong {
            message: format!("{text:?} is a reserved word of RDS for MySQL"),
            hint: Some("such as `bogosa`".to_owned()),
        });
    }
    Ok(())
}

fn identifier(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && word(text) && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
