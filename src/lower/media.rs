//! `media`: uploads land in the source bucket, which calls *JobSubmit*; MediaConvert writes to the destination
//! bucket; EventBridge tells *JobComplete* what came of it, which puts it into the result queue and the topic.
//!
//! Of the original design's environment only JOB_MANIFEST is left out: the file that everyone wrote to, and
//! that lost updates. The result queue takes its place.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use bogosa_engine::{Address, Input, Resource};
use serde_json::{Value, json};

use super::{Lowering, Sources, app, buckets, cdn, streaming};
use crate::build::{Form, Recipe};
use crate::resources::cloudfront::distribution::Distribution;
use crate::resources::events::rule::{self, Rule};
use crate::resources::home::artifact::{self, Artifact};
use crate::resources::iam::role::{self, Role};
use crate::resources::iam::role_policy::{self, RolePolicy};
use crate::resources::lambda::function::{self, Function};
use crate::resources::lambda::permission::{self, Permission};
use crate::resources::logs::log_group::{self, LogGroup};
use crate::resources::mediaconvert::job_template::{self, JobTemplate};
use crate::resources::mediaconvert::queue as conversions;
use crate::resources::s3::bucket::{self, Bucket, CorsRule, Encryption};
use crate::resources::s3::notification::{self, Notification};
use crate::resources::sns::topic::{self, Topic};
use crate::resources::sqs::queue::{self, Queue, Redrive};
use crate::stack::schema::{self, Document, Media};

/// What converts, if the stack file names no other: HLS in up to six sizes that suit each video, lying or
/// standing, and thumbnails.
const JOB_SETTINGS: &str = include_str!("../../config/job-settings.json");

/// How long a failed video stays where someone can look at it: the most that SQS keeps.
const DEAD_LETTER_SECONDS: u32 = 14 * 24 * 3600;

/// The cargo package that comes with bogosa (`app/pipeline`).
const PACKAGE: &str = "bogosa-pipeline";

/// The queue of results, which the application reads.
pub(super) const RESULTS: &str = "results";

/// That of everything that failed.
pub(super) const DEAD_LETTERS: &str = "dead-letters";

/// The rule for what MediaConvert says.
const JOBS: &str = "media-jobs";

/// How the program of the functions is built.
pub(crate) fn recipe(stack: &Document, here: bool) -> Option<Recipe> {
    let build = &stack.media.as_ref()?.functions.build;
    let package = build.package.as_deref().unwrap_or(PACKAGE);
    Some(app::recipe_of(stack, build, (package, package), Form::Function, here))
}

pub(crate) fn lower(l: &mut Lowering<'_>) {
    let stack = l.stack;
    let Some(media) = &stack.media else { return };
    buckets(l, media);
    queues(l);
    topic(l, media);
    conversion(l);
    functions(l, media);
    job_events(l);
    uploads(l);
}

fn buckets(l: &mut Lowering<'_>, media: &Media) {
    let source = bucket(l, "source", &media.source, &["GET", "HEAD", "PUT"], uploading_pages(l));
    buckets::add(l, "source", "media.source", source, Vec::new());

    let pages = l.stack.page_origins().iter().map(Input::from).collect();
    let destination = bucket(l, "destination", &media.destination, &["GET", "HEAD"], pages);
    let read = buckets::read_by_distribution(l, "destination");
    buckets::add(l, "destination", "media.destination", destination, read);

    if media.access_logs {
        buckets::log_requests(l, "source", "media.access_logs");
        buckets::log_requests(l, "destination", "media.access_logs");
    }
}

/// The stack's own pages; without a name of their own they are at the load balancer's.
fn uploading_pages(l: &Lowering<'_>) -> BTreeSet<Input> {
    let pages: BTreeSet<Input> = l.stack.page_origins().iter().map(Input::from).collect();
    let unnamed = l.stack.web.as_ref().filter(|_| pages.is_empty());
    pages.into_iter().chain(unnamed.map(|web| app::public_url(l, web))).collect()
}

fn bucket(
    l: &Lowering<'_>,
    part: &str,
    settings: &schema::Bucket,
    methods: &[&str],
    pages: BTreeSet<Input>,
) -> bucket::Spec {
    let schema::Bucket { cors, encryption, versioning, noncurrent_days, expire_days } = settings;
    let origins = cors.origins.as_ref().map_or(pages, |origins| origins.iter().map(Input::from).collect());
    let set = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let rule = CorsRule {
        methods: set(methods),
        origins,
        headers: set(&["*"]),
        // What a browser needs to finish an upload in parts.
        expose: set(&["ETag"]),
        max_age: i32::try_from(cors.max_age).unwrap_or(i32::MAX),
    };
    bucket::Spec {
        encryption: match encryption {
            schema::Encryption::SseS3 => Encryption::SseS3,
        },
        versioning: Some(*versioning),
        lifecycle: Some(buckets::lifecycle(*expire_days, versioning.then_some(*noncurrent_days))),
        cors: Some(if rule.origins.is_empty() { Vec::new() } else { vec![rule] }),
        ..bucket::Spec::private(buckets::name(l, part))
    }
}

fn queues(l: &mut Lowering<'_>) {
    let (dead, results) = (l.name("media-dead-letters"), l.name("media-results"));
    let dead_arn = l.arn("sqs", &dead);
    let streams = streaming::rule_name(l);
    let rules = iter::once(l.name(JOBS)).chain(streams.clone());
    let undelivered = from_events(l, "UndeliveredEvents", &dead_arn, rules);
    let of_streams = streams.map(|rule| from_events(l, "Streams", &l.arn("sqs", &results), iter::once(rule)));
    let spec = |name: String, redrive, allow: Vec<Value>| {
        let statements: Vec<Value> = iter::once(tls_only("sqs:*", &l.arn("sqs", &name))).chain(allow).collect();
        queue::Spec {
            name,
            visibility_seconds: 60,
            retention_seconds: DEAD_LETTER_SECONDS,
            wait_seconds: 20,
            encrypted: true,
            redrive,
            policy: json!({"Version": "2012-10-17", "Statement": statements}),
        }
    };
    let dead_spec = spec(dead.clone(), None, vec![undelivered]);
    let results_spec = spec(
        results.clone(),
        Some(Redrive { queue: dead_arn.clone(), receptions: 5 }),
        of_streams.into_iter().collect(),
    );
    l.add::<Queue>(DEAD_LETTERS, "media", Some(&dead), dead_spec);
    let node = l.add::<Queue>(RESULTS, "media", Some(&results), results_spec);
    // It names the other by its ARN, which is known before the queue is there.
    node.after.insert(Address::new(Queue::KIND, DEAD_LETTERS));
}

/// Lets rules send to a queue.
fn from_events(l: &Lowering<'_>, sid: &str, queue: &str, rules: impl Iterator<Item = String>) -> Value {
    let rules: Vec<String> = rules.map(|rule| l.arn("events", &format!("rule/{rule}"))).collect();
    json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": rules}},
    })
}

fn tls_only(action: &str, resource: &str) -> Value {
    json!({
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    })
}

fn topic(l: &mut Lowering<'_>, media: &Media) {
    let name = l.name("media");
    let arn = l.arn("sns", &name);
    let owner = json!({
        "Sid": "Account",
        "Effect": "Allow",
        "Principal": {"AWS": format!("arn:{}:iam::{}:root", l.facts.partition, l.facts.account)},
        "Action": ["sns:Publish", "sns:Subscribe", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"],
        "Resource": arn,
    });
    let spec = topic::Spec {
        name: name.clone(),
        kms_key: Some("alias/aws/sns".to_owned()),
        policy: json!({"Version": "2012-10-17", "Statement": [owner, tls_only("sns:Publish", &arn)]}),
        emails: media.notify.iter().cloned().collect(),
    };
    l.add::<Topic>("media", "media.notify", Some(&name), spec);
}

/// MediaConvert's own side: its queue, what it makes of a video, and the role that it works with.
fn conversion(l: &mut Lowering<'_>) {
    let name = l.name("media");
    let spec =
        conversions::Spec { name: name.clone(), description: "Videos that were uploaded".to_owned(), paused: false };
    l.add::<conversions::Queue>("media", "media", Some(&name), spec);
    let spec = job_template::Spec {
        name: name.clone(),
        description: "HLS for every screen, and thumbnails".to_owned(),
        queue: conversions::Queue::output("media", "arn"),
        settings: job_settings(l),
    };
    l.add::<JobTemplate>("media", "media.job_settings", Some(&name), spec);

    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [
            allow("s3:GetObject", json!(Bucket::output("source", "arn") + "/*")),
            allow("s3:PutObject", json!(Bucket::output("destination", "arn") + "/*")),
        ],
    });
    role(l, "mediaconvert", "Reads uploads, writes what was converted", "mediaconvert.amazonaws.com", policy);
}

fn job_settings(l: &Lowering<'_>) -> Value {
    // Read and found to be JSON when the stack file was checked.
    let text = l.files.get("media.job_settings").map_or(JOB_SETTINGS, String::as_str);
    let given: Value = serde_json::from_str(text).unwrap_or_default();
    template_settings(given.get("Settings").or_else(|| given.get("settings")).unwrap_or(&given))
}

/// Settings as the console and the SDKs spell them (`OutputGroups`) in the API's spelling (`outputGroups`),
/// without what belongs to one job only.
fn template_settings(given: &Value) -> Value {
    let mut settings = wire(given);
    for input in settings.get_mut("inputs").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(input) = input.as_object_mut() {
            input.remove("fileInput");
        }
    }
    settings
}

/// The maps of the settings whose keys are names that people give.
const NAMED: [&str; 4] = ["audioSelectors", "audioSelectorGroups", "captionSelectors", "dynamicAudioSelectors"];

fn wire(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(wire).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(key, value)| {
                    let key = lower_first(key);
                    let value = match value {
                        Value::Object(named) if NAMED.contains(&key.as_str()) => {
                            Value::Object(named.iter().map(|(name, value)| (name.clone(), wire(value))).collect())
                        }
                        value => wire(value),
                    };
                    (key, value)
                })
                .collect(),
        ),
        other => other.clone(),
    }
}

fn lower_first(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

fn allow(action: impl Into<Value>, resource: Value) -> Value {
    json!({"Effect": "Allow", "Action": action.into(), "Resource": resource})
}

/// A role of the pipeline and its policy.
fn role(l: &mut Lowering<'_>, part: &str, description: &str, service: &str, policy: Value) {
    let name = l.name(part);
    let spec = role::Spec::for_service(&name, description, service, &l.facts.account);
    l.add::<Role>(part, "media", Some(&name), spec);
    l.add::<RolePolicy>(part, "media", None, role_policy::Spec { role: Role::output(part, "name"), policy });
}

fn functions(l: &mut Lowering<'_>, media: &Media) {
    let Some(recipe) = recipe(l.stack, l.facts.here) else { return };
    let architecture = recipe.platform.architecture().to_owned();
    let Sources { digest: sources, directory } = l.facts.functions.clone();
    let spec = artifact::Spec { recipe, sources, directory };
    l.add::<Artifact>(artifact::FUNCTIONS, "media.functions.build", None, spec);

    let submit = vec![
        allow(
            "mediaconvert:CreateJob",
            json!([
                conversions::Queue::output("media", "arn"),
                JobTemplate::output("media", "arn"),
                l.arn("mediaconvert", "jobs/*"),
            ]),
        ),
        json!({
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": Role::output("mediaconvert", "arn"),
            "Condition": {"StringEquals": {"iam:PassedToService": "mediaconvert.amazonaws.com"}},
        }),
        allow("sns:Publish", json!(Topic::output("media", "arn"))),
        // The template says which outputs there are; CreateJob wants to know where each goes.
        allow("mediaconvert:GetJobTemplate", json!(JobTemplate::output("media", "arn"))),
        // An upload is tagged with its job, so that it has no second one.
        allow(
            json!([
                "s3:GetObjectTagging",
                "s3:GetObjectVersionTagging",
                "s3:PutObjectTagging",
                "s3:PutObjectVersionTagging",
            ]),
            json!(Bucket::output("source", "arn") + "/*"),
        ),
        // Without it S3 says of what is deleted meanwhile that it is forbidden.
        allow("s3:ListBucket", json!(Bucket::output("source", "arn"))),
        // What cannot be converted is reported like what could not be converted.
        allow("sqs:SendMessage", json!(Queue::output(RESULTS, "arn"))),
    ];
    let suffixes: Vec<&str> = media.suffixes.iter().map(|suffix| suffix.as_str()).collect();
    let endpoint = format!("https://mediaconvert.{}.amazonaws.com", l.facts.region);
    let both = [
        ("SNS_TOPIC_ARN", Topic::output("media", "arn")),
        ("SNS_TOPIC_NAME", Topic::output("media", "name")),
        ("RESULT_QUEUE_URL", Queue::output(RESULTS, "url")),
        ("SOURCE_BUCKET", Bucket::output("source", "name")),
        ("DESTINATION_BUCKET", Bucket::output("destination", "name")),
        ("MEDIACONVERT_ENDPOINT", endpoint.into()),
        ("SOLUTION_ID", "bogosa".into()),
        ("STACKNAME", (&l.stack.stack).into()),
    ];
    let of_submit = [
        ("JOB_SETTINGS", "job-settings.json".into()),
        ("JOB_TEMPLATE", JobTemplate::output("media", "name")),
        ("JOB_QUEUE", conversions::Queue::output("media", "arn")),
        ("MEDIACONVERT_ROLE", Role::output("mediaconvert", "arn")),
        ("SUFFIXES", suffixes.join(",").into()),
    ];
    let environment = environment(both.iter().cloned().chain(of_submit));
    let start = "Starts the conversion of each upload";
    function(l, media, "job-submit", start, &architecture, submit, environment);

    let complete = vec![
        allow("mediaconvert:GetJob", json!(l.arn("mediaconvert", "jobs/*"))),
        allow("sqs:SendMessage", json!(Queue::output(RESULTS, "arn"))),
        allow("sns:Publish", json!(Topic::output("media", "arn"))),
    ];
    let domain = l.stack.cdn.as_ref().map(|_| ("CLOUDFRONT_DOMAIN", Distribution::output(cdn::MEDIA, "domain")));
    let of_complete = domain.into_iter().chain([("METRICS", "No".into())]);
    let environment = self::environment(both.into_iter().chain(of_complete));
    let pass_on = "Passes on what came of each conversion";
    function(l, media, "job-complete", pass_on, &architecture, complete, environment);
}

fn environment(values: impl Iterator<Item = (&'static str, Input)>) -> BTreeMap<String, Input> {
    values.map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A function, with a role and a log group of its own.
fn function(
    l: &mut Lowering<'_>,
    media: &Media,
    part: &str,
    description: &str,
    architecture: &str,
    mut statements: Vec<Value>,
    environment: BTreeMap<String, Input>,
) {
    let group = log_group::Spec::new(&l.stack.stack, part, media.log_retention_days);
    let group_name = group.name.clone();
    l.add::<LogGroup>(part, "media.log_retention_days", Some(&group_name), group);
    let records = LogGroup::output(part, "arn") + ":*";
    statements.push(allow(json!(["logs:CreateLogStream", "logs:PutLogEvents"]), json!(records)));
    statements.push(allow("sqs:SendMessage", json!(Queue::output(DEAD_LETTERS, "arn"))));
    // X-Ray knows no resources.
    statements.push(allow(json!(["xray:PutTraceSegments", "xray:PutTelemetryRecords"]), json!("*")));
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    role(l, part, description, "lambda.amazonaws.com", policy);

    let name = l.name(part);
    let spec = function::Spec {
        name: name.clone(),
        description: description.to_owned(),
        role: Role::output(part, "arn"),
        runtime: "provided.al2023".to_owned(),
        architecture: architecture.to_owned(),
        // By this the program knows which of the two it is.
        handler: part.to_owned(),
        code_sha256: Artifact::output(artifact::FUNCTIONS, "sha256"),
        memory_mb: 256,
        timeout_seconds: 60,
        environment,
        dead_letter: Some(Queue::output(DEAD_LETTERS, "arn")),
        log_group: LogGroup::output(part, "name"),
        tracing: true,
    };
    let node = l.add::<Function>(part, "media", Some(&name), spec);
    node.after.insert(Address::new(RolePolicy::KIND, part));
}

/// What MediaConvert says of this stack's jobs goes to JobComplete.
fn job_events(l: &mut Lowering<'_>) {
    let name = l.name(JOBS);
    let spec = rule::Spec {
        name: name.clone(),
        description: "What came of this stack's conversions".to_owned(),
        enabled: true,
        pattern: json!({
            "source": ["aws.mediaconvert"],
            "detail-type": ["MediaConvert Job State Change"],
            "detail": {
                "status": ["COMPLETE", "ERROR", "CANCELED", "INPUT_INFORMATION"],
                "userMetadata": {"StackName": [l.stack.stack]},
            },
        }),
        target: Some(target(Function::output("job-complete", "arn"))),
    };
    l.add::<Rule>(JOBS, "media", Some(&name), spec);
    permission(l, "job-complete", "events.amazonaws.com", Rule::output(JOBS, "arn"));
}

/// Who is told of events. What cannot be delivered for hours is a dead letter.
pub(super) fn target(arn: Input) -> rule::Target {
    let dead_letter = Some(Queue::output(DEAD_LETTERS, "arn"));
    rule::Target { arn, dead_letter, retry_attempts: 20, retry_seconds: 6 * 3600 }
}

/// Every upload goes to JobSubmit, which knows the suffixes: see `s3.notification`.
fn uploads(l: &mut Lowering<'_>) {
    permission(l, "job-submit", "s3.amazonaws.com", Bucket::output("source", "arn"));
    let call = notification::Call {
        function: Function::output("job-submit", "arn"),
        events: BTreeSet::from(["s3:ObjectCreated:*".to_owned()]),
        prefix: String::new(),
        suffix: String::new(),
    };
    let functions = BTreeMap::from([("uploads".to_owned(), call)]);
    let spec = notification::Spec { bucket: buckets::name(l, "source"), functions };
    l.add::<Notification>("source", "media", None, spec);
}

fn permission(l: &mut Lowering<'_>, part: &str, service: &str, source_arn: Input) {
    let spec = permission::Spec {
        function: l.name(part),
        principal: service.to_owned(),
        source_account: l.facts.account.clone(),
        source_arn,
    };
    l.add::<Permission>(part, "media", None, spec);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_spelled_as_the_api_does_and_names_stay() {
        let given = json!({"Inputs": [{"FileInput": "s3://b/k", "AudioSelectors": {"Audio Selector 1": {"DefaultSelection": "DEFAULT"}}}]});
        let wire = json!({"inputs": [{"audioSelectors": {"Audio Selector 1": {"defaultSelection": "DEFAULT"}}}]});
        assert_eq!(template_settings(&given), wire);
        assert_eq!(template_settings(&wire), wire);
    }

    #[test]
    fn the_settings_that_come_with_bogosa_are_a_template() {
        let given: Value = serde_json::from_str(JOB_SETTINGS).expect("JSON");
        let settings = template_settings(&given["Settings"]);
        assert_eq!(settings["outputGroups"][0]["outputGroupSettings"]["type"], "HLS_GROUP_SETTINGS");
    }
}
