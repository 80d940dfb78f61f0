//! AWS is not of one mind at once: what was just made is not found for a while by the calls that come next.
//!
//! How long, at most [`Behaviour::consistency`] seconds, follows from the seed and from what was asked for, so that a
//! failure repeats. Meanwhile lists leave it out, and calls that name it are refused as if there were no such thing; only
//! that it cannot be made again shows that it is there. The tagging API's index lags behind longer. That other services
//! do not know a new role yet is in `moto/consistency/`, beside the rules that ask for roles.
//!
//! [`Behaviour::consistency`]: crate::behaviour::Behaviour::consistency

mod kinds;
pub mod permissions;

use crate::{
    behaviour::{Behaviour, Shared},
    call::{Call, Protocol},
    chance,
    layer::{Answer, Layer, Next},
    reply::Reply,
};
use kinds::{KINDS, Kind, Made, SERVICES, bare};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// By so much does the tagging API's index lag behind the services themselves.
const INDEX_LAG: u32 = 3;

#[derive(Debug)]
pub struct Consistency {
    behaviour: Shared,
    /// What was made, by kind and identifier; it stays here when it is seen, so that an idempotent creation does not hide
    /// it again.
    made: Mutex<HashMap<(&'static str, String), Hidden>>,
}

#[derive(Clone, Copy, Debug)]
struct Hidden {
    kind: &'static Kind,
    since: Instant,
    lasts: Duration,
}

impl Hidden {
    fn at(&self, now: Instant) -> bool {
        now - self.since < self.lasts
    }

    fn unindexed_at(&self, now: Instant) -> bool {
        now - self.since < self.lasts * INDEX_LAG
    }
}

impl Layer for Consistency {
    fn services(&self) -> &[&str] {
        SERVICES
    }

    fn answer<'a>(&'a self, call: Call, next: Next<'a>) -> Answer<'a> {
        let behaviour = self.behaviour.get();
        if behaviour.consistency <= 0.0 {
            return next.run(call);
        }
        if let Some(refusal) = self.refusal(&call) {
            return Box::pin(async move { refusal });
        }
        let kind = KINDS.iter().find(|kind| call.is(kind.service, kind.create));
        let reads = !call.mutates && call.protocol != Protocol::S3 || call.action == "ListBuckets";
        if kind.is_none() && !reads {
            return next.run(call);
        }
        let asked = call.copy();
        Box::pin(async move {
            let reply = next.run(call).await.read().await;
            match kind {
                Some(kind) if reply.ok() => self.hide(kind, &asked, &reply, behaviour),
                None if reply.ok() => return self.without_hidden(&asked, reply),
                _ => (),
            }
            reply
        })
    }

    fn reset(&self) {
        self.lock().clear();
    }
}

impl Consistency {
    pub fn new(behaviour: Shared) -> Consistency {
        Consistency { behaviour, made: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(&'static str, String), Hidden>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hide(&self, kind: &'static Kind, call: &Call, reply: &Reply, behaviour: Behaviour) {
        let id = match kind.made {
            Made::Parameter(name) => call.form().get(name).map(str::to_owned),
            Made::Answer(path) => reply.as_xml().and_then(|root| root.text(path).map(|id| bare(id).to_owned())),
            Made::Path => call.path().into_iter().next(),
        };
        let Some(id) = id else { return };
        let part = chance::part(behaviour.seed, &[&"consistency", &kind.create, &gist(call)]);
        let lasts = Duration::try_from_secs_f64(behaviour.consistency * part).unwrap_or_default();
        let hidden = Hidden { kind, since: self.behaviour.clock.now(), lasts };
        let mut made = self.lock();
        match kind.made {
            // A second success is a second thing: the first was deleted.
            Made::Parameter(_) => drop(made.insert((kind.create, id), hidden)),
            _ => drop(made.entry((kind.create, id)).or_insert(hidden)),
        }
    }

    /// The error of the first hidden thing that a call names.
    fn refusal(&self, call: &Call) -> Option<Reply> {
        let named: Vec<String> = match call.protocol {
            Protocol::S3 => call.path().into_iter().take(1).filter(|_| call.action.contains("Bucket")).collect(),
            Protocol::RestXml => call.path(),
            Protocol::Query | Protocol::Ec2 => {
                let form = call.form();
                let values = form.pairs().filter(|(name, _)| !name.contains("Filter.") && !name.contains("Tag."));
                values.map(|(_, value)| value.to_owned()).collect()
            }
            _ => return None,
        };
        let (made, now) = (self.lock(), self.behaviour.clock.now());
        let hidden = |kind: &Kind, id: &String| made.get(&(kind.create, id.clone())).is_some_and(|one| one.at(now));
        let ours = || KINDS.iter().filter(|kind| kind.service == call.service && kind.create != call.action);
        let (kind, id) = named.iter().find_map(|id| Some((ours().find(|kind| hidden(kind, id))?, id)))?;
        // A route's target has an error of its own: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
        let route = kind.create == "CreateNatGateway" && matches!(call.action.as_str(), "CreateRoute" | "ReplaceRoute");
        let code = if route { "InvalidNatGatewayID.NotFound" } else { kind.code };
        if call.method == hyper::Method::HEAD {
            return Some(Reply::empty(kind.status));
        }
        Some(Reply::error(call, kind.status, code, &kind.message.replace("{}", id)))
    }

    /// An answer without the items that are not seen yet.
    fn without_hidden(&self, call: &Call, reply: Reply) -> Reply {
        let (made, now) = (self.lock(), self.behaviour.clock.now());
        if call.service == "tagging" {
            let unindexed: Vec<&String> =
                made.iter().filter(|(_, one)| one.unindexed_at(now)).map(|((_, id), _)| id).collect();
            let mut body = reply.as_json();
            let Some(found) = body["ResourceTagMappingList"].as_array_mut().filter(|_| !unindexed.is_empty()) else {
                return reply;
            };
            found.retain(|one| !unindexed.iter().any(|id| is_of(&one["ResourceARN"], id)));
            return reply.with_json(&body);
        }
        let hidden: Vec<(&Kind, &String)> = made
            .iter()
            .filter(|(_, one)| one.kind.service == call.service && one.at(now))
            .map(|((_, id), one)| (one.kind, id))
            .collect();
        if hidden.is_empty() {
            return reply;
        }
        let Some(mut root) = reply.as_xml() else { return reply };
        let mut changed = false;
        for (kind, id) in hidden {
            let (list, member) = kind.list;
            if let Some(items) = root.find_mut(list) {
                let before = items.children.len();
                items.children.retain(|item| item.child(member).is_none_or(|found| bare(&found.text) != id));
                changed |= items.children.len() < before;
            }
        }
        if changed { reply.with_xml(&root) } else { reply }
    }
}

/// Whether an ARN is that of the thing with this identifier.
fn is_of(arn: &Value, id: &str) -> bool {
    arn.as_str().is_some_and(|arn| arn == id || arn.strip_suffix(id).is_some_and(|rest| rest.ends_with(['/', ':'])))
}

/// What is the same in a call whenever the same thing is made: no identifiers of other things, no tokens, and of the tags
/// the name alone.
fn gist(call: &Call) -> String {
    if !matches!(call.protocol, Protocol::Query | Protocol::Ec2) {
        let name = call.xml().as_ref().and_then(|root| root.text("Name").map(str::to_owned));
        return name.unwrap_or_else(|| call.uri.path().to_owned());
    }
    let form = call.form();
    let mut named = false;
    let kept = form.pairs().filter(|(name, value)| {
        let after_name = std::mem::replace(&mut named, name.ends_with(".Key") && *value == "Name");
        !is_id(value) && *name != "ClientToken" && (!name.contains("Tag") || after_name)
    });
    kept.map(|(name, value)| format!("{name}={value}&")).collect()
}

/// `vpc-0123456789abcdef0`
fn is_id(value: &str) -> bool {
    value.rsplit_once('-').is_some_and(|(_, hex)| hex.len() >= 8 && hex.chars().all(|digit| digit.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_arns_are_told_apart() {
        assert!(is_id("vpc-0123456789abcdef0") && !is_id("10.0.0.0/16") && !is_id("web-server"));
        let arn = Value::from("arn:aws:ec2:us-east-1:1:vpc/vpc-1");
        assert!(is_of(&arn, "vpc-1") && !is_of(&arn, "1") && !is_of(&arn, "pc-1"));
    }

    #[test]
    fn the_index_lags_behind_the_service() {
        let since = Instant::now();
        let seen = Hidden { kind: &KINDS[0], since, lasts: Duration::from_secs(1) };
        let later = since + Duration::from_secs(2);
        assert!(!seen.at(later) && seen.unindexed_at(later));
    }

    #[test]
    fn a_kind_is_of_a_service_that_is_looked_at() {
        assert!(KINDS.iter().all(|kind| SERVICES.contains(&kind.service)));
    }
}
