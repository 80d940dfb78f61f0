//! Golden errors, good files, and mutations of good files.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn load(file: impl Into<PathBuf>, overlays: &[&str], sets: &[&str]) -> Result<Stack, Problems> {
    Stack::load(&LoadOptions {
        file: file.into(),
        overlays: overlays.iter().map(PathBuf::from).collect(),
        sets: sets.iter().map(|set| (*set).to_owned()).collect(),
    })
}

fn yaml_files(directory: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "yaml"))
        .collect();
    files.sort();
    files
}

/// A directory of its own, which goes with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bogosa-stack-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, contents).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn bad_files_are_explained() {
    for file in yaml_files("tests/stacks/bad") {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let problems = load(&file, &[], &[]).expect_err(&name);
        insta::assert_snapshot!(name, problems.to_string());
    }
}

#[test]
fn every_stack_of_the_repository_is_right() {
    for file in yaml_files("stacks").into_iter().chain(yaml_files("examples")) {
        if let Err(problems) = load(&file, &[], &[]) {
            panic!("{problems}");
        }
    }
}

#[test]
fn an_overlay_merges_replaces_and_resets() {
    let stack = load("stacks/staging.yaml", &[], &[]).unwrap();
    assert_eq!(stack.doc.stack, "bogosa-staging");
    assert_eq!(stack.doc.tags["service"], "bogosa");
    assert_eq!(stack.doc.web.as_ref().unwrap().hosts, ["staging.bogo4.net"]);
    assert!(stack.doc.alarms.is_none());
    assert_eq!(stack.at("web.autoscaling.max").file, "stacks/staging.yaml");
    assert_eq!(stack.at("network.zones[1].db").file, "stacks/bogosa.yaml");
    assert_eq!(stack.at("network.zones[1].db.no.such.thing"), stack.at("network.zones[1].db"));
    let again = load("stacks/bogosa.yaml", &["stacks/staging.yaml"], &[]).unwrap();
    assert_eq!(again.doc.stack, stack.doc.stack);
    assert_eq!(again.doc.web, stack.doc.web);
}

#[test]
fn set_comes_last() {
    let sets = ["web.autoscaling.max=9", "network.zones[0].app=10.32.64.0/20", "alarms=null", "tags.extra={}"];
    let problems = load("stacks/bogosa.yaml", &[], &sets).unwrap_err();
    insta::assert_snapshot!("set-of-the-wrong-type", problems.to_string());

    let stack = load("stacks/bogosa.yaml", &[], &sets[..3]).unwrap();
    assert_eq!(stack.doc.web.as_ref().unwrap().autoscaling.max(), 9);
    assert_eq!(stack.at("web.autoscaling.max").file, "--set web.autoscaling.max=9");
    assert_eq!(stack.at("network.zones[0].app").column, "network.zones[0].app=1".len());
    assert!(stack.doc.alarms.is_none());
}

#[test]
fn bad_arguments_are_explained() {
    let cases: [(&str, &[&str], &[&str]); 6] = [
        ("overlay-missing", &["stacks/nowhere.yaml"], &[]),
        ("set-without-value", &[], &["web.autoscaling"]),
        ("set-without-path", &[], &["=4"]),
        ("set-no-such-item", &[], &["network.zones[7].app=10.0.0.0/24"]),
        ("set-bad-yaml", &[], &["web.hosts=[a"]),
        ("set-unknown", &[], &["web.autoscaling.maxx=4", "databas.multi_az=false"]),
    ];
    for (name, overlays, sets) in cases {
        let problems = load("stacks/bogosa.yaml", overlays, sets).expect_err(name);
        insta::assert_snapshot!(name, problems.to_string());
    }
    insta::assert_snapshot!("directory", load("stacks", &[], &[]).unwrap_err().to_string());
}

#[test]
fn large_files_are_refused_unread() {
    let scratch = Scratch::new("large");
    let path = scratch.file("large.yaml", "");
    fs::File::options().write(true).open(&path).unwrap().set_len(50 * 1024 * 1024).unwrap();
    let problems = load(&path, &[], &[]).unwrap_err().to_string();
    assert!(problems.contains("is 50.0 MiB; a stack file may have at most 1 MiB"), "{problems}");
    let wide = scratch.file("wide.yaml", format!("stack: x\ntags:\n{}", "  k: v\n".repeat(100_000)));
    assert!(load(&wide, &[], &[]).is_err());
}

#[test]
fn defaults_are_what_the_schema_says() {
    let schema = json_schema();
    let retention = &schema["$defs"]["Backup"]["properties"]["retention_days"];
    assert_eq!(retention["default"], 7);
    assert_eq!(retention["maximum"], 35);
    assert_eq!(schema["additionalProperties"], false);
    let mut bare = Vec::new();
    undescribed(&schema, "", &mut bare);
    assert_eq!(bare, Vec::<String>::new(), "fields without a description, or numbers without an end");
}

fn undescribed(schema: &serde_json::Value, path: &str, bare: &mut Vec<String>) {
    let fields = schema["properties"].as_object().into_iter().flatten();
    for (name, field) in fields {
        // A number that serde would refuse, but the schema would not, would be an error without a place.
        let endless = field["type"].to_string().contains("integer")
            && field.get("maximum").is_none()
            && field["format"].as_str().is_none_or(|format| format.starts_with("uint"));
        if field.get("description").is_none() || endless {
            bare.push(format!("{path}.{name}"));
        }
    }
    for (name, part) in schema["$defs"].as_object().into_iter().flatten() {
        undescribed(part, name, bare);
    }
}

#[test]
fn the_document_survives_json() {
    for file in yaml_files("stacks") {
        let doc = load(&file, &[], &[]).unwrap().doc;
        let json = serde_json::to_value(&doc).unwrap();
        assert_eq!(serde_json::from_value::<Document>(json).unwrap(), doc, "{}", file.display());
    }
}

/// A small generator, so that a failure can be repeated by its number.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

#[test]
fn no_mutation_of_a_good_file_panics() {
    let scratch = Scratch::new("mutations");
    let seeds: Vec<String> = ["stacks/bogosa.yaml", "stacks/original.yaml", "examples/existing-zone.yaml"]
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    let spices = [
        "",
        ":",
        "- ",
        "null",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        "\t",
        "\n",
        "&a",
        "*a",
        "!!str ",
        "<<: ",
        "-1",
        "99999999999999999999",
        "1e400",
        ".nan",
        "한",
        "\u{0}",
        "true",
        "~",
        "0.0.0.0/0",
        "::/0",
        "?",
        "|",
        ">",
        "#",
    ];
    for seed in 1..=400_u64 {
        let mut random = Random(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed));
        let mut text = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(4) {
            let cuts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let start = cuts[random.below(cuts.len())];
            let end = cuts.iter().copied().find(|&at| at >= start + random.below(12)).unwrap_or(text.len());
            text.replace_range(start..end.max(start), spices[random.below(spices.len())]);
        }
        let file = scratch.file("mutation.yaml", &text);
        if let Err(problems) = load(&file, &[], &[]) {
            assert!(!problems.is_empty() && !problems.to_string().is_empty(), "seed {seed}");
        }
    }
}

#[test]
fn windows_overlap_around_midnight_and_the_week() {
    use schema::Window;
    let window = |text: &str| text.parse::<Window>().unwrap();
    assert!(window("23:30-00:30").overlaps(&window("mon:00:00-mon:01:00")));
    assert!(window("03:00-04:00").overlaps(&window("sun:03:59-sun:05:00")));
    assert!(!window("03:00-04:00").overlaps(&window("sun:04:00-sun:05:00")));
    assert_eq!(window("sun:23:30-mon:00:30").minutes(), 60);
    assert_eq!(window("sun:23:30-mon:00:30").to_string(), "sun:23:30-mon:00:30");
}

#[test]
fn paths_resolve_beside_the_file_that_sets_them() {
    let scratch = Scratch::new("files");
    scratch.file("init.sh", "#!/bin/sh\n");
    let network = fs::read_to_string("examples/existing-zone.yaml").unwrap();
    let file = scratch.file("a.yaml", network.replace("web:", "web:\n  instance: { user_data: init.sh }"));
    let stack = load(&file, &[], &[]).unwrap();
    assert_eq!(stack.files["web.instance.user_data"], "#!/bin/sh\n");
    assert_eq!(stack.resolve("web.instance.user_data", "x/y"), Path::new(&scratch.0).join("x/y"));
}

#[test]
fn a_default_resolves_beside_the_stack_file_whatever_is_set_beside_it() {
    let built_in =
        |sets: &[&str]| load("stacks/bogosa.yaml", &[], sets).unwrap().build_directory("media.functions.build");
    assert_eq!(built_in(&["media.functions.build.profile=quick"]), built_in(&[]));
    assert_eq!(built_in(&["media.functions.build.directory=app"]), Path::new("app"));
}

#[test]
fn names_that_nothing_has_are_found() {
    let stack = load("stacks/original.yaml", &[], &[]).unwrap();
    let mut derived: BTreeSet<String> = stack.doc.names.keys().cloned().collect();
    assert!(stack.unknown_names(&derived).is_empty());
    derived.remove("bogosa-original-sg-lb");
    insta::assert_snapshot!("names-unknown", stack.unknown_names(&derived).to_string());
}
