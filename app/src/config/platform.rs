//! What a platform gives every application: the variables of `bogosa`, which other platforms use as well. A setting of
//! the shop's own goes before.

use std::collections::BTreeMap;

/// A platform's variable, and the setting that it stands for.
const NAMES: [(&str, &str); 5] = [
    ("DATABASE_URL", "SHOP_DATABASE_URL"),
    ("MAIL_FROM", "SHOP_MAIL_FROM"),
    ("PUBLIC_URL", "SHOP_PUBLIC_URL"),
    ("SECRET_KEY", "SHOP_SECRET_KEY"),
    ("STACK_TAG", "SHOP_IVS_TAGS"),
];

/// The video pipeline's, of which each needs the others.
const MEDIA: [(&str, &str); 4] = [
    ("SOURCE_BUCKET", "SHOP_UPLOAD_BUCKET"),
    ("DESTINATION_BUCKET", "SHOP_MEDIA_BUCKET"),
    ("CDN_URL", "SHOP_MEDIA_URL"),
    ("RESULT_QUEUE_URL", "SHOP_MEDIA_QUEUE"),
];

/// Where recordings go, and where they are seen.
const RECORDINGS: [(&str, &str); 2] =
    [("RECORDING_CONFIGURATION_ARN", "SHOP_IVS_RECORDING"), ("CDN_URL", "SHOP_RECORDINGS_URL")];

/// The settings in an environment.
pub(super) fn settings(mut environment: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let all = |names: &[(&str, &str)]| -> Option<Vec<(String, String)>> {
        names.iter().map(|(name, ours)| Some(((*ours).to_owned(), environment.get(*name)?.clone()))).collect()
    };
    let mut given: Vec<(String, String)> = NAMES.iter().filter_map(|name| all(&[*name])).flatten().collect();
    // Whoever gives a port expects it to be open to other machines.
    given.extend(environment.get("PORT").map(|port| ("SHOP_LISTEN".to_owned(), format!("0.0.0.0:{port}"))));
    if environment.contains_key("AWS_REGION") {
        if !environment.contains_key("SHOP_MEDIA_FOLDER") {
            given.extend(all(&MEDIA).into_iter().flatten());
        }
        if environment.contains_key("MAIL_FROM") {
            given.push(("SHOP_MAIL".to_owned(), "ses".to_owned()));
        }
        if let (Some(host), Some(port)) = (environment.get("CACHE_HOST"), environment.get("CACHE_PORT")) {
            // A stack's cache speaks TLS only.
            given.push(("SHOP_BUS".to_owned(), format!("rediss://{host}:{port}")));
        }
        if let Some(recordings) = all(&RECORDINGS) {
            given.extend(recordings);
            given.push(("SHOP_STREAMING".to_owned(), "ivs".to_owned()));
        }
    }
    environment.retain(|name, _| name.starts_with("SHOP_"));
    for (name, value) in given {
        environment.entry(name).or_insert(value);
    }
    environment
}

/// Whether an address is of this machine: nobody else can see what is there.
pub(super) fn is_here(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(host, _)| host),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(given: &[(&str, &str)]) -> Vec<String> {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        settings(given).into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn what_the_platform_gives_is_taken_where_the_shop_has_no_setting_of_its_own() {
        let given = [
            ("DATABASE_URL", "mysql://a"),
            ("SHOP_DATABASE_URL", "mysql://b"),
            ("PORT", "80"),
            ("PUBLIC_URL", "https://shop.example"),
            ("HOME", "/root"),
        ];
        let expected =
            ["SHOP_DATABASE_URL=mysql://b", "SHOP_LISTEN=0.0.0.0:80", "SHOP_PUBLIC_URL=https://shop.example"];
        assert_eq!(found(&given), expected);
    }

    fn sorted<'a>(parts: &[&[&'a str]]) -> Vec<&'a str> {
        let mut all = parts.concat();
        all.sort_unstable();
        all
    }

    #[test]
    fn on_aws_the_shop_uses_what_the_stack_has() {
        const STACK: [(&str, &str); 9] = [
            ("AWS_REGION", "us-east-1"),
            ("SOURCE_BUCKET", "source"),
            ("DESTINATION_BUCKET", "destination"),
            ("RESULT_QUEUE_URL", "https://sqs/results"),
            ("CDN_URL", "https://cdn"),
            ("MAIL_FROM", "shop@x.example"),
            ("RECORDING_CONFIGURATION_ARN", "arn"),
            ("CACHE_HOST", "cache.example"),
            ("CACHE_PORT", "6379"),
        ];
        const MEDIA: [&str; 4] = [
            "SHOP_MEDIA_BUCKET=destination",
            "SHOP_MEDIA_QUEUE=https://sqs/results",
            "SHOP_MEDIA_URL=https://cdn",
            "SHOP_UPLOAD_BUCKET=source",
        ];
        const STREAMING: [&str; 3] =
            ["SHOP_IVS_RECORDING=arn", "SHOP_RECORDINGS_URL=https://cdn", "SHOP_STREAMING=ivs"];
        const BUS: [&str; 1] = ["SHOP_BUS=rediss://cache.example:6379"];
        const MAIL: [&str; 2] = ["SHOP_MAIL=ses", "SHOP_MAIL_FROM=shop@x.example"];
        let without = |name: &str| -> Vec<_> { STACK.into_iter().filter(|(other, _)| *other != name).collect() };
        assert_eq!(found(&STACK), sorted(&[&MEDIA, &STREAMING, &MAIL, &BUS]));
        // Half of a pipeline is none, and recordings that nobody can see are not made.
        assert_eq!(found(&without("RESULT_QUEUE_URL")), sorted(&[&STREAMING, &MAIL, &BUS]));
        assert_eq!(found(&without("CDN_URL")), sorted(&[&MAIL, &BUS]));
        assert_eq!(found(&without("AWS_REGION")), ["SHOP_MAIL_FROM=shop@x.example"]);
        // Whoever wants the local forms says so.
        let local = [
            ("SHOP_BUS", "database"),
            ("SHOP_MEDIA_FOLDER", "here"),
            ("SHOP_MAIL", "mailbox"),
            ("SHOP_STREAMING", "local"),
        ];
        let found = found(&[&STACK[..], &local[..]].concat());
        for setting in ["SHOP_BUS=database", "SHOP_MEDIA_FOLDER=here", "SHOP_MAIL=mailbox", "SHOP_STREAMING=local"] {
            assert!(found.iter().any(|one| one == setting), "{setting}: {found:?}");
        }
        assert!(!found.iter().any(|one| MEDIA.contains(&one.as_str())), "{found:?}");
    }

    #[test]
    fn only_this_machine_is_here() {
        for url in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:80/a", "http://LOCALHOST:1?x"] {
            assert!(is_here(url), "{url}");
        }
        for url in ["https://www.bogo4.net", "http://10.0.0.1", "http://localhost.example", "http://[2001:db8::1]", ""]
        {
            assert!(!is_here(url), "{url}");
        }
    }
}
