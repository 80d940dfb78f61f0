//! What a platform gives every application: the variables of `bogosa`, which other platforms use as well. A setting of
//! the shop's own goes before.

use std::collections::BTreeMap;

/// A platform's variable, and the setting that it stands for.
const NAMES: [(&str, &str); 4] = [
    ("DATABASE_URL", "SHOP_DATABASE_URL"),
    ("MAIL_FROM", "SHOP_MAIL_FROM"),
    ("PUBLIC_URL", "SHOP_PUBLIC_URL"),
    ("SECRET_KEY", "SHOP_SECRET_KEY"),
];

/// The settings in an environment.
pub(super) fn settings(mut environment: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut given: Vec<(String, String)> = NAMES
        .iter()
        .filter_map(|(platform, ours)| Some(((*ours).to_owned(), environment.remove(*platform)?)))
        .collect();
    // Whoever gives a port expects it to be open to other machines.
    given.extend(environment.remove("PORT").map(|port| ("SHOP_LISTEN".to_owned(), format!("0.0.0.0:{port}"))));
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

    #[test]
    fn what_the_platform_gives_is_taken_where_the_shop_has_no_setting_of_its_own() {
        let given = [
            ("DATABASE_URL", "mysql://a"),
            ("SHOP_DATABASE_URL", "mysql://b"),
            ("PORT", "80"),
            ("PUBLIC_URL", "https://shop.example"),
            ("HOME", "/root"),
        ];
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let expected = [
            ("SHOP_DATABASE_URL", "mysql://b"),
            ("SHOP_LISTEN", "0.0.0.0:80"),
            ("SHOP_PUBLIC_URL", "https://shop.example"),
        ];
        let found = settings(given);
        let found: Vec<(&str, &str)> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(found, expected);
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
