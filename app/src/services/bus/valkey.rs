//! The bus through Valkey (or Redis 6 and newer): the server hands what one instance publishes to all that listen.
//! One connection does both, which takes RESP3. Nothing is kept: whatever is said while it is away is lost, so every
//! listener is told that it missed something once it is back.
//! <https://valkey.io/topics/pubsub/>

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, Msg, ProtocolVersion, PushInfo,
    PushKind,
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{Bus, Listener, Topics};

/// Begins the name of every channel: a server may have other users.
const CHANNELS: &str = "bogosa-shop:";
/// A server that does not answer for so long is away. Failovers break connections without a word.
const ANSWER: Duration = Duration::from_secs(1);
const CONNECT: Duration = Duration::from_secs(3);
/// How often it is asked whether it is there.
const PING: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Where the server is: `redis://` or `valkey://`, with an `s` at the end of the scheme for TLS. May hold a password.
#[derive(Clone)]
pub struct ValkeyUrl(Box<ConnectionInfo>);

impl FromStr for ValkeyUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        let info = url.into_connection_info().map_err(|error| error.to_string())?;
        let protocol = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let tcp = TcpSettings::default().set_nodelay(true);
        Ok(Self(Box::new(info.set_redis_settings(protocol).set_tcp_settings(tcp))))
    }
}

impl fmt::Debug for ValkeyUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0.addr())
    }
}

#[derive(Debug)]
pub struct ValkeyBus {
    client: Client,
    address: ConnectionAddr,
    topics: Arc<Topics>,
    connection: watch::Receiver<Option<MultiplexedConnection>>,
}

impl ValkeyBus {
    /// Connects, and again whenever the connection is lost, until `stop`. A server that is away keeps nothing from
    /// starting: messages come late without it, and that is all.
    pub fn start(url: ValkeyUrl, stop: CancellationToken) -> anyhow::Result<Self> {
        let address = url.0.addr().clone();
        let client = Client::open(*url.0)?;
        let topics = Arc::new(Topics::default());
        let (connected, connection) = watch::channel(None);
        let listening = listen(client.clone(), topics.clone(), connected);
        tokio::spawn(stop.run_until_cancelled_owned(listening));
        Ok(Self { client, address, topics, connection })
    }
}

#[async_trait::async_trait]
impl Bus for ValkeyBus {
    async fn publish(&self, topic: &str, payload: Bytes) -> anyhow::Result<()> {
        let connection = self.connection.borrow().clone();
        let mut connection = connection.with_context(|| format!("{} is away", self.address))?;
        let mut command = redis::cmd("PUBLISH");
        command.arg(format!("{CHANNELS}{topic}")).arg(&payload[..]);
        Ok(command.exec_async(&mut connection).await?)
    }

    fn subscribe(&self, topic: &str) -> Listener {
        self.topics.listener(topic)
    }

    async fn ready(&self) -> anyhow::Result<()> {
        let mut connection = self.connection.clone();
        if tokio::time::timeout(CONNECT, connection.wait_for(Option::is_some)).await.is_err() {
            // For the reason.
            connect(&self.client).await.with_context(|| self.address.to_string())?;
        }
        Ok(())
    }
}

async fn listen(client: Client, topics: Arc<Topics>, connected: watch::Sender<Option<MultiplexedConnection>>) {
    let mut pause = FIRST_PAUSE;
    loop {
        match connect(&client).await {
            Ok((connection, inbox)) => {
                pause = FIRST_PAUSE;
                topics.interrupted();
                connected.send_replace(Some(connection.clone()));
                let error = serve(connection, inbox, &topics).await;
                connected.send_replace(None);
                tracing::warn!(error = format!("{error:#}"), "the bus has lost its server; connecting again");
            }
            Err(error) => tracing::warn!(error = format!("{error:#}"), "the bus cannot connect; trying again"),
        }
        tokio::time::sleep(pause).await;
        pause = Ord::min(pause * 2, LONGEST_PAUSE);
    }
}

type Inbox = mpsc::UnboundedReceiver<PushInfo>;

async fn connect(client: &Client) -> anyhow::Result<(MultiplexedConnection, Inbox)> {
    let (pushes, inbox) = mpsc::unbounded_channel();
    let config = AsyncConnectionConfig::new()
        .set_push_sender(pushes)
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(ANSWER));
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    connection.psubscribe(format!("{CHANNELS}*")).await?;
    Ok((connection, inbox))
}

/// Hands on what comes, until the connection is lost: the reason.
async fn serve(mut connection: MultiplexedConnection, mut inbox: Inbox, topics: &Topics) -> anyhow::Error {
    let pings = async {
        loop {
            tokio::time::sleep(PING).await;
            if let Err(error) = redis::cmd("PING").exec_async(&mut connection).await {
                return error.into();
            }
        }
    };
    let messages = async {
        while let Some(push) = inbox.recv().await {
            if push.kind == PushKind::Disconnection {
                break;
            }
            let Some(message) = Msg::from_push_info(push) else { continue };
            if let Some(topic) = message.get_channel_name().strip_prefix(CHANNELS) {
                topics.deliver(topic, Bytes::copy_from_slice(message.get_payload_bytes()));
            }
        }
        anyhow::anyhow!("the connection was closed")
    };
    tokio::select! {
        error = pings => error,
        error = messages => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let shown = |url: &str| url.parse().map(|url: ValkeyUrl| format!("{url:?}"));
        assert_eq!(shown("redis://:secret@cache.example"), Ok("cache.example:6379".to_owned()));
        assert_eq!(shown("rediss://cache.example:6380"), Ok("cache.example:6380".to_owned()));
        assert_eq!(shown("valkeys://cache.example"), Ok("cache.example:6379".to_owned()));
        assert!(shown("http://cache.example").is_err());
        assert!(shown("redis://").is_err());
    }
}
