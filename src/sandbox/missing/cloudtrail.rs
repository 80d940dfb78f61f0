//! CloudTrail's event history: who changed what, and when. Of moto's CloudTrail it is the one thing that is missing.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html>
//!
//! Every call of a client that changes something is an event, also one that AWS refuses. AWS tells by a table for each
//! action which resources an event concerns; here it is whatever the request names. AWS shows an event after minutes,
//! and keeps it for 90 days; here it is there at once, and the latest 10,000 are kept.

use super::{clock, pages};
use crate::{
    behaviour::Shared,
    call::Call,
    id,
    layer::{Answer, Layer, Next},
    reply::Reply,
};
use hyper::header::USER_AGENT;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Mutex, PoisonError},
    time::Instant,
};

const KEPT: usize = 10_000;

/// As many as one page has at most.
const PAGE: usize = 50;

#[derive(Debug)]
pub struct CloudTrail {
    behaviour: Shared,
    /// The latest last.
    events: Mutex<VecDeque<Event>>,
}

#[derive(Clone, Debug)]
struct Event {
    id: String,
    /// Seconds since 1970.
    time: u64,
    name: String,
    source: String,
    region: String,
    access_key: String,
    user_agent: String,
    request_id: String,
    error: Option<String>,
    /// What the request names.
    resources: BTreeSet<String>,
}

impl Layer for CloudTrail {
    fn services(&self) -> &[&str] {
        &[]
    }

    fn answer<'a>(&'a self, call: Call, next: Next<'a>) -> Answer<'a> {
        if call.is("cloudtrail", "LookupEvents") {
            return Box::pin(self.look_up(call, next));
        }
        if !call.mutates {
            return next.run(call);
        }
        let event = self.event(&call);
        Box::pin(async move {
            let reply = next.run(call).await;
            let error = (!reply.ok()).then(|| reply.error_code().unwrap_or_default());
            self.with(|events| {
                events.push_back(Event { error, ..event });
                while events.len() > KEPT {
                    events.pop_front();
                }
            });
            reply
        })
    }

    fn reset(&self) {
        self.with(VecDeque::clear);
    }
}

impl CloudTrail {
    pub fn new(behaviour: Shared) -> CloudTrail {
        CloudTrail { behaviour, events: Mutex::default() }
    }

    fn with<T>(&self, what: impl FnOnce(&mut VecDeque<Event>) -> T) -> T {
        what(&mut self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn event(&self, call: &Call) -> Event {
        let agent = call.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let ahead = self.behaviour.clock.now().saturating_duration_since(Instant::now());
        Event {
            id: id::uuid(),
            time: clock::unix() + ahead.as_secs(),
            name: call.action.clone(),
            source: format!("{}.amazonaws.com", call.service),
            region: call.region.clone(),
            access_key: call.access_key.clone(),
            user_agent: agent.to_owned(),
            request_id: call.request_id.clone(),
            error: None,
            resources: named(call),
        }
    }

    async fn look_up(&self, call: Call, next: Next<'_>) -> Reply {
        let body = call.json();
        let refuse = |code: &str, message: &str| Reply::error(&call, 400, code, message);
        let attributes = body["LookupAttributes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let wanted = match attributes {
            [] => None,
            [one] => Some((
                one["AttributeKey"].as_str().unwrap_or_default(),
                one["AttributeValue"].as_str().unwrap_or_default(),
            )),
            _ => return refuse("InvalidLookupAttributesException", "Only one lookup attribute is supported."),
        };
        let size = body["MaxResults"].as_u64().unwrap_or(PAGE as u64);
        if !(1..=PAGE as u64).contains(&size) {
            return refuse("InvalidMaxResultsException", "MaxResults has to be between 1 and 50.");
        }
        let (from, to) = (body["StartTime"].as_f64().unwrap_or(0.0), body["EndTime"].as_f64().unwrap_or(f64::MAX));
        let fits = |event: &&Event| {
            let within = (from..=to).contains(&(event.time as f64));
            event.region == call.region && within && wanted.is_none_or(|(key, value)| event.has(key, value))
        };
        let found: Vec<Event> = self.with(|events| events.iter().rev().filter(fits).cloned().collect());
        let Some((events, token)) = pages::page(found, size as usize, body["NextToken"].as_str()) else {
            return refuse("InvalidNextTokenException", "The token is none of CloudTrail's.");
        };
        let mut callers: BTreeMap<String, String> = BTreeMap::new();
        for event in &events {
            if !callers.contains_key(&event.access_key) {
                callers.insert(event.access_key.clone(), caller(&call, next, &event.access_key).await);
            }
        }
        let events: Vec<Value> = events.iter().map(|event| event.told(&callers[&event.access_key])).collect();
        Reply::json(200, &json!({ "Events": events, "NextToken": token }))
    }
}

/// The ARN behind an access key, as STS tells it.
async fn caller(call: &Call, next: Next<'_>, access_key: &str) -> String {
    let call = Call { access_key: access_key.to_owned(), ..call.copy() };
    let answer = next.stack().ask(call.query("sts", "GetCallerIdentity", &[])).await.as_xml();
    answer.and_then(|answer| answer.text("GetCallerIdentityResult/Arn").map(str::to_owned)).unwrap_or_default()
}

impl Event {
    fn has(&self, key: &str, value: &str) -> bool {
        match key {
            "EventId" => self.id == value,
            "EventName" => self.name == value,
            "EventSource" => self.source == value,
            "AccessKeyId" => self.access_key == value,
            "ReadOnly" => value == "false",
            "ResourceName" => self.resources.contains(value),
            _ => false,
        }
    }

    fn told(&self, arn: &str) -> Value {
        let user = arn.rsplit(['/', ':']).next().unwrap_or_default();
        let time = clock::iso(self.time);
        let mut record = json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "IAMUser", "arn": arn, "accountId": crate::ACCOUNT, "accessKeyId": self.access_key,
                "userName": user,
            },
            "eventTime": time, "eventSource": self.source, "eventName": self.name, "awsRegion": self.region,
            "sourceIPAddress": "127.0.0.1", "userAgent": self.user_agent, "requestID": self.request_id,
            "eventID": self.id, "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true,
            "recipientAccountId": crate::ACCOUNT,
        });
        if let Some(error) = &self.error {
            record["errorCode"] = json!(error);
        }
        let resources: Vec<Value> = self.resources.iter().map(|name| json!({ "ResourceName": name })).collect();
        json!({
            "EventId": self.id, "EventName": self.name, "ReadOnly": "false", "AccessKeyId": self.access_key,
            "EventTime": self.time, "EventSource": self.source, "Username": user, "Resources": resources,
            "CloudTrailEvent": record.to_string(),
        })
    }
}

/// Every name and id in a request.
fn named(call: &Call) -> BTreeSet<String> {
    /// No name is longer; what is, is data.
    const LONGEST: usize = 512;
    fn texts(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::String(text) => drop(found.insert(text.clone())),
            Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
            Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
            _ => {}
        }
    }
    let mut found: BTreeSet<String> = call.path().into_iter().collect();
    found.extend(call.form().pairs().map(|(_, value)| value.to_owned()));
    texts(&call.json(), &mut found);
    found.retain(|text| !text.is_empty() && text.len() <= LONGEST);
    found
}
