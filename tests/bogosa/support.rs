//! A sandbox of one's own, and the binary run against it.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// A sandbox on a free port; it ends with the test.
pub struct Aws {
    pub sandbox: bogosa_sandbox::Sandbox,
    home: std::path::PathBuf,
}

/// What a run of the binary came to.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Aws {
    pub fn start() -> Self {
        let sandbox = bogosa_sandbox::Sandbox::start(&Default::default(), &|_| {}).unwrap();
        let home = std::env::temp_dir().join(format!("bogosa-test-{}-{}", std::process::id(), sandbox.port));
        std::fs::create_dir_all(&home).unwrap();
        Self { sandbox, home }
    }

    /// Runs `bogosa` with this sandbox as AWS.
    pub fn bogosa(&self, arguments: &[&str]) -> Run {
        run(Command::new(env!("CARGO_BIN_EXE_bogosa"))
            .args(arguments)
            .args(["--endpoint-url", &self.sandbox.endpoint])
            .env("HOME", &self.home))
    }

    /// Runs `bogosa --output json`, which has to succeed.
    pub fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let run = self.bogosa(&[arguments, &["--output", "json"]].concat());
        assert_eq!(run.code, 0, "bogosa {}\n{}\n{}", arguments.join(" "), run.out, run.err);
        run.objects()
    }

    /// The address and action of every change that `plan` shows.
    pub fn plan(&self, arguments: &[&str]) -> BTreeMap<String, String> {
        let objects = self.json(&[&["plan"], arguments].concat());
        let text = |object: &Value, key: &str| object[key].as_str().unwrap().to_owned();
        objects
            .iter()
            .filter(|object| object["type"] == "change")
            .map(|object| (text(object, "address"), text(object, "action")))
            .collect()
    }

    /// Everything that the sandbox holds beyond what it held when it was empty, the home bucket, and final snapshots,
    /// which are meant to stay; whatever bogosa knows of it.
    pub fn holds(&self) -> Vec<String> {
        let answer: Value = serde_json::from_str(&self.get("/_sandbox/resources")).unwrap();
        // AWS's own keys are made at their first use, and stay.
        let is_kept = |resource: &Value| {
            resource["tags"]["bogosa:final-snapshot"] == "true"
                || resource["id"] == "bogosa-123456789012-us-east-1"
                || resource["service"] == "kms"
        };
        let resources = answer["resources"].as_array().unwrap();
        resources.iter().filter(|resource| !is_kept(resource)).map(Value::to_string).collect()
    }

    /// One plain request to the sandbox's own API.
    pub fn get(&self, path: &str) -> String {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.sandbox.port)).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// An SDK client, to do what others do to the account.
    pub fn cloud(&self) -> (tokio::runtime::Runtime, bogosa::aws::Cloud) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let target = bogosa::aws::Target {
            region: Some("us-east-1".to_owned()),
            profile: None,
            endpoint_url: Some(self.sandbox.endpoint.clone()),
            sandbox: true,
        };
        let cloud = runtime.block_on(bogosa::aws::Cloud::connect(&target)).unwrap();
        (runtime, cloud)
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

impl Run {
    pub fn objects(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"))).collect()
    }
}

/// Runs `bogosa` without any AWS.
pub fn bogosa(arguments: &[&str]) -> Run {
    run(Command::new(env!("CARGO_BIN_EXE_bogosa")).args(arguments))
}

fn run(command: &mut Command) -> Run {
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("AWS_PROFILE").env("AWS_REGION", "us-east-1");
    command
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub fn summary(objects: &[Value]) -> &Value {
    let last = objects.last().unwrap();
    assert_eq!(last["type"], "summary", "{last}");
    last
}

/// Every stack file that is shipped.
pub fn stack_files() -> Vec<String> {
    let mut files = Vec::new();
    for folder in ["stacks", "examples"] {
        for entry in std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".yaml") {
                files.push(format!("{folder}/{name}"));
            }
        }
    }
    files.sort();
    assert!(files.len() >= 3);
    files
}
