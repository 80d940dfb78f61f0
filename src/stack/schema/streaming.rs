//! `streaming`: Amazon IVS. The application makes a channel for each member; this is how they are recorded.
//! With `media`, its queue of results has what IVS tells of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;

/// Live streaming.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Streaming {
    /// Recordings of broadcasts, for replay: with `cdn`, that has them under /ivs/.
    pub recording: Recording,
}

/// The recording configuration and its bucket. IVS cannot change one: another value means another
/// configuration, which new channels use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Recording {
    /// Default: true.
    pub enabled: bool,
    /// Seconds between thumbnails, 1 to 60, or 0: none. Default: 60.
    #[schemars(range(max = 60))]
    pub thumbnail_seconds: u32,
    /// Seconds in which a broadcast that breaks off and comes back stays one recording; 0: it does not.
    /// Default: 60.
    #[schemars(range(max = 300))]
    pub reconnect_seconds: u32,
    /// Default: full_hd.
    pub thumbnail_resolution: ThumbnailResolution,
    /// Days until recordings are deleted, or 0: never. Default: 0.
    #[schemars(range(max = 36500))]
    pub expire_days: u32,
}

impl Default for Recording {
    fn default() -> Self {
        Self {
            enabled: true,
            thumbnail_seconds: 60,
            reconnect_seconds: 60,
            thumbnail_resolution: ThumbnailResolution::FullHd,
            expire_days: 0,
        }
    }
}

impl Document {
    /// Whether broadcasts are recorded.
    pub fn is_recorded(&self) -> bool {
        self.streaming.as_ref().is_some_and(|streaming| streaming.recording.enabled)
    }
}

/// The height of thumbnails: 1080, 720, 480 or 360 lines at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThumbnailResolution {
    FullHd,
    Hd,
    Sd,
    LowestResolution,
}
