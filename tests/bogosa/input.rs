//! Bad input from outside: one clear error with its place, exit 4 for input and 1 for AWS, nothing changed.

use crate::support::bogosa;

#[test]
fn an_endpoint_that_does_not_answer() {
    let run = bogosa(&["plan", "examples/minimal.yaml", "--endpoint-url", "http://127.0.0.1:9"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(
        run.err.contains("sts GetCallerIdentity") && run.err.contains("hint: The endpoint does not answer"),
        "{}",
        run.err
    );
}

#[test]
fn a_file_that_is_not_there() {
    let run = bogosa(&["validate", "nowhere.yaml"]);
    assert_eq!(run.code, 4);
    assert!(run.err.contains("nowhere.yaml"), "{}", run.err);
}

#[test]
fn a_misspelt_flag_and_a_misspelt_command() {
    let flag = bogosa(&["plan", "examples/minimal.yaml", "--sett", "a=b"]);
    assert_eq!(flag.code, 4);
    assert!(flag.err.contains("--set"), "{}", flag.err);
    assert_eq!(bogosa(&["plna"]).code, 4);
}

#[test]
fn a_plan_file_that_is_none() {
    let run = bogosa(&["up", "--plan", "Cargo.toml", "--yes"]);
    assert_eq!(run.code, 4);
    assert!(run.err.contains("Cargo.toml is not a saved plan"), "{}", run.err);
}

#[test]
fn every_shipped_file_is_valid_and_can_be_drawn() {
    for file in crate::support::stack_files() {
        let validate = bogosa(&["validate", &file]);
        assert_eq!(validate.code, 0, "{}", validate.err);
        for format in ["dot", "mermaid", "svg"] {
            let graph = bogosa(&["graph", &file, "--format", format]);
            assert_eq!(graph.code, 0, "{}", graph.err);
            let empty = file.ends_with("minimal.yaml");
            assert!(
                empty || graph.out.contains("ec2.vpc/main") || graph.out.contains("s3.bucket/source"),
                "{file} {format}"
            );
        }
    }
}

#[test]
fn the_schema_is_json_and_knows_every_section() {
    let schema: serde_json::Value = serde_json::from_str(&bogosa(&["schema"]).out).unwrap();
    for section in [
        "network",
        "database",
        "web",
        "media",
        "cdn",
        "streaming",
        "identity",
        "email",
        "dns",
        "cache",
        "alarms",
        "app",
        "lifecycle",
    ] {
        assert!(schema["properties"][section].is_object(), "{section}");
    }
}

#[test]
fn json_output_tells_errors_too() {
    let run = bogosa(&["validate", "nowhere.yaml", "--output", "json"]);
    let error: serde_json::Value = serde_json::from_str(run.out.trim()).unwrap();
    assert_eq!((&error["type"], &error["code"]), (&"error".into(), &4.into()));
}
