//! `bogosa export`: what it writes, and what those tools say of it.

use std::path::PathBuf;
use std::process::Command;

use bogosa_sandbox::moto::venv;

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
    let python = venv::ensure(&venv::cache_dir().unwrap(), &|_| ()).unwrap();
    let templates = folders.iter().map(|folder| folder.join("template.json"));
    let lint = python.with_file_name("cfn-lint");
    let output = Command::new(lint).args(["--non-zero-exit-code", "error", "--"]).args(templates).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    std::fs::remove_dir_all(folders[0].parent().unwrap()).unwrap();
}

/// Skipped where there is no Terraform, or no AWS provider for it (which `terraform init` looks for as its own
/// configuration says: `TF_CLI_CONFIG_FILE`).
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
            why => {
                eprintln!("skipped: {why:?}");
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
