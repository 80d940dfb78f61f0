//! The channels that an application makes: they stay while the stack stays, and go with it.

use std::collections::{BTreeMap, BTreeSet};

use bogosa::aws::Cloud;

use crate::support::Aws;

const FILE: &str = "examples/media-only.yaml";
/// What an application finds in its environment as `STACK_TAG`.
const TAG: (&str, &str) = ("bogosa:stack", "media-only");

async fn recording(cloud: &Cloud) -> Option<String> {
    let all = cloud.ivs().list_recording_configurations().send().await.unwrap();
    all.recording_configurations().first().map(|one| one.arn().to_owned())
}

async fn make(cloud: &Cloud, tag: Option<(&str, &str)>) -> String {
    let call = cloud.ivs().create_channel().set_recording_configuration_arn(recording(cloud).await);
    let tags = tag.map(|(key, value)| [(key.to_owned(), value.to_owned())].into());
    call.set_tags(tags).send().await.unwrap().channel().unwrap().arn().unwrap().to_owned()
}

/// By the channels' ARNs, what they record by.
async fn channels(cloud: &Cloud) -> BTreeMap<String, String> {
    let all = cloud.ivs().list_channels().send().await.unwrap();
    let pair = |one: &aws_sdk_ivs::types::ChannelSummary| {
        (one.arn().unwrap().to_owned(), one.recording_configuration_arn().unwrap_or_default().to_owned())
    };
    all.channels().iter().map(pair).collect()
}

#[test]
fn an_applications_channels_stay_with_the_stack_and_go_with_it() {
    let aws = Aws::start();
    let (runtime, cloud) = aws.cloud();
    aws.json(&["up", FILE, "--yes"]);
    let (ours, stranger, first) = runtime.block_on(async {
        let ours: BTreeSet<String> = [make(&cloud, Some(TAG)).await, make(&cloud, Some(TAG)).await].into();
        (ours, make(&cloud, None).await, recording(&cloud).await.unwrap())
    });
    let record_by = || runtime.block_on(channels(&cloud));
    // A stranger's channel keeps a configuration in use: nobody but its owner may say what becomes of it.
    let replace = ["up", FILE, "--yes", "--set", "streaming.recording.reconnect_seconds=30"];
    let up = aws.bogosa(&replace);
    assert!(up.code == 1 && up.out.contains(&format!("record by {first}: {stranger}")), "{}{}", up.out, up.err);
    assert_eq!(record_by()[&stranger], first);
    runtime.block_on(async { cloud.ivs().delete_channel().arn(&stranger).send().await.unwrap() });

    // Another configuration: they record by that.
    aws.json(&replace);
    let second = runtime.block_on(recording(&cloud)).unwrap();
    assert_ne!(first, second);
    assert_eq!(record_by(), ours.iter().map(|arn| (arn.clone(), second.clone())).collect());
    assert!(aws.plan(&replace[1..2]).contains_key("ivs.recording_configuration/main"));
    // None: they are there and record nothing.
    aws.json(&["up", FILE, "--yes", "--set", "streaming=null", "--allow-data-loss"]);
    assert_eq!(record_by(), ours.iter().map(|arn| (arn.clone(), String::new())).collect());
    runtime.block_on(async {
        for arn in &ours {
            cloud.ivs().delete_channel().arn(arn).send().await.unwrap();
        }
    });

    aws.json(&["up", FILE, "--yes"]);
    let live = runtime.block_on(make(&cloud, Some(TAG)));
    aws.post(&format!("/_sandbox/ivs/live?channel={live}"), "");
    aws.json(&["destroy", "--stack", "media-only", "--yes"]);
    assert_eq!(record_by(), BTreeMap::new());
}
