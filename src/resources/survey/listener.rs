//! Listeners of a load balancer for HTTP, which has to be asked for them.

use bogosa_engine::{Address, Resource, Result};

use super::{Asked, live};
use crate::aws::{Cloud, is_denied};
use crate::resources::elb::listener::{self, Listener};

pub(super) async fn read(cloud: &Cloud, balancer: String) -> Result<Vec<Asked>> {
    match listener::judged(cloud, &balancer).await {
        Ok(listeners) => {
            Ok(listeners.into_iter().map(|(arn, spec)| Asked::Read(live(Listener::KIND, &arn, spec))).collect())
        }
        // Called by what has them, since their own names are not known.
        Err(failure) if is_denied(&failure) => {
            Ok(vec![Asked::Unread(Address::new(Listener::KIND, &balancer), failure.said)])
        }
        Err(failure) => Err(failure),
    }
}
