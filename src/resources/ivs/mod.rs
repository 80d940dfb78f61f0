//! Live streaming. Channels belong to the application; bogosa makes how they are recorded.

pub mod recording_configuration;
