//! What the loss of a zone breaks, and whether load balancers reach what they have to.

use serde::Serialize;

use crate::answer::{Endpoint, Query, Verdict};
use crate::index::ModelError;
use crate::model::{GatewayKind, Network, Traffic};
use crate::pairs::{Pair, Reaches, pair};
use crate::{Analysis, Family};

/// What no longer works once a zone is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Loss {
    pub zone: String,
    /// Nodes that go with it.
    pub nodes: Vec<String>,
    /// What was reached from a zone that is still there, and is no longer.
    pub broken: Vec<Pair>,
}

impl Loss {
    pub fn is_survived(&self) -> bool {
        self.nodes.is_empty() && self.broken.is_empty()
    }
}

/// One connection that a load balancer needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    pub from: Endpoint,
    pub to: Endpoint,
    pub traffic: Traffic,
    pub verdict: Verdict,
}

impl Analysis<'_> {
    /// What the loss of a zone breaks. For each zone that is left, it is asked anew what its interfaces reach.
    pub fn loss(&self, zone: &str) -> Result<Loss, Vec<ModelError>> {
        let network = self.index.network;
        let before = Analysis::by_zone(network)?.reaches();
        let (rest, nodes) = without(network, zone);
        let after = Analysis::by_zone(&rest)?.reaches();
        let mut broken = Reaches::new();
        for ((from, from_zone, to), reached) in before {
            if from_zone.as_deref() == Some(zone) {
                continue;
            }
            let key = (from, from_zone, to);
            let left = after.get(&key);
            let missing = Family::BOTH.map(|family| {
                let left = left.map(|left| left[family as usize].cubes()).unwrap_or_default();
                reached[family as usize].minus(left)
            });
            let (from, _, to) = key;
            let all = broken.entry((from, None, to)).or_default();
            all.iter_mut().zip(missing).for_each(|(all, missing)| all.or(missing));
        }
        broken.retain(|_, spaces| spaces.iter().any(|space| !space.is_empty()));
        let broken = broken.into_iter().map(|((from, _, to), spaces)| pair(from, to, &spaces)).collect();
        Ok(Loss { zone: zone.to_owned(), nodes, broken })
    }

    /// What each load balancer needs: its listeners from the internet, its targets from itself.
    pub fn needs(&self) -> Result<Vec<Need>, ModelError> {
        let mut needs = Vec::new();
        for balancer in &self.index.network.load_balancers {
            let own = Endpoint::Node(balancer.node.clone());
            let listeners = balancer.listeners.iter().map(|traffic| (Endpoint::Internet, own.clone(), *traffic));
            let targets = balancer.targets.iter();
            let targets = targets.map(|(node, traffic)| (own.clone(), Endpoint::Node(node.clone()), *traffic));
            for (from, to, traffic) in listeners.chain(targets) {
                let verdict = self.answer(&Query::new(from.clone(), to.clone()).traffic(traffic))?.verdict;
                needs.push(Need { from, to, traffic, verdict });
            }
        }
        Ok(needs)
    }
}

/// The network without a zone, and the nodes that are gone with it.
fn without(network: &Network, zone: &str) -> (Network, Vec<String>) {
    let mut rest = network.clone();
    let lost: Vec<String> =
        network.subnets.iter().filter(|subnet| subnet.zone == zone).map(|subnet| subnet.id.clone()).collect();
    let is_lost = |id: &String| lost.contains(id);
    rest.gateways.retain(|gateway| match &gateway.kind {
        GatewayKind::Nat { subnet: Some(subnet), .. } => !is_lost(subnet),
        _ => true,
    });
    let mut gone = Vec::new();
    for node in &mut rest.nodes {
        let interfaces = node.interfaces.len();
        node.interfaces.retain(|interface| !is_lost(&interface.subnet));
        if !node.redundant && node.interfaces.len() < interfaces {
            node.interfaces.clear();
        }
        if interfaces > 0 && node.interfaces.is_empty() {
            gone.push(node.id.clone());
        }
    }
    rest.subnets.retain(|subnet| subnet.zone != zone);
    (rest, gone)
}
