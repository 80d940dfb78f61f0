//! The application: built once, uploaded once, released where its bytes change, and gone with the stack.

use std::fs;
use std::path::PathBuf;

use bogosa::aws::Cloud;

use crate::support::Aws;

/// A stack file in a folder of its own, with an application that `make` builds: the word of `word`, and nothing else, is
/// in the archive.
pub struct Project {
    folder: PathBuf,
    pub file: String,
}

const STACK: &str = "\
stack: small
network:
  cidr: 10.44.0.0/16
  nat: none
  flow_logs: { enabled: false }
  zones:
    - { name: us-east-1a, public: 10.44.0.0/24, app: 10.44.10.0/24 }
    - { name: us-east-1b, public: 10.44.1.0/24, app: 10.44.11.0/24 }
web: {}
app:
  build: { directory: ., command: [sh, make], artifact: out }
  command: word
  environment: { GREETING: it's }
";

impl Project {
    pub fn new(aws: &Aws) -> Self {
        let folder = std::env::temp_dir().join(format!("bogosa-project-{}-{}", std::process::id(), aws.sandbox.port));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("stack.yaml").to_str().unwrap().to_owned();
        let project = Self { folder, file };
        project.write("stack.yaml", STACK);
        project.write("word", "one");
        project.write("make", "mkdir -p out && cp word out/word && echo made >>\"$HOME/made\"");
        project
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// How often the application was built.
fn builds(aws: &Aws) -> usize {
    fs::read_to_string(aws.home().join("made")).unwrap_or_default().lines().count()
}

/// The keys in the home bucket that begin so.
async fn kept(cloud: &Cloud, prefix: &str) -> Vec<String> {
    let bucket = "bogosa-123456789012-us-east-1";
    let listed = cloud.s3().list_objects_v2().bucket(bucket).prefix(prefix).send().await.unwrap();
    listed.contents().iter().map(|object| object.key().unwrap().to_owned()).collect()
}

#[test]
fn an_application_is_built_and_released_when_it_changes_and_not_before() {
    let aws = Aws::start();
    let project = Project::new(&aws);
    let file = project.file.as_str();
    let (runtime, cloud) = aws.cloud();
    aws.json(&["up", file, "--yes"]);
    assert_eq!(builds(&aws), 1);
    assert_eq!(runtime.block_on(kept(&cloud, "artifacts/")).len(), 1);

    assert!(aws.plan(&[file]).is_empty(), "nothing has changed");
    aws.json(&["up", file, "--yes"]);
    assert_eq!(builds(&aws), 1);

    // A source that does not change the bytes: built, but neither uploaded nor released.
    let versions = aws.count("ec2", "CreateLaunchTemplateVersion");
    project.write("README", "read me");
    let plan = aws.plan(&[file]);
    assert_eq!(
        plan.keys().collect::<Vec<_>>(),
        ["autoscaling.group/web", "ec2.launch_template/web", "home.artifact/app"]
    );
    assert_eq!(builds(&aws), 1, "a plan builds nothing");
    aws.json(&["up", file, "--yes"]);
    assert_eq!(builds(&aws), 2);
    assert_eq!(runtime.block_on(kept(&cloud, "artifacts/")).len(), 1);
    assert_eq!(aws.count("ec2", "CreateLaunchTemplateVersion"), versions);
    assert!(aws.plan(&[file]).is_empty());

    // One that does.
    project.write("word", "two");
    aws.json(&["up", file, "--yes"]);
    assert_eq!(builds(&aws), 3);
    assert_eq!(runtime.block_on(kept(&cloud, "artifacts/")).len(), 2);
    assert_eq!(aws.count("ec2", "CreateLaunchTemplateVersion"), versions + 1);
    assert!(aws.plan(&[file]).is_empty());

    // Back to what was built before: released, but not built.
    project.write("word", "one");
    aws.json(&["up", file, "--yes"]);
    assert_eq!(builds(&aws), 3);
    assert_eq!(aws.count("ec2", "CreateLaunchTemplateVersion"), versions + 2);

    aws.json(&["destroy", "--stack", "small", "--yes"]);
    assert!(aws.holds().is_empty(), "{:#?}", aws.holds());
    assert_eq!(runtime.block_on(kept(&cloud, "artifacts/")), Vec::<String>::new());
    assert_eq!(runtime.block_on(kept(&cloud, "stacks/")), Vec::<String>::new());
}

#[test]
fn a_build_that_fails_shows_its_last_words_and_nothing_is_started_without_it() {
    let aws = Aws::start();
    let project = Project::new(&aws);
    project.write("make", "echo first; echo 'word: no such word' >&2; exit 3");
    let up = aws.bogosa(&["up", &project.file, "--yes"]);
    assert_eq!(up.code, 1);
    for said in ["building the application: sh make", "exit status: 3", "first", "word: no such word", "small-app.log"]
    {
        assert!(up.out.contains(said), "{said} is not in {}", up.out);
    }
    assert!(up.out.contains("ec2.launch_template/web waits on home.artifact/app, which failed"), "{}", up.out);
    assert_eq!(aws.count("autoscaling", "CreateAutoScalingGroup"), 0);
    // Mended, it goes on.
    project.write("make", "mkdir -p out && cp word out/word");
    aws.json(&["up", &project.file, "--yes"]);
    assert!(aws.plan(&[&project.file]).is_empty());
}

#[test]
fn what_a_command_did_not_make_is_missed() {
    let aws = Aws::start();
    let project = Project::new(&aws);
    project.write("make", "true");
    let up = aws.bogosa(&["up", &project.file, "--yes"]);
    assert_eq!(up.code, 1);
    assert!(up.out.contains("packing the application: cannot read") && up.out.contains("/out"), "{}", up.out);
}

#[test]
fn the_application_of_one_stack_outlives_that_of_another() {
    let aws = Aws::start();
    let project = Project::new(&aws);
    let file = project.file.as_str();
    let (runtime, cloud) = aws.cloud();
    aws.json(&["up", file, "--yes"]);
    aws.json(&["up", file, "--set", "stack=small-too", "--yes"]);
    aws.json(&["destroy", "--stack", "small", "--yes"]);
    assert!(aws.plan(&[file, "--set", "stack=small-too"]).is_empty());
    let kept = runtime.block_on(kept(&cloud, "artifacts/"));
    assert!(matches!(kept.as_slice(), [one] if one.starts_with("artifacts/small-too/")), "{kept:?}");
}

/// The version of the launch template that each instance runs.
async fn versions(cloud: &Cloud) -> Vec<String> {
    let groups = cloud.autoscaling().describe_auto_scaling_groups().send().await.unwrap();
    let instances = groups.auto_scaling_groups()[0].instances().iter();
    let alive = instances.filter(|instance| instance.lifecycle_state().unwrap().as_str() == "InService");
    alive.map(|instance| instance.launch_template().unwrap().version().unwrap().to_owned()).collect()
}

#[test]
fn a_new_release_replaces_every_instance() {
    let aws = Aws::start();
    let project = Project::new(&aws);
    let (runtime, cloud) = aws.cloud();
    aws.json(&["up", &project.file, "--yes", "--set", "web.autoscaling={min: 3, max: 6}"]);
    assert_eq!(runtime.block_on(versions(&cloud)), ["1", "1", "1"]);
    project.write("word", "two");
    aws.json(&["up", &project.file, "--yes", "--set", "web.autoscaling={min: 3, max: 6}"]);
    assert_eq!(runtime.block_on(versions(&cloud)), ["2", "2", "2"]);
}

#[test]
fn a_release_that_fails_is_rolled_back_and_the_reason_is_named() {
    let aws = Aws::start();
    let project = Project::new(&aws);
    let (runtime, cloud) = aws.cloud();
    aws.json(&["up", &project.file, "--yes"]);
    // What an instance would have said.
    runtime.block_on(async {
        let (group, stream) = ("/bogosa/small/app", "i-1");
        cloud.logs().create_log_stream().log_group_name(group).log_stream_name(stream).send().await.unwrap();
        let now = cloud.now_ms();
        let event = aws_sdk_cloudwatchlogs::types::InputLogEvent::builder().timestamp(now).message("no such word: two");
        let put = cloud.logs().put_log_events().log_group_name(group).log_stream_name(stream);
        put.log_events(event.build().unwrap()).send().await.unwrap();
    });
    let logs = aws.bogosa(&["logs", "--stack", "small"]);
    assert_eq!((logs.code, logs.out.as_str()), (0, "i-1 no such word: two\n"), "{}", logs.err);
    project.write("word", "two");
    aws.post("/_sandbox/outcomes", r#"{"kind":"autoscaling.refresh","state":"Failed","message":"3 instances failed"}"#);
    let up = aws.bogosa(&["up", &project.file, "--yes"]);
    assert_eq!(up.code, 1, "{}", up.out);
    for said in [
        "rolling out version 2 of the launch template: the instance refresh is Failed: 3 instances failed",
        "rolled back: all instances run version 1",
        "the last lines in /bogosa/small/app:",
        "no such word: two",
    ] {
        assert!(up.out.contains(said), "{said} is not in {}", up.out);
    }
    assert!(runtime.block_on(versions(&cloud)).iter().all(|version| version == "1"));
    // It is still what the stack file wants, and this time it works.
    assert!(aws.plan(&[&project.file]).contains_key("autoscaling.group/web"));
    aws.json(&["up", &project.file, "--yes"]);
    assert!(runtime.block_on(versions(&cloud)).iter().all(|version| version == "2"));
    assert!(aws.plan(&[&project.file]).is_empty());
}

#[test]
fn where_rollback_is_off_the_instances_stay_and_are_seen() {
    let aws = Aws::start();
    let project = Project::new(&aws);
    let up = ["up", &project.file, "--yes", "--set", "app.rollout.rollback=false"];
    aws.json(&up);
    project.write("word", "two");
    aws.post("/_sandbox/outcomes", r#"{"kind":"autoscaling.refresh","state":"Failed","message":"no"}"#);
    let failed = aws.bogosa(&up);
    assert!(failed.code == 1 && failed.out.contains("`app.rollout.rollback` is off"), "{}", failed.out);
    assert!(aws.plan(&[&project.file]).contains_key("autoscaling.group/web"));
    aws.json(&up);
    assert!(aws.plan(&[&project.file]).is_empty());
}

/// Waits until a refresh runs.
fn refreshing(aws: &Aws, child: &mut std::process::Child) {
    let before = aws.count("autoscaling", "StartInstanceRefresh");
    while aws.count("autoscaling", "StartInstanceRefresh") == before {
        assert!(child.try_wait().unwrap().is_none(), "it ended before");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn a_rollout_whose_run_died_is_followed_by_the_next_run_and_ended_by_one_that_wants_another() {
    let aws = Aws::start();
    let project = Project::new(&aws);
    let file = project.file.as_str();
    let (runtime, cloud) = aws.cloud();
    aws.json(&["up", file, "--yes"]);
    // 300 s of AWS's take 6 s.
    aws.pace(0.02);
    project.write("word", "two");
    let mut child = aws.spawn(&["up", file, "--yes"]);
    refreshing(&aws, &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    let started = aws.count("autoscaling", "StartInstanceRefresh");
    aws.json(&["up", file, "--yes"]);
    assert_eq!(aws.count("autoscaling", "StartInstanceRefresh"), started, "the same refresh goes on");
    assert!(runtime.block_on(versions(&cloud)).iter().all(|version| version == "2"));

    project.write("word", "three");
    let mut child = aws.spawn(&["up", file, "--yes"]);
    refreshing(&aws, &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    project.write("word", "four");
    aws.json(&["up", file, "--yes"]);
    assert_eq!(aws.count("autoscaling", "CancelInstanceRefresh"), 1);
    assert!(runtime.block_on(versions(&cloud)).iter().all(|version| version == "4"));
    assert!(aws.plan(&[file]).is_empty());
}

#[test]
fn deploy_concerns_the_application_alone_and_goes_back() {
    let aws = Aws::start();
    let project = Project::new(&aws);
    let file = project.file.as_str();
    let (runtime, cloud) = aws.cloud();
    let early = aws.bogosa(&["deploy", file, "--yes"]);
    assert_eq!(early.code, 1);
    assert!(early.err.contains("stack small is not up") && early.err.contains("`bogosa up` makes"), "{}", early.err);
    assert!(aws.holds().is_empty());

    aws.json(&["up", file, "--yes"]);
    let alone = aws.bogosa(&["deploy", file, "--rollback", "--yes"]);
    assert!(alone.code == 1 && alone.err.contains("no release to go back to"), "{}", alone.err);

    // Something else differs as well, and stays so.
    let other = ["--set", "web.load_balancer.idle_timeout=90"];
    project.write("word", "two");
    let deploy = aws.json(&[&["deploy", file, "--yes"], &other[..]].concat());
    assert_eq!(crate::support::summary(&deploy)["update"], 3);
    assert_eq!(runtime.block_on(versions(&cloud)), ["2", "2"]);
    let plan = aws.plan(&[&[file], &other[..]].concat());
    assert_eq!(plan.keys().collect::<Vec<_>>(), ["elb.load_balancer/web"]);

    let built = builds(&aws);
    let key = |release: usize| {
        let pointer =
            cloud.s3().get_object().bucket("bogosa-123456789012-us-east-1").key("stacks/small/app/artifact.json");
        let bytes =
            runtime.block_on(async { pointer.send().await.unwrap().body.collect().await.unwrap().into_bytes() });
        let pointer: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        pointer["releases"][release]["sha256"].as_str().unwrap().to_owned()
    };
    let (two, one) = (key(0), key(1));
    let back = aws.bogosa(&["deploy", file, "--rollback", "--yes"]);
    assert!(back.code == 0 && back.out.contains("Going back to release"), "{}{}", back.out, back.err);
    assert_eq!((key(0), key(1)), (one, two));
    assert_eq!(runtime.block_on(versions(&cloud)), ["3", "3"]);
    assert_eq!(builds(&aws), built, "nothing is built to go back");
    // What is on disk is newer than what runs, and `up` says so.
    assert!(aws.plan(&[file]).contains_key("home.artifact/app"));
}
