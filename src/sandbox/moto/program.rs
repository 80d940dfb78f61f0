//! The Python that runs inside moto's process: every file, in its order, in one namespace.

/// A file's name, for tracebacks, and its text.
type File = (&'static str, &'static str);

macro_rules! files {
    ($($path:literal)*) => {
        &[$(($path, include_str!($path))),*]
    };
}

/// Where moto is wrong about what it holds, and what it forgets.
const CORRECTIONS: &[File] = files! {
    "corrections/acm.py"
    "corrections/autoscaling.py"
    "corrections/awslambda.py"
    "corrections/cloudfront.py"
    "corrections/cognitoidentity.py"
    "corrections/cognitoidp.py"
    "corrections/ec2.py"
    "corrections/ec2_network.py"
    "corrections/elasticache.py"
    "corrections/elbv2.py"
    "corrections/iam.py"
    "corrections/interfaces.py"
    "corrections/logs.py"
    "corrections/rds.py"
    "corrections/route53.py"
    "corrections/s3.py"
    "corrections/s3_conditions.py"
    "corrections/s3_versions.py"
    "corrections/servicequotas.py"
    "corrections/ses.py"
    "corrections/sqs.py"
    "corrections/wafv2.py"
};

/// What takes moto long for nothing.
const SPEED: &[File] = files! {
    "speed.py"
};

/// What AWS refuses.
const RULES: &[File] = files! {
    "rules/acm.py"
    "rules/autoscaling.py"
    "rules/awslambda.py"
    "rules/cloudfront.py"
    "rules/cognitoidp.py"
    "rules/ec2_groups.py"
    "rules/ec2_network.py"
    "rules/elasticache.py"
    "rules/elbv2.py"
    "rules/events.py"
    "rules/iam.py"
    "rules/logs.py"
    "rules/policies.py"
    "rules/queues.py"
    "rules/quotas.py"
    "rules/rds.py"
    "rules/rds_groups.py"
    "rules/route53.py"
    "rules/s3.py"
    "rules/secretsmanager.py"
    "rules/ses.py"
    "rules/shapes.py"
    "rules/wafv2.py"
};

/// What AWS takes its time for.
const TIMING: &[File] = files! {
    "timing/acm.py"
    "timing/autoscaling.py"
    "timing/awslambda.py"
    "timing/cloudfront.py"
    "timing/ec2.py"
    "timing/elasticache.py"
    "timing/elbv2.py"
    "timing/rds.py"
    "timing/refreshes.py"
    "timing/route53.py"
    "timing/wafv2.py"
};

/// What one service learns late of another. It stands around the rules.
const CONSISTENCY: &[File] = files! {
    "consistency/iam.py"
    "consistency/queues.py"
};

/// Instances and functions that run as processes here.
const PLATFORM: &[File] = files! {
    "platform/distributions.py"
    "platform/functions.py"
    "platform/instances.py"
    "platform/rolling.py"
    "platform/targets.py"
};

/// Later ones see what earlier ones define; a later patch of the same method stands around an earlier one.
pub(super) fn files() -> Vec<File> {
    let before: &[File] = files! { "patching.py" "behaviour.py" };
    let after: &[File] = files! { "cbor.py" "inventory.py" "server.py" };
    [before, SPEED, CORRECTIONS, TIMING, RULES, CONSISTENCY, PLATFORM, after].concat()
}
