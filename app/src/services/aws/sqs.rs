//! The queue of what the video pipeline and the streaming service tell. A message is deleted when its effect is committed, and
//! not before: else it comes again. What cannot be read is left to its queue, which makes a dead letter of what came too often.
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html>

use std::time::Duration;

use anyhow::Context;
use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::Message;
use tokio::task::JoinHandle;

use crate::app::{App, AppState};
use crate::config::StorageConfig;
use crate::live::events;
use crate::media::results;

/// SQS's longest.
const WAIT_SECONDS: i32 = 20;
/// Longer than the wait.
const TRY: Duration = Duration::from_secs(30);
/// SQS's most.
const AT_ONCE: i32 = 10;
/// After a failure, so that an outage does not fill the log.
const PAUSE: Duration = Duration::from_secs(5);

/// Runs until the shop stops. None: media lies in a folder, where nothing is converted.
pub fn start(app: &AppState) -> Option<JoinHandle<()>> {
    let (StorageConfig::S3(buckets), Some(config)) = (&app.config.storage, &app.aws) else { return None };
    let (app, consumer) = (app.clone(), Consumer::new(config, &buckets.results));
    Some(tokio::spawn(async move {
        loop {
            let received = tokio::select! {
                () = app.stop.cancelled() => return,
                received = consumer.receive() => received,
            };
            match received {
                Ok(messages) => consumer.work(&app, &messages).await,
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "the queue of media results cannot be read");
                    tokio::select! {
                        () = app.stop.cancelled() => return,
                        () = tokio::time::sleep(PAUSE) => {}
                    }
                }
            }
        }
    }))
}

#[derive(Debug)]
struct Consumer {
    client: Client,
    queue: String,
}

impl Consumer {
    fn new(config: &SdkConfig, queue: &str) -> Self {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(TRY).build();
        let config = aws_sdk_sqs::config::Builder::from(config).timeout_config(timeouts).build();
        Self { client: Client::from_conf(config), queue: queue.to_owned() }
    }

    async fn receive(&self) -> anyhow::Result<Vec<Message>> {
        let receive = self.client.receive_message().queue_url(&self.queue);
        let answer = receive.max_number_of_messages(AT_ONCE).wait_time_seconds(WAIT_SECONDS).send().await?;
        Ok(answer.messages.unwrap_or_default())
    }

    /// One message's failure is not the others'.
    async fn work(&self, app: &App, messages: &[Message]) {
        for message in messages {
            if let Err(error) = self.one(app, message).await {
                metrics::counter!("shop_media_results_failed_total").increment(1);
                let id = message.message_id().unwrap_or_default();
                tracing::error!(id, error = format!("{error:#}"), "a message stays in its queue");
            }
        }
    }

    async fn one(&self, app: &App, message: &Message) -> anyhow::Result<()> {
        let body = message.body().unwrap_or_default();
        let new = take(app, body).await?;
        metrics::counter!("shop_media_results_total", "new" => new.to_string()).increment(1);
        let handle = message.receipt_handle().context("a message without a handle")?;
        let delete = self.client.delete_message().queue_url(&self.queue).receipt_handle(handle);
        delete.send().await.context("it has its effect and is not deleted")?;
        Ok(())
    }
}

/// Whichever of the two it is; true where it was news.
async fn take(app: &App, body: &str) -> anyhow::Result<bool> {
    let unreadable = |wrong: String| {
        let start: String = body.chars().take(200).collect();
        anyhow::anyhow!("not what ARCHITECTURE.md says of messages: {wrong}: {start}")
    };
    if is_event(body) {
        let told = events::Told::read(body).map_err(unreadable)?;
        return events::take(app, &told, body).await;
    }
    let told = results::Told::read(body).map_err(unreadable)?;
    results::take(app, &told, body).await.map_err(|error| anyhow::anyhow!("{error:#}"))
}

/// As EventBridge writes it.
fn is_event(body: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Any {
        #[serde(rename = "detail-type")]
        _kind: serde::de::IgnoredAny,
    }
    serde_json::from_str::<Any>(body).is_ok()
}
