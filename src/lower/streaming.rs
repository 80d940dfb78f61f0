//! `streaming`: how live channels are recorded, the bucket of recordings, and what the application hears of
//! both. The channels are the application's.

use bogosa_engine::Resource;
use serde_json::json;

use super::{Lowering, buckets, media};
use crate::resources::events::rule::{self, Rule};
use crate::resources::ivs::recording_configuration::{self, RecordingConfiguration, Thumbnails};
use crate::resources::s3::bucket::{self, Bucket};
use crate::resources::sqs::queue::Queue;
use crate::stack::schema::{Recording, ThumbnailResolution};

pub(super) const RECORDINGS: &str = "recordings";

/// The rule for what IVS says.
const STREAMS: &str = "streams";

pub(crate) fn lower(l: &mut Lowering<'_>) {
    let Some(streaming) = &l.stack.streaming else { return };
    recording(l, &streaming.recording);
    events(l);
}

fn recording(l: &mut Lowering<'_>, recording: &Recording) {
    const PATH: &str = "streaming.recording";
    let stack = l.stack;
    let Recording { enabled, thumbnail_seconds, reconnect_seconds, thumbnail_resolution, expire_days } = recording;
    if !enabled {
        return;
    }
    let spec = bucket::Spec {
        // A recording is written once: there is nothing to keep versions of.
        versioning: Some(false),
        lifecycle: Some(buckets::lifecycle(*expire_days, None)),
        ..bucket::Spec::private(buckets::name(l, RECORDINGS))
    };
    let read = buckets::read_by_distribution(l, RECORDINGS);
    buckets::add(l, RECORDINGS, PATH, spec, read);
    if stack.media.as_ref().is_some_and(|media| media.access_logs) {
        buckets::log_requests(l, RECORDINGS, PATH);
    }
    let resolution = match thumbnail_resolution {
        ThumbnailResolution::FullHd => "FULL_HD",
        ThumbnailResolution::Hd => "HD",
        ThumbnailResolution::Sd => "SD",
        ThumbnailResolution::LowestResolution => "LOWEST_RESOLUTION",
    };
    let thumbnails = Thumbnails { interval: (*thumbnail_seconds).into(), resolution: resolution.to_owned() };
    let name = l.name(RECORDINGS);
    let spec = recording_configuration::Spec {
        name: name.clone(),
        bucket: Bucket::output(RECORDINGS, "name"),
        reconnect_seconds: i32::try_from(*reconnect_seconds).unwrap_or(i32::MAX),
        thumbnails: (*thumbnail_seconds > 0).then_some(thumbnails),
    };
    l.add::<RecordingConfiguration>("main", PATH, Some(&name), spec);
}

/// The name of the rule by which the queue of results has IVS's events, where there is that queue.
pub(super) fn rule_name(l: &Lowering<'_>) -> Option<String> {
    (l.stack.streaming.is_some() && l.stack.media.is_some()).then(|| l.name(STREAMS))
}

/// Whose a channel is, events do not say: every application hears of all of the region, and knows its own.
/// <https://docs.aws.amazon.com/ivs/latest/LowLatencyUserGuide/eventbridge.html>
fn events(l: &mut Lowering<'_>) {
    let Some(name) = rule_name(l) else { return };
    let spec = rule::Spec {
        name: name.clone(),
        description: "Streams that begin and end, and their recordings".to_owned(),
        enabled: true,
        pattern: json!({
            "source": ["aws.ivs"],
            "detail-type": ["IVS Stream State Change", "IVS Recording State Change"],
        }),
        target: Some(media::target(Queue::output(media::RESULTS, "arn"))),
    };
    l.add::<Rule>(STREAMS, "streaming", Some(&name), spec);
}

#[cfg(test)]
mod tests {
    use bogosa_engine::Address;
    use serde_json::Value;

    use super::*;
    use crate::lower::lower_document;
    use crate::resources::cloudfront::distribution::Distribution;
    use crate::resources::s3::bucket_policy::BucketPolicy;

    /// What is said of two policies and of the distribution's paths, and whether there is a rule.
    fn replays(sections: &[&str]) -> [Value; 5] {
        let mut stack = json!({"stack": "shop"});
        for section in sections {
            stack[section] = json!({});
        }
        let graph = lower_document(&serde_json::from_value(stack).expect("a document"));
        let spec = |kind: &str, name: &str| {
            graph.get(&Address::new(kind, name)).map(|node| node.spec.clone()).unwrap_or_default()
        };
        let statement = |policy: &Value, sid: &str| {
            let all = policy["policy"]["Statement"].as_array().cloned().unwrap_or_default();
            all.into_iter().find(|one| one["Sid"] == sid).map(|one| one["Condition"].clone()).unwrap_or_default()
        };
        [
            statement(&spec(BucketPolicy::KIND, RECORDINGS), "Distribution"),
            spec(Distribution::KIND, "media")["paths"].clone(),
            spec(Rule::KIND, STREAMS)["target"]["arn"].clone(),
            statement(&spec(Queue::KIND, media::RESULTS), "Streams"),
            statement(&spec(Queue::KIND, media::DEAD_LETTERS), "UndeliveredEvents"),
        ]
    }

    #[test]
    fn replays_are_seen_by_the_cdn_and_the_application_hears_of_them() {
        let arn = |rule: &str| format!("arn:aws:events:us-east-1:000000000000:rule/shop-{rule}");
        let from = |rules: &[&str]| {
            let rules: Vec<String> = rules.iter().map(|rule| arn(rule)).collect();
            json!({"ArnEquals": {"aws:SourceArn": rules}})
        };
        let by = json!({"StringEquals": {"aws:SourceArn": Distribution::output("media", "arn")}});
        let (to, none) = (json!(Queue::output("results", "arn")), Value::Null);
        let path = json!({"ivs/*": Bucket::output(RECORDINGS, "domain")});
        let both = from(&["media-jobs", STREAMS]);
        assert_eq!(replays(&["streaming", "media", "cdn"]), [by, path, to.clone(), from(&[STREAMS]), both.clone()]);
        assert_eq!(replays(&["streaming", "media"]), [none.clone(), none.clone(), to, from(&[STREAMS]), both]);
        assert_eq!(replays(&["streaming"]), [const { Value::Null }; 5]);
        let jobs = from(&["media-jobs"]);
        assert_eq!(replays(&["media", "cdn"]), [none.clone(), json!({}), none.clone(), none, jobs]);
    }
}
