//! A client nobody here wrote: each file of `boto/` is run with the boto3 that moto brings along, against a sandbox of
//! its own.

use crate::client::aws;
use bogosa_sandbox::moto::venv;
use std::process::Command;

fn run(script: &str) {
    run_on(&aws().endpoint, script);
}

/// What the script prints.
pub fn run_on(endpoint: &str, script: &str) -> String {
    let python = venv::ensure(&venv::cache_dir().unwrap(), &|_| ()).unwrap();
    let program = [include_str!("boto/prelude.py"), script].join("\n");
    let output = Command::new(python).args(["-I", "-c", &program]).env("ENDPOINT", endpoint).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

macro_rules! scripts {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            run(include_str!(concat!("boto/", stringify!($name), ".py")));
        }
    )*};
}

scripts! { acm autoscaling cloudfront cognito ec2 identity interfaces media network preflight rds s3_conditions s3_versions sqs_waiting storage tagging wafv2 web }

// What AWS refuses.
scripts! { rules_acm rules_autoscaling rules_cloudfront rules_ec2 rules_ec2_groups rules_elasticache rules_elbv2 rules_iam rules_lambda rules_quotas rules_rds rules_route53 rules_s3 rules_settling rules_shapes rules_small rules_wafv2 }

// What takes its time.
scripts! { timing_balancers timing_ec2 timing_lambda timing_rds timing_web }

// What is seen late.
scripts! { consistency }

// What `missing/` answers.
scripts! { cloudfront_policies ivs log_delivery mediaconvert }
