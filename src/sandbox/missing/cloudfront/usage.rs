//! Which distributions refer to which policies, as moto holds them.

use super::{KINDS, policy::Reference};
use crate::{call::Call, layer::Next};
use hyper::Method;

/// Every reference from a distribution's cache behaviours: the policy's id and the distribution's.
pub(super) async fn references(call: &Call, next: Next<'_>) -> Vec<Reference> {
    let list = next.ask(call.rest("cloudfront", Method::GET, "/2020-05-31/distribution", "")).await;
    let list = list.as_xml().unwrap_or_default();
    let mut found = Vec::new();
    for summary in list.all("DistributionSummary") {
        let id = summary.text("Id").unwrap_or_default();
        let named = KINDS.iter().flat_map(|kind| summary.all(kind.reference));
        found.extend(named.map(|policy| (policy.text.clone(), id.to_owned())));
    }
    found
}
