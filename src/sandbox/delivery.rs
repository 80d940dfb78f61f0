//! What becomes of an answer once it is worked out: nearly always it is sent.

use std::{io, time::Duration};
use tokio::{sync::watch, time::timeout};

#[derive(Debug, Default)]
pub enum Delivery {
    #[default]
    Send,
    /// The connection is closed without it.
    Break,
    /// Kept back until released; then sent, or the connection is closed.
    Withhold { until: Release, sent: bool },
}

/// When an answer that is kept back is let go.
#[derive(Debug)]
pub struct Release {
    /// A number that grows with each release.
    released: watch::Receiver<u64>,
    before: u64,
    at_most: Option<Duration>,
}

impl Release {
    pub fn new(mut released: watch::Receiver<u64>, at_most: Option<Duration>) -> Release {
        let before = *released.borrow_and_update();
        Release { released, before, at_most }
    }

    async fn wait(mut self) {
        // An error is a sender that is gone, which lets go as well.
        let released = async { drop(self.released.wait_for(|now| *now > self.before).await) };
        match self.at_most {
            Some(longest) => drop(timeout(longest, released).await),
            None => released.await,
        }
    }
}

impl Delivery {
    /// Waits until the answer may be sent. An error closes the connection.
    pub(crate) async fn due(self) -> io::Result<()> {
        let sent = match self {
            Delivery::Send => true,
            Delivery::Break => false,
            Delivery::Withhold { until, sent } => {
                until.wait().await;
                sent
            }
        };
        sent.then_some(()).ok_or_else(|| io::ErrorKind::ConnectionReset.into())
    }
}
