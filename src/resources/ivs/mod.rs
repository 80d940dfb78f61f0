//! Live streaming. Channels belong to the application; bogosa makes how they are recorded.

mod channels;
pub mod recording_configuration;
