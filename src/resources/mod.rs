//! Every kind of resource, one file each, in a folder per service.

pub mod ec2;

use bogosa_engine::{Kind, Kinds, Typed};

use crate::aws::Cloud;

/// The one table of kinds. A kind refers only to kinds above it.
pub const KINDS: &[&dyn Kind<Cloud>] = &[&Typed::<ec2::vpc::Vpc>::NEW];

pub fn kinds() -> Kinds<Cloud> {
    Kinds::new(KINDS)
}
