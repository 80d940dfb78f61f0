//! What an instance is to run: the release that its user data name.

use serde::Deserialize;
use std::collections::BTreeMap;

/// One line of JSON in the user data, written by whoever deploys.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) artifact: Artifact,
    /// A file of the artifact, or a program on the `PATH`.
    pub(crate) command: String,
    #[serde(default)]
    pub(crate) arguments: Vec<String>,
    /// The command's arguments that bring the database up to date, before the first instance of a release starts.
    #[serde(default)]
    pub(crate) migrate: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) database: Option<Database>,
    /// The secret in Secrets Manager that all instances know as `SECRET_KEY`.
    #[serde(default)]
    pub(crate) secret_key_arn: Option<String>,
    #[serde(default)]
    pub(crate) log_group: Option<String>,
    /// Where browsers find it on AWS.
    #[serde(default)]
    pub(crate) public_url: Option<String>,
}

/// A `tar.gz` in S3.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Artifact {
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// In hexadecimal digits.
    pub(crate) sha256: String,
}

/// That there is one: here it is a file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Database {}

impl Release {
    pub(crate) fn parse(text: &str) -> anyhow::Result<Release> {
        let release: Release = serde_json::from_str(text)
            .map_err(|error| anyhow::anyhow!("the line `release=` of the user data is not a release: {error}"))?;
        let digest = &release.artifact.sha256;
        // It becomes the name of a folder.
        if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            anyhow::bail!("the release's `artifact.sha256` is {digest:?}; 64 hexadecimal digits are wanted");
        }
        Ok(release)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_read_and_what_is_wrong_with_it_is_named() {
        let text = |digest: &str| {
            format!(
                r#"{{"artifact":{{"bucket":"b","key":"k","sha256":"{digest}"}},"command":"shop","arguments":["serve"],
                "migrate":null,"port":80,"environment":{{"K":"V"}},"database":{{"host":"h","port":3306,"name":"n"}},
                "log_group":"g","public_url":"https://shop.example"}}"#
            )
        };
        let release = Release::parse(&text(&"a".repeat(64))).unwrap();
        assert_eq!((release.command.as_str(), release.environment["K"].as_str()), ("shop", "V"));
        assert!(release.database.is_some() && release.migrate.is_none());
        assert!(Release::parse(&text("../../etc")).unwrap_err().to_string().contains("64 hexadecimal digits"));
        assert!(Release::parse("{}").unwrap_err().to_string().contains("missing field `artifact`"));
    }
}
