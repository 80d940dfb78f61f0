//! A rule: which calls go wrong, and how.

use crate::{call::Call, chance};
use serde::{Deserialize, Serialize};

/// All that is said must hold. `{"nth": 5, "what": "hold"}`; `{"action": "CreateVpc", "what": "throttle", "times": 3}`;
/// `{"probability": 0.03, "what": "any", "times": 0}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The nth mutating call of whatever service since the rule was set, from 1. Every one that arrives counts, also
    /// when another rule or a layer below refuses it. STS makes nothing, so it never counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// By its signing name: `ec2`, `elasticloadbalancing`, `monitoring`, `ses` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Only calls that change something.
    #[serde(default)]
    pub mutating: bool,
    /// From the behaviour's seed and how many calls the rest of the rule has met so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// How many calls that meet all of this are let pass first.
    #[serde(default)]
    pub skip: u64,
    /// How often it strikes; 0 is for ever.
    #[serde(default = "once")]
    pub times: u64,
    /// The longest that an answer is kept back; without it until the client leaves, or until released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    pub what: What,
}

fn once() -> u64 {
    1
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Throttle,
    #[serde(rename = "500")]
    Failed,
    #[serde(rename = "503")]
    Unavailable,
    ExpiredToken,
    AccessDenied,
    /// The connection is closed, and nothing was done.
    ResetBefore,
    /// The connection is closed, and it was done.
    ResetAfter,
    /// It was done, and no answer ever comes; a release closes the connection.
    TimeOut,
    /// Nothing is done, and no answer ever comes; a release closes the connection.
    #[serde(alias = "hang")]
    HangBefore,
    /// It is done, and the answer comes when released: the moment between AWS's doing and the client's knowing.
    #[serde(alias = "hang-after")]
    Hold,
    /// One of the others but `hold`, by the seed.
    Any,
}

const ANY: [What; 9] = [
    What::Throttle,
    What::Failed,
    What::Unavailable,
    What::ExpiredToken,
    What::AccessDenied,
    What::ResetBefore,
    What::ResetAfter,
    What::TimeOut,
    What::HangBefore,
];

impl Rule {
    /// One that strikes any call, once.
    pub fn new(what: What) -> Rule {
        Rule {
            nth: None,
            service: None,
            action: None,
            mutating: false,
            probability: None,
            skip: 0,
            times: 1,
            seconds: None,
            what,
        }
    }

    /// Carries out the nth mutating call from now and withholds its answer: what crash tests use.
    pub fn hold(nth: u64) -> Rule {
        Rule { nth: Some(nth), ..Rule::new(What::Hold) }
    }
}

/// How far a rule has come.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Progress {
    /// Mutating calls since it was set.
    pub mutating: u64,
    /// Calls that met all but `probability`, `skip` and `times`.
    pub met: u64,
    /// Those of them that `probability` chose.
    chosen: u64,
    pub struck: u64,
}

impl Rule {
    /// Sees every call. What befalls this one, if anything.
    pub(super) fn judge(&self, call: &Call, id: u64, seed: u64, progress: &mut Progress) -> Option<What> {
        progress.mutating += u64::from(call.mutates);
        let meets = (!self.mutating || call.mutates)
            && self.nth.is_none_or(|nth| call.mutates && progress.mutating == nth)
            && self.service.as_ref().is_none_or(|service| *service == call.service)
            && self.action.as_ref().is_none_or(|action| *action == call.action);
        if !meets {
            return None;
        }
        progress.met += 1;
        let (id, met) = (id.to_le_bytes(), progress.met.to_le_bytes());
        if self.probability.is_some_and(|wanted| chance::part(seed, &[&"fault", &id, &met]) >= wanted) {
            return None;
        }
        progress.chosen += 1;
        if progress.chosen <= self.skip || (self.times > 0 && progress.struck >= self.times) {
            return None;
        }
        progress.struck += 1;
        Some(match self.what {
            What::Any => ANY[(chance::number(seed, &[&"sort", &id, &met]) % ANY.len() as u64) as usize],
            what => what,
        })
    }
}
