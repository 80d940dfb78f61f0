//! Drafts in Terraform's language.
//! <https://developer.hashicorp.com/terraform/language/syntax/configuration>

use std::fmt::Write;

use bogosa_engine::{Address, Input, Reference};
use serde_json::{Map, Value, json};

use super::draft::{Draft, GLOBAL, slug};
use super::{Drafts, Export, mapping};
use crate::lower::Facts;

const ACCOUNT: &str = "data.aws_caller_identity.current.account_id";
const ZONE: &str = "data.aws_route53_zone.existing.zone_id";
const ELSEWHERE: &str = "aws.global";

/// What nobody but who uses it knows.
const VARIABLES: [(&str, &str); 3] = [
    ("artifact_bucket", "The bucket that holds the application's archive"),
    ("artifact_key", "Its key there"),
    ("artifact_sha256", "The hash of the archive, in hexadecimal digits"),
];

/// What holds names that people give: a map. Everything else in braces is a block.
const MAPS: &[&str] = &["tags", "variables", "dimensions", "roles"];

pub(super) fn write(stack: &str, drafts: &Drafts<'_>, facts: &Facts) -> Export {
    let writer = Writer { drafts, facts };
    let mut blocks = Vec::new();
    for draft in drafts.values() {
        writer.resources(draft, &mut blocks);
    }
    let body = blocks.join("\n");
    let mut text = format!("# Stack {stack}, written by `bogosa export terraform`.\n\n");
    text.push_str(&writer.head(&body));
    text.push_str(&body);
    let mut notes: Vec<String> =
        drafts.iter().filter_map(|(address, draft)| Some(format!("{address}: {}.", draft.note?))).collect();
    if body.contains(super::PACKAGE) {
        notes.push(format!("The functions' program is expected in {}, as `bootstrap`.", super::PACKAGE));
    }
    if body.contains("-final\"") {
        notes.push(
            "Terraform takes the final snapshot under one name, which may not exist yet when it does.".to_owned(),
        );
    }
    Export { text: text.trim_end().to_owned(), notes }
}

struct Writer<'a> {
    drafts: &'a Drafts<'a>,
    facts: &'a Facts,
}

impl Writer<'_> {
    /// What Terraform has to know before, as far as the body needs it.
    fn head(&self, body: &str) -> String {
        let source = json!({"$hcl": "{ source = \"hashicorp/aws\", version = \">= 5.100\" }"});
        let required = json!({"required_version": ">= 1.5", "required_providers": {"aws": source}});
        let mut blocks = vec![
            self.block("terraform", &required),
            self.block("provider \"aws\"", &json!({"region": self.facts.region})),
        ];
        if body.contains(ELSEWHERE) {
            blocks.push(self.block("provider \"aws\"", &json!({"alias": "global", "region": GLOBAL})));
        }
        for (name, description) in VARIABLES {
            if body.contains(&format!("var.{name}")) {
                let variable = json!({"type": {"$hcl": "string"}, "description": description});
                blocks.push(self.block(&format!("variable \"{name}\""), &variable));
            }
        }
        if body.contains(ACCOUNT) {
            blocks.push(self.block("data \"aws_caller_identity\" \"current\"", &json!({})));
        }
        if body.contains(ZONE) {
            let zone = json!({"name": {"$hcl": "var.zone"}});
            blocks.push(self.block("variable \"zone\"", &json!({
                "type": {"$hcl": "string"}, "description": "The hosted zone that exists already, such as example.com",
            })));
            blocks.push(self.block("data \"aws_route53_zone\" \"existing\"", &zone));
        }
        blocks.join("\n") + "\n"
    }

    fn block(&self, head: &str, body: &Value) -> String {
        let mut text = String::new();
        self.body(&mut text, head, body, 0);
        text
    }

    fn resources(&self, draft: &Draft<'_>, blocks: &mut Vec<String>) {
        let mut add = |kind: &str, name: &str, body: &Map<String, Value>| {
            let mut body = body.clone();
            if draft.elsewhere {
                body.insert("provider".to_owned(), json!({"$hcl": ELSEWHERE}));
            }
            let after = self.after(draft);
            if !after.is_empty() {
                body.insert("depends_on".to_owned(), json!({"$hcl": format!("[{}]", after.join(", "))}));
            }
            for (key, value) in &mut body {
                if let Some(lines) = special(value, "$base64").and_then(|script| self.heredoc(script)) {
                    // Apart, because Checkov reads a heredoc only where nothing is around it.
                    let local = format!("{name}-{key}");
                    blocks.push(format!("locals {{\n  {local} = {lines}\n}}\n"));
                    *value = json!({"$hcl": format!("base64encode(local.{local})")});
                }
            }
            blocks.push(self.block(&format!("resource \"{kind}\" \"{name}\""), &Value::Object(body)));
        };
        if !draft.mapping.terraform.is_empty() {
            add(draft.mapping.terraform, &name_of(draft, ""), &draft.terraform);
        }
        for beside in &draft.terraform_beside {
            add(beside.kind, &name_of(draft, &beside.suffix), beside.body.as_object().unwrap_or(&Map::new()));
        }
    }

    /// What it has to wait for, though nothing in it says so.
    fn after(&self, draft: &Draft<'_>) -> Vec<String> {
        let said = |to: &Address| format!("{:?}", draft.terraform).contains(&to.to_string());
        draft.after.iter().filter(|to| !said(to)).filter_map(|to| self.drafts.get(to)).flat_map(resources_of).collect()
    }

    fn kind(&self, address: &Address) -> Option<&'static str> {
        self.drafts.get(address).map(|draft| draft.mapping.terraform).filter(|kind| !kind.is_empty())
    }

    fn body(&self, text: &mut String, head: &str, body: &Value, depth: usize) {
        let pad = "  ".repeat(depth);
        let empty = Map::new();
        let fields = body.as_object().unwrap_or(&empty);
        if fields.is_empty() {
            _ = writeln!(text, "{pad}{head} {{}}");
            return;
        }
        _ = writeln!(text, "{pad}{head} {{");
        let (blocks, attributes): (Vec<_>, Vec<_>) = fields.iter().partition(|(key, value)| is_block(key, value));
        let attributes = attributes.into_iter().map(|(key, value)| (key.clone(), value));
        self.attributes(text, attributes.collect(), depth + 1);
        for (at, (key, value)) in blocks.into_iter().enumerate() {
            if at > 0 || fields.iter().any(|(key, value)| !is_block(key, value)) {
                text.push('\n');
            }
            match value {
                Value::Array(items) => items.iter().for_each(|item| self.body(text, key, item, depth + 1)),
                one => self.body(text, key, one, depth + 1),
            }
        }
        _ = writeln!(text, "{pad}}}");
    }

    /// One a line, as `terraform fmt` has them: what takes one line first, with the signs one below the other.
    fn attributes(&self, text: &mut String, fields: Vec<(String, &Value)>, depth: usize) {
        let pad = "  ".repeat(depth);
        let mut written: Vec<(usize, String, String)> = Vec::new();
        for (key, value) in fields {
            let mut expression = String::new();
            self.expression(&mut expression, value, depth);
            let rank = match key.as_str() {
                "for_each" | "provider" => 0,
                "depends_on" => 3,
                _ if expression.contains('\n') => 2,
                _ => 1,
            };
            written.push((rank, key, expression));
        }
        written.sort();
        let single = |text: &str| !text.contains('\n');
        for run in written.chunk_by(|(_, _, one), (_, _, other)| single(one) && single(other)) {
            let longest = run.iter().map(|(_, key, _)| key.len()).max().unwrap_or_default();
            for (_, key, expression) in run {
                _ = writeln!(text, "{pad}{key:longest$} = {expression}");
            }
        }
    }

    fn expression(&self, text: &mut String, value: &Value, depth: usize) {
        let pad = "  ".repeat(depth);
        if let Some(input) = special(value, "$json") {
            text.push_str("jsonencode(");
            self.expression(text, input, depth);
            text.push(')');
        } else if let Some(input) = special(value, "$base64") {
            text.push_str("base64encode(");
            self.expression(text, input, depth);
            text.push(')');
        } else if let Some(Value::String(raw)) = special(value, "$hcl") {
            text.push_str(raw);
        } else if let Ok(input) = serde_json::from_value::<Input>(value.clone()) {
            text.push_str(&self.input(&input));
        } else {
            match value {
                Value::Array(items) if items.is_empty() => text.push_str("[]"),
                Value::Array(items) if items.iter().all(|item| !item.is_object() || item.get("$concat").is_some()) => {
                    text.push('[');
                    for (at, item) in items.iter().enumerate() {
                        text.push_str(if at > 0 { ", " } else { "" });
                        self.expression(text, item, depth);
                    }
                    text.push(']');
                }
                Value::Array(items) => {
                    text.push_str("[\n");
                    for item in items {
                        _ = write!(text, "{pad}  ");
                        self.expression(text, item, depth + 1);
                        text.push_str(",\n");
                    }
                    _ = write!(text, "{pad}]");
                }
                Value::Object(fields) if fields.is_empty() => text.push_str("{}"),
                Value::Object(fields) => {
                    let plain = |key: &str| key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
                    let key = |key: &String| if plain(key) { key.clone() } else { quoted(key) };
                    text.push_str("{\n");
                    self.attributes(text, fields.iter().map(|(name, value)| (key(name), value)).collect(), depth + 1);
                    _ = write!(text, "{pad}}}");
                }
                // Terraform knows one kind of number, and no 60.0.
                plain => text.push_str(plain.to_string().trim_end_matches(".0")),
            }
        }
    }

    /// A script as it is, where it ends with the end of a line.
    fn heredoc(&self, script: &Value) -> Option<String> {
        let script: Input = serde_json::from_value(script.clone()).ok()?;
        let pieces = pieces(&script, self.facts);
        let Some(Piece::Text(end)) = pieces.last() else { return None };
        let lines: String = pieces.iter().map(|piece| self.within(piece, &escaped)).collect();
        end.ends_with('\n').then(|| format!("<<EOT\n{lines}EOT"))
    }

    /// A text with references: one alone is an expression, others stand within the text.
    fn input(&self, input: &Input) -> String {
        let pieces = pieces(input, self.facts);
        match pieces.as_slice() {
            [Piece::Output(reference)] => self.reference(reference),
            [Piece::Account] => ACCOUNT.to_owned(),
            [Piece::Zone] => ZONE.to_owned(),
            pieces => {
                let inner: String = pieces.iter().map(|piece| self.within(piece, &within)).collect();
                format!("\"{inner}\"")
            }
        }
    }

    /// A piece as it stands within a text.
    fn within(&self, piece: &Piece, plain: &dyn Fn(&str) -> String) -> String {
        match piece {
            Piece::Text(text) => plain(text),
            Piece::Output(reference) => match self.reference(reference) {
                literal if literal.starts_with('"') => literal.trim_matches('"').to_owned(),
                expression => format!("${{{expression}}}"),
            },
            Piece::Account => format!("${{{ACCOUNT}}}"),
            Piece::Zone => format!("${{{ZONE}}}"),
        }
    }

    fn reference(&self, Reference { address, output }: &Reference) -> String {
        let attribute = mapping(address.kind())
            .and_then(|mapping| mapping.outputs.iter().find(|(ours, ..)| ours == output))
            .map_or(output.as_str(), |(_, theirs, _)| theirs);
        if attribute.starts_with("var.") {
            return attribute.to_owned();
        }
        match (attribute.strip_prefix('='), self.kind(address)) {
            (Some(text), _) => quoted(text),
            (None, Some(kind)) => format!("{kind}.{}.{attribute}", slug(address.name())),
            (None, None) => quoted(&format!("{address}.{output}")),
        }
    }
}

/// Where the whole of a resource is there: what stands beside it comes after it.
fn resources_of(draft: &Draft<'_>) -> Vec<String> {
    let beside: Vec<String> = draft
        .terraform_beside
        .iter()
        .map(|beside| format!("{}.{}", beside.kind, name_of(draft, &beside.suffix)))
        .collect();
    match draft.mapping.terraform {
        "" => beside,
        kind if beside.is_empty() => vec![format!("{kind}.{}", name_of(draft, ""))],
        _ => beside,
    }
}

fn name_of(draft: &Draft<'_>, suffix: &str) -> String {
    let name = slug(draft.name());
    if suffix.is_empty() {
        name
    } else {
        format!("{name}-{}", suffix.replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-', "_"))
    }
}

fn is_block(key: &str, value: &Value) -> bool {
    let block = |value: &Value| value.as_object().is_some_and(|fields| !fields.keys().any(|key| key.starts_with('$')));
    // The provider made this one an attribute that holds objects.
    if MAPS.contains(&key) {
        return false;
    }
    match value {
        Value::Array(items) => !items.is_empty() && items.iter().all(block),
        one => block(one),
    }
}

/// The value of `{"$word": value}`.
pub(super) fn special<'v>(value: &'v Value, word: &str) -> Option<&'v Value> {
    value.as_object().filter(|fields| fields.len() == 1)?.get(word)
}

pub(super) enum Piece {
    Text(String),
    Output(Reference),
    Account,
    Zone,
}

/// A text in pieces, with what stands for the account and the zone that exists.
pub(super) fn pieces(input: &Input, facts: &Facts) -> Vec<Piece> {
    let mut found = Vec::new();
    for part in input.parts() {
        let text = match part {
            bogosa_engine::Part::Output(reference) => {
                found.push(Piece::Output(reference.clone()));
                continue;
            }
            bogosa_engine::Part::Text(text) => text,
        };
        for (at, piece) in text.split(facts.account.as_str()).enumerate() {
            if at > 0 {
                found.push(Piece::Account);
            }
            match &facts.zone_id {
                Some(zone) if piece == zone => found.push(Piece::Zone),
                _ if piece.is_empty() => {}
                _ => found.push(Piece::Text(piece.to_owned())),
            }
        }
    }
    found
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", within(text))
}

/// A text as it stands between quotes.
fn within(text: &str) -> String {
    let plain =
        text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    escaped(&plain)
}

/// Without anything that Terraform would fill in.
fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}
