//! A sandbox of one's own, and the binary run against it.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};

use bogosa_sandbox::behaviour::Behaviour;
use bogosa_sandbox::faults::Faults;
use serde_json::Value;

/// A sandbox on a free port, as strict as AWS on a bad day; it ends with the test. `BOGOSA_SEED` repeats a failure.
pub struct Aws {
    pub sandbox: bogosa_sandbox::Sandbox,
    home: std::path::PathBuf,
    pub seed: u64,
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
        Self::with_seed(seed())
    }

    /// One that also does not see at once what was just made. (Its calls cannot be counted: each look may be repeated.)
    pub fn that_hides(seed: u64) -> Self {
        Self::that_hides_for(0.3, seed)
    }

    /// The same, for at most so many seconds.
    pub fn that_hides_for(seconds: f64, seed: u64) -> Self {
        Self::behaving(seed, Behaviour { consistency: seconds, ..Behaviour::strict(seed) })
    }

    pub fn with_seed(seed: u64) -> Self {
        Self::behaving(seed, Behaviour::strict(seed))
    }

    /// One that runs applications, functions and conversions.
    pub fn that_runs() -> Self {
        Self::of(seed(), bogosa_sandbox::Options { applications: true, ..Default::default() })
    }

    fn behaving(seed: u64, behaviour: Behaviour) -> Self {
        Self::of(seed, bogosa_sandbox::Options { behaviour, ..Default::default() })
    }

    fn of(seed: u64, options: bogosa_sandbox::Options) -> Self {
        let sandbox = bogosa_sandbox::Sandbox::start(&options, &|_| {}).unwrap();
        let home = std::env::temp_dir().join(format!("bogosa-test-{}-{}", std::process::id(), sandbox.port));
        std::fs::create_dir_all(&home).unwrap();
        Self { sandbox, home, seed }
    }

    /// The home folder of who runs the binary.
    pub fn home(&self) -> &std::path::Path {
        &self.home
    }

    /// An empty account again, quicker than another sandbox.
    pub fn reset(&self) {
        self.request("POST", "/_sandbox/reset");
    }

    pub fn faults(&self) -> &Faults {
        &self.sandbox.front().stack.faults
    }

    /// How many calls have changed something so far.
    pub fn mutations(&self) -> u64 {
        self.sandbox.front().counts.read().mutating
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bogosa"));
        command.args(unbuilt(arguments)).args(["--sandbox", "--sandbox-port", &self.sandbox.port.to_string()]);
        command.env("HOME", &self.home);
        command
    }

    /// Runs `bogosa` with this sandbox as AWS.
    pub fn bogosa(&self, arguments: &[&str]) -> Run {
        run(&mut self.command(arguments))
    }

    /// The same with the user's own home folder, in which the tools are that build.
    pub fn bogosa_that_builds(&self, arguments: &[&str]) -> Run {
        run(self.command(arguments).env("HOME", std::env::var_os("HOME").unwrap()))
    }

    /// Runs `bogosa` as on a real account: it does not know that nothing is real.
    pub fn as_an_account(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bogosa"));
        command.args(unbuilt(arguments)).args(["--endpoint-url", &self.sandbox.endpoint]).env("HOME", &self.home);
        run(&mut command)
    }

    /// Starts `bogosa` and leaves it running.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        prepare(&mut command);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// The same, with its output kept.
    pub fn spawn_piped(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        prepare(&mut command);
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// From now on AWS takes its time, times `scale`.
    pub fn pace(&self, scale: f64) {
        let behaviour = Behaviour { time_scale: scale, ..Behaviour::strict(self.seed) };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(self.sandbox.front().behave(behaviour)).unwrap();
    }

    /// How often an action was called so far.
    pub fn count(&self, service: &str, action: &str) -> u64 {
        let requests = self.sandbox.front().counts.read();
        requests.services.get(service).and_then(|actions| actions.get(action)).copied().unwrap_or_default()
    }

    /// Everything that exists, told by what does not differ from one run to another.
    pub fn picture(&self) -> Vec<String> {
        let answer: Value = serde_json::from_str(&self.get("/_sandbox/resources")).unwrap();
        let mut picture: Vec<String> = answer["resources"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|resource| !is_kept(resource))
            .map(|resource| {
                let mut tags = resource["tags"].as_object().unwrap().clone();
                tags.retain(|key, _| key != "bogosa:run" && !key.starts_with("aws:"));
                // What has no tags is told by its name, unless that is an id.
                let name = if tags.is_empty() { without_ids(resource["id"].as_str().unwrap()) } else { String::new() };
                format!("{} {} {name} {}", resource["service"], resource["kind"], Value::from(tags))
            })
            .collect();
        picture.sort();
        picture
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
        let resources = answer["resources"].as_array().unwrap();
        resources.iter().filter(|resource| !is_kept(resource)).map(Value::to_string).collect()
    }

    /// One plain request to the sandbox's own API.
    pub fn get(&self, path: &str) -> String {
        self.request("GET", path)
    }

    /// One that tells it something.
    pub fn post(&self, path: &str, body: &str) {
        self.send("POST", path, body);
    }

    fn request(&self, method: &str, path: &str) -> String {
        self.send(method, path, "")
    }

    fn send(&self, method: &str, path: &str, body: &str) -> String {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.sandbox.port)).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.0\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// Asks AWS for more of something; the sandbox grants it at once.
    pub fn raise_quota(&self, service: &str, code: &str, value: u32) {
        let body = format!(r#"{{"ServiceCode":"{service}","QuotaCode":"{code}","DesiredValue":{value}}}"#);
        let target = "ServiceQuotasV20190624.RequestServiceQuotaIncrease";
        let headers = ["Content-Type: application/x-amz-json-1.1", &format!("X-Amz-Target: {target}")];
        self.signed("test", "servicequotas", &headers, &body);
    }

    /// One call of EC2 and its like, by whoever has this access key, and not by bogosa.
    pub fn query_as(&self, key: &str, service: &str, form: &str) {
        self.signed(key, service, &["Content-Type: application/x-www-form-urlencoded"], form);
    }

    fn signed(&self, key: &str, service: &str, headers: &[&str], body: &str) {
        use std::io::{Read, Write};
        let scope = format!("{key}/20260101/us-east-1/{service}/aws4_request");
        let signed = format!("Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        let length = format!("Content-Length: {}", body.len());
        let head = [&["POST / HTTP/1.0", "Host: localhost", &signed, &length], headers].concat();
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.sandbox.port)).unwrap();
        write!(stream, "{}\r\n\r\n{body}", head.join("\r\n")).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.split(' ').nth(1) == Some("200"), "{answer}");
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
        if std::thread::panicking() {
            #[allow(clippy::print_stderr)]
            {
                eprintln!("the sandbox ran with BOGOSA_SEED={}", self.seed);
            }
        }
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

impl Run {
    pub fn objects(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"))).collect()
    }
}

/// The stack files whose application is the shop, and those with a video pipeline: building them would take minutes.
const WITH_THE_SHOP: [&str; 2] = ["stacks/bogosa.yaml", "stacks/staging.yaml"];
const WITH_FUNCTIONS: [&str; 4] =
    ["stacks/bogosa.yaml", "stacks/staging.yaml", "stacks/original.yaml", "examples/media-only.yaml"];

/// The same arguments, with programs that are there already laid over these.
fn unbuilt<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let has = |files: &[&str]| arguments.iter().any(|argument| files.contains(argument));
    let mut all = arguments.to_vec();
    if has(&WITH_THE_SHOP) {
        all.extend(["--overlay", "tests/stacks/app.yaml"]);
    }
    if has(&WITH_FUNCTIONS) {
        all.extend(["--overlay", "tests/stacks/functions.yaml"]);
    }
    all
}

/// Runs `bogosa` without any AWS.
pub fn bogosa(arguments: &[&str]) -> Run {
    run(Command::new(env!("CARGO_BIN_EXE_bogosa")).args(arguments))
}

/// Ctrl-C.
pub fn interrupt(child: &Child) {
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
}

/// `BOGOSA_SEED`, or another every time.
pub fn seed() -> u64 {
    let chosen = std::env::var("BOGOSA_SEED").ok().and_then(|text| text.parse().ok());
    chosen.unwrap_or_else(|| {
        use std::hash::{BuildHasher, Hasher};
        std::collections::hash_map::RandomState::new().build_hasher().finish() % 1_000_000
    })
}

/// What is meant to outlive a stack. AWS's own keys are made at their first use, and stay.
fn is_kept(resource: &Value) -> bool {
    resource["tags"]["bogosa:final-snapshot"] == "true"
        || resource["id"] == "bogosa-123456789012-us-east-1"
        || resource["service"] == "kms"
}

/// A name, with what AWS chose at random replaced: long runs of hexadecimal digits.
fn without_ids(name: &str) -> String {
    let mut runs: Vec<(bool, String)> = Vec::new();
    for c in name.chars() {
        let hexadecimal = c == '-' || (c.is_ascii_hexdigit() && !c.is_ascii_uppercase());
        match runs.last_mut() {
            Some((same, run)) if *same == hexadecimal => run.push(c),
            _ => runs.push((hexadecimal, c.to_string())),
        }
    }
    let is_id = |run: &str| run.len() >= 8 && run.chars().any(|c| c.is_ascii_digit());
    runs.iter().map(|(hexadecimal, run)| if *hexadecimal && is_id(run) { "…" } else { run }).collect()
}

/// What only one of two pictures shows.
pub fn differences(before: &[String], after: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<&String, i32> = BTreeMap::new();
    before.iter().for_each(|line| *counts.entry(line).or_default() -= 1);
    after.iter().for_each(|line| *counts.entry(line).or_default() += 1);
    counts.iter().filter(|(_, count)| **count != 0).map(|(line, count)| format!("{count:+} {line}")).collect()
}

fn run(command: &mut Command) -> Run {
    prepare(command);
    let output = command.output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn prepare(command: &mut Command) {
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("AWS_PROFILE").env("AWS_REGION", "us-east-1");
    command
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command.stdin(Stdio::null());
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
