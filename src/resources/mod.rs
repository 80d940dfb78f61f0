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
pub mod home;
pub mod iam;
pub mod ivs;
pub mod lambda;
pub mod logs;
pub mod mediaconvert;
pub mod rds;
pub mod route53;
pub mod s3;
pub mod secretsmanager;
pub mod ses;
pub mod sns;
pub mod sqs;
pub mod survey;
pub mod wafv2;

use bogosa_engine::{Kind, Kinds, Typed};

use crate::aws::Cloud;

/// The one table of kinds. A kind refers only to kinds above it; within a kind, names say what may come first.
#[rustfmt::skip]
pub const KINDS: &[&dyn Kind<Cloud>] = &[
    &Typed::<home::artifact::Artifact>::NEW,
    &Typed::<secretsmanager::secret::Secret>::NEW,
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

#[cfg(test)]
mod tests {
    use bogosa_sandbox::behaviour::durations;

    use super::kinds;

    /// The kind and operation in config/aws-timing.yaml of what stands there under another name.
    const ELSEWHERE: &[(&str, &str, &str, &str)] = &[
        ("acm.certificate", "create", "acm.certificate", "options"),
        ("acm.validation", "create", "acm.certificate", "create"),
        ("autoscaling.group", "delete", "autoscaling.group", "terminate"),
        ("cloudfront.distribution", "update", "cloudfront.distribution", "deploy"),
        ("cloudfront.distribution", "delete", "cloudfront.distribution", "deploy"),
    ];

    #[test]
    fn estimates_agree_with_the_table_of_durations() {
        let mut wrong = Vec::new();
        for kind in kinds().iter() {
            let about = kind.about();
            // Ours are gateway endpoints, which are there at once; the table has interface endpoints.
            if about.kind == "ec2.vpc_endpoint" {
                continue;
            }
            let seconds = about.seconds;
            for (operation, ours) in
                [("create", seconds.create), ("update", seconds.update), ("delete", seconds.delete)]
            {
                let elsewhere = ELSEWHERE.iter().find(|(kind, of, ..)| (*kind, *of) == (about.kind, operation));
                let (row, column) = elsewhere.map_or((about.kind, operation), |(.., row, column)| (*row, *column));
                let Some(typical) = durations().get(row).and_then(|row| row.get(column)) else { continue };
                // Our own calls come on top of AWS's time.
                if !(typical - 5.0..=typical * 1.2 + 15.0).contains(&f64::from(ours)) {
                    wrong.push(format!("{} {operation}: {ours} s, the table has {typical} s", about.kind));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
