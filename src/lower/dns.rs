//! `dns`: the zone, certificates and the records that prove them, alias records of hosts, records of one's
//! own, and the health check.

use std::collections::BTreeSet;

use bogosa_engine::{Input, Resource};

use super::Lowering;
use crate::resources::acm::certificate::{self, Certificate};
use crate::resources::acm::validation::{self, Validation};
use crate::resources::cloudfront::distribution::Distribution;
use crate::resources::elb::load_balancer::LoadBalancer;
use crate::resources::route53::health_check::{self, HealthCheck};
use crate::resources::route53::record::{self, Alias, Record};
use crate::resources::route53::zone::{self, Zone};
use crate::resources::route53::{TAG_ZONE, plain};
use crate::stack::schema::{self, Dns, RecordType};

/// The zone that all distributions' names are in.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html>
const CLOUDFRONT_ZONE: &str = "Z2FDTNDATAQYW2";
/// Where CloudFront looks for certificates.
const CLOUDFRONT_REGION: &str = "us-east-1";
const WEB: &str = "web";
const CDN: &str = "cdn";

/// Kinds with tags, of which every stack that has records has one: see [`TAG_ZONE`].
const POINTERS: [&str; 6] =
    ["ec2.vpc", "elb.load_balancer", "s3.bucket", "cloudfront.distribution", "acm.certificate", "ses.identity"];

/// After all other sections: it marks what they have added.
pub(crate) fn lower(l: &mut Lowering<'_>) {
    let stack = l.stack;
    let Some(dns) = &stack.dns else { return };
    if dns.create {
        let name = plain(&dns.zone);
        l.add::<Zone>("main", "dns.zone", Some(&name), zone::Spec { name: name.clone() });
    }
    let Some(zone) = zone(l) else { return };
    certificates(l, &zone);
    hosts(l, dns, &zone);
    for (index, record) in dns.records.iter().enumerate() {
        own(l, record, &format!("dns.records[{index}]"), &zone);
    }
    health_check(l, dns);
    if let Some(zone) = zone.text() {
        for node in l.graph.nodes_mut().filter(|node| POINTERS.contains(&node.address.kind())) {
            node.tags.insert(TAG_ZONE.to_owned(), zone.to_owned());
        }
    }
}

/// The id of the zone, made or existing.
pub(super) fn zone(l: &Lowering<'_>) -> Option<Input> {
    match l.stack.dns.as_ref()?.create {
        true => Some(Zone::output("main", "id")),
        false => l.facts.zone_id.as_ref().map(Input::from),
    }
}

/// The certificate of `cdn`, once it is issued.
pub(super) fn cdn_certificate(l: &Lowering<'_>) -> Option<Input> {
    match l.stack.cdn_certificate() {
        schema::Certificate::None => None,
        schema::Certificate::Arn(arn) => Some(arn.into()),
        schema::Certificate::Auto => Some(Validation::output(if shared(l) { WEB } else { CDN }, "arn")),
    }
}

/// Whether one certificate serves both load balancer and distribution.
fn shared(l: &Lowering<'_>) -> bool {
    let auto = schema::Certificate::Auto;
    l.facts.region == CLOUDFRONT_REGION && l.stack.web_certificate() == auto && l.stack.cdn_certificate() == auto
}

fn certificates(l: &mut Lowering<'_>, zone: &Input) {
    let stack = l.stack;
    let mut web: Vec<&String> = match stack.web_certificate() {
        schema::Certificate::Auto => stack.web.iter().flat_map(|web| &web.hosts).collect(),
        _ => Vec::new(),
    };
    let mut cdn: Vec<&String> = match stack.cdn_certificate() {
        schema::Certificate::Auto => stack.cdn.iter().flat_map(|cdn| &cdn.aliases).collect(),
        _ => Vec::new(),
    };
    if shared(l) {
        web.append(&mut cdn);
    }
    let region = l.facts.region.clone();
    for (name, path, region, hosts) in
        [(WEB, "web.certificate", region.as_str(), web), (CDN, "cdn.certificate", CLOUDFRONT_REGION, cdn)]
    {
        let mut hosts = hosts.into_iter().map(|host| plain(host));
        let Some(domain) = hosts.next() else { continue };
        let names: BTreeSet<String> = hosts.filter(|host| *host != domain).collect();
        let shown = domain.clone();
        l.add::<Certificate>(name, path, Some(&shown), certificate::Spec { region: region.to_owned(), domain, names });
        let spec = validation::Spec { certificate: Certificate::output(name, "arn"), zone: zone.clone() };
        l.add::<Validation>(name, path, None, spec);
    }
}

/// Alias records of the hosts in the zone: to the load balancer and to the distribution.
fn hosts(l: &mut Lowering<'_>, dns: &Dns, zone: &Input) {
    let stack = l.stack;
    for (index, host) in stack.web.iter().flat_map(|web| &web.hosts).enumerate().filter(|(_, host)| dns.holds(host)) {
        let alias = Alias {
            target: Input::concat(["dualstack.".into(), LoadBalancer::output(WEB, "dns_name")]),
            zone: LoadBalancer::output(WEB, "zone_id"),
            evaluate_health: true,
        };
        aliases(l, host, &format!("web.hosts[{index}]"), zone, &["A", "AAAA"], &alias);
    }
    let Some(cdn) = &stack.cdn else { return };
    let kinds: &[&str] = if cdn.ipv6 { &["A", "AAAA"] } else { &["A"] };
    for (index, host) in cdn.aliases.iter().enumerate().filter(|(_, host)| dns.holds(host)) {
        let alias = Alias {
            target: Distribution::output("media", "domain"),
            zone: CLOUDFRONT_ZONE.into(),
            evaluate_health: false,
        };
        aliases(l, host, &format!("cdn.aliases[{index}]"), zone, kinds, &alias);
    }
}

fn aliases(l: &mut Lowering<'_>, host: &str, path: &str, zone: &Input, kinds: &[&str], alias: &Alias) {
    for kind in kinds {
        let spec = record::Spec {
            zone: zone.clone(),
            name: plain(host).into(),
            kind: (*kind).to_owned(),
            ttl: None,
            values: BTreeSet::new(),
            alias: Some(alias.clone()),
        };
        l.add::<Record>(&logical(host, kind), path, None, spec);
    }
}

fn logical(name: &str, kind: &str) -> String {
    format!("{}-{}", plain(name), kind.to_ascii_lowercase())
}

/// A record of `dns.records`.
fn own(l: &mut Lowering<'_>, record: &schema::Record, path: &str, zone: &Input) {
    let schema::Record { name, kind, ttl, values } = record;
    // Only in these types values are names, in which capitals do not matter.
    let value = |value: &String| match kind {
        RecordType::Cname | RecordType::Ns => plain(value).into(),
        _ => value.into(),
    };
    let spec = record::Spec {
        zone: zone.clone(),
        name: plain(name).into(),
        kind: kind.as_str().to_owned(),
        ttl: Some(i64::from(*ttl)),
        values: values.iter().map(value).collect(),
        alias: None,
    };
    l.add::<Record>(&logical(name, kind.as_str()), path, None, spec);
}

/// A simple record that another section needs.
pub(super) fn record(l: &mut Lowering<'_>, name: &str, path: &str, fqdn: Input, kind: &str, value: Input) {
    let Some(zone) = zone(l) else { return };
    let values = BTreeSet::from([value]);
    let spec = record::Spec { zone, name: fqdn, kind: kind.to_owned(), ttl: Some(1800), values, alias: None };
    l.add::<Record>(name, path, None, spec);
}

fn health_check(l: &mut Lowering<'_>, dns: &Dns) {
    let stack = l.stack;
    let (Some(check), Some(web)) = (&dns.health_check, &stack.web) else { return };
    let Some(host) = web.hosts.first() else { return };
    let (kind, port) = match stack.web_certificate() {
        schema::Certificate::None => ("HTTP", 80),
        _ => ("HTTPS", 443),
    };
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let spec = health_check::Spec {
        host: plain(host).into(),
        port,
        kind: kind.to_owned(),
        path: check.path.clone().unwrap_or_else(|| web.target_group.health_check.path.clone()),
        interval: number(check.interval),
        failures: number(check.failures),
    };
    let name = l.name(WEB);
    l.add::<HealthCheck>(WEB, "dns.health_check", Some(&name), spec);
}

#[cfg(test)]
mod tests {
    use bogosa_engine::{Address, Graph, Node};

    use super::*;
    use crate::stack::schema::Document;

    fn graph(region: &str, dns: &str) -> Graph {
        let text = format!(
            "stack: shop
region: {region}
web: {{hosts: [www.bogo4.net, bogo4.net]}}
media: {{}}
cdn: {{aliases: [cdn.bogo4.net]}}
email: {{domain: bogo4.net}}
dns: {{zone: bogo4.net, {dns}}}
"
        );
        let stack: Document = serde_yaml::from_str(&text).expect("a stack");
        crate::lower::lower_document(&stack)
    }

    fn node<'a>(graph: &'a Graph, kind: &str, name: &str) -> Option<&'a Node> {
        graph.get(&Address::new(kind, name))
    }

    fn certificates(graph: &Graph) -> Vec<(String, certificate::Spec)> {
        let certificates = graph.nodes().filter(|node| node.address.kind() == Certificate::KIND);
        let spec = |node: &Node| serde_json::from_value(node.spec.clone()).expect("a certificate");
        certificates.map(|node| (node.address.name().to_owned(), spec(node))).collect()
    }

    #[test]
    fn one_certificate_serves_both_where_the_region_is_the_same() {
        let both = certificates(&graph("us-east-1", "create: true"));
        let [(name, spec)] = both.as_slice() else { panic!("one certificate, found {both:?}") };
        assert_eq!((name.as_str(), spec.domain.as_str()), ("web", "www.bogo4.net"));
        assert_eq!(spec.names, ["bogo4.net", "cdn.bogo4.net"].map(str::to_owned).into());

        let apart = certificates(&graph("ap-northeast-2", "create: true"));
        let regions: Vec<(&str, &str)> =
            apart.iter().map(|(name, spec)| (name.as_str(), spec.region.as_str())).collect();
        assert_eq!(regions, [("cdn", "us-east-1"), ("web", "ap-northeast-2")]);
    }

    #[test]
    fn resources_point_to_a_zone_that_the_stack_did_not_make() {
        let existing = graph("us-east-1", "create: false");
        assert!(node(&existing, "route53.zone", "main").is_none());
        let pointer =
            |graph: &Graph| node(graph, "elb.load_balancer", "web").and_then(|node| node.tags.get(TAG_ZONE).cloned());
        assert_eq!(pointer(&existing).as_deref(), Some("ZEXAMPLE"));
        assert_eq!(pointer(&graph("us-east-1", "create: true")), None);
    }

    #[test]
    fn every_host_and_the_e_mail_domain_have_their_records() {
        let graph = graph("us-east-1", "create: true");
        let records = graph.nodes().filter(|node| node.address.kind() == Record::KIND);
        let names: Vec<&str> = records.map(|node| node.address.name()).collect();
        assert_eq!(
            names,
            [
                "bogo4.net-a",
                "bogo4.net-aaaa",
                "cdn.bogo4.net-a",
                "cdn.bogo4.net-aaaa",
                "dkim-1",
                "dkim-2",
                "dkim-3",
                "dmarc",
                "www.bogo4.net-a",
                "www.bogo4.net-aaaa",
            ]
        );
    }
}
