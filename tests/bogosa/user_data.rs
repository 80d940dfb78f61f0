//! What instances do when they start: the user data of a launch template, really carried out in a folder, with AWS's own
//! tools played by a script.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use crate::application::Project;
use crate::support::Aws;

const FILE: &str = "stacks/bogosa.yaml";

/// The script as the launch template has it.
fn user_data(aws: &Aws) -> String {
    let (runtime, cloud) = aws.cloud();
    runtime.block_on(async {
        let templates = cloud.ec2().describe_launch_templates().send().await.unwrap();
        let id = templates.launch_templates()[0].launch_template_id().unwrap().to_owned();
        let versions = cloud.ec2().describe_launch_template_versions().launch_template_id(id).versions("$Latest");
        let versions = versions.send().await.unwrap();
        let data = versions.launch_template_versions()[0].launch_template_data().unwrap().user_data().unwrap();
        String::from_utf8(BASE64.decode(data).unwrap()).unwrap()
    })
}

/// An instance that is a folder.
struct Machine {
    root: PathBuf,
    endpoint: String,
}

impl Machine {
    fn new(aws: &Aws, script: &str) -> Self {
        let root = aws.home().join("machine");
        fs::create_dir_all(root.join("var/lib/cloud/data")).unwrap();
        fs::create_dir_all(root.join("tools")).unwrap();
        let agent = root.join("opt/aws/amazon-cloudwatch-agent/bin");
        fs::create_dir_all(&agent).unwrap();
        fs::write(root.join("var/lib/cloud/data/instance-id"), "i-0123456789abcdef0\n").unwrap();
        fs::write(root.join("user-data"), script).unwrap();
        let tool = root.join("tools/tool");
        fs::write(&tool, include_str!("tools.py")).unwrap();
        fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["aws", "systemctl", "dnf", "curl", "sleep"] {
            std::os::unix::fs::symlink(&tool, root.join("tools").join(name)).unwrap();
        }
        std::os::unix::fs::symlink(&tool, agent.join("amazon-cloudwatch-agent-ctl")).unwrap();
        Self { root, endpoint: aws.sandbox.endpoint.clone() }
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        let path = format!("{}:{}", self.root.join("tools").display(), std::env::var("PATH").unwrap());
        command.args(arguments).current_dir(&self.root).env("PATH", path);
        command.env("BOGOSA_ROOT", &self.root).env("ENDPOINT", &self.endpoint);
        command
    }

    fn boot(&self) -> Output {
        self.command("bash", &["user-data"]).output().unwrap()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Every call of a tool, a line each.
    fn calls(&self) -> String {
        self.read("calls")
    }

    /// The variables in a file of systemd's.
    fn variables(&self, path: &str) -> Vec<(String, String)> {
        let text = self.read(path);
        let lines = text.lines().filter_map(|line| line.split_once('='));
        lines.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned())).collect()
    }
}

fn get<'a>(variables: &'a [(String, String)], name: &str) -> &'a str {
    variables.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value.as_str())
}

/// What systemd itself says of the units, where it is installed.
fn verify(root: &Path, unit: &str) {
    let verified = Command::new("systemd-analyze").args(["verify", "--man=no", unit]).current_dir(root).output();
    if let Ok(verified) = verified {
        let said = String::from_utf8_lossy(&verified.stderr);
        // The programs lie in this folder and not where the unit names them.
        let name = unit.rsplit('/').next().unwrap();
        let wrong = said.lines().filter(|line| line.contains(name) && !line.contains("is not executable"));
        assert_eq!(wrong.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}

#[test]
fn an_instance_fetches_checks_and_starts_the_application() {
    let aws = Aws::start();
    aws.json(&["up", FILE, "--yes"]);
    let script = user_data(&aws);
    assert!(script.len() < 16 * 1024, "{} bytes are more than AWS takes", script.len());
    let release = script.lines().find_map(|line| line.strip_prefix("release='")?.strip_suffix('\'')).unwrap();
    let release: Value = serde_json::from_str(&release.replace(r"'\''", "'")).unwrap();
    let sha256 = release["artifact"]["sha256"].as_str().unwrap();

    let machine = Machine::new(&aws, &script);
    let boot = machine.boot();
    assert!(boot.status.success(), "{}", machine.read("var/log/bogosa/boot.log"));
    let home = format!("opt/bogosa/releases/{sha256}");
    assert_eq!(machine.read(&format!("{home}/app.py")), include_str!("../stacks/app.py"));
    let calls = machine.calls();
    for call in [
        "systemctl daemon-reload",
        "systemctl enable bogosa-app.service bogosa-rotation.timer",
        "systemctl start --no-block bogosa-app.service bogosa-rotation.timer",
        "dnf install -y -q amazon-cloudwatch-agent",
        "amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/etc/bogosa/agent.json",
        "curl -s -o /dev/null -m 5 -w %{http_code} http://127.0.0.1:80/health",
    ] {
        assert!(calls.lines().any(|line| line == call), "{call} is not in\n{calls}");
    }

    let unit = machine.read("etc/systemd/system/bogosa-app.service");
    let program = format!("\"/{home}/app.py\"");
    for line in [format!("ExecStartPre={program} \"migrate\""), format!("ExecStart={program} \"serve\"")] {
        assert!(unit.lines().any(|other| other == line), "{line} is not in\n{unit}");
    }
    for unit in ["bogosa-app.service", "bogosa-secrets.service", "bogosa-rotation.service", "bogosa-rotation.timer"] {
        verify(&machine.root, &format!("etc/systemd/system/{unit}"));
    }
    let variables = machine.variables("etc/bogosa/app.env");
    assert_eq!(get(&variables, "PORT"), "80");
    assert_eq!(get(&variables, "PUBLIC_URL"), "https://www.bogo4.net");
    assert_eq!(get(&variables, "AWS_REGION"), "us-east-1");
    assert_eq!(get(&variables, "DATABASE_NAME"), "bogosa");
    assert!(get(&variables, "SOURCE_BUCKET").starts_with("bogosa-"), "{variables:?}");
    let agent: Value = serde_json::from_str(&machine.read("etc/bogosa/agent.json")).unwrap();
    let logs = &agent["logs"]["logs_collected"]["files"]["collect_list"];
    assert_eq!(logs[0]["log_group_name"], "/bogosa/bogosa/app");

    // What systemd would run before the application.
    let secrets = || machine.command("/usr/bin/python3", &["opt/bogosa/secrets.py"]).output().unwrap();
    let read = secrets();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let mode = fs::metadata(machine.root.join("run/bogosa/secrets.env")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "others may read the secrets");
    let variables = machine.variables("run/bogosa/secrets.env");
    let url = get(&variables, "DATABASE_URL");
    let host = release["database"]["host"].as_str().unwrap();
    assert!(
        url.starts_with("mysql://admin:") && url.ends_with(&format!("@{host}:3306/bogosa?ssl-mode=REQUIRED")),
        "{url}"
    );
    assert_eq!(BASE64.decode(get(&variables, "SECRET_KEY")).unwrap().len(), 32);
    assert!(!script.contains(get(&variables, "SECRET_KEY")), "a secret is in the user data");

    // A changed secret restarts what runs; an unchanged one does not.
    let rotate = || {
        let rotated = machine.command("/usr/bin/python3", &["opt/bogosa/secrets.py", "--restart"]).output().unwrap();
        assert!(rotated.status.success(), "{}", String::from_utf8_lossy(&rotated.stderr));
        machine.calls().matches("try-restart bogosa-app.service").count()
    };
    assert_eq!(rotate(), 0);
    let (runtime, cloud) = aws.cloud();
    let password = r#"{"username":"admin","password":"new: /?#@'\"%"}"#;
    let change = cloud.secrets().put_secret_value().secret_id(release["database"]["secret_arn"].as_str().unwrap());
    runtime.block_on(change.secret_string(password).send()).unwrap();
    assert_eq!(rotate(), 1);
    let variables = machine.variables("run/bogosa/secrets.env");
    assert!(get(&variables, "DATABASE_URL").contains("admin:new%3A%20%2F%3F%23%40%27%22%25@"), "{variables:?}");
}

#[test]
fn values_reach_the_application_as_they_stand_in_the_stack_file() {
    let aws = Aws::start();
    let project = Project::new(&aws);
    aws.json(&[
        "up",
        &project.file,
        "--yes",
        "--set",
        r#"app.environment={A: "it's $HOME `x` \"quoted\" \\ 100%"}"#,
        "--set",
        r#"app.arguments=["it's $HOME \"quoted\" \\ 100%"]"#,
        "--set",
        "app.migrate=false",
    ]);
    let machine = Machine::new(&aws, &user_data(&aws));
    assert!(machine.boot().status.success(), "{}", machine.read("var/log/bogosa/boot.log"));
    let variables = machine.read("etc/bogosa/app.env");
    let expected = r#"A="it's \$HOME \`x\` \"quoted\" \\ 100%""#;
    assert!(variables.lines().any(|line| line == expected), "{variables}");
    let unit = machine.read("etc/systemd/system/bogosa-app.service");
    assert!(unit.contains(r#"/word" "it's $$HOME \"quoted\" \\ 100%%""#), "{unit}");
    assert!(!unit.contains("ExecStartPre"), "{unit}");
    let read = machine.command("/usr/bin/python3", &["opt/bogosa/secrets.py"]).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    assert!(!machine.read("run/bogosa/secrets.env").contains("DATABASE_URL"), "there is no database");
}

#[test]
fn an_instance_that_fails_says_why_where_it_is_looked_for() {
    let aws = Aws::start();
    let project = Project::new(&aws);
    aws.json(&["up", &project.file, "--yes"]);
    let script = user_data(&aws);
    let release = script.find("\"sha256\":\"").unwrap() + "\"sha256\":\"".len();
    let wrong = format!("{}{}{}", &script[..release], "0".repeat(64), &script[release + 64..]);
    let machine = Machine::new(&aws, &wrong);
    let boot = machine.boot();
    assert_eq!(boot.status.code(), Some(1));
    let log = machine.read("var/log/bogosa/boot.log");
    assert!(log.contains("FAILED") && log.contains("this instance cannot run the application"), "{log}");
    let calls = machine.calls();
    assert!(!calls.contains("systemctl start"), "what is not what it should be was started:\n{calls}");
    let sent = calls.lines().find(|line| line.starts_with("aws logs put-log-events")).unwrap();
    assert!(sent.contains("--log-group-name /bogosa/small/app --log-stream-name i-0123456789abcdef0/boot"), "{sent}");
    let events: Value = serde_json::from_str(&machine.read("run/bogosa/events.json")).unwrap();
    let told =
        |words: &str| events.as_array().unwrap().iter().any(|event| event["message"].as_str().unwrap().contains(words));
    assert!(told("FAILED") && told("cannot run the application"), "{events}");
}

#[test]
fn an_application_that_does_not_answer_fails_too() {
    let aws = Aws::start();
    let project = Project::new(&aws);
    aws.json(&["up", &project.file, "--yes"]);
    let machine = Machine::new(&aws, &user_data(&aws));
    fs::write(machine.root.join("unhealthy"), "").unwrap();
    assert_eq!(machine.boot().status.code(), Some(1));
    let log = machine.read("var/log/bogosa/boot.log");
    assert!(log.contains("the application does not answer /healthz with 200 (but 503, after 3 restarts)"), "{log}");
}

#[test]
fn without_an_application_something_answers_the_health_check() {
    let aws = Aws::start();
    aws.json(&["up", "examples/single-nat.yaml", "--yes", "--set", "web={}"]);
    let machine = Machine::new(&aws, &user_data(&aws));
    let boot = machine.boot();
    assert!(boot.status.success(), "{}", String::from_utf8_lossy(&boot.stderr));
    assert!(machine.calls().contains("systemctl enable --now bogosa-placeholder.service"));
    verify(&machine.root, "etc/systemd/system/bogosa-placeholder.service");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut placeholder = machine
        .command("/usr/bin/python3", &["opt/bogosa/placeholder.py"])
        .envs([("PORT", port.to_string()), ("HEALTH_PATH", "/healthz".to_owned()), ("HEALTH_STATUS", "200".to_owned())])
        .spawn()
        .unwrap();
    let ask = |path: &str| {
        use std::io::{Read, Write};
        (0..100).find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
            write!(stream, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).ok()?;
            Some(answer)
        })
    };
    let (healthy, other) = (ask("/healthz?a=1"), ask("/"));
    placeholder.kill().unwrap();
    placeholder.wait().unwrap();
    assert!(healthy.unwrap().starts_with("HTTP/1.0 200"));
    assert!(other.unwrap().contains("503"));
}
