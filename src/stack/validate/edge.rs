//! `media`, `cdn`, `identity`, `email` and `dns`.

use std::collections::BTreeSet;

use super::{Checks, web};
use crate::stack::schema::{Cdn, Certificate, Dns, Email, Functions, Media, RecordType};

pub(super) fn check(checks: &mut Checks<'_>) {
    let doc = checks.doc();
    if let Some(media) = &doc.media {
        pipeline(checks, media);
    }
    if let Some(cdn) = &doc.cdn {
        distribution(checks, cdn);
    }
    if let Some(email) = &doc.email {
        sender(checks, email);
    }
    if let Some(dns) = &doc.dns {
        zone(checks, dns);
    }
    if let Some(identity) = &doc.identity
        && !identity.user_pool.enabled
        && identity.identity_pool.is_none()
    {
        let hint = "leave the section out, or add `identity_pool: {}`";
        checks.wrong("identity", "there is neither a user pool nor an identity pool", hint);
    }
}

fn pipeline(checks: &mut Checks<'_>, media: &Media) {
    // The default is looked for when it is to be built: a stack can be judged without it.
    if media.functions != Functions::default() {
        web::build(checks, "media.functions.build", &media.functions.build);
    }
    if media.suffixes.is_empty() {
        checks.wrong("media.suffixes", "without suffixes nothing is ever converted", "leave it out for the default");
    }
    for (index, suffix) in media.suffixes.iter().enumerate() {
        if media.suffixes.iter().take(index).any(|other| other == suffix) {
            checks.wrong(
                &format!("media.suffixes[{index}]"),
                format!("{} is here twice", suffix.as_str()),
                "write it once",
            );
        }
    }
    if let Some(text) = checks.stack.files.get("media.job_settings")
        && let Err(error) = serde_json::from_str::<serde_json::Value>(text)
    {
        checks.wrong(
            "media.job_settings",
            format!("the file is not JSON: {error}"),
            "MediaConvert job settings are JSON",
        );
    }
}

fn distribution(checks: &mut Checks<'_>, cdn: &Cdn) {
    let doc = checks.doc();
    web::hosts(checks, &cdn.aliases, "cdn.aliases");
    if let Some(web) = &doc.web {
        for (index, alias) in cdn.aliases.iter().enumerate().filter(|(_, alias)| web.hosts.contains(alias)) {
            let message = format!("{alias} leads to the load balancer already (`web.hosts`)");
            checks.wrong(
                &format!("cdn.aliases[{index}]"),
                message,
                "give the CDN a name of its own, such as cdn.example.com",
            );
        }
    }
    match (doc.cdn_certificate(), &cdn.certificate) {
        (Certificate::Auto, Some(_)) => web::proven(checks, "cdn.certificate", &cdn.aliases, "cdn.aliases"),
        (Certificate::Auto, None) => web::inside(checks, &cdn.aliases, "cdn.aliases"),
        (Certificate::None, _)
            if !cdn.aliases.is_empty() && !checks.removed("dns") && !checks.removed("cdn.certificate") =>
        {
            let message = "CloudFront takes aliases only with a certificate for them";
            checks.wrong("cdn.aliases", message, "add the section `dns`, or `certificate: ARN` (in us-east-1)");
        }
        (Certificate::Arn(arn), _) if arn.split(':').nth(3) != Some("us-east-1") => {
            checks.wrong(
                "cdn.certificate",
                "CloudFront takes certificates of us-east-1 only",
                "make one there, or use `auto`",
            );
        }
        _ => {}
    }
    let ttl = &cdn.ttl;
    if ttl.min > ttl.default || ttl.default > ttl.max {
        let message = format!("`min` is {}, `default` {}, `max` {}", ttl.min, ttl.default, ttl.max);
        checks.wrong("cdn.ttl", message, "it has to be min ≤ default ≤ max");
    }
}

fn sender(checks: &mut Checks<'_>, email: &Email) {
    match (&email.domain, &email.address) {
        (None, None) => {
            checks.wrong("email", "the section says neither `domain` nor `address`", "such as `domain: example.com`")
        }
        (Some(_), Some(_)) => {
            checks.wrong(
                "email.address",
                "there are both `domain` and `address`",
                "a domain covers all of its addresses; keep one",
            );
        }
        (domain, address) => {
            let Some(sender) = &email.sender else { return };
            let host = sender.rsplit_once('@').map(|(_, host)| host).unwrap_or_default();
            let by_domain =
                domain.as_ref().is_some_and(|domain| host == domain || host.ends_with(&format!(".{domain}")));
            if !by_domain && address.as_ref() != Some(sender) {
                checks.wrong(
                    "email.sender",
                    format!("SES would refuse mail from {sender}: it is not of the identity"),
                    "use an address of `domain`",
                );
            }
        }
    }
}

fn zone(checks: &mut Checks<'_>, dns: &Dns) {
    let doc = checks.doc();
    let own: BTreeSet<&String> =
        doc.web.iter().flat_map(|web| &web.hosts).chain(doc.cdn.iter().flat_map(|cdn| &cdn.aliases)).collect();
    let mut seen = BTreeSet::new();
    for (index, record) in dns.records.iter().enumerate() {
        let path = format!("dns.records[{index}]");
        let address = matches!(record.kind, RecordType::A | RecordType::Aaaa | RecordType::Cname);
        if !dns.holds(&record.name) {
            let message = format!("{} is not in the zone {}", record.name, dns.zone);
            checks.wrong(
                &format!("{path}.name"),
                message,
                &format!("write the full name, such as {}.{}", record.name.trim_end_matches('.'), dns.zone),
            );
        } else if address && own.contains(&record.name) {
            let message = format!("bogosa makes the addresses of {} itself", record.name);
            checks.wrong(&path, message, "leave the record out, or the name out of `web.hosts` and `cdn.aliases`");
        }
        if record.kind == RecordType::Cname && record.name.eq_ignore_ascii_case(&dns.zone) {
            checks.wrong(&path, "DNS allows no CNAME at the top of a zone", "use A and AAAA");
        }
        if record.kind == RecordType::Cname && record.values.len() > 1 {
            checks.wrong(&format!("{path}.values"), "a CNAME has one value", "keep one");
        }
        if !seen.insert((record.name.to_ascii_lowercase(), record.kind)) {
            let message = format!("there are two {} records {}", record.kind.as_str(), record.name);
            checks.wrong(&path, message, "put all `values` into one");
        }
        for (at, value) in record.values.iter().enumerate() {
            let good = match record.kind {
                RecordType::A => value.parse::<std::net::Ipv4Addr>().is_ok(),
                RecordType::Aaaa => value.parse::<std::net::Ipv6Addr>().is_ok(),
                _ => !value.trim().is_empty() && value.len() <= 4000,
            };
            if !good {
                checks.wrong(
                    &format!("{path}.values[{at}]"),
                    format!("{value:?} is no value of an {} record", record.kind.as_str()),
                    "",
                );
            }
        }
    }
    let hosts = doc.web.as_ref().is_some_and(|web| !web.hosts.is_empty());
    if dns.health_check.is_some() && !checks.intended("web.hosts", hosts) {
        checks.wrong(
            "dns.health_check",
            "there is no host to ask: `web.hosts` is empty",
            "add `web.hosts`, or leave it out",
        );
    }
}
