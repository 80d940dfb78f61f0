//! What a running shop consists of; every handler gets it as its state.

use std::sync::Arc;

use anyhow::Context;
use aws_config::SdkConfig;
use sea_orm::DatabaseConnection;
use tokio_util::sync::CancellationToken;

use crate::ads;
use crate::chat::Rooms;
use crate::config::{BusKind, Config, MailKind, PaymentKind, StorageConfig, StreamingConfig};
use crate::db;
use crate::services::Origins;
use crate::services::aws::{self, ivs::Ivs, s3::S3Storage, ses::SesMailer};
use crate::services::bus::{Bus, DatabaseBus, ProcessBus, ValkeyBus};
use crate::services::http;
use crate::services::mail::{LocalMailbox, Mailer};
use crate::services::payment::PaymentProvider;
use crate::services::payment::test_provider::TestProvider;
use crate::services::payment::toss::Toss;
use crate::services::storage::{LocalStorage, Storage};
use crate::services::streaming::{LocalStreaming, Streaming};

/// `Config::uses_aws` knows every form that needs it.
const NO_AWS: &str = "AWS is used, and nothing is known of it";

pub type AppState = Arc<App>;

#[derive(Debug)]
pub struct App {
    pub config: Config,
    pub db: DatabaseConnection,
    pub mail: Arc<dyn Mailer>,
    pub storage: Arc<dyn Storage>,
    pub streaming: Arc<dyn Streaming>,
    /// None: nothing can be bought.
    pub payments: Option<Arc<dyn PaymentProvider>>,
    pub bus: Arc<dyn Bus>,
    /// Where and as whom AWS is asked. None: nothing of the shop lies there.
    pub aws: Option<SdkConfig>,
    /// Asks other servers.
    pub http: http::Client,
    /// Adverts shown and followed that are not written yet.
    pub ads: ads::Counters,
    /// Live chats, with whoever is connected to this instance.
    pub chat: Arc<Rooms>,
    /// Cancelled when the shop stops: WebSockets and loops end themselves on it.
    pub stop: CancellationToken,
}

impl App {
    /// Connects; migrates nothing.
    pub async fn start(config: Config) -> anyhow::Result<AppState> {
        let db = db::connect(&config).await?;
        let stop = CancellationToken::new();
        let aws = if config.uses_aws() { Some(aws::config(config.test_aws.as_deref()).await) } else { None };
        let storage: Arc<dyn Storage> = match &config.storage {
            StorageConfig::S3(buckets) => {
                Arc::new(S3Storage::new(aws.as_ref().context(NO_AWS)?, buckets.clone()).await?)
            }
            StorageConfig::Folder(folder) => Arc::new(LocalStorage::new(folder.clone(), config.secret_key.clone())?),
        };
        let bus: Arc<dyn Bus> = match &config.bus {
            BusKind::Process => Arc::new(ProcessBus::default()),
            BusKind::Database => Arc::new(DatabaseBus::start(db.clone(), stop.clone()).await?),
            BusKind::Valkey(url) => Arc::new(ValkeyBus::start(url.clone(), stop.clone())?),
        };
        let payments: Option<Arc<dyn PaymentProvider>> = match config.payments {
            PaymentKind::None => None,
            PaymentKind::Test => Some(Arc::new(TestProvider::new(db.clone(), config.secret_key.clone()))),
            PaymentKind::Toss => {
                let keys = config.toss.clone();
                Some(Arc::new(Toss::new(keys.api, keys.client, &keys.secret)?))
            }
        };
        let mailbox = LocalMailbox(db.clone());
        let mail: Arc<dyn Mailer> = match config.mail {
            MailKind::Mailbox => Arc::new(mailbox),
            MailKind::Ses => {
                let copies = config.is_development().then_some(mailbox);
                Arc::new(SesMailer::new(aws.as_ref().context(NO_AWS)?, &config.mail_from, copies))
            }
        };
        let streaming: Arc<dyn Streaming> = match &config.streaming {
            StreamingConfig::Local => Arc::new(LocalStreaming::default()),
            StreamingConfig::Ivs { recording, recordings_url, tags } => {
                let aws = aws.as_ref().context(NO_AWS)?;
                Arc::new(Ivs::new(aws, recording.clone(), recordings_url.clone(), tags.clone()))
            }
        };
        Ok(Arc::new(Self {
            mail,
            streaming,
            aws,
            storage,
            payments,
            chat: Rooms::new(db.clone(), bus.clone()),
            bus,
            http: http::Client::new()?,
            ads: ads::Counters::default(),
            db,
            config,
            stop,
        }))
    }

    /// What pages may reach, for the content security policy.
    pub fn origins(&self) -> Origins {
        let mut all = self.storage.origins();
        let payments = self.payments.as_ref().map(|payments| payments.origins());
        for Origins { media, connect, script, form, frame } in payments.into_iter().chain([self.streaming.origins()]) {
            all.media.extend(media);
            all.connect.extend(connect);
            all.script.extend(script);
            all.form.extend(form);
            all.frame.extend(frame);
        }
        all
    }
}
