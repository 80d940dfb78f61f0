//! What the shop needs from outside, as traits. Each file has the trait and the local form;
//! a cloud's form joins as a file of its own and a line in `App::start`.

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
