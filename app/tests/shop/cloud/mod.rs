//! The forms of the services in AWS, each against a sandbox of its own: moto behind bogosa's front.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sqs::types::QueueAttributeName;
use bogosa_sandbox::{Options, Sandbox};
use bogosa_shop::services::aws;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::TestApp;

mod mail;
mod results;
mod storage;
mod streaming;

const SOURCE: &str = "shop-source";
const DESTINATION: &str = "shop-destination";
const CDN: &str = "http://cdn.example";
const DEAD: &str = "dead-letters";

struct Cloud {
    sandbox: Sandbox,
    config: SdkConfig,
}

impl Cloud {
    async fn start() -> Self {
        let start = || Sandbox::start(&Options::default(), &|_| {});
        let sandbox = tokio::task::spawn_blocking(start).await.unwrap().unwrap();
        let config = aws::config(Some(&sandbox.endpoint)).await;
        Self { sandbox, config }
    }

    /// A shop whose media lies there, with the buckets and the queues that `bogosa up` would have made.
    async fn shop(&self) -> TestApp {
        let s3 = aws_sdk_s3::Client::new(&self.config);
        for bucket in [SOURCE, DESTINATION] {
            s3.create_bucket().bucket(bucket).send().await.unwrap();
        }
        let queue = self.queues().await;
        TestApp::start_with(&[
            ("SHOP_TEST_AWS", &self.sandbox.endpoint),
            ("SHOP_UPLOAD_BUCKET", SOURCE),
            ("SHOP_MEDIA_BUCKET", DESTINATION),
            ("SHOP_MEDIA_URL", CDN),
            ("SHOP_MEDIA_QUEUE", &queue),
        ])
        .await
    }

    fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    /// What is not deleted comes again after a second, and is a dead letter after the second time.
    async fn queues(&self) -> String {
        let sqs = self.sqs();
        let dead = sqs.create_queue().queue_name(DEAD).send().await.unwrap().queue_url.unwrap();
        let asked = sqs.get_queue_attributes().queue_url(dead).attribute_names(QueueAttributeName::QueueArn);
        let arn = asked.send().await.unwrap().attributes.unwrap()[&QueueAttributeName::QueueArn].clone();
        let redrive = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 2 }).to_string();
        let make = sqs.create_queue().queue_name("results").attributes(QueueAttributeName::RedrivePolicy, redrive);
        let make = make.attributes(QueueAttributeName::VisibilityTimeout, "1");
        make.send().await.unwrap().queue_url.unwrap()
    }
}

/// Tries for a while.
async fn until(what: &str, mut is: impl AsyncFnMut() -> bool) {
    for _ in 0..300 {
        if is().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("waited in vain: {what}");
}

/// One request, as whoever is no AWS client sends it: status and body.
async fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut head = format!("{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", body.len());
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}
