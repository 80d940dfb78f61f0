//! What an application finds in its environment: what its release says, what an instance has on AWS, and what is other
//! here than there. The only place that knows the bundled shop.

use super::release::Release;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Where a process runs.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) instance: &'a str,
    pub(super) region: &'a str,
    pub(super) zone: &'a str,
    /// The sandbox's own, where all of AWS is.
    pub(super) sandbox_port: u16,
    /// The one to listen on, of 127.0.0.1.
    pub(super) port: u16,
    /// The load balancer's address.
    pub(super) url: &'a str,
    /// What the release's secret holds.
    pub(super) secret_key: Option<String>,
    /// This instance's own.
    pub(super) folder: &'a Path,
    /// What the instances of a group have in common: the database and whatever else outlives them.
    pub(super) shared: &'a Path,
}

/// Later ones win: what the release says of addresses and modes is meant for AWS.
pub(super) fn environment(place: &Place, release: &Release) -> BTreeMap<String, String> {
    let database = release.database.is_some().then(|| database_url(place.shared));
    let mut all = release.environment.clone();
    all.extend(aws(place.sandbox_port, place.region, place.instance));
    all.extend(pairs([
        ("HOME", place.folder.display().to_string()),
        ("INSTANCE_ID", place.instance.to_owned()),
        ("AVAILABILITY_ZONE", place.zone.to_owned()),
        ("PORT", place.port.to_string()),
        ("PUBLIC_URL", place.url.to_owned()),
    ]));
    all.extend(place.secret_key.iter().map(|key| ("SECRET_KEY".to_owned(), key.clone())));
    all.extend(database.iter().map(|url| ("DATABASE_URL".to_owned(), url.clone())));
    if let Some(host) = release.environment.get("CDN_URL").and_then(|url| url.strip_prefix("https://")) {
        let here = format!("http://127.0.0.1:{}/_sandbox/cdn/{host}", place.sandbox_port);
        all.insert("CDN_URL".to_owned(), here);
    }
    all.extend(shop(place));
    if !["SOURCE_BUCKET", "CDN_URL"].iter().all(|name| release.environment.contains_key(*name)) {
        // Without a video pipeline the shop keeps media in a folder, which its instances have to share.
        all.insert("SHOP_MEDIA_FOLDER".to_owned(), media(place).display().to_string());
    }
    all.extend(database.map(|url| ("SHOP_DATABASE_URL".to_owned(), url)));
    all
}

/// What every program finds that runs on AWS, or for which the sandbox is AWS; `who` shows in the sandbox's requests.
pub(super) fn aws(sandbox_port: u16, region: &str, who: &str) -> Vec<(String, String)> {
    let own = pairs([
        ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{sandbox_port}")),
        ("AWS_REGION", region.to_owned()),
        ("AWS_DEFAULT_REGION", region.to_owned()),
        ("AWS_ACCESS_KEY_ID", who.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "sandbox".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ]);
    inherited().into_iter().chain(own).collect()
}

/// The shop's settings (app/README.md). In development it takes plain HTTP, has sample data and keeps its mails readable.
/// What lies in AWS lies in the sandbox.
fn shop(place: &Place) -> Vec<(String, String)> {
    pairs([
        ("SHOP_MODE", "development".to_owned()),
        ("SHOP_LISTEN", format!("127.0.0.1:{}", place.port)),
        ("SHOP_PUBLIC_URL", place.url.to_owned()),
        ("SHOP_TRUSTED_PROXIES", "1".to_owned()),
        ("SHOP_BUS", "database".to_owned()),
    ])
}

fn media(place: &Place) -> PathBuf {
    place.shared.join("media")
}

/// moto's RDS has no database behind it.
fn database_url(shared: &Path) -> String {
    format!("sqlite://{}?mode=rwc", shared.join("database.sqlite").display())
}

/// What a program needs to run at all. The rest of ours is not the application's: it may name a real account.
fn inherited() -> Vec<(String, String)> {
    ["PATH", "LANG", "TMPDIR", "TZ"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
        .collect()
}

/// The folders that [`environment`] names and that have to exist.
pub(super) fn folders(place: &Place) -> [PathBuf; 2] {
    [place.folder.to_owned(), media(place)]
}

fn pairs<const N: usize>(pairs: [(&str, String); N]) -> Vec<(String, String)> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_lies_in_a_folder_only_where_there_is_no_pipeline() {
        let place = Place {
            instance: "i-1",
            region: "us-east-1",
            zone: "us-east-1a",
            sandbox_port: 4566,
            port: 9000,
            url: "http://127.0.0.1:8080",
            secret_key: None,
            folder: Path::new("/own"),
            shared: Path::new("/shared"),
        };
        let of = |given: &[(&str, &str)]| {
            let given: BTreeMap<&str, &str> = given.iter().copied().collect();
            let artifact = serde_json::json!({"bucket": "b", "key": "k", "sha256": "a".repeat(64)});
            let release = serde_json::json!({"artifact": artifact, "command": "shop", "environment": given});
            environment(&place, &Release::parse(&release.to_string()).expect("a release"))
        };
        let whole = of(&[("SOURCE_BUCKET", "source"), ("CDN_URL", "https://d1.cloudfront.net")]);
        assert_eq!(whole["CDN_URL"], "http://127.0.0.1:4566/_sandbox/cdn/d1.cloudfront.net");
        assert_eq!(whole.get("SHOP_MEDIA_FOLDER"), None);
        for part in [&[][..], &[("SOURCE_BUCKET", "source")], &[("CDN_URL", "https://d1.cloudfront.net")]] {
            assert_eq!(of(part)["SHOP_MEDIA_FOLDER"], "/shared/media");
        }
    }
}
