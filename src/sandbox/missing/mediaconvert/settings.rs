//! What a job's, a template's and a preset's settings must be beyond what the model says of each member.

use super::{MediaConvert, arn, not_found, text, words::required};
use crate::missing::refusal::{Refusal, refuse};
use serde_json::{Value, json};

/// Each output group's settings stand in the member that its type names.
/// <https://docs.aws.amazon.com/mediaconvert/latest/apireference/jobs.html> (OutputGroupSettings)
const GROUPS: [(&str, &str); 5] = [
    ("FILE_GROUP_SETTINGS", "fileGroupSettings"),
    ("HLS_GROUP_SETTINGS", "hlsGroupSettings"),
    ("DASH_ISO_GROUP_SETTINGS", "dashIsoGroupSettings"),
    ("CMAF_GROUP_SETTINGS", "cmafGroupSettings"),
    ("MS_SMOOTH_GROUP_SETTINGS", "msSmoothGroupSettings"),
];

fn bad<T>(message: String) -> Result<T, Refusal> {
    refuse(400, "BadRequestException", message)
}

fn path(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

impl MediaConvert {
    /// Output groups with outputs; outputs with a container or a preset that exists.
    pub(super) fn check_outputs(&self, region: &str, settings: &Value) -> Result<(), Refusal> {
        let groups = settings["outputGroups"].as_array().map(Vec::as_slice).unwrap_or_default();
        if groups.is_empty() {
            return bad("/outputGroups: Should have at least 1 items".to_owned());
        }
        for (index, group) in groups.iter().enumerate() {
            let at = index.to_string();
            let automated = !group["automatedEncodingSettings"].is_null();
            let kind = text(&group["outputGroupSettings"], "type");
            if kind.is_empty() {
                return bad(required(&path(&["outputGroups", &at, "outputGroupSettings"]), "type"));
            }
            let own = GROUPS.iter().find(|(name, _)| *name == kind).map_or("", |(_, member)| member);
            if let Some((_, other)) =
                GROUPS.iter().find(|(_, member)| *member != own && !group["outputGroupSettings"][member].is_null())
            {
                return bad(format!("/outputGroups/{at}/outputGroupSettings: {other} does not go with type {kind}"));
            }
            let outputs = group["outputs"].as_array().map(Vec::as_slice).unwrap_or_default();
            if outputs.is_empty() && !automated {
                return bad(format!("/outputGroups/{at}/outputs: Should have at least 1 items"));
            }
            for (number, output) in outputs.iter().enumerate() {
                let number = number.to_string();
                match output["preset"].as_str() {
                    Some(preset) => self.preset_exists(region, preset)?,
                    None if output["containerSettings"].is_null() => {
                        return bad(required(&path(&["outputGroups", &at, "outputs", &number]), "containerSettings"));
                    }
                    None => {}
                }
            }
        }
        Ok(())
    }

    /// AWS's own presets are not kept here, so any is believed to exist.
    fn preset_exists(&self, region: &str, preset: &str) -> Result<(), Refusal> {
        let name = preset.rsplit('/').next().unwrap_or(preset);
        match name.starts_with("System-") || self.presets.get(region, name).is_some() {
            true => Ok(()),
            false => Err(not_found("preset", &format!("presetArn={}", arn(region, "presets", name)))),
        }
    }
}

/// A preset is for one output, so it must say what that is contained in.
pub(super) fn check_preset(settings: &Value) -> Result<(), Refusal> {
    match settings["containerSettings"].is_null() {
        true => bad(required(&[], "containerSettings")),
        false => Ok(()),
    }
}

/// A job's inputs: at least one, each with a file (or made up by the service).
pub(super) fn check_inputs(settings: &Value) -> Result<(), Refusal> {
    let inputs = settings["inputs"].as_array().map(Vec::as_slice).unwrap_or_default();
    if inputs.is_empty() {
        return bad("/inputs: Should have at least 1 items".to_owned());
    }
    let none = |input: &Value| input["fileInput"].is_null() && input["videoGenerator"].is_null();
    match inputs.iter().position(none) {
        Some(at) => bad(required(&path(&["inputs", &at.to_string()]), "fileInput")),
        None => Ok(()),
    }
}

/// A template's settings with a job's own over them: structures member by member, inputs one by one (a job from a
/// template gives little more than its inputs' files), other lists whole.
/// <https://docs.aws.amazon.com/mediaconvert/latest/ug/working-with-job-templates.html>
pub(super) fn overlay(template: &Value, job: &Value) -> Value {
    match (template, job) {
        (template, Value::Null) => template.clone(),
        (Value::Object(old), Value::Object(new)) => {
            let mut both = old.clone();
            for (name, value) in new {
                let old = old.get(name).unwrap_or(&Value::Null);
                let value = if name == "inputs" { inputs(old, value) } else { overlay(old, value) };
                both.insert(name.clone(), value);
            }
            Value::Object(both)
        }
        (_, job) => job.clone(),
    }
}

fn inputs(template: &Value, job: &Value) -> Value {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (old, new) = (list(template), list(job));
    let one = |at: usize| overlay(old.get(at).unwrap_or(&json!({})), new.get(at).unwrap_or(&Value::Null));
    Value::Array((0..old.len().max(new.len())).map(one).collect())
}
