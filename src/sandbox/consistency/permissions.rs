//! Two statements added to one function's policy at the same time: both succeed, and one of them is lost.
//!
//! Terraform's provider holds a lock for it: "There is a bug in the API (reported and acknowledged by AWS) which causes
//! some permissions to be ignored when API calls are sent in parallel",
//! <https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/lambda/permission.go>.

use crate::{
    behaviour::{Behaviour, Shared},
    call::Call,
    chance,
    layer::{Answer, Layer, Next},
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

#[derive(Debug)]
pub struct Permissions {
    behaviour: Shared,
    running: Mutex<Running>,
}

/// The additions that have begun and not ended, by number.
#[derive(Debug, Default)]
struct Running {
    count: u64,
    additions: HashMap<u64, Addition>,
}

#[derive(Debug)]
struct Addition {
    function: String,
    /// What others have added since this one read the policy: it writes the policy without them.
    overwrites: Vec<String>,
}

impl Layer for Permissions {
    fn services(&self) -> &[&str] {
        &["lambda"]
    }

    fn answer<'a>(&'a self, call: Call, next: Next<'a>) -> Answer<'a> {
        let behaviour = self.behaviour.get();
        let path = call.path();
        let (true, Some(function)) = (call.action == "AddPermission" && behaviour.consistency > 0.0, path.get(2))
        else {
            return next.run(call);
        };
        let function = function.clone();
        let statement = call.json()["StatementId"].as_str().unwrap_or_default().to_owned();
        Box::pin(async move {
            let number = self.begin(&function);
            tokio::time::sleep(between(behaviour, &statement)).await;
            let asked = call.copy();
            let reply = next.run(call).await.read().await;
            for lost in self.end(number, &statement, reply.ok()) {
                let policy = format!("/2015-03-31/functions/{function}/policy/{lost}");
                next.ask(asked.rest("lambda", hyper::Method::DELETE, &policy, "")).await;
            }
            reply
        })
    }

    fn reset(&self) {
        self.with(|running| running.additions.clear());
    }
}

impl Permissions {
    pub fn new(behaviour: Shared) -> Permissions {
        Permissions { behaviour, running: Mutex::default() }
    }

    fn with<T>(&self, what: impl FnOnce(&mut Running) -> T) -> T {
        what(&mut self.running.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn begin(&self, function: &str) -> u64 {
        self.with(|running| {
            running.count += 1;
            let addition = Addition { function: function.to_owned(), overwrites: Vec::new() };
            running.additions.insert(running.count, addition);
            running.count
        })
    }

    /// What is lost, now that it has written.
    fn end(&self, number: u64, statement: &str, written: bool) -> Vec<String> {
        self.with(|running| {
            let Some(ended) = running.additions.remove(&number).filter(|_| written) else { return Vec::new() };
            for other in running.additions.values_mut().filter(|other| other.function == ended.function) {
                other.overwrites.push(statement.to_owned());
            }
            ended.overwrites
        })
    }
}

/// How long Lambda takes between reading a policy and writing it.
fn between(behaviour: Behaviour, statement: &str) -> Duration {
    let part = chance::part(behaviour.seed, &[&"permission", &statement]);
    Duration::try_from_secs_f64(behaviour.consistency * part).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_writes_last_loses_what_was_added_meanwhile() {
        let permissions = Permissions::new(Shared::default());
        let (one, other) = (permissions.begin("f"), permissions.begin("f"));
        let elsewhere = permissions.begin("g");
        assert!(permissions.end(one, "one", true).is_empty());
        let later = permissions.begin("f");
        assert_eq!(permissions.end(other, "other", true), ["one"]);
        assert_eq!(permissions.end(later, "later", false), Vec::<String>::new());
        assert!(permissions.end(elsewhere, "elsewhere", true).is_empty());
    }
}
