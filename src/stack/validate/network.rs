//! `network`: zones, tiers and addresses.

use ipnet::Ipv4Net;

use super::Checks;
use crate::stack::schema::{Cidr, Nat, Network, Tier};

pub(super) fn check(checks: &mut Checks<'_>) {
    let Some(network) = &checks.doc().network else { return };
    zones(checks, network);
    tiers(checks, network);
    addresses(checks, network);
}

fn zones(checks: &mut Checks<'_>, network: &Network) {
    let region = &checks.doc().region;
    if network.zones.len() < 2 {
        let message = format!("there are {} zones; a stack needs two or more", network.zones.len());
        let message = message.replace("are 1 zones", "is one zone");
        let hint = "load balancers and databases refuse a single zone, and the service would stop with it";
        checks.wrong("network.zones", message, hint);
    }
    for (index, zone) in network.zones.iter().enumerate() {
        let path = format!("network.zones[{index}].name");
        if zone.name.strip_prefix(region.as_str()).is_none_or(|letter| letter.len() != 1) {
            let message = format!("the zone {} is not in the region {region}", zone.name);
            checks.wrong(&path, message, &format!("such as {region}a; or change `region`"));
        }
        if network.zones.iter().take(index).any(|other| other.name == zone.name) {
            checks.wrong(&path, format!("the zone {} is here twice", zone.name), "use another zone of the region");
        }
    }
}

/// Every tier that one zone has, or a section needs, has to be in all of them.
fn tiers(checks: &mut Checks<'_>, network: &Network) {
    let doc = checks.doc();
    let needs = [
        (Tier::Public, doc.web.is_some(), "the load balancer of `web` needs"),
        (Tier::App, doc.web.is_some(), "the instances of `web` need"),
        (Tier::Db, doc.database.is_some(), "`database` needs"),
        (Tier::Db, doc.cache.is_some(), "`cache` needs"),
        (Tier::Public, network.nat != Nat::None && network.has(Tier::App), "the NAT gateways (`nat`) need"),
    ];
    for tier in Tier::ALL {
        let name = tier.as_str();
        let needed = needs.iter().find(|(of, needed, _)| *of == tier && *needed).map(|(.., what)| *what);
        let owner = network.zones.iter().find(|zone| zone.subnet(tier).is_some());
        let because = match (needed, owner) {
            (Some(what), _) => format!("{what} one in every zone"),
            (None, Some(owner)) => format!("{} has one", owner.name),
            (None, None) => continue,
        };
        for (index, zone) in network.zones.iter().enumerate().filter(|(_, zone)| zone.subnet(tier).is_none()) {
            let hint = format!("add `{name}: CIDR` to the zone");
            checks.wrong(
                &format!("network.zones[{index}]"),
                format!("the zone {} has no `{name}` subnet, but {because}", zone.name),
                &hint,
            );
        }
    }
    let tierless = !Tier::ALL.into_iter().any(|tier| network.has(tier));
    for (index, zone) in network.zones.iter().enumerate() {
        if tierless && needs.iter().all(|(_, needed, _)| !needed) {
            let hint = "give it `public`, `app` or `db`, or leave the zone out";
            checks.wrong(&format!("network.zones[{index}]"), format!("the zone {} has no subnet", zone.name), hint);
        }
    }
}

fn addresses(checks: &mut Checks<'_>, network: &Network) {
    let mut right = size_and_form(checks, "network.cidr", network.cidr);
    if reserved(network.cidr.0) {
        right = false;
        let message = format!("AWS refuses {} for a VPC: the range is reserved", network.cidr);
        checks.wrong("network.cidr", message, "use a private range, such as 10.32.0.0/16");
    }
    let mut seen: Vec<(String, Ipv4Net)> = Vec::new();
    for (index, zone) in network.zones.iter().enumerate() {
        for (tier, cidr) in zone.subnets() {
            let path = format!("network.zones[{index}].{}", tier.as_str());
            if !size_and_form(checks, &path, cidr) {
                continue;
            }
            if right && !network.cidr.0.contains(&cidr.0) {
                let message = format!("{cidr} is not inside the VPC's {}", network.cidr);
                let hint = free(network.cidr.0, cidr.0.prefix_len(), network);
                checks.wrong(&path, message, &hint);
            }
            if let Some((other, taken)) =
                seen.iter().find(|(_, taken)| taken.contains(&cidr.0) || cidr.0.contains(taken))
            {
                let message = format!("{cidr} overlaps {taken} of `{other}`");
                let hint = free(network.cidr.0, cidr.0.prefix_len(), network);
                checks.wrong(&path, message, &hint);
            }
            seen.push((path, cidr.0));
        }
    }
}

/// Whether AWS would take the network by itself.
fn size_and_form(checks: &mut Checks<'_>, path: &str, cidr: Cidr) -> bool {
    let truncated = cidr.0.trunc();
    if truncated != cidr.0 {
        let message = format!("{cidr} has bits of a host set: it is an address within a network, not a network");
        checks.wrong(path, message, &format!("write {truncated}"));
        return false;
    }
    if !(16..=28).contains(&cidr.0.prefix_len()) {
        let message = format!("{cidr} has {} addresses; AWS takes /16 to /28", 1_u64 << (32 - cidr.0.prefix_len()));
        checks.wrong(path, message, "a /16 for the VPC and a /20 to /24 for each subnet serve well");
        return false;
    }
    true
}

/// Ranges that no VPC may have.
fn reserved(cidr: Ipv4Net) -> bool {
    let address = cidr.network();
    address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.octets()[0] == 0
        || address.octets()[0] >= 240
}

/// A hint that names a subnet of the same size that nothing has taken.
fn free(vpc: Ipv4Net, prefix: u8, network: &Network) -> String {
    let taken: Vec<Ipv4Net> = network.zones.iter().flat_map(|zone| zone.subnets().map(|(_, cidr)| cidr.0)).collect();
    let is_free = |subnet: &Ipv4Net| !taken.iter().any(|taken| taken.contains(subnet) || subnet.contains(taken));
    let found = vpc.trunc().subnets(prefix).ok().and_then(|mut subnets| subnets.find(is_free));
    found.map_or_else(|| format!("the VPC has no free /{prefix} left"), |subnet| format!("{subnet} is free"))
}
