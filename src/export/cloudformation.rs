//! Drafts as a CloudFormation template.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html>
//!
//! A bucket and what it calls refer to each other, which CloudFormation refuses. So buckets are referred to by their
//! names, and what needs one there waits for it where that closes no circle.

use std::collections::{BTreeMap, BTreeSet};

use bogosa_engine::{Address, Input, Reference};
use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::terraform::{Piece, pieces, special};
use super::{Drafts, Export, PACKAGE};
use crate::lower::Facts;

/// The most that a template may have. <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
const RESOURCES: usize = 500;

pub(super) fn write(stack: &str, drafts: &Drafts<'_>, facts: &Facts) -> Export {
    let mut writer = Writer { drafts, facts, resources: BTreeMap::new(), parameters: BTreeSet::new() };
    let mut notes = Vec::new();
    for (address, draft) in drafts {
        writer.resource(draft);
        if let Some(note) = draft.note {
            notes.push(format!("{address}: {note}."));
        }
        if let Some(missing) = draft.missing {
            notes.push(format!("{address}: {missing}."));
        }
        if draft.elsewhere {
            notes.push(format!("{address} has to be in us-east-1: make it in a stack of its own there."));
        }
    }
    writer.wait_for_buckets();
    if writer.resources.len() > RESOURCES {
        let number = writer.resources.len();
        notes.push(format!("{number} resources: CloudFormation takes {RESOURCES} in one template."));
    }
    let mut template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": format!("Stack {stack}, written by `bogosa export cloudformation`"),
    });
    let parameters: Map<String, Value> = writer.parameters.iter().map(|name| parameter(name)).collect();
    if !parameters.is_empty() {
        let names = parameters.keys().cloned().collect::<Vec<_>>().join(", ");
        notes.push(format!("The template has parameters: {names}."));
        template["Parameters"] = Value::Object(parameters);
    }
    template["Resources"] =
        writer.resources.into_iter().map(|(id, resource)| (id, resource.into_value())).collect::<Map<_, _>>().into();
    Export { text: serde_json::to_string_pretty(&template).unwrap_or_default(), notes }
}

fn parameter(name: &str) -> (String, Value) {
    let parameter = match name {
        "CodeBucket" => json!({"Type": "String", "Description": "The bucket that holds the functions' program"}),
        "ArtifactBucket" => json!({"Type": "String", "Description": "The bucket that holds the application's archive"}),
        "ArtifactKey" => json!({"Type": "String", "Description": "Its key there"}),
        "ArtifactSha256" => json!({"Type": "String", "Description": "The hash of the archive, in hexadecimal digits"}),
        "CodeKey" => json!({"Type": "String", "Default": PACKAGE, "Description": "Its key there"}),
        _ => json!({"Type": "AWS::Route53::HostedZone::Id", "Description": "The hosted zone that exists already"}),
    };
    (name.to_owned(), parameter)
}

#[derive(Default)]
struct Resource {
    kind: String,
    properties: Map<String, Value>,
    /// What it refers to, by logical id.
    mentions: BTreeSet<String>,
    depends_on: BTreeSet<String>,
    /// Buckets that it names.
    buckets: BTreeSet<String>,
    deletion: Option<&'static str>,
}

impl Resource {
    fn into_value(self) -> Value {
        let mut value = json!({"Type": self.kind, "Properties": self.properties});
        let depends_on: Vec<&String> = self.depends_on.difference(&self.mentions).collect();
        if !depends_on.is_empty() {
            value["DependsOn"] = json!(depends_on);
        }
        if self.kind == "AWS::RDS::DBInstance" {
            // cfn-lint wants a minor version; RDS takes a major one too, and chooses.
            // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html
            value["Metadata"] = json!({"cfn-lint": {"config": {"ignore_checks": ["E3691"]}}});
        }
        if let Some(policy) = self.deletion {
            value["DeletionPolicy"] = policy.into();
            value["UpdateReplacePolicy"] = policy.into();
        }
        value
    }
}

struct Writer<'a> {
    drafts: &'a Drafts<'a>,
    facts: &'a Facts,
    resources: BTreeMap<String, Resource>,
    parameters: BTreeSet<String>,
}

impl Writer<'_> {
    fn resource(&mut self, draft: &Draft<'_>) {
        let address = &draft.node.address;
        let Some(main) = self.id(address) else {
            self.beside(draft, &camel(&address.to_string()));
            return;
        };
        let mut resource = self.resources.remove(&main).unwrap_or_default();
        if !draft.mapping.cloudformation.starts_with('+') {
            resource.kind = draft.mapping.cloudformation.to_owned();
            resource.deletion = draft.deletion;
        }
        let mut properties = draft.cloudformation.clone();
        if let Some(Value::Object(tags)) = properties.get("Tags").filter(|_| !tags_are_a_map(&resource.kind)) {
            let pair = |(key, value): (&String, &Value)| json!({"Key": key, "Value": value});
            let list = tags.iter().map(pair).collect();
            properties.insert("Tags".to_owned(), list);
        }
        for key in ["HostedZoneTags", "HealthCheckTags"] {
            if let Some(Value::Object(tags)) = properties.get(key) {
                let list = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
                properties.insert(key.to_owned(), list);
            }
        }
        for (key, value) in &properties {
            let value = self.value(&mut resource, &main, value);
            resource.properties.insert(key.clone(), value);
        }
        let after = draft.after.iter().flat_map(|to| self.whole(to)).filter(|to| *to != main);
        resource.depends_on.extend(after);
        self.resources.insert(main.clone(), resource);
        self.beside(draft, &main);
    }

    fn beside(&mut self, draft: &Draft<'_>, main: &str) {
        for beside in &draft.cloudformation_beside {
            let mut resource = Resource { kind: beside.kind.to_owned(), ..Resource::default() };
            for (key, value) in beside.body.as_object().into_iter().flatten() {
                let value = self.value(&mut resource, main, value);
                resource.properties.insert(key.clone(), value);
            }
            let through_gateway = bogosa_engine::references(&beside.body).into_iter().map(|one| one.address);
            let gateway =
                through_gateway.filter(|to| to.kind() == "ec2.internet_gateway" && beside.kind == "AWS::EC2::Route");
            resource.depends_on.extend(gateway.filter_map(|to| Some(self.id(&to)? + "Attachment")));
            self.resources.insert(format!("{main}{}", camel(&beside.suffix)), resource);
        }
    }

    /// The logical id of the resource that stands for it.
    fn id(&self, address: &Address) -> Option<String> {
        let draft = self.drafts.get(address)?;
        match draft.mapping.cloudformation.strip_prefix('+') {
            Some(kind) => Some(camel(&Address::new(kind, address.name()).to_string())),
            None if draft.mapping.cloudformation.is_empty() => None,
            None => Some(camel(&address.to_string())),
        }
    }

    /// Where the whole of a resource is there: what stands beside it comes after it.
    fn whole(&self, address: &Address) -> Vec<String> {
        let Some(draft) = self.drafts.get(address) else { return Vec::new() };
        let main = self.id(address);
        let stem = main.clone().unwrap_or_else(|| camel(&address.to_string()));
        let beside = draft.cloudformation_beside.iter().map(|beside| format!("{stem}{}", camel(&beside.suffix)));
        match (main, beside.collect::<Vec<_>>()) {
            (Some(main), beside) if beside.is_empty() => vec![main],
            (_, beside) => beside,
        }
    }

    fn value(&mut self, resource: &mut Resource, main: &str, value: &Value) -> Value {
        if let Some(inner) = special(value, "$json") {
            return self.value(resource, main, inner);
        }
        if let Some(inner) = special(value, "$base64") {
            return json!({"Fn::Base64": self.value(resource, main, inner)});
        }
        if let Some(Value::String(name)) = special(value, "$parameter") {
            self.parameters.insert(name.clone());
            return json!({"Ref": name});
        }
        if let Some(inner) = special(value, "$quoted") {
            let quote = || Input::from("\"");
            let text: Input = serde_json::from_value(inner.clone()).unwrap_or_default();
            return self.input(resource, &Input::concat([quote(), text, quote()]));
        }
        if let Some(Value::String(suffix)) = value.get("$beside") {
            let id = format!("{main}{}", camel(suffix));
            resource.mentions.insert(id.clone());
            return match value.get("attribute") {
                Some(attribute) => json!({"Fn::GetAtt": [id, attribute]}),
                None => json!({"Ref": id}),
            };
        }
        if let Ok(input) = serde_json::from_value::<Input>(value.clone()) {
            return self.input(resource, &input);
        }
        match value {
            Value::Array(items) => items.iter().map(|item| self.value(resource, main, item)).collect(),
            Value::Object(fields) => Value::Object(
                fields.iter().map(|(key, item)| (key.clone(), self.value(resource, main, item))).collect(),
            ),
            plain => plain.clone(),
        }
    }

    fn input(&mut self, resource: &mut Resource, input: &Input) -> Value {
        let pieces = pieces(input, self.facts);
        if let [Piece::Zone] = pieces.as_slice() {
            self.parameters.insert("ZoneId".to_owned());
            return json!({"Ref": "ZoneId"});
        }
        if let [Piece::Text(text)] = pieces.as_slice() {
            return json!(text);
        }
        let mut text = String::new();
        for piece in &pieces {
            match piece {
                Piece::Text(plain) => text.push_str(&plain.replace("${", "${!")),
                Piece::Account => text.push_str("${AWS::AccountId}"),
                Piece::Zone => text.push_str("${ZoneId}"),
                Piece::Output(reference) => text.push_str(&self.reference(resource, reference)),
            }
        }
        // One reference alone is written as what it is.
        match text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).filter(|inner| !inner.contains('{')) {
            Some(one) => match one.split_once('.') {
                Some((id, attribute)) => json!({"Fn::GetAtt": [id, attribute]}),
                None => json!({"Ref": one}),
            },
            None if text.contains("${") => json!({"Fn::Sub": text}),
            None => json!(text),
        }
    }

    /// A reference as it stands in a text for `Fn::Sub`.
    fn reference(&mut self, resource: &mut Resource, Reference { address, output }: &Reference) -> String {
        let outputs = self.drafts.get(address).into_iter().flat_map(|draft| draft.mapping.outputs);
        let theirs = outputs.filter(|(ours, ..)| ours == output).map(|(.., theirs)| *theirs).next().unwrap_or(output);
        if let Some(parameter) = theirs.strip_prefix('&') {
            self.parameters.insert(parameter.to_owned());
            return format!("${{{parameter}}}");
        }
        let Some((draft, id)) = self.drafts.get(address).zip(self.id(address)) else { return address.to_string() };
        let Some(pattern) = theirs.strip_prefix('=') else {
            resource.mentions.insert(id.clone());
            return if theirs == "Ref" { format!("${{{id}}}") } else { format!("${{{id}.{theirs}}}") };
        };
        let mut text = pattern.to_owned();
        if pattern.contains("${Ref}") {
            resource.mentions.insert(id.clone());
            text = text.replace("${Ref}", &format!("${{{id}}}"));
        }
        if pattern.contains("{bucket}") {
            resource.buckets.insert(id);
            let name = draft.node.spec["bucket"].as_str().unwrap_or_default();
            text = text.replace("{bucket}", &name.replace(&self.facts.account, "${AWS::AccountId}"));
        }
        text
    }

    /// Lets what names a bucket wait for it, where the bucket does not wait for it already.
    fn wait_for_buckets(&mut self) {
        let wanted: Vec<(String, String)> = self
            .resources
            .iter()
            .flat_map(|(id, resource)| resource.buckets.iter().map(move |bucket| (id.clone(), bucket.clone())))
            .collect();
        for (id, bucket) in wanted {
            if !self.reaches(&bucket, &id, &mut BTreeSet::new())
                && let Some(resource) = self.resources.get_mut(&id)
            {
                resource.depends_on.insert(bucket);
            }
        }
    }

    fn reaches(&self, from: &str, to: &str, seen: &mut BTreeSet<String>) -> bool {
        if from == to {
            return true;
        }
        if !seen.insert(from.to_owned()) {
            return false;
        }
        let Some(resource) = self.resources.get(from) else { return false };
        resource.mentions.iter().chain(&resource.depends_on).any(|next| self.reaches(next, to, seen))
    }
}

/// Where tags are not a list of pairs.
fn tags_are_a_map(kind: &str) -> bool {
    kind.starts_with("AWS::MediaConvert::")
}

/// `ec2.subnet/public-a` as `Ec2SubnetPublicA`: logical ids have letters and digits only.
fn camel(text: &str) -> String {
    let mut id = String::new();
    let mut up = true;
    for letter in text.chars() {
        if !letter.is_ascii_alphanumeric() {
            up = true;
        } else if std::mem::take(&mut up) {
            id.extend(letter.to_uppercase());
        } else {
            id.push(letter);
        }
    }
    id
}
