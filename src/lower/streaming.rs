//! `streaming`: how live channels are recorded, and the bucket of recordings. The channels are the
//! application's.

use bogosa_engine::Resource;

use super::{Lowering, buckets};
use crate::resources::ivs::recording_configuration::{self, RecordingConfiguration, Thumbnails};
use crate::resources::s3::bucket::{self, Bucket};
use crate::stack::schema::{Recording, ThumbnailResolution};

const RECORDINGS: &str = "recordings";

pub(crate) fn lower(l: &mut Lowering<'_>) {
    const PATH: &str = "streaming.recording";
    let stack = l.stack;
    let Some(streaming) = &stack.streaming else { return };
    let Recording { enabled, thumbnail_seconds, reconnect_seconds, thumbnail_resolution, expire_days } =
        &streaming.recording;
    if !enabled {
        return;
    }
    let spec = bucket::Spec {
        // A recording is written once: there is nothing to keep versions of.
        versioning: Some(false),
        lifecycle: Some(buckets::lifecycle(*expire_days, None)),
        ..bucket::Spec::private(buckets::name(l, RECORDINGS))
    };
    buckets::add(l, RECORDINGS, PATH, spec, Vec::new());
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
