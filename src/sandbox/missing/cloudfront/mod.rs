//! CloudFront's cache, origin request and response headers policies: three kinds of one shape, with the managed ones of
//! AWS ([`managed`]) and what distributions refer to ([`usage`]).
//! <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateCachePolicy.html> and its siblings.

mod check;
mod managed;
mod policy;
mod usage;

use crate::{
    ACCOUNT,
    call::Call,
    layer::{Answer, Layer, Next},
    missing::refusal::Refusal,
    reply::Reply,
    resources::Held,
    store::Store,
    xml::Element,
};
use policy::Policy;

pub(crate) const NAMESPACE: &str = "http://cloudfront.amazonaws.com/doc/2020-05-31/";

/// One of the three kinds, and the names that the API derives from it.
#[derive(Debug, PartialEq)]
struct Kind {
    /// `CachePolicy`: the root of answers, and with `Config` after it the root of requests.
    noun: &'static str,
    plural: &'static str,
    /// In URLs and ARNs.
    path: &'static str,
    missing: &'static str,
    exists: &'static str,
    in_use: &'static str,
    /// What a distribution's cache behaviours call it.
    reference: &'static str,
}

static KINDS: [Kind; 3] = [
    Kind {
        noun: "CachePolicy",
        plural: "CachePolicies",
        path: "cache-policy",
        missing: "NoSuchCachePolicy",
        exists: "CachePolicyAlreadyExists",
        in_use: "CachePolicyInUse",
        reference: "CachePolicyId",
    },
    Kind {
        noun: "OriginRequestPolicy",
        plural: "OriginRequestPolicies",
        path: "origin-request-policy",
        missing: "NoSuchOriginRequestPolicy",
        exists: "OriginRequestPolicyAlreadyExists",
        in_use: "OriginRequestPolicyInUse",
        reference: "OriginRequestPolicyId",
    },
    Kind {
        noun: "ResponseHeadersPolicy",
        plural: "ResponseHeadersPolicies",
        path: "response-headers-policy",
        missing: "NoSuchResponseHeadersPolicy",
        exists: "ResponseHeadersPolicyAlreadyExists",
        in_use: "ResponseHeadersPolicyInUse",
        reference: "ResponseHeadersPolicyId",
    },
];

/// The account's own policies, by kind (in the place of the region) and id.
#[derive(Debug, Default)]
pub struct CloudFront {
    policies: Store<Policy>,
}

impl Layer for CloudFront {
    fn services(&self) -> &[&str] {
        &["cloudfront"]
    }

    fn answer<'a>(&'a self, call: Call, next: Next<'a>) -> Answer<'a> {
        Box::pin(async move {
            let outcome = match self.route(&call) {
                Some((kind, operation)) => {
                    let users = match operation {
                        Operation::Delete | Operation::Users => usage::references(&call, next).await,
                        _ => Vec::new(),
                    };
                    self.run(&call, kind, operation, &users)
                }
                None => match self.refers_to_nothing(&call) {
                    Some(refusal) => Err(refusal),
                    None => return next.run(call).await,
                },
            };
            outcome.unwrap_or_else(|refusal| refusal.reply(&call))
        })
    }

    fn held(&self) -> Vec<Held> {
        let one = |kind: &Kind, owner: &str, policy: &Policy| Held {
            service: "cloudfront".to_owned(),
            kind: kind.path.to_owned(),
            id: policy.id.clone(),
            arn: format!("arn:aws:cloudfront::{owner}:{}/{}", kind.path, policy.id),
            region: "aws-global".to_owned(),
            builtin: policy.managed,
            ..Held::default() // policies cannot be tagged
        };
        let of = |kind: &'static Kind| {
            let own = self.policies.list(kind.noun);
            let managed = managed::of(kind).iter().map(|policy| one(kind, "aws", policy));
            managed.chain(own.iter().map(|policy| one(kind, ACCOUNT, policy))).collect::<Vec<_>>()
        };
        KINDS.iter().flat_map(of).collect()
    }

    fn reset(&self) {
        self.policies.clear();
    }
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Create,
    Get,
    GetConfig,
    Update,
    Delete,
    List,
    /// `ListDistributionsBy…Id`
    Users,
}

impl CloudFront {
    fn route(&self, call: &Call) -> Option<(&'static Kind, Operation)> {
        let action = call.action.as_str();
        KINDS.iter().find_map(|kind| {
            let operation = if let Some(config) = action.strip_suffix("Config") {
                (config.strip_prefix("Get")? == kind.noun).then_some(Operation::GetConfig)?
            } else if let Some(by) = action.strip_prefix("ListDistributionsBy") {
                (by == kind.reference).then_some(Operation::Users)?
            } else if let Some(plural) = action.strip_prefix("List") {
                (plural == kind.plural).then_some(Operation::List)?
            } else {
                match action.strip_suffix(kind.noun)? {
                    "Create" => Operation::Create,
                    "Get" => Operation::Get,
                    "Update" => Operation::Update,
                    "Delete" => Operation::Delete,
                    _ => return None,
                }
            };
            Some((kind, operation))
        })
    }

    fn find(&self, kind: &'static Kind, id: &str) -> Option<Policy> {
        managed::of(kind).iter().find(|policy| policy.id == id).cloned().or_else(|| self.policies.get(kind.noun, id))
    }

    /// A distribution that is made or changed may refer only to what exists: NoSuchCachePolicy and the like.
    /// <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html>
    fn refers_to_nothing(&self, call: &Call) -> Option<Refusal> {
        if !["CreateDistribution", "CreateDistributionWithTags", "UpdateDistribution"].contains(&call.action.as_str()) {
            return None;
        }
        let body = call.xml()?;
        KINDS.iter().find_map(|kind| {
            let lost = |id: &&Element| !id.text.is_empty() && self.find(kind, &id.text).is_none();
            body.all(kind.reference).into_iter().find(lost).map(|id| policy::missing(kind, &id.text))
        })
    }
}

/// An answer with the version that a later `If-Match` must name.
fn with_etag(reply: Reply, policy: &Policy) -> Reply {
    reply.header("etag", &policy.etag)
}
