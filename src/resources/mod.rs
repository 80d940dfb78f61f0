//! Every kind of resource, one file each, in a folder per service.

pub mod acm;
pub mod autoscaling;
pub mod cloudfront;
pub mod cloudwatch;
pub mod cognito_identity;
pub mod cognito_idp;
pub mod ec2;
pub mod elasticache;
pub mod elb;
pub mod events;
pub mod iam;
pub mod ivs;
pub mod lambda;
pub mod logs;
pub mod mediaconvert;
pub mod rds;
pub mod route53;
pub mod s3;
pub mod ses;
pub mod sns;
pub mod sqs;
pub mod wafv2;

use bogosa_engine::{Kind, Kinds, Typed};

use crate::aws::Cloud;

/// The one table of kinds. A kind refers only to kinds above it.
#[rustfmt::skip]
pub const KINDS: &[&dyn Kind<Cloud>] = &[
    &Typed::<logs::log_group::LogGroup>::NEW,
    &Typed::<ses::identity::Identity>::NEW,
    &Typed::<cognito_idp::user_pool::UserPool>::NEW,
    &Typed::<cognito_idp::client::Client>::NEW,
    &Typed::<cognito_identity::pool::Pool>::NEW,
    &Typed::<iam::role::Role>::NEW,
    &Typed::<cognito_identity::roles::Roles>::NEW,
    &Typed::<iam::instance_profile::InstanceProfile>::NEW,
    &Typed::<ec2::vpc::Vpc>::NEW,
    &Typed::<ec2::internet_gateway::InternetGateway>::NEW,
    &Typed::<ec2::default_security_group::DefaultSecurityGroup>::NEW,
    &Typed::<ec2::subnet::Subnet>::NEW,
    &Typed::<ec2::elastic_ip::ElasticIp>::NEW,
    &Typed::<ec2::nat_gateway::NatGateway>::NEW,
    &Typed::<ec2::route_table::RouteTable>::NEW,
    &Typed::<ec2::vpc_endpoint::VpcEndpoint>::NEW,
    &Typed::<ec2::flow_log::FlowLog>::NEW,
    &Typed::<ec2::security_group::SecurityGroup>::NEW,
    &Typed::<ec2::security_group_rules::SecurityGroupRules>::NEW,
    &Typed::<rds::subnet_group::SubnetGroup>::NEW,
    &Typed::<rds::parameter_group::ParameterGroup>::NEW,
    &Typed::<rds::instance::Instance>::NEW,
    &Typed::<elasticache::subnet_group::SubnetGroup>::NEW,
    &Typed::<elasticache::replication_group::ReplicationGroup>::NEW,
    &Typed::<sns::topic::Topic>::NEW,
    &Typed::<sqs::queue::Queue>::NEW,
    &Typed::<route53::zone::Zone>::NEW,
    &Typed::<acm::certificate::Certificate>::NEW,
    &Typed::<acm::validation::Validation>::NEW,
    &Typed::<s3::bucket::Bucket>::NEW,
    &Typed::<wafv2::web_acl::WebAcl>::NEW,
    &Typed::<wafv2::logging::Logging>::NEW,
    &Typed::<cloudfront::origin_access_control::OriginAccessControl>::NEW,
    &Typed::<cloudfront::cache_policy::CachePolicy>::NEW,
    &Typed::<cloudfront::response_headers_policy::ResponseHeadersPolicy>::NEW,
    &Typed::<cloudfront::distribution::Distribution>::NEW,
    &Typed::<s3::bucket_policy::BucketPolicy>::NEW,
    &Typed::<s3::access_logs::AccessLogs>::NEW,
    &Typed::<logs::delivery::Delivery>::NEW,
    &Typed::<elb::target_group::TargetGroup>::NEW,
    &Typed::<elb::load_balancer::LoadBalancer>::NEW,
    &Typed::<elb::listener::Listener>::NEW,
    &Typed::<wafv2::association::Association>::NEW,
    &Typed::<mediaconvert::queue::Queue>::NEW,
    &Typed::<mediaconvert::job_template::JobTemplate>::NEW,
    &Typed::<ivs::recording_configuration::RecordingConfiguration>::NEW,
    &Typed::<iam::role_policy::RolePolicy>::NEW,
    &Typed::<lambda::function::Function>::NEW,
    &Typed::<events::rule::Rule>::NEW,
    &Typed::<lambda::permission::Permission>::NEW,
    &Typed::<s3::notification::Notification>::NEW,
    &Typed::<ec2::launch_template::LaunchTemplate>::NEW,
    &Typed::<autoscaling::group::Group>::NEW,
    &Typed::<autoscaling::policy::Policy>::NEW,
    &Typed::<route53::health_check::HealthCheck>::NEW,
    &Typed::<route53::record::Record>::NEW,
    &Typed::<cloudwatch::alarm::Alarm>::NEW,
];

pub fn kinds() -> Kinds<Cloud> {
    Kinds::new(KINDS)
}
