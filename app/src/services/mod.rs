//! What the shop needs from outside, as traits. Each file has the trait and the local form; the forms in AWS are in
//! `aws`, and `App::start` chooses.

pub mod aws;
pub mod bus;
pub mod http;
pub mod mail;
pub mod payment;
pub mod storage;
pub mod streaming;

/// Origins that pages have to be allowed to reach; the content security policy is made from them.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// Pictures and videos.
    pub media: Vec<String>,
    /// Uploads and players.
    pub connect: Vec<String>,
    pub script: Vec<String>,
    /// Where a form may lead, directly or by redirect.
    pub form: Vec<String>,
    pub frame: Vec<String>,
}
