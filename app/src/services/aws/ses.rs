//! Mail by SES. <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>

use anyhow::Context;
use aws_config::SdkConfig;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::services::mail::{LocalMailbox, Mail, Mailer};

#[derive(Debug)]
pub struct SesMailer {
    client: Client,
    from: String,
    /// In development, where `/dev/mailbox` shows them and nobody has a verified address.
    copies: Option<LocalMailbox>,
}

impl SesMailer {
    pub fn new(config: &SdkConfig, from: &str, copies: Option<LocalMailbox>) -> Self {
        Self { client: Client::new(config), from: sender(from), copies }
    }
}

/// `Name <address>`: a name that is not ASCII has to be encoded as RFC 2047 says, which SES leaves to us. One encoded
/// word has 75 characters at most.
fn sender(from: &str) -> String {
    const BYTES: usize = 45;
    let Some((name, address)) = from.split_once('<').filter(|(name, _)| !name.is_ascii()) else {
        return from.to_owned();
    };
    let mut words: Vec<String> = Vec::new();
    for letter in name.trim().trim_matches('"').chars() {
        match words.last_mut() {
            Some(word) if word.len() + letter.len_utf8() <= BYTES => word.push(letter),
            _ => words.push(letter.into()),
        }
    }
    let words: Vec<String> = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect();
    format!("{} <{address}", words.join(" "))
}

fn text(data: &str) -> anyhow::Result<Content> {
    Ok(Content::builder().data(data).charset("UTF-8").build()?)
}

#[async_trait::async_trait]
impl Mailer for SesMailer {
    async fn send(&self, mail: Mail) -> anyhow::Result<()> {
        let body = Body::builder().text(text(&mail.body)?).build();
        let message = Message::builder().subject(text(&mail.subject)?).body(body).build();
        let content = EmailContent::builder().simple(message).build();
        let to = Destination::builder().to_addresses(&mail.to).build();
        let send = self.client.send_email().from_email_address(&self.from).destination(to).content(content);
        let sent = send.send().await.context("SES did not take a mail");
        let Some(mailbox) = &self.copies else { return sent.map(drop) };
        if let Err(error) = sent {
            tracing::warn!(error = format!("{error:#}"), "a mail is in the mailbox only");
        }
        mailbox.send(mail).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_senders_are_ascii() {
        for same in ["no-reply@x.example", "BOGOSA <no-reply@x.example>"] {
            assert_eq!(sender(same), same);
        }
        assert_eq!(sender("보고사 <a@x.example>"), "=?UTF-8?B?67O06rOg7IKs?= <a@x.example>");
        let long = sender(&format!("{} <a@x.example>", "가".repeat(40)));
        let (name, address) = long.rsplit_once(' ').unwrap();
        let words: Vec<&str> = name.split(' ').collect();
        assert_eq!((words.len(), address), (3, "<a@x.example>"));
        assert!(words.iter().all(|word| word.len() <= 75 && word.is_ascii()), "{words:?}");
    }
}
