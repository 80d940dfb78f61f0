//! The programs of functions, addressed by the hash of their zip: what Lambda calls `CodeSha256`.
//!
//! A spec holds the hash only. The bytes of what comes with bogosa are made again when they are needed,
//! the same every time; those of other programs lie in the home bucket, under their hash.

use std::io::{Cursor, Write};
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A handler that logs the event and answers, in shell.
const BOOTSTRAP: &[u8] = include_bytes!("../../../config/lambda/bootstrap");

/// A deployment package.
#[derive(Debug)]
pub struct Package {
    pub sha256: String,
    pub zip: Vec<u8>,
}

impl Package {
    /// A zip with `bootstrap` in it and nothing that depends on time or place: not compressed, because
    /// another version of the compressor may pack differently.
    pub fn new(bootstrap: &[u8]) -> zip::result::ZipResult<Self> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o755);
        zip.start_file("bootstrap", options)?;
        zip.write_all(bootstrap)?;
        let zip = zip.finish()?.into_inner();
        Ok(Self { sha256: STANDARD.encode(Sha256::digest(&zip)), zip })
    }
}

/// The handler that comes with bogosa.
#[allow(clippy::expect_used)]
pub fn builtin() -> &'static Package {
    static BUILTIN: OnceLock<Package> = OnceLock::new();
    BUILTIN.get_or_init(|| Package::new(BOOTSTRAP).expect("writing to memory does not fail"))
}

/// Where the home bucket keeps a package: its hash in hexadecimal digits.
pub fn key(sha256: &str) -> String {
    let hash = STANDARD.decode(sha256).unwrap_or_default();
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("artifacts/{digits}.zip")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_the_same_every_time_and_can_be_executed() {
        let one = Package::new(BOOTSTRAP).expect("a zip");
        let other = Package::new(BOOTSTRAP).expect("a zip");
        assert_eq!(one.zip, other.zip);
        assert_eq!(builtin().sha256, one.sha256);
        let mut zip = zip::ZipArchive::new(Cursor::new(&one.zip)).expect("a zip");
        let file = zip.by_name("bootstrap").expect("bootstrap");
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        assert_eq!(file.size(), BOOTSTRAP.len() as u64);
    }

    #[test]
    fn a_package_lies_under_its_hash() {
        assert_eq!(key(&STANDARD.encode([0xab, 0x01])), "artifacts/ab01.zip");
    }
}
