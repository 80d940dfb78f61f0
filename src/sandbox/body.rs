//! The body of a request or an answer: whole where a layer may want to read it, a stream where it is an object's data.

use bytes::Bytes;
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::body::Incoming;

/// What hyper is given to send.
pub type Sent = UnsyncBoxBody<Bytes, hyper::Error>;

#[derive(Debug)]
pub enum Body {
    Whole(Bytes),
    Stream(Incoming),
}

impl Body {
    /// The bytes of a whole body; nothing of a stream.
    pub fn whole(&self) -> &[u8] {
        match self {
            Body::Whole(bytes) => bytes,
            Body::Stream(_) => b"",
        }
    }

    /// Reads it to its end.
    pub async fn collect(self) -> Result<Bytes, hyper::Error> {
        match self {
            Body::Whole(bytes) => Ok(bytes),
            Body::Stream(stream) => Ok(stream.collect().await?.to_bytes()),
        }
    }

    pub(crate) fn send(self) -> Sent {
        match self {
            Body::Whole(bytes) => Full::new(bytes).map_err(|never| match never {}).boxed_unsync(),
            Body::Stream(stream) => stream.boxed_unsync(),
        }
    }
}

impl Default for Body {
    fn default() -> Body {
        Body::Whole(Bytes::new())
    }
}
