//! `app`: the artifact, the application's key, and the *release*: what the user data tell an instance to run.
//!
//! The release is one line of JSON. Whoever runs it (config/user-data.sh on instances, the sandbox on this machine) makes
//! of it the environment of the process: `environment` as it stands, and
//!
//! - `PORT`, the port to listen on, and `PUBLIC_URL`, where visitors find the application;
//! - `DATABASE_HOST`, `DATABASE_PORT`, `DATABASE_NAME` and, with what `database.secret_arn` holds, `DATABASE_URL`;
//! - `SECRET_KEY`, which `secret_key_arn` holds: 32 random bytes in base64, the same for all instances, for ever.

use std::collections::BTreeMap;

use bogosa_engine::{Input, Resource};
use serde_json::{Value, json};

use super::{Lowering, cache, database};
use crate::build::{Make, Platform, Recipe};
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
use crate::resources::sqs::queue::Queue;
use crate::stack::schema::{App, Build, Certificate, Document, Web};

/// The logical name of the application's key.
pub(crate) const KEY: &str = "app-key";

/// How the application is built: for the stack's instances, or, where it is to run here, for this machine.
pub(crate) fn recipe(stack: &Document, here: bool) -> Option<Recipe> {
    let Build { package, profile, command, artifact, include, .. } = &stack.app.as_ref()?.build;
    let make = match artifact.clone() {
        Some(artifact) if command.is_empty() => Make::Ready { artifact },
        Some(artifact) => Make::Command { command: command.clone(), artifact },
        None => {
            Make::Cargo { package: package.clone(), program: program(stack.app.as_ref()?), profile: profile.clone() }
        }
    };
    let architecture = stack.web.as_ref().map(|web| web.instance.architecture().as_str().to_owned());
    let platform = match here {
        true => Platform::here(),
        false => Platform::AmazonLinux2023(architecture.unwrap_or_default()),
    };
    Some(Recipe { make, include: include.clone(), platform })
}

/// The program within the archive, with the default worked out.
fn program(app: &App) -> String {
    let file = app.build.artifact.as_ref().and_then(|artifact| artifact.trim_end_matches('/').rsplit('/').next());
    app.command.clone().unwrap_or_else(|| file.unwrap_or(&app.build.package).to_owned())
}

pub(crate) fn lower(l: &mut Lowering<'_>) {
    let Some(recipe) = recipe(l.stack, l.facts.here) else { return };
    let (sources, directory) = (l.facts.sources.clone(), l.facts.directory.clone());
    l.add::<Artifact>(artifact::NAME, "app.build", None, artifact::Spec { recipe, sources, directory });

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
    let output = |name| Artifact::output(artifact::NAME, name);
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
fn public_url(l: &Lowering<'_>, web: &Web) -> Input {
    let scheme = if l.stack.web_certificate() == Certificate::None { "http" } else { "https" };
    match web.hosts.first() {
        Some(host) => format!("{scheme}://{host}").into(),
        None => Input::concat([format!("{scheme}://").into(), LoadBalancer::output(super::web::WEB, "dns_name")]),
    }
}

/// The stack's own outputs, for the application.
fn outputs(l: &Lowering<'_>) -> BTreeMap<String, Input> {
    let stack = l.stack;
    let mut all = vec![("AWS_REGION", l.facts.region.clone().into())];
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
    if stack.streaming.as_ref().is_some_and(|streaming| streaming.recording.enabled) {
        all.push(("RECORDING_CONFIGURATION_ARN", RecordingConfiguration::output("main", "arn")));
    }
    if stack.cache.is_some() {
        all.push(("CACHE_HOST", ReplicationGroup::output(cache::MAIN, "endpoint")));
        all.push(("CACHE_PORT", ReplicationGroup::output(cache::MAIN, "port")));
    }
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
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
