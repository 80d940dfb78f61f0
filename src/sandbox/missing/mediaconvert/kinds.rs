//! What queues, job templates and presets have in common: they are named, made, read, listed, changed and deleted alike.

use super::{MediaConvert, Outcome, arn, listed, not_found, queue, settings, text};
use crate::{
    missing::{
        clock::unix,
        refusal::{Refusal, refuse},
    },
    reply::Reply,
};
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Named {
    Queue,
    JobTemplate,
    Preset,
}

#[derive(Debug)]
pub(super) struct Kind {
    pub named: Named,
    /// In operations' names: `CreateQueue`, `ListQueues`.
    noun: &'static str,
    /// In answers.
    single: &'static str,
    /// In answers, URLs and ARNs.
    pub path: &'static str,
    words: &'static str,
    /// What a list is ordered by where the request does not say. `GET /queues`: "by creation date"; the others' pages:
    /// "by name".
    order: &'static str,
    /// What an update may change, of what a create may set.
    settable: &'static [&'static str],
}

pub(super) static ALL: [Kind; 3] = [
    Kind {
        named: Named::Queue,
        noun: "Queue",
        single: "queue",
        path: "queues",
        words: "queue",
        order: "CREATION_DATE",
        settable: &["concurrentJobs", "description", "maximumConcurrentFeeds", "status"],
    },
    Kind {
        named: Named::JobTemplate,
        noun: "JobTemplate",
        single: "jobTemplate",
        path: "jobTemplates",
        words: "job template",
        order: "NAME",
        settable: &[
            "accelerationSettings",
            "category",
            "description",
            "elementalInferenceSettings",
            "hopDestinations",
            "priority",
            "queue",
            "settings",
            "statusUpdateInterval",
        ],
    },
    Kind {
        named: Named::Preset,
        noun: "Preset",
        single: "preset",
        path: "presets",
        words: "preset",
        order: "NAME",
        settable: &["category", "description", "settings"],
    },
];

#[derive(Clone, Copy, Debug)]
pub(super) enum Verb {
    Create,
    Get,
    List,
    Update,
    Delete,
}

/// `CreateJobTemplate` → that kind and verb.
pub(super) fn of(action: &str) -> Option<(&'static Kind, Verb)> {
    ALL.iter().find_map(|kind| {
        let verb = match action.strip_suffix('s').and_then(|action| action.strip_suffix(kind.noun)) {
            Some("List") => Verb::List,
            _ => match action.strip_suffix(kind.noun)? {
                "Create" => Verb::Create,
                "Get" => Verb::Get,
                "Update" => Verb::Update,
                "Delete" => Verb::Delete,
                _ => return None,
            },
        };
        Some((kind, verb))
    })
}

impl MediaConvert {
    pub(super) fn manage(&self, region: &str, kind: &'static Kind, verb: Verb, request: &Value) -> Outcome {
        let name = text(request, "name");
        let store = self.store(kind);
        let answer =
            |status, value: &Value| Ok(Reply::json(status, &json!({ kind.single: self.shown(region, kind, value) })));
        let found = || store.get(region, name).ok_or_else(|| not_found(kind.words, &arn(region, kind.path, name)));
        match verb {
            Verb::Create => {
                let value = self.new_value(region, kind, request)?;
                if store.get(region, name).is_some() {
                    let message = format!("A {} with the name {name} already exists", kind.words);
                    return refuse(409, "ConflictException", message);
                }
                store.insert(region, name, self.thing(value.clone()));
                self.set_tags(region, text(&value, "arn"), request);
                answer(201, &value)
            }
            Verb::Get => answer(200, &found()?.value),
            Verb::List => self.list(region, kind, request),
            Verb::Update => {
                let mut thing = found()?;
                self.set(region, kind, &mut thing.value, request)?;
                thing.value["lastUpdated"] = unix().into();
                store.insert(region, name, thing.clone());
                answer(200, &thing.value)
            }
            Verb::Delete => {
                found()?;
                if kind.named == Named::Queue {
                    self.may_delete_queue(region, name)?;
                }
                store.remove(region, name);
                self.tags.remove(region, &arn(region, kind.path, name));
                Ok(Reply::json(202, &json!({})))
            }
        }
    }

    fn new_value(&self, region: &str, kind: &Kind, request: &Value) -> Result<Value, Refusal> {
        let name = text(request, "name");
        if name.is_empty() {
            return refuse(400, "BadRequestException", "/name: Should have at least 1 characters");
        }
        let mut value = match kind.named {
            Named::Queue => queue::new(request)?,
            // Defaults: https://docs.aws.amazon.com/mediaconvert/latest/apireference/jobtemplates.html
            Named::JobTemplate => json!({
                "accelerationSettings": { "mode": "DISABLED" },
                "hopDestinations": [],
                "priority": 0,
                "statusUpdateInterval": "SECONDS_60",
            }),
            Named::Preset => json!({}),
        };
        value["name"] = name.into();
        value["arn"] = arn(region, kind.path, name).into();
        value["type"] = "CUSTOM".into();
        value["createdAt"] = unix().into();
        value["lastUpdated"] = unix().into();
        self.set(region, kind, &mut value, request)?;
        Ok(value)
    }

    fn set(&self, region: &str, kind: &Kind, value: &mut Value, request: &Value) -> Result<(), Refusal> {
        for member in kind.settable {
            if let Some(given) = request.get(*member).filter(|given| !given.is_null()) {
                value[*member] = given.clone();
            }
        }
        match kind.named {
            Named::Queue => queue::reserve(value, request),
            Named::JobTemplate => {
                if let Some(queue) = request["queue"].as_str() {
                    value["queue"] = self.queue_arn(region, queue)?.into();
                }
                self.check_outputs(region, &value["settings"])
            }
            Named::Preset => settings::check_preset(&value["settings"]),
        }
    }

    fn list(&self, region: &str, kind: &Kind, request: &Value) -> Outcome {
        let by = request["listBy"].as_str().unwrap_or(kind.order);
        if by == "SYSTEM" {
            return listed(kind.path, Vec::new(), request);
        }
        let mut all = self.store(kind).list(region); // by name
        all.retain(|thing| request["category"].is_null() || thing.value["category"] == request["category"]);
        if by == "CREATION_DATE" {
            all.sort_by_key(|thing| thing.number);
        }
        if request["order"] == "DESCENDING" {
            all.reverse();
        }
        listed(kind.path, all.iter().map(|thing| self.shown(region, kind, &thing.value)).collect(), request)
    }

    /// As answers show it: a queue with its jobs counted.
    fn shown(&self, region: &str, kind: &Kind, value: &Value) -> Value {
        let mut value = value.clone();
        if kind.named == Named::Queue {
            let count = |status| self.jobs_in(region, text(&value, "arn"), status).into();
            (value["submittedJobsCount"], value["progressingJobsCount"]) = (count("SUBMITTED"), count("PROGRESSING"));
        }
        value
    }
}
