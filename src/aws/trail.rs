//! Who changed something, and when: CloudTrail's event history, which every account has, for 90 days.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html>

use aws_sdk_cloudtrail::types::{Event, LookupAttribute, LookupAttributeKey};
use bogosa_engine::Result;
use serde::Serialize;
use serde_json::Value;

use super::cloud::NAME;
use super::{Built, Cloud, Said};

/// What somebody did to a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// The ARN of who it was; the name where the record has no ARN.
    pub who: String,
    /// In milliseconds since 1970.
    pub at_ms: i64,
    /// The action, such as `AuthorizeSecurityGroupIngress`.
    pub event: String,
}

/// The last that anybody but bogosa did to a resource of a kind, by its AWS id. `None` where the history has nothing:
/// AWS shows an event after minutes, and some services do not say which resources theirs concern.
pub async fn last_deed(cloud: &Cloud, kind: &str, id: &str) -> Result<Option<Deed>> {
    // Events of global services stand in us-east-1.
    let global = ["cloudfront.", "iam.", "route53."].iter().any(|service| kind.starts_with(service));
    let trail = if global { cloud.global().cloudtrail() } else { cloud.cloudtrail() };
    let name = LookupAttribute::builder().attribute_key(LookupAttributeKey::ResourceName).attribute_value(id);
    let call = trail.lookup_events().lookup_attributes(name.build().built()?).max_results(50);
    let answer = call.send().await.said("cloudtrail LookupEvents")?;
    // The latest come first.
    Ok(answer.events().iter().find_map(deed))
}

/// `None` for what changed nothing, was refused, or was bogosa's own.
fn deed(event: &Event) -> Option<Deed> {
    let record: Value = serde_json::from_str(event.cloud_trail_event().unwrap_or_default()).unwrap_or_default();
    let ours = record["userAgent"].as_str().is_some_and(|agent| agent.contains(&format!("app/{NAME}")));
    if event.read_only() == Some("true") || record["errorCode"].is_string() || ours {
        return None;
    }
    let who = record["userIdentity"]["arn"].as_str().or(event.username()).unwrap_or("somebody");
    Some(Deed {
        who: who.to_owned(),
        at_ms: event.event_time().and_then(|at| at.to_millis().ok()).unwrap_or_default(),
        event: event.event_name().unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::DateTime;
    use serde_json::json;

    use super::*;

    fn event(read_only: &str, record: Value) -> Event {
        let event = Event::builder().event_name("ModifyListener").username("kim").read_only(read_only);
        event.event_time(DateTime::from_secs(1_795_845_600)).cloud_trail_event(record.to_string()).build()
    }

    #[test]
    fn only_what_others_have_changed_counts() {
        let arn = "arn:aws:iam::1:user/kim";
        let found = deed(&event("false", json!({"userIdentity": {"arn": arn}, "userAgent": "aws-cli/2.31"})));
        assert_eq!(found, Some(Deed { who: arn.into(), at_ms: 1_795_845_600_000, event: "ModifyListener".into() }));
        assert_eq!(deed(&event("false", json!({}))).map(|deed| deed.who), Some("kim".to_owned()));
        assert_eq!(deed(&event("true", json!({}))), None);
        assert_eq!(deed(&event("false", json!({"errorCode": "AccessDenied"}))), None);
        assert_eq!(deed(&event("false", json!({"userAgent": "aws-sdk-rust/1.3 os/linux app/bogosa"}))), None);
    }
}
