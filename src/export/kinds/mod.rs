//! The mappings, one per kind.

mod compute;
mod data;
mod delivery;
mod identity;
mod media;
mod network;
mod watch;

use super::draft::Mapping;
pub use compute::PACKAGE;

pub(super) const ALL: &[&[Mapping]] =
    &[network::ALL, data::ALL, compute::ALL, delivery::ALL, media::ALL, identity::ALL, watch::ALL];
