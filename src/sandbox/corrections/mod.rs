//! Where moto's answer differs from AWS's. One file per subject; each says what AWS documents, and each has a test in
//! `tests/corrections.rs` or beside it.
//!
//! What moto's model merely forgets (a field that is sent and not given back) is mended inside moto, in
//! `moto/patches.py`, where the state lives; what needs more than one service, or a rule, stands here.

mod idempotency;
mod tagging;

use crate::layer::Layer;

/// Seen from the client down.
pub(crate) fn layers() -> Vec<Box<dyn Layer>> {
    vec![Box::new(idempotency::Idempotency::default()), Box::new(tagging::Tagging)]
}
