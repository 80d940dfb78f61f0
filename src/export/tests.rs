//! Every stack that comes with bogosa, in both languages.

use std::collections::BTreeSet;
use std::path::Path;

use bogosa_engine::{Graph, references};
use serde_json::Value;

use super::{Draft, cloudformation, draft, drafts, mapping, terraform};
use crate::lower::{Facts, lower};
use crate::resources;
use crate::stack::{LoadOptions, Stack};

/// Each with what is set in it.
const STACKS: &[(&str, &[&str])] = &[
    (
        "stacks/bogosa.yaml",
        &["cache={}", "identity.identity_pool={}", "database.kms_key=arn:aws:kms:us-east-1:1:key/a"],
    ),
    ("stacks/original.yaml", &["email={domain: bogo4.net}"]),
    ("examples/cache-and-alarms.yaml", &[]),
    ("examples/existing-zone.yaml", &[]),
    ("examples/media-only.yaml", &["region=eu-west-1"]),
    ("examples/minimal.yaml", &[]),
    ("examples/network-only.yaml", &[]),
    ("examples/single-nat.yaml", &[]),
];

fn each(judge: impl Fn(&str, &Stack, &Graph, &Facts)) {
    for (file, sets) in STACKS {
        let options = LoadOptions {
            file: Path::new(env!("CARGO_MANIFEST_DIR")).join(file),
            overlays: Vec::new(),
            sets: sets.iter().map(|set| (*set).to_owned()).collect(),
        };
        let stack = Stack::load(&options).unwrap_or_else(|problems| panic!("{problems}"));
        let facts = Facts::anywhere(&stack.doc);
        let graph = lower(&stack, &facts).unwrap_or_else(|problems| panic!("{problems}"));
        judge(file, &stack, &graph, &facts);
    }
}

fn with_drafts(judge: impl Fn(&str, &Graph, &super::Drafts<'_>)) {
    each(|file, stack, graph, facts| {
        let linked = draft::physical(graph, facts);
        judge(file, graph, &drafts(&stack.doc.stack, graph, facts, &linked, &resources::kinds()));
    });
}

#[test]
fn every_kind_has_one_mapping() {
    let mapped: Vec<&str> = super::kinds::ALL.iter().flat_map(|part| part.iter()).map(|one| one.kind).collect();
    let kinds: BTreeSet<&str> = resources::kinds().iter().map(|kind| kind.about().kind).collect();
    assert_eq!(mapped.iter().copied().collect::<BTreeSet<_>>(), kinds);
    assert_eq!(mapped.len(), kinds.len());
}

#[test]
fn nothing_of_a_spec_is_forgotten() {
    with_drafts(|file, _, drafts| {
        for Draft { node, spec, .. } in drafts.values() {
            let left: Vec<&String> = spec
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(_, value)| !value.is_null())
                .map(|(field, _)| field)
                .collect();
            assert!(left.is_empty(), "{file}: the mapping of {} leaves out {left:?}", node.address);
        }
    });
}

#[test]
fn every_output_that_is_referred_to_has_a_name_there() {
    with_drafts(|file, graph, _| {
        for one in graph.nodes().flat_map(|node| references(&node.spec)) {
            let mapping = mapping(one.address.kind()).expect("a mapping");
            let known = mapping.outputs.iter().find(|(ours, ..)| *ours == one.output);
            let (_, terraform, cloudformation) =
                known.unwrap_or_else(|| panic!("{file}: {} of {}", one.output, one.address));
            // The record of a DKIM token is an attribute of its own.
            assert!(
                !terraform.is_empty() && (!cloudformation.is_empty() || one.output.starts_with("dkim_")),
                "{one:?}"
            );
        }
    });
}

/// But for what the application finds as `STACK_TAG` in its environment: that is no tag of a resource.
fn without_stack_tag(text: &str) -> String {
    text.replace("bogosa:stack=", "")
}

#[test]
fn terraform_has_each_resource_once_and_no_name_in_the_place_of_a_reference() {
    each(|file, stack, graph, facts| {
        let text = terraform(&stack.doc.stack, graph, facts, &resources::kinds()).text;
        let heads: Vec<&str> = text.lines().filter(|line| line.starts_with("resource ")).collect();
        assert_eq!(heads.iter().collect::<BTreeSet<_>>().len(), heads.len(), "{file}");
        for node in graph.nodes() {
            assert!(!text.contains(&node.address.to_string()), "{file}: {}", node.address);
        }
        for placeholder in [&facts.account, "ZEXAMPLE", "\"bogosa:", "$concat"] {
            assert!(!without_stack_tag(&text).contains(placeholder), "{file}: {placeholder}");
        }
    });
}

#[test]
fn cloudformation_refers_to_what_is_there_and_closes_no_circle() {
    each(|file, stack, graph, facts| {
        let text = cloudformation(&stack.doc.stack, graph, facts, &resources::kinds()).text;
        for placeholder in [&facts.account, "ZEXAMPLE", "bogosa:stack", "$concat"] {
            assert!(!without_stack_tag(&text).contains(placeholder), "{file}: {placeholder}");
        }
        let template: Value = serde_json::from_str(&text).expect("JSON");
        let resources = template["Resources"].as_object().expect("resources");
        let drafts_of = |kind: &str| graph.nodes().filter(|node| node.address.kind() == kind).count();
        let of = |kind: &str| resources.values().filter(|one| one["Type"] == kind).count();
        for (ours, theirs) in
            [("ec2.subnet", "AWS::EC2::Subnet"), ("s3.bucket", "AWS::S3::Bucket"), ("iam.role", "AWS::IAM::Role")]
        {
            assert_eq!(drafts_of(ours), of(theirs), "{file}: {ours}");
        }
        let mut done: BTreeSet<&str> = BTreeSet::new();
        let needs = |resource: &Value| {
            let mut found = BTreeSet::new();
            mentions(resource, &mut found);
            found.retain(|id| !id.starts_with("AWS::") && template["Parameters"].get(id).is_none());
            found
        };
        // Take away what needs nothing more, again and again.
        while done.len() < resources.len() {
            let ready = resources.iter().filter(|(id, one)| {
                !done.contains(id.as_str()) && needs(one).iter().all(|id| done.contains(id.as_str()))
            });
            let ready: Vec<&str> = ready.map(|(id, _)| id.as_str()).collect();
            let left: Vec<&String> = resources.keys().filter(|id| !done.contains(id.as_str())).collect();
            assert!(!ready.is_empty(), "{file}: a circle, or something that is not there, among {left:?}");
            done.extend(ready);
        }
    });
}

/// Every logical id that a resource refers to.
fn mentions(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| mentions(item, found)),
        Value::Object(fields) => {
            for (key, item) in fields {
                match (key.as_str(), item) {
                    ("Ref", Value::String(id)) => _ = found.insert(id.clone()),
                    ("Fn::GetAtt", item) => found.extend(item[0].as_str().map(str::to_owned)),
                    ("Fn::Sub", Value::String(text)) => {
                        let holes = text.split("${").skip(1).filter(|hole| !hole.starts_with('!'));
                        let ids = holes.filter_map(|hole| hole.split_once('}')?.0.split('.').next());
                        found.extend(ids.map(str::to_owned));
                    }
                    ("DependsOn", Value::Array(ids)) => {
                        found.extend(ids.iter().filter_map(|id| Some(id.as_str()?.to_owned())))
                    }
                    _ => mentions(item, found),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn what_cloudfront_wants_in_us_east_1_is_there() {
    each(|file, stack, graph, facts| {
        if facts.region == draft::GLOBAL {
            return;
        }
        let text = terraform(&stack.doc.stack, graph, facts, &resources::kinds()).text;
        let blocks: Vec<&str> = text.split("\nresource ").filter(|block| block.contains("aws.global")).collect();
        assert!(blocks.iter().any(|block| block.starts_with("\"aws_wafv2_web_acl\"")), "{file}: {blocks:?}");
        assert!(text.contains("alias  = \"global\""));
        let notes = cloudformation(&stack.doc.stack, graph, facts, &resources::kinds()).notes;
        assert!(notes.iter().any(|note| note.contains("us-east-1")), "{notes:?}");
    });
}
