//! The configuration: read from `SHOP_…` variables once at start, every problem named at once.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use crate::crypto::Key;
use crate::members::social_login::LoginProvider;
use crate::services::aws::s3::Buckets;
use crate::services::bus::ValkeyUrl;

mod cloud;
mod platform;
mod providers;

/// A key that everyone can read here. Production refuses it.
const DEVELOPMENT_KEY: &str = "ZGV2ZWxvcG1lbnQtb25seS1rZXktMzItYnl0ZXMhISE=";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Sample data, local mailbox, plain HTTP.
    Development,
    /// HTTPS in front, nothing that helps only developers.
    Production,
}

#[derive(Clone, Debug)]
pub struct Config {
    pub mode: Mode,
    pub listen: SocketAddr,
    /// Where visitors find the shop; links in mails begin with it. Without a slash at the end.
    pub public_url: String,
    pub database_url: String,
    pub database_connections: u32,
    pub secret_key: Key,
    /// Proxies in front of us that append to `X-Forwarded-For`; nothing older in it is believed.
    pub trusted_proxies: usize,
    pub storage: StorageConfig,
    pub mail: MailKind,
    pub mail_from: String,
    pub streaming: StreamingConfig,
    /// Where tests have AWS instead. None: where AWS's own tools find it.
    pub test_aws: Option<String>,
    pub payments: PaymentKind,
    pub toss: TossKeys,
    pub bus: BusKind,
    /// What streaming and media events have to bring along. None: none are taken.
    pub hook_token: Option<String>,
    pub log_json: bool,
    /// The operator's commission where a seller has no own, in hundredths of a percent.
    pub commission_basis_points: i32,
    pub operator: Operator,
    /// Other platforms whose accounts one may log in with.
    pub login_providers: Vec<LoginProvider>,
}

/// Where media lies.
#[derive(Clone, Debug)]
pub enum StorageConfig {
    Folder(PathBuf),
    S3(Buckets),
}

/// Where mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// Kept in the database, sent to nobody.
    Mailbox,
    Ses,
}

/// Where streams come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamingConfig {
    Local,
    Ivs {
        /// The ARN of a recording configuration.
        recording: Option<String>,
        recordings_url: String,
        /// Of the channels.
        tags: BTreeMap<String, String>,
    },
}

/// Who takes the money. A real provider joins here as a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentKind {
    /// Nothing can be bought.
    None,
    /// Without money. Production has to ask for it by name: for staging.
    Test,
    /// Toss Payments.
    Toss,
}

/// The keys of the shop at Toss Payments.
#[derive(Clone, Default)]
pub struct TossKeys {
    /// For the browser.
    pub client: String,
    pub secret: String,
    /// Another address than theirs only in tests.
    pub api: String,
}

impl fmt::Debug for TossKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "TossKeys({}, …)", self.client)
    }
}

/// How chat and other live messages reach the other instances.
#[derive(Clone, Debug)]
pub enum BusKind {
    Process,
    Database,
    Valkey(ValkeyUrl),
}

/// Who runs the shop: Korean law has it on every page.
#[derive(Clone, Debug, Default)]
pub struct Operator {
    pub name: String,
    pub representative: String,
    pub address: String,
    pub phone: String,
    pub email: String,
    pub business_number: String,
    pub mail_order_number: String,
    pub privacy_officer: String,
    pub hosting: String,
}

/// Everything that is wrong with the environment, one line each.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError(pub Vec<String>);

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "the configuration has {} problem(s):", self.0.len())?;
        self.0.iter().try_for_each(|problem| writeln!(out, "  {problem}"))
    }
}

impl Config {
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_pairs(platform::settings(std::env::vars().collect()))
    }

    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let mut reader = Reader { values: pairs.into_iter().collect(), ..Reader::default() };
        let address = reader.values.get("SHOP_PUBLIC_URL");
        let mode = reader.choice(
            "SHOP_MODE",
            if address.is_none_or(|url| platform::is_here(url)) { Mode::Development } else { Mode::Production },
            &[("development", Mode::Development), ("production", Mode::Production)],
        );
        reader.production = mode == Mode::Production;
        let listen = reader.parse("SHOP_LISTEN", "127.0.0.1:8080");
        let payments = reader.choice(
            "SHOP_PAYMENTS",
            if reader.production { PaymentKind::None } else { PaymentKind::Test },
            &[("none", PaymentKind::None), ("test", PaymentKind::Test), ("toss", PaymentKind::Toss)],
        );
        let config = Self {
            mode,
            public_url: reader.public_url(),
            database_url: reader.database_url(),
            database_connections: reader.parse("SHOP_DATABASE_CONNECTIONS", "10").unwrap_or(10),
            secret_key: reader.secret_key(),
            trusted_proxies: reader.parse("SHOP_TRUSTED_PROXIES", "0").unwrap_or(0),
            storage: reader.storage(),
            mail: reader.choice(
                "SHOP_MAIL",
                MailKind::Mailbox,
                &[("mailbox", MailKind::Mailbox), ("ses", MailKind::Ses)],
            ),
            streaming: reader.streaming(),
            test_aws: reader.values.get("SHOP_TEST_AWS").cloned(),
            mail_from: reader.text("SHOP_MAIL_FROM", "BOGOSA <no-reply@localhost>"),
            payments,
            toss: reader.toss(payments == PaymentKind::Toss),
            bus: reader.bus(),
            hook_token: reader.hook_token(),
            log_json: reader.choice("SHOP_LOG", reader.production, &[("json", true), ("text", false)]),
            commission_basis_points: reader.commission(),
            operator: reader.operator(),
            login_providers: reader.login_providers(),
            // Reported above; the address is never used then.
            listen: listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
        };
        reader.unknown();
        if reader.problems.is_empty() { Ok(config) } else { Err(ConfigError(reader.problems)) }
    }

    pub fn is_development(&self) -> bool {
        self.mode == Mode::Development
    }

    /// Cookies and headers that need HTTPS.
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Whether anything of the shop lies there.
    pub fn uses_aws(&self) -> bool {
        matches!(self.storage, StorageConfig::S3(_))
            || self.mail == MailKind::Ses
            || self.streaming != StreamingConfig::Local
    }

    pub fn is_sqlite(&self) -> bool {
        self.database_url.starts_with("sqlite:")
    }
}

/// Takes each variable out, so that what is left at the end is a misspelling.
#[derive(Debug, Default)]
struct Reader {
    values: BTreeMap<String, String>,
    problems: Vec<String>,
    production: bool,
}

impl Reader {
    fn take(&mut self, name: &str) -> Option<String> {
        self.values.remove(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn text(&mut self, name: &str, default: &str) -> String {
        self.take(name).unwrap_or_else(|| default.to_owned())
    }

    /// What has a default in development and has to be named in production.
    fn required(&mut self, name: &str, development: &str, what: &str) -> String {
        match self.take(name) {
            Some(value) => value,
            None if self.production => {
                self.problems.push(format!("{name} is missing: {what}"));
                String::new()
            }
            None => development.to_owned(),
        }
    }

    fn parse<T: FromStr>(&mut self, name: &str, default: &str) -> Option<T>
    where
        T::Err: fmt::Display,
    {
        let text = self.text(name, default);
        text.parse().map_err(|error| self.problems.push(format!("{name}={text}: {error}"))).ok()
    }

    fn choice<T: Copy>(&mut self, name: &str, default: T, choices: &[(&str, T)]) -> T {
        let Some(text) = self.take(name) else { return default };
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return *value;
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        self.problems.push(format!("{name}={text}: give one of {}", words.join(", ")));
        default
    }

    fn public_url(&mut self) -> String {
        let url = self.required("SHOP_PUBLIC_URL", "http://127.0.0.1:8080", "where visitors find the shop, https://…");
        let url = url.trim_end_matches('/').to_owned();
        if self.production && !url.is_empty() && !url.starts_with("https://") {
            self.problems.push(format!("SHOP_PUBLIC_URL={url}: production needs https://"));
        } else if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
            self.problems.push(format!("SHOP_PUBLIC_URL={url}: begin with https:// or http://"));
        }
        url
    }

    fn database_url(&mut self) -> String {
        let url = self.required(
            "SHOP_DATABASE_URL",
            "sqlite://shop-data/shop.sqlite?mode=rwc",
            "mysql://user:password@host/name (or sqlite://file?mode=rwc)",
        );
        if !url.is_empty() && !url.starts_with("mysql://") && !url.starts_with("sqlite:") {
            // Not repeated: it may hold a password.
            self.problems.push("SHOP_DATABASE_URL: begin with mysql:// or sqlite:".to_owned());
        }
        url
    }

    fn secret_key(&mut self) -> Key {
        let text =
            self.required("SHOP_SECRET_KEY", DEVELOPMENT_KEY, "32 random bytes in base64 (openssl rand -base64 32)");
        if self.production && text == DEVELOPMENT_KEY {
            self.problems.push("SHOP_SECRET_KEY: this is the public development key; make your own".to_owned());
        }
        match Key::from_base64(&text) {
            Some(key) => key,
            None => {
                if !text.is_empty() {
                    self.problems.push("SHOP_SECRET_KEY: 32 bytes in base64 are needed".to_owned());
                }
                Key::random()
            }
        }
    }

    fn hook_token(&mut self) -> Option<String> {
        const SHORTEST: usize = 32;
        let token = self.take("SHOP_HOOK_TOKEN")?;
        if token.len() < SHORTEST {
            // Not repeated: it is a secret.
            self.problems.push(format!("SHOP_HOOK_TOKEN: {SHORTEST} characters at least (openssl rand -hex 32)"));
        }
        Some(token)
    }

    fn bus(&mut self) -> BusKind {
        let text = self.text("SHOP_BUS", "process");
        match text.as_str() {
            "process" => BusKind::Process,
            "database" => BusKind::Database,
            url if url.contains("://") => match url.parse() {
                Ok(url) => BusKind::Valkey(url),
                Err(error) => {
                    // The address is not repeated: it may hold a password.
                    self.problems
                        .push(format!("SHOP_BUS: not redis://[:password@]host[:port], or rediss:// for TLS: {error}"));
                    BusKind::Process
                }
            },
            other => {
                self.problems.push(format!("SHOP_BUS={other}: give one of process, database, redis://host:port"));
                BusKind::Process
            }
        }
    }

    fn commission(&mut self) -> i32 {
        let value = self.parse("SHOP_COMMISSION_BASIS_POINTS", "500").unwrap_or(500);
        if !(0..=10_000).contains(&value) {
            self.problems.push(format!("SHOP_COMMISSION_BASIS_POINTS={value}: 0 to 10000 (hundredths of a percent)"));
        }
        value
    }

    fn toss(&mut self, used: bool) -> TossKeys {
        let mut key = |name: &str| {
            let value = self.take(name);
            if used && value.is_none() {
                self.problems.push(format!("{name} is missing: SHOP_PAYMENTS=toss needs it"));
            }
            value.unwrap_or_default()
        };
        let (client, secret) = (key("SHOP_TOSS_CLIENT_KEY"), key("SHOP_TOSS_SECRET_KEY"));
        TossKeys { client, secret, api: self.text("SHOP_TOSS_URL", crate::services::payment::toss::API) }
    }

    fn operator(&mut self) -> Operator {
        let mut field = |name: &str, sample: &str| {
            self.required(&format!("SHOP_OPERATOR_{name}"), sample, "the law has it on every page")
        };
        Operator {
            name: field("NAME", "보고사 주식회사"),
            representative: field("REPRESENTATIVE", "홍길동"),
            address: field("ADDRESS", "서울특별시 중구 세종대로 110"),
            phone: field("PHONE", "02-0000-0000"),
            email: field("EMAIL", "help@bogosa.example"),
            business_number: field("BUSINESS_NUMBER", "000-00-00000"),
            mail_order_number: field("MAIL_ORDER_NUMBER", "제0000-서울중구-0000호"),
            privacy_officer: field("PRIVACY_OFFICER", "홍길동"),
            hosting: field("HOSTING", "Amazon Web Services, Inc."),
        }
    }

    fn unknown(&mut self) {
        // Test settings belong to the harness.
        let names = self.values.keys().filter(|name| !name.starts_with("SHOP_TEST_"));
        self.problems.extend(names.map(|name| format!("{name}: no such setting (see app/README.md)")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_pairs(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn nothing_is_needed_for_development() {
        let config = read(&[]).unwrap();
        assert!(config.is_development() && config.is_sqlite() && !config.secure());
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let error = read(&[("SHOP_LISTEN", "nowhere"), ("SHOP_BUS", "pigeon"), ("SHOP_TYPO", "1")]).unwrap_err();
        assert_eq!(error.0.len(), 3, "{error}");
        assert!(error.to_string().contains("SHOP_BUS=pigeon: give one of process, database, redis://host:port"));
        assert!(error.to_string().contains("SHOP_TYPO: no such setting"));
    }

    #[test]
    fn buckets_come_all_or_not_at_all() {
        let error = read(&[("SHOP_MEDIA_BUCKET", "media"), ("SHOP_STREAMING", "ivs")]).unwrap_err().to_string();
        for name in ["SHOP_UPLOAD_BUCKET", "SHOP_MEDIA_URL", "SHOP_MEDIA_QUEUE"] {
            assert!(error.contains(&format!("{name} is missing: SHOP_MEDIA_BUCKET needs it")), "{name}: {error}");
        }
        let config = read(&[
            ("SHOP_MEDIA_BUCKET", "m"),
            ("SHOP_UPLOAD_BUCKET", "u"),
            ("SHOP_MEDIA_URL", "https://cdn.example/"),
            ("SHOP_MEDIA_QUEUE", "https://sqs.us-east-1.amazonaws.com/111122223333/results"),
        ])
        .unwrap();
        assert!(matches!(config.storage, StorageConfig::S3(buckets) if buckets.public_url == "https://cdn.example"));
    }

    #[test]
    fn the_bus_is_a_word_or_an_address() {
        let bus = |text| read(&[("SHOP_BUS", text)]).map(|config| config.bus);
        assert!(matches!(bus("database"), Ok(BusKind::Database)));
        assert!(matches!(bus("rediss://:secret@cache.example:6380"), Ok(BusKind::Valkey(_))));
        assert!(!format!("{:?}", bus("redis://:secret@cache.example")).contains("secret"));
        let error = bus("http://:secret@cache.example").unwrap_err().to_string();
        assert!(error.contains("SHOP_BUS: not redis://") && !error.contains("secret"), "{error}");
    }

    #[test]
    fn a_real_provider_needs_its_keys() {
        let error = read(&[("SHOP_PAYMENTS", "toss"), ("SHOP_TOSS_CLIENT_KEY", "test_ck_x")]).unwrap_err();
        assert_eq!(error.0, ["SHOP_TOSS_SECRET_KEY is missing: SHOP_PAYMENTS=toss needs it"]);
        let keys = [("SHOP_TOSS_CLIENT_KEY", "test_ck_x"), ("SHOP_TOSS_SECRET_KEY", "test_sk_secret")];
        let config = read(&[&keys[..], &[("SHOP_PAYMENTS", "toss")]].concat()).unwrap();
        assert_eq!(config.payments, PaymentKind::Toss);
        assert!(!format!("{config:?}").contains("test_sk_secret"));
    }

    #[test]
    fn whoever_others_can_see_is_in_production() {
        assert!(read(&[("SHOP_PUBLIC_URL", "http://127.0.0.1:4000")]).unwrap().is_development());
        let error = read(&[("SHOP_PUBLIC_URL", "http://shop.example")]).unwrap_err().to_string();
        assert!(error.contains("production needs https://"), "{error}");
    }

    #[test]
    fn production_has_no_defaults_for_what_matters() {
        let error = read(&[("SHOP_MODE", "production"), ("SHOP_SECRET_KEY", DEVELOPMENT_KEY)]).unwrap_err().to_string();
        for name in ["SHOP_PUBLIC_URL", "SHOP_DATABASE_URL", "public development key", "SHOP_OPERATOR_NAME"] {
            assert!(error.contains(name), "{name} is not in {error}");
        }
    }
}
