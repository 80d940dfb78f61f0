//! Clients. The only place that builds SDK configuration.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_autoscaling::types::AutoScalingGroup;
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use bogosa_engine::{Failure, Result};

use super::error::Said;
use super::index::Index;
use super::memo::Memo;
use super::pace::Paced;
use super::roles::Role;

/// Which account and region, and how to reach them.
#[derive(Clone, Debug, Default)]
pub struct Target {
    pub region: Option<String>,
    pub profile: Option<String>,
    pub endpoint_url: Option<String>,
    /// The endpoint is a sandbox: fixed credentials, and quick retries.
    pub sandbox: bool,
}

macro_rules! clients {
    ($($name:ident: $sdk:ident),* $(,)?) => {
        /// The clients of one region, each built at its first use.
        #[derive(Debug)]
        pub struct Clients {
            config: SdkConfig,
            watch: Watch,
            $($name: OnceLock<$sdk::Client>,)*
        }

        impl Clients {
            fn new(config: SdkConfig, watch: Watch) -> Self {
                Self { config, watch, $($name: OnceLock::new(),)* }
            }

            $(pub fn $name(&self) -> &$sdk::Client {
                self.$name.get_or_init(|| {
                    let config = $sdk::config::Builder::from(&self.config).interceptor(self.watch.clone());
                    $sdk::Client::from_conf(config.build())
                })
            })*
        }
    };
}

/// How bogosa calls itself in the `userAgent` of its requests.
pub(super) const NAME: &str = "bogosa";

clients! {
    acm: aws_sdk_acm,
    autoscaling: aws_sdk_autoscaling,
    cloudfront: aws_sdk_cloudfront,
    cloudtrail: aws_sdk_cloudtrail,
    cloudwatch: aws_sdk_cloudwatch,
    logs: aws_sdk_cloudwatchlogs,
    cognito_identity: aws_sdk_cognitoidentity,
    cognito_idp: aws_sdk_cognitoidentityprovider,
    ec2: aws_sdk_ec2,
    elasticache: aws_sdk_elasticache,
    elb: aws_sdk_elasticloadbalancingv2,
    events: aws_sdk_eventbridge,
    iam: aws_sdk_iam,
    ivs: aws_sdk_ivs,
    lambda: aws_sdk_lambda,
    mediaconvert: aws_sdk_mediaconvert,
    rds: aws_sdk_rds,
    tagging: aws_sdk_resourcegroupstagging,
    route53: aws_sdk_route53,
    secrets: aws_sdk_secretsmanager,
    ses: aws_sdk_sesv2,
    sns: aws_sdk_sns,
    sqs: aws_sdk_sqs,
    ssm: aws_sdk_ssm,
    sts: aws_sdk_sts,
    wafv2: aws_sdk_wafv2,
}

impl Clients {
    /// S3 apart: an endpoint of one's own has no host per bucket.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config)
            .interceptor(self.watch.clone())
            .force_path_style(self.config.endpoint_url().is_some());
        aws_sdk_s3::Client::from_conf(config.build())
    }
}

/// One account and region.
#[derive(Debug)]
pub struct Cloud {
    pub account: String,
    /// The ARN of who is calling.
    pub caller: String,
    pub region: String,
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    regional: Clients,
    /// us-east-1, where CloudFront looks for certificates and web ACLs.
    global: Clients,
    watch: Watch,
    sandbox: bool,
    index: RwLock<Arc<Index>>,
    pub(super) roles: Memo<Vec<Role>>,
    /// By the names asked for, the database instances that exist of them.
    pub(crate) databases: Memo<Vec<aws_sdk_rds::types::DbInstance>>,
    /// By the name of a database parameter group, what was set in it.
    pub(crate) database_parameters: Memo<BTreeMap<String, String>>,
    /// The stack's, with their rules.
    pub(crate) security_groups: Memo<Vec<aws_sdk_ec2::types::SecurityGroup>>,
    pub(super) groups: Memo<Vec<AutoScalingGroup>>,
    /// By ARN.
    pub(crate) certificates: Memo<Option<aws_sdk_acm::types::CertificateDetail>>,
    /// By the zone's id.
    pub(crate) records: Memo<Vec<aws_sdk_route53::types::ResourceRecordSet>>,
    /// Held while records change: Route 53 takes one change of a zone at a time.
    pub(crate) record_changes: tokio::sync::Mutex<()>,
}

impl std::ops::Deref for Cloud {
    type Target = Clients;

    fn deref(&self) -> &Clients {
        &self.regional
    }
}

impl Cloud {
    /// Finds credentials and asks who they are: one call, so that wrong ones are told before anything else.
    pub async fn connect(target: &Target) -> Result<Self> {
        let config = sdk_config(target).await;
        let region = config.region().map(Region::to_string).ok_or_else(|| {
            Failure::new("connecting to AWS", "no region is set")
                .hint("Set `region:` in the stack file, or pass --region, or set AWS_REGION.")
        })?;
        let watch = Watch::default();
        let regional = Clients::new(config.clone(), watch.clone());
        let global_config = config.into_builder().region(Region::from_static("us-east-1")).build();
        let global = Clients::new(global_config, watch.clone());
        // Whether the endpoint answers at all, and accepts the credentials, is to be told at once.
        let impatient = aws_sdk_sts::config::Builder::new().retry_config(RetryConfig::standard().with_max_attempts(2));
        let identity = regional.sts().get_caller_identity().customize().config_override(impatient).send().await;
        let identity = identity.said("sts GetCallerIdentity")?;
        let account = identity.account().unwrap_or_default().to_owned();
        let partition = identity.arn().and_then(|arn| arn.split(':').nth(1)).unwrap_or("aws").to_owned();
        Ok(Self {
            account,
            caller: identity.arn().unwrap_or_default().to_owned(),
            region,
            partition,
            regional,
            global,
            watch,
            sandbox: target.sandbox,
            index: RwLock::default(),
            roles: Memo::default(),
            databases: Memo::default(),
            database_parameters: Memo::default(),
            security_groups: Memo::default(),
            groups: Memo::default(),
            certificates: Memo::default(),
            records: Memo::default(),
            record_changes: tokio::sync::Mutex::default(),
        })
    }

    /// Clients of us-east-1.
    pub fn global(&self) -> &Clients {
        &self.global
    }

    /// How many requests have been sent, attempts included.
    pub fn calls(&self) -> u64 {
        self.watch.0.calls.load(Ordering::Relaxed)
    }

    /// AWS's time in milliseconds since 1970, whatever this machine's clock says.
    pub fn now_ms(&self) -> i64 {
        local_ms() + self.clock_ahead_ms()
    }

    /// How many milliseconds AWS's clock is ahead of this machine's; below a second and a half it cannot be told.
    pub fn clock_ahead_ms(&self) -> i64 {
        self.watch.0.ahead.load(Ordering::Relaxed)
    }

    /// Whether this is AWS itself. What an emulator holds the rest of the world does not know: its zones are in nobody's
    /// DNS.
    pub fn is_amazons(&self) -> bool {
        self.regional.config.endpoint_url().is_none()
    }

    /// How long AWS may hide what was just made.
    pub fn hides_for(&self) -> Duration {
        if self.sandbox { Duration::from_secs(2) } else { Duration::from_secs(120) }
    }

    /// `arn:aws:service:region:account:rest`.
    pub fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition, self.region, self.account)
    }

    /// Reads the tags of everything that carries the stack's tag, and forgets what was read before. Once
    /// before every discovery.
    pub async fn read_index(&self, stack: &str) -> Result<()> {
        self.roles.clear();
        self.databases.clear();
        self.database_parameters.clear();
        self.security_groups.clear();
        self.groups.clear();
        self.certificates.clear();
        self.records.clear();
        let index = Arc::new(Index::read(self, stack).await?);
        match self.index.write() {
            Ok(mut held) => *held = index,
            Err(poisoned) => *poisoned.into_inner() = index,
        }
        Ok(())
    }

    /// What [`Cloud::read_index`] read last.
    pub fn index(&self) -> Arc<Index> {
        match self.index.read() {
            Ok(held) => held.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }
}

async fn sdk_config(target: &Target) -> SdkConfig {
    let https = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    // AWS recommends standard mode; a long run of an account under load needs more than three attempts.
    let retries = RetryConfig::standard()
        .with_max_attempts(if target.sandbox { 4 } else { 9 })
        .with_initial_backoff(if target.sandbox { Duration::from_millis(50) } else { Duration::from_secs(1) });
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(60))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(Paced::new(https, !target.sandbox))
        .retry_config(retries)
        .timeout_config(timeouts)
        .app_name(aws_config::AppName::new(NAME).unwrap_or_else(|_| unreachable!("a valid name")));
    if let Some(region) = &target.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &target.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &target.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if target.sandbox {
        loader = loader.test_credentials();
    }
    loader.load().await
}

/// Sees every request and answer: counts, and learns AWS's clock from the `Date` of its answers.
#[derive(Clone, Debug, Default)]
struct Watch(Arc<Watched>);

#[derive(Debug, Default)]
struct Watched {
    calls: AtomicU64,
    /// How many milliseconds AWS's clock is ahead of ours.
    ahead: AtomicI64,
}

impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "bogosa watch"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        let date = context.response().headers().get("date");
        if let Some(date) = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok()) {
            let ahead = date.to_millis().unwrap_or_default() - local_ms();
            // The header has whole seconds.
            let ahead = if ahead.abs() < 1500 { 0 } else { ahead };
            self.0.ahead.store(ahead, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn local_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
