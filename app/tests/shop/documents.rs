//! What the documents say of the sources is so.

use std::path::Path;

use regex::Regex;

/// `members/login.rs::in_and_out`, `src/crypto.rs::passwords`: as docs/shop-security.md names tests.
#[test]
fn every_test_that_is_named_exists() {
    let app = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(app.join("../docs/shop-security.md")).unwrap();
    let named = Regex::new(r"`([a-z_/]+\.rs)::([a-z_0-9]+)`").unwrap();
    let mut missing = Vec::new();
    let mut count = 0;
    for found in named.captures_iter(&text) {
        let (file, name) = (&found[1], &found[2]);
        let path = if file.starts_with("src/") { app.join(file) } else { app.join("tests/shop").join(file) };
        let source = std::fs::read_to_string(&path).unwrap_or_default();
        count += 1;
        if !source.contains(&format!("fn {name}(")) {
            missing.push(found[0].to_owned());
        }
    }
    assert!(count > 50, "only {count} tests are named: is the pattern out of date?");
    assert!(missing.is_empty(), "named in docs/shop-security.md and not there: {missing:#?}");
    let file = Regex::new(r"`(src/[a-z_/]+\.rs|static/[a-z/]+\.js)`").unwrap();
    let gone: Vec<_> =
        file.captures_iter(&text).map(|found| found[1].to_owned()).filter(|file| !app.join(file).exists()).collect();
    assert!(gone.is_empty(), "files that docs/shop-security.md names and that are not there: {gone:#?}");
}
