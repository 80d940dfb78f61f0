//! Every kind of resource, one file each, in a folder per service.

pub mod ec2;
pub mod iam;

use bogosa_engine::{Kind, Kinds, Typed};

use crate::aws::Cloud;

/// The one table of kinds. A kind refers only to kinds above it.
#[rustfmt::skip]
pub const KINDS: &[&dyn Kind<Cloud>] = &[
    &Typed::<iam::role::Role>::NEW,
    &Typed::<iam::instance_profile::InstanceProfile>::NEW,
    &Typed::<ec2::vpc::Vpc>::NEW,
    &Typed::<iam::role_policy::RolePolicy>::NEW,
];

pub fn kinds() -> Kinds<Cloud> {
    Kinds::new(KINDS)
}
