//! Conversion of videos, recording of broadcasts, and what is told of them.

use serde_json::{Value, json};

use super::super::draft::{Draft, Mapping};

pub(super) const ALL: &[Mapping] = &[
    Mapping {
        outputs: &[("id", "name", "Ref"), ("arn", "arn", "Arn"), ("name", "name", "Name")],
        fields: &[("name", "name", "Name"), ("description", "description", "Description"), ("tags", "tags", "")],
        rest: |d| {
            let status = if d.on("paused") { "PAUSED" } else { "ACTIVE" };
            d.both("status", "Status", status);
            let tags = json!(d.own_tags());
            d.cloudformation("Tags", tags);
        },
        ..Mapping::new("mediaconvert.queue", "aws_media_convert_queue", "AWS::MediaConvert::Queue")
    },
    // Terraform's provider has no job template: a stack of CloudFormation's makes it.
    Mapping {
        outputs: &[
            ("id", "outputs[\"Name\"]", "Ref"),
            ("arn", "outputs[\"Arn\"]", "Arn"),
            ("name", "outputs[\"Name\"]", "Ref"),
        ],
        rest: job_template,
        ..Mapping::new("mediaconvert.job_template", "aws_cloudformation_stack", "AWS::MediaConvert::JobTemplate")
    },
    Mapping {
        outputs: &[("id", "id", "Ref"), ("arn", "arn", "Arn")],
        fields: &[
            ("name", "name", "Name"),
            ("bucket", "destination_configuration.s3.bucket_name", "DestinationConfiguration.S3.BucketName"),
            ("reconnect_seconds", "recording_reconnect_window_seconds", "RecordingReconnectWindowSeconds"),
            ("thumbnails.resolution", "", "ThumbnailConfiguration.Resolution"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| {
            let interval = d.take("thumbnails.interval");
            let mode = if interval.is_null() { "DISABLED" } else { "INTERVAL" };
            d.both("thumbnail_configuration.recording_mode", "ThumbnailConfiguration.RecordingMode", mode);
            let property = "ThumbnailConfiguration.TargetIntervalSeconds";
            d.both("thumbnail_configuration.target_interval_seconds", property, interval);
        },
        ..Mapping::new(
            "ivs.recording_configuration",
            "aws_ivs_recording_configuration",
            "AWS::IVS::RecordingConfiguration",
        )
    },
    Mapping {
        outputs: &[("id", "name", "Ref"), ("arn", "arn", "Arn")],
        fields: &[("name", "name", "Name"), ("description", "description", "Description"), ("tags", "tags", "")],
        rest: events,
        ..Mapping::new("events.rule", "aws_cloudwatch_event_rule", "AWS::Events::Rule")
    },
];

fn job_template(d: &mut Draft<'_>) {
    let (name, description, queue) = (d.take("name"), d.take("description"), d.take("queue"));
    let settings = d.take("settings");
    let tags = json!(d.own_tags());
    let properties = json!({
        "Name": name, "Description": description, "Queue": queue, "SettingsJson": settings, "Tags": tags,
    });
    let template = json!({
        "Resources": {"Template": {"Type": "AWS::MediaConvert::JobTemplate", "Properties": properties}},
        "Outputs": {
            "Name": {"Value": {"Ref": "Template"}},
            "Arn": {"Value": {"Fn::GetAtt": ["Template", "Arn"]}},
        },
    });
    d.terraform("name", name);
    d.terraform("template_body", json!({"$json": template}));
    if let Value::Object(properties) = properties {
        d.cloudformation = properties;
    }
}

fn events(d: &mut Draft<'_>) {
    let state = if d.on("enabled") { "ENABLED" } else { "DISABLED" };
    d.both("state", "State", state);
    let pattern = d.take("pattern");
    d.both("event_pattern", "EventPattern", json!({"$json": pattern}));
    let target = d.take("target");
    let rule = d.own("id");
    let mut block = json!({
        "rule": rule, "arn": target["arn"],
        "retry_policy": {
            "maximum_retry_attempts": target["retry_attempts"],
            "maximum_event_age_in_seconds": target["retry_seconds"],
        },
    });
    let mut object = json!({
        "Id": "bogosa", "Arn": target["arn"],
        "RetryPolicy": {
            "MaximumRetryAttempts": target["retry_attempts"], "MaximumEventAgeInSeconds": target["retry_seconds"],
        },
    });
    if !target["dead_letter"].is_null() {
        block["dead_letter_config"] = json!({"arn": target["dead_letter"]});
        object["DeadLetterConfig"] = json!({"Arn": target["dead_letter"]});
    }
    d.terraform_beside("aws_cloudwatch_event_target", "", block);
    d.cloudformation("Targets", json!([object]));
}
