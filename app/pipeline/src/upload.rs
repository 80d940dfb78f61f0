//! Uploads, as S3's events tell of them.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>

use anyhow::{Context, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// An object that has come into the source bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    pub(crate) bucket: String,
    /// As it was given to S3.
    pub(crate) key: String,
    /// In bytes.
    pub(crate) size: u64,
    /// Of a bucket that keeps versions.
    pub(crate) version: Option<String>,
    etag: String,
    /// Another one for each change of the object.
    sequencer: String,
}

#[derive(Deserialize)]
struct Event {
    /// The event that S3 tests a notification with has none.
    #[serde(rename = "Records", default)]
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: String,
    s3: S3,
}

#[derive(Deserialize)]
struct S3 {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    key: String,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    e_tag: String,
    version_id: Option<String>,
    #[serde(default)]
    sequencer: String,
}

impl Upload {
    /// All that an event tells of. Folders, which S3's console makes as empty objects, are none.
    pub(crate) fn all(event: Value) -> Result<Vec<Upload>> {
        let event: Event = serde_json::from_value(event).context("this is not an event of S3")?;
        let created = event.records.into_iter().filter(|record| record.event_name.starts_with("ObjectCreated:"));
        let uploads = created.map(|record| {
            let Object { key, size, e_tag, version_id, sequencer } = record.s3.object;
            let key = decoded(&key).with_context(|| format!("the key {key:?} is not URL-encoded UTF-8"))?;
            Ok(Upload { bucket: record.s3.bucket.name, key, size, version: version_id, etag: e_tag, sequencer })
        });
        uploads.filter(|upload| !upload.as_ref().is_ok_and(Upload::is_folder)).collect()
    }

    fn is_folder(&self) -> bool {
        self.size == 0 && self.key.ends_with('/')
    }

    /// 32 letters and digits: the same for every event of this upload, another one for any other upload.
    pub(crate) fn id(&self) -> String {
        let Upload { bucket, key, version, etag, sequencer, .. } = self;
        let mut hash = Sha256::new();
        for part in [bucket, key, version.as_ref().unwrap_or(&String::new()), etag, sequencer] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether it ends like one of the suffixes, in any letter case.
    pub(crate) fn ends_like(&self, suffixes: &[String]) -> bool {
        let key = self.key.to_ascii_lowercase();
        suffixes.iter().any(|suffix| key.ends_with(suffix.as_str()))
    }

    pub(crate) fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }
}

/// A key as events have it: "URL-encoded", as in forms.
fn decoded(key: &str) -> Result<String> {
    let spaced = key.replace('+', " ");
    Ok(percent_decode_str(&spaced).decode_utf8()?.into_owned())
}

/// A key for where only plain characters may stand.
pub(crate) fn plain(key: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'_').remove(b'-');
    utf8_percent_encode(key, KEPT).to_string()
}

/// What [`plain`] was made from.
pub(crate) fn from_plain(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The example of the page above.
    fn example(key: &str, size: u64) -> Value {
        json!({"Records": [{
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-west-2",
            "eventTime": "1970-01-01T00:00:00.000Z", "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": "AIDAJDPLRKLG7UEXAMPLE"},
            "requestParameters": {"sourceIPAddress": "172.16.0.1"},
            "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810",
                "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD"},
            "s3": {"s3SchemaVersion": "1.0", "configurationId": "testConfigRule",
                "bucket": {"name": "amzn-s3-demo-bucket", "ownerIdentity": {"principalId": "A3NL1KOZZKExample"},
                    "arn": "arn:aws:s3:::amzn-s3-demo-bucket"},
                "object": {"key": key, "size": size, "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                    "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko", "sequencer": "0055AED6DCD90281E5"}}}]})
    }

    fn one(key: &str) -> Upload {
        Upload::all(example(key, 1024)).expect("an event").pop().expect("an upload")
    }

    #[test]
    fn an_event_of_s3_is_read() {
        let upload = one("HappyFace.jpg");
        let expected = ("amzn-s3-demo-bucket", "HappyFace.jpg", 1024, Some("096fKKXTRTtl3on89fVO.nfljtsv6qko"));
        let Upload { bucket, key, size, version, .. } = &upload;
        assert_eq!((bucket.as_str(), key.as_str(), *size, version.as_deref()), expected);
        assert_eq!(upload.place(), "s3://amzn-s3-demo-bucket/HappyFace.jpg");
    }

    #[test]
    fn what_is_no_upload_is_none() {
        let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2014-10-13T15:57:02.089Z",
            "Bucket": "amzn-s3-demo-bucket", "RequestId": "5582815E1AEA5ADF", "HostId": "8cLeGAmw098X5cv4Zkwcmo8"});
        assert_eq!(Upload::all(test).expect("S3's test"), []);
        assert_eq!(Upload::all(example("videos/", 0)).expect("a folder"), []);
        let mut removed = example("a.mp4", 1);
        removed["Records"][0]["eventName"] = "ObjectRemoved:Delete".into();
        assert_eq!(Upload::all(removed).expect("a removal"), []);
        assert!(Upload::all(json!({"Records": [{"s3": {}}]})).is_err());
        assert!(Upload::all(example("%ff.mp4", 1)).is_err(), "not UTF-8");
    }

    #[test]
    fn keys_are_decoded_as_s3_encodes_them() {
        for (encoded, key) in [
            ("a+b.mp4", "a b.mp4"),
            ("a%2Bb.mp4", "a+b.mp4"),
            ("%EC%98%81%EC%83%81/1.MP4", "영상/1.MP4"),
            ("100%25%3D%26.mov", "100%=&.mov"),
        ] {
            assert_eq!(one(encoded).key, key);
        }
    }

    /// Any key comes back from the encoding of events, and from ours: 20,000 at random, from a seed.
    #[test]
    fn every_key_comes_back() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        for _ in 0..20_000 {
            let key: String = (0..next(40))
                .filter_map(|_| match next(3) {
                    0 => char::from_u32(next(0x80) as u32),
                    1 => " +%/=&.é영🎥".chars().nth(next(10) as usize),
                    _ => char::from_u32(next(0x11_0000) as u32),
                })
                .collect();
            // As S3 does it, by Java's URLEncoder, but for the slashes.
            let encoded: String = key
                .bytes()
                .map(|byte| match byte {
                    b' ' => "+".to_owned(),
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' | b'/' => {
                        char::from(byte).to_string()
                    }
                    other => format!("%{other:02X}"),
                })
                .collect();
            assert_eq!(decoded(&encoded).expect("UTF-8"), key);
            assert_eq!(from_plain(&plain(&key)), key);
            assert!(plain(&key).bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-%".contains(&byte)));
        }
    }

    #[test]
    fn one_upload_has_one_id_and_no_other_has_it() {
        let upload = one("a.mp4");
        assert_eq!(upload.id(), one("a.mp4").id());
        assert_eq!(upload.id().len(), 32);
        let moved = Upload { bucket: "amzn-s3-demo-bucketa".to_owned(), key: ".mp4".to_owned(), ..upload.clone() };
        let overwritten = Upload { version: None, sequencer: "0055AED6DCD90281E6".to_owned(), ..upload.clone() };
        let ids = [&upload, &one("b.mp4"), &moved, &overwritten].map(Upload::id);
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
    }

    #[test]
    fn suffixes_match_in_any_letter_case_and_folder() {
        let suffixes = [".mp4".to_owned(), ".m2ts".to_owned()];
        for (key, fits) in
            [("a.mp4", true), ("x/y/A.Mp4", true), ("a.M2TS", true), ("mp4", false), ("a.mp4.txt", false)]
        {
            assert_eq!(one(key).ends_like(&suffixes), fits, "{key}");
        }
    }
}
