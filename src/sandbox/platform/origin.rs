//! A page that a local load balancer serves asks AWS for something: in the place of its address stands the public one of
//! its release, to which a bucket's CORS rules were written. So they are kept here as they are on AWS.

use super::{Running, release::Release};
use hyper::{HeaderMap, header};

/// The origin that the browser has, to be put back into the answer; `None` where the request is of no such page.
pub(super) fn to_public(running: &Running, headers: &mut HeaderMap) -> Option<header::HeaderValue> {
    let here = headers.get(header::ORIGIN)?.clone();
    let (arn, _) = running.balancers.iter().find(|(_, balancer)| balancer.url().as_bytes() == here.as_bytes())?;
    let served = running.instances.values().find(|instance| instance.listed.target_groups.contains(arn))?;
    let public = Release::parse(&served.listed.release).ok()?.public_url?;
    headers.insert(header::ORIGIN, public.trim_end_matches('/').parse().ok()?);
    Some(here)
}

/// Puts it back, where the page may read the answer.
pub(crate) fn to_local(here: header::HeaderValue, headers: &mut HeaderMap) {
    if headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_some_and(|allowed| allowed != "*") {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, here);
    }
}
