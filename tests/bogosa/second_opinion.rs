//! A second opinion: boto3, which nobody here wrote, finds in the account what `bogosa status` says is there, no less and
//! no more, of every kind.

use std::io::Write;
use std::process::{Command, Stdio};

use bogosa_sandbox::moto::venv;

use crate::support::Aws;

#[test]
fn boto3_finds_what_status_tells() {
    let aws = Aws::start();
    let stack = ["stacks/bogosa.yaml", "--set", "cache={}", "--set", "identity.identity_pool={}"];
    aws.json(&[&["up"], &stack[..], &["--yes"]].concat());
    let status: String = aws.json(&[&["status"], &stack[..]].concat()).iter().map(|line| format!("{line}\n")).collect();
    let python = venv::ensure(&venv::cache_dir().unwrap(), &|_| ()).unwrap();
    let mut boto3 = Command::new(python)
        .args(["-I", "-c", include_str!("second_opinion.py")])
        .env("ENDPOINT", &aws.sandbox.endpoint)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    boto3.stdin.take().unwrap().write_all(status.as_bytes()).unwrap();
    let output = boto3.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
