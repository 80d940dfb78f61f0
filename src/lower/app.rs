//! `app`: the artifact, the application's key, and the *release*: what the user data tell an instance to run.
//!
//! The release is one line of JSON. Whoever runs it (config/user-data.sh on instances, the sandbox on this machine) makes
//! of it the environment of the process: `environment` as it stands, and
//!
//! - `PORT`, the port to listen on, and `PUBLIC_URL`, where visitors find the application;
//! - `DATABASE_HOST`, `DATABASE_PORT`, `DATABASE_NAME` and, with what `database.secret_arn` holds, `DATABASE_URL`;
//! - `SECRET_KEY`, which `secret_key_arn` holds: 32 random bytes in base64, the same for all instances, for ever.

use std::collections::BTreeMap;

use bogosa_engine::{Input, Resource, TAG_STACK};
use serde_json::{Value, json};

use super::{Lowering, Sources, cache, database};
use crate::build::{Form, Make, Platform, Recipe};
use crate::resources::cloudfront::distribution::Distribution;
use crate::resources::cognito_idp::client::Client;
use crate::resources::cognito_idp::user_pool::UserPool;
use crate::resources::elasticache::replication_group::ReplicationGroup;
use crate::resources::elb::load_balancer::LoadBalancer;
use crate::resources::home::artifact::{self, Artifact};
use crate::resources::ivs::recording_configuration::RecordingConfiguration;
use crate::resources::logs::log_group::LogGroup;
use crate::resources::rds::instance::Instance;
use crate::resources::s3::bucket::Bucket;
use crate::resources::secretsmanager::secret::{self, Secret};
use crate::resources::ses::identity::Identity;
use crate::resources::sqs::queue::Queue;
use crate::stack::schema::{App, Architecture, Build, Certificate, Document, Web};

/// The logical name of the application's key.
pub(crate) const KEY: &str = "app-key";

/// The cargo package that comes with bogosa.
const PACKAGE: &str = "bogosa-shop";

/// How the application is built.
pub(crate) fn recipe(stack: &Document, here: bool) -> Option<Recipe> {
    let app = stack.app.as_ref()?;
    let package = app.build.package.as_deref().unwrap_or(PACKAGE);
    Some(recipe_of(stack, &app.build, (package, &program(app)), Form::Archive, here))
}

/// How a program is built: for the stack's instances, or, where it is to run here, for this machine. Of cargo's packages
/// it is said which program of which package.
pub(crate) fn recipe_of(
    stack: &Document,
    build: &Build,
    (package, program): (&str, &str),
    form: Form,
    here: bool,
) -> Recipe {
    let Build { profile, command, artifact, include, .. } = build;
    let make = match artifact.clone() {
        Some(artifact) if command.is_empty() => Make::Ready { artifact },
        Some(artifact) => Make::Command { command: command.clone(), artifact },
        None => Make::Cargo { package: package.to_owned(), program: program.to_owned(), profile: profile.clone() },
    };
    let architecture = stack.web.as_ref().map_or(Architecture::Arm64, |web| web.instance.architecture());
    let platform = match here {
        true => Platform::here(),
        false => Platform::AmazonLinux2023(architecture.as_str().to_owned()),
    };
    Recipe { make, include: include.clone(), platform, form }
}

/// The program within the archive, with the default worked out.
fn program(app: &App) -> String {
    let file = app.build.artifact.as_ref().and_then(|artifact| artifact.trim_end_matches('/').rsplit('/').next());
    let package = app.build.package.as_deref().unwrap_or(PACKAGE);
    app.command.clone().unwrap_or_else(|| file.unwrap_or(package).to_owned())
}

pub(crate) fn lower(l: &mut Lowering<'_>) {
    let Some(recipe) = recipe(l.stack, l.facts.here) else { return };
    let Sources { digest: sources, directory } = l.facts.app.clone();
    l.add::<Artifact>(artifact::APP, "app.build", None, artifact::Spec { recipe, sources, directory });

    let name = l.name(KEY);
    let description = format!("What the application of {} keeps things under", l.stack.stack);
    l.add::<Secret>(KEY, "app", Some(&name), secret::Spec { name: name.clone(), description });
}

/// The release, for a place between single quotes of the shell; empty without an application.
pub(crate) fn release(l: &Lowering<'_>, web: &Web) -> Input {
    let Some(app) = &l.stack.app else { return Input::default() };
    let database = l.stack.database.as_ref().map(|database| {
        let output = |name| Instance::output(database::MAIN, name);
        json!({
            "host": output("endpoint"),
            "port": database.port,
            "name": l.stack.database_name(),
            "secret_arn": output("secret_arn"),
        })
    });
    let output = |name| Artifact::output(artifact::APP, name);
    let mut environment: BTreeMap<String, Input> = outputs(l);
    environment.extend(app.environment.iter().map(|(name, value)| (name.clone(), value.into())));
    text(&json!({
        "artifact": {"bucket": output("bucket"), "key": output("key"), "sha256": output("sha256")},
        "command": program(app),
        "arguments": app.arguments,
        "migrate": app.migrate.then_some(["migrate"]),
        "port": app.port.unwrap_or(web.target_group.port),
        "environment": environment,
        "database": database,
        "secret_key_arn": Secret::output(KEY, "arn"),
        "log_group": LogGroup::output(super::web::APP_LOG, "name"),
        "public_url": public_url(l, web),
    }))
}

/// Where visitors find the application.
pub(crate) fn public_url(l: &Lowering<'_>, web: &Web) -> Input {
    let scheme = if l.stack.web_certificate() == Certificate::None { "http" } else { "https" };
    match web.hosts.first() {
        Some(host) => format!("{scheme}://{host}").into(),
        None => Input::concat([format!("{scheme}://").into(), LoadBalancer::output(super::web::WEB, "dns_name")]),
    }
}

/// The stack's own outputs, for the application.
fn outputs(l: &Lowering<'_>) -> BTreeMap<String, Input> {
    let stack = l.stack;
    let tag = format!("{TAG_STACK}={}", stack.stack);
    let mut all = vec![("AWS_REGION", l.facts.region.clone().into()), ("STACK_TAG", tag.into())];
    if stack.media.is_some() {
        all.push(("SOURCE_BUCKET", Bucket::output("source", "name")));
        all.push(("DESTINATION_BUCKET", Bucket::output("destination", "name")));
        all.push(("RESULT_QUEUE_URL", Queue::output("results", "url")));
    }
    if let Some(cdn) = &stack.cdn {
        let host = match cdn.aliases.first() {
            Some(alias) => alias.into(),
            None => Distribution::output("media", "domain"),
        };
        all.push(("CDN_URL", Input::concat(["https://".into(), host])));
    }
    if let Some(sender) = stack.email.as_ref().and_then(|email| email.sender()) {
        all.push(("MAIL_FROM", sender.into()));
    }
    if stack.identity.as_ref().is_some_and(|identity| identity.user_pool.enabled) {
        all.push(("USER_POOL_ID", UserPool::output("main", "id")));
        all.push(("USER_POOL_CLIENT_ID", Client::output("main", "id")));
    }
    if stack.is_recorded() {
        all.push(("RECORDING_CONFIGURATION_ARN", RecordingConfiguration::output("main", "arn")));
    }
    if stack.cache.is_some() {
        all.push(("CACHE_HOST", ReplicationGroup::output(cache::MAIN, "endpoint")));
        all.push(("CACHE_PORT", ReplicationGroup::output(cache::MAIN, "port")));
    }
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What the application may do beyond what every instance may: for each section of the stack, what an application does
/// with what is there.
pub(crate) fn rights(l: &Lowering<'_>) -> Vec<Value> {
    let stack = l.stack;
    let allow = |sid: &str, actions: &[&str], resource: Value| json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource});
    let mut all = vec![allow("Key", &["secretsmanager:GetSecretValue"], json!(Secret::output(KEY, "arn")))];
    if stack.media.is_some() {
        let objects = ["source", "destination"].map(|bucket| Bucket::output(bucket, "arn") + "/*");
        // Whoever signs a request for a browser has to be allowed what it does.
        all.push(allow("Media", &["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], json!(objects)));
        // Without it S3 does not say that an object is not there, but that it may not be read.
        let buckets = ["source", "destination"].map(|bucket| Bucket::output(bucket, "arn"));
        all.push(allow("MediaLists", &["s3:ListBucket"], json!(buckets)));
        let take = ["ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage"];
        let take = take.map(|action| format!("sqs:{action}"));
        let take: Vec<&str> = take.iter().map(String::as_str).collect();
        all.push(allow("MediaResults", &take, json!(Queue::output("results", "arn"))));
    }
    if let Some(sender) = stack.email.as_ref().and_then(|email| email.sender()) {
        let mut mail = allow("Mail", &["ses:SendEmail"], json!(Identity::output("main", "arn")));
        mail["Condition"] = json!({"StringEquals": {"ses:FromAddress": sender}});
        all.push(mail);
    }
    if stack.streaming.is_some() {
        // The application makes a channel for each member, and nobody knows their ids before.
        let (channels, keys) = (l.arn("ivs", "channel/*"), l.arn("ivs", "stream-key/*"));
        let make = ["ivs:CreateChannel", "ivs:CreateStreamKey", "ivs:DeleteChannel", "ivs:DeleteStreamKey"];
        all.push(allow("Channels", &make, json!([channels, keys])));
        all.push(allow("ChannelTags", &["ivs:TagResource"], json!(channels)));
        let use_them = ["ivs:GetStream", "ivs:ListStreamKeys", "ivs:PutMetadata", "ivs:StopStream"];
        all.push(allow("Streams", &use_them, json!(channels)));
    }
    all
}

/// JSON as text, with holes where its strings have some. A single quote is written as the shell wants it within single
/// quotes. What fills the holes are names, ARNs, hosts and hashes: nothing in them has to be escaped.
fn text(value: &Value) -> Input {
    match value {
        Value::Object(fields) => {
            if let Ok(input) = serde_json::from_value::<Input>(value.clone()) {
                return Input::concat(["\"".into(), input, "\"".into()]);
            }
            let fields = fields
                .iter()
                .map(|(name, value)| Input::concat([escaped(&Value::from(name.as_str())), ":".into(), text(value)]));
            listed("{", fields, "}")
        }
        Value::Array(items) => listed("[", items.iter().map(text), "]"),
        plain => escaped(plain),
    }
}

fn listed(open: &str, items: impl Iterator<Item = Input>, close: &str) -> Input {
    let items = items.enumerate().map(|(number, item)| match number {
        0 => item,
        _ => Input::concat([",".into(), item]),
    });
    Input::concat(std::iter::once(open.into()).chain(items).chain([close.into()]))
}

fn escaped(plain: &Value) -> Input {
    plain.to_string().replace('\'', r"'\''").into()
}

#[cfg(test)]
mod tests {
    use bogosa_engine::Address;

    use super::*;

    #[test]
    fn a_release_is_one_line_of_json_with_holes() {
        let arn = Input::output(Address::new("a.b", "c"), "arn");
        let value = json!({"it's": ["a \"b\"\n", 80, null], "x": arn.clone(), "y": arn.clone() + "/*"});
        let holes = format!("{}", text(&value));
        assert_eq!(holes, r#"{"it'\''s":["a \"b\"\n",80,null],"x":"${a.b/c.arn}","y":"${a.b/c.arn}/*"}"#);
    }

    #[test]
    fn the_program_is_named_or_follows_from_what_is_shipped() {
        let program = |command: Option<&str>, artifact: Option<&str>| {
            let build = Build { artifact: artifact.map(str::to_owned), ..Build::default() };
            program(&App { command: command.map(str::to_owned), build, ..App::default() })
        };
        assert_eq!(program(None, None), "bogosa-shop");
        assert_eq!(program(None, Some("out/server")), "server");
        assert_eq!(program(Some("bin/run"), Some("out")), "bin/run");
    }
}
