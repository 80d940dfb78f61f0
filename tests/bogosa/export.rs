//! `bogosa export`: what it writes, and what those tools say of it.

use std::path::PathBuf;
use std::process::Command;

use crate::others::{pypi, python};
use crate::support::bogosa;

const STACKS: [&str; 8] = [
    "stacks/bogosa.yaml",
    "stacks/original.yaml",
    "examples/cache-and-alarms.yaml",
    "examples/existing-zone.yaml",
    "examples/media-only.yaml",
    "examples/minimal.yaml",
    "examples/network-only.yaml",
    "examples/single-nat.yaml",
];

/// Writes every stack into a folder of its own.
fn written(to: &str) -> Vec<PathBuf> {
    let root = std::env::temp_dir().join(format!("bogosa-export-{}-{to}", std::process::id()));
    let write = |(number, file): (usize, &&str)| {
        let folder = root.join(number.to_string());
        let run = bogosa(&["export", to, file, "--out", folder.to_str().unwrap()]);
        assert_eq!(run.code, 0, "{file}: {}", run.err);
        folder
    };
    STACKS.iter().enumerate().map(write).collect()
}

#[test]
fn a_small_stack_in_both_languages() {
    for to in ["terraform", "cloudformation"] {
        let run = bogosa(&["export", to, "examples/network-only.yaml"]);
        assert_eq!(run.code, 0, "{}", run.err);
        insta::assert_snapshot!(format!("export-{to}"), run.out);
    }
    assert_eq!(bogosa(&["export", "pulumi", "examples/minimal.yaml"]).code, 4);
}

/// cfn-lint comes with the sandbox.
#[test]
fn cfn_lint_finds_no_error() {
    let folders = written("cloudformation");
    let templates = folders.iter().map(|folder| folder.join("template.json"));
    let lint = python().with_file_name("cfn-lint");
    let output = Command::new(lint).args(["--non-zero-exit-code", "error", "--"]).args(templates).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    std::fs::remove_dir_all(folders[0].parent().unwrap()).unwrap();
}

/// Always, also where there is no Terraform: it is HCL, and whatever it refers to is there.
#[test]
fn terraform_refers_to_what_is_there() {
    let folders = written("terraform");
    let files = folders.iter().map(|folder| folder.join("main.tf"));
    let mut check = Command::new(python());
    check.args(["-c", include_str!("references.py")]).args(files).env("PYTHONPATH", pypi("python-hcl2==8.1.4"));
    let output = check.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // A name that nothing has is found.
    let first = folders[0].join("main.tf");
    let text = std::fs::read_to_string(&first).unwrap();
    std::fs::write(&first, text.replacen("aws_vpc.main.id", "aws_vpc.other.id", 1)).unwrap();
    let output = check.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("there is no aws_vpc.other"), "{said}");
    std::fs::remove_dir_all(folders[0].parent().unwrap()).unwrap();
}

/// Skipped where there is no Terraform, or no AWS provider for it (which `terraform init` looks for as its own
/// configuration says: `TF_CLI_CONFIG_FILE`); `.config/nextest.toml` sees to it that this is shown.
#[test]
#[allow(clippy::print_stderr)]
fn terraform_takes_it() {
    let folders = written("terraform");
    let terraform = |folder: &PathBuf, arguments: &[&str]| {
        let output =
            Command::new("terraform").arg("-chdir=".to_owned() + folder.to_str().unwrap()).args(arguments).output();
        output.map(|output| (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
    };
    for (folder, file) in folders.iter().zip(STACKS) {
        match terraform(folder, &["init", "-input=false", "-no-color"]) {
            Ok((true, _)) => {}
            Ok((false, said)) => {
                eprintln!("SKIPPED: `terraform init` finds no AWS provider: {said}");
                break;
            }
            Err(error) => {
                eprintln!("SKIPPED: there is no Terraform to ask: {error}");
                break;
            }
        }
        for check in [&["validate", "-no-color"][..], &["fmt", "-check"]] {
            let (fine, said) = terraform(folder, check).unwrap();
            assert!(fine, "{file}: terraform {}: {said}", check[0]);
        }
    }
    std::fs::remove_dir_all(folders[0].parent().unwrap()).unwrap();
}

/// Where the pages have no name of their own, browsers upload from the load balancer's.
#[test]
fn pages_without_a_name_may_upload() {
    let origins = |web: &str| {
        let sections = ["--set", "media={}", "--set", &format!("web={web}")];
        let run = bogosa(&[&["export", "cloudformation", "examples/network-only.yaml"], &sections[..]].concat());
        let template: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        template["Resources"]["S3BucketSource"]["Properties"]["CorsConfiguration"]["CorsRules"][0]["AllowedOrigins"]
            .clone()
    };
    assert_eq!(origins("{}"), serde_json::json!([{"Fn::Sub": "http://${ElbLoadBalancerWeb.DNSName}"}]));
    assert_eq!(origins("{hosts: [www.example.com]}"), serde_json::json!(["http://www.example.com"]));
}
