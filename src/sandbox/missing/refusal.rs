//! An error on its way to become an answer: what the operations here return instead of a result.

use crate::{call::Call, reply::Reply};

#[derive(Debug)]
pub(crate) struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
}

pub(crate) fn refuse<T>(status: u16, code: &'static str, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { status, code, message: message.into() })
}

impl Refusal {
    pub(crate) fn reply(&self, call: &Call) -> Reply {
        Reply::error(call, self.status, self.code, &self.message)
    }
}
