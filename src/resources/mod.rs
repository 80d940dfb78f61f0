//! Every kind of resource, one file each, in a folder per service.

pub mod cloudwatch;
pub mod ec2;
pub mod elasticache;
pub mod iam;
pub mod rds;

use bogosa_engine::{Kind, Kinds, Typed};

use crate::aws::Cloud;

/// The one table of kinds. A kind refers only to kinds above it.
#[rustfmt::skip]
pub const KINDS: &[&dyn Kind<Cloud>] = &[
    &Typed::<iam::role::Role>::NEW,
    &Typed::<iam::instance_profile::InstanceProfile>::NEW,
    &Typed::<ec2::vpc::Vpc>::NEW,
    &Typed::<rds::subnet_group::SubnetGroup>::NEW,
    &Typed::<rds::parameter_group::ParameterGroup>::NEW,
    &Typed::<rds::instance::Instance>::NEW,
    &Typed::<elasticache::subnet_group::SubnetGroup>::NEW,
    &Typed::<elasticache::replication_group::ReplicationGroup>::NEW,
    &Typed::<iam::role_policy::RolePolicy>::NEW,
    &Typed::<cloudwatch::alarm::Alarm>::NEW,
];

pub fn kinds() -> Kinds<Cloud> {
    Kinds::new(KINDS)
}
