//! Where moto's answer differs from AWS's. One file per subject; each says what AWS documents, and has its test in
//! `tests/`.
//!
//! What a model of moto's forgets or gets wrong is mended inside moto, in `moto/corrections/`, one file per service, where the
//! state lives: then every way of reading agrees. What belongs to the protocol, or to all services at once, stands here.

mod idempotency;
mod tagging;

use crate::layer::Layer;

/// Seen from the client down.
pub(crate) fn layers() -> Vec<Box<dyn Layer>> {
    vec![Box::new(idempotency::Idempotency::default()), Box::new(tagging::Tagging::default())]
}
